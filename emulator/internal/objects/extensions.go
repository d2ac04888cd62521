package objects

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Directory extensions: properties that an application adds to users, groups and other
// objects of the directory, "extension_{appId}_{name}". No model has them; which there
// are is a matter of the world. Documented: the page of extensionProperty.

const (
	extensionPrefix = "extension_"

	maxExtensions     = 100 // values an object. Documented
	maxExtensionText  = 256 // characters, or bytes of Binary. Documented
	maxExtensionNames = 200 // different names in one query (chosen): all of an object can be selected, and others asked for
	maxExact          = 1 << 53
)

var extensionNames = regexp.MustCompile(`(?i)\bextension_[0-9a-f]{32}_\w+`)

// isExtension tells whether a member of a body may be a directory extension's value.
func (e *Engine) isExtension(t *odata.Type, name string) bool {
	return strings.HasPrefix(name, extensionPrefix) && t.Open && e.family(t) == entity.Directory
}

// extended is a type with the extensions that the call's query names. Those that are not
// registered stay unknown to it.
func (e *Engine) extended(c *workload.Call, in entity.View, t *odata.Type) *odata.Type {
	if e.extension == nil || !strings.Contains(c.Query, extensionPrefix) || !t.Open {
		return t
	}
	query, err := url.QueryUnescape(c.Query)
	if err != nil {
		return t // the parser of options says it better
	}
	var more []odata.Property
	seen := map[string]bool{}
	for rest := query; len(seen) < maxExtensionNames; {
		at := extensionNames.FindStringIndex(rest)
		if at == nil {
			break
		}
		name := rest[at[0]:at[1]]
		rest = rest[at[1]:]
		if seen[name] {
			continue
		}
		seen[name] = true
		if p := e.extension(in, t.Name, name); p != nil {
			more = append(more, *p)
		}
	}
	if more == nil {
		return t
	}
	return t.With(more)
}

// extensionsIn are the names of the extensions among some values, in order.
func extensionsIn(values map[string]any) (names []string) {
	for name := range values {
		if strings.HasPrefix(name, extensionPrefix) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// checkExtensions refuses values of extensions that are not registered for a type, or that
// are not of their type. Observed: the words, and that they name all (msgraph-sdk-dotnet
// issue 2680).
func (e *Engine) checkExtensions(in entity.View, t *odata.Type, values map[string]any) error {
	var unknown []string
	count := 0
	for _, name := range extensionsIn(values) {
		var p *odata.Property
		if e.extension != nil {
			p = e.extension(in, t.Name, name)
		}
		if p == nil {
			unknown = append(unknown, name)
			continue
		}
		if values[name] != nil {
			count++
		}
		if why := wrongExtension(p, values[name]); why != "" {
			return workload.Refuse("Invalid value specified for property '%s' of resource '%s'.", name, apierror.ResourceName(t.Name)).
				Help("invalidValue", "/"+name, "%s", why)
		}
	}
	if unknown != nil {
		return workload.Refuse("The following extension properties are not available: %s.", strings.Join(unknown, ",")).
			Help("unknownExtension", "/"+unknown[0], "register it for %s: POST /applications/{id}/extensionProperties", t.Name)
	}
	if count > maxExtensions {
		return workload.Refuse("An object can hold at most %d values of extension properties.", maxExtensions) // the words are chosen
	}
	return nil
}

// wrongExtension says what is wrong with a value of an extension; "": nothing. Documented
// are the types and their limits. An empty collection takes the values away.
func wrongExtension(p *odata.Property, v any) string {
	if v == nil {
		return ""
	}
	if p.Collection {
		list, ok := v.([]any)
		if !ok {
			return "it is multi-valued: want an array"
		}
		one := *p
		one.Collection = false
		for i, v := range list {
			if v == nil {
				return fmt.Sprintf("value %d is null", i)
			}
			if why := wrongExtension(&one, v); why != "" {
				return fmt.Sprintf("value %d: %s", i, why)
			}
		}
		return ""
	}
	text, isText := v.(string)
	number, isNumber := v.(float64)
	whole := isNumber && number == math.Trunc(number)
	switch p.Kind {
	case odata.KindString:
		if !isText || utf8.RuneCountInString(text) > maxExtensionText {
			return fmt.Sprintf("want a text of at most %d characters", maxExtensionText)
		}
	case odata.KindBinary:
		if b, err := base64.StdEncoding.DecodeString(text); !isText || err != nil || len(b) > maxExtensionText {
			return fmt.Sprintf("want at most %d bytes in Base64", maxExtensionText)
		}
	case odata.KindBoolean:
		if _, ok := v.(bool); !ok {
			return "want true or false"
		}
	case odata.KindDateTimeOffset:
		if _, err := time.Parse(time.RFC3339Nano, text); !isText || err != nil {
			return "want a date and time, as 2026-01-05T06:00:00Z"
		}
	case odata.KindInt32:
		if !whole || number < math.MinInt32 || number > math.MaxInt32 {
			return "want a whole number of 32 bits"
		}
	case odata.KindInt64:
		// Chosen: beyond 53 bits a number would lose digits here, where the service keeps 64.
		if !whole || math.Abs(number) > maxExact {
			return "want a whole number; graphemu keeps those of up to 53 bits exactly, and takes no others"
		}
	}
	return ""
}

// withExtensions appends to an object that is shown the values of its extensions.
// Documented: those of users are shown where they are selected, those of groups always;
// of other objects it is inferred that they are as groups. One that is registered no
// more is not shown, nor is one that was registered again since as another type, and does
// not fit it (chosen: a client would read a text where $metadata promises a number).
func (one *object) withExtensions(shown, json []byte, s *odata.Selection) []byte {
	if !bytes.Contains(json, []byte(`"`+extensionPrefix)) || s == nil && one.typ.Name == "user" || one.e.extension == nil {
		return shown
	}
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if !strings.HasPrefix(key.Str, extensionPrefix) || !s.Shows(key.Str) {
			return true
		}
		if p := one.e.extension(one.list.in, one.typ.Name, key.Str); p != nil && wrongExtension(p, v.Value()) == "" {
			shown = shown[:len(shown)-1]
			if shown[len(shown)-1] != '{' {
				shown = append(shown, ',')
			}
			shown = append(jsontree.Append(shown, key.Str), ':')
			shown = append(append(shown, v.Raw...), '}')
		}
		return true
	})
	return shown
}
