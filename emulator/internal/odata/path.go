package odata

import (
	"fmt"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"
)

// Entity is what options are applied to.
type Entity interface {
	// JSON returns the entity's JSON object. It must not change until the call
	// that asked for it has returned.
	JSON() []byte
	// Navigation returns the JSON object, or array, of a navigation property,
	// named as the model spells it; nil: there is none. One call of Match, Keys
	// or Search.Match asks for the same name once.
	Navigation(name string) []byte
}

// Object is an Entity without navigation properties.
type Object []byte

// JSON returns o itself.
func (o Object) JSON() []byte { return o }

// Navigation returns nil.
func (o Object) Navigation(string) []byte { return nil }

// path leads from an entity, or from a range variable, to a value.
type path struct {
	slot  int // of the range variable; -1: the entity itself
	steps []step
}

// step is one segment of a path: a property or a cast.
type step struct {
	name       string // of the property; an identifier, so plain in gjson's path syntax
	navigation bool   // asked of the Entity
	cast       *Type  // not nil: the value must be of this type
	from       *Type  // declared type before the cast
}

// scope is one entity while options are applied to it. It lives on the stack.
type scope struct {
	entity Entity
	root   gjson.Result
	vars   [MaxLambdas]gjson.Result // elements that any and all are at
	navs   [4]navigation
}

// navigation remembers what the Entity answered, as a lambda may ask for each of
// its elements. A model with more navigations than the scope holds asks again.
type navigation struct {
	name string
	json gjson.Result
}

func enter(e Entity) scope {
	return scope{entity: e, root: gjson.Parse(text(e.JSON()))}
}

// text views bytes as a string without copying them; Entity promises that they
// stay as they are, and nothing keeps the string.
func text(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (s *scope) navigation(name string) gjson.Result {
	for i := range s.navs {
		n := &s.navs[i]
		if n.name == "" {
			*n = navigation{name, gjson.Parse(text(s.entity.Navigation(name)))}
		}
		if n.name == name {
			return n.json
		}
	}
	return gjson.Parse(text(s.entity.Navigation(name)))
}

// resolve follows the path; a value that is not there does not exist in the
// result either.
func (s *scope) resolve(p *path) gjson.Result {
	r := s.root
	if p.slot >= 0 {
		r = s.vars[p.slot]
	}
	for i := range p.steps {
		st := &p.steps[i]
		switch {
		case st.cast != nil:
			if !instance(r, st.cast, st.from) {
				return gjson.Result{}
			}
		case st.navigation:
			r = s.navigation(st.name)
		case !r.IsObject():
			return gjson.Result{}
		default:
			r = r.Get(st.name)
		}
	}
	return r
}

// instance reports whether a JSON object is of type t: by its "@odata.type", or
// by the declared type where it has none.
func instance(r gjson.Result, t, declared *Type) bool {
	if !r.IsObject() {
		return false
	}
	name := typeName(r)
	if name == "" {
		return declared.IsA(t)
	}
	// What stands before the last dot is not looked at: old payloads have
	// another namespace, and lists were sent without "#" (documented samples).
	if actual := t.model.Type(name); actual != nil {
		return actual.IsA(t)
	}
	return t.named(name[strings.LastIndexAny(name, ".#")+1:])
}

// typeName returns an object's "@odata.type", "" if it has none. It goes through
// the members because in gjson's path syntax the name would need escapes, which
// cost an allocation.
func typeName(r gjson.Result) (name string) {
	r.ForEach(func(key, v gjson.Result) bool {
		if key.Str == "@odata.type" {
			name = v.Str
			return false
		}
		return true
	})
	return name
}

// variable is a range variable of any or all.
type variable struct {
	name  string
	shape shape
}

// path parses a path whose first word is the current token, and what may end
// it: /$count, /any(…) or /all(…).
func (p *parser) path() (*node, error) {
	n := &node{op: opPath, path: path{slot: -1}, shape: shape{kind: KindEntity, typ: p.root}}
	first := p.tok
	for i := len(p.vars) - 1; i >= 0; i-- {
		if p.vars[i].name == first.text {
			n.path.slot, n.shape = i, p.vars[i].shape
			break
		}
	}
	if n.path.slot < 0 && !first.word("$it") {
		if err := p.step(n, first); err != nil {
			return nil, err
		}
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	for p.tok.is("/") {
		if err := p.next(); err != nil {
			return nil, err
		}
		segment := p.tok
		if segment.kind != tokenWord {
			return nil, p.syntax(segment.pos, "The name of a property should follow the slash.")
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		switch {
		case segment.word("$count"):
			return p.count(n, segment)
		case (segment.word("any") || segment.word("all")) && p.tok.is("("):
			return p.lambda(n, segment)
		}
		if err := p.step(n, segment); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// step goes on from n by one segment.
func (p *parser) step(n *node, segment token) error {
	name := segment.text
	if n.shape.coll {
		return p.fail(fmt.Sprintf("The parent value for a property access of a property '%s' is not a single value. "+
			"Property access can only be applied to a single value.", echo(name)),
			"This is a collection: ask for its elements with any(x:x/%s eq …) or all(…), or for /$count.", echo(name))
	}
	if !n.shape.kind.structured() {
		return p.fail(missing(name, n.shape.String()), "A value of %s has no properties.", n.shape)
	}
	t := n.shape.typ
	if strings.Contains(name, ".") {
		cast := t.model.cast(name)
		if cast == nil {
			return p.fail(fmt.Sprintf("The type '%s' is not defined in the model.", echo(name)), "%s", suggest(name, t.model.typesNear(t)))
		}
		if !cast.IsA(t) && !t.IsA(cast) {
			return p.fail(fmt.Sprintf("Encountered invalid type cast. '%s' is not assignable from '%s'.", cast.Qualified(), t.Qualified()),
				"%s", suggest(name, t.model.typesNear(t)))
		}
		n.path.steps = append(n.path.steps, step{cast: cast, from: t})
		n.shape.typ = cast
		return nil
	}
	prop := t.Property(name)
	if prop == nil {
		return p.fail(missing(name, t.Qualified()), "%s", suggest(name, t.names()))
	}
	if prop.Unserved {
		return prop.notServed(p.target)
	}
	if prop.unseen() {
		return p.unseen(prop)
	}
	if prop.Kind == KindStream {
		return p.fail(fmt.Sprintf("The stream property '%s' cannot be used in an expression.", prop.Name),
			"Its bytes are not looked into; leave it out of %s.", p.target)
	}
	atRoot := n.path.slot < 0
	for _, st := range n.path.steps {
		atRoot = atRoot && st.cast != nil
	}
	if prop.Navigation && !atRoot {
		return p.fail(fmt.Sprintf("The navigation property '%s' can only be used on the entity itself.", prop.Name),
			"What '%s' leads to is not looked into from another one: ask at its own address.", prop.Name)
	}
	n.path.steps = append(n.path.steps, step{name: prop.Name, navigation: prop.Navigation})
	n.shape = prop.shape()
	n.exact = prop.Kind == KindString && strings.EqualFold(prop.Name, "id")
	return nil
}

// count ends a path with /$count.
func (p *parser) count(n *node, segment token) (*node, error) {
	if !n.shape.coll {
		return nil, p.fail("The $count segment can only follow a collection.", "'%s' is a single value.", p.text[:segment.pos])
	}
	if err := p.innermost(n); err != nil {
		return nil, err
	}
	n.op, n.shape = opCount, shape{kind: KindInt64}
	return n, nil
}

// lambda ends a path with any or all; the current token is the parenthesis.
func (p *parser) lambda(n *node, segment token) (*node, error) {
	if !n.shape.coll {
		return nil, p.fail(fmt.Sprintf("The %s operator can only be applied to a collection.", strings.ToLower(segment.text)),
			"What stands before /%s is a single value: compare it directly.", segment.text)
	}
	if err := p.innermost(n); err != nil {
		return nil, err
	}
	if len(p.vars) == MaxLambdas {
		return nil, p.tooDeep()
	}
	element := shape{n.shape.kind, n.shape.typ, false}
	n.op, n.shape = opAny, shape{kind: KindBoolean}
	if segment.word("all") {
		n.op = opAll
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if n.op == opAny && p.tok.is(")") {
		return n, p.next()
	}
	name := p.tok
	if name.kind != tokenWord || digit(name.text[0]) {
		return nil, p.syntax(name.pos, "A range variable and a colon should stand here: %s(x:x eq …).", segment.text)
	}
	for _, v := range p.vars {
		if v.name == name.text {
			return nil, p.fail(fmt.Sprintf("The range variable '%s' has already been declared.", echo(name.text)),
				"Give the inner one another name.")
		}
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.expect(":"); err != nil {
		return nil, err
	}
	p.vars = append(p.vars, variable{name.text, element})
	body, err := p.or()
	p.vars = p.vars[:len(p.vars)-1]
	if err != nil {
		return nil, err
	}
	if !body.boolean() {
		return nil, p.fail("The Any/All query expression must evaluate to a single boolean value.",
			"It is %s; compare it with something.", body.shape)
	}
	n.kids = []*node{body}
	return n, p.expect(")")
}

// innermost keeps what a filter costs in proportion to the entity (chosen): a
// collection inside of any or all must belong to the element it is at, for else
// every element would go through all others.
func (p *parser) innermost(n *node) error {
	if len(p.vars) > 0 && n.path.slot != len(p.vars)-1 {
		return p.fail("Only collections of the innermost range variable are supported inside any and all.",
			"Begin the path with '%s/', or take the condition out of the any or all.", p.vars[len(p.vars)-1].name)
	}
	return nil
}

// cast finds a type by its qualified name.
func (m *Model) cast(name string) *Type {
	if !strings.Contains(name, ".") {
		return nil
	}
	return m.Type(name)
}

// typesNear lists the qualified names of the types that derive from t.
func (m *Model) typesNear(t *Type) []string {
	var names []string
	if m == nil {
		return nil
	}
	for _, d := range m.Types {
		if d != t && d.IsA(t) {
			names = append(names, d.Qualified())
		}
	}
	return names
}
