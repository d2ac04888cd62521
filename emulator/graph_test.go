package emulator_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// small is a document of metadata: rooms with desks in them, and people who sit there.
const small = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
 <EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
 <EntityType Name="room" BaseType="graph.entity"><Property Name="label" Type="Edm.String"/>
  <Property Name="seats" Type="Edm.Int32"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Property>
  <NavigationProperty Name="desks" Type="Collection(graph.desk)" ContainsTarget="true"/></EntityType>
 <EntityType Name="desk" BaseType="graph.entity"><Property Name="number" Type="Edm.Int32"/>
  <NavigationProperty Name="neighbour" Type="graph.desk"/></EntityType>
 <EntityContainer Name="GraphService"><EntitySet Name="rooms" EntityType="microsoft.graph.room"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// metadataFile is small as a file.
func metadataFile(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "v1.0.csdl")
	require.NoError(t, os.WriteFile(file, []byte(small), 0o600))
	return file
}

func TestWorldsBeginWithEntities(t *testing.T) {
	fixture := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(fixture, []byte(`{"version":1,"entities":{
		"rooms/r1/desks": [{"id":"d1","number":1,"neighbour@odata.bind":"rooms/r1/desks/d2"},{"id":"d2","number":2}],
		"rooms": [{"id":"r1","label":"One"},{"repeat":3,"label":"Room {n}","desks":[{"number":7}]}]}}`), 0o600))
	s, err := emulator.New(emulator.Options{Metadata: []string{metadataFile(t)}, Fixture: fixture,
		Entities: map[string][]any{"rooms": {map[string]string{"id": "mine", "label": "Mine"}}}})
	require.NoError(t, err)
	defer s.Close()
	w, err := s.World("a")
	require.NoError(t, err)
	rooms, err := w.Entities("rooms")
	require.NoError(t, err)
	var labels []string
	for _, r := range rooms {
		labels = append(labels, r.Get("label"))
	}
	assert.Equal(t, []string{"One", "Room 1", "Room 2", "Room 3", "Mine"}, labels)
	var desk struct{ Number int }
	require.NoError(t, w.Graph().Get("rooms/r1/desks/d1/neighbour", &desk))
	assert.Equal(t, 2, desk.Number)

	other, err := s.World("b")
	require.NoError(t, err)
	require.NoError(t, w.Graph().Delete("rooms/mine"))
	ofOther, err := other.Entities("rooms")
	require.NoError(t, err)
	assert.Equal(t, rooms, ofOther, "worlds share what they begin with, ids too, and nothing else")

	saved, err := w.Snapshot()
	require.NoError(t, err)
	require.NoError(t, other.Restore(saved))
	ofOther, err = other.Entities("rooms")
	require.NoError(t, err)
	assert.Len(t, ofOther, 4)
	other.Reset()
	ofOther, err = other.Entities("rooms")
	require.NoError(t, err)
	assert.Len(t, ofOther, 5)
}

func TestEntitiesAreHeldAgainstTheModel(t *testing.T) {
	for text, want := range map[string]string{
		`{"rooms":[{"label":"x"},{"lable":"x"}]}`: "/entities/rooms/1/lable: ",
		`{"roms":[{}]}`:            "/entities/roms: ",
		`{"rooms/x/desks":[{}]}`:   "/entities/rooms~1x~1desks: ",
		`{"rooms":[{"repeat":0}]}`: "repeat",
		`{"rooms":[{"desks":[{"neighbour@odata.bind":"rooms/nobody/desks/x"}]}]}`: "nobody",
	} {
		fixture := filepath.Join(t.TempDir(), "fixture.json")
		require.NoError(t, os.WriteFile(fixture, []byte(`{"version":1,"entities":`+text+`}`), 0o600))
		_, err := emulator.New(emulator.Options{Metadata: []string{metadataFile(t)}, Fixture: fixture})
		require.Error(t, err, text)
		assert.Contains(t, err.Error(), want)
	}
}

// The test's own Graph needs no token, meets no fault, is not in the journal, and sets
// what only the service sets.
func TestGraphOfTheTestItself(t *testing.T) {
	s, err := emulator.New(emulator.Options{Auth: emulator.AuthStrict, Metadata: []string{metadataFile(t)}})
	require.NoError(t, err)
	defer s.Close()
	w, err := s.World("")
	require.NoError(t, err)
	g := w.Graph()
	id, err := g.Create("rooms", map[string]any{"label": "A", "seats": 4})
	require.NoError(t, err)
	require.NoError(t, g.Update("rooms/"+id, map[string]any{"seats": 5}))
	var room struct{ Seats int }
	require.NoError(t, g.Get("rooms/"+id, &room))
	assert.Equal(t, 5, room.Seats)
	err = g.Get("rooms/nobody", &room)
	var failed *emulator.GraphError
	require.ErrorAs(t, err, &failed)
	assert.Equal(t, http.StatusNotFound, failed.Status)
	assert.Equal(t, "Request_ResourceNotFound", failed.Code)
	assert.Zero(t, w.Journal().Len())

	r, err := s.Client().Post(strings.TrimSuffix(s.URL, "/beta")+"/_graphemu/worlds/default/graph/v1.0/rooms", "application/json",
		strings.NewReader(`{"label":"B"}`))
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, 201, r.StatusCode)
	assert.Contains(t, r.Header.Get("Location"), "/_graphemu/worlds/default/graph/v1.0/rooms/")
	r, err = s.Client().Get(strings.TrimSuffix(s.URL, "/beta") + "/v1.0/rooms")
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, 401, r.StatusCode, "a client needs a token")
}

// policies is a document of metadata with what is there without having been made: what a
// singleton contains, and what only holds other objects.
const policies = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
 <EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
 <EntityType Name="room" BaseType="graph.entity"><Property Name="label" Type="Edm.String"/>
  <NavigationProperty Name="plan" Type="graph.plan" ContainsTarget="true"/>
  <NavigationProperty Name="lock" Type="graph.rule" ContainsTarget="true"/></EntityType>
 <EntityType Name="plan" BaseType="graph.entity"><NavigationProperty Name="rules" Type="Collection(graph.rule)" ContainsTarget="true"/></EntityType>
 <EntityType Name="rule" BaseType="graph.entity"><Property Name="label" Type="Edm.String"/>
  <NavigationProperty Name="room" Type="graph.room"/>
  <NavigationProperty Name="rooms" Type="Collection(graph.room)"/></EntityType>
 <EntityType Name="identityRoot" BaseType="graph.entity"><NavigationProperty Name="access" Type="graph.access" ContainsTarget="true"/></EntityType>
 <EntityType Name="access" BaseType="graph.entity"><Property Name="label" Type="Edm.String"/>
  <NavigationProperty Name="rules" Type="Collection(graph.rule)" ContainsTarget="true"/></EntityType>
 <EntityContainer Name="GraphService"><EntitySet Name="rooms" EntityType="microsoft.graph.room"/>
  <Singleton Name="identity" Type="microsoft.graph.identityRoot"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// Inferred: no call makes identity/conditionalAccess or users/{id}/todo, and clients create
// below them at once.
func TestContainersAreAlwaysThere(t *testing.T) {
	file := filepath.Join(t.TempDir(), "v1.0.csdl")
	require.NoError(t, os.WriteFile(file, []byte(policies), 0o600))
	g := emulatortest.Start(t, emulator.Options{Metadata: []string{file}})
	send := func(method, path, body string, status int) gjson.Result {
		t.Helper()
		r, err := http.NewRequest(method, g.V1URL+path, strings.NewReader(body))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		a, err := g.AuthorizedClient().Do(r)
		require.NoError(t, err)
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		require.NoError(t, err)
		require.Equal(t, status, a.StatusCode, string(text))
		return gjson.ParseBytes(text)
	}
	room := send("POST", "/rooms", `{"label":"One"}`, 201).Get("id").Str
	other := send("POST", "/rooms", `{"label":"Two"}`, 201).Get("id").Str

	assert.Empty(t, send("GET", "/rooms/"+room+"/plan/rules", "", 200).Get("value").Array())
	rule := send("POST", "/rooms/"+room+"/plan/rules", `{"label":"quiet"}`, 201).Get("id").Str
	assert.Equal(t, "quiet", send("GET", "/rooms/"+room+"/plan/rules/"+rule, "", 200).Get("label").Str)
	send("GET", "/rooms/"+other+"/plan/rules/"+rule, "", 404)
	assert.Equal(t, "plan", send("GET", "/rooms/"+other+"/plan", "", 200).Get("id").Str)
	send("GET", "/rooms/"+room+"/lock", "", 404) // it has properties: whether there is one only the client knows

	made := send("POST", "/identity/access/rules",
		`{"label":"MFA","room":{"id":"`+room+`"},"rooms":[{"id":"`+room+`"},{"id":"`+other+`"}]}`, 201)
	at := "/identity/access/rules/" + made.Get("id").Str
	assert.Equal(t, "One", send("GET", at+"/room", "", 200).Get("label").Str)
	assert.Len(t, send("GET", at+"/rooms", "", 200).Get("value").Array(), 2)
	for _, container := range []string{"/identity/access", "/rooms/" + room + "/plan"} {
		assert.Len(t, send("GET", container+"?$expand=rules", "", 200).Get("rules").Array(), 1, container)
	}
	send("PATCH", at, `{"label":"Two factors"}`, 204)
	assert.Equal(t, "Two factors", send("GET", at, "", 200).Get("label").Str)
	send("PATCH", "/rooms/"+room, `{"label":"First"}`, 200)
	send("POST", "/identity/access/rules", `{"room":{"id":"nobody"}}`, 404)
	send("POST", "/identity/access/rules", `{"room":{"id":"`+room+`","label":"x"}}`, 400)
	assert.Len(t, send("GET", "/identity/access/rules", "", 200).Get("value").Array(), 1)

	send("PATCH", "/identity/access", `{"label":"here"}`, 204)
	assert.Equal(t, "here", send("GET", "/identity/access", "", 200).Get("label").Str)
	assert.Len(t, send("GET", "/identity/access/rules", "", 200).Get("value").Array(), 1, "what is below it stays")

	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	send("DELETE", "/rooms/"+room, "", 204)
	send("GET", "/rooms/"+room+"/plan/rules", "", 404)
	require.NoError(t, g.World().Restore(saved))
	assert.Len(t, send("GET", "/rooms/"+room+"/plan/rules", "", 200).Get("value").Array(), 1)
}
