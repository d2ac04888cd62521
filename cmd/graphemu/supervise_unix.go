//go:build unix

package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/graphemu/graphemu/emulator/clock"
)

// notify sends what the system tells graphemu to c until the function that it
// returns is called. What whoever started graphemu wanted to be ignored, as
// nohup does, stays so.
func notify(c chan<- os.Signal) (stop func()) {
	for _, s := range []os.Signal{unix.SIGINT, unix.SIGTERM, unix.SIGHUP, unix.SIGQUIT, unix.SIGUSR1, unix.SIGUSR2} {
		if !signal.Ignored(s) {
			signal.Notify(c, s)
		}
	}
	return func() { signal.Stop(c) }
}

// ends tells whether a signal asks a program to end.
func ends(s os.Signal) bool { return s != unix.SIGUSR1 && s != unix.SIGUSR2 }

// statusOf is the exit code of a program that a signal ended.
func statusOf(s os.Signal) int {
	n, _ := s.(syscall.Signal)
	return 128 + int(n)
}

// process is a running command, the leader of a process group of its own.
type process struct {
	id       int
	terminal *os.File // that graphemu gave it; nil: none
}

func startProcess(cmd *exec.Cmd) (*process, error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{id: cmd.Process.Pid}
	cmd.Process.Release() // wait, which must know of stops too, is ours
	return p, nil
}

// signal sends a signal to the whole group. One that is stopped goes on, so
// that it can end.
func (p *process) signal(s os.Signal) {
	n, ok := s.(syscall.Signal)
	if !ok {
		return
	}
	unix.Kill(-p.id, n)
	if ends(s) {
		unix.Kill(-p.id, unix.SIGCONT)
	}
}

// terminate asks the whole group to end.
func (p *process) terminate() { p.signal(unix.SIGTERM) }

// kill ends the whole group by force.
func (p *process) kill() { unix.Kill(-p.id, unix.SIGKILL) }

// wait waits for the command, not for what it started, and returns its exit
// code. Orphans that we have adopted are taken from the list of processes when
// they end meanwhile.
func (p *process) wait() int {
	of := p.id
	if adopting {
		of = -1 // any
	}
	for {
		var s unix.WaitStatus
		id, err := unix.Wait4(of, &s, unix.WUNTRACED, nil)
		switch {
		case errors.Is(err, unix.EINTR):
		case err == nil && id != p.id: // an orphan
		case err != nil:
			return exitBroken // it is not there: somebody else waited for it
		case s.Stopped():
			p.stopped(s.StopSignal())
		case s.Signaled():
			return statusOf(s.Signal())
		case s.Exited():
			return s.ExitStatus()
		}
	}
}

// sweep ends what the command left running, and takes the terminal back.
func (p *process) sweep() {
	if p.terminal != nil {
		if p.listener() == p.id {
			takeTerminal(p.terminal, unix.Getpgrp())
		}
		p.terminal.Close()
	}
	left := unix.Kill(-p.id, unix.SIGKILL) == nil
	if adopting {
		endOrphans()
	}
	if !left {
		return
	}
	// It is gone as soon as its new parent has noticed, which some never do.
	for range 50 {
		if unix.Kill(-p.id, 0) != nil {
			return
		}
		clock.Wait(context.Background(), 10*time.Millisecond)
	}
}

// alive tells whether there is a process of that number.
func alive(pid int) bool {
	err := unix.Kill(pid, 0)
	return err == nil || errors.Is(err, unix.EPERM)
}
