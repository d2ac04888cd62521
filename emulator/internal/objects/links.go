package objects

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// refuseToCreate answers a POST of an object to a collection that holds links only.
// Observed: docs-contrib issue 5532.
func refuseToCreate(_ *Engine, _ *workload.Call, p resource.Path) (engine.Reply, error) {
	return engine.Reply{}, apierror.BadRequest("Write requests are only supported on contained entities").
		Help("links", "", "POST %s/$ref links an object that is there", p)
}

// refuseToDelete answers a DELETE of a linked object without $ref. Observed in 2019:
// msgraph-sdk-dotnet issue 494; later the object itself went (issue 1106), which no
// client wants (chosen).
func refuseToDelete(_ *Engine, _ *workload.Call, p resource.Path) (engine.Reply, error) {
	return engine.Reply{}, apierror.BadRequest("Write requests are only supported on contained entities").
		Help("links", "", "DELETE %s/$ref takes the link away", p)
}

// owner is the path less its $ref, and less the key before it.
func owner(p resource.Path) (links resource.Path, key *resource.Segment) {
	s := p.Segments[:len(p.Segments)-1]
	if last := &s[len(s)-1]; last.Kind == resource.Key {
		return resource.Path{Segments: s[:len(s)-1]}, last
	}
	return resource.Path{Segments: s}, nil
}

// linkTarget resolves what a $ref is about: the object that has the links, and which.
func (e *Engine) linkTarget(c *workload.Call, in entity.View, links resource.Path) (target, error) {
	t, err := e.resolve(c, in, links)
	if err == nil && (t.link == nil || t.link.Closure || t.link.ReadOnly || t.link.Self) {
		err = workload.Refuse("The request is currently not supported on the targeted entity set")
	}
	return t, err
}

// addRef links an object: 204.
func (e *Engine) addRef(c *workload.Call, p resource.Path) (engine.Reply, error) {
	return e.linkTo(c, p, func(tx *entity.Tx, t target, to *entity.Object) error {
		return e.join(c, tx, t.link, t.from, to)
	})
}

// setRef links the one object of a single navigation, in place of what it was: 204.
func (e *Engine) setRef(c *workload.Call, p resource.Path) (engine.Reply, error) {
	return e.linkTo(c, p, func(tx *entity.Tx, t target, to *entity.Object) error {
		return e.joinOne(c, tx, t.link, t.from, to)
	})
}

// linker is the object that has the links, which a change of them is one of.
func linker(t target, links resource.Path) *target {
	return &target{object: t.from, typ: links.Segments[len(links.Segments)-2].Type}
}

// linkTo reads the body of a $ref and lets do link to what it names.
func (e *Engine) linkTo(c *workload.Call, p resource.Path, do func(*entity.Tx, target, *entity.Object) error) (engine.Reply, error) {
	body, err := c.Object()
	if err != nil {
		return engine.Reply{}, err
	}
	id, ok := body["@odata.id"].(string)
	if !ok {
		return engine.Reply{}, workload.Refuse("The value of '@odata.id' is missing or not a URL.").
			Help("missing", "/@odata.id", `want {"@odata.id": "%s/directoryObjects/{id}"}`, c.Base())
	}
	links, _ := owner(p)
	err = e.alter(c, func(tx *entity.Tx) (*target, error) {
		t, err := e.linkTarget(c, tx.View, links)
		if err != nil {
			return nil, err
		}
		to, err := e.byURL(c, tx.View, id)
		if err != nil {
			return nil, err
		}
		if r := e.rulesOf(links.End().Property.Type); r != nil && r.View != "" && !strings.Contains(id, rootOf(r.Set)+"/") {
			// Observed: msgraph-sdk-dotnet issue 1757, of a user's address in place of the education user's.
			return nil, apierror.NoTarget().Help("invalidReference", "/@odata.id", "want the address %s/%s/%s", c.Base(), r.Set, to.ID)
		}
		if err := e.fits(c, links.End().Property, t.link, to); err != nil {
			return nil, err
		}
		return linker(t, links), do(tx, t, to)
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return workload.Empty(http.StatusNoContent), nil
}

// rootOf is what the path of a set begins with.
func rootOf(set string) string {
	root, _, _ := strings.Cut(set, "/")
	return root
}

// removeRef takes a link away: 204. Which one, a key says, or the query option $id.
func (e *Engine) removeRef(c *workload.Call, p resource.Path) (engine.Reply, error) {
	links, key := owner(p)
	id := ""
	if key != nil {
		id = keyText(key)
	} else if q, err := url.ParseQuery(c.Query); err == nil {
		id = q.Get("$id")
		if id == "" {
			id = q.Get("@id")
		}
	}
	err := e.alter(c, func(tx *entity.Tx) (*target, error) {
		t, err := e.linkTarget(c, tx.View, links)
		if err != nil {
			return nil, err
		}
		var to *entity.Object
		switch {
		case t.list == nil:
			to = t.object
		case key != nil:
			to = t.list.find(e, key)
		case id == "":
			return nil, workload.Refuse("The link to remove is not named.").
				Help("missing", "", "DELETE %s/{id}/$ref names it, or the query option $id", links)
		default:
			if to, err = e.byURL(c, tx.View, id); err != nil {
				return nil, err
			}
		}
		if to == nil { // observed: the error names the object that has the links (docs issue 18714)
			return nil, apierror.ResourceNotFound(t.from.ID)
		}
		return linker(t, links), e.part(c, tx, t.link, t.from, to)
	})
	if err != nil {
		return engine.Reply{}, e.inWords(err)
	}
	return workload.Empty(http.StatusNoContent), nil
}

// join links two objects.
func (e *Engine) join(c *workload.Call, tx *entity.Tx, l *workload.Link, from, to *entity.Object) error {
	if l.Add != nil {
		if err := l.Add(c, tx, from, to); err != nil {
			return err
		}
	}
	if l.Reverse {
		from, to = to, from
	}
	return tx.Link(l.Relation, from.Place, to.Place)
}

// joinOne links two objects and takes an earlier link of the first away.
func (e *Engine) joinOne(c *workload.Call, tx *entity.Tx, l *workload.Link, from, to *entity.Object) error {
	for p := range e.linked(tx.View, l, from.Place).All(0) {
		if p == to.Place {
			return nil
		}
		old := tx.At(p)
		if err := e.part(c, tx, l, from, old); err != nil {
			return err
		}
	}
	return e.join(c, tx, l, from, to)
}

// part takes the link between two objects away.
func (e *Engine) part(c *workload.Call, tx *entity.Tx, l *workload.Link, from, to *entity.Object) error {
	if l.Remove != nil {
		if err := l.Remove(c, tx, from, to); err != nil {
			return err
		}
	}
	a, b := from, to
	if l.Reverse {
		a, b = to, from
	}
	if !tx.Linked(l.Relation, a.Place, b.Place) {
		return apierror.ResourceNotFound(from.ID)
	}
	return tx.Unlink(l.Relation, a.Place, b.Place)
}

// fits refuses to link an object of a type that a navigation does not lead to.
func (e *Engine) fits(c *workload.Call, p *odata.Property, l *workload.Link, to *entity.Object) error {
	t := e.typeOf(c.Version, to, nil)
	ok := l.Targets == nil && (t == nil || t.IsA(p.Type) || p.Type.Name == "directoryObject")
	for _, name := range l.Targets {
		ok = ok || t != nil && t.Name == name
	}
	if r := e.rulesOf(p.Type); r != nil && r.View != "" {
		ok = t != nil && t.Name == r.View && memberIn(to.JSON, r.Inside).Exists()
	}
	if !ok {
		return workload.Refuse("Invalid object reference: an object of type '%s' cannot be in '%s'.", to.Type, p.Name)
	}
	return nil
}

// bind makes the links that a body asked for.
func (e *Engine) bind(c *workload.Call, tx *entity.Tx, o *entity.Object, w *written) error {
	for _, b := range w.binds {
		l := e.link(w.typ, b.property)
		if b.property.Contained || l.ReadOnly || l.Closure || l.Self {
			return readOnly(b.property.Name)
		}
		if len(b.urls)+len(b.ids) == 0 && !b.many { // null takes the link away
			for p := range e.linked(tx.View, l, o.Place).All(0) {
				if err := e.part(c, tx, l, o, tx.At(p)); err != nil {
					return err
				}
			}
		}
		for i := range len(b.urls) + len(b.ids) {
			to, err := e.referred(c, tx.View, b, i)
			if err != nil {
				return err
			}
			if err := e.fits(c, b.property, l, to); err != nil {
				return err
			}
			join := e.join
			if !b.many {
				join = e.joinOne
			}
			if err := join(c, tx, l, o, to); err != nil {
				return err
			}
		}
	}
	return nil
}

// referred is the i-th object that a body links to, of those by address and then of those by id.
func (e *Engine) referred(c *workload.Call, in entity.View, b binding, i int) (*entity.Object, error) {
	if i < len(b.urls) {
		return e.byURL(c, in, b.urls[i])
	}
	id := b.ids[i-len(b.urls)]
	if family := e.family(b.property.Type); family != "" {
		if o := in.Find(family, id); o != nil && living(o) {
			return o, nil
		}
		return nil, apierror.ResourceNotFound(id)
	}
	for o := range in.All() { // where objects of the type live, the metadata does not say
		if t := e.typeOf(c.Version, o, nil); o.ID == id && t != nil && t.IsA(b.property.Type) {
			return o, nil
		}
	}
	return nil, apierror.ResourceNotFound(id)
}

// byURL is the object that a client names by its address: relative to the version, or
// whole. Chosen: whatever host and version it has, since clients write the service's
// own; of another world it cannot be, for the path alone is looked at.
func (e *Engine) byURL(c *workload.Call, in entity.View, address string) (*entity.Object, error) {
	bad := func(why string) error {
		return workload.Refuse("Invalid URL specified for reference: '%s'.", address).Help("invalidReference", "", "%s", why)
	}
	u, err := url.Parse(address)
	if err != nil {
		return nil, bad("it is no URL")
	}
	segments := strings.Split(strings.Trim(urlpath.Clean("/"+u.EscapedPath()), "/"), "/")
	if workload.ParseVersion(segments[0]) != 0 {
		segments = segments[1:]
	} else if u.Host != "" {
		return nil, bad("its path does not begin with /v1.0 or /beta")
	}
	if len(segments) > 1 && c.Tenant.Names(segments[0]) {
		segments = segments[1:]
	}
	for i, s := range segments {
		if segments[i], err = url.PathUnescape(s); err != nil {
			return nil, bad("it is no URL")
		}
	}
	p, err := resource.Walk(e.models.Of(c.Version), segments)
	if err != nil {
		return nil, bad(err.Error())
	}
	if end := p.End(); end.Many || end.Type == nil || !end.Type.Entity || end.Kind == resource.Ref {
		return nil, bad("it leads to no single object")
	}
	t, err := e.resolve(c, in, p)
	if err != nil {
		return nil, err
	}
	if t.object == nil || t.object.Place == 0 {
		return nil, notPresent(t)
	}
	return t.object, nil
}

// listRefs answers the links of a collection in place of its objects.
func (e *Engine) listRefs(c *workload.Call, p resource.Path) (engine.Reply, error) {
	links, _ := owner(p)
	t, err := e.resolve(c, stateOf(c).Store.View(), links)
	if err != nil {
		return engine.Reply{}, err
	}
	col := t.list.collection(e, c)
	col.Context, col.Usual = "Collection($ref)", nil
	return c.ListRefs(col, func(o workload.Entity) string { return e.reference(c, o.(*object).o, t.typ) })
}

// getRef answers the link of a single navigation, or one of many, by its key: so clients
// ask whether an object is a member or an owner (terraform-provider-azuread). Inferred:
// without that link the error is the one of a GET.
func (e *Engine) getRef(c *workload.Call, p resource.Path) (engine.Reply, error) {
	links, key := owner(p)
	t, err := e.resolve(c, stateOf(c).Store.View(), links)
	if err != nil {
		return engine.Reply{}, err
	}
	if key != nil && t.list != nil {
		if t.object = t.list.find(e, key); t.object == nil {
			return engine.Reply{}, apierror.ResourceNotFound(keyText(key))
		}
	}
	if t.object == nil {
		return engine.Reply{}, notPresent(t)
	}
	body := append(c.Context(c.Room(256), "$ref"), `,"@odata.id":`...)
	return c.OK(http.StatusOK, append(jsontree.Append(body, e.reference(c, t.object, t.typ)), '}')), nil
}

// reference is an object's address as links name it. Documented for the directory.
func (e *Engine) reference(c *workload.Call, o *entity.Object, declared *odata.Type) string {
	if o.Family == directoryFamily {
		return c.Base() + "/directoryObjects/" + escape(o.ID)
	}
	t := e.typeOf(c.Version, o, declared)
	return c.Base() + "/" + e.address(&list{path: o.Home.Name}, o, t)
}
