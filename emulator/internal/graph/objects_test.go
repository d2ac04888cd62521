package graph

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// shelves is a small model: shelves with books in them, people who own books and know
// each other, and a derived type.
func shelves() *odata.Model {
	base := &odata.Type{Name: "entity", Entity: true, Abstract: true, Properties: []odata.Property{{Name: "id", Kind: odata.KindString}}}
	place := &odata.Type{Name: "room", Properties: []odata.Property{odata.Text("floor"), odata.Text("name")}}
	person := &odata.Type{Name: "person", Base: base, Entity: true}
	book := &odata.Type{Name: "book", Base: base, Entity: true}
	atlas := &odata.Type{Name: "atlas", Base: book, Entity: true, Properties: []odata.Property{odata.Of("maps", odata.KindInt32)}}
	scan := &odata.Type{Name: "scan", Base: base, Entity: true, HasStream: true, Properties: []odata.Property{odata.Text("name"),
		odata.Of("preview", odata.KindStream)}}
	fields := &odata.Type{Name: "fieldSet", Base: base, Entity: true, Open: true}
	shelf := &odata.Type{Name: "shelf", Base: base, Entity: true}
	person.Properties = []odata.Property{odata.Text("displayName"), odata.Texts("phones"),
		{Name: "friends", Kind: odata.KindEntity, Type: person, Collection: true, Navigation: true},
		{Name: "boss", Kind: odata.KindEntity, Type: person, Nullable: true, Navigation: true}}
	book.Properties = []odata.Property{odata.Text("title"), odata.Of("pages", odata.KindInt32),
		odata.Of("createdDateTime", odata.KindDateTimeOffset),
		{Name: "owner", Kind: odata.KindEntity, Type: person, Nullable: true, Navigation: true}}
	shelf.Properties = []odata.Property{odata.Text("label"), odata.ComplexOf("room", place),
		odata.Contained("books", book, true), odata.Contained("sign", book, false),
		odata.Contained("scans", scan, true), odata.Contained("cover", scan, false), odata.Contained("fields", fields, false)}
	m := &odata.Model{Alias: "graph", Types: []*odata.Type{base, place, person, book, atlas, scan, fields, shelf},
		EntitySets: []odata.EntitySet{{Name: "people", Type: person}, {Name: "shelves", Type: shelf}},
		Singletons: []odata.Singleton{{Name: "lobby", Type: shelf}},
		Actions:    []odata.Operation{{Name: "dust", Binding: shelf}},
		Functions: []odata.Operation{{Name: "delta", Binding: person, BindingCollection: true,
			Returns: &odata.Property{Kind: odata.KindEntity, Type: person, Collection: true}}}}
	if err := m.Link(); err != nil {
		panic(err)
	}
	return m
}

// library is a desk that serves the small model alone.
func library(t *testing.T) *desk {
	d := &desk{log: &bytes.Buffer{}, world: newWorld("library")}
	m := shelves()
	d.Handler = New(Config{MaxBody: 4 << 20, MaxBatch: 64 << 20}, engine.New(engine.Config{Log: slog.New(slog.NewTextHandler(d.log, nil)),
		Now: func() time.Time { return dawn }, Closing: context.Background()}, nil), nil,
		workload.Models{workload.Beta: workload.Made(m), workload.V1: workload.Made(m)})
	t.Cleanup(func() { assert.Empty(t, d.log.String()) })
	return d
}

// want sends a request and returns the answer's body, after it has looked at its status.
func (d *desk) want(t *testing.T, status int, method, path, body string, headers ...string) gjson.Result {
	t.Helper()
	w := d.send(method, "/v1.0"+path, body, headers...)
	require.Equal(t, status, w.Code, "%s %s: %s", method, path, w.Body)
	return gjson.Parse(w.Body.String())
}

func TestObjectsAreCreatedReadChangedAndDeleted(t *testing.T) {
	d := library(t)
	made := d.want(t, 201, "POST", "/people", `{"displayName":"Ann","phones":["1"]}`)
	id := made.Get("id").Str
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#people/$entity","id":"`+id+`","displayName":"Ann","phones":["1"]}`,
		made.Raw)
	assert.Equal(t, made.Raw, d.want(t, 200, "GET", "/people/"+id, "").Raw)
	assert.Equal(t, made.Raw, d.want(t, 200, "GET", "/PEOPLE('"+id+"')", "").Raw)
	list := d.want(t, 200, "GET", "/people", "")
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#people","value":[{"id":"`+id+
		`","displayName":"Ann","phones":["1"]}]}`, list.Raw)
	assert.Equal(t, "1", d.want(t, 200, "GET", "/people/$count", "").Raw)

	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#people(displayName)/$entity","displayName":"Ann"}`,
		d.want(t, 200, "GET", "/people/"+id+"?$select=displayName", "").Raw)
	changed := d.want(t, 200, "PATCH", "/people/"+id, `{"displayName":null}`)
	assert.Equal(t, gjson.Null, changed.Get("displayName").Type, "%s", changed)
	d.want(t, 204, "DELETE", "/people/"+id, "")
	gone := d.want(t, 404, "GET", "/people/"+id, "")
	assert.Equal(t, "Request_ResourceNotFound", gone.Get("error.code").Str)
	d.want(t, 404, "DELETE", "/people/"+id, "")
	assert.Equal(t, "0", d.want(t, 200, "GET", "/people/$count", "").Raw)
}

func TestContainedObjectsLiveInTheirParent(t *testing.T) {
	d := library(t)
	shelf := d.want(t, 201, "POST", "/shelves",
		`{"label":"A","room":{"floor":"1","name":"x"},"books":[{"title":"One"},{"@odata.type":"#microsoft.graph.atlas","title":"Two","maps":3}]}`).Get("id").Str
	at := "/shelves/" + shelf + "/books"
	books := d.want(t, 200, "GET", at, "")
	assert.Equal(t, "http://example.com/v1.0/$metadata#shelves('"+shelf+"')/books", books.Get(`\@odata\.context`).Str)
	assert.Equal(t, `["One","Two"]`, books.Get("value.#.title").Raw)
	assert.Equal(t, "#microsoft.graph.atlas", books.Get(`value.1.\@odata\.type`).Str)
	assert.Equal(t, "2026-01-05T06:00:00Z", books.Get("value.0.createdDateTime").Str)
	assert.Equal(t, `["Two"]`, d.want(t, 200, "GET", at+"/microsoft.graph.atlas", "").Get("value.#.title").Raw)
	assert.Equal(t, "1", d.want(t, 200, "GET", at+"/graph.atlas/$count", "").Raw)
	book := d.want(t, 201, "POST", at, `{"title":"Three"}`)
	assert.Equal(t, `http://example.com/v1.0/$metadata#shelves('`+shelf+`')/books/$entity`, book.Get(`\@odata\.context`).Str)
	assert.Equal(t, "Three", d.send("GET", "/v1.0"+at+"/"+book.Get("id").Str+"/title/$value", "").Body.String())
	assert.Equal(t, `"Three"`, d.want(t, 200, "GET", at+"/"+book.Get("id").Str+"/title", "").Get("value").Raw)

	d.want(t, 404, "GET", "/shelves/"+shelf+"/sign", "")
	d.want(t, 201, "PATCH", "/shelves/"+shelf+"/sign", `{"title":"Fiction"}`)
	assert.Equal(t, "Fiction", d.want(t, 200, "GET", "/shelves/"+shelf+"/sign", "").Get("title").Str)
	assert.Equal(t, "Fiction", d.want(t, 200, "GET", "/shelves/"+shelf+"?$expand=sign,books($select=title)", "").Get("sign.title").Str)

	d.want(t, 200, "PATCH", "/shelves/"+shelf, `{"room":{"floor":"2"}}`)
	assert.JSONEq(t, `{"floor":"2","name":"x"}`, d.want(t, 200, "GET", "/shelves/"+shelf, "").Get("room").Raw, "a complex value merges")
	d.want(t, 204, "DELETE", "/shelves/"+shelf, "")
	d.want(t, 404, "GET", at, "")

	assert.Equal(t, "lobby", d.want(t, 200, "GET", "/lobby", "").Get("id").Str)
	d.want(t, 200, "PATCH", "/lobby", `{"label":"L"}`)
	assert.Equal(t, "L", d.want(t, 200, "GET", "/lobby", "").Get("label").Str)
	d.want(t, 201, "POST", "/lobby/books", `{"title":"Guide"}`)
	assert.Equal(t, "1", d.want(t, 200, "GET", "/lobby/books/$count", "").Raw)
}

func TestObjectsAreLinked(t *testing.T) {
	d := library(t)
	ann := d.want(t, 201, "POST", "/people", `{"displayName":"Ann"}`).Get("id").Str
	bob := d.want(t, 201, "POST", "/people", `{"displayName":"Bob","friends@odata.bind":["people/`+ann+`"]}`).Get("id").Str
	assert.Equal(t, `["Ann"]`, d.want(t, 200, "GET", "/people/"+bob+"/friends", "").Get("value.#.displayName").Raw)
	ref := `{"@odata.id":"https://graph.microsoft.com/v1.0/people/` + bob + `"}`
	d.want(t, 204, "POST", "/people/"+ann+"/friends/$ref", ref)
	d.want(t, 400, "POST", "/people/"+ann+"/friends/$ref", ref)
	assert.Equal(t, "http://example.com/v1.0/people/"+bob,
		d.want(t, 200, "GET", "/people/"+ann+"/friends/$ref", "").Get(`value.0.\@odata\.id`).Str)
	d.want(t, 404, "GET", "/people/"+ann+"/boss", "")
	d.want(t, 204, "PUT", "/people/"+ann+"/boss/$ref", ref)
	assert.Equal(t, "Bob", d.want(t, 200, "GET", "/people/"+ann+"/boss", "").Get("displayName").Str)
	assert.Equal(t, `["Ann"]`, d.want(t, 200, "GET", "/people?$filter=boss/displayName%20eq%20'Bob'", "").Get("value.#.displayName").Raw)
	d.want(t, 204, "DELETE", "/people/"+ann+"/boss/$ref", "")
	d.want(t, 404, "DELETE", "/people/"+ann+"/boss/$ref", "")
	d.want(t, 204, "DELETE", "/people/"+ann+"/friends/"+bob+"/$ref", "")
	d.want(t, 404, "DELETE", "/people/"+ann+"/friends/"+bob+"/$ref", "")
	d.want(t, 404, "POST", "/people/"+ann+"/friends/$ref", `{"@odata.id":"people/nobody"}`)
	d.want(t, 400, "POST", "/people/"+ann+"/friends/$ref", `{"@odata.id":"shelves"}`)
	d.want(t, 400, "POST", "/people/"+ann+"/friends/$ref", `{}`)
	assert.Empty(t, d.want(t, 200, "GET", "/people/"+ann+"/friends", "").Get("value").Array())
}

func TestWhatIsNotThere(t *testing.T) {
	d := library(t)
	id := d.want(t, 201, "POST", "/shelves", `{"label":"A"}`).Get("id").Str
	for _, c := range []struct {
		status       int
		method, path string
		says         string
	}{
		{400, "GET", "/shelvs", "Resource not found for the segment 'shelvs'."},
		{400, "GET", "/shelves/" + id + "/boks", "Resource not found for the segment 'boks'."},
		{405, "DELETE", "/shelves", "Specified HTTP method is not allowed for the request target."},
		{501, "POST", "/shelves/" + id + "/dust", "graphemu does not emulate shelves.dust."},
		{501, "POST", "/shelves/" + id + "/microsoft.graph.dust", "graphemu does not emulate shelves.dust."},
		{501, "GET", "/people/delta", "graphemu does not emulate people.delta."},
		{405, "GET", "/shelves/" + id + "/dust", "Specified HTTP method is not allowed for the request target."},
	} {
		a := d.want(t, c.status, c.method, c.path, "")
		assert.Equal(t, c.says, a.Get("error.message").Str, "%s %s", c.method, c.path)
	}
	d.want(t, 400, "POST", "/shelves", `{"labl":"A"}`)
	d.want(t, 400, "POST", "/shelves", `{"id":"x"}`)
	d.want(t, 400, "PATCH", "/shelves/"+id, `{"id":"other"}`)
	d.want(t, 400, "POST", "/shelves", `{"books":{}}`)
	assert.Equal(t, http.StatusOK, d.send("GET", "/beta/shelves", "").Code)
}

// What Graph has and graphemu knows by name alone is never "not found".
func TestKnownNamesAreUnsupported(t *testing.T) {
	d := newDesk()
	for _, path := range []string{"/teams", "/me/messages", "/users/ann@contoso.edu/mailFolders", "/me/onlineMeetings",
		"/Planner", "/chats('x')", "/users('x')/events"} {
		a := d.want(t, 501, "GET", path, "")
		assert.Equal(t, "NotImplemented", a.Get("error.code").Str, path)
		assert.Contains(t, a.Get("error.details.0.message").Str, "graphemu metadata get DIR")
		assert.Contains(t, a.Get("error.details.1.message").Str, `graphemu world faults add '{"operation":"GET /`)
	}
	for _, path := range []string{"/tems", "/me/mesages", "/users/x/mailFoldrs"} {
		d.want(t, 400, "GET", path, "")
	}
}

// The bytes of any object that has some, and of its properties that are streams.
func TestObjectsHaveBytes(t *testing.T) {
	d := library(t)
	shelf := "/shelves/" + d.want(t, 201, "POST", "/shelves", `{"label":"A"}`).Get("id").Str
	scan := shelf + "/scans/" + d.want(t, 201, "POST", shelf+"/scans", `{"name":"one"}`).Get("id").Str
	d.want(t, 204, "GET", scan+"/$value", "")
	d.want(t, 204, "GET", scan+"/preview", "")
	const odd = "\x00\xff\"\n<&>"
	d.want(t, 200, "PUT", scan+"/$value", odd, "Content-Type: application/pdf")
	d.want(t, 200, "PUT", scan+"/preview", "small", "Content-Type: text/plain")

	for path, want := range map[string][2]string{scan + "/$value": {odd, "application/pdf"}, scan + "/preview": {"small", "text/plain"},
		scan + "/preview/$value": {"small", "text/plain"}} {
		w := d.send("GET", "/v1.0"+path, "")
		assert.Equal(t, want, [2]string{w.Body.String(), w.Header().Get("Content-Type")}, path)
		assert.Contains(t, w.Header(), "ETag")
	}
	d.want(t, 200, "PATCH", scan, `{"name":"two"}`)
	shown := d.want(t, 200, "GET", scan, "")
	assert.Equal(t, []string{"two", "application/pdf"}, []string{shown.Get("name").Str, shown.Get("@odata\\.mediaContentType").Str})
	assert.NotContains(t, shown.Raw, "#media")
	d.want(t, 400, "PATCH", scan, `{"#media":{}}`)
	d.want(t, 400, "POST", shelf+"/scans", `{"$value":"aGVsbG8="}`)
	d.want(t, 400, "GET", shelf+"/scans?$filter=preview%20eq%20null", "")

	d.want(t, 204, "DELETE", scan+"/preview", "")
	d.want(t, 204, "GET", scan+"/preview", "")
	d.want(t, 204, "DELETE", scan+"/$value", "")
	assert.False(t, d.want(t, 200, "GET", scan, "").Get("@odata\\.mediaContentType").Exists())
	d.want(t, 405, "POST", scan+"/$value", "x", "Content-Type: text/plain")
	d.want(t, 404, "PUT", shelf+"/scans/none/$value", "x", "Content-Type: text/plain")
	d.want(t, 404, "GET", shelf+"/cover/$value", "")
	d.want(t, 200, "PUT", shelf+"/cover/$value", "x", "Content-Type: nonsense") // there was none, and it is made
	assert.Equal(t, "application/octet-stream", d.send("GET", "/v1.0"+shelf+"/cover/$value", "").Header().Get("Content-Type"))
	d.want(t, 501, "GET", shelf+"/$value", "")
}

// In a batch an answer that says that it is JSON is JSON.
func TestBytesInABatch(t *testing.T) {
	d := library(t)
	shelf := "/shelves/" + d.want(t, 201, "POST", "/shelves", `{"label":"A"}`).Get("id").Str
	const kind = "Content-Type: application/json"
	d.want(t, 200, "PUT", shelf+"/cover/$value", `{"a"`, kind)
	a := d.want(t, 200, "POST", "/$batch", `{"requests":[{"id":"1","method":"GET","url":"`+shelf+`/cover/$value"},
		{"id":"2","method":"PUT","url":"`+shelf+`/cover/$value","headers":{"Content-Type":"application/json"},"body":{"b":1}},
		{"id":"3","method":"GET","url":"`+shelf+`/cover/$value"}]}`, kind)
	assert.Equal(t, `"eyJhIg=="`, a.Get("responses.0.body").Raw)
	assert.Equal(t, `{"b":1}`, a.Get("responses.2.body").Raw)
}

// An entity of a type that is open and names nothing takes any property.
func TestOpenTypesTakeAnyProperty(t *testing.T) {
	d := library(t)
	shelf := "/shelves/" + d.want(t, 201, "POST", "/shelves", `{"label":"A"}`).Get("id").Str
	d.want(t, 400, "PATCH", shelf, `{"colour":"red"}`)
	d.want(t, 200, "PATCH", shelf+"/fields", `{"colour":"red","Size":{"h":1,"w":2},"tags":["a"]}`)
	d.want(t, 200, "PATCH", shelf+"/fields", `{"colour":null,"Size":{"w":null,"d":3}}`)
	shown := d.want(t, 200, "GET", shelf+"/fields", "")
	assert.Equal(t, `{"d":3,"h":1}`, shown.Get("Size").Raw, "an update merges")
	assert.Equal(t, `["a"]`, shown.Get("tags").Raw)
	assert.False(t, shown.Get("colour").Exists())
	assert.Equal(t, `["a"]`, d.want(t, 200, "GET", shelf+"/fields?$select=tags", "").Get("tags").Raw)
	for _, name := range []string{"", "#open", "#x", "#media"} {
		d.want(t, 400, "PATCH", shelf+"/fields", `{"`+name+`":1}`)
	}
	d.want(t, 200, "PATCH", shelf+"/fields", `{"x@odata.type":"#Int64","a.b":1,"a\"b":2}`)
	assert.Contains(t, d.want(t, 200, "GET", shelf+"/fields", "").Raw, `"a\"b":2,"a.b":1`)
}
