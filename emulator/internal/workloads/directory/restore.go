package directory

import (
	"fmt"
	"maps"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// Restore puts what was saved in place of what is there. The objects are restored by
// themselves. Plans that were made before must not be applied any more. It errs, and
// changes nothing, where v is not what Save makes.
func (s *Store) Restore(v Saved) error {
	all := noParts
	for i := range v.Profiles {
		saved := &v.Profiles[i]
		if all.of[saved.Profile] != nil {
			return fmt.Errorf("/profiles/%d/profile: %q is there twice; a profile has one part", i, saved.Profile)
		}
		p, err := restorePart(saved)
		if err != nil {
			return fmt.Errorf("/profiles/%d%w", i, err)
		}
		all = all.with(p)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts.Store(all)
	return nil
}

func restorePart(saved *SavedPart) (*part, error) {
	p := newPart(saved.Profile)
	held := map[entity.Place]bool{}
	for i, of := range saved.known() {
		for id, at := range *of.of {
			if at == 0 || held[at] {
				return nil, fmt.Errorf("/%s: %q is at %d, which is no place, or another's too", of.name, id, at)
			}
			held[at] = true
		}
		maps.Copy(p.known()[i], *of.of)
	}
	for m, list := range saved.lists() {
		var pairs []pair
		for _, places := range *list {
			for i, at := range places {
				if at == 0 {
					return nil, fmt.Errorf("/%s: %v: 0 is no place", membership(m), places)
				}
				if i > 0 {
					pairs = append(pairs, pairOf(places[0], at))
				}
			}
		}
		p.members[m] = newTable(pairs)
	}
	return p, nil
}
