package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// screen is a writer that says it is a terminal.
type screen struct{ bytes.Buffer }

func (*screen) isTerminal() bool { return true }

func withVariables(variables map[string]string) environment {
	return environment{lookup: func(n string) (string, bool) { v, ok := variables[n]; return v, ok }}
}

func TestWhereColoursAre(t *testing.T) {
	type vars = map[string]string
	for _, c := range []struct {
		variables vars
		terminal  bool
		want      bool
	}{
		{vars{"TERM": "xterm"}, true, true}, {vars{"TERM": "xterm"}, false, false}, {vars{"TERM": "dumb"}, true, false},
		{vars{"TERM": "xterm", "NO_COLOR": "1"}, true, false}, {vars{"TERM": "xterm", "NO_COLOR": ""}, true, true},
		{vars{"CLICOLOR_FORCE": "1"}, false, true}, {vars{"CLICOLOR_FORCE": "0"}, false, false},
		{vars{"CLICOLOR_FORCE": "1", "NO_COLOR": "1"}, true, false},
		{vars{"CLICOLOR_FORCE": "1", "TERM": "dumb"}, true, true},
	} {
		env := withVariables(c.variables)
		if c.terminal {
			assert.Equal(t, c.want, env.colours(&screen{}), "%v", c.variables)
		} else {
			assert.Equal(t, c.want, env.colours(&bytes.Buffer{}), "%v", c.variables)
		}
	}
}

// Few words of a line have a colour; without the colours the text is what it was.
func TestPaint(t *testing.T) {
	text := "world default (tenant x): 2 entries\n  FAILED  users.list is called  [a.yaml:1:2]\n          but it FAILED\n  ok      users.get\nwarnings\n" +
		"  warning no call came\nNOT verified: 1 of 1\nNOT exercised: no rule\nverified: 1 expectation\nok a.yaml (a scenario)\n" +
		"a.yaml:3:4: faults[0]: wrong\na.yaml:5:6: warning: never strikes\n\nRUN      RESULT\ndefault  passed\noutage   FAILED: exit code 1\n1 of 2 passed\nends ok"
	var s screen
	w := withVariables(map[string]string{"TERM": "xterm"}).paint(&s)
	for _, half := range []string{text[:30], text[30:31], text[31:]} {
		n, err := w.Write([]byte(half))
		require.NoError(t, err)
		assert.Len(t, half, n)
	}
	_, err := w.Write([]byte("\n"))
	require.NoError(t, err)
	shown := s.String()
	for _, part := range []string{"  " + red + "FAILED" + plainly + "  users.list", "          but it FAILED\n",
		"  " + green + "ok" + plainly + "      users.get\n",
		yellow + "warnings" + plainly + "\n", "  " + yellow + "warning" + plainly + " no call", red + "NOT verified" + plainly + ":",
		red + "NOT exercised" + plainly + ":",
		green + "verified" + plainly + ":", green + "ok" + plainly + " a.yaml", "\na.yaml:3:4: faults[0]: wrong\n",
		"a.yaml:5:6: " + yellow + "warning" + plainly + ": never",
		"default  " + green + "passed" + plainly + "\n", "outage   " + red + "FAILED" + plainly + ": exit", "\n1 of 2 passed\n", "\nends ok\n"} {
		assert.Contains(t, shown, part)
	}
	assert.Equal(t, text+"\n", strings.NewReplacer(red, "", green, "", yellow, "", plainly, "").Replace(shown))
	var b bytes.Buffer
	assert.Same(t, &b, withVariables(nil).paint(&b))
}

// Time passes when the test says so.
func TestProgress(t *testing.T) {
	var s screen
	var due []func()
	p := &progress{out: &s, what: "reading", after: func(d time.Duration, f func()) { assert.Equal(t, time.Second, d); due = append(due, f) }}
	pass := func() { f := due[0]; due = due[1:]; f() }
	p.start()
	assert.Empty(t, s.String(), "nothing is said of what is quick")
	pass()
	pass()
	assert.Equal(t, "\rreading … 1 s\rreading … 2 s", s.String())
	p.end()
	assert.Equal(t, "\rreading … 1 s\rreading … 2 s\r\x1b[K", s.String())
	pass()
	p.end()
	assert.Equal(t, "\rreading … 1 s\rreading … 2 s\r\x1b[K", s.String(), "the end is the end")
	assert.Empty(t, due)
}

func TestProgressIsForTerminals(t *testing.T) {
	var b bytes.Buffer
	env := withVariables(map[string]string{"TERM": "xterm"})
	env.errOut = &b
	env.begin("reading")()
	assert.Empty(t, b.String())
	var s screen
	env.errOut = &s
	env.begin("reading")()
	assert.Empty(t, s.String(), "what is quick")
}

// Quiet is for what goes well, and for so much as a verdict may have.
func TestHeld(t *testing.T) {
	var out bytes.Buffer
	h := &held{out: &out}
	for range 3 {
		n, err := h.Write(bytes.Repeat([]byte("x"), maxHeld/2))
		require.NoError(t, err)
		assert.Equal(t, maxHeld/2, n)
	}
	failed := errors.New("failed")
	assert.Equal(t, failed.Error(), h.release(failed).Error())
	assert.Equal(t, maxHeld, out.Len())
	out.Reset()
	_, err := h.Write([]byte("well"))
	require.NoError(t, err)
	assert.NoError(t, h.release(nil))
	assert.Empty(t, out.String())
}

// serve --quiet prints where it is, and nothing more.
func TestServeQuietly(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	r, w := io.Pipe()
	var log lockedBuffer
	env := environment{out: w, errOut: &log, lookup: func(name string) (string, bool) { return t.TempDir(), name == "XDG_CONFIG_HOME" }}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--quiet", "--http", "127.0.0.1:0", "--https", "", "--data-dir", ""}, env)
		w.Close()
	}()
	lines := bufio.NewReader(r)
	line, err := lines.ReadString('\n')
	require.NoError(t, err)
	assert.Regexp(t, `^ready: http://127\.0\.0\.1:\d+/beta and /v1\.0\n$`, line)
	status, _ := get(t, strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(line), "ready: "), "/beta and /v1.0")+collectionPath, "any")
	assert.Equal(t, 200, status)
	stop()
	rest, err := io.ReadAll(lines)
	require.NoError(t, err)
	assert.Empty(t, string(rest))
	assert.Zero(t, <-code)
	assert.Empty(t, log.String())
}
