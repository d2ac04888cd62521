package directory

import (
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What rules do with values of objects, as a client sent them and as they are stored.

// textIn is a text among values, "" for none.
func textIn(values map[string]any, name string) string {
	s, _ := values[name].(string)
	return s
}

func boolOf(values map[string]any, name string) bool {
	b, _ := values[name].(bool)
	return b
}

// listOf is a collection among values.
func listOf(values map[string]any, name string) []any {
	l, _ := values[name].([]any)
	return l
}

// textsOf is a collection of texts among values.
func textsOf(values map[string]any, name string) (list []string) {
	for _, v := range listOf(values, name) {
		if s, ok := v.(string); ok {
			list = append(list, s)
		}
	}
	return list
}

// preset sets what a create has left open.
func preset(values map[string]any, name string, v any) {
	if values[name] == nil {
		values[name] = v
	}
}

// prop is a property of a stored object.
func prop(o *entity.Object, name string) gjson.Result {
	return gjson.GetBytes(o.JSON, gjson.Escape(name))
}

// is tells whether an object is of a type of this model's namespace.
func is(o *entity.Object, typ string) bool { return o.Type == "microsoft.graph."+typ }

// kindOf is the type of an object without its namespace.
func kindOf(o *entity.Object) string { return o.Type[strings.LastIndexByte(o.Type, '.')+1:] }

// rewrite puts other values in a stored object, in the place of those it has; nil takes
// one away. What is new stands behind the id, in the order given.
func rewrite(tx *entity.Tx, o *entity.Object, changes ...change) (*entity.Object, error) {
	json := append([]byte(`{"id":`), jsontree.Append(nil, o.ID)...)
	add := func(name string, raw []byte) {
		json = append(append(jsontree.Append(append(json, ','), name), ':'), raw...)
	}
	var names []string
	for _, ch := range changes {
		names = append(names, ch.name)
		if v := gjson.GetBytes(o.JSON, gjson.Escape(ch.name)); !v.Exists() && ch.value != nil {
			add(ch.name, jsontree.Append(nil, ch.value))
		}
	}
	gjson.ParseBytes(o.JSON).ForEach(func(key, v gjson.Result) bool {
		if key.Str == "id" {
			return true
		}
		raw := []byte(v.Raw)
		for _, ch := range changes {
			if ch.name == key.Str {
				if ch.value == nil {
					return true
				}
				raw = jsontree.Append(nil, ch.value)
			}
		}
		add(key.Str, raw)
		return true
	})
	return tx.Replace(o.Place, append(json, '}'), o.Keys(), names...)
}

// change is another value of a property.
type change struct {
	name  string
	value any
}

// byID is the directory object of an id, one that is not deleted; nil for none.
func byID(in entity.View, id string) *entity.Object {
	if o := in.Find(entity.Directory, id); o != nil && o.Home.Name != entity.DeletedItems {
		return o
	}
	return nil
}

// ofType is the directory object of an id where it is of a type; nil for none.
func ofType(in entity.View, typ, id string) *entity.Object {
	if o := byID(in, id); o != nil && is(o, typ) {
		return o
	}
	return nil
}

// body is what an action was called with; its members are looked for without letter case.
func body(c *workload.Call) (map[string]any, error) {
	values, err := c.Object()
	if err != nil {
		return nil, err
	}
	return values, nil
}

// stringsIn returns a parameter of an action that has to be a list of texts.
func stringsIn(action string, values map[string]any, name string) ([]string, error) {
	if err := missingParameters(action, values, name); err != nil {
		return nil, err
	}
	list, ok := values[name].([]any)
	if !ok {
		return nil, invalidParameter(name, "want a list of texts")
	}
	texts := make([]string, len(list))
	for i, v := range list {
		if texts[i], ok = v.(string); !ok {
			return nil, invalidParameter(name, "want a list of texts")
		}
	}
	return texts, nil
}
