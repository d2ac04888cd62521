package graph

import (
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// handler answers one operation.
type handler func(*call) (engine.Reply, error)

// operation is a handler with its name.
type operation struct {
	name     string
	run      handler
	versions versions
	demands  *demands // permissions
}

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

// Paths of synchronization profiles.
const (
	profilesPath = "/education/synchronizationProfiles"
	profilePath  = profilesPath + "/{id}"
)

// index makes the tree of paths.
func (s *Handler) index() {
	s.paths = &paths{}
	for _, d := range s.list() {
		s.operations = append(s.operations, d.name)
		op := operation{d.name, d.run, beta | v1, new(demands)}
		if strings.HasPrefix(d.name, "profiles.") { // documented: v1.0 never had them; what syncs make, it has
			op.versions = beta
		}
		s.paths.add(d.method, d.path, op)
	}
	s.operations = slices.Compact(s.operations)
	// The pages of 2017 have these names. Documented.
	profile := s.paths.at(profilePath)
	profile.names["status"] = profile.names["profilestatus"]
	profile.names["error"] = profile.names["errors"]
}

// Operations returns the names of Graph's operations, as rules, scenarios and the
// journal use them.
func (s *Handler) Operations() []string { return slices.Clone(s.operations) }

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// find returns the operation for a method and a path. A HEAD is a GET whose
// body the server leaves out. It errs with the service's words for an unknown
// segment or a wrong method.
func (s *Handler) find(method string, l *location) (operation, error) {
	if l.version == "" {
		return operation{}, apierror.InvalidVersion().Help("unknownVersion", "",
			"Graph is at /beta/…; graphemu's own pages are at /_graphemu/ of its own ports")
	}
	if op, ok := l.operation(method); ok {
		return op, nil
	}
	if allow := l.allowed(); len(allow) > 0 {
		if l.path == "/$batch" {
			return operation{}, apierror.BatchMethodNotAllowed()
		}
		return operation{}, helpToWrite(apierror.MethodNotAllowed(allow), method, l)
	}
	if l.unserved() {
		return operation{}, apierror.NotImplemented("graphemu does not emulate " + l.path + ".")
	}
	if l.absent != "" {
		return operation{}, apierror.UnknownSegment(l.absent).Help("unknownSegment", "", "%s never had this API; use /beta", l.version)
	}
	segment, known := l.unknown()
	e := apierror.UnknownSegment(segment)
	var inEducation []string
	if l.lost.at == s.paths {
		inEducation = s.paths.at("/education").known(l.in())
	}
	if near := words.Nearest(segment, known); near != "" {
		e.Help("unknownSegment", "", "did you mean '%s'?", near)
	} else if near := words.Nearest(segment, inEducation); near != "" {
		e.Help("unknownSegment", "", "did you mean /education/%s?", near)
	} else if len(known) > 0 {
		e.Help("unknownSegment", "", "graphemu knows %q here", known)
	}
	return operation{}, helpToWrite(e, method, l)
}

// operation returns that of a method where the path leads to.
func (l *location) operation(method string) (operation, bool) {
	if l.at == nil {
		return operation{}, false
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	op, ok := l.at.operations[method]
	return op, ok && op.versions&l.in() != 0
}

// allowed returns the methods that the path has, none where there is no such path.
func (l *location) allowed() []string {
	var allow []string
	for _, method := range methods {
		if _, ok := l.operation(method); ok {
			allow = append(allow, method)
		}
	}
	return allow
}
