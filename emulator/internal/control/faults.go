package control

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/fault"
	written "github.com/graphemu/graphemu/emulator/internal/document"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// FaultUse is a rule with how often it was met.
type FaultUse struct {
	Rule    fault.Rule `json:"rule"`
	Added   bool       `json:"added"`   // at run time; else it is the scenario's
	Matched uint64     `json:"matched"` // calls that the rule speaks of
	Fired   uint64     `json:"fired"`   // calls that it struck
}

func (c *Control) faults(w World, _ *http.Request) (any, error) {
	return map[string]any{"faults": append([]FaultUse{}, w.Faults()...)}, nil
}

// addFault adds the rule of the body before those of the scenario. Everything
// that is wrong with it is told at once.
func (c *Control) addFault(w World, r *http.Request) (any, error) {
	b, err := c.readBody(r)
	if err != nil {
		return nil, err
	}
	rule, err := decodeRule(b)
	if err != nil {
		return nil, err
	}
	if rule.Name == "" && rule.Operation != "" {
		there := w.Faults()
		rule.Name = rule.DefaultName(func(name string) bool { _, taken := find(there, name); return taken })
	}
	if _, taken := find(w.Faults(), rule.Name); taken {
		return nil, problem(http.StatusConflict, "The name is taken",
			"There is a rule %q in the world %s already. DELETE it first, or choose another name.", rule.Name, w.Name())
	}
	if err := w.AddFault(rule); err != nil {
		var p *Problem
		if errors.As(err, &p) {
			return nil, p
		}
		return nil, several("Invalid fault", lines(err))
	}
	use, ok := find(w.Faults(), rule.Name)
	if !ok {
		use = FaultUse{Rule: rule, Added: true} // somebody took it away meanwhile
	}
	return created{Prefix + "worlds/" + url.PathEscape(w.Name()) + "/faults/" + url.PathEscape(rule.Name), use}, nil
}

// decodeRule reads a rule as strictly as a scenario file is read: JSON, or else YAML, as it
// stands there.
func decodeRule(b []byte) (rule fault.Rule, err error) {
	tree, err := object(b)
	if err != nil {
		if b, tree, err = fromYAML(b, err); err != nil {
			return rule, err
		}
	}
	if wrong := jsontree.Check(tree, reflect.TypeFor[fault.Rule](), ""); len(wrong) > 0 {
		list := make([]ProblemError, len(wrong))
		for i, p := range wrong {
			list[i] = ProblemError{Detail: p.Message, Pointer: p.Pointer}
		}
		return rule, several("Invalid fault", list)
	}
	// From the text: a body to answer with keeps its numbers and its order.
	if err := json.Unmarshal(b, &rule); err != nil {
		return rule, problem(http.StatusBadRequest, "Invalid fault", "%v", err)
	}
	return rule, nil
}

// fromYAML reads a rule that is no JSON, with what is wrong with it as JSON: that is told
// of a text which begins as JSON does. It returns the rule as JSON, too.
func fromYAML(b []byte, asJSON error) (text []byte, tree map[string]any, err error) {
	trimmed := bytes.TrimSpace(b)
	if len(trimmed) == 0 {
		return nil, nil, asJSON
	}
	doc, err := written.Read(b, false)
	if err == nil && len(doc.Twice) > 0 {
		err = doc.Twice[0]
	}
	switch {
	case err != nil && strings.ContainsRune("{[\"", rune(trimmed[0])):
		return nil, nil, asJSON
	case err != nil:
		at := written.Position{}
		if e, ok := errors.AsType[*written.Error](err); ok {
			at = e.At
		}
		return nil, nil, problem(http.StatusBadRequest, "Invalid YAML", "line %d, column %d: %v", at.Line, at.Column, err)
	}
	tree, ok := doc.Root.(map[string]any)
	if !ok {
		return nil, nil, asJSON
	}
	text, err = json.Marshal(tree)
	return text, tree, err
}

func find(list []FaultUse, name string) (FaultUse, bool) {
	i := slices.IndexFunc(list, func(u FaultUse) bool { return u.Rule.Name == name })
	if i < 0 {
		return FaultUse{}, false
	}
	return list[i], true
}

func (c *Control) clearFaults(w World, _ *http.Request) (any, error) {
	w.ClearFaults()
	return nothing{}, nil
}

func (c *Control) removeFault(w World, r *http.Request) (any, error) {
	name := mux.Vars(r)["name"]
	if w.RemoveFault(name) {
		return nothing{}, nil
	}
	var names []string
	for _, u := range w.Faults() {
		names = append(names, u.Rule.Name)
	}
	hint := ""
	if near := words.Nearest(name, names); near != "" {
		hint = fmt.Sprintf(" Did you mean %q?", near)
	}
	return nil, problem(http.StatusNotFound, "No such fault", "There is no rule %q in the world %s.%s", name, w.Name(), hint)
}
