package schema

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/santhosh-tekuri/jsonschema/v5"
)

// accepts tells whether v is valid, in the cases where that is quickly said.
// False means that the validator must be asked, which also knows why.
//
// Nearly every document is valid, and of a valid one nobody asks why; the
// validator prepares its explanations all the same, which takes ten times as
// long as this and half of the time of a create: without this, BenchmarkCreate
// falls from 0.38 of a bare handler to 0.22, and its goal is 0.28. The validator
// stays the authority: a test holds each verdict of accepts against it.
func accepts(s *jsonschema.Schema, v any) bool {
	if s.Always != nil || !quick(s) {
		return false
	}
	if s.Ref != nil && !accepts(s.Ref, v) {
		return false
	}
	for _, sub := range s.AllOf {
		if !accepts(sub, v) {
			return false
		}
	}
	if s.If != nil && !otherType(s.If, v) && !accepts(s.Then, v) {
		return false
	}
	if len(s.Constant) > 0 && !same(v, s.Constant[0]) {
		return false
	}
	if len(s.Enum) > 0 && !slices.ContainsFunc(s.Enum, func(e any) bool { return same(v, e) }) {
		return false
	}
	switch v := v.(type) {
	case nil:
		return typed(s, "null")
	case bool:
		return typed(s, "boolean")
	case string:
		return typed(s, "string") && acceptsText(s, v)
	case []any:
		return typed(s, "array") && acceptsArray(s, v)
	case map[string]any:
		return typed(s, "object") && acceptsObject(s, v)
	case float64:
		return acceptsNumber(s, v)
	}
	return false
}

// acceptsNumber knows types and bounds; what is at a bound is for the validator, which
// is exact.
func acceptsNumber(s *jsonschema.Schema, v float64) bool {
	if !typed(s, "number") && (!typed(s, "integer") || v != math.Trunc(v)) || math.IsInf(v, 0) || math.IsNaN(v) {
		return false
	}
	if s.ExclusiveMinimum != nil || s.ExclusiveMaximum != nil || s.MultipleOf != nil {
		return false
	}
	if s.Minimum != nil {
		if least, _ := s.Minimum.Float64(); v <= least {
			return false
		}
	}
	if s.Maximum != nil {
		if most, _ := s.Maximum.Float64(); v >= most {
			return false
		}
	}
	return true
}

// quick tells whether s has no keyword that accepts does not know.
func quick(s *jsonschema.Schema) bool {
	return s.Not == nil && s.AnyOf == nil && s.OneOf == nil && (s.If == nil || s.Then != nil) && s.Else == nil &&
		s.RecursiveRef == nil && s.DynamicRef == nil &&
		s.MinProperties < 0 && s.MaxProperties < 0 && s.PropertyNames == nil && s.PatternProperties == nil &&
		s.Dependencies == nil && s.DependentRequired == nil && s.DependentSchemas == nil && s.UnevaluatedProperties == nil &&
		s.Items == nil && s.AdditionalItems == nil && s.PrefixItems == nil && s.Contains == nil && s.UnevaluatedItems == nil &&
		s.ContentEncoding == "" && s.ContentMediaType == "" && s.ContentSchema == nil && len(s.Extensions) == 0
}

// otherType tells whether v has another "@odata.type" than the one that s asks for.
func otherType(s *jsonschema.Schema, v any) bool {
	m, _ := v.(map[string]any)
	name, ok := m[odataType].(string)
	want := s.Properties[odataType]
	return ok && want != nil && len(want.Constant) == 1 && !same(name, want.Constant[0])
}

func typed(s *jsonschema.Schema, name string) bool {
	return len(s.Types) == 0 || slices.Contains(s.Types, name)
}

// same compares scalars; what is none is for the validator.
func same(a, b any) bool {
	switch a := a.(type) {
	case string:
		b, ok := b.(string)
		return ok && a == b
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case nil:
		return b == nil
	}
	return false
}

func acceptsText(s *jsonschema.Schema, v string) bool {
	if s.MinLength >= 0 || s.MaxLength >= 0 {
		n := utf8.RuneCountInString(v)
		if n < s.MinLength || s.MaxLength >= 0 && n > s.MaxLength {
			return false
		}
	}
	if s.Format != "" {
		valid := edmFormats[s.Format]
		if valid == nil {
			valid = jsonschema.Formats[s.Format]
		}
		if valid == nil || !valid(v) {
			return false
		}
	}
	return s.Pattern == nil || s.Pattern.MatchString(v)
}

func acceptsArray(s *jsonschema.Schema, v []any) bool {
	if len(v) < s.MinItems || s.MaxItems >= 0 && len(v) > s.MaxItems {
		return false
	}
	if s.UniqueItems && !unique(v) {
		return false
	}
	if s.Items2020 == nil {
		return true
	}
	for _, item := range v {
		if !accepts(s.Items2020, item) {
			return false
		}
	}
	return true
}

// unique tells whether a short array of texts holds none of them twice.
func unique(v []any) bool {
	const short = 16
	if len(v) > short {
		return false
	}
	for i := range v {
		if _, text := v[i].(string); !text {
			return false
		}
		for j := range i {
			if v[i] == v[j] {
				return false
			}
		}
	}
	return true
}

func acceptsObject(s *jsonschema.Schema, v map[string]any) bool {
	for _, name := range s.Required {
		if _, ok := v[name]; !ok {
			return false
		}
	}
	for name, value := range v {
		sub, declared := s.Properties[name]
		if !declared {
			switch extra := s.AdditionalProperties.(type) {
			case nil:
				continue
			case bool:
				if extra {
					continue
				}
				return false
			case *jsonschema.Schema:
				sub = extra
			}
		}
		if !accepts(sub, value) {
			return false
		}
	}
	return true
}
