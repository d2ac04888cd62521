package emulator_test

import (
	"net"
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
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A wrong option is refused in one sentence that names it and says what would
// be right; nothing is left running or listening.
func TestWrongOptions(t *testing.T) {
	rig.Warm(t)
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	port := taken.Addr().String()
	broken := filepath.Join(t.TempDir(), "broken.json")
	require.NoError(t, os.WriteFile(broken, []byte(`{"version": 1, "profilse": []}`), 0o600))

	before := runtime.NumGoroutine()
	for _, c := range []struct {
		o    emulator.Options
		want []string
	}{
		{emulator.Options{Auth: "Off"}, []string{`auth "Off": want lenient, strict or off`}},
		{emulator.Options{Control: "localhost"}, []string{`control "localhost": want loopback, any or off`}},
		{emulator.Options{Clock: "fast"}, []string{`clock "fast": want real, frozen`}},
		{emulator.Options{Clock: "x0"}, []string{`clock "x0": want a factor above 0`}},
		{emulator.Options{Clock: "x-1"}, []string{`clock "x-1"`}},
		{emulator.Options{Clock: "xNaN"}, []string{`clock "xNaN"`}},
		{emulator.Options{Clock: "xInf"}, []string{`clock "xInf"`}},
		{emulator.Options{Clock: "frozen@noon"}, []string{`clock "frozen@noon": want an instant like`}},
		{emulator.Options{Clock: "frozen@"}, []string{`clock "frozen@"`}},
		{emulator.Options{Variants: map[string]string{"createStats": "201"}},
			[]string{`unknown variant "createStats"; did you mean "createStatus"?; there are createStatus`}},
		{emulator.Options{Variants: map[string]string{"createStatus": "200"}},
			[]string{`variant createStatus has no reading "200"; it has 202, 201`}},
		{emulator.Options{Fixture: "contso"}, []string{`there is no fixture "contso"`, "empty"}},
		{emulator.Options{Fixture: "./nowhere.json"}, []string{"fixture ./nowhere.json: no such file"}},
		{emulator.Options{Fixture: broken}, []string{broken + ": /profilse", `did you mean "profiles"`}},
		{emulator.Options{PublicURL: "graph.example.test"}, []string{`public URL "graph.example.test": want one like https://`}},
		{emulator.Options{PublicURL: "ftp://x"}, []string{`public URL "ftp://x"`}},
		{emulator.Options{PublicURL: "https://x/?a=b"}, []string{"public URL"}},
		{emulator.Options{PublicURL: "https://x#y"}, []string{"public URL"}},
		{emulator.Options{PublicURL: `https://x"y`}, []string{"public URL"}},
		{emulator.Options{PublicURL: "https://"}, []string{"public URL"}},
		{emulator.Options{PublicURL: "http://["}, []string{"public URL"}},
		{emulator.Options{Limits: emulator.Limits{Worlds: -1}}, []string{"the limit of worlds is -1: want a positive number"}},
		{emulator.Options{Limits: emulator.Limits{Profiles: -5}}, []string{"the limit of profiles is -5"}},
		{emulator.Options{Limits: emulator.Limits{Body: -9}}, []string{"the limit of body is -9"}},
		{emulator.Options{HTTP: "9400"}, []string{`cannot listen on "9400": want HOST:PORT`}},
		{emulator.Options{HTTP: "localhost:http"}, []string{`cannot listen on "localhost:http"`}},
		{emulator.Options{HTTP: "localhost:99999"}, []string{`cannot listen on "localhost:99999"`}},
		{emulator.Options{HTTP: "localhost:-1"}, []string{`cannot listen on "localhost:-1"`}},
		{emulator.Options{HTTP: "127.0.0.1:0\n"}, []string{`cannot listen on`}},
		{emulator.Options{HTTP: port}, []string{"cannot listen on " + port + ": another program has that port; choose another"}},
		{emulator.Options{HTTPS: port}, []string{"cannot listen on " + port}},
		{emulator.Options{HTTP: "127.0.0.1:0", HTTPS: port}, []string{"cannot listen on " + port}},
		{emulator.Options{HTTP: "localhost" + port[strings.LastIndex(port, ":"):]}, []string{"another program has that port"}},
		{emulator.Options{HTTP: "192.0.2.1:0"}, []string{"cannot listen on 192.0.2.1:0"}},
		{emulator.Options{HTTPS: "127.0.0.1:0", Hosts: []string{"no host"}}, []string{"no host"}},
		{emulator.Options{ControlOrigins: []string{"localhost:5173"}}, []string{`control origin "localhost:5173"`, "like http://localhost:5173"}},
		{emulator.Options{ControlOrigins: []string{"http://localhost:5173"}, Control: "off"}, []string{"it is off"}},
		{emulator.Options{HTTPS: "127.0.0.1:0", Hosts: []string{""}}, []string{""}},
	} {
		s, err := emulator.New(c.o)
		if !assert.Error(t, err, "%+v", c.o) {
			s.Close()
			continue
		}
		assert.Nil(t, s)
		for _, want := range append(c.want, "emulator: ") {
			assert.ErrorContains(t, err, want)
		}
		assert.NotContains(t, err.Error(), "\n", "one sentence")
		assert.Less(t, len(err.Error()), 600, "one sentence")
		if checked := emulator.CheckOptions(c.o); strings.Contains(err.Error(), port[strings.LastIndex(port, ":"):]) ||
			c.o.HTTP == "192.0.2.1:0" {
			assert.NoError(t, checked, "it tries no port")
		} else {
			assert.EqualError(t, checked, err.Error())
		}
	}
	// Several faults are told at once, a line each.
	_, err = emulator.New(
		emulator.Options{Auth: "x", Clock: "y", Control: "z", PublicURL: "p", Limits: emulator.Limits{Body: -1},
			Variants: map[string]string{"a": "b"}})
	require.Error(t, err)
	for _, want := range []string{`auth "x"`, `clock "y"`, `control "z"`, `public URL "p"`, "limit of body", `variant "a"`} {
		assert.ErrorContains(t, err, want)
	}
	assert.Len(t, strings.Split(err.Error(), "\n"), 6)

	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond,
		"something was left running")
}

// What is checked is not taken: neither the state nor the folder of keys.
func TestCheckOptionsTakesNothing(t *testing.T) {
	dir := t.TempDir()
	o := emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0", State: filepath.Join(dir, "state.json"),
		DataDir: filepath.Join(dir, "data"), Auth: "strict"}
	require.NoError(t, emulator.CheckOptions(o))
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)

	s, err := emulator.New(o)
	require.NoError(t, err)
	require.NoError(t, s.SaveState())
	assert.NoError(t, emulator.CheckOptions(o), "another server has it in use, and it can be read all the same")
	require.NoError(t, s.Close())
	require.NoError(t, os.WriteFile(o.State, []byte(`{"kind": "notes"}`), 0o600))
	assert.ErrorContains(t, emulator.CheckOptions(o), "not a state file of graphemu")
	o.State = filepath.Join(dir, "none", "state.json")
	assert.ErrorContains(t, emulator.CheckOptions(o), "there is no folder")
}

// Where the second listener fails, the first one is closed again.
func TestNothingIsLeftListening(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := free.Addr().String()
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	require.NoError(t, free.Close())
	for _, o := range []emulator.Options{
		{HTTP: address, HTTPS: taken.Addr().String()},
		{HTTP: taken.Addr().String(), HTTPS: address},
		{HTTP: address, HTTPS: "127.0.0.1:0", Hosts: []string{"no host"}},
	} {
		_, err = emulator.New(o)
		require.Error(t, err)
		again, err := net.Listen("tcp", address)
		require.NoError(t, err, "the port is free again: %+v", o)
		require.NoError(t, again.Close())
	}
}

func TestCloseIsIdempotent(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "localhost:0"})
	c := g.AuthorizedClient()
	r, err := c.Get(g.URL + rig.ProfilesAt)
	require.NoError(t, err)
	r.Body.Close()
	var group sync.WaitGroup
	for range 5 {
		group.Go(func() { assert.NoError(t, g.Close()) })
	}
	group.Wait()
	require.NoError(t, g.Close())
	for _, scheme := range []string{"http", "https"} {
		_, err := net.Dial("tcp", strings.TrimPrefix(g.Origin(scheme), scheme+"://"))
		assert.Error(t, err, "%s still listens", scheme)
	}
	// What was made lives on in its caller's hands, without a listener.
	assert.Empty(t, g.World().Profiles())
}

func TestOriginsAndURL(t *testing.T) {
	for _, c := range []struct {
		o           emulator.Options
		url         string
		http, https string
	}{
		{emulator.Options{}, "https://localhost/beta", "", ""},
		{emulator.Options{HTTP: "127.0.0.1:0"}, "http://127.0.0.1:", "http://127.0.0.1:", ""},
		{emulator.Options{HTTPS: "localhost:0"}, "https://localhost:", "", "https://localhost:"},
		{emulator.Options{HTTP: ":0"}, "http://localhost:", "http://localhost:", ""},
		{emulator.Options{HTTP: "0.0.0.0:0", HTTPS: "127.0.0.1:0"}, "https://127.0.0.1:", "http://localhost:", "https://127.0.0.1:"},
	} {
		g := emulatortest.Start(t, c.o)
		assert.True(t, strings.HasPrefix(g.URL, c.url) && strings.HasSuffix(g.URL, "/beta"), g.URL)
		for scheme, want := range map[string]string{"http": c.http, "https": c.https} {
			got := g.Origin(scheme)
			assert.True(t, strings.HasPrefix(got, want) && (got == "") == (want == ""), "%s: %s", scheme, got)
		}
		r, err := g.AuthorizedClient().Get(g.URL + rig.ProfilesAt)
		require.NoError(t, err)
		r.Body.Close()
		assert.Equal(t, 200, r.StatusCode)
	}
	// Any spelling of nothing is nothing.
	g := emulatortest.Start(t, emulator.Options{})
	assert.Empty(t, g.Origin("ftp"))
}

func TestPublicURL(t *testing.T) {
	for given, want := range map[string]string{"https://graph.example.test": "https://graph.example.test",
		"http://x:81/sub//": "http://x:81/sub", "https://[::1]:5": "https://[::1]:5"} {
		g := rig.NewTarget(t, emulator.Options{PublicURL: given})
		_, body := g.Hit(t, "GET", rig.ProfilesAt, nil)
		assert.Contains(t, string(body), `"`+want+`/beta/$metadata#education`)
	}
}

// The handler works where it is mounted, with no listener of ours, and after Close.
func TestHandlerMountedElsewhere(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	server := httptest.NewServer(g.Handler())
	defer server.Close()
	get := func(path string) int {
		r, err := http.NewRequestWithContext(t.Context(), "GET", server.URL+path, nil)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer x")
		w, err := server.Client().Do(r)
		require.NoError(t, err)
		w.Body.Close()
		return w.StatusCode
	}
	assert.Equal(t, 200, get(rig.ListPath))
	assert.Equal(t, 200, get("/_graphemu/health"))
	require.NoError(t, g.Close())
	assert.Equal(t, 200, get(rig.ListPath))
}

func TestControlOptions(t *testing.T) {
	for control, want := range map[string]int{"": 200, emulator.ControlLoopback: 200, emulator.ControlAny: 200, emulator.ControlOff: 404} {
		g := rig.NewTarget(t, emulator.Options{Control: control, HTTP: "127.0.0.1:0"})
		r, err := g.HTTP.Get(g.Root + "/_graphemu/health")
		require.NoError(t, err)
		r.Body.Close()
		assert.Equal(t, want, r.StatusCode, control)
		if control == emulator.ControlOff {
			assert.Equal(t, "application/problem+json", r.Header.Get("Content-Type"))
		}
	}
	// A folder that cannot be written to is told, and the server runs.
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	g := rig.NewTarget(t, emulator.Options{DataDir: filepath.Join(file, "x"), HTTPS: "127.0.0.1:0"})
	g.Unharmed(t, 0)
}
