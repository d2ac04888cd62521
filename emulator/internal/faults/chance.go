package faults

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// What is drawn for a rule depends on nothing but the seed, the rule's name,
// what it is for and the number of the call, so that neither other requests nor
// a restart change it.

// The purposes of draws.
const (
	forChance uint64 = iota << 56
	forDelay
	forDamage
)

func keyOf(seed uint64, name string) uint64 {
	return binary.BigEndian.Uint64(ids.Key(seed, "fault", name))
}

// draw returns the random numbers of a rule for a purpose at a call.
func draw(key, purpose, call uint64) *rand.Rand { return rand.New(rand.NewPCG(key^purpose, call)) }

// drawn returns the duration of a span at a call.
func drawn(s fault.Span, key, call uint64) time.Duration {
	if s.Max <= s.Min {
		return s.Min
	}
	return s.Min + time.Duration(draw(key, forDelay, call).Uint64N(uint64(s.Max-s.Min)+1))
}

// block is how many calls share a stream of draws for chance.
const block = 4096

// dice decides which calls a chance strikes. It draws the gaps between strikes
// and not each call: a rule that seldom strikes costs next to nothing, and still
// each call has the same chance. Every block of calls begins anew, so that what
// happens at a call is found without drawing for all calls before it.
type dice struct {
	key     uint64
	scale   float64 // 1 / log(1 - chance)
	current uint64  // number of the block that stream is in, from 1; 0: none yet
	asked   uint64  // the call that was last asked for
	at      uint64  // the first strike at asked or after it
	stream  rand.PCG
}

func newDice(chance float64, key uint64) dice {
	return dice{key: key, scale: 1 / math.Log1p(-chance)}
}

// strikes tells whether the nth call is struck.
func (d *dice) strikes(n uint64) bool {
	number := (n-1)/block + 1
	end := number * block
	if d.current != number || n < d.asked {
		d.current, d.at = number, end-block
		d.stream.Seed(d.key^forChance, number)
		d.step(end)
	}
	d.asked = n
	for d.at < n {
		d.step(end)
	}
	return d.at == n
}

// step goes to the next strike, or to the first call after end.
func (d *dice) step(end uint64) {
	u := float64(d.stream.Uint64()>>11) / (1 << 53)
	gap := math.Log1p(-u) * d.scale // at least 0
	if left := end - d.at; gap < float64(left) {
		d.at += uint64(gap) + 1
	} else {
		d.at = end + 1
	}
}

// has tells whether the nth call is one of them.
func has(c fault.Calls, n uint64) bool {
	return n >= c.From && (c.To == 0 || n <= c.To) && (c.Every == 0 || n%c.Every == 0)
}
