package graph

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// handler answers one operation.
type handler func(*call) (engine.Reply, error)

// operation is a handler with its name. It is an http.Handler only because the
// router keeps nothing else.
type operation struct {
	name    string
	run     handler
	demands *demands // permissions
}

func (operation) ServeHTTP(http.ResponseWriter, *http.Request) {
	panic("graph: operations are run, not served")
}

// route is a method with a path template.
type route struct{ method, template string }

// declared is a row of the list of operations.
type declared struct {
	name, method, path string
	run                handler
}

// list is the one list of operations: name, method, path.
func (s *Handler) list() []declared {
	const id, object = profilePath, "/{object}"
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

		{"education.schools.list", "GET", schoolsPath, listOf(directory.Schools)},
		{"education.schools.count", "GET", schoolsPath + "/$count", countOf(directory.Schools)},
		{"education.schools.get", "GET", schoolsPath + object, oneOf(directory.Schools)},
		{"education.schools.classes.list", "GET", schoolsPath + object + "/classes", listRelated(directory.SchoolClasses)},
		{"education.schools.classes.count", "GET", schoolsPath + object + "/classes/$count", countRelated(directory.SchoolClasses)},
		{"education.schools.users.list", "GET", schoolsPath + object + "/users", listRelated(directory.SchoolUsers)},
		{"education.schools.users.count", "GET", schoolsPath + object + "/users/$count", countRelated(directory.SchoolUsers)},
		{"education.classes.list", "GET", classesPath, listOf(directory.Classes)},
		{"education.classes.count", "GET", classesPath + "/$count", countOf(directory.Classes)},
		{"education.classes.get", "GET", classesPath + object, oneOf(directory.Classes)},
		{"education.classes.members.list", "GET", classesPath + object + "/members", listRelated(directory.ClassMembers)},
		{"education.classes.members.count", "GET", classesPath + object + "/members/$count", countRelated(directory.ClassMembers)},
		{"education.classes.teachers.list", "GET", classesPath + object + "/teachers", listRelated(directory.ClassTeachers)},
		{"education.classes.teachers.count", "GET", classesPath + object + "/teachers/$count", countRelated(directory.ClassTeachers)},
		{"education.classes.schools.list", "GET", classesPath + object + "/schools", listRelated(directory.ClassSchools)},
		{"education.classes.schools.count", "GET", classesPath + object + "/schools/$count", countRelated(directory.ClassSchools)},
		{"education.users.list", "GET", educationUsersPath, listOf(directory.Users)},
		{"education.users.count", "GET", educationUsersPath + "/$count", countOf(directory.Users)},
		{"education.users.get", "GET", educationUsersPath + object, oneOf(directory.Users)},
		{"education.users.classes.list", "GET", educationUsersPath + object + "/classes", listRelated(directory.UserClasses)},
		{"education.users.classes.count", "GET", educationUsersPath + object + "/classes/$count", countRelated(directory.UserClasses)},
		{"education.users.schools.list", "GET", educationUsersPath + object + "/schools", listRelated(directory.UserSchools)},
		{"education.users.schools.count", "GET", educationUsersPath + object + "/schools/$count", countRelated(directory.UserSchools)},
		{"directory.users.list", "GET", "/users", listOf(directory.Accounts)},
		{"directory.users.count", "GET", "/users/$count", countOf(directory.Accounts)},
		{"directory.users.get", "GET", "/users" + object, oneOf(directory.Accounts)},
		{"directory.subscribedSkus.list", "GET", "/subscribedSkus", s.listLicences},
	}
}

// index prepares the list for look-ups. The router is built when it is first
// needed: its patterns take as long to compile as the rest of a start.
func (s *Handler) index() {
	list := s.list()
	s.frequent = make(map[route]operation, len(list))
	all := make([]operation, len(list))
	for i, d := range list {
		s.operations = append(s.operations, d.name)
		all[i] = operation{d.name, d.run, new(demands)}
		s.frequent[route{d.method, d.path}] = all[i]
	}
	s.operations = slices.Compact(s.operations)
	s.router = sync.OnceValue(func() *mux.Router {
		r := mux.NewRouter()
		for i, d := range list {
			r.Handle(d.path, all[i]).Methods(d.method).Name(d.name)
		}
		return r
	})
}

// Operations returns the names of Graph's operations, as rules, scenarios and the
// journal use them.
func (s *Handler) Operations() []string { return slices.Clone(s.operations) }

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// find returns the operation for a method and a path. A HEAD is a GET whose
// body the server leaves out. It errs with the service's words for an unknown
// segment or a wrong method.
func (s *Handler) find(method string, l location) (operation, keys, error) {
	if l.version == "" {
		return operation{}, keys{}, apierror.InvalidVersion().Help("unknownVersion", "",
			"Graph is at /beta/…; graphemu's own pages are at /_graphemu/ of its own ports")
	}
	if op, k, ok := s.match(method, l); ok {
		return op, k, nil
	}
	if allow := s.allowed(l); len(allow) > 0 {
		if l.path == "/$batch" {
			return operation{}, keys{}, apierror.BatchMethodNotAllowed()
		}
		return operation{}, keys{}, helpToWrite(apierror.MethodNotAllowed(allow), method, l)
	}
	if l.unserved() {
		return operation{}, keys{}, apierror.NotImplemented("graphemu does not emulate " + l.path + ".")
	}
	segment, known := l.unknown()
	e := apierror.UnknownSegment(segment)
	if l.version == "v1.0" {
		if strings.HasPrefix(l.path+"/", profilesPath+"/") {
			return operation{}, keys{}, apierror.UnknownSegment("synchronizationProfiles").Help("unknownSegment", "",
				"v1.0 never had this API; use /beta")
		}
		known = slices.DeleteFunc(known, func(name string) bool { return name == "synchronizationProfiles" })
	}
	var inEducation []string
	if l.lost.at == beginning() {
		inEducation = beginning().walk("/education").known()
	}
	if near := words.Nearest(segment, known); near != "" {
		e.Help("unknownSegment", "", "did you mean '%s'?", near)
	} else if near := words.Nearest(segment, inEducation); near != "" {
		e.Help("unknownSegment", "", "did you mean /education/%s?", near)
	} else if len(known) > 0 {
		e.Help("unknownSegment", "", "graphemu knows %q here", known)
	}
	return operation{}, keys{}, helpToWrite(e, method, l)
}

// keys are what a path names: a profile, and one of its errors; or an object of
// the directory, which is no profile: journal and faults know that by its id.
type keys struct{ id, child, object string }

// match asks the router, or, for the usual spelling of what is asked most, a
// map: the router's patterns take as long as the rest of a GET. v1.0 never had
// synchronization profiles; what syncs make, it has. Documented.
func (s *Handler) match(method string, l location) (operation, keys, bool) {
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
	object, _ := url.PathUnescape(m.Vars["object"])
	return op, keys{id, child, object}, ok && (l.version == "beta" || !strings.HasPrefix(op.name, "profiles."))
}

// allowed returns the methods that the path has, none where there is no such path.
func (s *Handler) allowed(l location) []string {
	var allow []string
	for _, method := range methods {
		if _, _, ok := s.match(method, l); ok {
			allow = append(allow, method)
		}
	}
	return allow
}
