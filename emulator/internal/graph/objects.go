package graph

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Objects is the engine of the objects that the model describes.
func (s *Handler) Objects() *objects.Engine { return s.objects }

// walked is what a path means in the model, where no row of a workload has it.
type walked struct {
	path  resource.Path
	err   error // it means nothing there
	known bool  // the model has its first segment
}

// walk looks a path up in the model of its version.
func (s *Handler) walk(l *location) walked {
	m := s.models.Of(l.version)
	segments := rawSegments(l.escaped)
	if m == nil || len(segments) == 0 || s.paths.own(segments) {
		return walked{err: &resource.UnknownError{}}
	}
	path, err := resource.Walk(m, segments)
	w := walked{path: path, err: err, known: err == nil}
	if err != nil {
		_, first := resource.Walk(m, segments[:1])
		w.known = first == nil
	}
	return w
}

// rawSegments are the segments after the version, unescaped one by one: an escaped
// slash belongs to its segment.
func rawSegments(escaped string) []string {
	segments := strings.Split(urlpath.Clean(escaped)[1:], "/")[1:]
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	return segments
}

// findObject finds the operation of a path that the model has: on the objects of a set.
// ok is false where the model does not have it either.
func (s *Handler) findObject(method string, l *location, w walked) (op *operation, ok bool) {
	if w.err != nil {
		return nil, false
	}
	row, ok := s.objects.Operation(method, l.version, w.path)
	if !ok {
		return nil, false
	}
	found := &operation{Operation: row, walked: &w.path}
	if named, ok := objects.Subject(w.path); ok {
		found.named = func(c *workload.Call) engine.Named { return s.objects.Named(c, named) }
	}
	return found, true
}

// strayed tells whether a path is wrong for what it says itself, and not for what the model
// lacks: it is too long, or goes wrong behind what a user or a group has.
func strayed(w walked, segments []string) bool {
	behind := 2 // the set, the key, and a name that the model has
	if len(segments) > 0 && strings.EqualFold(segments[0], "me") {
		behind = 1 // /me, and a name
	}
	if long := (*resource.TooLongError)(nil); errors.As(w.err, &long) {
		return true
	}
	unknown := (*resource.UnknownError)(nil)
	return errors.As(w.err, &unknown) && unknown.At > behind && !strings.Contains(unknown.Segment, ".")
}

// unknownInModel is the error of a path that begins in the model and leaves it.
func unknownInModel(err error) error {
	var unknown *resource.UnknownError
	if long := (*resource.TooLongError)(nil); errors.As(err, &long) {
		return apierror.BadRequest("The request URI is not valid.").
			Help("tooLong", "", "the path has %d segments, and may have %d", long.Segments, resource.MaxSegments)
	}
	if unserved := (*resource.UnservedError)(nil); errors.As(err, &unserved) {
		return apierror.NotImplemented(fmt.Sprintf("graphemu does not emulate %s of %s.", unserved.Segment, unserved.Of.Qualified())).
			Help("unsupported", "", "graphemu metadata get DIR downloads what Graph has, and graphemu serve --metadata DIR serves it")
	}
	if !errors.As(err, &unknown) {
		return err
	}
	e := apierror.UnknownSegment(unknown.Segment)
	if near := words.Nearest(unknown.Segment, unknown.Known); near != "" {
		e.Help("unknownSegment", "", "did you mean '%s'?", near)
	} else if unknown.After != nil {
		e.Help("unknownSegment", "", "%s has no such property, action or function", unknown.After.Qualified())
	}
	return e
}

// methodsOf are the methods of a path, by rows and by the model.
func (s *Handler) methodsOf(l *location, w walked) []string {
	allow := l.allowed()
	if w.err == nil {
		for _, m := range s.objects.Methods(w.path) {
			if !slices.Contains(allow, m) {
				allow = append(allow, m)
			}
		}
	}
	slices.SortFunc(allow, func(a, b string) int { return slices.Index(methods, a) - slices.Index(methods, b) })
	return allow
}
