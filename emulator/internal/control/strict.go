package control

import (
	"encoding"
	"encoding/json"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// check holds a decoded JSON value against the Go type that it shall become, and
// returns everything that is wrong: names that the type does not have, values of
// another kind, and texts in no notation of it. What a package json takes in
// silence, such as another letter case or null, is wrong here.
func check(v any, t reflect.Type, pointer string) []ProblemError {
	wrong := func(want string) []ProblemError {
		return []ProblemError{{Pointer: pointer, Detail: "want " + want + ", not " + kindOf(v)}}
	}
	switch own := reflect.New(t).Interface().(type) {
	case json.Unmarshaler:
		b, err := json.Marshal(v)
		if err == nil {
			err = own.UnmarshalJSON(b)
		}
		return problems(pointer, err)
	case encoding.TextUnmarshaler:
		s, ok := v.(string)
		if !ok {
			return wrong("a string")
		}
		return problems(pointer, own.UnmarshalText([]byte(s)))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return check(v, t.Elem(), pointer)
	case reflect.Struct:
		o, ok := v.(map[string]any)
		if !ok {
			return wrong("an object")
		}
		return checkObject(o, t, pointer)
	case reflect.Map:
		o, ok := v.(map[string]any)
		if !ok {
			return wrong("an object")
		}
		var list []ProblemError
		for _, name := range slices.Sorted(maps.Keys(o)) {
			list = append(list, check(o[name], t.Elem(), pointer+"/"+jsontree.Escape(name))...)
		}
		return list
	case reflect.String:
		if _, ok := v.(string); !ok {
			return wrong("a string")
		}
	case reflect.Bool:
		if _, ok := v.(bool); !ok {
			return wrong("true or false")
		}
	case reflect.Float64:
		if _, ok := v.(float64); !ok {
			return wrong("a number")
		}
	case reflect.Int:
		if f, ok := v.(float64); !ok || f != math.Trunc(f) || math.Abs(f) > 1<<53 {
			return wrong("a whole number")
		}
	}
	return nil // of any other kind, such as an interface, nothing is asked
}

// checkObject holds each member of an object against the field of that name.
func checkObject(o map[string]any, t reflect.Type, pointer string) []ProblemError {
	fields := map[string]reflect.Type{}
	var known []string // in the order of the type, which is that of the documentation
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		fields[name] = f.Type
		known = append(known, name)
	}
	var list []ProblemError
	for _, name := range slices.Sorted(maps.Keys(o)) {
		at := pointer + "/" + jsontree.Escape(name)
		if field, ok := fields[name]; ok {
			list = append(list, check(o[name], field, at)...)
			continue
		}
		list = append(list, ProblemError{Pointer: at, Detail: "unknown; there are " + strings.Join(known, ", ") + didYouMean(name, known)})
	}
	return list
}

func problems(pointer string, err error) []ProblemError {
	if err == nil {
		return nil
	}
	return []ProblemError{{Pointer: pointer, Detail: err.Error()}}
}

// kindOf names a decoded JSON value, short.
func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	case string:
		if len(v) > 40 {
			return "a string"
		}
		return strconv.Quote(v)
	case []any:
		return "an array"
	}
	return "an object"
}
