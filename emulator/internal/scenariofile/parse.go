// Package scenariofile reads scenario files: it finds everything that is wrong with
// one, joins several, and makes of them what the profiles' store takes.
package scenariofile

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/document"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/subject"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/scenarios"
)

// Parse reads a scenario, YAML or JSON; file is its name in problems, and tells
// the form where it ends in .json. It errs with Problems: all of them, in the
// order of the text.
//
// The text of a built-in scenario under its name is not held against the
// schema, which takes longer than all the rest of a start: tests do that.
func Parse(file string, text []byte, o Options) (*scenario.File, error) {
	doc, problems := read(file, text)
	if doc == nil {
		return nil, sorted(problems)
	}
	p := &parsing{file: file, options: o, doc: doc, tree: doc.Root, problems: problems}
	if !p.knowsVersion() {
		return nil, sorted(p.problems)
	}
	if !builtIn(file, text) {
		if err := p.schema(); err != nil {
			return nil, err
		}
	}
	if f := p.decode(); f != nil {
		p.check(f)
		if err := sorted(p.problems); err == nil {
			return f, nil
		}
	}
	return nil, sorted(p.problems)
}

func builtIn(file string, text []byte) bool {
	own, err := fs.ReadFile(scenarios.FS, strings.TrimSuffix(file, ".yaml")+".yaml")
	return err == nil && bytes.Equal(own, text)
}

// parsing is one call of Parse.
type parsing struct {
	file     string
	options  Options
	doc      *document.Document
	tree     any // of doc, less what is wrong
	bad      []string
	problems scenario.Problems
	triggers map[string]found // what was found of operations
}

// add notes a problem with the value of a pointer.
func (p *parsing) add(pointer, format string, args ...any) {
	p.addAt(p.doc.At(pointer), pointer, fmt.Sprintf(format, args...))
}

func (p *parsing) addAt(at document.Position, pointer, message string) {
	p.problems = append(p.problems, problemAt(p.file, at, pointer, message))
}

// rule is add for what no schema says. It keeps quiet about what is wrong only
// because something in it, or around it, is.
func (p *parsing) rule(pointer, format string, args ...any) {
	for _, b := range p.bad {
		if within(b, pointer) || within(pointer, b) {
			return
		}
	}
	p.add(pointer, format, args...)
}

// within tells whether the value of pointer is that of around, or in it.
func within(pointer, around string) bool {
	return jsontext.Pointer(around).Contains(jsontext.Pointer(pointer))
}

// knowsVersion tells whether the rest of the file can be understood.
func (p *parsing) knowsVersion() bool {
	root, ok := p.tree.(map[string]any)
	if !ok {
		p.add("", "a scenario is a mapping of names like version, lifecycles and faults, not %s", kindOf(p.tree))
		return false
	}
	if v, ok := root["version"].(float64); ok && v != scenario.Version {
		p.add("/version", "version %v is not known: this graphemu reads version %d", v, scenario.Version)
		return false
	}
	return true
}

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "nothing"
	case string:
		return "the text " + words.Quote(v)
	case []any:
		return "a list"
	}
	return fmt.Sprintf("the value %v", v)
}

// schema holds the tree against the JSON Schema and takes out of it what fails.
func (p *parsing) schema() error {
	set, err := schema.Embedded()
	if err != nil {
		return err
	}
	canonical := jsontree.Clone(p.tree)
	for _, f := range set.Check("scenario", canonical, schema.Options{}) {
		at, message := p.doc.At(f.Pointer), f.Message
		switch f.Kind {
		case schema.MissingProperty:
			p.bad = append(p.bad, jsontree.Child(f.Pointer, f.Property))
			p.addAt(at, f.Pointer, message)
			continue
		case schema.UnknownProperty:
			at = p.doc.Key(f.Pointer)
		case schema.Duplicate:
			at, message = p.doc.Key(f.Pointer), fmt.Sprintf("unknown property; %q stands beside it, and letter case counts here", f.Property)
		default:
			value := find(p.tree, f.Pointer)
			if own := notation(f.Pointer, value); own != "" {
				message = own
			} else if own := formWords(f.Pointer, value); own != "" && strings.Contains(message, " of the pattern ") {
				message = own
			}
		}
		p.bad = append(p.bad, f.Pointer)
		p.addAt(at, f.Pointer, message)
	}
	p.letterCase(p.tree, canonical, "")
	p.tree = jsontree.Clone(p.tree)
	for _, b := range p.bad {
		p.tree = drop(p.tree, tokens(b))
	}
	return nil
}

// letterCase finds what the check has taken only because Graph does not tell
// letter case apart. A file of our own does.
func (p *parsing) letterCase(v, canonical any, pointer string) {
	switch v := v.(type) {
	case map[string]any:
		c, ok := canonical.(map[string]any)
		if !ok {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := jsontree.Child(pointer, name)
			if sub, same := c[name]; same {
				p.letterCase(v[name], sub, at)
				continue
			}
			for right := range c {
				if _, own := v[right]; !own && strings.EqualFold(right, name) {
					p.bad = append(p.bad, at)
					p.addAt(p.doc.Key(at), at, fmt.Sprintf("unknown property %q; letter case counts here: write %q", name, right))
				}
			}
		}
	case []any:
		c, ok := canonical.([]any)
		for i := range v {
			if ok && i < len(c) {
				p.letterCase(v[i], c[i], jsontree.Child(pointer, i))
			}
		}
	case string:
		if c, ok := canonical.(string); ok && c != v {
			p.bad = append(p.bad, pointer)
			p.add(pointer, "%s: letter case counts here, write %q", words.Quote(v), c)
		}
	}
}

// decode turns the tree into a scenario.File. What has a notation of its own is read by
// its own type; where that refuses, it is a problem of that value.
func (p *parsing) decode() *scenario.File {
	p.texts()
	for range 2 {
		f := new(scenario.File)
		err := json.Unmarshal(jsontree.Append(nil, p.tree), f)
		if err == nil {
			p.finish(f)
			return f
		}
		before := len(p.problems)
		p.leaves(p.tree, "", func(pointer string, v any) {
			if message := notation(pointer, v); message != "" {
				p.bad = append(p.bad, pointer)
				p.add(pointer, "%s", message)
			}
		})
		if len(p.problems) == before {
			p.add("", "%v", err)
			return nil
		}
		for _, b := range p.bad {
			p.tree = drop(p.tree, tokens(b))
		}
	}
	return nil
}

// texts makes text of what may be written as a number, but is a name.
func (p *parsing) texts() {
	root := p.tree.(map[string]any)
	text := func(m map[string]any, name string) {
		if f, ok := m[name].(float64); ok {
			m[name] = fmt.Sprint(f)
		}
	}
	if readings, ok := root["variants"].(map[string]any); ok {
		for name := range readings {
			text(readings, name)
		}
	}
	list, _ := root["expect"].([]any)
	for _, e := range list {
		if m, ok := e.(map[string]any); ok {
			text(m, "status")
		}
	}
}

// finish fills in what the text does not hold.
func (p *parsing) finish(f *scenario.File) {
	if f.Name == "" {
		f.Name = strings.TrimSuffix(filepath.Base(p.file), filepath.Ext(p.file))
		if r := []rune(f.Name); len(r) > 100 {
			f.Name = string(r[:100])
		}
	}
	f.Clock.Start = f.Clock.Start.UTC()
	if f.Clock.Start.IsZero() {
		f.Clock.Start = time.Time{} // one zero value, in no zone
	}
	nameLifecycles(f.Lifecycles)
	for i := range f.Lifecycles {
		f.Lifecycles[i].Place = p.place("/lifecycles", i)
	}
	nameFaults(f.Faults)
	for i := range f.Faults {
		f.FaultPlaces = append(f.FaultPlaces, p.place("/faults", i))
	}
	for i := range f.Throttle {
		f.ThrottlePlaces = append(f.ThrottlePlaces, p.place("/throttle", i))
	}
	for i := range f.Expect {
		f.Expect[i].Place = p.place("/expect", i)
	}
}

// nameLifecycles gives those without a name their default ones.
func nameLifecycles(list []scenario.Lifecycle) {
	taken := map[string]bool{}
	for _, l := range list {
		taken[l.Name] = true
	}
	for i := range list {
		if list[i].Name == "" {
			list[i].Name = list[i].DefaultName(func(name string) bool { return taken[name] })
			taken[list[i].Name] = true
		}
	}
}

// nameFaults gives the rules without a name their default ones.
func nameFaults(rules []fault.Rule) {
	taken := map[string]bool{}
	for _, r := range rules {
		taken[r.Name] = true
	}
	for i := range rules {
		if rules[i].Name == "" {
			rules[i].Name = rules[i].DefaultName(func(name string) bool { return taken[name] })
			taken[rules[i].Name] = true
		}
	}
}

func (p *parsing) place(list string, i int) string {
	return problemAt(p.file, p.doc.At(jsontree.Child(list, i)), "", "").Place()
}

// notation returns why the type that a value belongs to refuses it, "" where it
// does not or has nothing better to say than the schema.
func notation(pointer string, v any) string {
	switch v.(type) {
	case map[string]any, []any:
		return ""
	}
	err := unmarshalAt(pointer, v)
	var kind *json.UnmarshalTypeError
	if number, ok := v.(float64); ok && errors.As(err, &kind) {
		err = unmarshalAt(pointer, fmt.Sprint(number)) // 20 for "20s": its type knows what is missing
	}
	var instant *time.ParseError
	switch {
	case err == nil, errors.As(err, &kind):
		return ""
	case errors.As(err, &instant):
		return fmt.Sprintf("%s is no instant: want one like 2026-01-05T06:00:00Z", words.Quote(fmt.Sprint(v)))
	}
	return err.Error()
}

// formWords says of a text that does not have the form of its place what that
// form is: nobody wants to read the schema's pattern. It is "" for other places.
func formWords(pointer string, v any) string {
	text, _ := v.(string)
	places := tokens(pointer)
	for len(places) > 0 && strings.Trim(places[len(places)-1], "0123456789") == "" {
		places = places[:len(places)-1] // of an item its list tells
	}
	if len(places) == 0 {
		return ""
	}
	switch places[len(places)-1] {
	case "name":
		return fmt.Sprintf("%s is no name: want letters, digits and . _ - with a letter or a digit first, at most 100 of them", words.Quote(text))
	case "operation", "operations", "except", "order", "only", "on":
		if wrong := operation.Wrong(text, nil); wrong != "" {
			return wrong
		}
		return words.Quote(text) + " is no operation: want " + operation.Forms
	case "status":
		return fmt.Sprintf(
			"%s is no status: want one of an answer, like 409 or 4xx, or with profile one of a sync, like quarantined%s",
			words.Quote(text), words.Hint(text, subject.Statuses))
	}
	return ""
}

// unmarshalAt decodes a file that has nothing but this value.
func unmarshalAt(pointer string, v any) error {
	for _, token := range slices.Backward(tokens(pointer)) {
		if strings.Trim(token, "0123456789") == "" && token != "" {
			v = []any{v}
		} else {
			v = map[string]any{token: v}
		}
	}
	return json.Unmarshal(jsontree.Append(nil, v), new(scenario.File))
}

// leaves calls fn for every value that has no parts.
func (p *parsing) leaves(v any, pointer string, fn func(pointer string, v any)) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			p.leaves(v[name], jsontree.Child(pointer, name), fn)
		}
	case []any:
		for i := range v {
			p.leaves(v[i], jsontree.Child(pointer, i), fn)
		}
	default:
		fn(pointer, v)
	}
}
