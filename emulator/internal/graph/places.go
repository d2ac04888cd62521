package graph

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// place is where a path has led to: it knows what may follow there.
type place struct {
	names map[string]step // by lower-case name, with the spellings of older pages
	key   *place          // where an id leads to; nil: no id may follow
	bound bool            // a collection or a member of one: operations bound to it may carry the namespace
}

// step is a segment that the API knows at a place.
type step struct {
	name string // in its canonical spelling
	to   *place
}

// vocabulary is the place where paths begin, after the version. It is made of the
// list of operations when it is first asked for. It has no initial value, since
// handlers ask for it too.
var vocabulary struct {
	once sync.Once
	root *place
}

func beginning() *place {
	vocabulary.once.Do(func() {
		vocabulary.root = &place{}
		for _, d := range (*Handler)(nil).list() { // the handlers are not run
			vocabulary.root.walk(d.path)
		}
		// The pages of 2017 have these names. Documented.
		profile := vocabulary.root.walk(profilePath)
		profile.names["status"] = profile.names["profilestatus"]
		profile.names["error"] = profile.names["errors"]
	})
	return vocabulary.root
}

// next returns where a segment of a template leads to, and makes the place where
// it is new.
func (p *place) next(segment string) *place {
	if p.names == nil {
		p.names = map[string]step{}
	}
	if segment[0] == '{' {
		if p.key == nil {
			p.key, p.bound = &place{bound: true}, true
			p.names["delta"] = step{"delta", p.key} // the one function that collections of Graph have
		}
		return p.key
	}
	lower := strings.ToLower(segment)
	if _, ok := p.names[lower]; !ok {
		p.names[lower] = step{segment, &place{}}
	}
	return p.names[lower].to
}

// walk returns where a template leads to, and makes what is new of the way.
func (p *place) walk(template string) *place {
	for segment := range strings.SplitSeq(template[1:], "/") {
		p = p.next(segment)
	}
	return p
}

const namespacePrefix = "microsoft.graph."

// find returns the step that a name means, in any letter case. Ids are not looked
// for. A nil place has none.
func (p *place) find(name string) (step, bool) {
	if p == nil {
		return step{}, false
	}
	lower := strings.ToLower(name)
	if p.bound {
		lower = strings.TrimPrefix(lower, namespacePrefix)
	}
	s, ok := p.names[lower]
	return s, ok
}

// known returns the names that may follow, sorted.
func (p *place) known() []string {
	var names []string
	for _, lower := range slices.Sorted(maps.Keys(p.names)) {
		if s := p.names[lower]; strings.ToLower(s.name) == lower { // no older spelling
			names = append(names, s.name)
		}
	}
	return names
}
