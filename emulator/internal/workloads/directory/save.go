package directory

import (
	"maps"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// Saved is what the profiles' runs brought about, in a form that JSON keeps whole.
// Objects are told by their places in the store, which is saved by itself.
type Saved struct {
	Profiles []SavedPart `json:"profiles,omitzero"`
}

// SavedPart is what one profile's runs brought about.
type SavedPart struct {
	Profile  string                  `json:"profile"`          // its id
	Schools  map[string]entity.Place `json:"schools,omitzero"` // by SIS ID
	Classes  map[string]entity.Place `json:"classes,omitzero"`
	Students map[string]entity.Place `json:"students,omitzero"`
	Teachers map[string]entity.Place `json:"teachers,omitzero"`

	// The memberships that its last run left: a container and its members, all in order.
	SchoolClasses  [][]entity.Place `json:"schoolClasses,omitzero"`
	SchoolStudents [][]entity.Place `json:"schoolStudents,omitzero"`
	SchoolTeachers [][]entity.Place `json:"schoolTeachers,omitzero"`
	ClassStudents  [][]entity.Place `json:"classStudents,omitzero"`
	ClassTeachers  [][]entity.Place `json:"classTeachers,omitzero"`
}

// lists returns the memberships by their kind.
func (p *SavedPart) lists() [memberships]*[][]entity.Place {
	return [...]*[][]entity.Place{schoolClasses: &p.SchoolClasses, schoolStudents: &p.SchoolStudents, schoolTeachers: &p.SchoolTeachers,
		classStudents: &p.ClassStudents, classTeachers: &p.ClassTeachers}
}

// known returns the places of all kinds, with their names.
func (p *SavedPart) known() [4]struct {
	name string
	of   *map[string]entity.Place
} {
	return [...]struct {
		name string
		of   *map[string]entity.Place
	}{{"schools", &p.Schools}, {"classes", &p.Classes}, {"students", &p.Students}, {"teachers", &p.Teachers}}
}

// Save returns the directory and the world's objects as they stand, both of one moment.
// It shares nothing that changes.
func (s *Store) Save() (Saved, entity.Saved) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var v Saved
	for _, p := range s.parts.Load().list {
		saved := SavedPart{Profile: p.profile}
		for i, of := range p.known() {
			*saved.known()[i].of = maps.Clone(of)
		}
		for m, list := range saved.lists() {
			t := &p.members[m]
			for i, container := range t.from {
				*list = append(*list, append([]entity.Place{container}, t.to[t.start[i]:t.start[i+1]]...))
			}
		}
		v.Profiles = append(v.Profiles, saved)
	}
	return v, s.objects.Save()
}

// known returns the places of all kinds, in the order of SavedPart.known.
func (p *part) known() [4]map[string]entity.Place {
	return [...]map[string]entity.Place{p.schools, p.classes, p.people[student], p.people[teacher]}
}
