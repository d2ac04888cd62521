package graph

import (
	"iter"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

const (
	schoolsPath        = "/education/schools"
	classesPath        = "/education/classes"
	educationUsersPath = "/education/users"
)

// set is where the objects of a kind are, and what they are like.
type set struct {
	path  string // relative to the service's root
	t     *odata.Type
	usual *odata.Selection // of v1.0: what is shown without $select; nil: all
}

// relation is a navigation property that leads to a collection.
type relation struct {
	of   directory.Kind
	name string
}

var (
	sets = [...]set{
		directory.Schools:  {path: "education/schools", t: betaObjects.school},
		directory.Classes:  {path: "education/classes", t: betaObjects.class},
		directory.Users:    {path: "education/users", t: betaObjects.educationUser},
		directory.Accounts: {path: "users", t: betaObjects.user, usual: usualOfUsers},
	}
	relations = [...]relation{
		directory.SchoolClasses: {directory.Schools, "classes"},
		directory.SchoolUsers:   {directory.Schools, "users"},
		directory.ClassMembers:  {directory.Classes, "members"},
		directory.ClassTeachers: {directory.Classes, "teachers"},
		directory.ClassSchools:  {directory.Classes, "schools"},
		directory.UserClasses:   {directory.Users, "classes"},
		directory.UserSchools:   {directory.Users, "schools"},
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

// object is an object of the directory as query options see it.
type object struct {
	*directory.Entity
	c    *call
	kind directory.Kind
}

func (o *object) JSON() []byte    { return o.Entity.JSON }
func (o *object) seq() uint64     { return o.Seq }
func (o *object) address() string { return sets[o.kind].address(o.ID) }
func (o *object) keep() entity    { return &object{o.Entity, o.c, o.kind} }

// related returns what the navigation property of that name leads to.
func (o *object) related(name string) (collection, bool) {
	r := slices.Index(relations[:], relation{o.kind, name})
	if r < 0 {
		return collection{}, false
	}
	return o.c.related(directory.Relation(r), o.ID)
}

// Navigation returns what $filter and $orderby read beyond the object itself.
func (o *object) Navigation(name string) []byte {
	col, ok := o.related(name)
	if !ok {
		return nil
	}
	dst := []byte{'['}
	for e := range col.all(0) {
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

func (o *object) expand(dst []byte, item odata.ExpandItem) []byte {
	col, ok := o.related(item.Property.Name)
	if !ok { // the directory was restored while the answer was made
		return append(jsontree.Append(dst, item.Property.Name), ":[]"...)
	}
	// Inferred: an expansion's context is the way to it, unlike the list's own.
	col.context = o.address() + "/" + item.Property.Name
	if top := item.Options.Top; top <= 0 || top > maxExpanded {
		item.Options.Top = maxExpanded
	}
	return o.c.expandCollection(dst, col, item)
}

// objects is a list of the directory as a collection.
func (c *call) objects(list directory.Collection, path, context string) collection {
	k := list.Kind()
	return collection{
		t: sets[k].t, path: path, context: context, usual: c.usual(k), len: list.Len,
		page: func(after uint64, skip, limit int) ([]entity, bool) {
			found, more := list.Page(after, skip, limit)
			objects := make([]object, len(found))
			page := make([]entity, len(found))
			for i, e := range found {
				objects[i] = object{e, c, k}
				page[i] = &objects[i]
			}
			return page, more
		},
		all: func(after uint64) iter.Seq[entity] {
			return func(yield func(entity) bool) {
				o := &object{c: c, kind: k}
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
func (c *call) usual(k directory.Kind) *odata.Selection {
	if c.at.version == "v1.0" {
		return sets[k].usual
	}
	return nil
}

// related is what r leads to from the object with that id; false where there is no
// such object. Documented: the context names the type alone.
func (c *call) related(r directory.Relation, id string) (collection, bool) {
	list, ok := c.world.Directory.Related(r, id)
	if !ok {
		return collection{}, false
	}
	of := relations[r].of
	return c.objects(list, sets[of].path+"/"+id+"/"+relations[r].name, "Collection("+sets[r.To()].t.Qualified()+")"), true
}

// settled makes a handler that sees what the syncs made that are over by now.
func settled(run handler) handler {
	return func(c *call) (engine.Reply, error) {
		c.world.Intake.Settle(c.Now)
		return run(c)
	}
}

// listOf, countOf, listRelated and countRelated make the handlers of collections,
// with all options that the list of profiles has. Documented for classes: $filter,
// $orderby, $count and $search; for the others inferred. Chosen: none of them asks
// for "ConsistencyLevel: eventual", as some of /users do.
func listOf(k directory.Kind) handler { return onAll(k, (*call).list) }

func countOf(k directory.Kind) handler { return onAll(k, (*call).total) }

func onAll(k directory.Kind, answer func(*call, collection) (engine.Reply, error)) handler {
	return settled(func(c *call) (engine.Reply, error) {
		return answer(c, c.objects(c.world.Directory.Objects(k), sets[k].path, sets[k].path))
	})
}

func listRelated(r directory.Relation) handler { return onRelated(r, (*call).list) }

func countRelated(r directory.Relation) handler { return onRelated(r, (*call).total) }

func onRelated(r directory.Relation, answer func(*call, collection) (engine.Reply, error)) handler {
	return settled(func(c *call) (engine.Reply, error) {
		col, ok := c.related(r, c.at.keys.get("object"))
		if !ok {
			return engine.Reply{}, apierror.ResourceNotFound(c.at.keys.get("object"))
		}
		return answer(c, col)
	})
}

// oneOf makes the handler of an object's own address: 200 with it. Documented.
func oneOf(k directory.Kind) handler {
	return settled(func(c *call) (engine.Reply, error) {
		found, ok := c.world.Directory.Get(k, c.at.keys.get("object"))
		if !ok {
			return engine.Reply{}, c.notThere(k)
		}
		o, err := c.options(sets[k].t, odata.Allowed{Select: true, Expand: true, MaxTop: maxPage, MaxExpand: maxExpand})
		if err != nil {
			return engine.Reply{}, err
		}
		context := sets[k].path + selected(o.Select) + "/$entity"
		if o.Select == nil {
			o.Select = c.usual(k)
		}
		e := &object{found, c, k}
		json := found.JSON
		if o.Select != nil || o.Expand != nil {
			json = c.shape(nil, e, o)
		}
		body := c.whole(c.room(len(json)+256), context, e.address, json, sets[k].t)
		return engine.Reply{Status: http.StatusOK, Media: c.format.media(), Body: body}, nil
	})
}

// notThere is the error of an id that no object of a kind has.
func (c *call) notThere(k directory.Kind) error {
	if c.at.keys.get("object") == "delta" { // as canonical spells it
		return apierror.NotImplemented("graphemu does not track changes: /" + sets[k].path + "/delta is not emulated.")
	}
	return apierror.ResourceNotFound(c.at.keys.get("object"))
}

// readOnly are the paths that graphemu only reads, though the service writes there too.
var readOnly = []string{schoolsPath, classesPath, educationUsersPath, "/users", "/subscribedSkus"}

// helpToWrite tells who wants to write where graphemu only reads what does it.
func helpToWrite(e *apierror.Error, method string, l *location) *apierror.Error {
	under := func(path string) bool { return strings.HasPrefix(l.path+"/", path+"/") }
	if method != http.MethodGet && method != http.MethodHead && slices.ContainsFunc(readOnly, under) {
		e.Help("readOnly", "",
			"graphemu's schools, classes and users are read-only: they come from a sync of rosters, accounts and licences from the fixture too")
	}
	return e
}
