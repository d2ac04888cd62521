//go:build !unix

package main

import (
	"os"
	"os/exec"
	"os/signal"
)

// notify sends what the system tells graphemu to c until the function that it
// returns is called.
func notify(c chan<- os.Signal) (stop func()) {
	signal.Notify(c, os.Interrupt)
	return func() { signal.Stop(c) }
}

// ends tells whether a signal asks a program to end.
func ends(os.Signal) bool { return true }

// statusOf is the exit code of a program that a signal ended.
func statusOf(os.Signal) int { return exitFailure }

// process is a running command. This system knows no process groups as Unix
// does: what the command started is not ended with it.
type process struct{ cmd *exec.Cmd }

func startProcess(cmd *exec.Cmd) (*process, error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &process{cmd}, nil
}

// signal does nothing: the console has told the command by itself.
func (p *process) signal(os.Signal) {}

// terminate ends the command; there is no way to ask it to.
func (p *process) terminate() { p.kill() }

// kill ends the command by force.
func (p *process) kill() { p.cmd.Process.Kill() }

// wait waits for the command and returns its exit code.
func (p *process) wait() int {
	p.cmd.Wait()
	if p.cmd.ProcessState == nil {
		return exitBroken // it could not be waited for
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *process) sweep() {}

// adoptOrphans does nothing: what a command starts is nobody's once that ends.
func adoptOrphans() {}

// alive tells whether there is a process of that number.
func alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	p.Release()
	return true
}
