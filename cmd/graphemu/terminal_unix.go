//go:build unix

package main

import (
	"context"
	"os"
	"os/signal"
	"time"

	"golang.org/x/sys/unix"
)

// stopped deals with a command that the terminal stopped. Its group is not the
// one that the terminal listens to, so that signals from the keyboard come to
// graphemu first. A command that reads from the terminal, or sets it up, as
// test runners with a prompt do, is stopped by the system for that: then it
// gets the terminal. One that the keyboard stops once it has the terminal
// (Ctrl-Z) takes graphemu along, as the shell expects of a job; when the shell
// continues the job, both go on.
func (p *process) stopped(by unix.Signal) {
	wants := by == unix.SIGTTIN || by == unix.SIGTTOU
	if !wants && (by != unix.SIGTSTP || p.terminal == nil) {
		return // somebody stopped it on purpose, and will continue it
	}
	if p.terminal == nil {
		tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
		if err != nil {
			return // there is none: nothing that we could give
		}
		p.terminal = tty
	}
	own := unix.Getpgrp()
	switch listener := p.listener(); {
	case !wants && listener == p.id:
		takeTerminal(p.terminal, own)
		suspend(by)
	case wants && listener != own: // graphemu itself is in the background
		suspend(by)
	}
	if p.listener() == own {
		takeTerminal(p.terminal, p.id)
	}
	unix.Kill(-p.id, unix.SIGCONT)
}

// listener returns the process group that the terminal listens to.
func (p *process) listener() int {
	group, _ := unix.IoctlGetInt(int(p.terminal.Fd()), unix.TIOCGPGRP)
	return group
}

// suspend stops graphemu's own group as a signal stopped the command's, and
// returns when it was continued.
func suspend(by unix.Signal) {
	continued := make(chan os.Signal, 1)
	signal.Notify(continued, unix.SIGCONT)
	defer signal.Stop(continued)
	unix.Kill(0, by)
	// Where nobody would continue us, as without a shell, the system does not
	// stop us either: then no SIGCONT comes.
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	select {
	case <-continued:
	case <-ctx.Done():
	}
}

// takeTerminal makes a process group the one that the terminal listens to. Who
// does that from another group is stopped unless it ignores SIGTTOU.
func takeTerminal(tty *os.File, group int) {
	signal.Ignore(unix.SIGTTOU)
	defer signal.Reset(unix.SIGTTOU)
	unix.IoctlSetPointerInt(int(tty.Fd()), unix.TIOCSPGRP, group)
}
