package graph

import (
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// paths is a place where a path has led to: it knows what may follow there, and which
// operations its path has. The operations' paths make a tree of them.
type paths struct {
	names      map[string]step       // by lower-case name, with the spellings of older pages
	key        *paths                // where an id leads to; nil: no id may follow
	keyName    string                // of key, as the operation's path names it
	root       bool                  // here paths begin
	bound      bool                  // a collection or a member of one: operations bound to it may carry the namespace
	versions   workload.Version      // those that have an operation here or further on
	operations map[string]*operation // by method

	unsupported bool // the service has it and graphemu does not, nor what leads on from it
}

// step is a segment that the API knows somewhere.
type step struct {
	name string // in its canonical spelling
	to   *paths
}

// add puts an operation at the end of its path.
func (p *paths) add(method, path string, op *operation) {
	p.versions |= op.Versions
	for segment := range strings.SplitSeq(path[1:], "/") {
		p = p.next(segment)
		p.versions |= op.Versions
	}
	if p.operations == nil {
		p.operations = map[string]*operation{}
	}
	p.operations[method] = op
}

// next returns where a segment of an operation's path leads to, and makes the place
// where it is new.
func (p *paths) next(segment string) *paths {
	if p.names == nil {
		p.names = map[string]step{}
	}
	if segment[0] == '{' {
		if p.key == nil {
			p.key, p.keyName, p.bound = &paths{bound: true}, segment[1:len(segment)-1], true
			p.names["delta"] = step{"delta", p.key} // the one function that collections of Graph have
		}
		return p.key
	}
	lower := strings.ToLower(segment)
	if _, ok := p.names[lower]; !ok {
		p.names[lower] = step{segment, &paths{}}
	}
	return p.names[lower].to
}

// at returns where the path of an operation leads to.
func (p *paths) at(path string) *paths {
	for segment := range strings.SplitSeq(path[1:], "/") {
		p = p.next(segment)
	}
	return p
}

const namespacePrefix = "microsoft.graph."

// find returns the step that a name means, in any letter case. Ids are not looked
// for. A nil place has none.
func (p *paths) find(name string) (step, bool) {
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

// known returns the names that may follow in a version, sorted.
func (p *paths) known(in workload.Version) []string {
	var names []string
	for _, lower := range slices.Sorted(maps.Keys(p.names)) {
		if s := p.names[lower]; s.to.versions&in != 0 && strings.ToLower(s.name) == lower { // no older spelling
			names = append(names, s.name)
		}
	}
	return names
}

// has tells whether rows of a workload begin with a name.
func (p *paths) has(name string) bool {
	name, _, _ = cutKey(name)
	_, ok := p.find(name)
	return ok
}

// own tells whether a path begins as that of a row of a workload does: what the model has
// there and below is the workload's.
func (p *paths) own(segments []string) bool {
	for _, name := range segments {
		name, _, _ = cutKey(name)
		next, ok := p.find(name)
		if !ok {
			return false
		}
		if p = next.to; p.operations != nil || p.unsupported {
			return true
		}
	}
	return false
}
