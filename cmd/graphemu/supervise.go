package main

import (
	"context"
	"os"
	"os/exec"
	"time"
)

// ended is how a command ended.
type ended struct {
	status   int       // its exit code; 128+N where signal N ended it
	timedOut bool      // it did not end within its time
	signal   os.Signal // the first that was to end graphemu meanwhile; nil: none
}

// supervise runs a command in a process group of its own until it ends, and
// then ends what is left of the group, and the orphans that became this process's
// (adoptOrphans). Signals go on to the group. A timeout above 0, or a signal that
// ends, gives the group the time of mercy; then, or at a second such signal, it is
// ended by force. It errs where the command cannot be started.
func supervise(cmd *exec.Cmd, signals <-chan os.Signal, timeout, mercy time.Duration) (ended, error) {
	select {
	case s := <-signals: // graphemu was told to stop before there was a command
		if ends(s) {
			return ended{status: statusOf(s), signal: s}, nil
		}
	default:
	}
	p, err := startProcess(cmd)
	if err != nil {
		return ended{}, err
	}
	defer p.sweep()
	exited := make(chan int, 1)
	go func() { exited <- p.wait() }()

	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var alarm, force <-chan struct{}
	if timeout > 0 {
		alarm = after(ctx, timeout)
	}
	var e ended
	for {
		select {
		case e.status = <-exited:
			return e, nil
		case s := <-signals:
			if !ends(s) {
				p.signal(s)
				break
			}
			if e.signal != nil || e.timedOut {
				p.kill()
				break
			}
			e.signal = s
			p.signal(s)
			force = after(ctx, mercy)
		case <-alarm:
			alarm = nil
			select {
			case e.status = <-exited: // it was just in time
				return e, nil
			default:
			}
			e.timedOut = true
			p.terminate()
			force = after(ctx, mercy)
		case <-force:
			force = nil
			p.kill()
		}
	}
}

// after returns a channel that is closed after d, or when ctx is done.
func after(ctx context.Context, d time.Duration) <-chan struct{} {
	ctx, cancel := context.WithTimeout(ctx, d)
	context.AfterFunc(ctx, cancel) // frees the timer
	return ctx.Done()
}
