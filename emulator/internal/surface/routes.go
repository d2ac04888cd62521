package surface

import (
	"net/http"
	"net/url"
	"slices"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/odata"
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

// routes is the one list of operations: name, method, path. What is asked most
// stands first, since the router tries them in turn.
func (s *Surface) routes() *mux.Router {
	r := mux.NewRouter()
	s.frequent = map[route]operation{}
	handle := func(name, method, path string, run handler) {
		r.Handle(path, operation{name, run}).Methods(method).Name(name)
		s.operations = append(s.operations, name)
		s.frequent[route{method, path}] = operation{name, run}
	}
	const id = profilePath
	handle("profiles.count", "GET", profilesPath+"/$count", s.countProfiles)
	handle("profiles.get", "GET", id, s.getProfile)
	handle("profiles.list", "GET", profilesPath, s.listProfiles)
	handle("profiles.status.get", "GET", id+"/profileStatus", s.getStatus)
	handle("profiles.create", "POST", profilesPath, s.createProfile)
	handle("profiles.update", "PATCH", id, s.patchProfile)
	handle("profiles.update", "PUT", id, s.putProfile)
	handle("profiles.update", "PUT", profilesPath, s.putProfileByBody)
	handle("profiles.delete", "DELETE", id, s.deleteProfile)
	handle("profiles.start", "POST", id+"/start", s.start)
	handle("profiles.pause", "POST", id+"/pause", s.pause)
	handle("profiles.resume", "POST", id+"/resume", s.resume)
	handle("profiles.reset", "POST", id+"/reset", s.reset)
	handle("profiles.uploadUrl", "GET", id+"/uploadUrl", s.uploadURL)
	handle("profiles.errors.list", "GET", id+"/errors", s.listErrors)
	handle("profiles.errors.count", "GET", id+"/errors/$count", s.countErrors)
	handle("profiles.errors.get", "GET", id+"/errors/{error}", s.getError)
	handle("batch", "POST", "/$batch", s.batch)
	handle("metadata", "GET", "/$metadata", s.metadata)
	s.operations = slices.Compact(s.operations)
	return r
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
	case odata.Nearest(segment, []string{"synchronizationProfiles"}) != "" && len(known) > 1:
		e.Help("unknownSegment", "", "did you mean /education/synchronizationProfiles?")
	default:
		if near := odata.Nearest(segment, known); near != "" {
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
	if !s.router.Match(&http.Request{Method: method, URL: &url.URL{Path: l.path}}, &m) || m.MatchErr != nil {
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
