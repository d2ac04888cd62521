// Package resource walks resource paths: it finds out, from the model alone, what each
// segment of a path after the version means, and what the path leads to.
//
// Documented: OData 4.01, URL conventions, part 4, and Graph's pages on calling it.
// Names, casts and what begins with "$" are taken in any letter case, as Graph does
// (observed). The store is never asked what a path means: whether an object is there
// is a question for the caller.
package resource

import "github.com/graphemu/graphemu/emulator/internal/odata"

// Kind is what a segment is.
type Kind uint8

// The kinds of segment.
const (
	Set        Kind = iota + 1 // an entity set of the container
	Singleton                  // a named entity of the container
	Key                        // the key of one entity of the collection before it
	Navigation                 // a navigation property, to one entity or to many
	Property                   // a structural property
	Cast                       // a derived type: only entities of it are meant
	Operation                  // an action or a function
	Count                      // $count: how many there are
	Ref                        // $ref: the links, in place of what they lead to
	Value                      // $value: the bytes of a stream, or the text of a property
)

// Segment is one step of a path.
type Segment struct {
	Kind Kind
	Name string // in the model's spelling; of a Key the text as it was given

	Property *odata.Property    // of a Navigation or a Property
	Keys     []KeyValue         // of a Key: one without a name for the key, else by their names
	Args     []KeyValue         // of an Operation: what stood in its parentheses
	Overload []*odata.Operation // of an Operation: all that the name may mean here

	Type      *odata.Type // what the path leads to with this segment; nil for what has no type of its own
	Many      bool        // it leads to a collection of Type
	Primitive odata.Kind  // of what is no structured value; 0 otherwise
}

// KeyValue is a key or an argument: its name, "" where none was given, and its value,
// without quotes.
type KeyValue struct {
	Name, Value string
	Quoted      bool
}

// Path is a path that was walked to its end.
type Path struct {
	Segments []Segment
}

// End is the last segment.
func (p Path) End() *Segment { return &p.Segments[len(p.Segments)-1] }

// UnknownError says that a segment is none of the model at its place.
type UnknownError struct {
	Segment string
	At      int      // which of the path's segments it is, from 0
	Known   []string // what may stand there
	After   *odata.Type
}

func (e *UnknownError) Error() string { return "no segment '" + e.Segment + "' here" }

// UnservedError says that a path leads to a navigation that the service has and
// graphemu does not.
type UnservedError struct {
	Segment string
	Of      *odata.Type
	Many    bool // it is a collection
}

func (e *UnservedError) Error() string {
	return "graphemu does not serve " + e.Segment + " of " + e.Of.Qualified() +
		": graphemu metadata get DIR downloads what Graph has, and --metadata DIR serves it"
}

// MaxSegments is how many segments a path may have (chosen: no address of Graph comes
// near, and each costs a walk).
const MaxSegments = 64

// TooLongError says that a path has more than MaxSegments segments.
type TooLongError struct{ Segments int }

func (e *TooLongError) Error() string { return "the path has too many segments" }
