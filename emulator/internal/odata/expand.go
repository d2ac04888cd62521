package odata

import (
	"fmt"
	"net/url"
	"strings"
)

// ExpandItem is one navigation property of $expand, with the options that stood
// in its parentheses. Options.Top is -1 where there was none.
type ExpandItem struct {
	Property *Property
	Options  Options
	Levels   int // of $levels: how many objects one behind the other, MaxLevels for max; 0: not given

	text string // what stood in the parentheses
}

// Query returns the item's options as the query that the property's own address
// takes, for the nextLink of an expansion that goes on there.
func (e ExpandItem) Query() string {
	parts, _ := splitOutside(e.text, ';')
	var query []string
	for _, part := range parts {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), "="); ok {
			query = append(query, strings.TrimSpace(name)+"="+url.QueryEscape(value))
		}
	}
	return strings.Join(query, "&")
}

// parseExpand reads the value of a $expand over type t: navigation properties
// separated by commas, * for all of them. Each may carry options of its own,
// separated by semicolons: $select and $expand, and for a collection all of its
// own but $skiptoken, under the outer request's MaxTop.
func parseExpand(text string, t *Type, a Allowed, depth int) ([]ExpandItem, error) {
	var items []ExpandItem
	star := false
	if a.MaxExpand > 0 && depth >= a.MaxExpand {
		return nil, tooDeepExpand(a.MaxExpand)
	}
	parts, ok := splitOutside(text, ',')
	if !ok {
		return nil, selectFailed("$expand", "Syntax error in '"+echo(text)+"'.", "A quote or a parenthesis is not closed.")
	}
	for _, part := range parts {
		part = strings.TrimSpace(part)
		if part == "*" {
			star = true
			continue
		}
		name, rest, options := strings.Cut(part, "(")
		name = strings.TrimSpace(name)
		if name == "" || options && !strings.HasSuffix(rest, ")") {
			return nil, selectFailed("$expand", "Syntax error in '"+echo(text)+"'.",
				"Names of navigation properties, separated by commas: $expand=errors($top=5),profileStatus.")
		}
		p, err := expandable(name, t)
		if err != nil {
			return nil, err
		}
		if expanded(items, p) {
			return nil, selectFailed("$expand", fmt.Sprintf("Found multiple expands for the property '%s'.", p.Name),
				"Name it once, with its options separated by semicolons: %s($top=5;$count=true).", p.Name)
		}
		item := ExpandItem{Property: p, Options: Options{Top: -1}}
		if options {
			item.text = strings.TrimSuffix(rest, ")")
			if item.Options, item.Levels, err = nested(item.text, t, p, a, depth); err != nil {
				return nil, err
			}
		}
		items = append(items, item)
	}
	for _, p := range t.Navigations() {
		if star && !expanded(items, p) {
			items = append(items, ExpandItem{Property: p, Options: Options{Top: -1}})
		}
	}
	return items, nil
}

func expanded(items []ExpandItem, p *Property) bool {
	for _, item := range items {
		if item.Property == p {
			return true
		}
	}
	return false
}

func expandable(name string, t *Type) (*Property, error) {
	var known []string
	for _, p := range t.Navigations() {
		known = append(known, p.Name)
	}
	first, more, path := strings.Cut(name, "/")
	p := t.Property(first)
	switch {
	case p == nil:
		return nil, selectFailed("$expand", missing(first, t.Qualified()), "%s", suggest(first, known))
	case !p.Navigation:
		// Documented words.
		return nil, &Error{
			Code:    "ExpandNotSupported",
			Message: fmt.Sprintf("Expand is not allowed for property '%s' according to the entity schema.", p.Name),
			Target:  "$expand",
			Help:    fmt.Sprintf("%s is no navigation property: it is always there, or chosen with $select. %s", p.Name, suggest(first, known)),
		}
	case p.Unserved:
		return nil, p.notServed("$expand")
	case path:
		return nil, selectFailed("$expand", "The path '"+echo(name)+"' is not supported.", "/%s cannot follow %s in $expand.", echo(more), p.Name)
	}
	return p, nil
}

// nested reads the options inside of the parentheses after p, a property of t.
func nested(text string, t *Type, p *Property, a Allowed, depth int) (o Options, levels int, err error) {
	if depth >= MaxExpand {
		return Options{}, 0, tooDeepExpand(MaxExpand)
	}
	inner := Allowed{Select: true, Expand: true, MaxTop: a.MaxTop, MaxExpand: a.MaxExpand}
	if p.Collection {
		inner.Filter, inner.OrderBy, inner.Top, inner.Skip, inner.Count, inner.Search = true, true, true, true, true, true
	}
	q := query{t: p.Type, allowed: inner, depth: depth + 1, options: Options{Top: -1}, within: "$expand"}
	parts, ok := splitOutside(text, ';')
	if !ok { // as in errors($top=1)($skip=1)
		return Options{}, 0, selectFailed("$expand", "Syntax error in '"+echo(text)+"'.",
			"The options of %s stand in one pair of parentheses, separated by semicolons.", p.Name)
	}
	for _, part := range parts {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if name = strings.TrimSpace(name); strings.EqualFold(strings.TrimPrefix(name, "$"), "levels") {
			levels, err = levelsOf(value, levels, t, p)
		} else {
			err = q.set(name, value)
		}
		if err != nil {
			return Options{}, 0, err
		}
	}
	return q.options, levels, nil
}

// MaxLevels is what $levels=max means, and the most that $levels may say. Documented for
// the manager of a user.
const MaxLevels = 1000

// levelsOf reads the value of $levels of p, a property of t: one object behind the other,
// of properties that lead to one object of the same kind. before is what was read already.
func levelsOf(value string, before int, t *Type, p *Property) (int, error) {
	if p.Collection || !t.IsA(p.Type) && !p.Type.IsA(t) { // the OData library's words
		return 0, refuse("$expand", "The query parameter '$levels' is not supported.",
			"$levels goes with a property that leads from one object to one of its kind, as manager does; %s does not.", p.Name)
	}
	if before > 0 {
		return 0, refuse("$expand", "Query option '$levels' was specified more than once, but it must be specified at most once.",
			"Name it once: %s($levels=max).", p.Name)
	}
	if strings.EqualFold(strings.TrimSpace(value), "max") {
		return MaxLevels, nil
	}
	n, ok := natural(value)
	if !ok || n < 1 || n > MaxLevels { // chosen words, after the OData library's
		return 0, refuse("$expand", fmt.Sprintf("Invalid value '%s' for $levels query option found. "+
			"The $levels query option requires a positive integer value or 'max'.", echo(value)),
			"$levels is 1 to %d, or max.", MaxLevels)
	}
	return n, nil
}

func tooDeepExpand(limit int) error {
	return selectFailed("$expand", "Recursion depth exceeded allowed limit.", "$expand may nest %d deep.", limit)
}

// splitOutside splits at a separator that is neither in quotes nor in
// parentheses; ok is false where one of these is not closed.
func splitOutside(text string, sep byte) (parts []string, ok bool) {
	depth, from := 0, 0
	var quote byte
	for i := range len(text) {
		c := text[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '(':
			depth++
		case c == ')':
			if depth--; depth < 0 {
				return nil, false
			}
		case c == sep && depth == 0:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:]), depth == 0 && quote == 0
}
