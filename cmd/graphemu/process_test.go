//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/fsnotify/fsnotify"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"
)

// program is graphemu as a process of its own.
type program struct {
	cmd    *exec.Cmd
	out    *bufio.Reader
	errOut output
	origin string // where it listens for HTTP
}

// output is what a process prints while a test reads it.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// serveAlone starts a server on any port and returns when it answers.
func serveAlone(t *testing.T, args ...string) *program {
	t.Helper()
	p := &program{}
	p.cmd = exec.Command("graphemu", append([]string{"serve", "--http", "127.0.0.1:0", "--https", "", "--data-dir", "", "--verify", "off"},
		args...)...)
	p.cmd.Stderr = &p.errOut
	out, err := p.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, p.cmd.Start())
	t.Cleanup(func() { p.cmd.Process.Kill(); p.cmd.Wait() })
	p.out = bufio.NewReader(out)
	if m := originLine.FindStringSubmatch(p.until(t, "curl ")); assert.NotNil(t, m) {
		p.origin = m[1]
	}
	return p
}

// until returns what the program prints up to a line that has the text.
func (p *program) until(t *testing.T, text string) (all string) {
	t.Helper()
	for {
		line, err := p.out.ReadString('\n')
		all += line
		if strings.Contains(line, text) {
			return all
		}
		require.NoError(t, err, "%s%s", all, p.errOut.String())
	}
}

// end returns the exit code, once there is one.
func (p *program) end(t *testing.T) int {
	t.Helper()
	_, err := io.Copy(io.Discard, p.out)
	require.NoError(t, err)
	p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) create(t *testing.T, name string) {
	t.Helper()
	body := `{"displayName":"` + name + `","dataProvider":{"@odata.type":"#microsoft.graph.educationCsvDataProvider"},` +
		`"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityCreationConfiguration",` +
		`"userDomains":[{"appliesTo":"student","name":"testschool.edu"},{"appliesTo":"teacher","name":"testschool.edu"}]}}`
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.origin+collectionPath, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer t")
	r.Header.Set("Content-Type", "application/json")
	a, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	require.Equal(t, 202, a.StatusCode)
}

// stall begins a request that never gets whole: it keeps a server that drains
// waiting.
func (p *program) stall(t *testing.T) {
	t.Helper()
	u, err := url.Parse(p.origin)
	require.NoError(t, err)
	c, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	t.Cleanup(func() { c.Close() })
	_, err = io.WriteString(c,
		"POST "+collectionPath+" HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer t\r\nContent-Length: 1000\r\n\r\n{")
	require.NoError(t, err)
}

// refused runs graphemu and returns its exit code and what it says.
func refused(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "graphemu", args...).CombinedOutput()
	require.IsType(t, (*exec.ExitError)(nil), err, string(out))
	return err.(*exec.ExitError).ExitCode(), string(out)
}

// The state is in its file while requests still keep the server waiting. Who
// loses patience then, or kills it, loses nothing of that.
func TestSignalSavesBeforeRequestsEnd(t *testing.T) {
	for name, kill := range map[string]os.Signal{"a second signal": unix.SIGTERM, "kill -9": unix.SIGKILL} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			state := filepath.Join(dir, "state.json")
			w, err := fsnotify.NewWatcher()
			require.NoError(t, err)
			defer w.Close()
			p := serveAlone(t, "--state", state)
			p.create(t, "North")
			p.stall(t)
			require.NoError(t, w.Add(dir))
			require.NoError(t, p.cmd.Process.Signal(unix.SIGTERM))
			p.until(t, "stopping")
			for e := range w.Events {
				if e.Name == state {
					break
				}
			}
			require.NoError(t, p.cmd.Process.Signal(kill))
			if kill == unix.SIGTERM {
				assert.Equal(t, exitFailure, p.end(t), p.errOut.String())
				assert.Contains(t, p.errOut.String(), "stopped before all requests had ended")
			} else {
				assert.Equal(t, -1, p.end(t))
			}
			p = serveAlone(t, "--state", state)
			_, body := get(t, p.origin+collectionPath, "t")
			assert.Contains(t, body, "North")
		})
	}
}

// A second server on the file is refused, until the first is gone, be it killed.
func TestStateFileIsLocked(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state.json")
	p := serveAlone(t, "--state", state)
	code, said := refused(t, "serve", "--http", "127.0.0.1:0", "--https", "", "--state", state)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, said, "graphemu: state "+state+": the graphemu with process id ")
	assert.Contains(t, said, " has this file in use")
	require.NoError(t, p.cmd.Process.Kill())
	p.end(t)
	require.FileExists(t, state+".lock")
	p = serveAlone(t, "--state", state)
	require.NoError(t, p.cmd.Process.Signal(unix.SIGTERM))
	assert.Equal(t, 0, p.end(t))
	assert.NoFileExists(t, state+".lock")
}

// Two at a time would take away from a journal file what the other has written.
func TestJournalFileIsLocked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "j.jsonl")
	p := serveAlone(t, "--journal", file)
	w, err := fsnotify.NewWatcher()
	require.NoError(t, err)
	defer w.Close()
	require.NoError(t, w.Add(file))
	p.create(t, "North")
	var was []byte
	for !bytes.HasSuffix(was, []byte("\n")) { // it is written just after the answer
		<-w.Events
		was, err = os.ReadFile(file)
		require.NoError(t, err)
	}
	code, said := refused(t, "serve", "--http", "127.0.0.1:0", "--https", "", "--journal", file)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, said, fmt.Sprintf("--journal %s: another graphemu (process id %d) writes it", file, p.cmd.Process.Pid))
	code, _ = refused(t, "exec", "--journal", file, "--", "true")
	assert.Equal(t, exitBroken, code)
	now, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(was), string(now))
	require.NoError(t, p.cmd.Process.Kill())
	p.end(t)

	p = serveAlone(t, "--journal", file)
	now, err = os.ReadFile(file)
	require.NoError(t, err)
	assert.Empty(t, string(now), "it begins anew")
	require.NoError(t, p.cmd.Process.Signal(unix.SIGTERM))
	assert.Equal(t, 0, p.end(t))
	assert.NoFileExists(t, file+".lock")
}

// A start that is refused leaves the ready file of a server that runs alone. One
// that is not takes it over, and the first leaves it alone then.
func TestReadyFileOfAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	read := func() (r ready) {
		b, err := os.ReadFile(file)
		require.NoError(t, err)
		require.NoError(t, json.Unmarshal(b, &r))
		return r
	}
	first := serveAlone(t, "--ready-file", file)
	was := read()
	assert.Equal(t, first.cmd.Process.Pid, was.PID)
	assert.NotEmpty(t, was.Started)
	for _, wrong := range [][]string{{"--fixture", "nope.json"}, {"--no-such-flag"}, {"--http", strings.TrimPrefix(first.origin, "http://")}} {
		code, _ := refused(t, append([]string{"serve", "--http", "127.0.0.1:0", "--https", "", "--ready-file", file}, wrong...)...)
		assert.Equal(t, exitUsage, code)
		assert.Equal(t, was, read(), wrong)
	}
	second := serveAlone(t, "--ready-file", file)
	assert.Equal(t, second.cmd.Process.Pid, read().PID)
	require.NoError(t, first.cmd.Process.Signal(unix.SIGTERM))
	assert.Equal(t, 0, first.end(t))
	assert.Equal(t, second.cmd.Process.Pid, read().PID, "it is the second one's")
	require.NoError(t, second.cmd.Process.Kill())
	second.end(t)

	// That of a server that is gone goes before the next one has begun.
	code, _ := refused(t, "serve", "--fixture", "nope.json", "--ready-file", file)
	assert.Equal(t, exitUsage, code)
	assert.NoFileExists(t, file)
}
