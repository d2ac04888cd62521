package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

type clockView struct {
	Now    string     `json:"now"` // RFC 3339, UTC
	Mode   clock.Mode `json:"mode"`
	Factor float64    `json:"factor"` // world seconds per real second
}

// movedClock is a clock after it was moved, and what came due by that.
type movedClock struct {
	clockView
	Happened
}

// Happened is what came due when a clock was moved, in order.
type Happened struct {
	Events []Event `json:"happened"`
	More   int     `json:"more"` // how many events came after those that are told
}

// Due is what is still to come by itself: the next step of each profile or other object, the
// earliest first. Where it leads is told once it has happened.
type Due struct {
	Events []Event `json:"due"`
	More   int     `json:"more"` // how many come after those that are told
}

// Event is a step in the life of a profile, or of another object.
type Event struct {
	At          time.Time `json:"at"`
	Profile     string    `json:"profile,omitzero"` // id
	DisplayName string    `json:"displayName"`
	From        Standing  `json:"from,omitzero"` // of a profile
	To          Standing  `json:"to,omitzero"`
	Lifecycle   string    `json:"lifecycle,omitzero"` // of the scenario; absent where it is the default life
	Errors      int       `json:"errors,omitzero"`    // that the step recorded

	// Of another object: its path, as "/users/…", what the step has set, less secrets, and why it
	// could not.
	Subject string          `json:"subject,omitzero"`
	Before  json.RawMessage `json:"before,omitzero"`
	After   json.RawMessage `json:"after,omitzero"`
	Problem string          `json:"problem,omitzero"`
}

// Standing is where a profile stands in its life.
type Standing struct {
	State  string `json:"state"`           // as "provisioned"; "gone" where there is no such profile any more
	Status string `json:"status,omitzero"` // of the sync, as "inProgress"
}

func viewClock(c *clock.Clock) clockView {
	return clockView{Now: c.Now().Format(time.RFC3339Nano), Mode: c.Mode(), Factor: c.Factor()}
}

func (c *Control) due(w World, _ *http.Request) (any, error) { return w.Due(), nil }

func (c *Control) clock(w World, _ *http.Request) (any, error) { return viewClock(w.Clock()), nil }

// setClock moves a world's clock: {"freeze":true}, {"set":"2026-01-05T06:00:00Z"},
// {"advance":"90s"}, {"advance":"idle"} or {"scale":60}; one of them a call, so
// that there is no order to guess.
func (c *Control) setClock(w World, r *http.Request) (any, error) {
	o, err := c.readObject(r, "freeze", "set", "advance", "scale")
	if err != nil {
		return nil, err
	}
	if len(o) != 1 {
		return nil, problem(http.StatusBadRequest, "Invalid body",
			`Want one of {"freeze":true}, {"set":"2026-01-05T06:00:00Z"}, {"advance":"90s"}, {"advance":"idle"}, {"scale":60}.`)
	}
	var happened Happened
	for name, v := range o {
		move := moves[name]
		happened, err = move.run(w, v)
		switch {
		case err == errOtherKind:
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, move.want)
		case err != nil:
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s (%v)", name, move.want, err)
		}
	}
	if happened.Events == nil {
		happened.Events = []Event{}
	}
	return movedClock{viewClock(w.Clock()), happened}, nil
}

// errOtherKind says that a value is of another kind than wanted, which needs no
// further words.
var errOtherKind = errors.New("another kind of value")

// moves says what each part of a clock's body is, and does it.
var moves = map[string]struct {
	want string
	run  func(World, any) (Happened, error)
}{
	"freeze":  {"true", freeze},
	"set":     {"an instant such as 2026-01-05T06:00:00Z", set},
	"advance": {`a duration such as "90s" or "2h30m", or "idle"`, advance},
	"scale":   {"a number above 0, the world's seconds in a real one", scale},
}

func freeze(w World, v any) (Happened, error) {
	if v != true {
		return Happened{}, errOtherKind
	}
	w.Clock().Freeze()
	return w.Settle(), nil
}

func set(w World, v any) (Happened, error) {
	s, ok := v.(string)
	if !ok {
		return Happened{}, errOtherKind
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return Happened{}, fmt.Errorf("%q is none", s)
	}
	if err := w.Clock().Set(t); err != nil {
		return Happened{}, err
	}
	return w.Settle(), nil
}

func advance(w World, v any) (Happened, error) {
	s, ok := v.(string)
	switch {
	case !ok:
		return Happened{}, errOtherKind
	case s == "idle":
		return w.AdvanceIdle()
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return Happened{}, err
	}
	return w.Advance(d)
}

func scale(w World, v any) (Happened, error) {
	f, ok := v.(float64)
	if !ok {
		return Happened{}, errOtherKind
	}
	if err := w.Clock().Scale(f); err != nil {
		return Happened{}, err
	}
	return w.Settle(), nil
}
