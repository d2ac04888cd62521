package odata

import (
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// maxNesting is how deep into JSON the writers of this package look; what lies
// deeper is copied as it stands. No type of a model nests that deep.
const maxNesting = 64

// Selection is a checked $select. It is never changed, so one Selection may be
// used by many goroutines.
type Selection struct {
	root  pick
	list  []string
	links []string // navigation properties that were named
}

// pick is a property that was selected, or the way to one.
type pick struct {
	name  string
	cast  *Type // not nil: only of values of that type
	from  *Type // declared type before the cast
	whole bool
	kids  []pick
}

// parseSelect reads the value of a $select over type t: names and paths
// separated by commas, * for all. Paths may hold casts.
func parseSelect(text string, t *Type) (*Selection, error) {
	s := &Selection{}
	for item := range strings.SplitSeq(text, ",") {
		item = strings.TrimSpace(item)
		canonical, err := s.add(item, text, t)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(s.list, canonical) {
			s.list = append(s.list, canonical)
		}
	}
	return s, nil
}

// selectFailed has observed words around the reason.
func selectFailed(target, reason, help string, args ...any) error {
	return refuse(target, "Parsing OData Select and Expand failed: "+reason, help, args...)
}

func (s *Selection) add(item, text string, t *Type) (canonical string, err error) {
	if item == "" {
		return "", selectFailed("$select", "Syntax error in '"+echo(text)+"'.",
			"Names of properties, separated by commas: $select=id,displayName.")
	}
	at := &s.root
	var names []string
	var cast, from *Type
	typeName := t.Qualified()
	segments := strings.Split(item, "/")
	for i, name := range segments {
		last := i == len(segments)-1
		switch {
		case name == "*" && last && cast == nil && t != nil:
			at.whole = true
			return strings.Join(append(names, "*"), "/"), nil
		case strings.Contains(name, ".") && !last && t != nil && cast == nil:
			cast, from = t.model.cast(name), t
			if cast == nil || !cast.IsA(t) && !t.IsA(cast) {
				return "", selectFailed("$select", "The type '"+echo(name)+"' is not defined in the model.", "%s", suggest(name, t.model.typesNear(t)))
			}
			t, typeName = cast, cast.Qualified()
			names = append(names, cast.Qualified())
			continue
		}
		var p *Property
		if t != nil {
			p = t.Property(name)
		}
		if p == nil && last && t != nil && t.Free() && name != "" { // one of those that no model names
			at = at.kid(name, cast, from)
			names = append(names, name)
			break
		}
		if p == nil || p.Navigation && !last {
			var known []string
			if t != nil {
				known = t.names()
			}
			return "", selectFailed("$select", missing(name, typeName), "%s", suggest(name, known))
		}
		if p.Unserved {
			return "", p.notServed("$select")
		}
		if p.Navigation {
			s.links = append(s.links, p.Name)
		}
		at = at.kid(p.Name, cast, from)
		names = append(names, p.Name)
		cast, from, t, typeName = nil, nil, nil, p.TypeName()
		if p.Kind.structured() {
			t, typeName = p.Type, p.Type.Qualified()
		}
	}
	at.whole = true
	return strings.Join(names, "/"), nil
}

// kid returns the pick of that name and cast, making it where there is none.
func (p *pick) kid(name string, cast, from *Type) *pick {
	for i := range p.kids {
		if p.kids[i].name == name && p.kids[i].cast == cast {
			return &p.kids[i]
		}
	}
	p.kids = append(p.kids, pick{name: name, cast: cast, from: from})
	return &p.kids[len(p.kids)-1]
}

// String returns what was selected as the context URL lists it: names in their
// canonical spelling, in the order asked for, separated by commas; "" for nil.
func (s *Selection) String() string {
	if s == nil {
		return ""
	}
	return strings.Join(s.list, ",")
}

// Links returns the navigation properties that were named: nothing of them is shown, but by $expand.
func (s *Selection) Links() []string {
	if s == nil {
		return nil
	}
	return s.links
}

// Apply appends the entity's JSON object with exactly the selected properties
// (chosen: the service may send more), in the order of the source. Control
// information ("@odata.type" and its like) stays where its object or property
// does. Navigation properties are not selected by it: what $expand adds is to be
// added after. A nil Selection, or *, copies all.
func (s *Selection) Apply(dst, json []byte) []byte {
	if s == nil || s.root.whole {
		return append(dst, json...)
	}
	return s.root.apply(dst, gjson.Parse(text(json)), maxNesting)
}

func (p *pick) apply(dst []byte, r gjson.Result, depth int) []byte {
	switch {
	case p.whole || depth == 0:
		return append(dst, r.Raw...)
	case r.IsArray():
		dst = append(dst, '[')
		r.ForEach(func(_, v gjson.Result) bool {
			dst = comma(dst, '[')
			dst = p.apply(dst, v, depth-1)
			return true
		})
		return append(dst, ']')
	case !r.IsObject():
		return append(dst, r.Raw...)
	}
	dst = append(dst, '{')
	r.ForEach(func(key, v gjson.Result) bool {
		kid := p.find(key.Str, r)
		if kid == nil {
			return true
		}
		dst = append(comma(dst, '{'), key.Raw...)
		dst = append(dst, ':')
		dst = kid.apply(dst, v, depth-1)
		return true
	})
	return append(dst, '}')
}

var wholePick = &pick{whole: true}

// find returns how to write a member of object r, nil: not at all.
func (p *pick) find(member string, r gjson.Result) *pick {
	name, _, annotation := strings.Cut(member, "@")
	if annotation && name == "" {
		return wholePick
	}
	var found *pick
	for i := range p.kids {
		kid := &p.kids[i]
		if kid.name != name || kid.cast != nil && !instance(r, kid.cast, kid.from) {
			continue
		}
		switch {
		case kid.whole || annotation:
			return wholePick
		case found == nil:
			found = kid
		default: // the same property through two casts
			found = &pick{kids: append(append([]pick(nil), found.kids...), kid.kids...)}
		}
	}
	return found
}

// comma separates members: nothing after the bracket that opens.
func comma(dst []byte, open byte) []byte {
	if dst[len(dst)-1] == open {
		return dst
	}
	return append(dst, ',')
}
