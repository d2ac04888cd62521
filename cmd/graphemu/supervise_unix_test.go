//go:build unix

package main

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// supervised is a shell under supervision.
type supervised struct {
	signals chan os.Signal
	lines   *bufio.Reader // what it prints
	done    chan ended
	out     *os.File
}

func shell(t *testing.T, script string, timeout, mercy time.Duration) *supervised {
	t.Helper()
	r, w, err := os.Pipe()
	require.NoError(t, err)
	t.Cleanup(func() { r.Close() })
	s := &supervised{signals: make(chan os.Signal, 2), lines: bufio.NewReader(r), done: make(chan ended, 1), out: w}
	cmd := exec.Command("sh", "-c", script)
	cmd.Stdout, cmd.Stderr = w, os.Stderr
	go func() {
		e, err := supervise(cmd, s.signals, timeout, mercy)
		assert.NoError(t, err)
		w.Close()
		s.done <- e
	}()
	return s
}

// line is the next line that the shell prints.
func (s *supervised) line(t *testing.T) string {
	t.Helper()
	line, err := s.lines.ReadString('\n')
	require.NoError(t, err)
	return line
}

// end returns how it ended. Whoever still had the pipe open, as a process of the
// group would, would keep the test from ending.
func (s *supervised) end(t *testing.T) ended {
	t.Helper()
	e := <-s.done
	_, err := io.ReadAll(s.lines)
	require.NoError(t, err)
	return e
}

const never = 1000 * time.Second

func TestACommandsExitIsItsOwn(t *testing.T) {
	assert.Equal(t, ended{status: 7}, shell(t, "exit 7", 0, never).end(t))
	assert.Equal(t, ended{status: 128 + 9}, shell(t, "kill -9 $$", never, never).end(t))
}

// What the shell started in the background is in its group too.
func TestASignalGoesToTheWholeGroup(t *testing.T) {
	s := shell(t, `
		trap 'wait; echo parent; exit 3' TERM
		(trap 'echo child; exit' TERM; echo up; while :; do sleep 0.01; done) &
		wait`, 0, never)
	require.Equal(t, "up\n", s.line(t))
	s.signals <- syscall.SIGTERM
	assert.Equal(t, "child\n", s.line(t))
	assert.Equal(t, "parent\n", s.line(t))
	assert.Equal(t, ended{status: 3, signal: syscall.SIGTERM}, s.end(t))
}

func TestASignalThatDoesNotEndGoesOnToo(t *testing.T) {
	s := shell(t, `trap 'echo usr1; exit 0' USR1; echo up; while :; do sleep 0.01; done`, 0, 0)
	require.Equal(t, "up\n", s.line(t))
	s.signals <- syscall.SIGUSR1
	assert.Equal(t, "usr1\n", s.line(t))
	assert.Equal(t, ended{}, s.end(t))
}

const stubborn = `trap 'echo no' TERM INT; echo up; while :; do sleep 0.01; done`

func TestASecondSignalEndsByForce(t *testing.T) {
	s := shell(t, stubborn, 0, never)
	require.Equal(t, "up\n", s.line(t))
	s.signals <- syscall.SIGINT
	require.Equal(t, "no\n", s.line(t))
	s.signals <- syscall.SIGTERM
	assert.Equal(t, ended{status: 128 + 9, signal: syscall.SIGINT}, s.end(t))
}

func TestMercyIsOver(t *testing.T) {
	s := shell(t, stubborn, 0, 10*time.Millisecond)
	require.Equal(t, "up\n", s.line(t))
	s.signals <- syscall.SIGINT
	assert.Equal(t, ended{status: 128 + 9, signal: syscall.SIGINT}, s.end(t))
}

func TestTheTimeIsOver(t *testing.T) {
	assert.Equal(t, ended{status: 128 + 15, timedOut: true}, shell(t, "sleep 1000", 10*time.Millisecond, never).end(t))
	assert.Equal(t, ended{status: 128 + 15, timedOut: true}, shell(t, "kill -STOP $$; sleep 1000", 10*time.Millisecond, never).end(t),
		"a stopped one too")
}

func TestTheTimeIsOverAndMercyToo(t *testing.T) {
	signal.Ignore(syscall.SIGTERM) // what it starts ignores it from its first moment, which a trap of its own would not
	defer signal.Reset(syscall.SIGTERM)
	assert.Equal(t, ended{status: 128 + 9, timedOut: true}, shell(t, "sleep 1000", 10*time.Millisecond, 10*time.Millisecond).end(t))
}

func TestWhatACommandLeavesRunningEnds(t *testing.T) {
	s := shell(t, "sleep 1000 & (trap '' TERM HUP INT; sleep 1000) & echo left; exit 5", 0, never)
	require.Equal(t, "left\n", s.line(t))
	assert.Equal(t, ended{status: 5}, s.end(t))
}

func TestASignalBeforeTheStart(t *testing.T) {
	signals := make(chan os.Signal, 1)
	signals <- syscall.SIGTERM
	e, err := supervise(exec.Command("/no/such/command"), signals, 0, never)
	require.NoError(t, err)
	assert.Equal(t, ended{status: 128 + 15, signal: syscall.SIGTERM}, e)
}
