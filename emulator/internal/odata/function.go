package odata

import (
	"fmt"
	"strings"
)

// function is one of OData's canonical functions, all over texts.
type function struct {
	name   string
	params int // how many texts it takes: one or two
	result Kind

	// of works it out; b is "" where there is one text. No text is null: a function of
	// null is null. exact compares with regard to case.
	of func(a, b string, exact bool) value
}

// functions are in the order in which a message lists them.
var functions = []function{
	{"contains", 2, KindBoolean, func(a, b string, exact bool) value { return boolean(index(a, b, exact) >= 0) }},
	{"startswith", 2, KindBoolean, func(a, b string, exact bool) value {
		if exact {
			return boolean(strings.HasPrefix(a, b))
		}
		return boolean(foldPrefix(a, b) >= 0)
	}},
	{"endswith", 2, KindBoolean, func(a, b string, exact bool) value {
		if exact {
			return boolean(strings.HasSuffix(a, b))
		}
		return boolean(foldSuffix(a, b))
	}},
	{"tolower", 1, KindString, func(a, _ string, _ bool) value { return textual(strings.ToLower(a)) }},
	{"toupper", 1, KindString, func(a, _ string, _ bool) value { return textual(strings.ToUpper(a)) }},
	{"trim", 1, KindString, func(a, _ string, _ bool) value { return textual(strings.TrimSpace(a)) }},
	{"length", 1, KindInt64, func(a, _ string, _ bool) value { return integer(units(a)) }},
	{"indexof", 2, KindInt64, func(a, b string, exact bool) value {
		i := index(a, b, exact)
		if i < 0 {
			return integer(-1)
		}
		return integer(units(a[:i]))
	}},
	{"concat", 2, KindString, func(a, b string, _ bool) value { return textual(a + b) }},
}

func textual(s string) value { return value{kind: KindString, s: s} }

func integer(n int64) value { return value{kind: KindInt64, n: n} }

func index(s, sub string, exact bool) int {
	if exact {
		return strings.Index(s, sub)
	}
	return foldIndex(s, sub)
}

// functionNamed returns the function of a name in lower case; nil: there is none.
func functionNamed(name string) *function {
	for i := range functions {
		if functions[i].name == name {
			return &functions[i]
		}
	}
	return nil
}

// functionNames are all names, for suggestions.
func functionNames() []string {
	var names []string
	for _, f := range functions {
		names = append(names, f.name)
	}
	return append(names, "isof")
}

// function reads name(arguments); the current token is the name.
func (p *parser) function() (*node, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer p.leave()
	name := strings.ToLower(p.tok.text)
	if name == "isof" {
		return p.isof()
	}
	f := functionNamed(name)
	if f == nil {
		help := suggest(name, functionNames())
		switch name {
		case "substringof":
			help = "That is OData 2 and 3; here it is contains(property,'text')."
		case "any", "all":
			help = "any and all follow a collection and a slash: errors/any(e:e/errorCode eq 'None')."
		}
		return nil, p.fail(fmt.Sprintf("An unknown function with name '%s' was found. "+
			"This may also be a function import or a key lookup on a navigation property, which is not allowed.",
			echo(p.tok.text)), "%s", help)
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	n := &node{op: opFunction, name: f.name, function: f.of, shape: shape{kind: f.result}}
	for sep := "("; ; sep = "," {
		if err := p.expect(sep); err != nil {
			return nil, err
		}
		if p.tok.is(")") && len(n.kids) == 0 {
			break
		}
		arg, err := p.or()
		if err != nil {
			return nil, err
		}
		n.kids = append(n.kids, arg)
		n.exact = n.exact || arg.exact
		if !p.tok.is(",") || len(n.kids) > f.params {
			break
		}
	}
	fits := len(n.kids) == f.params
	for _, arg := range n.kids {
		fits = fits && !arg.shape.coll && (arg.shape.kind == KindString || arg.shape.kind == kindNull)
	}
	if !fits {
		sign := name + "(Edm.String Nullable=true" + strings.Repeat(", Edm.String Nullable=true", f.params-1) + ")"
		return nil, p.fail(fmt.Sprintf("No function signature for the function with name '%s' matches the specified arguments. "+
			"The function signatures considered are: %s.", name, sign),
			"%s takes %d argument(s), each a text.", name, f.params)
	}
	return n, p.expect(")")
}

// isof reads isof(microsoft.graph.type) or isof(path, microsoft.graph.type); the
// type may stand in quotes, as it does in Graph's samples.
func (p *parser) isof() (*node, error) {
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.expect("("); err != nil {
		return nil, err
	}
	n := &node{op: opPath, path: path{slot: -1}, shape: shape{kind: KindEntity, typ: p.root}}
	if p.tok.kind == tokenWord && p.root.model.cast(p.tok.text) == nil {
		var err error
		if n, err = p.path(); err != nil {
			return nil, err
		}
		if n.op != opPath || n.shape.coll || !n.shape.kind.structured() {
			return nil, p.syntax(p.tok.pos, "isof is asked of one structured value: isof(dataProvider,'microsoft.graph.type').")
		}
		if err := p.expect(","); err != nil {
			return nil, err
		}
	}
	name := p.tok
	if name.kind != tokenWord && name.kind != tokenString {
		return nil, p.syntax(name.pos, "The qualified name of a type should stand here.")
	}
	t := p.root.model.cast(name.text)
	if t == nil {
		return nil, p.fail(fmt.Sprintf("The type '%s' is not defined in the model.", echo(name.text)),
			"%s", suggest(name.text, p.root.model.typesNear(n.shape.typ)))
	}
	n.path.steps = append(n.path.steps, step{cast: t, from: n.shape.typ})
	n.op, n.shape = opIsOf, shape{kind: KindBoolean}
	if err := p.next(); err != nil {
		return nil, err
	}
	return n, p.expect(")")
}
