package scenariofile

import (
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Options is what a scenario may speak of. The zero value knows no names, and
// so refuses none.
type Options struct {
	Operations []string // names of operations, and addresses; nil, with no Wrong: not checked

	// Wrong says what is wrong with an operation, "" for nothing; nil: Operations tell.
	Wrong func(operation string) string

	// Collection says what is wrong with the path of a collection, or with a property of
	// its objects; "" for nothing. nil: that is not checked.
	Collection func(path string, properties []string) (property, wrong string)

	// Trigger finds what an operation creates or changes, for the lifecycles of objects
	// other than profiles; wrong says why none can begin with it. nil: that is not checked.
	Trigger func(operation string) (t Trigger, wrong string)

	// WrongError returns what is wrong with asking an operation for an error of that
	// name, "" for nothing. Nil: that is not checked.
	WrongError func(operation, name string) string
	Fixtures   []string // names of the built-in fixtures; nil: not checked
	// Folder is what the path of a fixture is relative to, as of the scenario's
	// file; "": a path stays as it is written.
	Folder string
}

// Trigger is the object that an operation creates or changes.
type Trigger interface {
	// Condition says what is wrong with asking for a property, "" for nothing.
	Condition(property string) string

	// Set returns what is wrong with setting properties, with pointers into set.
	Set(set map[string]any) []problem.Problem

	// Made tells whether the operation creates the object: it meets no object twice.
	Made() bool
}

func (o *Options) wrong(name string) string {
	if o.Wrong != nil {
		return o.Wrong(name)
	}
	return operation.Wrong(name, o.Operations)
}
