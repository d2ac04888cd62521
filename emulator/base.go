package emulator

import (
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
)

// bases are the stores that worlds begin as a fork of, one for each fixture: what every
// tenant has, and what the fixture brings. They are never written to once they are
// made, so worlds share them, and a world pays for its own changes alone.
type bases struct {
	mu   sync.Mutex // guards made
	made map[*fixture.Fixture]*entity.Store
}

// maxBases is how many bases are remembered: as many as fixtures.
const maxBases = maxFixtures

// base returns the store that a fixture's worlds begin with.
func (s *Server) base(f *fixture.Fixture) *entity.Store {
	s.bases.mu.Lock()
	defer s.bases.mu.Unlock()
	if b := s.bases.made[f]; b != nil {
		return b
	}
	b, seed := entity.New(entity.Limits{}), directorySeed(f.Directory)
	if err := directory.Populate(b, &seed, func(names ...string) string { return fixtureID(s.set.Seed, names...) }); err != nil {
		panic(err) // it has no limits, and leaves out what is there twice
	}
	if s.bases.made == nil {
		s.bases.made = map[*fixture.Fixture]*entity.Store{}
	}
	if len(s.bases.made) < maxBases {
		s.bases.made[f] = b
	}
	return b
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
