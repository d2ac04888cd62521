package control

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

type worldView struct {
	Name     string    `json:"name"`
	Tenant   string    `json:"tenant"`
	Profiles int       `json:"profiles"`
	Clock    clockView `json:"clock"`
}

type clockView struct {
	Now    string     `json:"now"` // RFC 3339, UTC
	Mode   clock.Mode `json:"mode"`
	Factor float64    `json:"factor"` // world seconds per real second
}

func view(w World) worldView {
	return worldView{Name: w.Name(), Tenant: w.Tenant(), Profiles: w.ProfileCount(), Clock: viewClock(w.Clock())}
}

func viewClock(c *clock.Clock) clockView {
	return clockView{Now: c.Now().Format(time.RFC3339Nano), Mode: c.Mode(), Factor: c.Factor()}
}

func (c *Control) worlds(http.ResponseWriter, *http.Request) (any, error) {
	list := []worldView{}
	for _, w := range c.Server.Worlds() {
		list = append(list, view(w))
	}
	return map[string]any{"worlds": list}, nil
}

func (c *Control) reset(_ http.ResponseWriter, r *http.Request) (any, error) {
	w, err := c.world(r)
	if err != nil {
		return nil, err
	}
	w.Reset()
	return view(w), nil
}

func (c *Control) clock(_ http.ResponseWriter, r *http.Request) (any, error) {
	w, err := c.world(r)
	if err != nil {
		return nil, err
	}
	return viewClock(w.Clock()), nil
}

// setClock moves a world's clock: {"freeze":true}, {"set":"2026-01-05T06:00:00Z"},
// {"advance":"90s"}, {"advance":"idle"} or {"scale":60}; one of them a call, so
// that there is no order to guess.
func (c *Control) setClock(rw http.ResponseWriter, r *http.Request) (any, error) {
	w, err := c.world(r)
	if err != nil {
		return nil, err
	}
	o, err := c.readObject(rw, r, "freeze", "set", "advance", "scale")
	if err != nil {
		return nil, err
	}
	if len(o) != 1 {
		return nil, problem(http.StatusBadRequest, "Invalid body", `Want one of {"freeze":true}, {"set":"2026-01-05T06:00:00Z"}, {"advance":"90s"}, {"advance":"idle"}, {"scale":60}.`)
	}
	k := w.Clock()
	for name, v := range o {
		switch v := v.(type) {
		case bool:
			if name != "freeze" || !v {
				return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, wants[name])
			}
			k.Freeze()
		case string:
			switch name {
			case "set":
				var t time.Time
				if t, err = time.Parse(time.RFC3339Nano, v); err == nil {
					err = k.Set(t)
				}
			case "advance":
				err = advance(w, v)
			default:
				return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, wants[name])
			}
		case float64:
			if name != "scale" {
				return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, wants[name])
			}
			err = k.Scale(v)
		default:
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, wants[name])
		}
		if err != nil {
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want %s (%v)", name, wants[name], err)
		}
	}
	return viewClock(k), nil
}

// wants says what each part of a clock's body is.
var wants = map[string]string{
	"freeze":  "true",
	"set":     "an instant such as 2026-01-05T06:00:00Z",
	"advance": `a duration such as "90s" or "2h30m", or "idle"`,
	"scale":   "a number above 0, the world's seconds in a real one",
}

// maxSteps bounds how far "idle" goes: each profile has a handful of steps.
const maxSteps = 10_000_000

// advance moves a clock by a duration, or until nothing is under way.
func advance(w World, by string) error {
	k := w.Clock()
	if by != "idle" {
		d, err := time.ParseDuration(by)
		if err != nil {
			return err
		}
		return k.Advance(d)
	}
	for range maxSteps {
		next, ok := w.NextStep()
		if !ok {
			return nil
		}
		if d := next.Sub(k.Now()); d > 0 {
			if err := k.Advance(d); err != nil {
				return err
			}
		}
	}
	return nil
}

// token answers {"token": "…"}. The body may name scopes or roles (arrays of
// permissions), app (a client id) and expires (a duration).
func (c *Control) token(rw http.ResponseWriter, r *http.Request) (any, error) {
	w, err := c.world(r)
	if err != nil {
		return nil, err
	}
	o, err := c.readObject(rw, r, "scopes", "roles", "app", "expires")
	if err != nil {
		return nil, err
	}
	scopes, err := texts(o, "scopes")
	if err != nil {
		return nil, err
	}
	roles, err := texts(o, "roles")
	if err != nil {
		return nil, err
	}
	if len(scopes) > 0 && len(roles) > 0 {
		return nil, problem(http.StatusBadRequest, "Invalid body", "A token has scopes (delegated) or roles (application), not both.")
	}
	app, ok := o["app"].(string)
	if !ok && o["app"] != nil {
		return nil, problem(http.StatusBadRequest, "Invalid body", "/app: want a client id")
	}
	var expires time.Duration
	if v, given := o["expires"]; given {
		text, _ := v.(string)
		if expires, err = time.ParseDuration(text); err != nil || expires <= 0 {
			return nil, problem(http.StatusBadRequest, "Invalid body", `/expires: want a positive duration such as "1h"`)
		}
	}
	token, err := w.Token(scopes, roles, app, expires)
	if err != nil {
		return nil, err
	}
	return map[string]string{"token": token, "tenant": w.Tenant(), "world": w.Name()}, nil
}

// readObject returns the body as an object with no other names than those
// known; an absent body is an empty object.
func (c *Control) readObject(w http.ResponseWriter, r *http.Request, known ...string) (map[string]any, error) {
	b, err := c.readBody(w, r)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return map[string]any{}, nil
	}
	v, err := jsontree.Decode(b)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Invalid JSON", "%v", err)
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, problem(http.StatusBadRequest, "Invalid JSON", "want an object")
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, name) {
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: unknown; there are %s", name, strings.Join(known, ", "))
		}
	}
	return o, nil
}

func texts(o map[string]any, name string) ([]string, error) {
	v, given := o[name]
	if !given {
		return nil, nil
	}
	list, ok := v.([]any)
	var out []string
	for _, e := range list {
		s, isText := e.(string)
		ok = ok && isText && s != ""
		out = append(out, s)
	}
	if !ok {
		return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want an array of strings", name)
	}
	return out, nil
}
