package objects

import (
	"net/http"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// run carries out an operation on what a path leads to.
type run func(e *Engine, c *workload.Call, p resource.Path) (engine.Reply, error)

// verb is what is done at the end of a path: its name in the operation's, and how.
type verb struct {
	name string // "" where the path's own name says it all
	run  run
}

// verbs are what each method does where a path ends.
func (e *Engine) verbs(p resource.Path) map[string]verb {
	end := p.End()
	n := len(p.Segments)
	switch end.Kind {
	case resource.Set:
		return collectionVerbs
	case resource.Singleton:
		return singletonVerbs
	case resource.Cast:
		if end.Many {
			return castVerbs
		}
		return castObjectVerbs
	case resource.Key:
		if before := p.Segments[n-2]; before.Kind == resource.Navigation && !e.has(p, n-2) {
			return linkedObjectVerbs
		}
		return objectVerbs
	case resource.Navigation:
		switch {
		case end.Many && (end.Property.Contained || e.has(p, n-1)):
			return collectionVerbs
		case end.Many:
			return linkedVerbs
		case end.Property.Contained:
			return singleVerbs
		}
		return linkedSingleVerbs
	case resource.Ref:
		if before := p.Segments[n-2]; before.Kind == resource.Key {
			return refOfMemberVerbs
		} else if before.Many {
			return refsVerbs
		}
		return refVerbs
	case resource.Count:
		return countVerbs
	case resource.Property:
		if end.Primitive == odata.KindStream {
			return streamVerbs
		}
		return propertyVerbs
	case resource.Value:
		switch {
		case end.Primitive == odata.KindStream:
			return streamVerbs
		case end.Primitive != 0:
			return valueVerbs
		case end.Type.Media():
			return mediaVerbs
		}
	}
	return nil
}

// has tells whether the navigation at a place of a path has objects of its own, which
// are created and deleted there: it contains them, or its rule says so.
func (e *Engine) has(p resource.Path, at int) bool {
	s := &p.Segments[at]
	if at > 0 && e.ruledLink(p.Segments[at-1].Type, s.Property) {
		return e.link(p.Segments[at-1].Type, s.Property).Create != nil
	}
	return s.Property.Contained
}

// Lives tells whether the object that a path ends with lives there, and is not but linked.
func (e *Engine) Lives(p resource.Path) bool {
	n := len(p.Segments)
	return n < 2 || p.Segments[n-2].Kind != resource.Navigation || e.has(p, n-2)
}

// Methods are the methods that a path has, in the order of HTTP's pages.
func (e *Engine) Methods(p resource.Path) []string {
	var list []string
	if end := p.End(); end.Kind == resource.Operation {
		if len(end.Overload) > 0 && end.Overload[0].Function() {
			return []string{http.MethodGet}
		}
		return []string{http.MethodPost}
	}
	for _, m := range methods {
		if _, ok := e.verb(p, m); ok || m == http.MethodDelete && e.bare(p) {
			list = append(list, m)
		}
	}
	return list
}

// verb is what a method does where a path ends. ok is false where the service has no
// such operation.
func (e *Engine) verb(p resource.Path, method string) (does verb, ok bool) {
	if does, ok = e.verbs(p)[method]; ok && (e.absent(p, does.name) || method == http.MethodPut && e.patchedOnly(p)) {
		return verb{}, false
	}
	if n := len(p.Segments); method == http.MethodPost && n > 1 && p.End().Kind == resource.Navigation {
		if _, onlyRead := windowed(p.Segments[n-2].Type, p.End().Property); onlyRead {
			return verb{}, false
		}
	}
	return does, ok
}

// patchedOnly tells whether a path leads to an object of a workload. Documented: their
// pages have PATCH and no PUT, which would take away what it does not name.
func (e *Engine) patchedOnly(p resource.Path) bool {
	end := p.End()
	whole := end.Kind == resource.Key || end.Kind == resource.Singleton || end.Kind == resource.Navigation && !end.Many
	return whole && e.rulesOf(end.Type) != nil
}

// absent tells whether the rules of the type that a path is about say that the service
// does not have a verb. A property that is written is an update of its object.
func (e *Engine) absent(p resource.Path, verb string) bool {
	at := len(p.Segments) - 1
	if p.Segments[at].Kind == resource.Value && at > 0 {
		return verb != "get" && e.readOnlyIn(p, at-1)
	}
	if verb != "get" && verb != "list" && e.readOnlyIn(p, at) {
		return true
	}
	if p.Segments[at].Kind == resource.Property && verb != "get" {
		verb = "update"
		for ; at > 0 && p.Segments[at].Kind == resource.Property; at-- {
		}
	} else if k := p.Segments[at].Kind; k != resource.Set && k != resource.Key && k != resource.Singleton &&
		!(k == resource.Navigation && e.has(p, at)) {
		return false
	} else if k == resource.Key && at > 0 && p.Segments[at-1].Kind == resource.Navigation && !e.has(p, at-1) {
		return false // a linked object: its own address is another
	}
	t := p.Segments[at].Type
	if t == nil || e.rules[t.Name] == nil { // not those of a base: they say nothing of the types that extend it
		return false
	}
	return slices.Contains(e.rules[t.Name].Absent, verb)
}

// readOnlyIn tells whether no client writes what the path leads to at a place, since only the
// service fills the navigation that it lives in.
func (e *Engine) readOnlyIn(p resource.Path, at int) bool {
	s := &p.Segments[at]
	if s.Kind == resource.Key && at > 0 {
		s = &p.Segments[at-1]
	}
	if s.Kind != resource.Navigation {
		return false
	}
	r := e.rulesOf(s.Type)
	return r != nil && slices.Contains(r.ReadOnlyIn, s.Name)
}

// bare tells whether a path leads to a linked object whose link a DELETE takes away.
func (e *Engine) bare(p resource.Path) bool {
	n := len(p.Segments)
	if n < 3 || p.Segments[n-1].Kind != resource.Key || p.Segments[n-2].Kind != resource.Navigation || p.Segments[n-2].Property.Contained {
		return false
	}
	return e.link(p.Segments[n-3].Type, p.Segments[n-2].Property).Bare
}

// verbOf is a method in the name of an operation that has no other.
func verbOf(method string) string {
	switch method {
	case http.MethodGet:
		return "get"
	case http.MethodPost:
		return "create"
	case http.MethodDelete:
		return "delete"
	}
	return "update"
}

var (
	collectionVerbs = map[string]verb{
		"GET":  {"list", (*Engine).listObjects},
		"POST": {"create", (*Engine).create},
	}
	castVerbs         = map[string]verb{"GET": {"list", (*Engine).listObjects}}
	castObjectVerbs   = map[string]verb{"GET": {"get", (*Engine).getObject}}
	linkedObjectVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getObject},
		"DELETE": {"delete", refuseToDelete},
	}
	objectVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getObject},
		"PATCH":  {"update", (*Engine).update},
		"PUT":    {"update", (*Engine).update},
		"DELETE": {"delete", (*Engine).deleteObject},
	}
	patchedVerbs = map[string]verb{ // of objects of a workload: see patchedOnly
		"GET":    {"get", (*Engine).getObject},
		"PATCH":  {"update", (*Engine).update},
		"DELETE": {"delete", (*Engine).deleteObject},
	}
	singletonVerbs = map[string]verb{
		"GET":   {"get", (*Engine).getObject},
		"PATCH": {"update", (*Engine).update},
	}
	singleVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getObject},
		"PATCH":  {"update", (*Engine).update},
		"PUT":    {"update", (*Engine).update},
		"DELETE": {"delete", (*Engine).deleteObject},
	}
	linkedVerbs = map[string]verb{
		"GET":  {"list", (*Engine).listObjects},
		"POST": {"create", refuseToCreate},
	}
	linkedSingleVerbs = map[string]verb{"GET": {"get", (*Engine).getObject}}
	refsVerbs         = map[string]verb{
		"GET":    {"ref", (*Engine).listRefs},
		"POST":   {"add", (*Engine).addRef},
		"DELETE": {"remove", (*Engine).removeRef},
	}
	refOfMemberVerbs = map[string]verb{
		"GET":    {"ref", (*Engine).getRef},
		"DELETE": {"remove", (*Engine).removeRef},
	}
	refVerbs = map[string]verb{
		"GET":    {"ref", (*Engine).getRef},
		"PUT":    {"set", (*Engine).setRef},
		"DELETE": {"remove", (*Engine).removeRef},
	}
	countVerbs    = map[string]verb{"GET": {"count", (*Engine).count}}
	propertyVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getProperty},
		"PATCH":  {"update", (*Engine).setProperty},
		"PUT":    {"update", (*Engine).setProperty},
		"DELETE": {"delete", (*Engine).clearProperty},
	}
	valueVerbs = map[string]verb{"GET": {"", (*Engine).getValue}}
	mediaVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getMedia},
		"PUT":    {"update", (*Engine).setMedia},
		"PATCH":  {"update", (*Engine).setMedia}, // documented for photos
		"DELETE": {"delete", (*Engine).clearMedia},
	}
	streamVerbs = map[string]verb{
		"GET":    {"get", (*Engine).getMedia},
		"PUT":    {"update", (*Engine).setMedia},
		"DELETE": {"delete", (*Engine).clearMedia},
	}
)
