package objects

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unchanged tells whether a property of a body has the value that the object shows. What
// no client may write is let through then: clients send back whole what they read, and
// the service takes it. Observed: the tests of manicminer/hamilton v0.44, which run
// against the service, update users, groups, applications and grants so.
type unchanged func(name string, value any) bool

// unchanged compares with t's object, which is put together when first asked for.
func (e *Engine) unchanged(c *workload.Call, in entity.View, t *target) unchanged {
	var shown []byte
	return func(name string, value any) bool {
		if shown == nil {
			one := e.object(c, &list{in: in, typ: t.typ, path: parentOf(t.at)}, t.object)
			one.alone = true
			shown = c.Shape(nil, one, odata.Options{Select: odata.Everything()})
		}
		return equal(gjson.GetBytes(shown, name), value)
	}
}

// equal compares a stored value with one of a body. Dates are equal where they are the
// same instant, and texts that only differ in case where they are guids.
func equal(stored gjson.Result, value any) bool {
	text, isText := value.(string)
	if !isText || stored.Type != gjson.String {
		raw, err := json.Marshal(value)
		return err == nil && reflect.DeepEqual(set(stored.Value()), set(gjson.ParseBytes(raw).Value()))
	}
	if text == stored.Str || ids.IsGUID(text) && strings.EqualFold(text, stored.Str) {
		return true
	}
	a, err1 := time.Parse(time.RFC3339Nano, stored.Str)
	b, err2 := time.Parse(time.RFC3339Nano, text)
	return err1 == nil && err2 == nil && a.Equal(b)
}

// set is a value without the members that are null; one without any is null.
func set(value any) any {
	o, ok := value.(map[string]any)
	if !ok {
		return value
	}
	for name, v := range o {
		if o[name] = set(v); o[name] == nil {
			delete(o, name)
		}
	}
	if len(o) == 0 {
		return nil
	}
	return o
}
