package scenario

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/schemas"
)

// definition is what this test reads of a schema.
type definition struct {
	Enum       []any                 `json:"enum"`
	Examples   []any                 `json:"examples"`
	Properties map[string]definition `json:"properties"`
	Defs       map[string]definition `json:"$defs"`
}

// The schema lists words so that an editor can complete them. They must be those
// of the code.
func TestTheSchemaHasTheWordsOfTheCode(t *testing.T) {
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	var s definition
	require.NoError(t, json.Unmarshal(text, &s))

	words := func(def, property string) (list []string) {
		from := s.Defs[def].Properties[property]
		if def == "scenarioWhile" || property == "on" {
			from.Enum = from.Examples // it is for any object: the words are those of profiles
		}
		for _, e := range from.Enum {
			list = append(list, e.(string))
		}
		slices.Sort(list)
		return list
	}
	states, statuses := sorted(profile.States), sorted(profile.Statuses)
	assert.Equal(t, sorted(append(slices.Clone(profile.States), profile.Gone)), words("scenarioStep", "state"))
	assert.Equal(t, statuses, words("scenarioStep", "status"))
	assert.Equal(t, states, words("scenarioWhile", "state"))
	assert.Equal(t, statuses, words("scenarioWhile", "status"))
	assert.Equal(t, states, words("scenarioExpectation", "state"))
	var triggers []string
	for _, c := range profile.Triggers {
		triggers = append(triggers, "profiles."+string(c))
	}
	assert.Subset(t, words("scenarioLifecycle", "on"), triggers, "beside them there are examples of other objects")
}

func sorted[T ~string](list []T) (out []string) {
	for _, v := range list {
		out = append(out, string(v))
	}
	slices.Sort(out)
	return out
}

// Every property that the format has is one of its Go types, and the other way
// round: a property that is only described would have no effect.
func TestTheSchemaHasThePropertiesOfTheTypes(t *testing.T) {
	text, err := schemas.FS.ReadFile("scenario.schema.json")
	require.NoError(t, err)
	var s definition
	require.NoError(t, json.Unmarshal(text, &s))
	var f File
	root := names(s.Properties)
	assert.Equal(t, fields(f), slices.DeleteFunc(root, func(n string) bool { return n == "$schema" }))
	for def, v := range map[string]any{
		"scenarioClock": f.Clock, "scenarioTimeline": f.Timeline, "scenarioLifecycle": Lifecycle{}, "scenarioStep": Step{},
		"scenarioSyncError": SyncError{},
		"scenarioFault":     fault.Rule{}, "scenarioThrottle": reflect.New(reflect.TypeOf(f.Throttle).Elem()).Elem().Interface(),
		"scenarioBody": fault.Body{}, "scenarioSlow": fault.Slow{}, "scenarioRespond": fault.Respond{}, "scenarioWhile": fault.While{},
		"scenarioExpectation": reflect.New(reflect.TypeOf(f.Expect).Elem()).Elem().Interface(),
	} {
		assert.Equal(t, fields(v), names(s.Defs[def].Properties), def)
	}
}

func names(m map[string]definition) (list []string) {
	for name := range m {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// fields returns the JSON names of a struct's fields, sorted.
func fields(v any) (list []string) {
	for f := range fieldsOf(reflect.TypeOf(v)) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
			list = append(list, name)
		}
	}
	slices.Sort(list)
	return list
}

func fieldsOf(t reflect.Type) func(func(reflect.StructField) bool) {
	return func(yield func(reflect.StructField) bool) {
		for i := range t.NumField() {
			if !yield(t.Field(i)) {
				return
			}
		}
	}
}
