package schema

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// validate asks the validator about v, the document, and explains what it finds.
// The validator's own messages are not for people, and those of an object come in
// random order.
func (c *check) validate(n *node, v any) {
	if c.full() {
		return // it tells all at once, however many they are
	}
	s := n.schema
	if c.options.Partial {
		optional := *n.kind(v).schema
		optional.Required = nil
		s = &optional
	}
	err := run(s, v)
	if err == nil {
		return
	}
	var ve *jsonschema.ValidationError
	if !errors.As(err, &ve) {
		c.fail(Failure{Pointer: c.pointer(), Kind: BadValue, Message: err.Error()})
		return
	}
	c.leaves(ve, func(leaf *jsonschema.ValidationError) { c.explain(n, v, leaf) })
}

// run validates. The validator panics on numbers that JSON cannot hold.
func run(s *jsonschema.Schema, v any) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the value cannot be validated: %v", r)
		}
	}()
	if accepts(s, v) {
		return nil
	}
	if short, cut := shortened(v); cut {
		if err := s.Validate(short); err != nil {
			return err
		}
	}
	return s.Validate(v)
}

// maxItems is how many items of an array the validator is asked about where there is a
// fault among them: it notes each in a tree. It is more than any schema lets be.
const maxItems = 20_000

// shortened is v with at most maxItems items in each array; cut: one had more.
func shortened(v any) (short any, cut bool) {
	switch v := v.(type) {
	case map[string]any:
		copied := maps.Clone(v)
		for name, value := range v {
			was := false
			copied[name], was = shortened(value)
			cut = cut || was
		}
		return copied, cut
	case []any:
		items := v[:min(len(v), maxItems)]
		cut = len(v) > maxItems
		copied := make([]any, len(items))
		for i, item := range items {
			was := false
			copied[i], was = shortened(item)
			cut = cut || was
		}
		return copied, cut
	}
	return v, false
}

// leaves calls f for the causes that have no cause. Of alternatives that all
// failed no single one is the cause.
func (c *check) leaves(e *jsonschema.ValidationError, f func(*jsonschema.ValidationError)) {
	if keyword := keyword(e); len(e.Causes) == 0 || keyword == "anyOf" || keyword == "oneOf" {
		f(e)
		return
	}
	for _, cause := range e.Causes {
		if c.full() {
			return
		}
		c.leaves(cause, f)
	}
}

func keyword(e *jsonschema.ValidationError) string {
	return e.KeywordLocation[strings.LastIndexByte(e.KeywordLocation, '/')+1:]
}

// located is what an error's instance location leads to.
type located struct {
	n        *node // nil where the walk does not go
	value    any
	property string // last one on the way
	holder   string // type of the object that holds the value
	typed    bool   // that object may say its type
	tokens   []string
}

func find(n *node, v any, location string) located {
	at := located{n: n.kind(v), value: v}
	for token := range strings.SplitSeq(strings.TrimPrefix(location, "/"), "/") {
		if location == "" {
			break
		}
		token = unescape(token)
		at.tokens = append(at.tokens, token)
		next := (*node)(nil)
		switch v := at.value.(type) {
		case map[string]any:
			at.value, at.property = v[token], token
			if at.n != nil {
				at.holder = titleOr(at.n, at.holder)
				at.typed = at.n.kinds != nil || at.n.own != ""
				if next = at.n.props[token]; next == nil {
					next = at.n.extra
				}
			}
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return at
			}
			at.value = v[i]
			if at.n != nil {
				next = at.n.items
			}
		}
		at.n = next.kind(at.value)
	}
	return at
}

func titleOr(n *node, holder string) string {
	if n != nil && n.title != "" {
		return n.title
	}
	return holder
}

// unescape undoes what the validator does to a token: the escapes of a JSON
// pointer, and those of a URL around them.
func unescape(token string) string {
	if t, err := url.PathUnescape(token); err == nil {
		token = t
	}
	return jsontree.Unescape(token)
}

func (c *check) explain(n *node, v any, leaf *jsonschema.ValidationError) {
	at := find(n, v, leaf.InstanceLocation)
	f := Failure{Pointer: c.pointer(at.tokens...), Kind: BadValue, Property: at.property, Type: at.holder}
	word := keyword(leaf)
	switch {
	case at.typed && at.property == odataType, at.n != nil && at.n.kinds != nil && word == "required":
		return // the walk has told what is wrong with the type
	case word == "required" && at.n != nil:
		c.missing(at, f)
		return
	case word == "additionalProperties" && at.n != nil && at.n.strict:
		return // the walk has named each of them
	}
	f.Value = show(at.property, at.value)
	switch {
	case at.n == nil:
		f.Message = "not allowed: " + leaf.Message
		c.fail(f)
		return
	case at.n.schema.Always != nil:
		f.Message = "nothing may stand here"
		c.fail(f)
		return
	case word == "type":
		f.Kind = WrongType
	}
	if f.Message = message(word, at, leaf); f.Message == "" {
		f.Message = "not allowed: " + leaf.Message
	}
	if s, ok := at.value.(string); ok && word == "enum" && !secret(at.property) {
		f.Nearest = words.Nearest(s, texts(at.n.schema.Enum))
		if f.Nearest != "" {
			f.Message += fmt.Sprintf("; did you mean %s?", quote(f.Nearest, maxValue))
		}
	}
	c.fail(f)
}

func (c *check) missing(at located, f Failure) {
	m, _ := at.value.(map[string]any)
	f.Kind = MissingProperty
	f.Type = titleOr(at.n, at.holder)
	for _, name := range at.n.schema.Required {
		if _, ok := m[name]; ok {
			continue
		}
		f.Property = name
		f.Message = fmt.Sprintf("the required property %s is missing", quote(name, maxValue))
		c.fail(f)
	}
}

// message says what would be right, by the keyword that the value broke.
func message(keyword string, at located, leaf *jsonschema.ValidationError) string {
	if strings.Contains(leaf.KeywordLocation, "/propertyNames/") { // it is about a name, and at is what has it
		return "a name in it cannot be one: it " + leaf.Message
	}
	s := at.n.schema
	got := ", got " + describe(at.property, at.value)
	switch keyword {
	case "type":
		return "expected " + types(s.Types) + got
	case "enum":
		return "expected " + list(texts(s.Enum)) + got
	case "const":
		return "expected " + show(at.property, plain(s.Constant[0])) + got
	case "format", "pattern":
		return "expected " + form(s) + got
	case "minLength":
		if s.MinLength == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("expected at least %d characters, got %d", s.MinLength, length(at.value))
	case "maxLength":
		return fmt.Sprintf("expected at most %s, got %d", count(s.MaxLength, "character"), length(at.value))
	case "minItems":
		if s.MinItems == 1 {
			return "must not be empty"
		}
		return fmt.Sprintf("expected at least %s, got %d", count(s.MinItems, "item"), length(at.value))
	case "maxItems":
		return fmt.Sprintf("expected at most %s, got %d", count(s.MaxItems, "item"), length(at.value))
	case "uniqueItems":
		return leaf.Message + "; each may occur only once" // names the two indices
	case "minimum":
		return "expected at least " + bound(s.Minimum) + got
	case "maximum":
		return "expected at most " + bound(s.Maximum) + got
	case "anyOf", "oneOf":
		return "none of the allowed forms fits"
	}
	return ""
}

func bound(r *big.Rat) string {
	f, _ := r.Float64()
	return number(f)
}

func types(names []string) string {
	words := map[string]string{
		"boolean": "a boolean (true or false)", "string": "a string", "number": "a number", "integer": "a whole number",
		"array": "an array", "object": "an object", "null": "null",
	}
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = words[name]
	}
	return strings.Join(out, " or ")
}

// form names what a format or a pattern asks for, with an example if the schema
// has one. Both give the same words, since a value often breaks both.
func form(s *jsonschema.Schema) string {
	words := map[string]string{
		"uuid": "a GUID", "date": "a date", "date-time": "a date and time with time zone",
		"hostname": "a DNS domain name", "uri": "a URL (http or https)", "email": "a mail address",
	}
	noun := words[s.Format]
	switch {
	case noun != "":
	case s.Format != "":
		noun = "a value of the format " + s.Format
	default:
		noun = "a value of the pattern " + s.Pattern.String()
	}
	i := slices.IndexFunc(s.Examples, func(e any) bool { _, ok := e.(string); return ok })
	if i < 0 {
		return noun
	}
	return noun + " such as " + quote(s.Examples[i].(string), maxValue)
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func length(v any) int {
	switch v := v.(type) {
	case string:
		return utf8.RuneCountInString(v)
	case []any:
		return len(v)
	}
	return 0
}

// texts returns the strings among the members of an enumeration.
func texts(members []any) (out []string) {
	for _, m := range members {
		if s, ok := m.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// plain returns a value of a schema, where numbers keep their text, as a check
// has it.
func plain(v any) any {
	if n, ok := v.(interface{ Float64() (float64, error) }); ok {
		if f, err := n.Float64(); err == nil && !math.IsInf(f, 0) {
			return f
		}
	}
	return v
}
