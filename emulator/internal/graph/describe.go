package graph

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Place is what is at a path.
type Place struct {
	Path       string             // in the model's spelling, each key as "{id}"
	Type       *odata.Type        // nil: it has none of its own
	Primitive  odata.Kind         // of what is no structured value; 0 otherwise
	Many       bool               // a collection of Type
	Overloads  []*odata.Operation // of an action or a function
	Bound      []*odata.Operation // the actions and functions that may follow, in the order of their names
	Operations []PlaceOperation
}

// PlaceOperation is what a method does at a path.
type PlaceOperation struct {
	Method, Name string
	Level        workload.Level
	Need         *identity.Need // nil: only a token, or it is not known
	By           string         // the path of the published table that Need is from; "": graphemu's own row
}

// Describe tells what is at an escaped path, which begins with the version. It errs
// with the segment that is unknown, where it stands, and what was probably meant.
func (s *Handler) Describe(escaped string) (Place, error) {
	l := s.canonical(escaped)
	if l.version == 0 {
		return Place{}, errors.New("a path begins with v1.0 or beta")
	}
	segments, m := rawSegments(escaped), s.models.Of(l.version)
	p := Place{Path: l.path}
	path, unknown := resource.Walk(m, segments)
	if unknown == nil {
		end := path.End()
		p.Path, p.Type, p.Primitive, p.Many, p.Overloads = path.String(), end.Type, end.Primitive, end.Many, end.Overload
		if end.Kind != resource.Ref && end.Kind != resource.Count && end.Kind != resource.Value && len(p.Overloads) == 0 {
			p.Bound = boundTo(m, end.Type, end.Many)
		}
	}
	var refused error
	for _, method := range methods {
		if method == "HEAD" {
			continue
		}
		at := l
		op, err := s.find(method, &at)
		if err != nil {
			refused = cmp.Or(refused, err)
			if op = s.unserved(method, l.version, path, err); op == nil {
				continue
			}
		}
		one := PlaceOperation{Method: method, Name: op.Name, Level: op.Level}
		one.Need, one.By = s.needOf(op, method)
		p.Operations = append(p.Operations, one)
	}
	if unknown != nil && len(p.Operations) == 0 {
		return Place{}, s.unknownPlace(m, segments, unknown, refused)
	}
	return p, nil
}

// unserved is an operation that the model has, and that is answered 501; nil: it does not.
func (s *Handler) unserved(method string, v workload.Version, path resource.Path, err error) *operation {
	e := (*apierror.Error)(nil)
	if len(path.Segments) == 0 || !errors.As(err, &e) || e.Status != http.StatusNotImplemented {
		return nil
	}
	row, ok := s.objects.Operation(method, v, path)
	if !ok {
		return nil
	}
	row.Level = workload.Unsupported
	return &operation{Operation: row, walked: &path}
}

// unknownPlace is the error of a path that leads nowhere.
func (s *Handler) unknownPlace(m *odata.Model, segments []string, err, refused error) error {
	var unknown *resource.UnknownError
	if !errors.As(err, &unknown) {
		return err
	}
	if e := (*apierror.Error)(nil); errors.As(refused, &e) && e.Status == http.StatusNotImplemented { // known by name alone
		text := e.Message
		if len(e.Details) > 0 {
			text += " " + e.Details[0].Message
		}
		return errors.New(text)
	}
	n := 0
	var before resource.Path
	for n < len(segments) {
		path, err := resource.Walk(m, segments[:n+1])
		if err != nil {
			break
		}
		before, n = path, n+1
	}
	where, known := "at the root", unknown.Known
	if n > 0 {
		end := before.End()
		where = "after " + before.String()
		if end.Type != nil {
			where += ", which is " + kindOf(end.Type, end.Many)
			known = nil
			if !end.Many {
				for _, p := range end.Type.All() {
					known = append(known, p.Name)
				}
			}
			for _, o := range boundTo(m, end.Type, end.Many) {
				known = append(known, o.Name)
			}
		}
	} else {
		known = append(slices.Clone(known), s.paths.known(workload.Beta|workload.V1)...)
		known = slices.AppendSeq(known, maps.Keys(knownRoots))
	}
	if n > 0 && !before.End().Many {
		switch before.End().Type {
		case m.Type("user"):
			known = slices.AppendSeq(known, maps.Keys(knownOfUser))
		case m.Type("group"):
			known = slices.AppendSeq(known, maps.Keys(knownOfGroup))
		}
	}
	text := "there is no " + words.Quote(unknown.Segment) + " " + where
	if near := words.Nearest(plainName(unknown.Segment), known); near != "" {
		text += "; did you mean " + near + "?"
	}
	return errors.New(text)
}

// plainName is a segment without a namespace and parentheses.
func plainName(segment string) string {
	name, _, _ := cutKey(segment)
	return name[strings.LastIndexByte(name, '.')+1:]
}

func kindOf(t *odata.Type, many bool) string {
	if many {
		return "a collection of " + t.Qualified()
	}
	return "a " + t.Qualified()
}

// boundTo are the actions and functions of a type or a collection of it.
func boundTo(m *odata.Model, t *odata.Type, many bool) []*odata.Operation {
	if t == nil {
		return nil
	}
	var list []*odata.Operation
	for _, all := range [][]odata.Operation{m.Actions, m.Functions} {
		for i := range all {
			if o := &all[i]; o.Binding != nil && o.BindingCollection == many && t.IsA(o.Binding) {
				list = append(list, o)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *odata.Operation) int { return strings.Compare(a.Name, b.Name) })
	return list
}
