package emulator_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

func TestHostileQueries(t *testing.T) {
	g := newTarget(t, emulator.Options{Clock: "frozen@" + dawn})
	for range 3 {
		w, _ := g.hit(t, "POST", profilesAt, strings.NewReader(foundingRequest))
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
		w, body := g.hit(t, "GET", profilesAt+"?"+encoded(query), nil)
		e := refused(t, w, body, 400)
		assert.Contains(t, e.targets(), target, "%.100s: %.300s", query, body)
	}
	for _, raw := range []string{"%zz", "$filter=%zz", "$filter=%ff", "%ff=1", "$top=%"} {
		w, body := g.hit(t, "GET", profilesAt+"?"+raw, nil)
		assert.Equal(t, "The query specified in the URI is not valid. It holds an invalid escape sequence.", *refused(t, w, body, 400).Message, raw)
	}
	// In a batch an address may be as long as the body lets it.
	w, body := g.hit(t, "POST", "/$batch", strings.NewReader(batchText(map[string]any{"id": "1", "method": "GET", "url": profilesAt + "?$filter=" + strings.Repeat("x", 100<<10)})))
	require.Equal(t, 200, w.StatusCode)
	assert.Contains(t, string(body), "longer than 16384 bytes")
	assert.Less(t, len(body), 10_000)

	// What is odd but right.
	for query, want := range map[string]int{
		"": 3, "&&&": 3, "$skip=2147483647": 0, "$skip=99999999999999999999999999": 0, "$skip=3": 0, "$skip=2&$top=999": 1, "$top=999": 3, "TOP=999": 3, "$TOP=1&$Skip=2": 1,
		"$filter=" + nested(60, "(", ")"): 3, "$filter=displayName ne null": 3, "$filter=displayName eq 'it''s'": 0, "$filter=not(displayName eq '\u2028')": 3,
		"$orderby=displayName desc,id": 3, "$search=\"Test\"": 3, "$filter=false&$count=true": 0,
	} {
		w, body := g.hit(t, "GET", profilesAt+"?"+encoded(query), nil)
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
		w, body := g.hit(t, c[0], at(id)+c[1]+"?$filter=true", nil)
		refused(t, w, body, 400)
	}
	g.unharmed(t, 3)
}

// encoded escapes the values of a query, and leaves the rest as it is.
func encoded(query string) string {
	parts := strings.Split(query, "&")
	for i, p := range parts {
		if name, value, ok := strings.Cut(p, "="); ok {
			parts[i] = strings.ReplaceAll(url.QueryEscape(name), "%24", "$") + "=" + url.QueryEscape(value)
		}
	}
	return strings.Join(parts, "&")
}

func batchText(parts ...map[string]any) string {
	return must(json.Marshal(map[string]any{"requests": parts}))
}

type partAnswer struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    struct{ Error *complaint }
}

// batched sends a batch and returns its answers by id.
func (g *target) batched(t *testing.T, parts ...map[string]any) map[string]partAnswer {
	t.Helper()
	w, body := g.hit(t, "POST", "/$batch", strings.NewReader(batchText(parts...)))
	require.Equal(t, 200, w.StatusCode, "%s", body)
	var answer struct{ Responses []partAnswer }
	require.NoError(t, json.Unmarshal(body, &answer))
	require.Len(t, answer.Responses, len(parts))
	byID := map[string]partAnswer{}
	for _, r := range answer.Responses {
		byID[r.ID] = r
	}
	return byID
}

func TestHostileBatches(t *testing.T) {
	const invalid = "Invalid batch payload format."
	on := func(id int) string { return fmt.Sprintf("Invalid dependency for request Id %d.", id) }
	get := func(id string, more ...any) map[string]any {
		p := map[string]any{"id": id, "method": "GET", "url": profilesAt + "?$top=1"}
		for i := 0; i < len(more); i += 2 {
			p[more[i].(string)] = more[i+1]
		}
		return p
	}
	create := func(id string, more ...any) map[string]any {
		return get(id, append([]any{"method", "POST", "url", profilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body", json.RawMessage(foundingRequest)}, more...)...)
	}
	numbered := func(n int) (parts []map[string]any) {
		for i := range n {
			parts = append(parts, create(fmt.Sprint(i)))
		}
		return parts
	}
	onBoth(t, func(t *testing.T, g *target) {
		// Refused whole, with nothing done: each begins with a part that would create.
		for name, c := range map[string]struct {
			text    string
			message string
			target  string
		}{
			"21 parts":           {batchText(numbered(21)...), "Number of batch request steps exceeds the maximum value of 20.", "/requests"},
			"10,000 parts":       {batchText(numbered(2000)...), "Number of batch request steps exceeds the maximum value of 20.", "/requests"},
			"ids twice":          {batchText(create("a"), get("a")), "Request Id a has to be unique in a batch.", "/requests/1/id"},
			"ids twice, by case": {batchText(create("a"), get("A")), "Request Id A has to be unique in a batch.", "/requests/1/id"},
			"on itself":          {batchText(create("1"), get("2", "dependsOn", []string{"2"})), on(2), "/requests/1/dependsOn"},
			"forward": {batchText(create("1"), get("2", "dependsOn", []string{"3"}), get("3", "dependsOn", []string{"1"})), on(2),
				"/requests/1/dependsOn"},
			"a mixture": {batchText(create("1"), get("2", "dependsOn", []string{"1"}), get("3")),
				"Batch should be either fully sequential or fully parallel.", "/requests/2/dependsOn"},
			"a cycle": {batchText(create("1"), get("2", "dependsOn", []string{"3"}), get("3", "dependsOn", []string{"2"})), on(2),
				"/requests/1/dependsOn"},
			"on nothing":           {batchText(create("1"), get("2", "dependsOn", []string{""})), on(2), "/requests/1/dependsOn"},
			"dependsOn a text":     {batchText(create("1"), get("2", "dependsOn", "1")), invalid, "/requests/1/dependsOn"},
			"dependsOn numbers":    {batchText(create("1"), get("2", "dependsOn", []int{1})), invalid, "/requests/1/dependsOn"},
			"an absolute URL":      {batchText(create("1"), get("2", "url", "https://graph.microsoft.com/beta/x")), invalid, "/requests/1/url"},
			"another scheme":       {batchText(create("1"), get("2", "url", "file:///etc/passwd")), invalid, "/requests/1/url"},
			"no URL":               {batchText(create("1"), get("2", "url", nil)), invalid, "/requests/1/url"},
			"an empty URL":         {batchText(create("1"), get("2", "url", "")), invalid, "/requests/1/url"},
			"no method":            {batchText(create("1"), get("2", "method", 5)), invalid, "/requests/1/method"},
			"no id":                {batchText(create("1"), get("", "id", nil)), invalid, "/requests/1/id"},
			"a number for an id":   {batchText(create("1"), get("", "id", 2)), invalid, "/requests/1/id"},
			"headers a list":       {batchText(create("1"), get("2", "headers", []string{})), invalid, "/requests/1/headers"},
			"a header a number":    {batchText(create("1"), get("2", "headers", map[string]int{"x": 1})), invalid, "/requests/1/headers/x"},
			"a write without type": {batchText(create("1"), get("2", "method", "POST")), "Write request with id '2' does not contain a Content-Type header.", "/requests/1/headers"},
			"a body without type":  {batchText(create("1"), get("2", "body", "x")), "Write request with id '2' does not contain a Content-Type header.", "/requests/1/headers"},
			"a body, not base64":   {batchText(create("1"), get("2", "headers", map[string]string{"Content-Type": "text/plain"}, "body", "***")), invalid, "/requests/1/body"},
			"a body, not a text":   {batchText(create("1"), get("2", "headers", map[string]string{"Content-Type": "text/plain"}, "body", 5)), invalid, "/requests/1/body"},
			"an atomicity group":   {batchText(create("1"), get("2", "atomicityGroup", "g")), invalid, "/requests/1/atomicityGroup"},
			"a part that is none":  {`{"requests":[` + must(json.Marshal(create("1"))) + `,5]}`, invalid, "/requests/1"},
			"no parts":             {`{"requests":[]}`, invalid, "/requests"},
			"requests an object":   {`{"requests":{}}`, invalid, "/requests"},
			"nothing":              {`{}`, invalid, "/requests"},
			"no JSON":              {`{"requests":[`, invalid, ""},
			"nested for ever":      {strings.Repeat(`{"requests":[`, 5000), invalid, ""},
			"over the limit":       {`{"requests":[]}` + strings.Repeat(" ", 4<<20), over4MB, ""},
		} {
			w, body := g.hit(t, "POST", "/$batch", strings.NewReader(c.text))
			e := refused(t, w, body, 400)
			assert.Equal(t, c.message, *e.Message, name)
			assert.Contains(t, e.targets(), c.target, "%s: %s", name, body)
			require.Empty(t, g.World().Profiles(), name)
		}
		w, body := g.hit(t, "GET", "/$batch", nil)
		assert.Equal(t, "Method not allowed", *refused(t, w, body, 405).Message)
		w, body = g.hit(t, "POST", "/$batch", nil)
		refused(t, w, body, 400)

		// Parts that fail by themselves: the batch is fine.
		long := strings.Repeat("x", 100_000)
		got := g.batched(t,
			get("nested", "method", "POST", "url", "/$batch", "headers", map[string]string{"Content-Type": "application/json"}, "body", map[string]any{"requests": []any{get("1")}}),
			get("host", "url", "//evil.example/beta/education"),
			get("up", "url", "/../../etc/passwd"),
			get("escape", "url", "/%zz"),
			get("long", "url", "/"+long),
			get("method", "method", "FOO"),
			get("odd method", "method", "G T\r\n"),
			get("quoted", "url", profilesAt+"('a\"b')"),
			get("no JSON body", "method", "POST", "url", profilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body", "text"),
			get("base64 body", "method", "POST", "url", profilesAt, "headers", map[string]string{"Content-Type": "text/plain"}, "body", "e30="),
			get("no body", "method", "POST", "url", profilesAt, "headers", map[string]string{"Content-Type": "application/json"}),
			get("wrong body", "method", "POST", "url", profilesAt, "headers", map[string]string{"Content-Type": "application/json"}, "body", map[string]any{"displayName": 5}),
			get("\u0000\"<>", "url", "nope"),
			get("version", "url", "/beta"+profilesAt),
		)
		for id, want := range map[string]int{"nested": 400, "host": 400, "up": 400, "escape": 400, "long": 400, "method": 405, "odd method": 405, "quoted": 404, "no JSON body": 400, "base64 body": 400,
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
		got = g.batched(t, get("a", "url", "/nope"), create("d"), create("b", "dependsOn", []string{"A"}),
			create("c", "dependsOn", []string{"b", "b"}), get("e", "dependsOn", []string{"d"}))
		for id, want := range map[string]int{"a": 400, "b": 424, "c": 424, "d": 202, "e": 200} {
			assert.Equal(t, want, got[id].Status, id)
		}
		// A header in two spellings means the same each time.
		for range 20 {
			got = g.batched(t, get("1", "url", profilesAt, "headers", map[string]string{"accept": "application/json;odata.metadata=none", "Accept": "application/json;odata.metadata=full"}))
			assert.Contains(t, got["1"].Headers["Content-Type"], "odata.metadata=none")
		}
		g.unharmed(t, 1)
	})
}
