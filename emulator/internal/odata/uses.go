package odata

import "strings"

// Use is an operator or a function that a $filter uses, and on what.
type Use struct {
	// Operator is eq, ne, gt, ge, lt, le, in, has, and, or, not, any, all, isof, $count or
	// the name of a function; cast where a path goes through one.
	Operator string
	Property string // the first property that it takes, with slashes; "" for none
	Null     bool   // it compares with null
	Branches int    // of or and in: how many it chooses from
}

var opNames = map[op]string{opCount: "$count", opAny: "any", opAll: "all", opIsOf: "isof", opOr: "or", opAnd: "and", opNot: "not",
	opEq: "eq", opNe: "ne", opGt: "gt", opGe: "ge", opLt: "lt", opLe: "le", opIn: "in", opHas: "has"}

// Uses returns what the filter uses, outer operators first: whoever has rules of what may
// be asked looks at it.
func (f *Filter) Uses() []Use {
	if f == nil {
		return nil
	}
	var list []Use
	f.expr.uses(&list)
	return list
}

func (n *node) uses(list *[]Use) {
	name := opNames[n.op]
	if n.op == opFunction {
		name = n.name
	}
	for _, s := range n.path.steps {
		if s.cast != nil {
			*list = append(*list, Use{Operator: "cast", Property: n.path.text()})
			break
		}
	}
	if name != "" {
		u := Use{Operator: name, Property: n.path.text()}
		for _, kid := range n.kids {
			u.Null = u.Null || kid.op == opLiteral && kid.shape.kind == kindNull
			if u.Property == "" {
				u.Property = kid.path.text()
			}
		}
		switch n.op {
		case opOr:
			u.Branches = len(n.kids)
		case opIn:
			u.Branches = len(n.kids) - 1
		}
		*list = append(*list, u)
	}
	for _, kid := range n.kids {
		kid.uses(list)
	}
}

// text is the path as a client writes it, without casts.
func (p *path) text() string {
	var names []string
	for _, s := range p.steps {
		if s.cast == nil {
			names = append(names, s.name)
		}
	}
	return strings.Join(names, "/")
}

// Property returns the path that the item orders by; "" where it is none.
func (o OrderItem) Property() string { return o.expr.path.text() }
