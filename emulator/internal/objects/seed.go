package objects

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Seed is objects of one collection that a world begins with.
type Seed struct {
	Path    string // of the collection, "users" or "users/ann@contoso.edu/messages"
	Objects []map[string]any
	At      string // JSON pointer of Objects, for messages
}

// maxRepeat is how many objects one entry of a seed may stand for: as many as a world
// holds by default.
const maxRepeat = 1_000_000

// Seed puts objects into a store. Their order is free: what contains others comes before
// them, and all are there before the first is linked. Objects may bring their ids, and
// what else only the service sets; to those that bring none newID gives the first that
// nothing in seeds has. It errs with the place of what is wrong, and changes nothing then.
func (e *Engine) Seed(store *entity.Store, v workload.Version, now time.Time, newID func() string, seeds []Seed) error {
	seeds = slices.Clone(seeds)
	for i := range seeds {
		seeds[i].Path = strings.Trim(seeds[i].Path, "/")
	}
	slices.SortStableFunc(seeds, func(a, b Seed) int {
		return cmp.Or(strings.Count(a.Path, "/")-strings.Count(b.Path, "/"), strings.Compare(a.Path, b.Path))
	})
	c := &workload.Call{Call: engine.Call{Now: now}, Version: v, Trusted: true,
		Tenant: &workload.Tenant{States: []any{&State{Store: store, NewID: unlike(seeds, newID)}}, FirstUser: func() string { return "" }}}
	c.Objects = e
	return store.Update(now, func(tx *entity.Tx) error {
		var binds []seeded
		var wrong []error // all that is, but for links between what is right
		for _, s := range seeds {
			path, err := e.collectionAt(v, s.Path)
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", s.At, err))
				continue
			}
			t, err := e.resolve(c, tx.View, path)
			if err == nil && t.list == nil {
				err = single(&t, tx.View, len(s.Objects))
			}
			if err != nil {
				wrong = append(wrong, fmt.Errorf("%s: %w", s.At, err))
				continue
			}
			for i, given := range s.Objects {
				at := s.At + "/" + strconv.Itoa(i)
				made, err := e.seed(c, tx, path, t, given)
				if err != nil {
					if wrong = append(wrong, placed(at, err)); len(wrong) == maxWrong {
						return errors.Join(wrong...)
					}
				}
				for _, m := range made {
					m.at = at
					binds = append(binds, m)
				}
			}
		}
		if len(wrong) > 0 {
			return errors.Join(wrong...)
		}
		for _, b := range binds {
			if err := e.bind(c, tx, tx.At(b.place), b.w); err != nil {
				if wrong = append(wrong, placed(b.at, e.inWords(err))); len(wrong) == maxWrong {
					break
				}
			}
		}
		return errors.Join(wrong...)
	})
}

// unlike draws from newID again while what comes is a GUID of seeds: a fixture made of what a
// server has answered has ids that the same seed draws. Chosen.
func unlike(seeds []Seed, newID func() string) func() string {
	taken := map[string]bool{}
	var note func(v any)
	note = func(v any) {
		switch v := v.(type) {
		case string:
			if ids.IsGUID(v) {
				taken[strings.ToLower(v)] = true
			}
		case []any:
			for _, one := range v {
				note(one)
			}
		case map[string]any:
			for _, one := range v {
				note(one)
			}
		}
	}
	for _, s := range seeds {
		for _, o := range s.Objects {
			note(o)
		}
	}
	return func() string {
		for {
			if id := newID(); !taken[id] {
				return id
			}
		}
	}
}

// placed is an error of an entry with its place, and with the help that a client would find
// in the details of an answer.
func placed(at string, err error) error {
	e, ok := errors.AsType[*apierror.Error](err)
	if !ok || len(e.Details) == 0 {
		return fmt.Errorf("%s: %w", at, err)
	}
	help := e.Details[0]
	if strings.HasPrefix(help.Target, "/") {
		at += help.Target
	}
	if help.Message == e.Message {
		return fmt.Errorf("%s: %w", at, err)
	}
	return fmt.Errorf("%s: %w (%s)", at, err, help.Message)
}

// maxWrong is how many mistakes are told; nobody reads more. Chosen.
const maxWrong = 100

// seeded is an object that is to be linked.
type seeded struct {
	place entity.Place
	w     *written
	at    string // where the entry stands that it is of
}

// seed makes one entry of a seed, as many times as it says, without its links.
func (e *Engine) seed(c *workload.Call, tx *entity.Tx, path resource.Path, t target, given map[string]any) (made []seeded, err error) {
	n, err := repeat(given)
	if err != nil {
		return nil, err
	}
	for k := range n {
		w, err := e.read(c, path.End().Type, numbered(given, k+1).(map[string]any))
		if err != nil {
			return made, err
		}
		alone := *w
		alone.binds = nil
		o, err := e.createAt(c, tx, &t, &alone)
		if err != nil {
			return made, e.inWords(err)
		}
		if len(w.binds) > 0 {
			made = append(made, seeded{place: o.Place, w: w})
		}
	}
	return made, nil
}

// single lets one object be put where a path leads to a single one.
func single(t *target, in entity.View, n int) error {
	if t.object != nil {
		return errors.New("it is there already")
	}
	if n != 1 {
		return fmt.Errorf("want one object, there are %d", n)
	}
	t.list = &list{in: in, typ: t.typ, home: t.home, path: parentOf(t.at)}
	return nil
}

// collectionAt walks the path of a collection that objects can be created in, or of a single
// object that another contains.
func (e *Engine) collectionAt(v workload.Version, path string) (resource.Path, error) {
	p, err := resource.Walk(e.models.Of(v), strings.Split(path, "/"))
	if err != nil {
		return p, fmt.Errorf("%q: %w", path, err)
	}
	if end := p.End(); end.Kind == resource.Navigation && end.Property.Contained && !end.Many {
		return p, nil
	}
	if _, ok := e.verbs(p)["POST"]; !ok || !p.End().Many || p.End().Kind == resource.Ref {
		return p, fmt.Errorf("%q is no collection that objects can be put into", path)
	}
	return p, nil
}

// repeat is how many objects an entry stands for: its member "repeat", which is taken
// out; 1 without it.
func repeat(o map[string]any) (int, error) {
	v, ok := o["repeat"]
	if !ok {
		return 1, nil
	}
	n, ok := v.(float64)
	if !ok || n != float64(int(n)) || n < 1 || n > maxRepeat {
		return 0, fmt.Errorf("repeat: want a whole number from 1 to %d", maxRepeat)
	}
	return int(n), nil
}

// numbered is a copy of a value in which each "{n}" of a text is a number, without the
// member "repeat" of the whole.
func numbered(v any, n int) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "{n}", strconv.Itoa(n))
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = numbered(one, n)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for name, one := range v {
			if name != "repeat" {
				m[name] = numbered(one, n)
			}
		}
		return m
	}
	return v
}
