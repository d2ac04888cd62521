package scenario

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// readYAML decodes YAML 1.2 with positions. Anchors, aliases and merge keys are
// followed; tags, directives and several documents are refused by name.
//
// The parser recurses, and a stack that overflows cannot be recovered from: what
// it is given is bounded by screen, token by token, before. That it panics is
// not known; if it should, that is a problem of the file like any other.
func readYAML(text []byte) (d *document, err error) {
	defer func() {
		if r := recover(); r != nil {
			d, err = nil, wrong(position{}, "this YAML cannot be read: %.200v", r)
		}
	}()
	list, err := screen(string(text))
	if err != nil {
		return nil, err
	}
	file, err := parser.Parse(list, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		var s interface {
			GetToken() *token.Token
			GetMessage() string
		}
		if errors.As(err, &s) {
			return nil, wrong(standing(s.GetToken()), "no YAML: %s", s.GetMessage())
		}
		return nil, wrong(position{}, "no YAML: %v", err)
	}
	r := yamlReader{doc: &document{spots: map[string]spot{}}, anchors: map[string]ast.Node{}, open: map[string]bool{}}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if r.doc.root, err = r.value(doc.Body, "", position{}, 0); err != nil {
			return nil, err
		}
	}
	return r.doc, nil
}

func standing(t *token.Token) position {
	if t == nil || t.Position == nil {
		return position{}
	}
	return position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

type yamlReader struct {
	doc     *document
	anchors map[string]ast.Node
	open    map[string]bool // anchors whose values are being read
	nodes   int
}

func (r *yamlReader) value(n ast.Node, pointer string, key position, depth int) (any, error) {
	at := begin(n)
	r.doc.spots[pointer] = spot{key, at}
	if r.nodes++; r.nodes > maxNodes {
		return nil, wrong(at, "more than %d values, aliases followed", maxNodes)
	}
	if depth > maxDepth {
		return nil, wrong(at, "more than %d levels of nesting", maxDepth)
	}
	switch n := n.(type) {
	case *ast.MappingNode, *ast.MappingValueNode:
		return r.object(n, pointer, depth)
	case *ast.SequenceNode:
		list := make([]any, 0, len(n.Values))
		for i, item := range n.Values {
			v, err := r.value(item, child(pointer, i), position{}, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case *ast.AnchorNode:
		name := n.Name.GetToken().Value
		r.open[name] = true
		v, err := r.value(n.Value, pointer, key, depth+1)
		delete(r.open, name)
		r.anchors[name] = n.Value
		return v, err
	case *ast.AliasNode:
		target, err := r.follow(n)
		if err != nil {
			return nil, err
		}
		name := n.Value.GetToken().Value
		r.open[name] = true
		defer delete(r.open, name)
		return r.value(target, pointer, key, depth+1)
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode, *ast.CommentGroupNode, *ast.CommentNode:
		return nil, nil
	case *ast.StringNode:
		if quoted(n.Token) {
			return n.Value, nil
		}
		return scalar(n.Value, at)
	case ast.ScalarNode:
		return scalar(n.GetToken().Value, at)
	}
	return nil, wrong(at, "%s cannot stand in a scenario", strings.ToLower(n.Type().String()))
}

func quoted(t *token.Token) bool {
	return t.Type == token.SingleQuoteType || t.Type == token.DoubleQuoteType
}

// follow returns the value that an alias means.
func (r *yamlReader) follow(n *ast.AliasNode) (ast.Node, error) {
	name := n.Value.GetToken().Value
	switch target, ok := r.anchors[name]; {
	case r.open[name]:
		return nil, wrong(begin(n), "the alias *%s stands within its own value", name)
	case !ok:
		return nil, wrong(begin(n), "no anchor &%s stands before this alias", name)
	default:
		return target, nil
	}
}

// pairs returns the members of a mapping; ok is false where n is none.
func pairs(n ast.Node) (list []*ast.MappingValueNode, ok bool) {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values, true
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}, true
	}
	return nil, false
}

func (r *yamlReader) object(n ast.Node, pointer string, depth int) (any, error) {
	list, _ := pairs(n)
	m := make(map[string]any, len(list))
	var merged []ast.Node
	for _, p := range list {
		if _, ok := p.Key.(*ast.MergeKeyNode); ok {
			merged = append(merged, p.Value)
			continue
		}
		name, at, err := keyName(p.Key)
		if err != nil {
			return nil, err
		}
		if _, twice := m[name]; twice {
			r.doc.repeat(child(pointer, name), name, at)
			if _, err := r.value(p.Value, aside, at, depth+1); err != nil {
				return nil, err
			}
			continue
		}
		if m[name], err = r.value(p.Value, child(pointer, name), at, depth+1); err != nil {
			return nil, err
		}
	}
	for _, source := range merged {
		if err := r.merge(m, source, pointer, depth+1); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// merge adds to m what a merge key brings and m does not have.
func (r *yamlReader) merge(m map[string]any, source ast.Node, pointer string, depth int) error {
	at := begin(source)
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return wrong(at, "merge keys that go too far")
	}
	switch n := source.(type) {
	case *ast.AliasNode:
		target, err := r.follow(n)
		if err != nil {
			return err
		}
		name := n.Value.GetToken().Value
		r.open[name] = true
		defer delete(r.open, name)
		return r.merge(m, target, pointer, depth+1)
	case *ast.SequenceNode:
		for _, item := range n.Values {
			if _, list := item.(*ast.SequenceNode); list {
				return wrong(begin(item), "a merge key takes a mapping or a list of mappings")
			}
			if err := r.merge(m, item, pointer, depth+1); err != nil {
				return err
			}
		}
		return nil
	case *ast.MappingNode, *ast.MappingValueNode:
		list, _ := pairs(n)
		for _, p := range list {
			if _, ok := p.Key.(*ast.MergeKeyNode); ok {
				continue // after the names beside it, which go before
			}
			name, at, err := keyName(p.Key)
			if err != nil {
				return err
			}
			if _, given := m[name]; given {
				continue
			}
			if m[name], err = r.value(p.Value, child(pointer, name), at, depth+1); err != nil {
				return err
			}
		}
		for _, p := range list {
			if _, ok := p.Key.(*ast.MergeKeyNode); ok {
				if err := r.merge(m, p.Value, pointer, depth+1); err != nil {
					return err
				}
			}
		}
		return nil
	}
	return wrong(at, "a merge key takes a mapping or a list of mappings")
}

// keyName returns the name that a key means. It is always text: on, 201 and
// true are names like any other.
func keyName(k ast.MapKeyNode) (string, position, error) {
	var n ast.Node = k
	if explicit, ok := n.(*ast.MappingKeyNode); ok {
		n = explicit.Value
	}
	at := begin(k)
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, at, nil
	case *ast.LiteralNode:
		return n.Value.Value, at, nil
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, at, nil
	}
	return "", at, wrong(at, "a name must be text")
}

// begin returns where a node begins. A block mapping's own token is its first
// colon, so its first key tells.
func begin(n ast.Node) position {
	switch m := n.(type) {
	case nil:
		return position{}
	case *ast.MappingNode:
		if !m.IsFlowStyle && len(m.Values) > 0 {
			return begin(m.Values[0].Key)
		}
	case *ast.MappingValueNode:
		return begin(m.Key)
	}
	return standing(n.GetToken())
}

// scalar is the value of a plain scalar in YAML 1.2's core schema: yes, on and
// dates are text, 017 is seventeen.
func scalar(text string, at position) (any, error) {
	switch text {
	case "", "~", "null", "Null", "NULL":
		return nil, nil
	case "true", "True", "TRUE":
		return true, nil
	case "false", "False", "FALSE":
		return false, nil
	case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN", ".NAN":
		return nil, wrong(at, "%s is no number that JSON has", text)
	}
	for prefix, base := range map[string]int{"0o": 8, "0x": 16} {
		if digits, ok := strings.CutPrefix(text, prefix); ok {
			if i, err := strconv.ParseUint(digits, base, 64); err == nil {
				return float64(i), nil
			}
			return text, nil
		}
	}
	if strings.Trim(text, "0123456789+-.eE") != "" {
		return text, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err == nil:
		return f, nil
	case math.IsInf(f, 0):
		return nil, wrong(at, "the number %s is too large", quote(text))
	}
	return text, nil
}
