package gosdk

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/scenario"
	khttp "github.com/microsoft/kiota-http-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A good client gets through every built-in scenario. It waits for what it asked for,
// retries as its SDK does, reads the errors that a sync left, and cleans up. Time
// is that of synctest: nobody waits, and what takes an hour takes an hour.

// journey is one way through a scenario.
type journey struct {
	scenario string
	csv      bool              // needs files, which cannot be uploaded; else PowerSchool, which starts by itself
	poll     time.Duration     // between two reads; default 250 ms
	want     []string          // what the client saw
	retries  int               // by the SDK, on the wire
	fired    map[string]uint64 // faults that struck
}

// What a client of the timeline without incidents sees.
var (
	provision = []string{"created provisioning", "provisioned"}
	synced    = []string{"extracting", "validating", "inProgress", "success"}
	deleted   = []string{"delete", "deleting", "gone"}
	plain     = slices.Concat(provision, synced, deleted)
)

var journeys = map[string]journey{
	"default": {scenario: "default", want: plain},
	// Its container is empty, and nothing says how a sync of it would go.
	"default, CSV": {scenario: "default", csv: true, want: slices.Concat(provision, []string{"start refused: 400 without a code"}, deleted)},
	// A create answers as the service did, and all is over when it has answered.
	"instant":  {scenario: "instant", want: []string{"created provisioning", "provisioned", "success", "delete", "gone"}},
	"manual":   {scenario: "manual", want: plain},
	"realtime": {scenario: "realtime", poll: 30 * time.Second, want: plain},
	// It was told to wait while the sync validated.
	"throttled": {scenario: "throttled", want: without(plain, "validating"), retries: 4,
		fired: map[string]uint64{"throttle-first": 1, "throttle-profile": 1, "throttle-status": 2}},
	"throttled, CSV": {scenario: "throttled", csv: true, retries: 4,
		want:  slices.Concat(provision, []string{"start refused: 400 without a code"}, deleted),
		fired: map[string]uint64{"throttle-first": 1, "throttle-profile": 1, "throttle-start": 2}},
	"outage": {scenario: "outage", want: plain, retries: 3, fired: map[string]uint64{"down": 3}},
	"provisioning-fails": {scenario: "provisioning-fails",
		want: slices.Concat([]string{"created provisioning", "provisioningFailed"}, deleted)},
	"deletion-fails": {scenario: "deletion-fails",
		want: slices.Concat(provision, synced, []string{"delete", "deleting", "deletionFailed"}, deleted)},
	"validation-errors": {scenario: "validation-errors", csv: true,
		want: slices.Concat(provision,
			[]string{"start: 0 messages", "extracting", "validating", "validationError with 3 errors", "read 3 errors in 1 pages",
				"resume", "inProgress with 3 errors", "success with 3 errors"}, deleted)},
	"validation-errors, PowerSchool": {scenario: "validation-errors",
		want: slices.Concat(provision, []string{"extracting", "validating", "validationError with 3 errors", "read 3 errors in 1 pages",
			"resume", "inProgress with 3 errors", "success with 3 errors"}, deleted)},
	"quarantined": {scenario: "quarantined", csv: true,
		want: slices.Concat(provision,
			[]string{"start: 0 messages", "extracting", "validating", "inProgress", "quarantined with 40 errors", "read 40 errors in 1 pages",
				"reset", "extracting", "inProgress", "success"}, deleted)},
	"sync-errors": {scenario: "sync-errors", csv: true,
		want: slices.Concat(provision,
			[]string{"start: 0 messages", "extracting", "validating", "inProgress with 150 errors", "error with 350 errors",
				"read 350 errors in 4 pages"}, deleted)},
	"retired": {scenario: "retired",
		want: []string{"create refused: 400 BadRequest: Resource not found for the segment 'synchronizationProfiles'."}},
}

func without(list []string, what string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(s string) bool { return s == what })
}

func TestEveryScenarioHasAJourney(t *testing.T) {
	// TestFlakyGateway; TestSmallPages; azure-go, TestUploadExpires; azidentity-go
	covered := []string{"flaky-gateway", "small-pages", "upload-expires", "token-expires"}
	for _, j := range journeys {
		covered = append(covered, j.scenario)
	}
	slices.Sort(covered)
	assert.ElementsMatch(t, scenario.Names(), slices.Compact(covered))
}

func TestScenarios(t *testing.T) {
	for name, j := range journeys {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := emulatortest.Start(t, emulator.Options{Scenario: j.scenario, Verify: emulator.VerifyWarn})
				c := travel(t, g, j)
				assert.Equal(t, j.want, c.seen)
				assert.Equal(t, j.retries, c.road.retries, "retries on the wire")
				assert.Zero(t, c.again, "calls that the SDK does not repeat")
				assert.Equal(t, j.fired, fired(g.World().World))
				verdict := g.Verify()
				assert.True(t, verdict.OK, verdict.Summary)
			})
		})
	}
}

// fired returns how often each fault struck, of those that did; nil: none.
func fired(w *emulator.World) (often map[string]uint64) {
	for _, use := range w.Faults().List() {
		if use.Fired > 0 {
			if often == nil {
				often = map[string]uint64{}
			}
			often[use.Rule.Name] = use.Fired
		}
	}
	return often
}

// Which calls the gateway spoils hangs on how often a client polls, and so on
// the jitter of the SDK. What it gets to must not.
func TestFlakyGateway(t *testing.T) {
	met := map[string]uint64{}
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed+1), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := emulatortest.Start(t, emulator.Options{Scenario: "flaky-gateway", Seed: seed + 1})
				c := travel(t, g, journey{})
				rest := plain
				for _, s := range c.seen {
					i := slices.Index(rest, s)
					require.GreaterOrEqualf(t, i, 0, "%q is out of place in %q", s, c.seen)
					rest = rest[i+1:]
				}
				assert.Subset(t, c.seen, []string{"created provisioning", "provisioned", "success", "delete", "gone"})
				var failures uint64
				for name, n := range fired(g.World().World) {
					met[name] += n
					failures += n
				}
				assert.EqualValues(t, failures, c.road.retries+c.again, "each failure is repeated, and nothing else")
				assert.Empty(t, g.World().Profiles(), "no create was carried out twice")
			})
		})
	}
	assert.ElementsMatch(t, []string{"bad-gateway", "unavailable", "gateway-timeout", "half-a-profile", "half-a-status"},
		slices.Collect(maps.Keys(met)))
}

// impatient does not wait: what is refused it sends again at once, a few times, where it has no body.
type impatient struct{ next http.RoundTripper }

func (i impatient) RoundTrip(q *http.Request) (a *http.Response, err error) {
	for range 3 {
		if a, err = i.next.RoundTrip(q); err != nil || a.StatusCode != http.StatusTooManyRequests || q.Body != nil {
			return a, err
		}
		a.Body.Close()
	}
	return i.next.RoundTrip(q)
}

// The same journey is judged otherwise where the client does not wait.
func TestImpatientClientIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := emulatortest.Start(t, emulator.Options{Scenario: "throttled", Verify: emulator.VerifyOff})
		c := inOrder(t, g.URL, "world-impatient", impatient{g.Client().Transport}, khttp.NewCompressionHandler(), khttp.NewRetryHandler())
		id := *c.create("North").id
		_, err := c.get(id)
		require.NoError(t, err)
		// The second is throttled, and each repetition makes it worse.
		_, err = c.get(id)
		require.NoError(t, err, "the SDK waits in the end")

		v := g.Verify()
		assert.False(t, v.OK)
		require.Len(t, v.Worlds, 1)
		require.Len(t, v.Worlds[0].Expectations, 1)
		judged := v.Worlds[0].Expectations[0]
		assert.False(t, judged.OK)
		assert.Equal(t, 3, judged.Blamed)
		assert.Contains(t, judged.Seen, "early")
		assert.Equal(t, map[string]uint64{"throttle-first": 1, "throttle-profile": 4}, fired(g.World("impatient").World),
			"of profiles one by its turn, three as a punishment")
	})
}

// What the scenario outage shows of kiota-http-go 1.5.4: where its retry handler
// stands before its compression, it repeats a body uncompressed that its headers
// say to be gzip. Its defaults are in the one order or the other by chance.
func TestRetryOfACompressedBody(t *testing.T) {
	for name, order := range map[string]struct {
		middleware []khttp.Middleware
		status     int
		encoding   string // of what was sent last, whose header says gzip
	}{
		"compressed, then repeated": {[]khttp.Middleware{khttp.NewCompressionHandler(), khttp.NewRetryHandler()}, http.StatusAccepted,
			"\x1f\x8b"},
		"repeated, then compressed": {[]khttp.Middleware{khttp.NewRetryHandler(), khttp.NewCompressionHandler()}, http.StatusBadRequest, "{"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := emulatortest.Start(t, emulator.Options{Scenario: "outage"})
				r := &road{next: g.Client().Transport}
				c := inOrder(t, g.URL, g.Token(), r, order.middleware...)
				_, err := c.Send(t.Context(), c.creation("North"), newProfile, mappings)
				assert.Equal(t, order.status, c.wire.answer.StatusCode)
				assert.Equal(t, order.status != http.StatusAccepted, err != nil)
				assert.Equal(t, 4, c.wire.sent)
				assert.Equal(t, "gzip", c.wire.request.Header.Get("Content-Encoding"))
				assert.Truef(t, strings.HasPrefix(r.body, order.encoding), "%q", r.body)
				if err != nil {
					details := refused(t, err, http.StatusBadRequest).GetDetails()
					require.NotEmpty(t, details)
					assert.Equal(t, "unreadableBody", *details[0].GetCode())
				}
			})
		})
	}
}
