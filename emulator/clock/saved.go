package clock

import (
	"errors"
	"fmt"
	"time"
)

// Saved is a clock as a snapshot keeps it.
type Saved struct {
	Mode   Mode      `json:"mode"`
	Now    time.Time `json:"now"`             // the world's time when it was saved
	Factor float64   `json:"factor,omitzero"` // scaled only
	Ahead  string    `json:"ahead,omitzero"`  // real only: how far before the wall clock; "-5m0s" is behind it, "far" beyond a Duration
}

// far stands for more than a Duration can say, 292 years. Such a clock goes on
// from the instant at which it was saved.
const far = "far"

// Save returns the clock as it stands.
func (c *Clock) Save() Saved {
	l := c.line.Load() // once: another may take its place
	s := Saved{Mode: l.mode(), Now: l.world0}
	if s.Mode != ModeFrozen {
		s.Now = l.at(wall(c.real()))
	}
	switch s.Mode {
	case ModeScaled:
		s.Factor = l.factor
	case ModeReal:
		switch ahead := l.world0.Sub(l.real0); {
		case !l.real0.Add(ahead).Equal(l.world0):
			s.Ahead = far
		case ahead != 0:
			s.Ahead = ahead.String()
		}
	}
	return s
}

// Restore puts the clock where s was saved. A clock that ran with the wall
// clock is as far ahead of it as it was; one that stood still, or ran at its own
// speed, goes on from the instant at which it was saved. It errs where s is no
// clock.
func (c *Clock) Restore(s Saved) error {
	return c.change(func(l *line) error {
		switch s.Mode {
		case ModeReal:
			l.factor, l.world0 = 1, l.real0
			switch {
			case s.Ahead == far:
				l.world0 = wall(s.Now)
			case s.Ahead != "":
				ahead, err := time.ParseDuration(s.Ahead)
				if err != nil {
					return fmt.Errorf("ahead %q: want a duration", s.Ahead)
				}
				l.world0 = l.real0.Add(ahead)
			}
		case ModeFrozen:
			l.factor, l.world0 = 0, wall(s.Now)
		case ModeScaled:
			l.factor, l.world0 = s.Factor, wall(s.Now)
			if err := checkFactor(s.Factor); err != nil {
				return err
			}
		default:
			return fmt.Errorf("mode %q: want %s, %s or %s", s.Mode, ModeReal, ModeFrozen, ModeScaled)
		}
		if s.Now.IsZero() {
			return errors.New("now is missing")
		}
		return inRange(l.world0)
	})
}

// Start puts the clock where New would have put it, but for a clock that was
// moved: one that is to run with the wall clock runs on from where it is. It errs
// where s is out of range.
func (c *Clock) Start(s Setting) error {
	return c.change(func(l *line) error {
		l.begin(s)
		if s.Mode == ModeScaled {
			return checkFactor(s.Factor)
		}
		return inRange(l.world0)
	})
}
