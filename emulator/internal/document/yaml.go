package document

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// readYAML decodes YAML 1.2 with positions. Anchors, aliases and merge keys are
// followed; tags, directives and several documents are refused by name.
//
// The library scans and parses. It does not decode: its decoder forgets where a value
// stood that an alias or a merge key brought, does not bound what aliases
// multiply, and reads 017, 0b11 and 1_000 as YAML 1.1 does.
//
// Its parser recurses, and a stack that overflows cannot be recovered from: what
// it is given is bounded by screen, token by token, before. That it panics is
// not known; if it should, that is a problem of the file like any other.
func readYAML(text string, isJSON bool) (d *Document, err error) {
	defer func() {
		if r := recover(); r != nil {
			d, err = nil, wrong(Position{}, "this YAML cannot be read: %.200v", r)
		}
	}()
	list, err := screen(text, isJSON)
	if err != nil {
		return nil, err
	}
	file, err := parser.Parse(list, 0, parser.AllowDuplicateMapKey())
	if s, ok := errors.AsType[yaml.Error](err); ok {
		return nil, wrong(standing(s.GetToken()), "no YAML: %s", s.GetMessage())
	}
	if err != nil {
		return nil, wrong(Position{}, "no YAML: %v", err)
	}
	r := reader{doc: &Document{spots: map[string]spot{}}, anchors: map[string]ast.Node{}, open: map[string]bool{}}
	for _, doc := range file.Docs {
		if doc.Body == nil {
			continue
		}
		if r.doc.Root, err = r.value(doc.Body, "", Position{}, 0); err != nil {
			return nil, err
		}
	}
	return r.doc, nil
}

func standing(t *token.Token) Position {
	if t == nil || t.Position == nil {
		return Position{}
	}
	return Position{max(t.Position.Line, 1), max(t.Position.Column, 1)}
}

// reader makes values of the nodes of a text.
type reader struct {
	doc     *Document
	anchors map[string]ast.Node
	open    map[string]bool // anchors whose values are being read
	nodes   int
}

func (r *reader) value(n ast.Node, pointer string, key Position, depth int) (v any, err error) {
	at := begin(n)
	r.doc.spots[pointer] = spot{key, at}
	if r.nodes++; r.nodes > maxNodes {
		return nil, wrong(at, "more than %d values, aliases followed", maxNodes)
	}
	if depth > maxDepth {
		return nil, wrong(at, "more than %d levels of nesting", maxDepth)
	}
	switch n := n.(type) {
	case ast.MapNode:
		m := map[string]any{}
		return m, r.fill(m, n, pointer, depth, false)
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, item := range n.Values {
			if list[i], err = r.value(item, jsontree.Child(pointer, i), Position{}, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	case *ast.AnchorNode:
		name := n.Name.GetToken().Value
		r.open[name] = true
		v, err = r.value(n.Value, pointer, key, depth+1)
		delete(r.open, name)
		r.anchors[name] = n.Value
		return v, err
	case *ast.AliasNode:
		err = r.follow(n, func(target ast.Node) (err error) {
			v, err = r.value(target, pointer, key, depth+1)
			return err
		})
		return v, err
	case *ast.LiteralNode:
		return n.Value.Value, nil
	case *ast.NullNode, *ast.CommentGroupNode, *ast.CommentNode:
		return nil, nil
	case *ast.StringNode:
		if n.Token.Type == token.SingleQuoteType || n.Token.Type == token.DoubleQuoteType {
			return n.Value, nil
		}
		return scalar(n.Value, at)
	case ast.ScalarNode:
		return scalar(n.GetToken().Value, at)
	}
	return nil, wrong(at, "%s cannot stand here", strings.ToLower(n.Type().String()))
}

// follow calls read with the value that an alias means.
func (r *reader) follow(n *ast.AliasNode, read func(target ast.Node) error) error {
	name := n.Value.GetToken().Value
	target, ok := r.anchors[name]
	switch {
	case r.open[name]:
		return wrong(begin(n), "the alias *%s stands within its own value", name)
	case !ok:
		return wrong(begin(n), "no anchor &%s stands before this alias", name)
	}
	r.open[name] = true
	defer delete(r.open, name)
	return read(target)
}

// fill adds to m the members of a mapping that m does not have, its own before
// those that a merge key brings. Where the mapping is not merged into another, its
// own that stand twice are noted.
func (r *reader) fill(m map[string]any, n ast.MapNode, pointer string, depth int, merged bool) error {
	var sources []ast.Node
	for member := n.MapRange(); member.Next(); {
		if member.Key().IsMergeKey() {
			sources = append(sources, member.Value())
			continue
		}
		name, at, err := keyName(member.Key())
		if err != nil {
			return err
		}
		switch _, given := m[name]; {
		case !given:
			m[name], err = r.value(member.Value(), jsontree.Child(pointer, name), at, depth+1)
		case !merged:
			r.doc.repeat(jsontree.Child(pointer, name), name, at)
			_, err = r.value(member.Value(), aside, at, depth+1)
		}
		if err != nil {
			return err
		}
	}
	for _, source := range sources {
		if err := r.merge(m, source, pointer, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// merge adds to m what a merge key brings and m does not have.
func (r *reader) merge(m map[string]any, source ast.Node, pointer string, depth int) error {
	at := begin(source)
	if r.nodes++; r.nodes > maxNodes || depth > maxDepth {
		return wrong(at, "merge keys that go too far")
	}
	switch n := source.(type) {
	case *ast.AliasNode:
		return r.follow(n, func(target ast.Node) error { return r.merge(m, target, pointer, depth+1) })
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
	case ast.MapNode:
		return r.fill(m, n, pointer, depth, true)
	}
	return wrong(at, "a merge key takes a mapping or a list of mappings")
}

// keyName returns the name that a key means. It is always text: on, 201 and
// true are names like any other.
func keyName(k ast.MapKeyNode) (string, Position, error) {
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
func begin(n ast.Node) Position {
	switch m := n.(type) {
	case nil:
		return Position{}
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
func scalar(text string, at Position) (any, error) {
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
		return nil, wrong(at, "the number %s is too large", words.Quote(text))
	}
	return text, nil
}
