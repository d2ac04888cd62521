package objects

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
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
// what else only the service sets. It errs with the place of what is wrong, and changes
// nothing then.
func (e *Engine) Seed(store *entity.Store, v workload.Version, now time.Time, newID func() string, seeds []Seed) error {
	seeds = slices.Clone(seeds)
	for i := range seeds {
		seeds[i].Path = strings.Trim(seeds[i].Path, "/")
	}
	slices.SortStableFunc(seeds, func(a, b Seed) int {
		return cmp.Or(strings.Count(a.Path, "/")-strings.Count(b.Path, "/"), strings.Compare(a.Path, b.Path))
	})
	c := &workload.Call{Call: engine.Call{Now: now}, Version: v, Trusted: true,
		Tenant: &workload.Tenant{States: []any{&State{Store: store, NewID: newID}}, FirstUser: func() string { return "" }}}
	c.Objects = e
	type bound struct {
		place entity.Place
		w     *written
		at    string
	}
	return store.Update(now, func(tx *entity.Tx) error {
		var binds []bound
		for _, s := range seeds {
			path, err := e.collectionAt(v, s.Path)
			if err != nil {
				return fmt.Errorf("%s: %w", s.At, err)
			}
			t, err := e.resolve(c, tx.View, path)
			if err != nil {
				return fmt.Errorf("%s: %w", s.At, err)
			}
			for i, given := range s.Objects {
				at := s.At + "/" + strconv.Itoa(i)
				n, err := repeat(given)
				if err != nil {
					return fmt.Errorf("%s: %w", at, err)
				}
				for k := range n {
					w, err := e.read(c, path.End().Type, numbered(given, k+1).(map[string]any), true)
					if err != nil {
						return fmt.Errorf("%s: %w", at, err)
					}
					alone := *w
					alone.binds = nil
					o, err := e.createAt(c, tx, &t, &alone)
					if err != nil {
						return fmt.Errorf("%s: %w", at, e.inWords(err))
					}
					if len(w.binds) > 0 {
						binds = append(binds, bound{o.Place, w, at})
					}
				}
			}
		}
		for _, b := range binds {
			if err := e.bind(c, tx, tx.At(b.place), b.w); err != nil {
				return fmt.Errorf("%s: %w", b.at, e.inWords(err))
			}
		}
		return nil
	})
}

// collectionAt walks the path of a collection that objects can be created in.
func (e *Engine) collectionAt(v workload.Version, path string) (resource.Path, error) {
	p, err := resource.Walk(e.models.Of(v), strings.Split(path, "/"))
	if err != nil {
		return p, fmt.Errorf("%q: %w", path, err)
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
