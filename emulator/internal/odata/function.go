package odata

import (
	"fmt"
	"strings"
)

// function is one of OData's canonical functions, all over texts.
type function struct {
	op     op
	params int
	result Kind
}

var functions = map[string]function{
	"startswith": {opStartsWith, 2, KindBoolean},
	"endswith":   {opEndsWith, 2, KindBoolean},
	"contains":   {opContains, 2, KindBoolean},
	"indexof":    {opIndexOf, 2, KindInt64},
	"concat":     {opConcat, 2, KindString},
	"tolower":    {opToLower, 1, KindString},
	"toupper":    {opToUpper, 1, KindString},
	"trim":       {opTrim, 1, KindString},
	"length":     {opLength, 1, KindInt64},
}

// functionNames is in a fixed order for suggestions.
var functionNames = []string{"contains", "startswith", "endswith", "tolower", "toupper", "trim", "length", "indexof", "concat", "isof"}

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
	f, ok := functions[name]
	if !ok {
		help := suggest(name, functionNames)
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
	n := &node{op: f.op, shape: shape{kind: f.result}}
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
