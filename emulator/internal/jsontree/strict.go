package jsontree

import (
	"encoding"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/problem"
)

// Ending says in words where a text has ended too early; any other error is
// returned as it is.
func Ending(err error) error {
	switch err {
	case io.ErrUnexpectedEOF:
		return errors.New("it ends in the middle")
	case io.EOF:
		return errors.New("it is empty")
	}
	return err
}

// Check holds a decoded JSON value against the Go type that it shall become, and
// returns everything that is wrong: names that the type does not have, values of
// another kind, and texts in no notation of it. What a package json takes in
// silence, such as another letter case or null, is wrong here.
func Check(v any, t reflect.Type, pointer string) []problem.Problem {
	wrong := func(want string) []problem.Problem {
		return []problem.Problem{{Pointer: pointer, Message: "want " + want + ", not " + kindOf(v)}}
	}
	switch own := reflect.New(t).Interface().(type) {
	case json.Unmarshaler:
		b, err := json.Marshal(v)
		if err == nil {
			err = own.UnmarshalJSON(b)
		}
		return refused(pointer, err)
	case encoding.TextUnmarshaler:
		s, ok := v.(string)
		if !ok {
			return wrong("a string")
		}
		return refused(pointer, own.UnmarshalText([]byte(s)))
	}
	switch t.Kind() {
	case reflect.Pointer:
		return Check(v, t.Elem(), pointer)
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
		var list []problem.Problem
		for _, name := range slices.Sorted(maps.Keys(o)) {
			list = append(list, Check(o[name], t.Elem(), Child(pointer, name))...)
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
func checkObject(o map[string]any, t reflect.Type, pointer string) []problem.Problem {
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
	var list []problem.Problem
	for _, name := range slices.Sorted(maps.Keys(o)) {
		at := Child(pointer, name)
		if field, ok := fields[name]; ok {
			list = append(list, Check(o[name], field, at)...)
			continue
		}
		message := "unknown; there are " + strings.Join(known, ", ") + words.Suggestion(name, known)
		list = append(list, problem.Problem{Pointer: at, Message: message})
	}
	return list
}

func refused(pointer string, err error) []problem.Problem {
	if err == nil {
		return nil
	}
	return []problem.Problem{{Pointer: pointer, Message: err.Error()}}
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
