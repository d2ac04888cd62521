package hostile

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

func TestHostileQueries(t *testing.T) {
	g := rig.NewTarget(t, emulator.Options{Clock: "frozen@" + rig.Dawn})
	for range 3 {
		w, _ := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
		require.Equal(t, 202, w.StatusCode)
	}
	nested := func(n int, open, close string) string {
		return strings.Repeat(open, n) + "true" + strings.Repeat(close, n)
	}
	for query, target := range map[string]string{
		"$filter=" + strings.Repeat("x", 20<<10):                        "$filter",
		"$filter=" + nested(1000, "(", ")"):                             "$filter",
		"$filter=" + nested(1000, "not(", ")"):                          "$filter",
		"$filter=" + strings.Repeat("not ", 1000) + "true":              "$filter",
		"$filter=" + nested(1000, "tolower(", ")"):                      "$filter",
		"$filter=" + strings.Repeat("(", 1000):                          "$filter",
		"$filter=" + strings.Repeat(")", 1000):                          "$filter",
		"$filter=displayName eq 'x":                                     "$filter",
		"$filter=displayName eq":                                        "$filter",
		"$filter=":                                                      "$filter",
		"$filter=eq eq eq":                                              "$filter",
		"$filter=displayName eq 1":                                      "$filter",
		"$filter=nope eq 'x'":                                           "$filter",
		"$filter=displayName eq 'x'; drop table profiles":               "$filter",
		"$filter=displayName eq \x00":                                   "$filter",
		"$filter=displayName in (":                                      "$filter",
		"$filter=displayName in (" + strings.Repeat("'x',", 3000) + ")": "$filter",
		"$filter=licensesToAssign/any(l:" + strings.Repeat("licensesToAssign/any(l:", 50): "$filter",
		"$filter=$it/$it": "$filter",
		"$orderby=" + strings.Repeat("displayName,", 500) + "displayName": "$orderby",
		"$orderby=nope":                 "$orderby",
		"$orderby=displayName sideways": "$orderby",
		"$orderby=":                     "$orderby",
		"$select=nope":                  "$select",
		"$select=" + strings.Repeat("displayName/", 500) + "x": "$select",
		"$expand=nope": "$expand",
		"$expand=errors(" + strings.Repeat("$expand=errors(", 500): "$expand",
		"$expand=errors($top=1)($top=2)":                           "$expand",
		"$search=" + strings.Repeat("(", 1000):                     "$search",
		"$search=\"":                                               "$search",
		"$top=-1":                                                  "$top",
		"$top=0":                                                   "$top",
		"$top=1000":                                                "$top",
		"$top=99999999999999999999999999":                          "$top",
		"$top=1.5":                                                 "$top",
		"$top=1e2":                                                 "$top",
		"$top=0x10":                                                "$top",
		"$top=abc":                                                 "$top",
		"$top=":                                                    "$top",
		"$top=1&$top=2":                                            "$top",
		"$top=1&top=2":                                             "$top",
		"$top=1&$TOP=1":                                            "$top",
		"$top=١":                                                   "$top",
		"$skip=-1":                                                 "$skip",
		"$skip=x":                                                  "$skip",
		"$skip= ":                                                  "$skip",
		"$count=yes":                                               "$count",
		"$count=1":                                                 "$count",
		"$nope=1":                                                  "$nope",
		"nope=1":                                                   "nope",
		"$format=xml":                                              "$format",
		"$skiptoken=x":                                             "$skiptoken",
		"$apply=aggregate(x)":                                      "$apply",
		"\"<>\\=1":                                                 "\"<>\\",
	} {
		w, body := g.Hit(t, "GET", rig.ProfilesAt+"?"+rig.Encoded(query), nil)
		e := rig.Refused(t, w, body, 400)
		assert.Contains(t, targets(e), target, "%.100s: %.300s", query, body)
	}
	for _, raw := range []string{"%zz", "$filter=%zz", "$filter=%ff", "%ff=1", "$top=%"} {
		w, body := g.Hit(t, "GET", rig.ProfilesAt+"?"+raw, nil)
		assert.Equal(t, "The query specified in the URI is not valid. It holds an invalid escape sequence.",
			*rig.Refused(t, w, body, 400).Message, raw)
	}
	// In a batch an address may be as long as the body lets it.
	w, body := g.Hit(t, "POST", "/$batch",
		strings.NewReader(rig.BatchText(
			map[string]any{"id": "1", "method": "GET", "url": rig.ProfilesAt + "?$filter=" + strings.Repeat("x", 100<<10)})))
	require.Equal(t, 200, w.StatusCode)
	assert.Contains(t, string(body), "longer than 16384 bytes")
	assert.Less(t, len(body), 10_000)

	// What is odd but right.
	for query, want := range map[string]int{
		"": 3, "&&&": 3, "$skip=2147483647": 0, "$skip=99999999999999999999999999": 0, "$skip=3": 0, "$skip=2&$top=999": 1, "$top=999": 3,
		"TOP=999": 3, "$TOP=1&$Skip=2": 1,
		"$filter=" + nested(60, "(", ")"): 3, "$filter=displayName ne null": 3, "$filter=displayName eq 'it''s'": 0,
		"$filter=not(displayName eq '\u2028')": 3,
		"$orderby=displayName desc,id":         3, "$search=\"Test\"": 3, "$filter=false&$count=true": 0,
	} {
		w, body := g.Hit(t, "GET", rig.ProfilesAt+"?"+rig.Encoded(query), nil)
		require.Equal(t, 200, w.StatusCode, "%s: %s", query, body)
		var list struct {
			Value []any
			Next  *string `json:"@odata.nextLink"`
		}
		require.NoError(t, json.Unmarshal(body, &list))
		assert.Len(t, list.Value, want, query)
		assert.Nil(t, list.Next, query)
	}
	// Where there is nothing to query, queries are refused, but never bodies lost.
	for _, c := range [][2]string{{"POST", "/start"}, {"POST", "/pause"}, {"DELETE", ""}, {"GET", "/uploadUrl"}} {
		id := g.World().Profiles()[0].ID
		w, body := g.Hit(t, c[0], rig.At(id)+c[1]+"?$filter=true", nil)
		rig.Refused(t, w, body, 400)
	}
	g.Unharmed(t, 3)
}

func TestHostileBatches(t *testing.T) {
	const invalid = "Invalid batch payload format."
	on := func(id int) string { return fmt.Sprintf("Invalid dependency for request Id %d.", id) }
	get := func(id string, more ...any) map[string]any {
		p := map[string]any{"id": id, "method": "GET", "url": rig.ProfilesAt + "?$top=1"}
		for i := 0; i < len(more); i += 2 {
			p[more[i].(string)] = more[i+1]
		}
		return p
	}
	create := func(id string, more ...any) map[string]any {
		return get(id, append(
			[]any{"method", "POST", "url", rig.ProfilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body",
				json.RawMessage(rig.CreateRequest)}, more...)...)
	}
	numbered := func(n int) (parts []map[string]any) {
		for i := range n {
			parts = append(parts, create(fmt.Sprint(i)))
		}
		return parts
	}
	onBoth(t, func(t *testing.T, g *rig.Target) {
		// Refused whole, with nothing done: each begins with a part that would create.
		for name, c := range map[string]struct {
			text    string
			message string
			target  string
		}{
			"21 parts":           {rig.BatchText(numbered(21)...), "Number of batch request steps exceeds the maximum value of 20.", "/requests"},
			"10,000 parts":       {rig.BatchText(numbered(2000)...), "Number of batch request steps exceeds the maximum value of 20.", "/requests"},
			"ids twice":          {rig.BatchText(create("a"), get("a")), "Request Id a has to be unique in a batch.", "/requests/1/id"},
			"ids twice, by case": {rig.BatchText(create("a"), get("A")), "Request Id A has to be unique in a batch.", "/requests/1/id"},
			"on itself":          {rig.BatchText(create("1"), get("2", "dependsOn", []string{"2"})), on(2), "/requests/1/dependsOn"},
			"forward": {rig.BatchText(create("1"), get("2", "dependsOn", []string{"3"}), get("3", "dependsOn", []string{"1"})), on(2),
				"/requests/1/dependsOn"},
			"a mixture": {rig.BatchText(create("1"), get("2", "dependsOn", []string{"1"}), get("3")),
				"Batch should be either fully sequential or fully parallel.", "/requests/2/dependsOn"},
			"a cycle": {rig.BatchText(create("1"), get("2", "dependsOn", []string{"3"}), get("3", "dependsOn", []string{"2"})), on(2),
				"/requests/1/dependsOn"},
			"on nothing":        {rig.BatchText(create("1"), get("2", "dependsOn", []string{""})), on(2), "/requests/1/dependsOn"},
			"dependsOn a text":  {rig.BatchText(create("1"), get("2", "dependsOn", "1")), invalid, "/requests/1/dependsOn"},
			"dependsOn a truth": {rig.BatchText(create("1"), get("2", "dependsOn", []bool{true})), invalid, "/requests/1/dependsOn"},
			"an absolute URL":   {rig.BatchText(create("1"), get("2", "url", "https://graph.microsoft.com/beta/x")), invalid, "/requests/1/url"},
			"another scheme":    {rig.BatchText(create("1"), get("2", "url", "file:///etc/passwd")), invalid, "/requests/1/url"},
			"no URL":            {rig.BatchText(create("1"), get("2", "url", nil)), invalid, "/requests/1/url"},
			"an empty URL":      {rig.BatchText(create("1"), get("2", "url", "")), invalid, "/requests/1/url"},
			"no method":         {rig.BatchText(create("1"), get("2", "method", 5)), invalid, "/requests/1/method"},
			"no id":             {rig.BatchText(create("1"), get("", "id", nil)), invalid, "/requests/1/id"},
			"a list for an id":  {rig.BatchText(create("1"), get("", "id", []any{"2"})), invalid, "/requests/1/id"},
			"headers a list":    {rig.BatchText(create("1"), get("2", "headers", []string{})), invalid, "/requests/1/headers"},
			"a header a number": {rig.BatchText(create("1"), get("2", "headers", map[string]int{"x": 1})), invalid, "/requests/1/headers/x"},
			"a write without type": {rig.BatchText(create("1"), get("2", "method", "POST")),
				"Write request with id '2' does not contain a Content-Type header.", "/requests/1/headers"},
			"a body without type": {rig.BatchText(create("1"), get("2", "body", "x")),
				"Write request with id '2' does not contain a Content-Type header.", "/requests/1/headers"},
			"a body, not base64": {rig.BatchText(create("1"), get("2", "headers", map[string]string{"Content-Type": "text/plain"}, "body", "***")),
				invalid, "/requests/1/body"},
			"a body, not a text": {rig.BatchText(create("1"), get("2", "headers", map[string]string{"Content-Type": "text/plain"}, "body", 5)),
				invalid, "/requests/1/body"},
			"an atomicity group":  {rig.BatchText(create("1"), get("2", "atomicityGroup", "g")), invalid, "/requests/1/atomicityGroup"},
			"a part that is none": {`{"requests":[` + rig.Must(json.Marshal(create("1"))) + `,5]}`, invalid, "/requests/1"},
			"no parts":            {`{"requests":[]}`, invalid, "/requests"},
			"requests an object":  {`{"requests":{}}`, invalid, "/requests"},
			"nothing":             {`{}`, invalid, "/requests"},
			"no JSON":             {`{"requests":[`, invalid, ""},
			"nested for ever":     {strings.Repeat(`{"requests":[`, 5000), invalid, ""},
			"over the limit":      {`{"requests":[]}` + strings.Repeat(" ", 4<<20), over4MB, ""},
		} {
			w, body := g.Hit(t, "POST", "/$batch", strings.NewReader(c.text))
			e := rig.Refused(t, w, body, 400)
			assert.Equal(t, c.message, *e.Message, name)
			assert.Contains(t, targets(e), c.target, "%s: %s", name, body)
			require.Empty(t, g.World().Profiles(), name)
		}
		w, body := g.Hit(t, "GET", "/$batch", nil)
		assert.Equal(t, "Method not allowed", *rig.Refused(t, w, body, 405).Message)
		w, body = g.Hit(t, "POST", "/$batch", nil)
		rig.Refused(t, w, body, 400)

		// Parts that fail by themselves: the batch is fine.
		long := strings.Repeat("x", 100_000)
		got := g.Batched(t,
			get("nested", "method", "POST", "url", "/$batch", "headers", map[string]string{"Content-Type": "application/json"}, "body",
				map[string]any{"requests": []any{get("1")}}),
			get("host", "url", "//evil.example/beta/education"),
			get("up", "url", "/../../etc/passwd"),
			get("escape", "url", "/%zz"),
			get("long", "url", "/"+long),
			get("method", "method", "FOO"),
			get("odd method", "method", "G T\r\n"),
			get("quoted", "url", rig.ProfilesAt+"('a\"b')"),
			get("no JSON body", "method", "POST", "url", rig.ProfilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body",
				"text"),
			get("base64 body", "method", "POST", "url", rig.ProfilesAt, "headers", map[string]string{"Content-Type": "text/plain"}, "body", "e30="),
			get("no body", "method", "POST", "url", rig.ProfilesAt, "headers", map[string]string{"Content-Type": "application/json"}),
			get("wrong body", "method", "POST", "url", rig.ProfilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body",
				map[string]any{"displayName": 5}),
			get("\u0000\"<>", "url", "nope"),
			get("version", "url", "/beta"+rig.ProfilesAt),
		)
		for id, want := range map[string]int{"nested": 400, "host": 400, "up": 400, "escape": 400, "long": 400, "method": 405, "odd method": 405,
			"quoted": 404, "no JSON body": 400, "base64 body": 400,
			"no body": 400, "wrong body": 400, "\u0000\"<>": 400, "version": 400} {
			a, ok := got[id]
			require.True(t, ok, id)
			assert.Equal(t, want, a.Status, id)
			if assert.NotNil(t, a.Body.Error, id) {
				assert.NotNil(t, a.Body.Error.Code, id)
			}
			assert.Equal(t, "application/json", a.Headers["Content-Type"], id)
			assert.NotContains(t, a.Headers, "OData-Version", id)
		}
		assert.Empty(t, g.World().Profiles())

		// A failure travels along dependencies, and no further.
		got = g.Batched(t, get("a", "url", "/nope"), create("d"), create("b", "dependsOn", []string{"A"}),
			create("c", "dependsOn", []string{"b", "b"}), get("e", "dependsOn", []string{"d"}))
		for id, want := range map[string]int{"a": 400, "b": 424, "c": 424, "d": 202, "e": 200} {
			assert.Equal(t, want, got[id].Status, id)
		}
		// A header in two spellings means the same each time.
		for range 20 {
			got = g.Batched(t, get("1", "url", rig.ProfilesAt, "headers",
				map[string]string{"accept": "application/json;odata.metadata=none", "Accept": "application/json;odata.metadata=full"}))
			assert.Contains(t, got["1"].Headers["Content-Type"], "odata.metadata=none")
		}
		g.Unharmed(t, 1)
	})
}
