package fault

import (
	"encoding/json"
	"maps"
	"net/textproto"
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/redact"
)

// kind is what a condition looks at.
type kind uint8

const (
	header kind = iota
	query
	state
	status
	body
)

// condition is one thing that a rule asks for.
type condition struct {
	kind   kind
	name   string // of the header (canonical) or option (see optionName); path in the body
	value  string // of a body: canonical
	shown  string // the name as the rule has it
	secret bool   // values are not shown to anybody
}

// conditions returns what a rule asks for, cheapest first, and each kind in the
// order of names.
func conditions(r *Rule) []condition {
	var all []condition
	for _, name := range slices.Sorted(maps.Keys(r.Where.Header)) {
		all = append(all, condition{header, textproto.CanonicalMIMEHeaderKey(name), r.Where.Header[name], name, redact.Option(name)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Where.Query)) {
		all = append(all, condition{query, optionName(name), r.Where.Query[name], name, redact.Option(name)})
	}
	if r.While.State != "" {
		all = append(all, condition{kind: state, value: r.While.State})
	}
	if r.While.Status != "" {
		all = append(all, condition{kind: status, value: r.While.Status})
	}
	for _, path := range slices.Sorted(maps.Keys(r.Where.Body)) {
		value, ok := canonical(r.Where.Body[path])
		if !ok {
			value = "?" // equal to nothing; Check refuses it
		}
		all = append(all, condition{body, path, value, path, redact.Option(path)})
	}
	return all
}

// optionName is how names of query options compare: with or without the $, in
// any letter case, as the service reads its own (chosen for the others).
func optionName(name string) string { return strings.ToLower(strings.TrimPrefix(name, "$")) }

// canonical writes a scalar so that equal JSON values are equal texts, with a
// letter for the type in front. ok is false for everything else.
func canonical(v any) (text string, ok bool) {
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case string:
		return `"` + v, true
	case json.Number:
		f, err := v.Float64()
		return number(f), err == nil
	case float64:
		return number(v), true
	case float32:
		return number(float64(v)), true
	case int:
		return number(float64(v)), true
	case int64:
		return number(float64(v)), true
	case uint64:
		return number(float64(v)), true
	}
	return "", false
}

func number(f float64) string { return "#" + strconv.FormatFloat(f, 'g', -1, 64) }

// canonicalResult is canonical for a value found in a body; "" for a place that
// there is not, and for objects and arrays.
func canonicalResult(r gjson.Result) string {
	switch {
	case !r.Exists() || r.Type == gjson.JSON:
		return ""
	case r.Type == gjson.String:
		return `"` + r.Str
	case r.Type == gjson.Number:
		return number(r.Num)
	}
	return r.Raw // null, true, false
}

// A thousand rules must not slow a call down that they do not match. So rules
// are not tried one after the other:
//   - a table holds the rules of one pattern of operations;
//   - in it, rules that ask for the same conditions make a group, whose rules
//     always match together (see group);
//   - a group is found by the value of one of its conditions, its key.

// table is the rules of one operation, of one group of operations, or of all.
type table struct {
	rules                    []*entry // in order
	groups                   map[string]*group
	always                   []*group // those without a condition
	headers, queries, bodies map[string]column
	states, statuses         column
}

// column finds groups by the value of their key.
type column map[string][]*group

// column returns where the groups with this key's kind and name are; with make,
// it makes the place.
func (t *table) column(k condition, make bool) column {
	var named *map[string]column
	var single *column
	switch k.kind {
	case header:
		named = &t.headers
	case query:
		named = &t.queries
	case body:
		named = &t.bodies
	case state:
		single = &t.states
	case status:
		single = &t.statuses
	}
	if single != nil {
		if *single == nil && make {
			*single = column{}
		}
		return *single
	}
	c := (*named)[k.name]
	if c == nil && make {
		if *named == nil {
			*named = map[string]column{}
		}
		c = column{}
		(*named)[k.name] = c
	}
	return c
}

// group returns the group that e belongs to, and makes it where e is its first.
func (t *table) group(e *entry) *group {
	if g := t.groups[e.family]; g != nil {
		return g
	}
	g := &group{family: e.family, partless: e.partless, conditions: e.conditions, due: never}
	if t.groups == nil {
		t.groups = map[string]*group{}
	}
	t.groups[g.family] = g
	if len(g.conditions) == 0 {
		t.always = append(t.always, g)
		return g
	}
	// The key is the condition that tells the most apart. Bodies are dear to
	// look into, so they come last whatever they tell.
	size := func(i int) int { return len(t.column(g.conditions[i], false)[g.conditions[i].value]) }
	for i, c := range g.conditions {
		if c.kind != body && size(i) < size(g.key) {
			g.key = i
		}
	}
	k := g.conditions[g.key]
	c := t.column(k, true)
	c[k.value] = append(c[k.value], g)
	return g
}

// drop takes an empty group away.
func (t *table) drop(g *group) {
	delete(t.groups, g.family)
	same := func(other *group) bool { return other == g }
	if len(g.conditions) == 0 {
		t.always = slices.DeleteFunc(t.always, same)
		return
	}
	k := g.conditions[g.key]
	c := t.column(k, false)
	if c[k.value] = slices.DeleteFunc(c[k.value], same); len(c[k.value]) > 0 {
		return
	}
	if delete(c, k.value); len(c) > 0 {
		return
	}
	switch k.kind {
	case header:
		delete(t.headers, k.name)
	case query:
		delete(t.queries, k.name)
	case body:
		delete(t.bodies, k.name)
	}
}

// match appends the groups whose rules match the call. What it would have to
// know and does not is added to f.wanted, and then the result is not whole.
func (t *table) match(f *facts, found []*group) []*group {
	found = f.take(t.always, found)
	if len(t.headers) > len(f.q.Header) {
		for name := range f.q.Header {
			if c := t.headers[name]; c != nil {
				found = c.matchHeader(f, name, found)
			}
		}
	} else {
		for name, c := range t.headers {
			found = c.matchHeader(f, name, found)
		}
	}
	if len(t.queries) > 0 && f.know(query) {
		for _, o := range f.options {
			found = f.take(t.queries[o.name][o.value], found)
		}
	}
	if len(t.states)+len(t.statuses) > 0 && f.know(status) && f.subject {
		found = f.take(t.states[f.state], found)
		found = f.take(t.statuses[f.status], found)
	}
	if len(t.bodies) > 0 && f.know(body) && len(f.body) > 0 {
		for path, c := range t.bodies {
			if value, known := f.at(path); known {
				found = f.take(c[value], found)
			}
		}
	}
	return found
}

func (c column) matchHeader(f *facts, name string, found []*group) []*group {
	for _, v := range f.q.Header[name] {
		found = f.take(c[v], found)
	}
	return found
}

// family is what rules that always match together have in common.
func family(partless bool, conditions []condition) string {
	if len(conditions) == 0 {
		return strconv.FormatBool(partless)
	}
	b := strconv.AppendBool(nil, partless)
	for _, c := range conditions {
		b = append(b, byte('0'+c.kind))
		b = strconv.AppendQuote(b, c.name) // quotes keep ("a", "bc") and ("ab", "c") apart
		b = strconv.AppendQuote(b, c.value)
	}
	return string(b)
}
