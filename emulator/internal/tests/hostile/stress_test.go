package hostile

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// prepared returns a file with text that may take another's place whole.
func prepared(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "new.yaml")
	assert.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// move is something that a client or a test does; one with a larger weight is done more often.
type move struct {
	name   string
	weight int
	do     func()
}

// pick does one of the moves.
func pick(draw *rand.Rand, moves []move) {
	total := 0
	for _, m := range moves {
		total += m.weight
	}
	n := draw.IntN(total)
	for _, m := range moves {
		if n -= m.weight; n < 0 {
			m.do()
			return
		}
	}
}

// Whatever clients and tests do to the same worlds at once, nothing races or
// hangs, each snapshot that is taken on the way can be restored, and so can the
// state file; in the end nothing is left running.
func TestEverythingAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(rig.BusyScenarios[0]), 0o600))
	o := emulator.Options{Scenario: file, State: filepath.Join(t.TempDir(), "state.json"),
		Limits: emulator.Limits{Worlds: 4, JournalEntries: 50}}
	s, err := emulator.New(o)
	require.NoError(t, err)
	defer s.Close()
	other := httptest.NewServer(s.Handler()) // mounted in somebody else's server
	defer other.Close()
	const control = "https://localhost/_graphemu/"

	client := s.Client()
	send := func(client *http.Client, method, url, body, world string) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
		if !assert.NoError(t, err) {
			return
		}
		r.Header.Set("Authorization", "Bearer world-"+world)
		r.Header.Set("Content-Type", "application/json")
		if a, err := client.Do(r); err == nil { // else a fault has cut it
			io.Copy(io.Discard, a.Body)
			a.Body.Close()
		}
		assert.NoError(t, ctx.Err(), "%s %s hangs", method, url)
	}
	uploadURL := func(client *http.Client, url, world string) string {
		r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
		if !assert.NoError(t, err) {
			return ""
		}
		r.Header.Set("Authorization", "Bearer world-"+world)
		a, err := client.Do(r)
		if err != nil {
			return ""
		}
		defer a.Body.Close()
		b, _ := io.ReadAll(a.Body) // a fault may have cut it: then there is no URL
		return gjson.GetBytes(b, "value").String()
	}
	upload := func(client *http.Client, url, content string) {
		r, err := http.NewRequestWithContext(t.Context(), "PUT", url, strings.NewReader(content))
		if !assert.NoError(t, err) {
			return
		}
		r.Header.Set("x-ms-blob-type", "BlockBlob")
		if a, err := client.Do(r); err == nil {
			io.Copy(io.Discard, a.Body)
			a.Body.Close()
		}
	}
	act := func(draw *rand.Rand) {
		world := []string{"a", "b", "c"}[draw.IntN(3)]
		w, err := s.World(world)
		if !assert.NoError(t, err) {
			return
		}
		profiles := s.URL + "/education/synchronizationProfiles"
		id := "none"
		if all := w.Profiles(); len(all) > 0 {
			id = all[draw.IntN(len(all))].ID
		}
		in := control + "worlds/" + world
		rosters := s.URL + "/education"
		pick(draw, []move{
			{"create", 2, func() { send(client, "POST", profiles, rig.CSVBody("North"), world) }},
			{"start", 1, func() { send(client, "POST", profiles+"/"+id+"/start", "", world) }},
			{"list", 2, func() { send(client, "GET", profiles, "", world) }},
			{"get where it is mounted", 1, func() {
				send(other.Client(), "GET", other.URL+"/beta/education/synchronizationProfiles/"+id, "", world)
			}},
			{"a batch", 1, func() {
				send(client, "POST", s.URL+"/$batch",
					fmt.Sprintf(`{"requests":[{"id":"1","method":"GET","url":"/education/synchronizationProfiles/%s"},{"id":"2","method":"GET","url":"/education/synchronizationProfiles"}]}`, id), world)
			}},
			{"put a scenario", 1, func() {
				_, err := w.SetScenario("busy.yaml", rig.BusyScenarios[draw.IntN(len(rig.BusyScenarios))])
				assert.NoError(t, err)
			}},
			{"remove the scenario", 1, func() { w.UnsetScenario() }},
			{"reload the scenario of the server", 1, func() {
				assert.NoError(t, os.Rename(prepared(t, rig.BusyScenarios[draw.IntN(len(rig.BusyScenarios))]), file))
				assert.NoError(t, s.ReloadScenario())
			}},
			{"add a fault", 1, func() {
				send(client, "POST", in+"/faults",
					fmt.Sprintf(`{"name":"f%d","operation":"*","calls":"every 2","respond":{"status":503}}`, draw.IntN(4)), world)
			}},
			{"remove a fault", 1, func() { w.Faults().Remove(fmt.Sprint("f", draw.IntN(4))) }},
			{"move the clock", 1, func() {
				send(client, "POST", in+"/clock",
					[]string{`{"freeze":true}`, `{"advance":"1h"}`, `{"advance":"idle"}`, `{"scale":60}`,
						`{"set":"2026-01-05T06:00:00Z"}`}[draw.IntN(5)], world)
			}},
			{"reset the world", 1, func() { w.Reset() }},
			{"drop the world", 1, func() { send(client, "DELETE", in, "", world) }},
			{"snapshot and restore", 2, func() {
				b, err := w.Snapshot()
				if assert.NoError(t, err) {
					assert.NoError(t, w.Restore(b))
				}
			}},
			{"read the journal", 1, func() { send(client, "GET", in+"/journal?contains=detail.fault", "", world) }},
			{"clear the journal", 1, func() { w.ClearJournal() }},
			{"verify", 1, func() {
				s.Verify()
				send(client, "GET", in+"/verify", "", world)
			}},
			{"metrics", 1, func() { send(client, "GET", control+"metrics", "", world) }},
			{"save the state file", 1, func() { assert.NoError(t, s.SaveState()) }},
			{"upload and start", 3, func() {
				to := uploadURL(client, profiles+"/"+id+"/uploadUrl", world)
				for name, content := range rig.SmallRoster {
					if base, sas, ok := strings.Cut(to, "?"); ok && draw.IntN(8) > 0 {
						upload(client, base+"/"+name+"?"+sas, content)
					}
				}
				send(client, "POST", profiles+"/"+id+"/start", "", world)
			}},
			{"read what syncs made", 1, func() {
				send(client, "GET", rosters+[]string{"/users?$count=true", "/schools", "/classes?$filter=displayName%20eq%20'Art%201'"}[draw.IntN(3)],
					"", world)
			}},
			{"start over", 1, func() { send(client, "POST", profiles+"/"+id+"/reset", "", world) }},
			{"delete", 1, func() { send(client, "DELETE", profiles+"/"+id, "", world) }},
		})
	}
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			draw := rand.New(rand.NewPCG(1, uint64(i)))
			for range 150 {
				act(draw)
			}
		})
	}
	wg.Wait()

	// Whichever text the file has now is in force in each world that has none of its own.
	require.NoError(t, s.ReloadScenario())
	for _, w := range s.Worlds() {
		w.UnsetScenario()
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(text), w.Scenario()[0].Text)
	}
	other.Close()
	client.CloseIdleConnections()
	require.NoError(t, s.Close())
	again, err := emulator.New(o)
	require.NoError(t, err, "the state file is whole")
	require.NoError(t, again.Close())
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond,
		"something was left running")
}

// A snapshot is of one moment: its scenario is the one whose faults it counts.
func TestSnapshotsWhileScenariosArePut(t *testing.T) {
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	defer s.Close()
	w, err := s.World("w")
	require.NoError(t, err)
	other, err := s.World("other")
	require.NoError(t, err)
	times := 500
	if rig.Race { // it sees at the first few what there is to see
		times = 100
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range times {
			_, err := w.SetScenario("x", fmt.Sprintf("version: 1\nfaults: [{name: f%d, operation: profiles.list, respond: {status: 503}}]\n", i%2))
			assert.NoError(t, err)
			w.Faults().Remove("f0")
		}
	})
	for range times {
		b, err := w.Snapshot()
		require.NoError(t, err)
		require.NoError(t, other.Restore(b))
	}
	wg.Wait()
}

// A handler that is mounted elsewhere is asked while the server closes: what
// waits or hangs for a scenario ends, and what comes later does not begin to.
func TestCloseWhileMounted(t *testing.T) {
	s, err := emulator.New(
		emulator.Options{ScenarioText: "version: 1\nfaults: [{name: long, operation: profiles.list, calls: every 2, delay: 1h}, {name: hang, operation: profiles.get, then: hang}]\n"})
	require.NoError(t, err)
	other := httptest.NewServer(s.Handler())
	defer other.Close()
	var wg sync.WaitGroup
	answered := make(chan struct{}, 100)
	for range 8 {
		wg.Go(func() {
			for i := range 40 {
				r, err := http.NewRequestWithContext(t.Context(), "GET",
					other.URL+"/beta/education/synchronizationProfiles"+strings.Repeat("/x", i%2), nil)
				if !assert.NoError(t, err) {
					return
				}
				r.Header.Set("Authorization", "Bearer t")
				if a, err := other.Client().Do(r); err == nil {
					io.Copy(io.Discard, a.Body)
					a.Body.Close()
				}
				select {
				case answered <- struct{}{}:
				default:
				}
			}
		})
	}
	<-answered
	require.NoError(t, s.Close())
	wg.Wait()
}

// A snapshot is of one moment with its rosters too: whatever is put, started and
// deleted meanwhile, it can be restored. No verified roster is taken for another.
func TestSnapshotsWhileRostersMove(t *testing.T) {
	s, err := emulator.New(emulator.Options{ScenarioText: "version: 1\nclock: {mode: frozen, perRequest: 300ms}\n"})
	require.NoError(t, err)
	defer s.Close()
	w, err := s.World("w")
	require.NoError(t, err)
	other, err := s.World("other")
	require.NoError(t, err)
	client := s.Client()
	ask := func(method, url, body string, headers ...string) string {
		r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
		if !assert.NoError(t, err) {
			return ""
		}
		for _, h := range append(headers, "Content-Type: application/json") {
			name, value, _ := strings.Cut(h, ": ")
			r.Header.Set(name, value)
		}
		a, err := rig.Receive(client, r)
		assert.NoError(t, err)
		return a.Body
	}
	const token = "Authorization: Bearer world-w"
	profiles := s.URL + rig.ProfilesAt
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for range 20 {
				at := profiles + "/" + gjson.Get(ask("POST", profiles, rig.CSVBody("North"), token), "id").String()
				var to string
				for range 20 { // until it is provisioned
					if to = gjson.Get(ask("GET", at+"/uploadUrl", "", token), "value").String(); to != "" {
						break
					}
				}
				base, sas, _ := strings.Cut(to, "?")
				for name, content := range rig.SmallRoster {
					ask("PUT", base+"/"+name+"?"+sas, content, "x-ms-blob-type: BlockBlob")
				}
				messages := gjson.Get(ask("POST", at+"/start", "", token), "value.#.type")
				assert.True(t, messages.Exists())
				assert.NotContains(t, messages.Raw, "Error")
				ask("PUT", base+"/School.csv?"+sas, "no CSV\x00", "x-ms-blob-type: BlockBlob")
				ask("GET", s.URL+"/education/users", "", token)
				ask("DELETE", at, "", token)
			}
		})
	}
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	for moving := true; moving; {
		select {
		case <-done:
			moving = false
		default:
		}
		b, err := w.Snapshot()
		require.NoError(t, err)
		if !assert.NoError(t, other.Restore(b)) {
			break
		}
	}
	<-done
}

// Close ends uploads that are in the middle, and nothing is left running.
func TestCloseWhileUploading(t *testing.T) {
	before := runtime.NumGoroutine()
	for name, o := range map[string]emulator.Options{"memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "127.0.0.1:0"}} {
		t.Run(name, func(t *testing.T) {
			o.Fixture = "one"
			s, err := emulator.New(o)
			require.NoError(t, err)
			defer s.Close()
			w, err := s.World("")
			require.NoError(t, err)
			client := s.Client()
			r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+rig.ProfilesAt+"/"+w.Profiles()[0].ID+"/uploadUrl", nil)
			require.NoError(t, err)
			r.Header.Set("Authorization", "Bearer t")
			a, err := rig.Receive(client, r)
			require.NoError(t, err)
			base, sas, ok := strings.Cut(gjson.Get(a.Body, "value").String(), "?")
			require.True(t, ok, a.Body)
			body, feed := io.Pipe()
			up, err := http.NewRequestWithContext(t.Context(), "PUT", base+"/school.csv?"+sas, body)
			require.NoError(t, err)
			up.ContentLength = 1 << 20
			up.Header.Set("x-ms-blob-type", "BlockBlob")
			ended := make(chan error, 1)
			go func() {
				_, err := rig.Receive(client, up)
				ended <- err
			}()
			_, err = feed.Write(make([]byte, 300<<10)) // more than one piece: it is being read
			require.NoError(t, err)
			require.NoError(t, s.Close())
			feed.CloseWithError(io.ErrUnexpectedEOF)
			assert.Error(t, <-ended)
			client.CloseIdleConnections()
		})
	}
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond,
		"something was left running")
}
