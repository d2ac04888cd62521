package scenarios

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// metadata is a document with people who have letters and know each other, teams of
// people, an action, and functions.
const metadata = `<?xml version="1.0" encoding="utf-8"?>
<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" Alias="graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
 <EntityType Name="entity" Abstract="true"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/></EntityType>
 <ComplexType Name="place"><Property Name="city" Type="Edm.String"/></ComplexType>
 <EntityType Name="person" BaseType="graph.entity"><Property Name="displayName" Type="Edm.String"/>
  <Property Name="mail" Type="Edm.String"/><Property Name="state" Type="Edm.String"/><Property Name="jobTitle" Type="Edm.String"/><Property Name="age" Type="Edm.Int32"/>
  <Property Name="accountEnabled" Type="Edm.Boolean"/><Property Name="place" Type="graph.place"/>
  <Property Name="since" Type="Edm.DateTimeOffset"><Annotation Term="Org.OData.Core.V1.Computed" Bool="true"/></Property>
  <NavigationProperty Name="boss" Type="graph.person"/><NavigationProperty Name="friends" Type="Collection(graph.person)"/>
  <NavigationProperty Name="picture" Type="graph.picture" ContainsTarget="true"/>
  <NavigationProperty Name="letters" Type="Collection(graph.letter)" ContainsTarget="true"/></EntityType>
 <EntityType Name="driver" BaseType="graph.person"><NavigationProperty Name="cars" Type="Collection(graph.letter)"/></EntityType>
 <EntityType Name="picture" BaseType="graph.entity" HasStream="true"/>
 <EntityType Name="letter" BaseType="graph.entity"><Property Name="subject" Type="Edm.String"/><Property Name="isRead" Type="Edm.Boolean"/></EntityType>
 <EntityType Name="crew2" BaseType="graph.entity"><NavigationProperty Name="members" Type="Collection(graph.person)"/></EntityType>
 <Action Name="sendLetter" IsBound="true"><Parameter Name="bindingParameter" Type="graph.person"/></Action>
 <Function Name="delta" IsBound="true"><Parameter Name="bindingParameter" Type="Collection(graph.person)"/>
  <ReturnType Type="Collection(graph.person)"/></Function>
 <EntityContainer Name="GraphService"><EntitySet Name="people" EntityType="microsoft.graph.person"/>
  <EntitySet Name="crews2" EntityType="microsoft.graph.crew2"/><Singleton Name="me" Type="microsoft.graph.person"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// withMetadata is a server that has metadata in force.
func withMetadata(t *testing.T, o emulator.Options) *rig.Rig {
	t.Helper()
	o.Metadata = []string{metadataFile(t)}
	return rig.New(t, o)
}

func metadataFile(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "v1.0.csdl")
	require.NoError(t, os.WriteFile(file, []byte(metadata), 0o600))
	return file
}

// What no list of operations has is looked for in the model, and a slip gets the nearest
// name at the place where it is.
func TestOperationsOfTheModel(t *testing.T) {
	g := withMetadata(t, emulator.Options{})
	for name, want := range map[string]string{
		"people.list": "", "people.create": "", "people.get": "", "people.update": "", "people.delete": "", "people.count": "",
		"people.friends.list": "", "people.friends.add": "", "people.friends.remove": "", "people.friends.ref": "", "people.friends.get": "",
		"people.boss.get": "", "people.boss.set": "", "people.boss.remove": "", "people.letters.create": "", "people.letters.subject.get": "",
		"people.picture.value.update": "", "people.mail.value": "", "people.place.city.update": "", "people.cars.list": "",
		"people.sendLetter": "", "people.delta": "", "people.*": "", "people.letters.*": "", "crews2.members.friends.*": "",
		"users.letters.list":                            "",
		"crews2.members.boss.boss.friends.letters.list": "", "profiles.start": "", "batch": "", "graph.*": "", "token.*": "",
		"people.letters.lst":     `there is no operation "people.letters.lst"; did you mean people.letters.list?`,
		"people.leters.list":     `there is no operation "people.leters.list"; did you mean people.letters.list?`,
		"poeple.letters.list":    `there is no operation "poeple.letters.list"; did you mean people.letters.list?`,
		"people.Letters.list":    `there is no operation "people.Letters.list"; did you mean people.letters.list?`,
		"people.sendLeter":       `there is no operation "people.sendLeter"; did you mean people.sendLetter?`,
		"people.frends.*":        `the group "people.frends.*" names no operation; did you mean people.friends.*?`,
		"people.letters":         `there is no operation "people.letters": it does not say what is done; want people.letters.count, people.letters.create, people.letters.delete, people.letters.get, people.letters.list or people.letters.update`,
		"me.letters.list":        `there is no operation "me.letters.list"; did you mean users.letters.list?`,
		"people.boss.delete":     `there is no operation "people.boss.delete"`,
		"people.sendLetter.list": `there is no operation "people.sendLetter.list"`,
		"profiles.strat":         `there is no operation "profiles.strat"; did you mean profiles.start?`,
		"teams.channels.create":  `without Graph's metadata there is no operation "teams.channels.create": give --metadata, or write the call as the client sees it, like GET /users/{id}`,
		"GET /people":            "", "PATCH /people/{id}": "", "POST /people('{id}')/letters": "", "GET /me/letters/{id}": "",
		"GET /people/*": "",
		"GET /people/{id}/microsoft.graph.driver/cars": "", "POST /people/{id}/sendLetter": "", "GET /unheard/{id}/of": "",
		"GET /me/leters":                   `there is no "leters" in /me/leters; did you mean GET /me/letters?`,
		"POST /people('{id}')/leters/{id}": `there is no "leters" in /people('{id}')/leters/{id}; did you mean POST /people/{id}/letters/{id}?`,
		"* /poeple/*":                      `there is no "poeple" in /poeple/*; did you mean * /people/*?`,
		"POST /people/{id}/sendLeter":      `there is no "sendLeter" in /people/{id}/sendLeter; did you mean POST /people/{id}/sendLetter?`,
	} {
		assert.Equal(t, want, g.WrongOperation(name), name)
	}
}

// Without metadata the calls of users and groups are known by name, and their operations
// are told to need it.
func TestCallsKnownByNameAlone(t *testing.T) {
	g := rig.New(t, emulator.Options{})
	for name, want := range map[string]string{
		"GET /me/messages": "", "POST /users/{id}/sendMail": "", "GET /teams/{id}": "", "GET /me/messages/{id}/attachments": "",
		"GET /me/mesages":           `there is no "mesages" in /me/mesages; did you mean GET /me/messages?`,
		"POST /users/{id}/sendMial": `there is no "sendMial" in /users/{id}/sendMial; did you mean POST /users/{id}/sendMail?`,
		"GET /temas/{id}":           `there is no "temas" in /temas/{id}; did you mean GET /teams/{id}?`,
	} {
		assert.Equal(t, want, g.WrongOperation(name), name)
	}
}

// Each part of a scenario has its operations so, and a rule that is added too.
func TestScenariosStrikeOperationsOfTheModel(t *testing.T) {
	g := withMetadata(t, emulator.Options{Verify: emulator.VerifyOff, ScenarioText: `
version: 1
faults:
  - {operation: people.letters.create, calls: 1, respond: {status: 503}}
throttle:
  - {name: crews, operations: [crews2.*], requests: 1, window: 1m}
expect:
  - {operation: people.letters.create, count: 2}
  - {order: [people.create, people.letters.create]}
`})
	id := g.Send(t, "POST", g.Root()+"/v1.0/people", `{"displayName":"Ann"}`).Text("id")
	letters := g.Root() + "/v1.0/people/" + id + "/letters"
	assert.Equal(t, 503, g.Send(t, "POST", letters, `{"subject":"Hello"}`).Status)
	assert.Equal(t, 201, g.Send(t, "POST", letters, `{"subject":"Hello"}`).Status)
	assert.Equal(t, 200, g.Send(t, "GET", g.Root()+"/v1.0/crews2", "").Status)
	assert.Equal(t, 429, g.Send(t, "GET", g.Root()+"/v1.0/crews2", "").Status)
	v := g.Verify()
	for _, x := range v.Worlds[0].Expectations {
		assert.True(t, x.OK, x)
	}
	require.NoError(t, g.World().Faults().Add(fault.Rule{Operation: "people.friends.add", Respond: &fault.Respond{Status: 409}}))
	err := g.World().Faults().Add(fault.Rule{Operation: "people.friends.ad", Respond: &fault.Respond{Status: 409}})
	require.ErrorContains(t, err, "did you mean people.friends.add?")
	assert.Len(t, g.World().Journal().Entries(journal.Filter{Operation: "people.letters.*"}), 2)

	_, err = emulator.New(
		emulator.Options{Metadata: []string{metadataFile(t)}, ScenarioText: "version: 1\nexpect:\n  - {operation: people.leters.list}\n"})
	require.ErrorContains(t, err,
		`scenario text:3:17: expect[0].operation: there is no operation "people.leters.list"; did you mean people.letters.list?`)
}
