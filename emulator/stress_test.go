package emulator_test

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

	"github.com/graphemu/graphemu/emulator"
)

// busy are scenarios that take each other's place; each has rules of names that
// the others lack.
var busy = []string{
	"version: 1\nfaults: [{name: slow, operation: profiles.list, calls: every 3, delay: 1ms}, {name: cut, operation: profiles.get, chance: 0.3, body: {cutAt: 50%}, then: close}]\n",
	"version: 1\nclock: {mode: frozen, perRequest: 1s}\nfaults: [{name: early, operation: 'profiles.*', calls: every 2, respond: {status: 429, retryAfter: 5s, punishEarly: true}}]\n",
	"version: 1\nclock: {mode: scaled, factor: 1000}\nthrottle: [{name: tight, requests: 3, window: 2s}]\nlifecycles: [{name: long, on: profiles.start, steps: [{status: extracting}, {status: error, after: {reads: 3}, errors: 2}]}]\n",
	"version: 1\nexpect: [{operation: profiles.list, noEarlyRetry: true, minInterval: 1s}, {profile: {displayName: North}, status: success}]\n",
}

// prepared returns a file with text that may take another's place whole.
func prepared(t *testing.T, text string) string {
	file := filepath.Join(t.TempDir(), "new.yaml")
	assert.NoError(t, os.WriteFile(file, []byte(text), 0o600))
	return file
}

// Whatever clients and tests do to the same worlds at once, nothing races or
// hangs, each snapshot that is taken on the way can be restored, and so can the
// state file; in the end nothing is left running.
func TestEverythingAtOnce(t *testing.T) {
	before := runtime.NumGoroutine()
	file := filepath.Join(t.TempDir(), "scenario.yaml")
	require.NoError(t, os.WriteFile(file, []byte(busy[0]), 0o600))
	o := emulator.Options{Scenario: file, State: filepath.Join(t.TempDir(), "state.json"), Limits: emulator.Limits{Worlds: 4, JournalEntries: 50}}
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
		switch draw.IntN(22) {
		case 0, 1:
			send(client, "POST", profiles, csvBody("North"), world)
		case 2:
			send(client, "POST", profiles+"/"+id+"/start", "", world)
		case 3, 4:
			send(client, "GET", profiles, "", world)
		case 5:
			send(other.Client(), "GET", other.URL+"/beta/education/synchronizationProfiles/"+id, "", world)
		case 6:
			send(client, "POST", s.URL+"/$batch", fmt.Sprintf(`{"requests":[{"id":"1","method":"GET","url":"/education/synchronizationProfiles/%s"},{"id":"2","method":"GET","url":"/education/synchronizationProfiles"}]}`, id), world)
		case 7:
			_, err := w.SetScenario("busy.yaml", busy[draw.IntN(len(busy))])
			assert.NoError(t, err)
		case 8:
			w.UnsetScenario()
		case 9:
			assert.NoError(t, os.Rename(prepared(t, busy[draw.IntN(len(busy))]), file))
			assert.NoError(t, s.ReloadScenario())
		case 10:
			send(client, "POST", in+"/faults", fmt.Sprintf(`{"name":"f%d","operation":"*","calls":"every 2","respond":{"status":503}}`, draw.IntN(4)), world)
		case 11:
			w.Faults().Remove(fmt.Sprint("f", draw.IntN(4)))
		case 12:
			send(client, "POST", in+"/clock", []string{`{"freeze":true}`, `{"advance":"1h"}`, `{"advance":"idle"}`, `{"scale":60}`, `{"set":"2026-01-05T06:00:00Z"}`}[draw.IntN(5)], world)
		case 13:
			w.Reset()
		case 14:
			send(client, "DELETE", in, "", world)
		case 15, 16:
			b, err := w.Snapshot()
			if assert.NoError(t, err) {
				assert.NoError(t, w.Restore(b))
			}
		case 17:
			send(client, "GET", in+"/journal?contains=detail.fault", "", world)
		case 18:
			w.Journal().Clear()
		case 19:
			s.Verify()
			send(client, "GET", in+"/verify", "", world)
		case 20:
			send(client, "GET", control+"metrics", "", world)
		case 21:
			assert.NoError(t, s.SaveState())
		}
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

	// Whichever text the file has now plays in each world that has none of its own.
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
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond, "something was left running")
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
	var wg sync.WaitGroup
	wg.Go(func() {
		for i := range 500 {
			_, err := w.SetScenario("x", fmt.Sprintf("version: 1\nfaults: [{name: f%d, operation: profiles.list, respond: {status: 503}}]\n", i%2))
			assert.NoError(t, err)
			w.Faults().Remove("f0")
		}
	})
	for range 500 {
		b, err := w.Snapshot()
		require.NoError(t, err)
		require.NoError(t, other.Restore(b))
	}
	wg.Wait()
}

// A handler that is mounted elsewhere is asked while the server closes: what
// waits or hangs for a scenario ends, and what comes later does not begin to.
func TestCloseWhileMounted(t *testing.T) {
	s, err := emulator.New(emulator.Options{ScenarioText: "version: 1\nfaults: [{name: long, operation: profiles.list, calls: every 2, delay: 1h}, {name: hang, operation: profiles.get, then: hang}]\n"})
	require.NoError(t, err)
	other := httptest.NewServer(s.Handler())
	defer other.Close()
	var wg sync.WaitGroup
	answered := make(chan struct{}, 100)
	for range 8 {
		wg.Go(func() {
			for i := range 40 {
				r, err := http.NewRequestWithContext(t.Context(), "GET", other.URL+"/beta/education/synchronizationProfiles"+strings.Repeat("/x", i%2), nil)
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
