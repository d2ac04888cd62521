package hostile

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	cannotRead = "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."
	over4MB    = "The maximum request length supported is 4MB."
)

func TestHostileBodies(t *testing.T) {
	const limit = 4 << 20
	padded := func(n int) string { return rig.CreateRequest + strings.Repeat(" ", n-len(rig.CreateRequest)) }
	gz := "Content-Encoding: gzip"
	bomb := zipped(t, zeros(64<<20)).Bytes()
	onBoth(t, func(t *testing.T, g *rig.Target) {
		for name, c := range map[string]struct {
			body    io.Reader
			headers []string
			status  int
			message string
			help    string // in one of the details
		}{
			"over the limit":               {strings.NewReader(padded(limit + 1)), nil, 400, over4MB, "--max-body"},
			"over the limit in chunks":     {io.MultiReader(strings.NewReader(padded(limit + 1))), nil, 400, over4MB, "--max-body"},
			"far over the limit in chunks": {zeros(20 << 20), nil, 400, over4MB, "--max-body"},
			"over the limit, unpacked":     {zipped(t, strings.NewReader(padded(limit+1))), []string{gz}, 400, over4MB, "--max-body"},
			"a gzip bomb":                  {bytes.NewReader(bomb), []string{gz}, 400, over4MB, "--max-body"},
			"a gzip bomb in a gzip bomb":   {zipped(t, bytes.NewReader(bomb)), []string{gz}, 400, cannotRead, ""},
			"no gzip":                      {strings.NewReader(rig.CreateRequest), []string{gz}, 400, cannotRead, "gzip"},
			"half a gzip header":           {strings.NewReader("\x1f\x8b\x08"), []string{gz}, 400, cannotRead, ""},
			"gzip that ends early": {bytes.NewReader(zipped(t, strings.NewReader(rig.CreateRequest)).Bytes()[:200]), []string{gz}, 400,
				cannotRead, "EOF"},
			"gzip with a wrong sum": {strings.NewReader(spoiled(zipped(t, strings.NewReader(rig.CreateRequest)))), []string{gz}, 400,
				cannotRead, "checksum"},
			"gzip of nothing": {zipped(t, strings.NewReader("")), []string{gz}, 400, "Empty Payload. JSON content expected.", ""},
			"an encoding we do not have": {strings.NewReader("x"), []string{"Content-Encoding: br"}, 415,
				"The content encoding 'br' is not supported.", "gzip"},
			"two encodings": {strings.NewReader("x"), []string{"Content-Encoding: gzip, gzip"}, 415,
				"The content encoding 'gzip, gzip' is not supported.", ""},
			"no body": {nil, []string{"Content-Type: application/json"}, 400, "Empty Payload. JSON content expected.", ""},
			"10,000 deep objects": {strings.NewReader(strings.Repeat(`{"a":`, 10000) + "1" + strings.Repeat("}", 10000)), nil, 400,
				cannotRead, "levels of nesting"},
			"10,000 deep arrays in place": {strings.NewReader(`{"displayName":` + strings.Repeat("[", 10000) + strings.Repeat("]", 10000) + "}"),
				nil, 400, cannotRead, "levels of nesting"},
			"a million open brackets": {strings.NewReader(strings.Repeat("[", 1e6)), nil, 400, cannotRead, "levels of nesting"},
			"a name twice": {strings.NewReader(strings.Replace(rig.CreateRequest, "{", `{"displayName":"x",`, 1)), nil, 400,
				cannotRead, "duplicate"},
			"a name twice, in another case": {strings.NewReader(strings.Replace(rig.CreateRequest, "{", `{"DISPLAYNAME":"x",`, 1)), nil, 400,
				"Invalid value specified for property 'displayName'", "twice"},
			"invalid UTF-8": {strings.NewReader(strings.Replace(rig.CreateRequest, "Test", "\xff\xfe", 1)), nil, 400, cannotRead,
				"UTF-8"},
			"half a surrogate pair": {strings.NewReader(strings.Replace(rig.CreateRequest, "Test", `\ud800`, 1)), nil, 400, cannotRead,
				"surrogate"},
			"NaN":      {strings.NewReader(`{"displayName":NaN}`), nil, 400, cannotRead, "invalid character"},
			"Infinity": {strings.NewReader(`{"displayName":-Infinity}`), nil, 400, cannotRead, "invalid"},
			"a number without end": {strings.NewReader(`{"displayName":` + strings.Repeat("9", 1e6) + `}`), nil, 400, cannotRead,
				"64-bit float"},
			"an exponent without end": {strings.NewReader(`{"displayName":1e999999999}`), nil, 400, cannotRead, "64-bit float"},
			"single quotes":           {strings.NewReader(`{'displayName':'x'}`), nil, 400, cannotRead, "invalid character"},
			"a comment":               {strings.NewReader(`{/* x */}`), nil, 400, cannotRead, "invalid character"},
			"a comma too many":        {strings.NewReader(`{"displayName":"x",}`), nil, 400, cannotRead, "invalid character"},
			"two documents":           {strings.NewReader(rig.CreateRequest + rig.CreateRequest), nil, 400, cannotRead, "more data"},
			"half a document":         {strings.NewReader(rig.CreateRequest[:len(rig.CreateRequest)/2]), nil, 400, cannotRead, "EOF"},
			"binary":                  {bytes.NewReader([]byte{0, 1, 2, 3, 255}), nil, 400, cannotRead, "invalid character"},
			"UTF-16":                  {strings.NewReader("\xff\xfe{\x00}\x00"), nil, 400, cannotRead, "invalid"},
			"only blanks":             {strings.NewReader(" \n\t "), nil, 400, cannotRead, "no value"},
			"an array":                {strings.NewReader("[" + rig.CreateRequest + "]"), nil, 400, cannotRead, "object"},
			"a string":                {strings.NewReader(`"x"`), nil, 400, cannotRead, "object"},
			"null":                    {strings.NewReader(`null`), nil, 400, cannotRead, "object"},
			"text/plain": {strings.NewReader(rig.CreateRequest), []string{"Content-Type: text/plain"}, 400, cannotRead,
				"application/json"},
			"text/json": {strings.NewReader(rig.CreateRequest), []string{"Content-Type: text/json"}, 400, cannotRead,
				"application/json"},
			"application/problem+json": {strings.NewReader(rig.CreateRequest), []string{"Content-Type: application/problem+json"}, 400,
				cannotRead, "application/json"},
			"a form": {strings.NewReader("a=b"), []string{"Content-Type: application/x-www-form-urlencoded"}, 400,
				cannotRead, "application/json"},
			"multipart": {strings.NewReader("--x--"), []string{"Content-Type: multipart/form-data; boundary=x"}, 400,
				cannotRead, "application/json"},
			"a strange Content-Type": {strings.NewReader("{}"), []string{`Content-Type: ;;;"\`}, 400, cannotRead, "application/json"},
			"no Content-Type": {strings.NewReader(rig.CreateRequest), []string{"Content-Type: "}, 400, cannotRead,
				"application/json"},
			"a query where none makes sense": {strings.NewReader(rig.CreateRequest), []string{"?: $top=1"}, 400,
				"Query option 'Top' is not allowed.", "$top"},
		} {
			path := rig.ProfilesAt
			headers := slices.DeleteFunc(slices.Clone(c.headers), func(h string) bool {
				query, ok := strings.CutPrefix(h, "?: ")
				if ok {
					path += "?" + query
				}
				return ok
			})
			w, body := g.Hit(t, "POST", path, c.body, headers...)
			e := rig.Refused(t, w, body, c.status)
			assert.True(t, strings.HasPrefix(*e.Message, c.message), "%s: %s", name, *e.Message)
			assert.Contains(t, fmt.Sprint(e.Details), c.help, name)
		}
		g.Unharmed(t, 0)

		// What looks odd but is right.
		created := 0
		for name, c := range map[string]struct {
			body    io.Reader
			headers []string
		}{
			"just the limit":         {strings.NewReader(padded(limit)), nil},
			"just the limit, packed": {zipped(t, strings.NewReader(padded(limit))), []string{gz}},
			"chunks":                 {io.MultiReader(strings.NewReader(rig.CreateRequest)), nil},
			"gzip in several members": {io.MultiReader(zipped(t, strings.NewReader(rig.CreateRequest[:100])),
				zipped(t, strings.NewReader(rig.CreateRequest[100:]))), []string{gz}},
			"identity":                  {strings.NewReader(rig.CreateRequest), []string{"Content-Encoding: Identity"}},
			"GZIP":                      {zipped(t, strings.NewReader(rig.CreateRequest)), []string{"Content-Encoding: GZIP"}},
			"a byte order mark":         {strings.NewReader("\xef\xbb\xbf" + rig.CreateRequest), nil},
			"Content-Type with charset": {strings.NewReader(rig.CreateRequest), []string{"Content-Type: Application/JSON ; charset=utf-8"}},
			"Content-Type with odata": {strings.NewReader(rig.CreateRequest),
				[]string{"Content-Type: application/json;odata.metadata=minimal;IEEE754Compatible=false"}},
			"an escaped name": {strings.NewReader(strings.Replace(rig.CreateRequest, "displayName", `displayNam\u0065`, 1)), nil},
			"read-only and control parts": {strings.NewReader(
				strings.Replace(rig.CreateRequest, "{", `{"@odata.context":"x","state":"deleting","id":"86904b1e-c7d0-4ead-b13a-98f11fc400ee",`,
					1)), nil},
		} {
			w, body := g.Hit(t, "POST", rig.ProfilesAt, c.body, c.headers...)
			assert.Equal(t, 202, w.StatusCode, "%s: %.300s", name, body)
			created++
		}
		g.Unharmed(t, created)
	})
}

// spoiled changes the checksum at the end of a gzip stream.
func spoiled(b *bytes.Buffer) string {
	text := b.Bytes()
	text[len(text)-5] ^= 0xff
	return string(text)
}

// places calls visit with each place of a tree: its JSON pointer, what stands
// there, and a way to put something else there for a while.
func places(v any, pointer string, put func(any), visit func(pointer string, v any, put func(any))) {
	if put != nil {
		visit(pointer, v, put)
	}
	switch v := v.(type) {
	case map[string]any:
		for k, child := range v {
			places(child, pointer+"/"+k, func(n any) { v[k] = n }, visit)
		}
	case []any:
		for i, child := range v {
			places(child, fmt.Sprint(pointer, "/", i), func(n any) { v[i] = n }, visit)
		}
	}
}

func jsonType(v any) string {
	switch v.(type) {
	case map[string]any:
		return "object"
	case []any:
		return "array"
	case string:
		return "string"
	case bool:
		return "boolean"
	case nil:
		return "null"
	}
	return "number"
}

// Each value of the founding document's request is replaced by one of each
// other type: refused, with the place in the details and nothing created.
func TestWrongTypesEverywhere(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{})
	nullable := []string{"/dataProvider/customizations", "/dataProvider/customizations/student",
		"/dataProvider/customizations/student/optionalPropertiesToSync", "/licensesToAssign"}
	tree, tried, created := founding(t), 0, 0
	var missing []string
	places(tree, "", nil, func(pointer string, was any, put func(any)) {
		for _, v := range []any{map[string]any{}, []any{}, "text", 7.5, -1, true, nil} {
			if jsonType(v) == jsonType(was) {
				continue
			}
			put(v)
			body, err := json.Marshal(tree)
			put(was)
			require.NoError(t, err)
			tried++
			w, answer := g.Hit(t, "POST", rig.ProfilesAt, bytes.NewReader(body))
			if v == nil && slices.Contains(nullable, pointer) {
				assert.Equal(t, 202, w.StatusCode, "%s null: %s", pointer, answer)
				created++
				missing = append(missing, pointer)
				continue
			}
			e := rig.Refused(t, w, answer, 400)
			assert.Contains(t, targets(e), pointer, "%s as %s: %s", pointer, jsonType(v), answer)
			assert.Len(t, e.Details, 1, "one fault, one detail: %s as %s: %s", pointer, jsonType(v), answer)
		}
	})
	assert.Greater(t, tried, 100)
	assert.ElementsMatch(t, nullable, missing)
	g.Unharmed(t, created)
	assert.JSONEq(t, rig.CreateRequest, rig.Must(json.Marshal(tree)), "the tree is as it was")
}

// Each object gets a property that it does not have; each property that it has,
// a misspelled name. The nearest one is named.
func TestUnknownPropertiesEverywhere(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{})
	tree := founding(t)
	try := func(place, help string) {
		t.Helper()
		w, answer := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.Must(json.Marshal(tree))))
		e := rig.Refused(t, w, answer, 400)
		for _, d := range e.Details {
			if d.Target == place {
				assert.Equal(t, "unknownProperty", d.Code)
				assert.Contains(t, d.Message, help)
				return
			}
		}
		assert.Fail(t, "no detail for "+place, "%s", answer)
	}
	var objects func(v any, pointer string)
	objects = func(v any, pointer string) {
		switch v := v.(type) {
		case map[string]any:
			for k, child := range v {
				objects(child, pointer+"/"+k)
			}
			v["zzzzzz"] = 1
			try(pointer+"/zzzzzz", "unknown property")
			delete(v, "zzzzzz")
			for k, child := range v {
				if k == "@odata.type" {
					continue
				}
				wrong := k[:2] + k[3:] // a letter is missing
				delete(v, k)
				v[wrong] = child
				try(pointer+"/"+wrong, `did you mean "`+k+`"`)
				delete(v, wrong)
				v[k] = child
			}
		case []any:
			for i, child := range v {
				objects(child, fmt.Sprint(pointer, "/", i))
			}
		}
	}
	objects(tree, "")
	g.Unharmed(t, 0)
}

func TestWrongValues(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{})
	edit := func(old, by string) string {
		require.Contains(t, rig.CreateRequest, old)
		return strings.Replace(rig.CreateRequest, old, by, 1)
	}
	many := func(n int, entry string) string { return strings.TrimSuffix(strings.Repeat(entry+",", n), ",") }
	for name, c := range map[string]struct{ body, target string }{
		"unknown role": {edit(`"appliesTo": "student"`, `"appliesTo": "janitor"`),
			"/identitySynchronizationConfiguration/userDomains/0/appliesTo"},
		"a role that is not for this": {edit(`"appliesTo": "student"`, `"appliesTo": "unknownFutureValue"`),
			"/identitySynchronizationConfiguration/userDomains/0/appliesTo"},
		"a role twice": {edit(`"appliesTo": "student"`, `"appliesTo": "teacher"`),
			"/identitySynchronizationConfiguration/userDomains/1/appliesTo"},
		"empty name":               {edit(`"Test Profile"`, `""`), "/displayName"},
		"a name of 257 characters": {edit("Test Profile", strings.Repeat("é", 257)), "/displayName"},
		"a name of a megabyte":     {edit("Test Profile", strings.Repeat("x", 1<<20)), "/displayName"},
		"a long sku": {edit("6fd2c87f-b296-42f0-b197-1e91e994b900", strings.Repeat("x", 257)),
			"/licensesToAssign/0/skuIds/0"},
		"a domain with a slash": {edit("testschool.edu", "testschool.edu/x"),
			"/identitySynchronizationConfiguration/userDomains/0/name"},
		"unknown provider": {edit("educationCsvDataProvider", "educationXmlDataProvider"), "/dataProvider/@odata.type"},
		"a provider's type for identity": {edit("educationIdentityCreationConfiguration", "educationCsvDataProvider"),
			"/identitySynchronizationConfiguration/@odata.type"},
		"an abstract type":          {edit("educationCsvDataProvider", "educationSynchronizationDataProvider"), "/dataProvider/@odata.type"},
		"a type of a megabyte":      {edit("educationCsvDataProvider", strings.Repeat("x", 1<<20)), "/dataProvider/@odata.type"},
		"a date that is none":       {edit(`"displayName"`, `"expirationDate": "2026-02-30", "displayName"`), "/expirationDate"},
		"a date with time":          {edit(`"displayName"`, `"expirationDate": "2099-01-01T00:00:00Z", "displayName"`), "/expirationDate"},
		"a date long ago":           {edit(`"displayName"`, `"expirationDate": "1999-01-01", "displayName"`), "/expirationDate"},
		"a state that there is not": {edit(`"displayName"`, `"state": "done", "displayName"`), "/state"},
		"100,000 options": {edit(`"State ID"`, many(100_000, `"State ID"`)),
			"/dataProvider/customizations/student/optionalPropertiesToSync"},
		"10,000 wrong options": {edit(`"State ID"`, many(10_000, `7`)), "/dataProvider/customizations/student/optionalPropertiesToSync/0"},
		"40,000 licences": {edit(`"licensesToAssign": [`,
			`"licensesToAssign": [`+many(40_000, `{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]}`)+","),
			"/licensesToAssign"},
		"100,000 skus": {edit(`"6fd2c87f-b296-42f0-b197-1e91e994b900"`, many(100_000, `"6fd2c87f-b296-42f0-b197-1e91e994b900"`)),
			"/licensesToAssign/0/skuIds"},
		"no domains":     {edit(`"userDomains"`, `"userDomains2"`), "/identitySynchronizationConfiguration/userDomains"},
		"nothing at all": {"{}", "/dataProvider"},
	} {
		w, answer := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(c.body))
		e := rig.Refused(t, w, answer, 400)
		assert.Contains(t, targets(e), c.target, "%s: %.500s", name, answer)
	}
	// An endless number of faults gives a bounded answer.
	var b strings.Builder
	for i := range 10_000 {
		fmt.Fprintf(&b, `"p%d":1,`, i)
	}
	w, answer := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader("{"+b.String()+`"x":1}`))
	e := rig.Refused(t, w, answer, 400)
	assert.Len(t, e.Details, 101)
	assert.Contains(t, e.Details[100].Message, "more")
	g.Unharmed(t, 0)
}

// The same abuse through PATCH and PUT leaves the profile as it was.
func TestHostileUpdates(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen@" + rig.Dawn})
	w, body := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
	require.Equal(t, 202, w.StatusCode)
	var p struct{ ID string }
	require.NoError(t, json.Unmarshal(body, &p))
	_, before := g.Hit(t, "GET", rig.At(p.ID), nil)
	for _, c := range []struct{ method, path, body string }{
		{"PATCH", rig.At(p.ID), `{"displayName": null}`},
		{"PATCH", rig.At(p.ID), `{"displayName": 1, "zzz": 2}`},
		{"PATCH", rig.At(p.ID), `{"id": "11111111-1111-4111-8111-111111111111"}`},
		{"PATCH", rig.At(p.ID), `{"dataProvider": {}}`},
		{"PATCH", rig.At(p.ID), `{"dataProvider": {"@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider"}}`},
		{"PATCH", rig.At(p.ID), `{"displayName": "x"`},
		{"PATCH", rig.At(p.ID), ``},
		{"PATCH", rig.At(p.ID) + "?$select=id", `{"displayName": "x"}`},
		{"PUT", rig.At(p.ID), `{"displayName": "x"}`},
		{"PUT", rig.At(p.ID), strings.Replace(rig.CreateRequest, "{", `{"id": "11111111-1111-4111-8111-111111111111",`, 1)},
		{"PUT", rig.ProfilesAt, rig.CreateRequest},
		{"PATCH", rig.At(p.ID), strings.Repeat(" ", 4<<20+1)},
	} {
		w, answer := g.Hit(t, c.method, c.path, strings.NewReader(c.body))
		rig.Refused(t, w, answer, 400)
		_, after := g.Hit(t, "GET", rig.At(p.ID), nil)
		assert.Equal(t, string(before), string(after), "%s %.100s", c.method, c.body)
	}
	w, answer := g.Hit(t, "PUT", rig.ProfilesAt,
		strings.NewReader(strings.Replace(rig.CreateRequest, "{", `{"id": "11111111-1111-4111-8111-111111111111",`, 1)))
	rig.Refused(t, w, answer, http.StatusNotFound)
	g.Unharmed(t, 1)
}
