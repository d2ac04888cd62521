// Package workload is the contract between the handler of Graph and the workloads
// behind it: a workload says which operations it has, one row each, and carries them
// out; reading bodies and query options, paging and encoding is here, once.
package workload

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Workload is a part of Graph.
type Workload struct {
	Operations []Operation
	Rules      []*Rules              // of the types whose objects the engine of objects serves
	Needs      []permission.Row      // the permissions that calls of these objects ask for
	Model      func(v Version) Model // nil: nothing

	// Extension finds the properties that a world adds to its types; nil: none.
	Extension Extension

	// Subject is the key in paths that names the profile which rules and the journal
	// know the call by; "" where no path has one.
	Subject string

	// Spellings are older names of segments, by the path of the segment: documented
	// names that the service still takes.
	Spellings map[string]string

	// ReadOnly are the paths that the service writes too, with what graphemu says to
	// who wants to.
	ReadOnly map[string]string

	// Guard refuses calls before their operation is looked for; nil: none.
	Guard func(c *Call) error

	// Translate brings an error of the workload into Graph's words; nil, or its answer
	// nil: not one of its own.
	Translate func(c *Call, err error) *apierror.Error
}

// Extension returns a property that is registered for objects of a type, by its name; nil:
// there is none of that name.
type Extension func(in entity.View, typ, name string) *odata.Property

// Models are what describes each version. Each is made when it is first asked for, since
// most clients use one version.
type Models map[Version]func() *odata.Model

// Made is a model of Models that is there already.
func Made(m *odata.Model) func() *odata.Model { return func() *odata.Model { return m } }

// Of returns the model of a version; nil: there is none.
func (m Models) Of(v Version) *odata.Model {
	if model := m[v]; model != nil {
		return model()
	}
	return nil
}

// Operation is one row of the list of operations.
type Operation struct {
	Name     string // as rules, scenarios and the journal name it, "profiles.start"
	Method   string
	Path     string // after the version; ids in braces
	Level    Level
	Versions Version        // those that have it
	Needs    *identity.Need // the permissions it asks for; nil: only a token
	Run      func(*Call) (engine.Reply, error)

	// Answers are the statuses of its successes, where they are not those that its method
	// has everywhere: for the description of what Graph answers here.
	Answers []int

	// Declares is the operation as $metadata has it: an action for POST, a function for
	// GET. Nil for one that OData knows without being told, as reading a collection.
	Declares *odata.Operation
}

// Level is how much of an operation there is.
type Level uint8

// The levels.
const (
	Emulated    Level = iota // it does all that the service does, as far as that is known
	Generic                  // it does what the model says, and what holds for all objects of Graph
	Unsupported              // the service has it and graphemu does not: 501, and so what leads on from its path. It has no name and no method
)

// String is the level as the journal has it.
func (l Level) String() string { return journal.Levels()[l] }

// Version is a version of the service, or a set of them.
type Version uint8

// The versions.
const (
	Beta Version = 1 << iota
	V1
)

// ParseVersion reads the first segment of a path; 0: it is no version.
func ParseVersion(segment string) Version {
	switch {
	case strings.EqualFold(segment, "beta"):
		return Beta
	case strings.EqualFold(segment, "v1.0"):
		return V1
	}
	return 0
}

// String is the version as paths have it; "" for none.
func (v Version) String() string {
	switch v {
	case Beta:
		return "beta"
	case V1:
		return "v1.0"
	}
	return ""
}

// Model is what a workload adds to the model of a version.
type Model struct {
	Types     []*odata.Type
	Education []odata.Property // navigations of /education
	Bindings  []odata.Binding  // where these lead to
	Sets      []odata.EntitySet
	Singles   []odata.Singleton
	Actions   []odata.Operation // that no row declares
	Functions []odata.Operation
}
