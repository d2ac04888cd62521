package odata

import (
	"fmt"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// Search is a checked $search. It is never changed, so one Search may be used by
// many goroutines.
type Search struct {
	text string
	expr *term
}

// term is a phrase, or terms joined by the operator.
type term struct {
	op     op // opPhrase, opAnd, opOr, opNot
	phrase string
	fields []string // of opPhrase: where the phrase may stand
	before string   // of opPhrase: the name before its colon, where nothing is searched by it
	kids   []*term
}

// ParseSearch reads the value of a $search over entities of type t: words and
// phrases in double quotes, joined by AND (also by nothing), OR and NOT in
// capitals (documented), with parentheses. In quotes a phrase may begin with the
// name of a property of texts and a colon, and then looks only there. The error is
// an *Error.
func ParseSearch(text string, t *Type) (*Search, error) {
	p := &searchParser{clause: clause{"$search", "search", strings.TrimSpace(text)}}
	if err := p.check(); err != nil {
		return nil, err
	}
	for _, prop := range t.All() {
		switch {
		case prop.Kind != KindString:
		case prop.unseen():
			p.secrets = append(p.secrets, prop.Name)
		case prop.Collection:
			p.lists = append(p.lists, prop.Name)
		default:
			p.fields = append(p.fields, prop.Name)
		}
	}
	expr, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.blank(); p.pos < len(p.text) {
		return nil, p.syntax(p.pos, "There is no parenthesis to close here.")
	}
	return &Search{p.text, expr}, nil
}

// Match reports whether the entity is found. A phrase is found where it is a part,
// in any letter case, of a text property of the entity itself (chosen). The
// property id counts only if it is named: nearly every short word of
// hexadecimal digits is part of some GUID. A nil Search finds everything.
func (s *Search) Match(e Entity) bool {
	if s == nil {
		return true
	}
	sc := enter(e)
	return sc.find(s.expr)
}

// String returns the clause as it was given, "" for a nil Search.
func (s *Search) String() string {
	if s == nil {
		return ""
	}
	return s.text
}

func (s *scope) find(t *term) bool {
	switch t.op {
	case opNot:
		return !s.find(t.kids[0])
	case opAnd, opOr:
		for _, kid := range t.kids {
			if s.find(kid) == (t.op == opOr) {
				return t.op == opOr
			}
		}
		return t.op == opAnd
	}
	for _, name := range t.fields {
		if s.root.IsObject() && mentions(s.root.Get(name), t.phrase) {
			return true
		}
	}
	return false
}

// mentions tells whether a text, or one of a list of texts, has a phrase in it.
func mentions(v gjson.Result, phrase string) bool {
	if !v.IsArray() {
		return foldIndex(v.Str, phrase) >= 0
	}
	return slices.ContainsFunc(v.Array(), func(one gjson.Result) bool { return foldIndex(one.Str, phrase) >= 0 })
}

// Unsearched returns what stands before the colon of a phrase that no text property is
// named by, "" for none. The caller decides whether that may be asked; the phrase is looked
// for as it stands.
func (s *Search) Unsearched() string {
	if s == nil {
		return ""
	}
	return s.expr.unsearched()
}

func (t *term) unsearched() string {
	for _, kid := range t.kids {
		if name := kid.unsearched(); name != "" {
			return name
		}
	}
	return t.before
}

type searchParser struct {
	clause
	pos     int
	depth   int
	fields  []string
	lists   []string // what is searched only where it is named
	secrets []string // what no query may name
}

func (p *searchParser) blank() {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\t') {
		p.pos++
	}
}

// peek returns the word at the current place, "" where there is something else.
func (p *searchParser) peek() string {
	p.blank()
	rest := p.text[p.pos:]
	if i := strings.IndexAny(rest, " \t()\"'"); i >= 0 {
		rest = rest[:i]
	}
	return rest
}

func (p *searchParser) at(c byte) bool {
	p.blank()
	return p.pos < len(p.text) && p.text[p.pos] == c
}

func (p *searchParser) or() (*term, error) {
	first, err := p.and()
	if err != nil || p.peek() != "OR" {
		return first, err
	}
	t := &term{op: opOr, kids: []*term{first}}
	for p.peek() == "OR" {
		p.pos += len("OR")
		kid, err := p.and()
		if err != nil {
			return nil, err
		}
		t.kids = append(t.kids, kid)
	}
	return t, nil
}

func (p *searchParser) and() (*term, error) {
	t := &term{op: opAnd}
	for {
		kid, err := p.not()
		if err != nil {
			return nil, err
		}
		t.kids = append(t.kids, kid)
		switch word := p.peek(); {
		case word == "AND":
			p.pos += len("AND")
		case word == "OR" || p.pos == len(p.text) || p.at(')'):
			if len(t.kids) == 1 {
				return kid, nil
			}
			return t, nil
		}
	}
}

func (p *searchParser) not() (*term, error) {
	if p.depth++; p.depth > MaxDepth {
		return nil, p.tooDeep()
	}
	defer func() { p.depth-- }()
	word := p.peek()
	start := p.pos
	switch {
	case word == "NOT":
		p.pos += len("NOT")
		kid, err := p.not()
		return &term{op: opNot, kids: []*term{kid}}, err
	case word == "AND" || word == "OR":
		return nil, p.syntax(start, "A word or a phrase should stand before %s.", word)
	case p.at('('):
		p.pos++
		t, err := p.or()
		if err != nil {
			return nil, err
		}
		if !p.at(')') {
			return nil, p.syntax(p.pos, "A parenthesis is not closed.")
		}
		p.pos++
		return t, nil
	case p.at('"'):
		return p.quoted()
	case word == "":
		return nil, p.syntax(start, `A word, or a phrase in double quotes, should stand here: "two words".`)
	case strings.Contains(word, ":"):
		return nil, p.syntax(start+strings.IndexByte(word, ':'), `A property and its value stand together in double quotes: "displayName:North".`)
	}
	p.pos += len(word)
	return &term{op: opPhrase, phrase: word, fields: p.unnamed()}, nil
}

// quoted reads a phrase in which a backslash takes the next character as it is.
func (p *searchParser) quoted() (*term, error) {
	start := p.pos
	var b strings.Builder
	for p.pos++; p.pos < len(p.text) && p.text[p.pos] != '"'; p.pos++ {
		if p.text[p.pos] == '\\' && p.pos+1 < len(p.text) {
			p.pos++
		}
		b.WriteByte(p.text[p.pos])
	}
	if p.pos == len(p.text) {
		return nil, p.syntax(start, "The phrase that begins here has no closing double quote.")
	}
	p.pos++
	t := &term{op: opPhrase, phrase: b.String(), fields: p.unnamed()}
	if strings.TrimSpace(t.phrase) == "" {
		return nil, p.syntax(start, "This phrase is empty.")
	}
	if name, value, ok := strings.Cut(t.phrase, ":"); ok {
		for _, secret := range p.secrets { // inferred: as in a filter
			if strings.EqualFold(secret, strings.TrimSpace(name)) {
				return nil, &Error{Code: unsupported, Message: fmt.Sprintf("Search is not supported for property '%s'.", secret), Target: p.target,
					Help: fmt.Sprintf("'%s' is a secret: no query looks at it.", secret)}
			}
		}
		t.before = strings.TrimSpace(name)
		for _, field := range slices.Concat(p.fields, p.lists) {
			if strings.EqualFold(field, t.before) {
				t.phrase, t.fields, t.before = strings.TrimSpace(value), []string{field}, ""
				break
			}
		}
		if t.phrase == "" {
			return nil, p.syntax(start, "A value should follow the colon.")
		}
	}
	return t, nil
}

// unnamed are the properties that a phrase without a name looks at.
func (p *searchParser) unnamed() []string {
	var fields []string
	for _, f := range p.fields {
		if !strings.EqualFold(f, "id") {
			fields = append(fields, f)
		}
	}
	return fields
}
