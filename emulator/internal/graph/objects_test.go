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
	shelf := &odata.Type{Name: "shelf", Base: base, Entity: true}
	person.Properties = []odata.Property{odata.Text("displayName"), odata.Texts("phones"),
		{Name: "friends", Kind: odata.KindEntity, Type: person, Collection: true, Navigation: true},
		{Name: "boss", Kind: odata.KindEntity, Type: person, Nullable: true, Navigation: true}}
	book.Properties = []odata.Property{odata.Text("title"), odata.Of("pages", odata.KindInt32),
		odata.Of("createdDateTime", odata.KindDateTimeOffset),
		{Name: "owner", Kind: odata.KindEntity, Type: person, Nullable: true, Navigation: true}}
	shelf.Properties = []odata.Property{odata.Text("label"), odata.ComplexOf("room", place),
		odata.Contained("books", book, true), odata.Contained("sign", book, false)}
	m := &odata.Model{Alias: "graph", Types: []*odata.Type{base, place, person, book, atlas, shelf},
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
		Now: func() time.Time { return dawn }, Closing: context.Background()}, nil), nil, workload.Models{workload.Beta: workload.Made(m), workload.V1: workload.Made(m)})
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
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#people/$entity","id":"`+id+`","displayName":"Ann","phones":["1"]}`, made.Raw)
	assert.Equal(t, made.Raw, d.want(t, 200, "GET", "/people/"+id, "").Raw)
	assert.Equal(t, made.Raw, d.want(t, 200, "GET", "/PEOPLE('"+id+"')", "").Raw)
	list := d.want(t, 200, "GET", "/people", "")
	assert.Equal(t, `{"@odata.context":"http://example.com/v1.0/$metadata#people","value":[{"id":"`+id+`","displayName":"Ann","phones":["1"]}]}`, list.Raw)
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
	assert.Equal(t, "http://example.com/v1.0/people/"+bob, d.want(t, 200, "GET", "/people/"+ann+"/friends/$ref", "").Get(`value.0.\@odata\.id`).Str)
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
		assert.Contains(t, a.Get("error.details.1.message").Str, `faults: [{operation: "GET /`)
	}
	for _, path := range []string{"/tems", "/me/mesages", "/users/x/mailFoldrs"} {
		d.want(t, 400, "GET", path, "")
	}
}
