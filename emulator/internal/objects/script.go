package objects

import (
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Lifecycle is what becomes of an object after a call that created or changed it, in
// place of what was to become of it before. One that has a Next runs once for an object;
// after that its Next, which waits until then, may run there.
type Lifecycle struct {
	Name  string         // unique in its script, not empty
	On    string         // the operation that sets it going: a name, or a call as the client sees it
	Where map[string]any // gjson path to the value there, on the object as the call has made it; empty: every object
	Steps []Step
	Next  string // name of the lifecycle for a later call; "": none
}

// Step is a change of an object at one instant.
type Step struct {
	After time.Duration  // since the step before, or since the call
	Reads int            // answered reads of the object since then; above 0 it counts instead of After
	Set   map[string]any // merged into the object as a PATCH would; never written to
}

// Script is the lifecycles of a scenario, of which the first that fits a call and its
// object applies. It never changes: worlds share it. The zero value has none.
type Script struct {
	list   []*lifecycle
	byName map[string]*lifecycle
}

// lifecycle is a Lifecycle made ready, with what is known of its neighbours.
type lifecycle struct {
	name, next string
	on         operation.Pattern
	where      []match.Condition
	steps      []Step
	heads      []string // names of those that it is the Next of; where there are any, it waits for one of them
}

// NewScript makes lifecycles ready.
func NewScript(list []Lifecycle) *Script {
	s := &Script{byName: map[string]*lifecycle{}}
	for _, l := range list {
		one := &lifecycle{name: l.Name, next: l.Next, on: operation.Compile(l.On), where: match.All(l.Where), steps: l.Steps}
		s.list, s.byName[l.Name] = append(s.list, one), one
	}
	for _, l := range list {
		if next := s.byName[l.Next]; l.Next != "" && next != nil {
			next.heads = append(next.heads, l.Name)
		}
	}
	return s
}

// pick returns what a call leads to, nil for nothing: the first lifecycle that begins
// with it, is for the object, did not have its turn there and does not wait for
// another's. passed are those with a Next that ran on the object.
func (s *Script) pick(c *workload.Call, passed []string, object func() []byte) *lifecycle {
	asked := operation.Call{Name: c.Operation, Method: c.Method, Path: c.Below}
	var json []byte
	for _, l := range s.list {
		if !l.on.Means(asked) || l.next != "" && slices.Contains(passed, l.name) ||
			len(l.heads) > 0 && !slices.ContainsFunc(l.heads, func(name string) bool { return slices.Contains(passed, name) }) {
			continue
		}
		if json == nil && len(l.where) > 0 {
			json = object()
		}
		if !slices.ContainsFunc(l.where, func(w match.Condition) bool { return !w.Holds(json) }) {
			return l
		}
	}
	return nil
}
