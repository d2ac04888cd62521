package directory

import (
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// set is where the objects of a kind are, and what they are like.
type set struct {
	path  string // relative to the service's root
	t     *odata.Type
	usual *odata.Selection // of v1.0: what is shown without $select; nil: all
}

// relation is a navigation property that leads to a collection.
type relation struct {
	of   Kind
	name string
}

var (
	sets = [...]set{
		Schools:  {path: "education/schools", t: betaObjects.school},
		Classes:  {path: "education/classes", t: betaObjects.class},
		Users:    {path: "education/users", t: betaObjects.educationUser},
		Accounts: {path: "users", t: betaObjects.user, usual: usualOfUsers},
	}
	relations = [...]relation{
		SchoolClasses: {Schools, "classes"},
		SchoolUsers:   {Schools, "users"},
		ClassMembers:  {Classes, "members"},
		ClassTeachers: {Classes, "teachers"},
		ClassSchools:  {Classes, "schools"},
		UserClasses:   {Users, "classes"},
		UserSchools:   {Users, "schools"},
	}
)

// usualOfUsers is what v1.0 shows of a user without $select. Documented: user page.
var usualOfUsers = func() *odata.Selection {
	o, err := odata.Parse("$select=businessPhones,displayName,givenName,jobTitle,mail,mobilePhone,"+
		"officeLocation,preferredLanguage,surname,userPrincipalName,id",
		betaObjects.user, odata.Allowed{Select: true})
	if err != nil {
		panic(err) // the names are constants of the model
	}
	return o.Select
}()

// address is an object relative to the service's root, wherever it was found.
func (s *set) address(id string) string {
	return s.path + "('" + strings.ReplaceAll(id, "'", "''") + "')"
}

// member is an object of the directory as query options see it.
type member struct {
	*Entity
	c    *workload.Call
	kind Kind
}

func (o *member) JSON() []byte          { return o.Entity.JSON }
func (o *member) Seq() uint64           { return o.Entity.Seq }
func (o *member) Address() string       { return sets[o.kind].address(o.ID) }
func (o *member) Keep() workload.Entity { return &member{o.Entity, o.c, o.kind} }

// related returns what the navigation property of that name leads to.
func (o *member) related(name string) (workload.Collection, bool) {
	r := slices.Index(relations[:], relation{o.kind, name})
	if r < 0 {
		return workload.Collection{}, false
	}
	return relatedList(o.c, Relation(r), o.ID)
}

// Navigation returns what $filter and $orderby read beyond the object itself.
func (o *member) Navigation(name string) []byte {
	col, ok := o.related(name)
	if !ok {
		return nil
	}
	dst := []byte{'['}
	for e := range col.All(0) {
		if len(dst) > 1 {
			dst = append(dst, ',')
		}
		dst = append(dst, e.JSON()...)
	}
	return append(dst, ']')
}

// maxExpanded is how many related objects an expansion shows, whatever $top says.
// Documented for directory objects: at most 20. The service ends there; here a
// nextLink goes on (chosen).
const maxExpanded = 20

func (o *member) Expand(dst []byte, item odata.ExpandItem) []byte {
	col, ok := o.related(item.Property.Name)
	if !ok { // the directory was restored while the answer was made
		return append(jsontree.Append(dst, item.Property.Name), ":[]"...)
	}
	// Inferred: an expansion's context is the way to it, unlike the list's own.
	col.Context = o.Address() + "/" + item.Property.Name
	if top := item.Options.Top; top <= 0 || top > maxExpanded {
		item.Options.Top = maxExpanded
	}
	return o.c.ExpandCollection(dst, col, item)
}

// objects is a list of the directory as a collection.
func listing(c *workload.Call, list Collection, path, context string) workload.Collection {
	k := list.Kind()
	return workload.Collection{
		Type: sets[k].t, Path: path, Context: context, Usual: usualOf(c, k), Len: list.Len,
		Page: func(after uint64, skip, limit int) ([]workload.Entity, bool) {
			found, more := list.Page(after, skip, limit)
			objects := make([]member, len(found))
			page := make([]workload.Entity, len(found))
			for i, e := range found {
				objects[i] = member{e, c, k}
				page[i] = &objects[i]
			}
			return page, more
		},
		All: func(after uint64) iter.Seq[workload.Entity] {
			return func(yield func(workload.Entity) bool) {
				o := &member{c: c, kind: k}
				for o.Entity = range list.All(after) {
					if !yield(o) {
						return
					}
				}
			}
		},
	}
}

// usual is what objects of a kind show without $select; nil: all that is known of
// them. Documented: v1.0 shows a part of a user, beta all.
func usualOf(c *workload.Call, k Kind) *odata.Selection {
	if c.Version == workload.V1 {
		return sets[k].usual
	}
	return nil
}

// relatedList is what r leads to from the object with that id; false where there is no
// such object. Documented: the context names the type alone.
func relatedList(c *workload.Call, r Relation, id string) (workload.Collection, bool) {
	list, ok := of(c).Objects.Related(r, id)
	if !ok {
		return workload.Collection{}, false
	}
	of := relations[r].of
	return listing(c, list, sets[of].path+"/"+id+"/"+relations[r].name, "Collection("+sets[r.To()].t.Qualified()+")"), true
}

// Run carries an operation out.
type Run = func(*workload.Call) (engine.Reply, error)

// settled makes an operation that sees what the syncs made that are over by now.
func settled(run Run) Run {
	return func(c *workload.Call) (engine.Reply, error) {
		of(c).Settle(c.Now)
		return run(c)
	}
}

// ListOf, CountOf, ListRelated and CountRelated make the operations of collections,
// with all options that the list of profiles has. Documented for classes: $filter,
// $orderby, $count and $search; for the others inferred. Chosen: none of them asks
// for "ConsistencyLevel: eventual", as some of /users do.
func ListOf(k Kind) Run { return onAll(k, (*workload.Call).List) }

func CountOf(k Kind) Run { return onAll(k, (*workload.Call).Count) }

func onAll(k Kind, answer func(*workload.Call, workload.Collection) (engine.Reply, error)) Run {
	return settled(func(c *workload.Call) (engine.Reply, error) {
		return answer(c, listing(c, of(c).Objects.Objects(k), sets[k].path, sets[k].path))
	})
}

func ListRelated(r Relation) Run { return onRelated(r, (*workload.Call).List) }

func CountRelated(r Relation) Run { return onRelated(r, (*workload.Call).Count) }

func onRelated(r Relation, answer func(*workload.Call, workload.Collection) (engine.Reply, error)) Run {
	return settled(func(c *workload.Call) (engine.Reply, error) {
		col, ok := relatedList(c, r, c.Keys.Get("object"))
		if !ok {
			return engine.Reply{}, apierror.ResourceNotFound(c.Keys.Get("object"))
		}
		return answer(c, col)
	})
}

// OneOf makes the operation of an object's own address: 200 with it. Documented.
func OneOf(k Kind) Run {
	return settled(func(c *workload.Call) (engine.Reply, error) {
		found, ok := of(c).Objects.Get(k, c.Keys.Get("object"))
		if !ok {
			return engine.Reply{}, notThere(c, k)
		}
		o, err := c.Options(sets[k].t, odata.Allowed{Select: true, Expand: true, MaxTop: workload.MaxPage, MaxExpand: workload.MaxExpand})
		if err != nil {
			return engine.Reply{}, err
		}
		context := sets[k].path + workload.Selected(o.Select) + "/$entity"
		if o.Select == nil {
			o.Select = usualOf(c, k)
		}
		e := &member{found, c, k}
		json := found.JSON
		if o.Select != nil || o.Expand != nil {
			json = c.Shape(nil, e, o)
		}
		body := c.Entity(c.Room(len(json)+256), context, e.Address, json, sets[k].t)
		return c.OK(http.StatusOK, body), nil
	})
}

// notThere is the error of an id that no object of a kind has.
func notThere(c *workload.Call, k Kind) error {
	if c.Keys.Get("object") == "delta" { // as canonical spells it
		return apierror.NotImplemented("graphemu does not track changes: /" + sets[k].path + "/delta is not emulated.")
	}
	return apierror.ResourceNotFound(c.Keys.Get("object"))
}
