package graph

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	operations "github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// operation is a row of the list of operations, or one that was found in the model.
type operation struct {
	workload.Operation
	subject string                            // the key in its path that is the call's subject; "" for none
	named   func(*workload.Call) engine.Named // the object that it is about; nil: none
	own     func(*call) (engine.Reply, error) // of Graph itself; nil: the row's Run
	walked  *resource.Path                    // of what the model alone has; nil: a row's
	made    atomic.Pointer[[2]*demand]        // what it asks for; nil: not made yet, or nothing
}

// index makes the tree of paths from the rows of all workloads and those of Graph
// itself.
func (s *Handler) index() {
	s.paths = &paths{root: true}
	for _, w := range s.workloads {
		for _, row := range w.Operations {
			if row.Level == workload.Unsupported {
				s.paths.at(row.Path).unsupported = true
				continue
			}
			s.paths.add(row.Method, row.Path, &operation{Operation: row, subject: w.Subject})
		}
		for path, older := range w.Spellings {
			end := strings.LastIndexByte(path, '/')
			before, name := s.paths.at(path[:end]), path[end+1:]
			before.names[older] = before.names[strings.ToLower(name)]
		}
	}
	for _, op := range []*operation{
		{Operation: workload.Operation{Name: "batch", Method: "POST", Path: "/$batch"}, own: (*call).batch},
		{Operation: workload.Operation{Name: "metadata", Method: "GET", Path: "/$metadata"}, own: (*call).metadata},
	} {
		op.Versions = workload.Beta | workload.V1
		s.paths.add(op.Method, op.Path, op)
	}
}

// Operations returns the names of the operations of workloads and of Graph itself, as
// rules, scenarios and the journal use them.
func Operations(list []*workload.Workload, models workload.Models) []string {
	names := objects.New(models, list).Names()
	for _, w := range list {
		for _, row := range w.Operations {
			if row.Level != workload.Unsupported {
				names = append(names, row.Name)
			}
		}
	}
	return slices.Compact(append(names, "batch", "metadata"))
}

// Addresses returns the calls that the rows know, as "GET /users/{id}", those of paths
// that graphemu does not emulate among them.
func Addresses(list []*workload.Workload) []string {
	all := []string{"POST /$batch", "GET /$metadata"}
	for _, w := range list {
		for _, row := range w.Operations {
			method := row.Method
			if method == "" {
				method = operationAny
			}
			all = append(all, method+" "+row.Path)
		}
	}
	return all
}

// Known are the operations of models and rows, and addresses of what Graph has. The list
// lacks the names of operations: see Operations.
func Known(list []*workload.Workload, models workload.Models) operations.Known {
	k := operations.Known{List: Addresses(list), Beyond: func(root string) bool {
		return knownRoots[strings.ToLower(root)] != ""
	}}
	var names objects.Names
	for _, v := range []workload.Version{workload.V1, workload.Beta} {
		if m := models.Of(v); m != nil {
			names = append(names, m)
		}
	}
	k.Model = names
	for _, name := range knownRoots {
		k.List = append(k.List, operationAny+" /"+name)
	}
	for _, name := range knownOfUser {
		k.List = append(k.List, operationAny+" /users/{id}/"+name, operationAny+" /me/"+name)
	}
	for _, name := range knownOfGroup {
		k.List = append(k.List, operationAny+" /groups/{id}/"+name)
	}
	return k
}

// operationAny is the method of an address that means any.
const operationAny = "*"

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"}

// find returns the operation for a method and a path. A HEAD is a GET whose
// body the server leaves out. It errs with the service's words for an unknown
// segment or a wrong method.
func (s *Handler) find(method string, l *location) (*operation, error) {
	if l.version == 0 {
		return nil, apierror.InvalidVersion().Help("unknownVersion", "",
			"Graph is at /v1.0/… and /beta/…; graphemu's own pages are at /_graphemu/ of its own ports")
	}
	if op := l.operation(method); op != nil {
		return op, nil
	}
	w := s.walk(l)
	if op, ok := s.findObject(method, l, w); ok {
		return op, nil
	}
	if allow := s.methodsOf(l, w); len(allow) > 0 {
		if l.path == "/$batch" {
			return nil, apierror.BatchMethodNotAllowed()
		}
		if err := objects.WrongMethod(method, w.path); w.err == nil && err != nil {
			return nil, err
		}
		return nil, s.helpToWrite(apierror.MethodNotAllowed(allow), method, l)
	}
	if l.unsupported {
		return nil, apierror.NotImplemented("graphemu does not emulate " + l.path + ".")
	}
	segments := rawSegments(l.escaped)
	if e := s.beyond(method, l, segments); e != nil && !strayed(w, segments) {
		l.unsupported = true
		return nil, e
	}
	if l.absent != "" {
		return nil, apierror.UnknownSegment(l.absent).Help("unknownSegment", "", "%s never had this API; use /beta", l.version)
	}
	if w.known && l.at == nil {
		return nil, unknownInModel(w.err)
	}
	segment, known := l.unknown()
	e := apierror.UnknownSegment(segment)
	var inEducation []string
	if l.lost.at == s.paths {
		roots, below := s.roots(l.version)
		known, inEducation = append(known, roots...), append(s.paths.at("/education").known(l.version), below...)
		slices.Sort(known)
		known = slices.Compact(known)
	}
	if name := betaRoots[strings.ToLower(segment)]; name != "" && l.lost.at == s.paths && l.version == workload.V1 {
		e.Help("unknownSegment", "", "/%s is in beta only%s", name, s.instead(l.version, name))
	} else if near := words.Nearest(segment, known); near != "" {
		e.Help("unknownSegment", "", "did you mean '%s'?", near)
	} else if near := words.Nearest(segment, inEducation); near != "" {
		e.Help("unknownSegment", "", "did you mean /education/%s?", near)
	} else if len(known) > 0 {
		e.Help("unknownSegment", "", "graphemu knows here: %s", strings.Join(known, ", "))
	}
	return nil, s.helpToWrite(e, method, l)
}

// instead tells where a version has what it does not have at its root.
func (s *Handler) instead(v workload.Version, name string) string {
	if m := s.models.Of(v); m != nil {
		if one := m.Singleton("directory"); one != nil && one.Type.Property(name) != nil {
			return "; " + v.String() + " has /directory/" + name
		}
	}
	return ""
}

// roots are the names that a path of the model may begin with, and those that may follow
// /education.
func (s *Handler) roots(v workload.Version) (names, inEducation []string) {
	m := s.models.Of(v)
	if m == nil {
		return nil, nil
	}
	for _, set := range m.EntitySets {
		names = append(names, set.Name)
	}
	for _, one := range m.Singletons {
		names = append(names, one.Name)
	}
	if e := m.Singleton("education"); e != nil {
		for _, p := range e.Type.All() {
			inEducation = append(inEducation, p.Name)
		}
	}
	return names, inEducation
}

// operation returns that of a method where the path leads to; nil for none.
func (l *location) operation(method string) *operation {
	if l.at == nil {
		return nil
	}
	if method == http.MethodHead {
		method = http.MethodGet
	}
	if op := l.at.operations[method]; op != nil && op.Versions&l.version != 0 {
		return op
	}
	return nil
}

// allowed returns the methods that the path has, none where there is no such path.
func (l *location) allowed() []string {
	var allow []string
	for _, method := range methods {
		if l.operation(method) != nil {
			allow = append(allow, method)
		}
	}
	return allow
}

// helpToWrite tells who wants to write where graphemu only reads what does it.
func (s *Handler) helpToWrite(e *apierror.Error, method string, l *location) *apierror.Error {
	if method == http.MethodGet || method == http.MethodHead {
		return e
	}
	for _, w := range s.workloads {
		for _, path := range slices.Sorted(maps.Keys(w.ReadOnly)) {
			if strings.HasPrefix(l.path+"/", path+"/") {
				return e.Help("readOnly", "", "%s", w.ReadOnly[path])
			}
		}
	}
	return e
}
