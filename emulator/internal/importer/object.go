package importer

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/journal"
)

// object is one that the traffic shows, or that it must lead to.
type object struct {
	home    string // path of the set that it lives in; "": parent contains it
	parent  *object
	within  string // name of the navigation
	typ     *odata.Type
	id      string
	entry   int
	props   map[string]any
	links   map[string][]*object
	written map[string]bool // properties and links that the traffic has set
	frozen  bool            // the traffic has changed it in ways that nobody can tell
	needed  bool            // something leads to it, though nobody read it
	made    bool            // the traffic has created it
	gone    bool            // the traffic has deleted it, so far
	absent  bool            // its own address was answered 404
}

// place is what a path leads to.
type place struct {
	home   string
	parent *object
	within string
	typ    *odata.Type
	one    *object // of a path to one object
	from   *object // of a link
	link   string
	over   []step // all that the path leads over, one among them
}

// step is an object that a path names, with the link that it is named by, if by one.
type step struct {
	*object
	from *object
	link string
}

func (p place) key(id string) string {
	if p.parent != nil {
		return p.parent.key() + "/" + p.within + "/" + id
	}
	return p.home + "/" + strings.ToLower(id)
}

func (o *object) key() string {
	return place{home: o.home, parent: o.parent, within: o.within}.key(o.id)
}

// object returns the one of an id at a place, and makes it where it is new.
func (m *importer) object(p place, id string, entry int) *object {
	if to := m.names[p.home+"/"+strings.ToLower(id)]; p.parent == nil && to != "" {
		id = to
	}
	key := p.key(id)
	o := m.objects[key]
	if o == nil {
		o = &object{home: p.home, parent: p.parent, within: p.within, typ: p.typ, id: id, entry: entry,
			props: map[string]any{}, links: map[string][]*object{}, written: map[string]bool{}, made: m.created[strings.ToLower(id)]}
		if p.parent != nil && p.parent.made {
			o.made = true
		}
		m.objects[key] = o
		m.listed = append(m.listed, o)
		m.byID[strings.ToLower(id)] = append(m.byID[strings.ToLower(id)], o)
	}
	return o
}

// meet looks at a call for what others of them say in passing: who "me" is, and which id
// a user's name has.
func (m *importer) meet(c *call) {
	if c.status >= 300 {
		return
	}
	if body, ok := c.answer.(map[string]any); ok && c.method == http.MethodGet && c.path.String() == "/me" && m.me == "" {
		m.me, _ = body["id"].(string)
	}
	m.learn(c.answer, 0)
}

func (m *importer) learn(v any, depth int) {
	if depth > 100 {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			m.learn(one, depth+1)
		}
	case map[string]any:
		id, _ := v["id"].(string)
		if name, _ := v["userPrincipalName"].(string); id != "" && name != "" && !strings.EqualFold(id, name) {
			m.names["users/"+strings.ToLower(name)] = id
		}
		for _, one := range v {
			m.learn(one, depth+1)
		}
	}
}

// homeOf is the path of the set that objects of a type live in; "": there is none.
func (m *importer) homeOf(t *odata.Type) string {
	for ; t != nil; t = t.Base {
		if r := m.Rules(t.Name); r != nil && r.Set != "" {
			return r.Set
		}
		for _, s := range t.Model().EntitySets {
			if s.Type == t && s.Name != "directoryObjects" {
				return s.Name
			}
		}
	}
	return ""
}

// linkOf is what a workload says of a navigation; nil: nothing.
func (m *importer) linkOf(t *odata.Type, name string) *workload.Link {
	for ; t != nil; t = t.Base {
		if r := m.Rules(t.Name); r != nil {
			for i := range r.Links {
				if r.Links[i].Name == name {
					return &r.Links[i]
				}
			}
		}
	}
	return nil
}

// locate finds the place that a path leads to. ok is false for one that ends in none of
// objects.
func (m *importer) locate(c *call, segments []resource.Segment) (p place, ok bool) {
	var over []step
	defer func() { p.over = over }()
	for i := range segments {
		s := &segments[i]
		switch s.Kind {
		case resource.Set:
			p = place{home: s.Name, typ: s.Type}
			if r := m.Rules(s.Type.Name); r != nil && r.Set != "" {
				p.home = r.Set
			}
		case resource.Singleton:
			p = place{home: s.Name, typ: s.Type}
			if s.Name == "me" {
				p = place{home: "users", typ: s.Type}
				if m.me == "" {
					m.me = "00000000-0000-4000-8000-00000000000f"
				}
				p.one = m.object(p, m.me, c.entry)
				over = append(over, step{object: p.one})
			}
		case resource.Key:
			if len(s.Keys) != 1 || s.Keys[0].Name != "" {
				return p, false
			}
			id, from, link := s.Keys[0].Value, p.from, p.link
			if p.link != "" {
				p = place{home: m.homeOf(p.typ), typ: p.typ}
			}
			if p.home == "" && p.parent == nil {
				return p, false
			}
			p.one = m.object(p, id, c.entry)
			over = append(over, step{p.one, from, link})
		case resource.Navigation:
			link := m.linkOf(p.typ, s.Name)
			switch {
			case s.Property.Contained && link == nil && p.one == nil:
				p = place{home: p.home + "/" + s.Name, typ: s.Type}
			case s.Property.Contained && link == nil:
				p = place{parent: p.one, within: s.Name, typ: s.Type}
			case p.one == nil:
				return p, false
			default:
				p = place{from: p.one, link: s.Name, typ: s.Type, home: m.homeOf(s.Type)}
			}
		case resource.Cast:
			p.typ = s.Type
		default:
			return p, false
		}
	}
	return p, true
}

// use takes of a call what it tells.
func (m *importer) use(c *call) {
	n := m.count(c)
	if c.status >= 400 {
		m.failed(c, n)
		return
	}
	if c.broken {
		m.add(c, &fault{operation: c.operation(), entry: c.entry, first: n, last: n, delay: c.delay(), broken: true})
	} else {
		m.slow(c, n)
	}
	if c.status >= 300 {
		return
	}
	if c.method != http.MethodGet {
		m.wrote(c)
		return
	}
	if c.broken && c.answer == nil {
		return // the fault is all that it tells
	}
	end := c.path.End()
	segments := c.path.Segments
	if end.Kind == resource.Operation && end.Name == "delta" && len(segments) > 1 {
		segments = segments[:len(segments)-1]
	}
	p, ok := m.locate(c, segments)
	body, isObject := c.answer.(map[string]any)
	last := segments[len(segments)-1]
	switch {
	case !ok || last.Type == nil:
		m.miss(c.entry, c.operation(), "what it answers is no object with an id")
		return
	case !isObject:
		return // told already
	case last.Many:
		list, isList := body["value"].([]any)
		if !isList {
			m.miss(c.entry, c.operation(), "its answer has no array value")
			return
		}
		for _, one := range list {
			if o, ok := one.(map[string]any); ok {
				m.see(c, p, o)
			}
		}
	default:
		if p.one != nil && body["id"] == nil {
			body["id"] = p.one.id
		}
		m.see(c, p, body)
	}
	if p.from != nil {
		p.from.needed = true
	}
	for o := p.parent; o != nil; o = o.parent {
		o.needed = true
	}
}

// see takes an object as it was answered.
func (m *importer) see(c *call, p place, raw map[string]any) {
	if _, removed := raw["@removed"]; removed {
		m.miss(c.entry, c.operation(), "an object that is gone is none to begin with")
		return
	}
	typ := p.typ
	if name, ok := raw["@odata.type"].(string); ok {
		if t := c.model.Type(strings.TrimPrefix(name, "#")); t != nil && !t.Enum() {
			typ = t
		}
	}
	id, _ := raw["id"].(string)
	if id == "" || id == journal.Redacted {
		m.miss(c.entry, c.operation(), "an object without its id ($select leaves it out) can be put nowhere")
		return
	}
	at := place{home: p.home, parent: p.parent, within: p.within, typ: typ}
	if p.link != "" || p.home == "directoryObjects" {
		at = place{home: m.homeOf(typ), typ: typ}
		if at.home == "" || typ.Abstract {
			m.miss(c.entry, c.operation(), "where objects of type "+typ.Qualified()+" live the metadata does not say")
			return
		}
	}
	o := m.object(at, id, c.entry)
	if !isA(o.typ, typ) {
		o.typ = typ
	}
	o.needed = true
	if p.from != nil {
		m.linked(c, p.from, p.link, o)
	}
	m.fill(c, o, raw)
}

// isA tells whether a type is another or comes of it, be they of different versions.
func isA(t, base *odata.Type) bool {
	for ; t != nil; t = t.Base {
		if t.Qualified() == base.Qualified() {
			return true
		}
	}
	return false
}

// otherEnd are navigations that show links from where they lead to, and those that make
// them.
var otherEnd = map[string]string{"memberOf": "members", "ownedObjects": "owners", "directReports": "manager"}

// linked notes that a link was seen.
func (m *importer) linked(c *call, from *object, name string, to *object) {
	link := m.linkOf(from.typ, name)
	if link != nil && link.Reverse && otherEnd[name] != "" {
		from, to, name = to, from, otherEnd[name]
		link = m.linkOf(from.typ, name)
	}
	if link != nil && (link.Closure || link.Self) {
		return // it follows from others
	}
	p := from.typ.Property(name)
	if p == nil || !p.Navigation || link != nil && (link.ReadOnly || link.Reverse) {
		m.miss(c.entry, "links "+name+" of "+from.typ.Name, "no fixture makes them")
		return
	}
	if from.written[name] || from.written[name+"/"+strings.ToLower(to.id)] || from.made || slices.Contains(from.links[name], to) {
		return
	}
	from.links[name] = append(from.links[name], to)
}

// fill takes properties that nobody has seen or written before.
func (m *importer) fill(c *call, o *object, raw map[string]any) {
	first := m.Models.Of(workload.V1).Type(o.typ.Qualified())
	for _, name := range slices.Sorted(maps.Keys(raw)) {
		v := raw[name]
		if strings.Contains(name, "@") || name == "id" {
			continue
		}
		p := o.typ.Property(name)
		switch {
		case p != nil && p.Navigation:
			m.expanded(c, o, p, v)
			continue
		case name == "securityIdentifier":
			continue // it follows from the id
		case p == nil || first == nil || first.Property(name) == nil || first.Property(name).Name != name:
			if v != nil && !empty(v) {
				m.miss(c.entry, "property "+m.property(o.typ, name)+" of "+o.typ.Name, "v1.0, which fixtures are in, does not have it")
			}
			continue
		case p.Secret || p.WriteOnly || redact.Name(name) || v == journal.Redacted:
			if v != nil && !empty(v) {
				m.miss(c.entry, "property "+p.Name+" of "+o.typ.Name, "it may be a secret")
			}
			continue
		}
		if _, seen := o.props[name]; !seen && !o.written[name] && !o.frozen {
			o.props[name] = v
		}
	}
}

// property is the name of a property that the model may not have.
func (m *importer) property(t *odata.Type, name string) string {
	if t.Property(name) != nil {
		return name
	}
	return m.shown(name, "…")
}

func empty(v any) bool {
	switch v := v.(type) {
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return v == nil
}

// expanded takes objects that came inside of another.
func (m *importer) expanded(c *call, o *object, p *odata.Property, v any) {
	at := place{from: o, link: p.Name, typ: p.Type, home: m.homeOf(p.Type)}
	if p.Contained && m.linkOf(o.typ, p.Name) == nil {
		at = place{parent: o, within: p.Name, typ: p.Type}
	}
	list, many := v.([]any)
	if !many {
		list = []any{v}
	}
	for _, one := range list {
		if raw, ok := one.(map[string]any); ok {
			m.see(c, at, raw)
		}
	}
}
