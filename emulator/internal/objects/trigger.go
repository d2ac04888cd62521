package objects

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Trigger is the object that an operation creates or changes: what the conditions and
// the steps of a lifecycle that begins with it are held against.
type Trigger struct {
	made   bool          // by the operation
	types  []*odata.Type // of the object, in each model that has the operation
	checks *schema.Payloads
}

// Made tells whether the operation creates the object, so that it meets none twice.
func (t *Trigger) Made() bool { return t.made }

// Trigger finds what an operation creates or changes; it is a name, or a call as the
// client sees it. wrong says why no lifecycle begins with it, "" where one may. checks
// keeps what it has made ready for the next one.
func (n Names) Trigger(on string, checks *schema.Payloads) (t *Trigger, wrong string) {
	t = &Trigger{checks: checks}
	for _, m := range n {
		for _, end := range endsOf(m, on) {
			typ, creates, why := end.object(m)
			if why != "" {
				wrong = cmp.Or(wrong, why)
				continue
			}
			t.types, t.made = append(t.types, typ), creates
			break
		}
	}
	if wrong == "" && operation.IsAddress(on) {
		wrong = unknownObject
	}
	if len(t.types) == 0 {
		return nil, words.Quote(on) + " " + cmp.Or(wrong, nothingChanged)
	}
	return t, ""
}

const (
	wantChange     = ": want a call that creates or changes an object, like users.create or users.update"
	nothingChanged = "creates or changes no object whose properties could be set" + wantChange
	onlyReads      = "changes nothing" + wantChange
	takesAway      = "takes its object away, and nothing of it is left to set" + wantChange
	unserved       = "is not emulated without Graph's metadata, so no object of it changes: give --metadata"
	unknownObject  = "is no call that changes an object which graphemu knows; with --metadata it knows all that Graph's metadata describes"
	isProfiles     = "is a call on profiles, which have operations of their own: want one like profiles.create"
)

// profileType has lifecycles of its own: its objects are in no store of entities.
const profileType = "educationSynchronizationProfile"

// ending is what a name or an address of an operation leads over, keys left out, and
// what is done at its end.
type ending struct {
	way  []resource.Segment
	verb string // "" of an action or a function
}

// object is the type of the object that is created or changed. why says that there is
// none.
func (end ending) object(m *odata.Model) (t *odata.Type, creates bool, why string) {
	last := end.way[len(end.way)-1]
	var owner *odata.Type // of the property, the links or the action at the end
	for _, s := range end.way[:len(end.way)-1] {
		if s.Type != nil && s.Type.Entity {
			owner = s.Type
		}
	}
	if slices.ContainsFunc(end.way, func(s resource.Segment) bool { return s.Property != nil && s.Property.Unserved }) {
		return nil, false, unserved
	}
	ofProperty := last.Kind == resource.Property
	switch end.verb {
	case "list", "get", "count", "ref":
		return nil, false, onlyReads
	case "create":
		t, creates = last.Type, true
	case "update":
		if t = last.Type; ofProperty {
			t = owner
		}
	case "delete":
		if t = owner; !ofProperty {
			return nil, false, takesAway
		}
	case "add", "remove", "set":
		t = owner
	case "":
		if last.Kind != resource.Operation {
			return nil, false, onlyReads
		}
		switch bound, function := boundToOne(m, last.Name, owner); {
		case bound:
			t = owner
		case function:
			return nil, false, onlyReads
		}
	}
	switch {
	case t == nil || !t.Entity || last.Kind == resource.Value:
		return nil, false, nothingChanged
	case t.Name == profileType:
		return nil, false, isProfiles
	}
	return t, creates, ""
}

// boundToOne tells whether there is an action of that name that is bound to one object of
// a type, or else a function.
func boundToOne(m *odata.Model, name string, t *odata.Type) (action, function bool) {
	for _, list := range [][]odata.Operation{m.Actions, m.Functions} {
		for i := range list {
			o := &list[i]
			if o.Name != name {
				continue
			}
			if o.Function() {
				function = true
			} else if t != nil && o.Binding != nil && !o.BindingCollection && (o.Binding.IsA(t) || t.IsA(o.Binding)) {
				action = true
			}
		}
	}
	return action, function
}

// endsOf are the ways that a name or an address of an operation may mean in a model.
func endsOf(m *odata.Model, on string) (ends []ending) {
	if operation.IsAddress(on) {
		method, path, _ := strings.Cut(on, " ")
		p, err := resource.Walk(m, strings.Split(strings.Trim(path, " /"), "/"))
		if err != nil {
			return nil
		}
		does, ok := new(Engine).verbs(p)[strings.ToUpper(method)]
		if !ok && p.End().Kind != resource.Operation {
			return nil
		}
		end := ending{verb: does.name}
		for _, s := range p.Segments {
			switch s.Kind {
			case resource.Set, resource.Singleton, resource.Navigation, resource.Property, resource.Operation, resource.Value:
				end.way = append(end.way, s)
			}
		}
		return []ending{end}
	}
	parts := strings.Split(on, ".")
	firsts, _ := roots(m, parts[0])
	for _, s := range firsts {
		if end, ok := endFrom(m, s, parts[1:]); ok {
			ends = append(ends, end)
		}
	}
	return ends
}

// endFrom follows the parts of a name after the first, which is s.
func endFrom(m *odata.Model, s resource.Segment, parts []string) (end ending, ok bool) {
	end.way = []resource.Segment{s}
	for i, part := range parts {
		if i == len(parts)-1 && s.Kind != resource.Operation && slices.Contains(verbsAt(s), part) {
			end.verb = part
			return end, true
		}
		next, _ := follow(m, s, part)
		if next == nil {
			return end, false
		}
		s = *next
		end.way = append(end.way, s)
	}
	return end, s.Kind == resource.Operation || slices.Contains(verbsAt(s), "")
}

// Condition says what is wrong with asking the object for a property, "" for nothing.
func (t *Trigger) Condition(property string) string {
	wrong := ""
	for _, typ := range t.types {
		w := wrongProperty(typ, property)
		if w == "" {
			return ""
		}
		wrong = cmp.Or(wrong, w)
	}
	return wrong
}

// wrongProperty says that a type, and those that derive from it, have no such property.
func wrongProperty(t *odata.Type, name string) string {
	if t.Property(name) != nil || extended(t, name) {
		return ""
	}
	return t.Name + " has no property " + words.Quote(name) + words.Suggestion(name, structural(t))
}

func structural(t *odata.Type) (names []string) {
	for _, p := range t.Structural() {
		names = append(names, p.Name)
	}
	return names
}

// Set returns what is wrong with setting these properties of the object, with pointers
// into set. What is right in one of the models is right, and so is what one of the types
// that derive from the object's has.
func (t *Trigger) Set(set map[string]any) (problems []problem.Problem) {
	for i, typ := range t.types {
		found := t.wrong(typ, set)
		if len(found) == 0 {
			return nil
		}
		if i == 0 || len(found) < len(problems) {
			problems = found
		}
	}
	for _, typ := range t.types {
		for _, d := range typ.Model().Types {
			if d != typ && d.Entity && !d.Abstract && d.IsA(typ) && has(d, set) && len(t.wrong(d, set)) == 0 {
				return nil
			}
		}
	}
	return problems
}

// has tells whether a type has all properties that set names.
func has(t *odata.Type, set map[string]any) bool {
	for name := range set {
		if t.Declared(name) == nil {
			return false
		}
	}
	return true
}

// wrong is Set for objects of one type.
func (t *Trigger) wrong(typ *odata.Type, set map[string]any) (problems []problem.Problem) {
	add := func(pointer, message string) {
		problems = append(problems, problem.Problem{Pointer: pointer, Message: message})
	}
	body := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		at := jsontree.Child("", name)
		p := typ.Declared(name)
		switch {
		case strings.ContainsAny(name, "@#"):
			add(at, words.Quote(name)+" is no property: a step sets properties alone")
		case p != nil && p.Navigation:
			add(at, words.Quote(p.Name)+" leads to other objects: a step sets properties alone")
		case p != nil && slices.Contains(typ.KeyNames(), p.Name):
			add(at, words.Quote(p.Name)+" is the key of a "+typ.Name+", which never changes")
		case p == nil:
			if !extended(typ, name) {
				add(at, typ.Name+" has no property "+words.Quote(name)+words.Suggestion(name, structural(typ)))
			}
		default:
			body[name] = jsontree.Clone(set[name])
		}
	}
	if typ.Abstract {
		body["@odata.type"] = concrete(typ) // an object is of a type that derives from it
	}
	for _, f := range t.checks.Check(typ, body, true) {
		message := strings.TrimSuffix(f.Message, " See the inner exception for more details.")
		if f.Kind == schema.UnknownProperty {
			message = f.Type + " has no property " + words.Quote(lastToken(f.Pointer))
			if f.Nearest != "" {
				message += "; did you mean " + f.Nearest + "?"
			}
		}
		add(f.Pointer, message)
	}
	return problems
}

// concrete is a type that derives from an abstract one; "" where there is none.
func concrete(t *odata.Type) string {
	for _, d := range t.Model().Types {
		if !d.Abstract && d.IsA(t) {
			return d.Qualified()
		}
	}
	return ""
}

func lastToken(pointer string) string {
	name := pointer[strings.LastIndexByte(pointer, '/')+1:]
	return strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
}
