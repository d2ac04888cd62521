// Package clock tells a world's time. It is the only place of graphemu that
// reads the wall clock: everything else is given an instant or a Clock, so
// that lifecycles, token expiry and Date headers all agree and a test can
// decide what time it is.
package clock

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Real reads the wall clock, in UTC. It is for what belongs to the machine
// and not to a world: certificates, idle times, log lines.
func Real() time.Time { return time.Now().UTC() }

// Mode is how a clock runs.
type Mode string

// The three modes of a clock.
const (
	ModeReal   Mode = "real"   // runs with the wall clock
	ModeFrozen Mode = "frozen" // stands still until it is moved
	ModeScaled Mode = "scaled" // runs Factor times as fast as the wall clock
)

// MaxFactor is the fastest a scaled clock may run: a day passes in a tenth of
// a second, and a century does not overflow within a working day.
const MaxFactor = 1_000_000

// Setting is how a clock starts. The zero value is a clock that runs with the
// wall clock.
type Setting struct {
	Mode   Mode      // default: ModeReal
	Start  time.Time // frozen only; default: the instant at which the clock is made
	Factor float64   // scaled only: world seconds per real second, above 0 and at most MaxFactor
}

// Parse reads the notation of the --clock flag: "real", "frozen",
// "frozen@INSTANT" (RFC 3339) or "xN".
func Parse(s string) (Setting, error) {
	switch {
	case s == "" || s == "real":
		return Setting{Mode: ModeReal}, nil
	case s == "frozen":
		return Setting{Mode: ModeFrozen}, nil
	case strings.HasPrefix(s, "frozen@"):
		t, err := time.Parse(time.RFC3339Nano, strings.TrimPrefix(s, "frozen@"))
		if err == nil {
			err = inRange(t)
		}
		if err != nil {
			return Setting{}, fmt.Errorf("clock %q: want an instant like frozen@2026-01-05T06:00:00Z", s)
		}
		return Setting{Mode: ModeFrozen, Start: t.UTC()}, nil
	case strings.HasPrefix(s, "x"):
		f, err := strconv.ParseFloat(s[1:], 64)
		if err == nil {
			err = checkFactor(f)
		}
		if err != nil {
			return Setting{}, fmt.Errorf("clock %q: want a factor above 0 and at most %d, like x60", s, MaxFactor)
		}
		return Setting{Mode: ModeScaled, Factor: f}, nil
	}
	return Setting{}, fmt.Errorf("clock %q: want real, frozen, frozen@INSTANT or xN (like x60)", s)
}

// Clock is the time of one world. It is safe for concurrent use, and reading
// it takes no lock.
type Clock struct {
	real func() time.Time // the wall clock, or a test's stand-in
	wall bool             // it is the wall clock

	mu   sync.Mutex // serialises changes; readers load line
	line atomic.Pointer[line]
}

// line is the world's time as a straight line over real time: at the real
// instant real0 it was world0, and it runs factor times as fast.
type line struct {
	real0, world0 time.Time
	factor        float64 // 0: frozen
}

// New makes a clock. real is the wall clock; nil means Real.
func New(s Setting, real func() time.Time) *Clock {
	c := &Clock{real: real, wall: real == nil}
	if c.wall {
		real, c.real = Real, Real
	}
	now := wall(real())
	l := &line{real0: now, world0: now}
	l.begin(s)
	c.line.Store(l)
	return c
}

// begin lets the world's time run from here as s says.
func (l *line) begin(s Setting) {
	switch s.Mode {
	case ModeFrozen:
		l.factor = 0
		if !s.Start.IsZero() {
			l.world0 = wall(s.Start)
		}
	case ModeScaled:
		l.factor = s.Factor
	default:
		l.factor = 1
	}
}

// wall drops the monotonic reading: a world's clock follows the wall clock
// through suspends and corrections, as the Date header of a real server does.
func wall(t time.Time) time.Time { return t.Round(0).UTC() }

// Now returns the world's time, in UTC. It never passes the end of the year 9999,
// since no timestamp on the wire could say so.
func (c *Clock) Now() time.Time {
	l := c.line.Load()
	if l.factor == 0 {
		return l.world0
	}
	return l.at(wall(c.real()))
}

func (l *line) at(real time.Time) time.Time {
	d := real.Sub(l.real0)
	if l.factor == 1 {
		return bounded(l.world0.Add(d))
	}
	f := float64(d) * l.factor
	if math.Abs(f) < math.MaxInt64 {
		return bounded(l.world0.Add(time.Duration(f)))
	}
	// A Duration ends at 292 years, which the fastest clock passes in hours.
	seconds := max(min(f/float64(time.Second), maxSeconds), -maxSeconds)
	return bounded(time.Unix(l.world0.Unix()+int64(seconds), 0).UTC())
}

// maxSeconds is more than all years that there are.
const maxSeconds = 10_000 * 366 * 24 * 3600

// bounded keeps t within the years that a clock shows.
func bounded(t time.Time) time.Time {
	switch {
	case t.After(latest):
		return latest
	case t.Before(earliest):
		return earliest
	}
	return t
}

// Later returns the instant d after t, or the last one that a clock shows: what
// is to be at a later one will be when the clock stands there.
func Later(t time.Time, d time.Duration) time.Time { return bounded(t.Add(d)) }

// Factor returns how many world seconds pass in a real second: 0 where the
// clock is frozen, 1 where it runs with the wall clock.
func (c *Clock) Factor() float64 { return c.line.Load().factor }

// InStep tells whether the clock shows just what the wall clock shows.
func (c *Clock) InStep() bool {
	l := c.line.Load()
	return c.wall && l.factor == 1 && l.world0.Equal(l.real0)
}

// Mode returns how the clock runs.
func (c *Clock) Mode() Mode { return c.line.Load().mode() }

func (l *line) mode() Mode {
	switch l.factor {
	case 0:
		return ModeFrozen
	case 1:
		return ModeReal
	}
	return ModeScaled
}

// Freeze stops the clock at its present time.
func (c *Clock) Freeze() { c.change(func(l *line) error { l.factor = 0; return nil }) }

// Set moves the clock to t, forwards or backwards. It errs where t is not
// within the years 1 to 9999.
func (c *Clock) Set(t time.Time) error {
	return c.change(func(l *line) error { l.world0 = wall(t); return inRange(t) })
}

// Advance moves the clock forward by d. It errs where d is negative or leads
// past the year 9999.
func (c *Clock) Advance(d time.Duration) error {
	return c.change(func(l *line) error {
		if d < 0 {
			return errors.New("a clock advances by a positive duration; use set to go back")
		}
		l.world0 = l.world0.Add(d)
		return inRange(l.world0)
	})
}

// Scale lets the clock run factor times as fast as the wall clock, from its
// present time on. It errs where factor is not above 0 and at most MaxFactor.
func (c *Clock) Scale(factor float64) error {
	return c.change(func(l *line) error { l.factor = factor; return checkFactor(factor) })
}

// change applies fn to the line that starts here and now, and keeps the old
// line where fn errs.
func (c *Clock) change(fn func(*line) error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	now, old := wall(c.real()), c.line.Load()
	l := &line{real0: now, world0: old.at(now), factor: old.factor}
	if old.factor == 0 {
		l.world0 = old.world0
	}
	if err := fn(l); err != nil {
		return err
	}
	c.line.Store(l)
	return nil
}

// The first and the last instant that a clock shows. The instant before the first
// is the zero Time, which stands for none.
var (
	earliest = time.Time{}.Add(time.Second)
	latest   = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

func inRange(t time.Time) error {
	if t.IsZero() {
		return fmt.Errorf("%s stands for no time at all; the first instant that a clock can show is a second later", t.Format(time.RFC3339))
	}
	if t.Before(earliest) || t.After(latest) {
		return fmt.Errorf("%v is not within the years 1 to 9999", t)
	}
	return nil
}

func checkFactor(f float64) error {
	if !(f > 0 && f <= MaxFactor) {
		return fmt.Errorf("the factor %v is not above 0 and at most %d", f, MaxFactor)
	}
	return nil
}
