package surface

import (
	"net/http"
	"net/url"
	"slices"
	"sync"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/nearest"
)

// handler answers one operation.
type handler func(*call) (reply, error)

// operation is a handler with its name. It is an http.Handler only because the
// router keeps nothing else.
type operation struct {
	name string
	run  handler
}

func (operation) ServeHTTP(http.ResponseWriter, *http.Request) {
	panic("surface: operations are run, not served")
}

// route is a method with a path template.
type route struct{ method, template string }

// declared is a row of the list of operations.
type declared struct {
	name, method, path string
	run                handler
}

// list is the one list of operations: name, method, path.
func (s *Surface) list() []declared {
	const id = profilePath
	return []declared{
		{"profiles.count", "GET", profilesPath + "/$count", s.countProfiles},
		{"profiles.get", "GET", id, s.getProfile},
		{"profiles.list", "GET", profilesPath, s.listProfiles},
		{"profiles.status.get", "GET", id + "/profileStatus", s.getStatus},
		{"profiles.create", "POST", profilesPath, s.createProfile},
		{"profiles.update", "PATCH", id, s.patchProfile},
		{"profiles.update", "PUT", id, s.putProfile},
		{"profiles.update", "PUT", profilesPath, s.putProfileByBody},
		{"profiles.delete", "DELETE", id, s.deleteProfile},
		{"profiles.start", "POST", id + "/start", s.start},
		{"profiles.pause", "POST", id + "/pause", s.pause},
		{"profiles.resume", "POST", id + "/resume", s.resume},
		{"profiles.reset", "POST", id + "/reset", s.reset},
		{"profiles.uploadUrl", "GET", id + "/uploadUrl", s.uploadURL},
		{"profiles.errors.list", "GET", id + "/errors", s.listErrors},
		{"profiles.errors.count", "GET", id + "/errors/$count", s.countErrors},
		{"profiles.errors.get", "GET", id + "/errors/{error}", s.getError},
		{"batch", "POST", "/$batch", s.batch},
		{"metadata", "GET", "/$metadata", s.metadata},
	}
}

// index prepares the list for look-ups. The router is built when it is first
// needed: its patterns take as long to compile as the rest of a start.
func (s *Surface) index() {
	list := s.list()
	s.frequent = make(map[route]operation, len(list))
	for _, d := range list {
		s.operations = append(s.operations, d.name)
		s.frequent[route{d.method, d.path}] = operation{d.name, d.run}
	}
	s.operations = slices.Compact(s.operations)
	s.router = sync.OnceValue(func() *mux.Router {
		r := mux.NewRouter()
		for _, d := range list {
			r.Handle(d.path, operation{d.name, d.run}).Methods(d.method).Name(d.name)
		}
		return r
	})
}

// Operations returns the names of all operations, as faults, scenarios and the
// journal use them.
func (s *Surface) Operations() []string { return slices.Clone(s.operations) }

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// find returns the operation for a method and a path. A HEAD is a GET whose
// body the server leaves out. It errs with the service's words for an unknown
// segment or a wrong method.
func (s *Surface) find(method string, l location) (operation, keys, error) {
	if l.version == "" {
		return operation{}, keys{}, graph.InvalidVersion().Help("unknownVersion", "", "Graph is at /beta/…; graphemu's own pages are at /_graphemu/")
	}
	if op, k, ok := s.match(method, l); ok {
		return op, k, nil
	}
	if allow := s.allowed(l); len(allow) > 0 {
		if l.path == "/$batch" {
			return operation{}, keys{}, graph.BatchMethodNotAllowed()
		}
		return operation{}, keys{}, graph.MethodNotAllowed(allow)
	}
	segment, known := l.unknown()
	e := graph.UnknownSegment(segment)
	switch {
	case l.version == "v1.0" && len(l.segments) > 0 && l.segments[0] == "education":
		e = graph.UnknownSegment("synchronizationProfiles").Help("unknownSegment", "", "v1.0 never had this API; use /beta")
	case nearest.Name(segment, []string{"synchronizationProfiles"}) != "" && len(known) > 1:
		e.Help("unknownSegment", "", "did you mean /education/synchronizationProfiles?")
	default:
		if near := nearest.Name(segment, known); near != "" {
			e.Help("unknownSegment", "", "did you mean '%s'?", near)
		} else if len(known) > 0 {
			slices.Sort(known)
			e.Help("unknownSegment", "", "graphemu knows %q here", known)
		}
	}
	return operation{}, keys{}, e
}

// keys are what a path names: a profile, and one of its errors.
type keys struct{ id, child string }

// match asks the router, or, for the usual spelling of what is asked most, a
// map: the router's patterns take as long as the rest of a GET. v1.0 has $batch
// and $metadata, but not this API.
func (s *Surface) match(method string, l location) (operation, keys, bool) {
	if l.version == "v1.0" && l.path != "/$batch" && l.path != "/$metadata" {
		return operation{}, keys{}, false
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if l.template != "" {
		op, ok := s.frequent[route{method, l.template}]
		return op, keys{id: l.id}, ok
	}
	var m mux.RouteMatch
	if !s.router().Match(&http.Request{Method: method, URL: &url.URL{Path: l.path}}, &m) || m.MatchErr != nil {
		return operation{}, keys{}, false
	}
	op, ok := m.Handler.(operation)
	id, _ := url.PathUnescape(m.Vars["id"]) // canonical has escaped it
	child, _ := url.PathUnescape(m.Vars["error"])
	return op, keys{id, child}, ok
}

// allowed returns the methods that the path has, none where there is no such path.
func (s *Surface) allowed(l location) []string {
	var allow []string
	for _, method := range methods {
		if _, _, ok := s.match(method, l); ok {
			allow = append(allow, method)
		}
	}
	return allow
}
