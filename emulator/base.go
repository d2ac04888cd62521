package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
)

// bases are the stores that worlds begin as a fork of, one for each fixture: what every
// tenant has, and what the fixture and the options bring. They are never written to once
// they are made, so worlds share them, and a world pays for its own changes alone.
type bases struct {
	mu   sync.Mutex // guards made
	made map[*fixture.Fixture]*base
}

// base is what the worlds of a fixture share.
type base struct {
	*entity.Store
	accounts directory.Seed
}

// base returns the store that a fixture's worlds begin with. It errs where objects of
// the fixture or of the options are not what the model says; each line begins with the
// JSON pointer of what is wrong.
func (s *Server) base(f *fixture.Fixture) (*base, error) {
	s.bases.mu.Lock()
	defer s.bases.mu.Unlock()
	if b := s.bases.made[f]; b != nil {
		return b, nil
	}
	b := &base{accounts: directorySeed(f.Directory)}
	var failed error
	b.Store = entity.Later(entity.Limits{Objects: s.set.Limits.Objects}, func(in *entity.Store) { failed = s.fill(in, b.accounts, f) })
	if !f.BuiltIn || len(s.set.Entities) > 0 || s.set.Limits.Objects < builtInObjects {
		b.View()
		if failed != nil {
			return nil, failed
		}
	} // else it is filled when it is needed: tests hold what is built in against the model
	if s.bases.made == nil {
		s.bases.made = map[*fixture.Fixture]*base{}
	}
	if len(s.bases.made) < maxFixtures {
		s.bases.made[f] = b
	}
	return b, nil
}

// builtInObjects is more than the objects that any built-in fixture begins with.
const builtInObjects = 10_000

// fill puts what all worlds of a fixture begin with into a store. The ids of objects
// that bring none come from the seed and their order, so that they are the same in every
// world.
func (s *Server) fill(b *entity.Store, accounts directory.Seed, f *fixture.Fixture) error {
	accounts.Permissions = s.permissions()
	seeds := seedsOf(f)
	for _, path := range slices.Sorted(maps.Keys(s.set.Entities)) {
		seed := objects.Seed{Path: path, At: "Options.Entities[" + strconv.Quote(path) + "]"}
		for i, v := range s.set.Entities[path] {
			o, err := asObject(v)
			if err != nil {
				return fmt.Errorf("%s/%d: %w", seed.At, i, err)
			}
			seed.Objects = append(seed.Objects, o)
		}
		seeds = append(seeds, seed)
	}
	return fillStore(s.graph.Objects(), b, accounts, s.set.Seed, seeds)
}

// fillStore makes a tenant's accounts, and then the objects of seeds.
func fillStore(e *objects.Engine, b *entity.Store, accounts directory.Seed, seed uint64, seeds []objects.Seed) error {
	derive := func(names ...string) string { return fixtureID(seed, names...) }
	if err := directory.FillTenant(b, accounts, derive, seededAt); err != nil {
		return fmt.Errorf("/directory: %w", err)
	}
	if len(seeds) == 0 {
		return nil
	}
	return e.Seed(b, workload.V1, seededAt, ids.NewStream(seed, "fixture", "objects").GUID, seeds)
}

// tryFixture holds a fixture against the model of a server: it makes the objects that a
// world would begin with. It errs with all that is wrong, each line with its JSON pointer
// first.
func tryFixture(f *fixture.Fixture, models workload.Models) error {
	e := newGraph(graph.Config{}, nil, models).Objects()
	return fillStore(e, entity.New(entity.Limits{}), directorySeed(f.Directory), 1, seedsOf(f))
}

// seedsOf are the objects that a fixture brings.
func seedsOf(f *fixture.Fixture) (seeds []objects.Seed) {
	for _, e := range f.Entities {
		seeds = append(seeds, objects.Seed{Path: e.Path, Objects: e.Objects, At: "/entities/" + jsontree.Escape(e.Path)})
	}
	return seeds
}

// addApps puts the fixture's apps into a world that was saved when they were no objects.
func (st *state) addApps() error {
	derive := func(names ...string) string { return fixtureID(st.Seed, names...) }
	return directory.AddApps(st.Entities, st.start.base.accounts, derive, seededAt)
}

// seededAt is when the objects of a fixture were made: before any clock's beginning.
var seededAt = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

// asObject is a value of a test as JSON has it.
func asObject(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	decoded, err := jsontree.Decode(text)
	if err != nil {
		return nil, err
	}
	o, ok := decoded.(map[string]any)
	if !ok {
		return nil, errors.New("want an object")
	}
	return o, nil
}

// firstUser is the id of the user that a token which names none is of: the fixture's
// first; "" where there is none.
func (st *state) firstUser() string {
	view := st.Entities.View()
	for p := range view.List(entity.Home{Name: "users"}).All(0) {
		return view.At(p).ID
	}
	return ""
}
