// Package importer makes a fixture and a scenario of traffic that was recorded against
// the service: objects that were seen, at their paths, and what went wrong, by call. All
// of how it reads traffic is chosen; what calls mean is documented (Graph's pages).
//
// The first state that is seen wins: what traffic has written is not taken, and what it
// has created is left out, since a client that does the same again makes it again.
package importer

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/har"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Config says what traffic means, and what becomes of it.
type Config struct {
	Models    workload.Models
	Rules     func(typ string) *workload.Rules    // of a type by its unqualified name; nil: none
	KeepNames bool                                // nothing is replaced
	Error     func(operation, code string) string // how a scenario names an error of that code; "": not at all

	// Seed puts objects of a collection where a server would, each in the order that they
	// come. It errs with why a server would refuse them.
	Seed func(path string, object map[string]any) error
	// Check errs with why a server would refuse a fixture, and the JSON pointer of that.
	Check func(fixture []byte) error
}

// Result is what an import has made.
type Result struct {
	Fixture, Scenario []byte
	Calls             int // of Graph, parts of batches among them
	Objects, Faults   int
	Unused            []Unused
}

// Unused is something of the traffic that could not be used.
type Unused struct {
	What, Why string
	Count     int
	Entry     int // of the archive, from 1: where it is first
}

// importer is an import under way.
type importer struct {
	Config
	calls   []*call
	unused  map[[2]string]*Unused
	order   []*Unused
	objects map[string]*object
	listed  []*object // in the order in which they were met
	byID    map[string][]*object
	names   map[string]string // ids of users, by their names
	me      string
	created map[string]bool
	counted map[string]int // calls by operation
	faults  []*fault
	missing []missing
	kept    map[*object]map[string]any // as the fixture has them
	fakes   *fakes
}

// maxUnused is how many kinds of what cannot be used are told.
const maxUnused = 1000

// miss notes what cannot be used.
func (m *importer) miss(entry int, what, why string) {
	key := [2]string{what, why}
	if u := m.unused[key]; u != nil {
		u.Count++
		return
	}
	if len(m.order) == maxUnused {
		what, why = "further things", "only the first 1,000 kinds are told"
		key = [2]string{what, why}
		if u := m.unused[key]; u != nil {
			u.Count++
			return
		}
	}
	u := &Unused{What: what, Why: why, Count: 1, Entry: entry}
	m.unused[key] = u
	m.order = append(m.order, u)
}

// Import reads an archive. It errs where that is none, and where nothing in it is of use.
func Import(r io.Reader, c Config) (*Result, error) {
	m := &importer{Config: c, unused: map[[2]string]*Unused{}, objects: map[string]*object{}, byID: map[string][]*object{},
		names: map[string]string{}, created: map[string]bool{}, counted: map[string]int{}, fakes: newFakes(c.KeepNames)}
	if err := har.Read(r, m.take); err != nil {
		return nil, err
	}
	if len(m.calls) == 0 {
		return nil, m.nothing()
	}
	slices.SortStableFunc(m.calls, func(a, b *call) int { return a.began.Compare(b.began) })
	for _, c := range m.calls {
		m.meet(c)
	}
	for _, c := range m.calls {
		m.use(c)
	}
	result := &Result{Calls: len(m.calls)}
	var err error
	if result.Fixture, result.Objects, err = m.fixture(); err != nil {
		return nil, err
	}
	if result.Scenario, result.Faults, err = m.scenario(); err != nil {
		return nil, err
	}
	for _, u := range m.order {
		result.Unused = append(result.Unused, *u)
	}
	slices.SortStableFunc(result.Unused, func(a, b Unused) int { return cmp.Compare(a.Entry, b.Entry) })
	return result, nil
}

// nothing is why an archive is of no use.
func (m *importer) nothing() error {
	if len(m.order) == 0 {
		return errors.New("there is no entry in it")
	}
	first := m.order[0]
	return fmt.Errorf("there is no call of Graph in it; of entry %d, %s: %s", first.Entry, first.What, first.Why)
}
