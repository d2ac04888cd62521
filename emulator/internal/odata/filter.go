package odata

import "strings"

// Filter is a checked $filter. It is never changed, so one Filter may be used by
// many goroutines.
type Filter struct {
	text string
	expr *node
}

// ParseFilter reads the value of a $filter over entities of type t, percent
// decoding already done. The error is an *Error.
//
// It knows eq ne gt ge lt le in has, and or not, parentheses; contains, startswith,
// endswith, indexof, concat, tolower, toupper, trim, length, isof; any and all;
// /$count; casts. It does not know arithmetic, and functions of dates.
// Names, operators and members of enumerations may be in any letter case; texts
// compare without regard to case, but for the property id (documented: values
// are case-insensitive, ids are not).
func ParseFilter(text string, t *Type) (*Filter, error) {
	text = strings.TrimSpace(text)
	p, err := newParser("$filter", "filter", text, t)
	if err != nil {
		return nil, err
	}
	n, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.trailing()
	}
	if !n.boolean() {
		return nil, p.fail("The $filter expression must evaluate to a single boolean value.",
			"%s", "This is "+n.shape.String()+". Compare it with something: "+form(n.shape))
	}
	return &Filter{text, n}, nil
}

// trailing reports what stands after a complete expression.
func (p *parser) trailing() error {
	help := "The expression should end here, or go on with an operator: eq, ne, gt, ge, lt, le, has, in, and, or."
	if p.tok.kind == tokenWord {
		for _, w := range []string{"add", "sub", "mul", "div", "mod"} {
			if p.tok.word(w) {
				help = "The operator " + w + " is not supported."
			}
		}
	}
	return p.syntax(p.tok.pos, "%s", help)
}

// Match reports whether the entity fulfils the filter; what comes out as null
// does not. A nil Filter lets everything through.
func (f *Filter) Match(e Entity) bool {
	if f == nil {
		return true
	}
	s := enter(e)
	return s.eval(f.expr).yes()
}

// String returns the clause as it was given, "" for a nil Filter.
func (f *Filter) String() string {
	if f == nil {
		return ""
	}
	return f.text
}
