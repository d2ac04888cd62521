package state

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// savedBy runs a server on a state file and returns what the file has then.
func savedBy(t *testing.T, o emulator.Options, use func(g *rig.Rig)) string {
	t.Helper()
	g := rig.New(t, o)
	use(g)
	require.NoError(t, g.Close())
	b, err := os.ReadFile(o.State)
	require.NoError(t, err)
	return string(b)
}

// A file of version 1, which had no checksum, is read. So anybody may change a
// file by hand who says so.
func TestStateFileWithoutAChecksum(t *testing.T) {
	o := emulator.Options{State: filepath.Join(t.TempDir(), "state.json")}
	text := savedBy(t, o, func(g *rig.Rig) { g.Create(t, rig.CSVBody("North")) })
	old := regexp.MustCompile(`(?m)^  "(sha256|revocations)": .*\n`).ReplaceAllString(text, "")
	old = strings.Replace(old, `"version": 2`, `"version": 1`, 1)
	old = strings.Replace(old, "North", "South", 1)
	require.NoError(t, os.WriteFile(o.State, []byte(old), 0o600))
	text = savedBy(t, o, func(g *rig.Rig) { assert.Contains(t, g.Get(t, rig.ProfilesAt).Body, "South") })
	assert.Contains(t, text, `"version": 2`)

	for version, want := range map[string]string{"3": "version 3; this graphemu reads versions 1 to 2", "0": "version 0; this graphemu reads",
		"2": "does not match its checksum"} {
		require.NoError(t, os.WriteFile(o.State, []byte(strings.Replace(old, `"version": 1`, `"version": `+version, 1)), 0o600))
		_, err := emulator.New(o)
		assert.ErrorContains(t, err, want)
	}
}

// Two servers on one file would each undo what the other saves. The second is
// refused, by whatever name it knows the file, until the first has closed.
func TestStateFileIsForOne(t *testing.T) {
	dir := t.TempDir()
	o := emulator.Options{State: filepath.Join(dir, "state.json")}
	link := emulator.Options{State: filepath.Join(dir, "link.json")}
	if err := os.Symlink("state.json", link.State); err != nil {
		link = o
	}
	first := rig.New(t, link)
	for _, second := range []emulator.Options{o, link} {
		_, err := emulator.New(second)
		require.ErrorContains(t, err, fmt.Sprintf("state %s: the graphemu with process id %d has this file in use", second.State, os.Getpid()))
	}
	require.NoError(t, first.Close())
	require.ErrorContains(t, first.SaveState(), "the server is closed")
	for _, refused := range []emulator.Options{{State: o.State, Fixture: "nope"}, {State: o.State, HTTP: "nowhere.invalid:0"}} {
		_, err := emulator.New(refused)
		require.Error(t, err)
	}
	second, err := emulator.New(o)
	require.NoError(t, err, "neither one that closed nor one that never began holds it")
	require.NoError(t, second.Close())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range left {
		assert.NotContains(t, e.Name(), ".lock")
	}
	if link.State != o.State {
		to, err := os.Readlink(link.State)
		require.NoError(t, err, "the link is still one")
		assert.Equal(t, "state.json", to)
	}
}

// What savers left that were killed goes at the next start.
func TestStateFileSweepsItsFolder(t *testing.T) {
	dir := t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{".state.json.123.tmp", ".graphemu-state-456", ".other.json.123.tmp", "state.json.lock"} {
		require.NoError(t, os.WriteFile(at(name), []byte("half"), 0o600))
	}
	savedBy(t, emulator.Options{State: at("state.json")}, func(*rig.Rig) {
		assert.NoFileExists(t, at(".state.json.123.tmp"))
		assert.NoFileExists(t, at(".graphemu-state-456"))
	})
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Len(t, left, 2)
}

// A file that is none of ours is refused by how it begins, be it ever so large.
func TestStateFileThatIsLarge(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	for _, size := range []int64{2 << 30, 5 << 30} { // of no blocks
		require.NoError(t, os.Truncate(file, size))
		_, err := emulator.New(emulator.Options{State: file})
		assert.ErrorContains(t, err, "state "+file+": ")
	}
	_, err := emulator.New(emulator.Options{State: file})
	assert.ErrorContains(t, err, "the file has 5368709120 bytes; the most is 4294967296")
}

// A token that was revoked is not good again because its world made room for
// another, or because of a restart after that.
func TestDroppedWorldKeepsItsRevocations(t *testing.T) {
	o := emulator.Options{State: filepath.Join(t.TempDir(), "state.json"), DataDir: t.TempDir()}
	var old, fresh string
	check := func(g *rig.Rig) {
		assert.Equal(t, 401, g.With(t, old, "GET", rig.ProfilesAt, "").Status)
		assert.Equal(t, 200, g.With(t, fresh, "GET", rig.ProfilesAt, "").Status)
	}
	issue := func(g *rig.Rig) string {
		token, err := g.World("north").Token(emulator.TokenOptions{})
		require.NoError(t, err)
		return token
	}
	drop := func(g *rig.Rig) {
		require.Equal(t, 204, g.Control(t, "DELETE", "worlds/north", "").Status)
	}
	text := savedBy(t, o, func(g *rig.Rig) {
		old = issue(g)
		require.EqualValues(t, 1, g.World("north").Revoke())
		fresh = issue(g)
		check(g)
		drop(g)
		check(g)
		drop(g)
	})
	assert.Contains(t, text, `"revoked": 1`)
	savedBy(t, o, func(g *rig.Rig) {
		check(g)
		assert.EqualValues(t, 2, g.World("north").Revoke(), "no token of before is out of its reach")
		assert.Equal(t, 401, g.With(t, fresh, "GET", rig.ProfilesAt, "").Status)
	})
	const tenant = `"tenant": "11111111-1111-4111-8111-111111111111", `
	for bad, want := range map[string]string{`"tenant": "x"`: "/revocations/0: /tenant", tenant + tenant: "duplicate object member name",
		tenant + `"highest": 9007199254740993`: "/revocations/0: /revoked", tenant + `"sessions": ["x"]`: "/revocations/0: /sessions"} {
		text := `{"kind": "graphemu state", "version": 1, "revocations": [{` + bad + `}], "worlds": []}`
		require.NoError(t, os.WriteFile(o.State, []byte(text), 0o600))
		_, err := emulator.New(o)
		assert.ErrorContains(t, err, want)
	}
}

// Shutdown ends what hangs or is slow on purpose at once: nobody waits for its end.
func TestShutdownEndsWhatIsSlowOnPurpose(t *testing.T) {
	g := rig.WithScenario(t, `
faults:
  - {name: hangs, operation: profiles.list, then: hang}
  - {name: late, operation: profiles.count, delay: 1h}
  - {name: slow, operation: metadata, slow: {bytes: 1, every: 1h}}
`)
	ended := make(chan error, 3)
	for _, path := range []string{rig.ProfilesAt, rig.ProfilesAt + "/$count", "/$metadata"} {
		go func() {
			r, err := http.NewRequestWithContext(t.Context(), "GET", g.URL+path, nil)
			if err == nil {
				r.Header.Set("Authorization", "Bearer t")
				var a *http.Response
				if a, err = g.Client().Do(r); err == nil {
					_, err = io.Copy(io.Discard, a.Body)
					a.Body.Close()
				}
			}
			ended <- err
		}()
	}
	// The one that is late is in the journal when it is answered.
	require.Eventually(t, func() bool { return len(g.World().Journal().Entries(journal.Filter{})) >= 2 }, 10*time.Second, time.Millisecond)
	require.NoError(t, g.Shutdown(t.Context()))
	for range 3 {
		<-ended
	}
}
