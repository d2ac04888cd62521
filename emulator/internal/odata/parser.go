package odata

import (
	"fmt"
	"strings"
)

// parser reads the expressions of $filter and $orderby by recursive descent, and
// checks their types on the way, so that what it returns can be evaluated
// without errors. Precedence, tightest first: not, comparison and in, and, or.
type parser struct {
	lexer
	root  *Type
	vars  []variable // range variables in force, outermost first
	depth int
}

// newParser prepares a parser at the first token.
func newParser(target, name, text string, t *Type) (*parser, error) {
	p := &parser{lexer: lexer{clause: clause{target, name, text}}, root: t}
	if err := p.check(); err != nil {
		return nil, err
	}
	return p, p.next()
}

// enter counts one level of nesting; leave ends it.
func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return p.tooDeep()
	}
	return nil
}

func (p *parser) leave() { p.depth-- }

func (p *parser) expect(mark string) error {
	if !p.tok.is(mark) {
		return p.syntax(p.tok.pos, "'%s' should stand here.", mark)
	}
	return p.next()
}

func (p *parser) or() (*node, error) { return p.chain("or", "Or", opOr, p.and) }

func (p *parser) and() (*node, error) { return p.chain("and", "And", opAnd, p.comparison) }

// chain reads operands joined by one logical operator into one node: a tree of
// pairs would be as deep as the clause is long.
func (p *parser) chain(word, kind string, o op, operand func() (*node, error)) (*node, error) {
	first, err := operand()
	if err != nil || !p.tok.word(word) {
		return first, err
	}
	n := &node{op: o, shape: shape{kind: KindBoolean}, kids: []*node{first}}
	for p.tok.word(word) {
		if err := p.next(); err != nil {
			return nil, err
		}
		right, err := operand()
		if err != nil {
			return nil, err
		}
		if left := n.kids[len(n.kids)-1]; !left.boolean() || !right.boolean() {
			return nil, p.incompatible(left, right, kind)
		}
		n.kids = append(n.kids, right)
	}
	return n, nil
}

var comparisons = map[string]struct {
	op   op
	kind string // as the OData library calls it
}{
	"eq": {opEq, "Equal"}, "ne": {opNe, "NotEqual"},
	"gt": {opGt, "GreaterThan"}, "ge": {opGe, "GreaterThanOrEqual"},
	"lt": {opLt, "LessThan"}, "le": {opLe, "LessThanOrEqual"},
	"has": {opHas, "Has"},
}

// comparison reads eq, ne, gt, ge, lt, le, has and in, which bind alike and to the
// left, as in the OData library.
func (p *parser) comparison() (*node, error) {
	left, err := p.unary()
	depth := p.depth
	defer func() { p.depth = depth }()
	for err == nil && p.tok.kind == tokenWord {
		word := strings.ToLower(p.tok.text)
		c, ok := comparisons[word]
		if !ok && word != "in" {
			break
		}
		if err := p.enter(); err != nil { // a chain of them makes the tree deeper
			return nil, err
		}
		if err := p.next(); err != nil {
			return nil, err
		}
		if word == "in" {
			left, err = p.in(left)
			continue
		}
		var right *node
		if right, err = p.unary(); err == nil {
			left, err = p.compare(c.op, c.kind, left, right)
		}
	}
	return left, err
}

func (p *parser) unary() (*node, error) {
	if !p.tok.word("not") {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	if err := p.next(); err != nil {
		return nil, err
	}
	operand, err := p.unary()
	if err != nil {
		return nil, err
	}
	if !operand.boolean() {
		return nil, p.fail(fmt.Sprintf(
			"A unary operator with an incompatible type was detected. Found operand type '%s' for operator kind 'Not'.", operand.shape),
			"not binds tighter than comparisons: write not (a eq b).")
	}
	return &node{op: opNot, shape: shape{kind: KindBoolean}, kids: []*node{operand}}, nil
}

func (p *parser) primary() (*node, error) {
	t := p.tok
	switch t.kind {
	case tokenString:
		return &node{op: opLiteral, shape: shape{kind: KindString}, lit: value{kind: KindString, s: t.text}}, p.next()
	case tokenTyped:
		return p.typed()
	case tokenMark:
		if !t.is("(") {
			break
		}
		if err := p.enter(); err != nil {
			return nil, err
		}
		defer p.leave()
		if err := p.next(); err != nil {
			return nil, err
		}
		n, err := p.or()
		if err != nil {
			return nil, err
		}
		return n, p.expect(")")
	case tokenWord:
		return p.operand()
	}
	return nil, p.syntax(t.pos, "A property, a value or an expression in parentheses should stand here.")
}

// operand reads what begins with a word: a literal, a function or a path.
func (p *parser) operand() (*node, error) {
	t := p.tok
	if v, s, ok := literal(t.text); ok {
		return &node{op: opLiteral, shape: s, lit: v}, p.next()
	}
	if digit(t.text[0]) || strings.Contains(t.text, "-") {
		return nil, p.syntax(t.pos,
			"'%s' is no value. Texts stand in single quotes; a date-time needs its offset, such as 2026-07-31T12:00:00Z, "+
				"and the + of an offset is written %%2B in a URL.",
			echo(t.text))
	}
	if operator(t) {
		return nil, p.syntax(t.pos, "'%s' is an operator; a property or a value should stand here.", t.text)
	}
	if p.call() {
		return p.function()
	}
	return p.path()
}

// call reports whether a parenthesis follows the current word.
func (p *parser) call() bool {
	return strings.HasPrefix(strings.TrimLeft(p.text[p.pos:], " \t"), "(")
}

func operator(t token) bool {
	_, ok := comparisons[strings.ToLower(t.text)]
	return ok || t.word("in") || t.word("and") || t.word("or")
}

// typed reads a value with its type: an enumeration's member, microsoft.graph.x'member',
// a duration'PT1H' or a binary'AQID'.
func (p *parser) typed() (*node, error) {
	switch {
	case strings.EqualFold(p.tok.prefix, "duration"):
		sec, nanos, ok := parseDuration(p.tok.text)
		if !ok {
			return nil, p.syntax(p.tok.pos, "'%s' is no duration. %s", echo(p.tok.text), form(shape{kind: KindDuration}))
		}
		return &node{op: opLiteral, shape: shape{kind: KindDuration}, lit: value{kind: KindDuration, n: sec, nanos: nanos}}, p.next()
	case strings.EqualFold(p.tok.prefix, "binary"):
		v := readBinary(p.tok.text)
		if v.null() {
			return nil, p.syntax(p.tok.pos, "'%s' is no base64.", echo(p.tok.text))
		}
		return &node{op: opLiteral, shape: shape{kind: KindBinary}, lit: v}, p.next()
	}
	t := p.root.model.cast(p.tok.prefix)
	if t == nil || !t.Enum() {
		return nil, p.syntax(p.tok.pos, "'%s' is no enumeration. Dates, numbers and GUIDs are written without a prefix.", echo(p.tok.prefix))
	}
	v, err := p.member(t, p.tok.text)
	if err != nil {
		return nil, err
	}
	return &node{op: opLiteral, shape: shape{kind: KindEnum, typ: t}, lit: v}, p.next()
}

func (p *parser) member(t *Type, name string) (value, error) {
	v, known := t.member(name)
	if !known {
		return v, p.fail(fmt.Sprintf("The string '%s' is not a valid enumeration type constant.", echo(name)),
			"%s has the members '%s'.", t.Qualified(), strings.Join(t.Members, "', '"))
	}
	return v, nil
}

// in reads a list of literals: state in ('provisioned','deleting').
func (p *parser) in(left *node) (*node, error) {
	open := p.tok.pos
	if !p.tok.is("(") {
		return nil, p.syntax(open, "in needs a list of values in parentheses: in ('a','b').")
	}
	n := &node{op: opIn, shape: shape{kind: KindBoolean}, kids: []*node{left}}
	for {
		if err := p.next(); err != nil {
			return nil, err
		}
		at := p.tok
		if at.kind == tokenMark || at.kind == tokenEnd {
			return nil, p.syntax(at.pos, "A value should stand here, in single quotes if it is a text.")
		}
		if at.kind == tokenWord {
			if _, _, ok := literal(at.text); !ok {
				return nil, p.syntax(at.pos, "A list of in holds values only; texts stand in single quotes.")
			}
		}
		item, err := p.primary()
		if err != nil {
			return nil, err
		}
		one, err := p.compare(opEq, "Equal", left, item)
		if err != nil {
			return nil, err
		}
		n.exact = n.exact || one.exact
		n.kids = append(n.kids, item)
		if !p.tok.is(",") {
			return n, p.expect(")")
		}
	}
}

// compare checks that two operands can be compared, after turning a text into
// the GUID or the member that the other side asks for.
func (p *parser) compare(o op, kind string, left, right *node) (*node, error) {
	for _, pair := range [2][2]*node{{left, right}, {right, left}} {
		if err := p.coerce(pair[0], pair[1].shape); err != nil {
			return nil, err
		}
	}
	l, r := left.shape, right.shape
	ok := class(l.kind) == class(r.kind) && (l.kind != KindEnum || l.typ == r.typ)
	ok = ok || l.kind == kindNull || r.kind == kindNull || l.kind == KindUntyped || r.kind == KindUntyped
	if l.kind == KindBinary || r.kind == KindBinary { // bytes have no order
		ok = ok && (o == opEq || o == opNe)
	}
	if o == opHas {
		ok = l.kind == KindEnum && r.kind == KindEnum && l.typ == r.typ
	}
	if l.coll || r.coll {
		ok = false
	}
	if l.kind.structured() || r.kind.structured() { // only whether it is there
		ok = (l.kind == kindNull || r.kind == kindNull) && (o == opEq || o == opNe) && !l.coll && !r.coll
	}
	if !ok {
		return nil, p.incompatible(left, right, kind)
	}
	return &node{op: o, shape: shape{kind: KindBoolean}, kids: []*node{left, right}, exact: left.exact || right.exact}, nil
}

func (p *parser) coerce(n *node, to shape) error {
	if n.op != opLiteral || n.shape.kind != KindString || to.coll {
		return nil
	}
	switch {
	case to.kind == KindGuid && isGuid(n.lit.s):
		n.shape, n.lit.kind = shape{kind: KindGuid}, KindGuid
	case to.kind == KindEnum:
		v, err := p.member(to.typ, n.lit.s)
		if err != nil {
			return err
		}
		n.shape, n.lit = to, v
	}
	return nil
}

// incompatible has the OData library's words.
func (p *parser) incompatible(left, right *node, kind string) error {
	help := "These two cannot be compared."
	for _, pair := range [2][2]*node{{left, right}, {right, left}} {
		if pair[0].op == opPath && pair[1].op == opLiteral {
			help = form(pair[0].shape)
		}
	}
	if kind == "And" || kind == "Or" {
		help = "Both sides must be conditions, such as a comparison or a function that is true or false."
	}
	return p.fail(fmt.Sprintf(
		"A binary operator with incompatible types was detected. Found operand types '%s' and '%s' for operator kind '%s'.",
		left.shape, right.shape, kind), "%s", help)
}

// form says how a value of that type is written.
func form(s shape) string {
	if s.coll {
		return "A collection is compared through any(x:x eq …), all(…) or /$count."
	}
	switch class(s.kind) {
	case KindString:
		return "A text is written in single quotes: 'text'."
	case KindBoolean:
		return "Write true or false, without quotes."
	case KindInt64:
		return "Write a number without quotes: 5."
	case KindDateTimeOffset:
		if s.kind == KindDate {
			return "Write a date without quotes: 2026-07-31."
		}
		return "Write a date-time without quotes: 2026-07-31T12:00:00Z."
	case KindGuid:
		return "Write a GUID: 6fd2c87f-b296-42f0-b197-1e91e994b900."
	case KindTimeOfDay:
		return "Write a time of day without quotes: 12:30:00."
	case KindDuration:
		return "Write a duration as duration'P1DT2H30M'."
	case KindBinary:
		return "Bytes are only compared by eq and ne, with binary'AQID' in base64."
	case KindUntyped:
		return "Write a text in single quotes, a number, true or false."
	case KindEnum:
		if len(s.typ.Members) == 0 {
			return "The metadata names no member of " + s.typ.Qualified() + "."
		}
		return "Write one of '" + strings.Join(s.typ.Members, "', '") + "'."
	}
	return "A structured value can only be compared with null, by eq or ne; name one of its properties after a slash."
}
