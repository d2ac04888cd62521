package schema

import (
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// check is one call of Set.Check.
type check struct {
	options  Options
	path     []step            // from the document's root to the value in hand
	renamed  map[string]string // canonical pointer of a property -> the client's name for it
	failures []Failure
}

// step is the name of a property or, where that is none, an index.
type step struct {
	name  string
	index int // -1: the step is a name
}

func (s step) token() string {
	if s.index >= 0 {
		return strconv.Itoa(s.index)
	}
	return s.name
}

func (c *check) enter(s step) { c.path = append(c.path, s) }
func (c *check) leave()       { c.path = c.path[:len(c.path)-1] }

// walk brings v to canonical spelling and returns it: a string may be another,
// all else is changed in place. holder is the type of the object around v.
func (c *check) walk(n *node, v any, holder string) any {
	if c.full() {
		return v
	}
	switch w := v.(type) {
	case map[string]any:
		c.object(n, w, holder, false)
	case []any:
		if n.items == nil || n.items.leaf {
			break
		}
		for i, item := range w {
			c.enter(step{index: i})
			w[i] = c.walk(n.items, item, holder)
			c.leave()
		}
	case string:
		if n.members == nil || len(w) > words.MaxName {
			break
		}
		if canonical, ok := n.members[lower(w)]; ok && canonical != w {
			return canonical
		}
	}
	return v
}

// object walks the properties of m. dispatched says that its "@odata.type" was
// dealt with and stays.
func (c *check) object(n *node, m map[string]any, holder string, dispatched bool) {
	if n.title != "" {
		holder = n.title
	}
	if n.kinds != nil {
		c.abstract(n, m, holder)
		return
	}
	if n.props == nil && n.extra == nil && !n.strict {
		return // no object type
	}
	var odd []string
	for name, v := range m {
		p := n.props[name]
		switch {
		case p == nil:
			odd = append(odd, name)
		case name == odataType && n.own != "":
			if !dispatched {
				c.typeName(n, v, holder)
			}
		case !p.leaf:
			c.property(p, m, name, v, holder)
		}
	}
	slices.Sort(odd) // which of two spellings is the duplicate must not be left to chance
	for _, name := range odd {
		if c.full() {
			return
		}
		c.odd(n, m, name, holder)
	}
	if n.own != "" && !dispatched {
		delete(m, odataType)
	}
}

func (c *check) property(p *node, m map[string]any, name string, v any, holder string) {
	c.enter(step{name, -1})
	m[name] = c.walk(p, v, holder)
	c.leave()
}

// odd deals with a name that is not that of a property, letter by letter.
func (c *check) odd(n *node, m map[string]any, name, holder string) {
	v, folded := m[name], lower(name)
	canonical, known := n.spelling[folded]
	switch {
	case known:
		delete(m, name)
		if _, twice := m[canonical]; twice {
			c.duplicate(name, canonical, v, holder)
			return
		}
		c.rename(canonical, name)
		m[canonical] = v
		if canonical == odataType && n.own != "" {
			c.typeName(n, v, holder)
			return
		}
		c.property(n.props[canonical], m, canonical, v, holder)
	case n.own != "" && strings.Contains(folded, "@odata."):
		delete(m, name) // control information; only Graph's types have it
	case n.extra != nil:
		c.property(n.extra, m, name, v, holder)
	case n.strict:
		c.unknownProperty(n, name, v, holder)
	}
}

// rename remembers the client's name of a property of the object in hand.
func (c *check) rename(canonical, name string) {
	if c.renamed == nil {
		c.renamed = map[string]string{}
	}
	c.renamed[c.canonical(canonical)] = name
}

// abstract finds the type that m says it is, and walks m as that.
func (c *check) abstract(n *node, m map[string]any, holder string) {
	v, ok := m[odataType]
	if !ok {
		var names []string
		for name := range m {
			if len(name) == len(odataType) && lower(name) == odataType {
				names = append(names, name)
			}
		}
		if len(names) == 0 {
			c.missingType(n, holder)
			return
		}
		first := slices.Min(names) // the others are found to be duplicates later
		v = m[first]
		delete(m, first)
		m[odataType] = v
		c.rename(odataType, first)
	}
	canonical, ok := c.typeName(n, v, holder)
	if !ok {
		return
	}
	m[odataType] = canonical
	c.object(n.kinds[canonical], m, holder, true)
}

// typeName returns the canonical name of the type that v names, if it is one
// that can stand here, and else notes a failure.
func (c *check) typeName(n *node, v any, holder string) (string, bool) {
	name, ok := v.(string)
	if !ok {
		c.noTypeName(n, v, holder)
		return "", false
	}
	if n.kinds[name] != nil || (n.own != "" && n.own == name) {
		return name, true
	}
	bare := lower(strings.TrimPrefix(name, "#"))
	refused := false
	if rest, ok := strings.CutPrefix(bare, namespace); ok {
		bare = rest
	} else if rest, ok := strings.CutPrefix(bare, dataSync); ok {
		bare, refused = rest, c.options.RefuseDataSyncNamespace
	}
	canonical, ok := n.types[bare]
	if !ok || refused {
		c.unknownType(n, name, canonical, holder)
		return "", false
	}
	return canonical, true
}

// canonical returns the pointer of a property of the object in hand, in
// canonical spelling.
func (c *check) canonical(name string) string {
	var b strings.Builder
	for _, s := range c.path {
		b.WriteByte('/')
		b.WriteString(jsontree.Escape(s.token()))
	}
	b.WriteByte('/')
	b.WriteString(jsontree.Escape(name))
	return b.String()
}

// pointer returns the pointer of the value that is reached from the value in
// hand by the tokens, in the client's spelling.
func (c *check) pointer(tokens ...string) string {
	var canonical, own strings.Builder
	add := func(token string) {
		token = jsontree.Escape(token)
		canonical.WriteByte('/')
		canonical.WriteString(token)
		if name, ok := c.renamed[canonical.String()]; ok {
			token = jsontree.Escape(name)
		}
		own.WriteByte('/')
		own.WriteString(token)
	}
	for _, s := range c.path {
		add(s.token())
	}
	for _, t := range tokens {
		add(t)
	}
	return own.String()
}

// lower folds the letters A to Z. Names and values of Graph are ASCII, and a
// Kelvin sign is not a k.
func lower(s string) string {
	for i := range len(s) {
		if 'A' <= s[i] && s[i] <= 'Z' {
			b := []byte(s)
			for ; i < len(b); i++ {
				if 'A' <= b[i] && b[i] <= 'Z' {
					b[i] += 'a' - 'A'
				}
			}
			return string(b)
		}
	}
	return s
}
