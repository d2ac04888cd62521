package resource

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Walk finds out what the segments of a path mean in a model. They come without the
// version, split at slashes and unescaped after that. It errs with an *UnknownError or
// a *TooLongError, or with an *UnservedError; a path without segments is unknown.
func Walk(m *odata.Model, segments []string) (Path, error) {
	if len(segments) > MaxSegments {
		return Path{}, &TooLongError{len(segments)}
	}
	if len(segments) == 0 {
		return Path{}, &UnknownError{}
	}
	w := walker{model: m}
	w.path.Segments = make([]Segment, 0, len(segments)+2)
	for i, s := range segments {
		if !w.step(s) {
			if w.unserved != nil {
				return Path{}, w.unserved
			}
			return Path{}, &UnknownError{Segment: s, At: i, Known: w.known(), After: w.typ}
		}
	}
	return w.path, nil
}

// walker is a path as far as it has been walked.
type walker struct {
	model *odata.Model
	path  Path
	typ   *odata.Type
	many  bool
	kind  odata.Kind // of what is no structured value; 0 otherwise
	ended bool       // nothing may follow

	unserved error // it leads to what is not served
}

func (w *walker) add(s Segment) {
	w.typ, w.many, w.kind = s.Type, s.Many, s.Primitive
	w.path.Segments = append(w.path.Segments, s)
}

func (w *walker) step(segment string) bool {
	switch {
	case w.ended:
	case len(w.path.Segments) == 0:
		return w.root(segment)
	case strings.HasPrefix(segment, "$") && w.system(strings.ToLower(segment)):
		return true
	case w.typ == nil:
	case w.many:
		return w.collection(segment)
	default:
		return w.member(segment)
	}
	return false
}

// root takes the first segment.
func (w *walker) root(segment string) bool {
	name, inside, keyed := cut(segment)
	if set := w.model.Set(name); set != nil {
		w.add(Segment{Kind: Set, Name: set.Name, Type: set.Type, Many: true})
		return !keyed || w.key(inside)
	}
	if keyed && inside != "" {
		if one := w.model.Singleton(segment); one == nil {
			return w.imported(name, inside)
		}
	}
	if one := w.model.Singleton(name); one != nil && !keyed {
		w.add(Segment{Kind: Singleton, Name: one.Name, Type: one.Type})
		return true
	}
	return w.imported(name, inside)
}

// imported takes an action or a function of the container.
func (w *walker) imported(name, inside string) bool {
	ops := w.model.Import(name)
	if len(ops) == 0 {
		return false
	}
	return w.operation(ops, inside)
}

// system takes a segment that begins with "$". It always has its meaning; an id that
// begins so can only stand in parentheses.
func (w *walker) system(segment string) bool {
	last := w.path.Segments[len(w.path.Segments)-1]
	switch segment {
	case "$count":
		if !w.many {
			return false
		}
		w.add(Segment{Kind: Count, Name: "$count"})
	case "$ref":
		if w.typ == nil || !w.typ.Entity {
			return false
		}
		w.add(Segment{Kind: Ref, Name: "$ref", Type: w.typ, Many: w.many})
	case "$value":
		if w.many || last.Kind == Operation && w.typ == nil && w.kind == 0 {
			return false
		}
		w.add(Segment{Kind: Value, Name: "$value", Type: w.typ, Primitive: w.kind})
	default:
		return false
	}
	w.ended = true
	return true
}

// collection takes a segment after a collection of entities: an operation of it, a
// cast, or a key. Documented: operations win over keys, so that an id "delta" can only
// stand in parentheses.
func (w *walker) collection(segment string) bool {
	name, inside, keyed := cut(segment)
	if ops := w.model.Bound(w.typ, true, name); len(ops) > 0 {
		return w.operation(ops, inside)
	}
	qualified := w.qualified(name)
	if qualified {
		if t := w.cast(name); t != nil {
			w.add(Segment{Kind: Cast, Name: t.Qualified(), Type: t, Many: true})
			return !keyed || w.key(inside)
		}
		if ops := w.model.Bound(w.typ, false, name); len(ops) == 0 {
			return false // a known namespace, and no name of it
		}
	}
	if !w.typ.Entity || segment == "" {
		return false
	}
	w.add(Segment{Kind: Key, Name: segment, Type: w.typ, Keys: []KeyValue{w.segmentKey(segment)}})
	return true
}

// segmentKey reads a key that is a segment: "{id}", or "name={value}" of an alternate key.
// Observed: manicminer/hamilton reads directory roles by "roleTemplateId={id}".
func (w *walker) segmentKey(segment string) KeyValue {
	if name, value, named := strings.Cut(segment, "="); named && value != "" {
		if p := w.typ.Property(name); p != nil && !p.Navigation {
			return KeyValue{Name: p.Name, Value: value}
		}
	}
	return KeyValue{Value: segment}
}

// key takes a key in parentheses.
func (w *walker) key(inside string) bool {
	if !w.typ.Entity {
		return false
	}
	keys, ok := arguments(inside)
	if !ok || len(keys) == 0 || len(keys) > 1 && slices.ContainsFunc(keys, func(k KeyValue) bool { return k.Name == "" }) {
		return false
	}
	own := w.typ.KeyNames()
	if len(keys) == 1 && len(own) == 1 && strings.EqualFold(keys[0].Name, own[0]) {
		keys[0].Name = "" // id='x' says no more than 'x'
	}
	w.add(Segment{Kind: Key, Name: inside, Type: w.typ, Keys: keys})
	return true
}

// member takes a segment after one entity or complex value: a property, an operation
// of it, or a cast. Documented: a name that is both is a property.
func (w *walker) member(segment string) bool {
	name, inside, keyed := cut(segment)
	if p := w.typ.Property(name); p != nil {
		if p.Unserved {
			w.unserved = &UnservedError{Segment: p.Name, Of: w.typ, Many: p.Collection}
			return false
		}
		s := Segment{Kind: Property, Name: p.Name, Property: p, Type: p.Type, Many: p.Collection}
		switch {
		case p.Navigation:
			s.Kind = Navigation
		case p.Kind == odata.KindEnum || p.Type == nil:
			s.Type, s.Primitive = nil, p.Kind
		}
		w.add(s)
		return !keyed || p.Navigation && p.Collection && w.key(inside)
	}
	if ops := w.model.Bound(w.typ, false, name); len(ops) > 0 {
		return w.operation(ops, inside)
	}
	if t := w.cast(name); t != nil && !keyed && w.qualified(name) {
		w.add(Segment{Kind: Cast, Name: t.Qualified(), Type: t})
		return true
	}
	return false
}

// qualified tells whether a name begins with a namespace of the model.
func (w *walker) qualified(name string) bool {
	dot := strings.LastIndexByte(name, '.')
	return dot > 0 && w.model.IsNamespace(name[:dot])
}

// cast is the related type of that qualified name, nil for none.
func (w *walker) cast(name string) *odata.Type {
	t := w.model.Type(name)
	if t == nil || t.Enum() || !t.IsA(w.typ) && !w.typ.IsA(t) {
		return nil
	}
	return t
}

// operation takes an action or a function. Where the parentheses name arguments, the
// overloads that have just these are left.
func (w *walker) operation(ops []*odata.Operation, inside string) bool {
	var args []KeyValue
	if inside != "" {
		var ok bool
		if args, ok = arguments(inside); !ok {
			return false
		}
		ops = slices.DeleteFunc(slices.Clone(ops), func(o *odata.Operation) bool { return !takes(o, args) })
		if len(ops) == 0 {
			return false
		}
	}
	s := Segment{Kind: Operation, Name: ops[0].Name, Args: args, Overload: ops}
	for _, o := range ops { // a function leads on to what it returns
		if o.Returns == nil {
			continue
		}
		s.Type, s.Many, s.Primitive = o.Returns.Type, o.Returns.Collection, 0
		if s.Type == nil || s.Type.Enum() {
			s.Type, s.Primitive = nil, o.Returns.Kind
		}
		break
	}
	w.add(s)
	return true
}

// takes tells whether an operation has parameters of exactly these names.
func takes(o *odata.Operation, args []KeyValue) bool {
	if len(args) != len(o.Parameters) {
		return false
	}
	for _, a := range args {
		if !slices.ContainsFunc(o.Parameters, func(p odata.Property) bool { return strings.EqualFold(p.Name, a.Name) }) {
			return false
		}
	}
	return true
}

// known lists what may follow, for suggestions.
func (w *walker) known() []string {
	var names []string
	switch {
	case len(w.path.Segments) == 0:
		for _, s := range w.model.EntitySets {
			names = append(names, s.Name)
		}
		for _, s := range w.model.Singletons {
			names = append(names, s.Name)
		}
	case w.ended || w.typ == nil:
	default:
		if !w.many {
			for _, p := range w.typ.All() {
				names = append(names, p.Name)
			}
		}
		for _, list := range [][]odata.Operation{w.model.Actions, w.model.Functions} {
			for i := range list {
				if o := &list[i]; o.Binding != nil && o.BindingCollection == w.many && w.typ.IsA(o.Binding) {
					names = append(names, o.Name)
				}
			}
		}
	}
	return names
}
