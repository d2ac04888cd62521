package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

// patience is how long work may take before anything is said of it.
const patience = time.Second

// progress says on a terminal what takes long, and for how long it has: a line that
// goes when the work is done. Nothing is said elsewhere, nor of what is quick.
type progress struct {
	out   io.Writer
	what  string
	after func(time.Duration, func()) // calls f later

	mu      sync.Mutex
	done    bool
	seconds int
}

// begin tells of work from now on, until end is called.
func (env environment) begin(what string) (end func()) {
	if !isTerminal(env.errOut) || env.dumb() {
		return func() {}
	}
	p := &progress{out: env.errOut, what: what, after: func(d time.Duration, f func()) { clock.AfterFunc(d, f) }}
	p.start()
	return p.end
}

func (p *progress) start() { p.after(patience, p.tick) }

func (p *progress) tick() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	p.seconds++
	fmt.Fprintf(p.out, "\r%s … %d s", p.what, p.seconds)
	p.after(patience, p.tick)
}

// end takes the line away. Nothing is written afterwards.
func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.seconds > 0 && !p.done {
		fmt.Fprint(p.out, "\r\x1b[K")
	}
	p.done = true
}
