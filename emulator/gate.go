package emulator

import (
	"math"
	"sync"
	"sync/atomic"
)

// gate counts who is inside, until it is shut for good. A WaitGroup would not
// do: a handler that is mounted in somebody else's server is called while Close
// waits, and after.
type gate struct {
	inside atomic.Int64 // below zero: shut
	empty  chan struct{}
	once   sync.Once
}

// shutMark is added to the count of a gate that is shut.
const shutMark = math.MinInt64

func newGate() *gate { return &gate{empty: make(chan struct{})} }

// enter counts one, who must leave; false: the gate is shut, and nobody counts.
func (g *gate) enter() bool {
	if g.inside.Add(1) > 0 {
		return true
	}
	g.leave()
	return false
}

func (g *gate) leave() {
	if g.inside.Add(-1) == shutMark {
		g.once.Do(func() { close(g.empty) })
	}
}

// shut ends the counting of whoever comes from now on. To be called once.
func (g *gate) shut() {
	g.inside.Add(1) // so that whoever leaves meanwhile is not the last
	g.inside.Add(shutMark)
	g.leave()
}

// wait returns when the gate is shut and all have left.
func (g *gate) wait() { <-g.empty }
