package odata

import "github.com/tidwall/gjson"

type op uint8

const (
	opLiteral op = iota
	opPath
	opCount // of a collection
	opAny
	opAll
	opIsOf
	opOr
	opAnd
	opNot
	opEq
	opNe
	opGt
	opGe
	opLt
	opLe
	opIn       // kids[0] among the others
	opHas      // kids[0] has the flags of kids[1]
	opFunction // one of functions
	opPhrase   // of $search: a phrase that a field has
)

// node is a checked expression. One struct for all, and a switch instead of an
// interface, so that a scope stays on the stack and Match does not allocate.
type node struct {
	op    op
	shape shape // its static type
	exact bool  // compares with regard to case, because an id takes part
	kids  []*node
	lit   value // of opLiteral
	path  path  // of opPath, opCount, opAny, opAll, opIsOf

	name     string                              // of opFunction
	function func(a, b string, exact bool) value // of opFunction
}

// boolean reports whether the expression can stand for a condition; null can.
func (n *node) boolean() bool {
	return !n.shape.coll && (n.shape.kind == KindBoolean || n.shape.kind == kindNull)
}

// eval computes the expression for the scope's entity. Null goes by OData's
// rules (documented): functions of null are null, eq and ne know null as a
// value, the other comparisons with null are false, and, or and not have three
// values.
func (s *scope) eval(n *node) value {
	switch n.op {
	case opLiteral:
		return n.lit
	case opPath:
		return n.shape.read(s.resolve(&n.path))
	case opIsOf:
		return boolean(s.resolve(&n.path).Exists())
	case opCount:
		return value{kind: KindInt64, n: size(s.resolve(&n.path))}
	case opAny, opAll:
		return boolean(s.lambda(n))
	case opAnd, opOr:
		return s.logic(n)
	case opNot:
		v := s.eval(n.kids[0])
		if v.null() {
			return v
		}
		return boolean(!v.yes())
	case opIn:
		v := s.eval(n.kids[0])
		for _, item := range n.kids[1:] {
			if equal(v, item.lit, n.exact) {
				return boolean(true)
			}
		}
		return boolean(false)
	case opHas:
		v, flags := s.eval(n.kids[0]), s.eval(n.kids[1])
		return boolean(!v.null() && !flags.null() && v.n&flags.n == flags.n)
	case opEq, opNe, opGt, opGe, opLt, opLe:
		return boolean(holds(n.op, s.eval(n.kids[0]), s.eval(n.kids[1]), n.exact))
	}
	return s.call(n)
}

// logic stops at the operand that decides.
func (s *scope) logic(n *node) value {
	out := boolean(n.op == opAnd)
	for _, kid := range n.kids {
		v := s.eval(kid)
		switch {
		case n.op == opAnd && v.no(), n.op == opOr && v.yes():
			return v
		case v.null():
			out = v
		}
	}
	return out
}

// lambda is any or all. A condition that is null for an element does not hold
// for it; no collection is an empty one (chosen).
func (s *scope) lambda(n *node) bool {
	r := s.resolve(&n.path)
	if len(n.kids) == 0 {
		return size(r) > 0
	}
	found := n.op == opAll
	if !r.IsArray() {
		return found
	}
	body := n.kids[0]
	slot := n.path.slot + 1 // collections are those of the innermost variable
	r.ForEach(func(_, element gjson.Result) bool {
		s.vars[slot] = element
		if s.eval(body).yes() != found {
			found = !found
			return false
		}
		return true
	})
	return found
}

func size(r gjson.Result) (n int64) {
	if r.IsArray() {
		r.ForEach(func(_, _ gjson.Result) bool { n++; return true })
	}
	return n
}

func equal(a, b value, exact bool) bool {
	if a.null() || b.null() {
		return a.null() && b.null()
	}
	// Kinds can only differ where a property is untyped. NaN is not even itself.
	return class(a.kind) == class(b.kind) && !a.nan() && compare(a, b, exact) == 0
}

func holds(o op, a, b value, exact bool) bool {
	switch {
	case o == opEq:
		return equal(a, b, exact)
	case o == opNe:
		return !equal(a, b, exact)
	case a.null() || b.null() || class(a.kind) != class(b.kind) || a.nan() || b.nan():
		return false
	}
	c := compare(a, b, exact)
	switch o {
	case opGt:
		return c > 0
	case opGe:
		return c >= 0
	case opLt:
		return c < 0
	}
	return c <= 0
}

// call works out a function, which is null where an argument is.
func (s *scope) call(n *node) value {
	a := s.eval(n.kids[0])
	if a.null() {
		return a
	}
	var b value
	if len(n.kids) > 1 {
		if b = s.eval(n.kids[1]); b.null() {
			return b
		}
	}
	return n.function(a.s, b.s, n.exact)
}
