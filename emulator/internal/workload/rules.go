package workload

import (
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Rules are what a workload knows of an entity type beyond the model, which marks
// hardly anything as required or read-only. The objects of a type that has rules are
// emulated; those of others are generic.
type Rules struct {
	Type   string // without the namespace, "user"
	Set    string // path of the collection that its objects live in: "users", "directory/administrativeUnits"
	Family string // whose objects no two have the same id: "directory"; "" for the collection alone

	Required   []string // properties that a create must bring, and an update may not take away
	ReadOnly   []string // properties that no client writes
	Selectable []string // properties that are shown only where $select names them
	Hidden     []string // properties that are null whatever a client selects: they can only be written
	Usual      []string // what v1.0 shows without $select; nil: all
	Unique     []string // text properties of which no two objects have the same value, letter case aside
	Keys       []string // further properties by which a path may name an object: federatedIdentityCredentials(name='…')

	KeyPrefix string               // what may stand before an id: its qualified form; "": nothing
	KeyFits   func(id string) bool // tells whether a key can be one; nil: any can
	BadKey    string               // the words for a key that cannot
	Concrete  string               // the type of an object whose body names none, where Type is abstract; "": it must

	InPlaceOfID string // one of Unique that may stand where the id does; "": none

	PatchStatus int               // of a successful PATCH: 204, or 200 with the object
	Links       []Link            // navigations that lead to objects elsewhere
	Actions     map[string]Action // by the unqualified name, of one object and of the collection
	Answers     map[string]int    // the status of an action's success, where it is not 200 with what it returns, or else 204
	Pages       []string          // actions that answer a collection, where the metadata has one object
	Advanced    bool              // the directory's rules of queries hold (ConsistencyLevel and the like)
	SelectOnly  bool              // a list takes $select and no other query option
	Unpaged     bool              // a list has no pages: all of it comes at once
	CastToList  bool              // a list of the type alone is refused: it needs a cast
	Tenant      bool              // stored objects may hold TenantID, in their id too

	// Verbs of its objects that the service does not have: "create", "update", "delete". A
	// request for one is 405. What a world begins with may be there all the same.
	Absent []string

	// What $orderby may name where Advanced is set: in plain queries, and in advanced ones too.
	OrderBy, OrderByAdvanced []string

	// Show is an object as clients and queries see it; nil: as it is stored.
	Show func(c *Call, in entity.View, o *entity.Object) []byte

	// Derive appends the members of Derived that an object does not store, each with a comma
	// before it: what follows from other members takes no room. Nobody asks for it who looks
	// at none of them.
	Derived []string
	Derive  func(dst []byte, in entity.View, o *entity.Object) []byte

	// SingleOnly are properties that come only with a GET of one object that selects them: a
	// list that does is 501.
	SingleOnly []string

	// Selected is the JSON of an object whose own address was asked with that $select; nil: as
	// it is elsewhere.
	Selected func(json []byte, o *entity.Object, shows func(property string) bool) []byte

	// View, where not "", is the type of which this one shows the objects: those
	// that have the member Inside of their JSON, which holds what the viewed type does not have.
	// The relation Set leads to them from the tenant. What is said of the viewed type's
	// properties holds for them too.
	View, Inside string

	// CheckMedia looks at bytes that a client sends, of an object or of the property of that
	// name, and may set their type; nil: all is well. Where Remake is set, an object whose bytes
	// change is made anew, with Create. MakeMedia makes the bytes that are not stored.
	CheckMedia func(property string, m *Media) error
	Remake     bool
	MakeMedia  func(in entity.View, o *entity.Object) (*Media, error)

	// ReadOnlyIn are navigations in which no client creates, changes or deletes an object.
	ReadOnlyIn []string

	// NotFound is the error of an id that no object has; nil: as for most.
	NotFound func(id string) error

	// Settle brings the store up to now, before an operation on a path that begins with the
	// type; nil: nothing of it depends on time.
	Settle func(c *Call, s *entity.Store) error

	// Create completes a new object before it is stored; Update looks at a change
	// before it is, Created at an object that is stored. Delete takes one away; nil: it
	// is gone for good. Each may be nil, and changes nothing where it errs.
	Create  func(c *Call, tx *entity.Tx, d *Draft) error
	Created func(c *Call, tx *entity.Tx, o *entity.Object) error
	Update  func(c *Call, tx *entity.Tx, old *entity.Object, d *Draft) error
	Delete  func(c *Call, tx *entity.Tx, o *entity.Object) error
}

// Objects is what actions and rules need of the engine of objects.
type Objects interface {
	Store(c *Call) *entity.Store
	NewID(c *Call) string // the next id that the world mints, a GUID

	// Object answers one object, declared as a type, Page many, by the query options of
	// the request. context is what stands after "$metadata#".
	Object(c *Call, status int, typ, context string, o *entity.Object) engine.Reply
	Page(c *Call, typ, context string, list []*entity.Object) (engine.Reply, error)

	// Make creates an object as a POST to the set of its type does, with the rules of that.
	Make(c *Call, tx *entity.Tx, typ string, values map[string]any) (*entity.Object, error)
}

// TenantID stands in stored objects for the id of the tenant: a store is shared by the
// worlds of a fixture, and each has an id of its own.
const TenantID = "{tenant}"

// Action carries out an action or a function. on is the object that it is bound to;
// nil for one of the collection.
type Action func(c *Call, on *entity.Object) (engine.Reply, error)

// Link is a navigation property that leads to objects which live elsewhere.
type Link struct {
	Name     string   // "members"
	Relation string   // as the store keeps it; several navigations may show one
	Reverse  bool     // it shows the links of others that lead here: "memberOf"
	Closure  bool     // it shows what is reached over any number of links: "transitiveMembers"
	Targets  []string // types that may be linked; nil: that of the property
	ReadOnly bool     // no client links here
	Self     bool     // it leads to the object itself, as the type of the property shows it; no client links here
	Bare     bool     // a DELETE of a linked object's address takes the link away, as with $ref behind it

	// Create completes an object that is created through the navigation: it lives in the
	// set that its own rules name. Nil: objects are only linked here.
	Create func(c *Call, tx *entity.Tx, from *entity.Object, d *Draft) error

	// Add and Remove look at a change of the links before it is made; nil: all is well.
	Add    func(c *Call, tx *entity.Tx, from, to *entity.Object) error
	Remove func(c *Call, tx *entity.Tx, from, to *entity.Object) error
}

// Draft is an object that is being made or changed: what a client sent, and what the
// rules make of it.
type Draft struct {
	ID     string
	Type   string         // without the namespace
	Parent entity.Place   // the object that contains it; 0: it lives in a set
	In     string         // the set, or the navigation of Parent
	Media  *Media         // its bytes; nil: it has none
	Values map[string]any // by the model's names: what is to be stored; null where a client takes a value away
	Hidden map[string]any // members that are no properties, as a password's hash; their names begin with "#"
}

// SetOpen sets a property that the type does not name: see odata.OpenMember.
func (d *Draft) SetOpen(name string, v any) {
	open, _ := d.Hidden[odata.OpenMember].(map[string]any)
	if open == nil {
		open = map[string]any{}
		d.Hidden[odata.OpenMember] = open
	}
	open[name] = v
}
