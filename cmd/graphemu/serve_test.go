package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// serving is a serve command under test.
type serving struct {
	banner string
	stop   context.CancelFunc
	code   chan int
	errOut *lockedBuffer
	out    *lockedBuffer // what came after the banner
}

type lockedBuffer struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{} // has a value after each write
}

func newLockedBuffer() *lockedBuffer { return &lockedBuffer{written: make(chan struct{}, 1)} }

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case l.written <- struct{}{}:
	default:
	}
	return l.b.Write(p)
}

// wait returns when the text is there.
func (l *lockedBuffer) wait(t *testing.T, text string) {
	t.Helper()
	for !strings.Contains(l.String(), text) {
		select {
		case <-l.written:
		case <-t.Context().Done():
			require.Contains(t, l.String(), text)
		}
	}
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// launch runs serve until its banner is out: from then on it answers.
func launch(t *testing.T, variables map[string]string, args ...string) *serving {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	r, w := io.Pipe()
	s := &serving{stop: cancel, code: make(chan int, 1), errOut: newLockedBuffer(), out: newLockedBuffer()}
	dir := t.TempDir()
	env := environment{out: w, errOut: s.errOut, lookup: func(name string) (string, bool) {
		if v, ok := variables[name]; ok {
			return v, true
		}
		return dir, name == "XDG_CONFIG_HOME"
	}}
	go func() {
		code := run(ctx, append([]string{"serve"}, args...), env)
		w.Close()
		s.code <- code
	}()
	t.Cleanup(func() { cancel() })
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		s.banner += lines.Text() + "\n"
		if strings.Contains(lines.Text(), "curl ") {
			break
		}
	}
	go io.Copy(s.out, r)
	require.Contains(t, s.banner, "curl ", s.errOut.String())
	return s
}

var originLine = regexp.MustCompile(`HTTP +(\S+)/beta`)

// origin is where it listens for HTTP.
func (s *serving) origin(t *testing.T) string {
	t.Helper()
	m := originLine.FindStringSubmatch(s.banner)
	require.NotNil(t, m, s.banner)
	return m[1]
}

func (s *serving) end(t *testing.T) {
	t.Helper()
	s.stop()
	assert.Equal(t, 0, <-s.code, s.errOut.String())
}

func get(t *testing.T, url, token string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	a, err := client.Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(b)
}

func TestServeWritesAReadyFileAndTakesItAway(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	require.NoError(t, os.WriteFile(file, []byte(`{"tenant": "x", "token": "stale", "pid": 999999999}`), 0o600))
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--ready-file", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r ready
	require.NoError(t, json.Unmarshal(text, &r))
	status, body := get(t, r.HTTP+collectionPath, r.Token)
	assert.Equal(t, http.StatusOK, status)
	assert.Contains(t, body, `"value":[]`)
	assert.Equal(t, os.Getpid(), r.PID)
	assert.NotEmpty(t, r.ClientID)
	assert.NotEmpty(t, r.ClientSecret)
	pem, err := os.ReadFile(r.CA)
	require.NoError(t, err)
	assert.Contains(t, string(pem), "BEGIN CERTIFICATE")
	for _, origin := range []string{r.HTTP, r.HTTPS} {
		assert.Contains(t, s.banner, " "+origin+"/beta\n           "+origin+"/v1.0\n", "both versions are served")
	}
	assert.Regexp(t, `Seed +1\n\n`, s.banner)
	assert.Equal(t, r.HTTP+"/_graphemu/", r.Control)
	assert.Contains(t, s.banner, r.Control)
	s.end(t)
	assert.NoFileExists(t, file)
}

func TestServeTakesVariablesAndFlagsGoFirst(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	s := launch(t, map[string]string{"GRAPHEMU_HTTP": "127.0.0.1:0", "GRAPHEMU_HTTPS": "", "GRAPHEMU_FIXTURE": "one",
		"GRAPHEMU_SEED": "7", "GRAPHEMU_VARIANT": "createStatus=201,contextKeys=plain", "GRAPHEMU_READY_FILE": file}, "--seed", "8")
	assert.NotContains(t, s.banner, "HTTPS", "an empty variable switches the listener off")
	assert.Regexp(t, `Seed +8\n +upload URLs are drawn from it alone`, s.banner, "what is given decides more than what is not")
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r ready
	require.NoError(t, json.Unmarshal(text, &r))
	_, body := get(t, r.HTTP+collectionPath+"/86904b1e-c7d0-4ead-b13a-98f11fc400ee/profileStatus", r.Token)
	assert.Contains(t, body, "synchronizationProfiles/86904b1e-c7d0-4ead-b13a-98f11fc400ee/profileStatus", "contextKeys=plain")
	s.end(t)
}

func TestServeSaysThatAPortIsTaken(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	file := filepath.Join(t.TempDir(), "ready.json")
	var out, errOut bytes.Buffer
	code := run(t.Context(), []string{"serve", "--http", "127.0.0.1:0", "--https", l.Addr().String(), "--data-dir", "", "--ready-file", file},
		environment{out: &out, errOut: &errOut, lookup: func(string) (string, bool) { return "", false }})
	assert.Equal(t, exitUsage, code)
	assert.Equal(t, "graphemu: cannot listen on "+l.Addr().String()+
		": another program has that port; choose another, or port 0 for any free one\n", errOut.String())
	assert.Empty(t, out.String())
	assert.NoFileExists(t, file)
}

// A folder that cannot be written to is told, and the server runs all the same.
func TestServeGoesOnWithoutADataFolder(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--data-dir", filepath.Join(file, "folder"))
	assert.Contains(t, s.errOut.String(), "the data folder cannot be used")
	assert.Contains(t, s.banner, "in memory; GET /_graphemu/ca.pem returns it")
	s.end(t)
}

func TestServeLogsJSON(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--log", "json", "--log-level", "debug", "--ready-file", file)
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var r ready
	require.NoError(t, json.Unmarshal(text, &r))
	status, _ := get(t, r.HTTP+collectionPath+"?$count=true", "a-secret-token")
	assert.Equal(t, http.StatusOK, status)
	s.end(t)
	assert.Contains(t, s.errOut.String(),
		`"msg":"request","method":"GET","path":"/beta/education/synchronizationProfiles","operation":"profiles.list","status":200`)
	assert.NotContains(t, s.errOut.String(), "a-secret-token")
	for line := range strings.Lines(s.errOut.String()) {
		assert.True(t, json.Valid([]byte(line)), line)
	}
}

func TestBannerQuotesTheCAFile(t *testing.T) {
	var out bytes.Buffer
	r := ready{HTTPS: "https://localhost:1", CA: "/tmp/a child's folder/ca.pem", Token: "t"}
	r.banner(&out, nil, 1)
	assert.Contains(t, out.String(), `curl --cacert '/tmp/a child'\''s folder/ca.pem' -H`)
}

func TestSizes(t *testing.T) {
	for text, want := range map[string]size{"4194304": 4 << 20, "4MiB": 4 << 20, "1 KiB": 1 << 10, "1GiB": 1 << 30} {
		var s size
		require.NoError(t, s.Set(text))
		assert.Equal(t, want, s)
	}
	var s size
	assert.Error(t, s.Set("9223372036854775807GiB"))
	assert.Error(t, s.Set("MiB"))
	s = 4 << 20
	assert.Equal(t, "4MiB", s.String())
}

// The verdict is told when the server stops, and does not change its exit code.
func TestServeTellsTheVerdict(t *testing.T) {
	dir := t.TempDir()
	file, junit := filepath.Join(dir, "twice.yaml"), filepath.Join(dir, "verdict.xml")
	require.NoError(t, os.WriteFile(file, []byte("version: 1\nexpect:\n  - {operation: profiles.list, count: 2}\n"), 0o600))
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--scenario", file, "--junit", junit)
	get(t, s.origin(t)+collectionPath, "t")
	s.end(t)
	s.out.wait(t, "NOT verified")
	text, err := os.ReadFile(junit)
	require.NoError(t, err)
	assert.Contains(t, string(text), "<testsuite")

	s = launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--scenario", file, "--verify", "off")
	s.end(t)
	assert.NotContains(t, s.out.String(), "verified")
}

func TestServeReadsAChangedScenarioAgain(t *testing.T) {
	file := filepath.Join(t.TempDir(), "nightly.yaml")
	require.NoError(t, os.WriteFile(file, []byte("version: 1\n"), 0o600))
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--scenario", file, "--watch", "--verify", "off")
	list := s.origin(t) + collectionPath
	status, _ := get(t, list, "t")
	require.Equal(t, 200, status)

	require.NoError(t, os.WriteFile(file,
		[]byte("version: 1\nfaults:\n  - {name: down, operation: profiles.list, respond: {status: 503}}\n"), 0o600))
	s.errOut.wait(t, "the scenario was read again")
	status, _ = get(t, list, "t")
	assert.Equal(t, 503, status)

	require.NoError(t, os.WriteFile(file, []byte("version: 1\nfault: []\nlifecycle: []\n"), 0o600))
	s.errOut.wait(t, "lifecycle")
	assert.Contains(t, s.errOut.String(), "nightly.yaml:2:1: ")
	status, _ = get(t, list, "t")
	assert.Equal(t, 503, status, "the scenario before stays")
	s.end(t)
}

func TestServeKeepsItsState(t *testing.T) {
	file := filepath.Join(t.TempDir(), "state.json")
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--state", file, "--fixture", "one", "--verify", "off")
	get(t, s.origin(t)+collectionPath, "t")
	s.end(t)
	require.FileExists(t, file)
	s = launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--state", file, "--verify", "off")
	_, body := get(t, s.origin(t)+collectionPath, "t")
	assert.Contains(t, body, "86904b1e-c7d0-4ead-b13a-98f11fc400ee", "the profile of the fixture that the first one began with")
	s.end(t)
}

// The banner names the file that has set flags.
func TestBannerNamesTheConfig(t *testing.T) {
	t.Chdir(t.TempDir())
	require.NoError(t, os.WriteFile("graphemu.yaml", []byte("http: 127.0.0.1:0\nhttps: ''\nfixture: contoso\ntimeout: 90s\n"), 0o600))
	s := launch(t, nil)
	assert.Contains(t, s.banner, "\n  Config   graphemu.yaml\n")
	assert.NotContains(t, s.banner, "HTTPS")
	s.end(t)
	s = launch(t, nil, "--config", "", "--http", "127.0.0.1:0", "--https", "")
	assert.NotContains(t, s.banner, "Config")
	s.end(t)
}

// A program that has started serve by a pipe takes it along, however it ends.
func TestServeUntilStdinCloses(t *testing.T) {
	in, lifeline := io.Pipe()
	out, w := io.Pipe()
	code := make(chan int, 1)
	errOut := newLockedBuffer()
	go func() {
		code <- run(t.Context(), []string{"serve", "--http", "127.0.0.1:0", "--https", "", "--data-dir", "", "--until-stdin-closes"},
			environment{in: in, out: w, errOut: errOut, lookup: func(string) (string, bool) { return "", false }})
		w.Close()
	}()
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.Contains(lines.Text(), "curl ") {
	}
	_, err := lifeline.Write([]byte("what stands there means nothing\n"))
	require.NoError(t, err, errOut.String())
	require.NoError(t, lifeline.Close())
	_, err = io.Copy(io.Discard, out)
	require.NoError(t, err)
	assert.Zero(t, <-code, errOut.String())
}
