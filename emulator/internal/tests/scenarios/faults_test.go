// Package scenarios proves what scenarios make of a server: faults, throttling, lifecycles, and the control calls beside them.
package scenarios

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

const nightly = `
clock: {mode: frozen, start: 2026-01-05T06:00:00Z, perRequest: 10s}
variants: {createStatus: 201}
lifecycles:
  - name: slow-then-quarantined
    on: profiles.start
    where: {displayName: North}
    steps:
      - {status: extracting}
      - {status: validating, after: {reads: 2}}
      - {status: inProgress, after: 30s}
      - {status: quarantined, after: 5m, errors: 12}
    next: recovered
  - name: recovered
    on: profiles.reset
    steps: [{status: inProgress}, {status: success, after: 1m}]
faults:
  - name: throttle-start
    operation: profiles.start
    calls: first 2
    respond: {status: 429, retryAfter: 20s, punishEarly: true}
expect:
  - {operation: profiles.start, count: 3, noEarlyRetry: true}
  - {operation: profiles.status.get, minInterval: 5s}
  - {profile: {displayName: North}, status: success}
`

// The design's own example, run by a client that waits as it is told.
func TestTheNightlySyncRecovers(t *testing.T) {
	g := rig.New(t, emulator.Options{ScenarioText: "version: 1\n" + nightly, Clock: "frozen@" + rig.Dawn})
	a := g.Post(t, rig.ProfilesAt, rig.CSVBody("North"))
	require.Equal(t, 201, a.Status, a.Body)
	id := a.Text("id")
	for range 2 {
		a = g.Post(t, rig.At(id)+"/start", "")
		rig.WantError(t, a, 429, "TooManyRequests", "Too many requests.")
		assert.Equal(t, "20", a.Header.Get("Retry-After"))
		g.Advance(t, 20*time.Second)
	}
	a = g.Post(t, rig.At(id)+"/start", "")
	require.Equal(t, 200, a.Status, a.Body)
	assert.Empty(t, a.JSON("value").Array(), "an empty container is no error where the sync is scripted")
	var seen []string
	for len(seen) == 0 || seen[len(seen)-1] != "quarantined" {
		if s := g.Status(t, id); len(seen) == 0 || seen[len(seen)-1] != s {
			seen = append(seen, s)
		}
		require.Less(t, len(g.World().Journal().Entries(journal.Filter{})), 100, "%v", seen)
	}
	assert.Equal(t, []string{"extracting", "validating", "inProgress", "quarantined"}, seen)
	assert.EqualValues(t, 12, g.Found(t, rig.At(id)+"/errors").JSON("@odata.count").Int())
	require.Equal(t, 200, g.Post(t, rig.At(id)+"/reset", "").Status)
	assert.EqualValues(t, 0, g.Found(t, rig.At(id)+"/errors").JSON("@odata.count").Int())
	g.Advance(t, time.Minute)
	assert.Equal(t, "success", g.Status(t, id))
	v := g.Verify()
	assert.True(t, v.OK)
	assert.Empty(t, v.Warnings)
}

// The same client, in a hurry, is found out.
func TestTheHastyClientIsJudged(t *testing.T) {
	g := rig.WithScenario(t, nightly)
	id := g.Post(t, rig.ProfilesAt, rig.CSVBody("North")).Text("id")
	require.Equal(t, "20", g.Post(t, rig.At(id)+"/start", "").Header.Get("Retry-After"))
	a := g.Post(t, rig.At(id)+"/start", "")
	assert.Equal(t, "40", a.Header.Get("Retry-After"), "who comes early is throttled for longer")
	v := g.World().Verify()
	assert.False(t, v.OK)
	require.Len(t, v.Worlds, 1)
	e := g.World().Journal().Requests("profiles.start")
	require.Len(t, e, 2)
	require.NotNil(t, e[1].Detail)
	assert.Equal(t, e[0].ID, e[1].Detail.Early.Entry)
	assert.Equal(t, 10*time.Second, e[1].Detail.Early.By.Std())
	assert.Contains(t, e[1].Explain(), "throttle-start")
}

// Each row is a rule on profiles.list and what becomes of a call.
var wireFaults = []struct {
	name, rule string
	broken     bool // the client sees a broken connection
	check      func(t *testing.T, a rig.Answer)
}{
	{"status", "respond: {status: 503}", false, func(t *testing.T, a rig.Answer) { rig.WantError(t, a, 503, "UnknownError", "") }},
	{"named error", "respond: {status: 500, error: failedToFetchProfiles}", false, func(t *testing.T, a rig.Answer) {
		rig.WantError(t, a, 500, "InternalError", "Failed to fetch profiles")
	}},
	{"own message", "respond: {status: 400, message: not today}", false,
		func(t *testing.T, a rig.Answer) { rig.WantError(t, a, 400, "BadRequest", "not today") }},
	{"own body", `respond: {status: 418, body: {tea: true}, headers: {X-Pot: short}}`, false, func(t *testing.T, a rig.Answer) {
		assert.Equal(t, 418, a.Status)
		assert.JSONEq(t, `{"tea":true}`, a.Body)
		assert.Equal(t, "short", a.Header.Get("X-Pot"))
	}},
	{"decimal Retry-After", "respond: {status: 429, retryAfter: 2128ms}", false, func(t *testing.T, a rig.Answer) {
		assert.Equal(t, "2.128", a.Header.Get("Retry-After"))
	}},
	{"no Retry-After", "respond: {status: 429}", false, func(t *testing.T, a rig.Answer) { assert.NotContains(t, a.Header, "Retry-After") }},
	{"html", "body: {html: true}", false, func(t *testing.T, a rig.Answer) {
		assert.True(t, strings.HasPrefix(a.Header.Get("Content-Type"), "text/html"), a.Header)
		assert.Contains(t, a.Body, "<html")
	}},
	{"replaced", "body: {replace: 'not json'}", false, func(t *testing.T, a rig.Answer) { assert.Equal(t, "not json", a.Body) }},
	{"cut and finished", "body: {cutAt: 50%}", false, func(t *testing.T, a rig.Answer) {
		assert.Equal(t, 200, a.Status)
		assert.True(t, strings.HasPrefix(a.Body, `{"@odata.context"`), a.Body)
		assert.False(t, strings.HasSuffix(a.Body, "}"), a.Body)
	}},
	{"corrupt", "body: {corrupt: 3}", false, func(t *testing.T, a rig.Answer) {
		assert.Equal(t, 200, a.Status)
		const tail = `/beta/$metadata#education/synchronizationProfiles","value":[]}`
		assert.False(t, strings.HasPrefix(a.Body, `{"@odata.context":"http`) && strings.HasSuffix(a.Body, tail), a.Body)
	}},
	{"cut and closed", "body: {cutAt: 10}\n    then: close", true, nil},
	{"cut and reset", "body: {cutAt: 10}\n    then: reset", true, nil},
	{"closed", "then: close", true, nil},
	{"reset", "then: reset", true, nil},
	{"too long a Content-Length", "body: {contentLength: 5}", true, nil},
	{"slow", "slow: {bytes: 40, every: 1ms}", false,
		func(t *testing.T, a rig.Answer) { assert.Empty(t, a.Names()); assert.Equal(t, 200, a.Status) }},
}

// Every fault, in memory, over TCP and over TLS with HTTP/2. The call after it is
// answered as ever.
func TestFaultsOnTheWire(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "127.0.0.1:0"}} {
		for _, f := range wireFaults {
			t.Run(way+"/"+f.name, func(t *testing.T) {
				g := rig.WithScenario(t, "faults:\n  - name: it\n    operation: profiles.list\n    calls: first 1\n    "+f.rule+"\n", o)
				r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+rig.ProfilesAt, nil)
				require.NoError(t, err)
				r.Header.Set("Authorization", "Bearer "+g.Bearer)
				a, err := rig.Receive(g.HTTP, r)
				if f.broken {
					require.Error(t, err)
				} else {
					require.NoError(t, err)
					f.check(t, a)
				}
				g.Found(t, rig.ProfilesAt)
				e := g.World().Journal().Requests("profiles.list")
				require.NotEmpty(t, e)
				require.NotNil(t, e[0].Detail.Fault)
				assert.Equal(t, "it", e[0].Detail.Fault.Rule)
				assert.NotEmpty(t, e[0].Detail.Fault.Effects)
				assert.Nil(t, e[len(e)-1].Detail.Fault)
			})
		}
	}
}

// A call that is not handled changes nothing; one whose answer is lost does.
func TestLostBeforeAndLostAfter(t *testing.T) {
	for _, handled := range []bool{true, false} {
		g := rig.WithScenario(t,
			fmt.Sprintf("faults:\n  - {name: it, operation: profiles.create, calls: 1, then: reset, handled: %v}\n", handled))
		r, err := http.NewRequestWithContext(t.Context(), "POST", g.URL+rig.ProfilesAt, strings.NewReader(rig.CSVBody("North")))
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+g.Bearer)
		r.Header.Set("Content-Type", "application/json")
		_, err = rig.Receive(g.HTTP, r)
		require.Error(t, err)
		if handled {
			assert.Len(t, g.World().Profiles(), 1, "carried out, and its answer lost")
		} else {
			assert.Empty(t, g.World().Profiles(), "never carried out")
		}
	}
}

// A request that hangs ends when its client goes away, and when the server closes.
func TestHang(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := rig.WithScenario(t, "faults:\n  - {name: it, operation: profiles.list, then: hang}\n")
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, "GET", g.URL+rig.ProfilesAt, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+g.Bearer)
		_, err = rig.Receive(g.HTTP, r)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Len(t, g.World().Journal().Requests("profiles.list"), 1, "it is in the journal while it hangs")
		done := make(chan error)
		go func() { _, err := rig.Receive(g.HTTP, r.Clone(t.Context())); done <- err }()
		synctest.Wait()
		require.NoError(t, g.Close())
		require.Error(t, <-done)
	})
}

// Conditions, counted before authentication.
func TestWhenFaultsStrike(t *testing.T) {
	g := rig.WithScenario(t, `
faults:
  - {name: by-header, operation: profiles.list, where: {header: {x-run: "7"}}, respond: {status: 500}}
  - {name: by-query, operation: profiles.list, where: {query: {$top: "3"}}, respond: {status: 502}}
  - {name: by-body, operation: profiles.create, where: {body: {displayName: Doomed}}, respond: {status: 507}}
  - {name: by-status, operation: profiles.get, while: {status: success}, respond: {status: 503}}
  - {name: by-state, operation: profiles.get, while: {state: provisioning}, respond: {status: 504}}
  - {name: second, operation: profiles.count, calls: 2, respond: {status: 500}}
`)
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	assert.Equal(t, 500, g.Get(t, rig.ProfilesAt, "X-Run: 7").Status)
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "X-Run: 8").Status)
	assert.Equal(t, 502, g.Get(t, rig.ProfilesAt+"?$top=3").Status)
	assert.Equal(t, 502, g.Get(t, rig.ProfilesAt+"?top=3").Status, "the $ is optional")
	assert.Equal(t, 507, g.Post(t, rig.ProfilesAt, rig.CSVBody("Doomed")).Status)
	id := g.Create(t, rig.PowerSchoolBody("North"))
	assert.Equal(t, 504, g.Get(t, rig.At(id)).Status)
	g.Advance(t, 2*time.Second)
	assert.Equal(t, 200, g.Get(t, rig.At(id)).Status)
	g.Advance(t, time.Minute)
	assert.Equal(t, 503, g.Get(t, rig.At(id)).Status)
	assert.Equal(t, 401, g.Get(t, rig.ProfilesAt+"/$count", "Authorization:").Status)
	assert.Equal(t, 500, g.Get(t, rig.ProfilesAt+"/$count", "Authorization:").Status, "counted, and struck, before authentication")
	e := g.World().Journal().Requests("profiles.list")
	require.NotEmpty(t, e[2].Detail.Misses)
	assert.Equal(t, "by-header", e[2].Detail.Misses[0].Rule)
	assert.Contains(t, e[2].Detail.Misses[0].Why, `"8"`)
}

// In a batch a fault strikes its part and no other.
func TestFaultsInABatch(t *testing.T) {
	g := rig.WithScenario(t, `
faults:
  - {name: part, operation: profiles.list, calls: 1, respond: {status: 429, retryAfter: 5s}}
  - {name: cut, operation: profiles.count, calls: 1, body: {replace: "not json"}}
  - {name: gone, operation: profiles.get, then: reset}
`)
	id := g.Create(t, rig.CSVBody("North"))
	a := g.Post(t, "/$batch", `{"requests": [
		{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"},
		{"id": "2", "method": "GET", "url": "/education/synchronizationProfiles"},
		{"id": "3", "method": "GET", "url": "/education/synchronizationProfiles/$count"},
		{"id": "4", "method": "GET", "url": "/education/synchronizationProfiles/`+id+`"}]}`)
	require.Equal(t, 200, a.Status, a.Body)
	assert.EqualValues(t, 429, a.JSON("responses.0.status").Int())
	assert.Equal(t, "5", a.Text("responses.0.headers.Retry-After"))
	assert.EqualValues(t, 200, a.JSON("responses.1.status").Int())
	assert.EqualValues(t, 200, a.JSON("responses.2.status").Int())
	assert.Equal(t, "bm90IGpzb24=", a.Text("responses.2.body"), "what is no JSON goes as base64")
	assert.EqualValues(t, 200, a.JSON("responses.3.status").Int(), "a connection cannot be reset for a part alone")
	entries := g.World().Journal().Entries(journal.Filter{})
	require.Len(t, entries, 6)
	outer := entries[1]
	assert.Equal(t, "batch", outer.Operation)
	for i, e := range entries[2:] {
		assert.Equal(t, outer.ID, e.Batch, i)
	}
	require.NotEmpty(t, entries[5].Detail.Misses)
	assert.Contains(t, entries[5].Detail.Misses[0].Why, "batch")
}

// A throttle counts, tells the truth, and lets the client in again just then.
func TestThrottle(t *testing.T) {
	g := rig.WithScenario(t, "throttle:\n  - {name: tight, operations: [profiles.*], requests: 3, window: 10s}\n")
	for range 3 {
		g.Found(t, rig.ProfilesAt)
	}
	a := g.Get(t, rig.ProfilesAt)
	rig.WantError(t, a, 429, "TooManyRequests", "Too many requests.")
	wait, err := time.ParseDuration(a.Header.Get("Retry-After") + "s")
	require.NoError(t, err)
	require.Positive(t, wait)
	assert.Equal(t, 200, g.Get(t, "/$metadata").Status, "another group")
	g.Advance(t, wait-time.Second)
	assert.Equal(t, 429, g.Get(t, rig.ProfilesAt).Status)
	g.Advance(t, time.Second)
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	e := g.World().Journal().Requests("profiles.list")
	assert.Equal(t, "tight", e[3].Detail.Throttled)
	require.NotNil(t, e[4].Detail.Early, "it came within the Retry-After")
	assert.Equal(t, e[3].ID, e[4].Detail.Early.Entry)
}

// Rules added at run time come first, and can be taken away.
func TestFaultsAtRunTime(t *testing.T) {
	g := rig.WithScenario(t, "faults:\n  - {name: written, operation: profiles.list, respond: {status: 500}}\n")
	f := g.World().Faults()
	require.NoError(t, f.Add(
		fault.Rule{Name: "added", Operation: "profiles.list", Calls: fault.First(1), Respond: &fault.Respond{Status: 503}}))
	require.ErrorContains(t, f.Add(fault.Rule{Name: "added", Operation: "profiles.list", Respond: &fault.Respond{Status: 503}}), "added")
	require.ErrorContains(t, f.Add(fault.Once("profiles.lst", 503)), "did you mean profiles.list?")
	require.ErrorContains(t,
		f.Add(fault.Rule{Name: "odd", Operation: "profiles.list", Respond: &fault.Respond{Status: 503, Error: "tooManyRequest"}}),
		`"tooManyRequests"`)
	assert.Equal(t, 503, g.Get(t, rig.ProfilesAt).Status)
	assert.Equal(t, 500, g.Get(t, rig.ProfilesAt).Status)
	require.True(t, f.Remove("written"))
	require.False(t, f.Remove("written"))
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	g.World().Reset()
	assert.Equal(t, 500, g.Get(t, rig.ProfilesAt).Status, "a reset brings the scenario back")
	assert.Len(t, g.World().Faults().List(), 1)
}

// A scenario that is put while a request runs counts for the next ones.
func TestScenarioPutWhileRequestsRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := rig.WithScenario(t, "faults:\n  - {name: old, operation: profiles.list, delay: 10s, respond: {status: 500}}\n")
		answers := make(chan rig.Answer)
		go func() { answers <- g.Get(t, rig.ProfilesAt) }()
		synctest.Wait()
		notes, err := g.World().SetScenario("new.yaml",
			"version: 1\nname: new\nfixture: one\nfaults:\n  - {name: new, operation: profiles.list, respond: {status: 503}}\n")
		require.NoError(t, err)
		assert.Equal(t, []string{`the fixture "one" counts from the next reset on`}, notes)
		assert.Equal(t, 503, g.Get(t, rig.ProfilesAt).Status)
		assert.Equal(t, 500, (<-answers).Status, "it ends under the scenario that it began with")
		_, err = g.World().SetScenario("bad.yaml",
			"version: 1\nname: bad\nfaults:\n  - {name: x, operation: profiles.lst, respond: {status: 503}}\nexpected: []\n")
		require.Error(t, err)
		assert.Contains(t, err.Error(), "bad.yaml:4:")
		assert.Contains(t, err.Error(), "bad.yaml:5:")
		assert.Equal(t, 503, g.Get(t, rig.ProfilesAt).Status, "nothing of it was applied")
		g.World().UnsetScenario()
		assert.Equal(t, 500, g.Get(t, rig.ProfilesAt).Status)
	})
}

// A secret that a client sends, in whatever place, is nowhere afterwards.
func TestPlantedSecret(t *testing.T) {
	const secret = "pl4nted-s3cret"
	g := rig.WithScenario(t, "faults:\n  - {name: it, operation: profiles.update, respond: {status: 500}}\n")
	body := strings.ReplaceAll(rig.OneRosterBody("North"), "hush-hush", secret)
	id := g.Create(t, body)
	g.Send(t, "PATCH", rig.At(id), body)
	g.Post(t, rig.ProfilesAt, strings.Replace(body, `"displayName"`, `"displayNam"`, 1))
	g.Post(t, rig.ProfilesAt, strings.Replace(body, `"clientSecret"`, `"client\u0053ecret"`, 1)+"garbage")
	g.Get(t, rig.ProfilesAt+"?client_secret="+secret+"&sig="+secret, "Authorization: Bearer "+secret)
	g.Get(t, rig.ProfilesAt+"?$filter=displayName%20eq%20'x'&s%69g="+secret)
	g.Post(t, "/$batch",
		`{"requests":[{"id":"1","method":"POST","url":"/education/synchronizationProfiles","headers":{"Content-Type":"application/json","Authorization":"Bearer `+secret+`"},"body":`+body+`}]}`)
	var all strings.Builder
	for _, e := range g.World().Journal().Entries(journal.Filter{}) {
		fmt.Fprintf(&all, "%+v\n%s\n", e, e.Explain())
		if e.Error != nil {
			fmt.Fprintf(&all, "%+v\n", *e.Error)
		}
	}
	require.NoError(t, g.Verify().WriteText(&all))
	snapshot, err := g.World().Snapshot()
	require.NoError(t, err)
	all.Write(snapshot)
	for _, path := range []string{"worlds/default/journal", "worlds/default/state", "metrics", "worlds/default/verify"} {
		r, err := g.HTTP.Get(g.Root() + "/_graphemu/" + path)
		require.NoError(t, err)
		_, err = io.Copy(&all, r.Body)
		require.NoError(t, err)
		r.Body.Close()
	}
	assert.Greater(t, all.Len(), 10_000)
	assert.NotContains(t, all.String(), secret)
	assert.Contains(t, all.String(), journal.Redacted)
}
