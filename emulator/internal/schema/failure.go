package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Kind is what sort of failure it is.
type Kind string

// The kinds of failures.
const (
	UnknownProperty Kind = "unknownProperty" // the type has no such property
	MissingProperty Kind = "missingProperty" // a required property is absent
	UnknownType     Kind = "unknownType"     // "@odata.type" names no type that can stand there
	MissingType     Kind = "missingType"     // a value of an abstract type has no "@odata.type"
	WrongType       Kind = "wrongType"       // a string where a number should be, and so on
	BadValue        Kind = "badValue"        // right JSON type, but not one of the allowed values
	Duplicate       Kind = "duplicate"       // a property twice, in two spellings
)

// Failure is one thing that is wrong with a document.
type Failure struct {
	// Pointer is where, as a JSON pointer into the client's document, in the
	// client's own spelling: "/dataProvider/customizations/student/isSyncDefered".
	// For MissingProperty and MissingType it is the object that lacks something,
	// "" for the whole document.
	Pointer string

	Kind Kind

	// Property is the last property name concerned, in canonical spelling where
	// it is known: for MissingProperty the missing one, for the types
	// "@odata.type", within an array that of the array, "" for the document.
	Property string

	// Type is the unqualified Graph type name of the object that holds it:
	// "educationSynchronizationCustomization".
	Type string

	// Value is the offending value as JSON, cut to about 80 characters, secrets
	// masked; "" where something is missing. For UnknownType it is a string
	// literal too, cut at 256, less a leading "#", as Graph echoes it (observed):
	// "\"Microsoft.Education.DataSync.educationCsvDataProvider\"".
	Value string

	// Message is for people: what was wrong and what would be right.
	Message string

	// Nearest is the property, enumeration member or type name that was
	// probably meant, "" where nothing is close.
	Nearest string
}

// String returns pointer and message, for logs and tests.
func (f Failure) String() string {
	return cmp.Or(f.Pointer, "/") + ": " + f.Message
}

func (c *check) fail(f Failure) { c.failures = append(c.failures, f) }

// MaxFailures is about where a check ends: a body of 4 MB may hold a million, which would
// take minutes to tell. Which of so many are told may differ from time to time. Chosen.
const MaxFailures = 2000

// full tells that there are as many failures as anybody wants.
func (c *check) full() bool { return len(c.failures) >= MaxFailures }

// result orders the failures and drops those that say the same twice, as where
// a string breaks both its format and its pattern.
func (c *check) result() []Failure {
	if len(c.failures) == 0 {
		return nil
	}
	slices.SortFunc(c.failures, func(a, b Failure) int {
		return cmp.Or(comparePointers(a.Pointer, b.Pointer), cmp.Compare(a.Kind, b.Kind),
			cmp.Compare(a.Property, b.Property), cmp.Compare(a.Message, b.Message))
	})
	return slices.Compact(c.failures)
}

// comparePointers orders by token, indices by number: /a/2 is before /a/10.
func comparePointers(a, b string) int {
	for a != "" && b != "" {
		var s, t string
		s, a = cutToken(a)
		t, b = cutToken(b)
		i, isIndex := index(s)
		j, areIndices := index(t)
		d := cmp.Compare(s, t)
		switch {
		case isIndex && areIndices:
			d = cmp.Or(cmp.Compare(i, j), d)
		case isIndex:
			d = -1 // numbers first, or the order would not be one
		case areIndices:
			d = 1
		}
		if d != 0 {
			return d
		}
	}
	return cmp.Compare(len(a), len(b))
}

// index reads a token that is one. An error for each name would take longer than all else.
func index(token string) (int, bool) {
	if token == "" || token[0] < '0' || token[0] > '9' {
		return 0, false
	}
	i, err := strconv.Atoi(token)
	return i, err == nil
}

func cutToken(pointer string) (token, rest string) {
	pointer = pointer[1:]
	if i := strings.IndexByte(pointer, '/'); i >= 0 {
		return pointer[:i], pointer[i:]
	}
	return pointer, ""
}

// maxGuesses is for how many failures the name that was meant is looked for. A
// body may hold a hundred thousand; nobody reads so many, and each guess
// compares with every name there is.
const maxGuesses = 100

func (c *check) nearest(guess func() string) string {
	if len(c.failures) >= maxGuesses {
		return ""
	}
	return guess()
}

// What follows are the failures that the walk finds.

func (c *check) unknownProperty(n *node, name string, v any, holder string) {
	f := Failure{
		Pointer: c.pointer() + "/" + jsontree.Escape(name), Kind: UnknownProperty, Property: name, Type: holder,
		Value: show(name, v), Nearest: c.nearest(func() string { return words.Nearest(name, n.names) }),
	}
	f.Message = fmt.Sprintf("unknown property %s", quote(name, maxValue))
	switch {
	case f.Nearest != "":
		f.Message += fmt.Sprintf("; did you mean %s?", quote(f.Nearest, maxValue))
	case len(n.names) == 0:
		f.Message += "; none is allowed here"
	default:
		f.Message += "; expected " + list(n.names)
	}
	c.fail(f)
}

func (c *check) duplicate(name, canonical string, v any, holder string) {
	c.fail(Failure{
		Pointer: c.pointer() + "/" + jsontree.Escape(name), Kind: Duplicate, Property: canonical, Type: holder, Value: show(name, v),
		Message: fmt.Sprintf("%s is given twice, here as %s; letter case makes no difference", quote(canonical, maxValue), quote(name, maxValue)),
		Nearest: canonical,
	})
}

func (c *check) missingType(n *node, holder string) {
	c.fail(Failure{
		Pointer: c.pointer(), Kind: MissingType, Property: odataType, Type: holder,
		Message: fmt.Sprintf("%q is missing: the value must say which type it is, %s", odataType, list(n.written)),
	})
}

func (c *check) noTypeName(n *node, v any, holder string) {
	c.fail(Failure{
		Pointer: c.pointer(odataType), Kind: WrongType, Property: odataType, Type: holder, Value: show(odataType, v),
		Message: fmt.Sprintf("expected a type name, %s, got %s", list(n.written), describe(odataType, v)),
	})
}

// unknownType: canonical is what the name would stand for if its namespace were
// accepted, else "".
func (c *check) unknownType(n *node, name, canonical, holder string) {
	f := Failure{
		Pointer: c.pointer(odataType), Kind: UnknownType, Property: odataType, Type: holder,
		Value: quote(strings.TrimPrefix(name, "#"), maxType), Nearest: canonical,
	}
	if canonical != "" {
		f.Message = fmt.Sprintf("the namespace of %s is refused (variant dataSyncNamespace=refused); expected %s",
			quote(name, maxType), quote(canonical, maxType))
		c.fail(f)
		return
	}
	f.Nearest = c.nearest(func() string { return words.NearestBy(name, n.written, bareType) })
	f.Message = fmt.Sprintf("%s is not a type that can stand here; ", quote(name, maxType))
	if f.Nearest != "" {
		f.Message += fmt.Sprintf("did you mean %s?", quote(f.Nearest, maxType))
	} else {
		f.Message += "expected " + list(n.written)
	}
	c.fail(f)
}

// bareType strips what all type names share, so that it does not make two
// names look alike.
func bareType(name string) string {
	if len(name) > 2*words.MaxName {
		return ""
	}
	bare := lower(strings.TrimPrefix(name, "#"))
	bare = bare[strings.LastIndexByte(bare, '.')+1:]
	return strings.TrimPrefix(bare, commonPrefix)
}
