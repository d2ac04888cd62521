package scenarios

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// living is a server whose objects have lifecycles: people of a document of metadata,
// and the directory.
func living(t *testing.T, lifecycles string, options ...emulator.Options) *rig.Rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Verify = emulator.VerifyOff
	o.ScenarioText = "version: 1\nname: test\nclock: {mode: frozen, start: 2026-01-05T06:00:00Z}\nlifecycles:\n" + lifecycles
	return withMetadata(t, o)
}

// person creates one and returns its address.
func person(t *testing.T, g *rig.Rig, body string) string {
	t.Helper()
	a := g.Send(t, "POST", g.Root()+"/v1.0/people", body)
	require.Equal(t, 201, a.Status, a.Body)
	return g.Root() + "/v1.0/people/" + a.Text("id")
}

func property(t *testing.T, g *rig.Rig, at, name string) string {
	t.Helper()
	a := g.Send(t, "GET", at, "")
	require.Equal(t, 200, a.Status, a.Body)
	return a.JSON(name).String()
}

// A step comes at its time, merges as a PATCH does, and is a change of that time whoever
// looks when.
func TestLifecyclesOfObjects(t *testing.T) {
	g := living(t, `
  - on: people.create
    where: {jobTitle: Teacher}
    steps:
      - {set: {accountEnabled: false}}
      - {set: {accountEnabled: true, place: {city: Bern}, age: 7}, after: 30s}
      - {set: {jobTitle: null, since: 2026-01-01T00:00:00Z}, after: 30s}
`)
	ann := person(t, g, `{"displayName":"Ann","jobTitle":"Teacher","accountEnabled":true,"place":{"city":"Rome"}}`)
	bob := person(t, g, `{"displayName":"Bob","jobTitle":"Head","accountEnabled":true}`)
	assert.Equal(t, "false", property(t, g, ann, "accountEnabled"), "at once, so that no answer shows another")
	g.Advance(t, 29*time.Second)
	assert.Equal(t, "Rome", property(t, g, ann, "place.city"))
	g.Advance(t, 10*time.Minute)
	assert.Equal(t, "Bern", property(t, g, ann, "place.city"))
	assert.Equal(t, "true", property(t, g, ann, "accountEnabled"))
	assert.Empty(t, property(t, g, ann, "jobTitle"))
	assert.Equal(t, "2026-01-01T00:00:00Z", property(t, g, ann, "since"), "the service sets what no client may")
	assert.Equal(t, "true", property(t, g, bob, "accountEnabled"))
	assert.Equal(t, "Head", property(t, g, bob, "jobTitle"))

	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	changed := gjson.GetBytes(saved, `entities.objects.#(object.displayName=="Ann").time`).String()
	assert.Equal(t, "2026-01-05T06:01:00Z", changed, "when it was due, and not when somebody looked")
	assert.False(t, gjson.GetBytes(saved, "futures.objects").Exists(), "nothing is left")

	entries := g.World().Journal().Entries(journal.Filter{Operation: "people.create"})
	require.NotNil(t, entries[0].Detail)
	assert.Equal(t, "people.create", entries[0].Detail.Lifecycle)
	assert.Equal(t, "false", gjson.Get(string(entries[0].After.Object), "accountEnabled").String())
	assert.Contains(t, entries[0].Explain(), `It set the lifecycle "people.create" going.`)
	assert.Nil(t, entries[1].Detail)
	assert.Empty(t, g.Verify().Warnings, "it ran")
}

// Every call that changes an object may set one going: on a property, on links, an action, a
// part of a batch, a PUT, whatever the name of the user is.
func TestCallsThatSetLifecyclesOfObjectsGoing(t *testing.T) {
	g := living(t, `
  - {on: people.update, where: {mail: null}, steps: [{set: {mail: updated}}]}
  - {on: people.place.city.update, steps: [{set: {mail: property}}]}
  - {on: people.mail.delete, steps: [{set: {mail: cleared}}]}
  - {on: people.friends.add, steps: [{set: {mail: added}}]}
  - {on: people.friends.remove, steps: [{set: {mail: removed}}]}
  - {on: people.boss.set, steps: [{set: {mail: led}}]}
  - {on: "PATCH /people/{id}", steps: [{set: {mail: as asked}}]}
  - {on: people.letters.create, steps: [{set: {isRead: true}}]}
  - {on: people.letters.update, steps: [{set: {isRead: false}}]}
  - {on: groups.members.add, steps: [{set: {description: has members}}]}
  - {on: users.assignLicense, steps: [{set: {officeLocation: licensed}}]}
  - {on: users.create, steps: [{set: {officeLocation: new}}]}
  - {on: education.users.create, steps: [{set: {officeLocation: school, externalSource: manual}}]}
`, emulator.Options{Fixture: "contoso"})
	ann, bob := person(t, g, `{"displayName":"Ann"}`), person(t, g, `{"displayName":"Bob","mail":"bob"}`)
	mail := func(want string) {
		t.Helper()
		assert.Equal(t, want, property(t, g, ann, "mail"))
	}
	g.Send(t, "PATCH", ann, `{"age":1}`)
	mail("updated")
	g.Send(t, "PATCH", ann+"/place/city", `{"value":"Bern"}`)
	mail("property")
	g.Send(t, "DELETE", ann+"/mail", "")
	mail("cleared")
	require.Equal(t, 204, g.Send(t, "POST", ann+"/friends/$ref", `{"@odata.id":"`+bob+`"}`).Status)
	mail("added")
	require.Equal(t, 204, g.Send(t, "DELETE", ann+"/friends/"+bob[strings.LastIndexByte(bob, '/')+1:]+"/$ref", "").Status)
	mail("removed")
	require.Equal(t, 204, g.Send(t, "PUT", ann+"/boss/$ref", `{"@odata.id":"`+bob+`"}`).Status)
	mail("led")
	a := g.Send(t, "PATCH", ann, `{"age":2}`)
	assert.Equal(t, "as asked", a.Text("mail"), "the answer shows what comes at once")
	assert.Equal(t, "bob", property(t, g, bob, "mail"), "what is only linked did not change")
	a = g.Send(t, "POST", ann+"/letters", `{"subject":"Hello"}`)
	assert.True(t, a.JSON("isRead").Bool(), a.Body)
	a = g.Send(t, "PUT", ann+"/letters/"+a.Text("id"), `{"subject":"Bye"}`)
	assert.Equal(t, "false", a.JSON("isRead").Raw, a.Body)

	group := g.Send(t, "POST", "/groups", `{"displayName":"G","mailNickname":"g","mailEnabled":false,"securityEnabled":true}`).Text("id")
	user := g.Found(t, "/users?$top=1").Text("value.0.id")
	require.Equal(t, 204, g.Send(t, "POST", "/groups/"+group+"/members/$ref", `{"@odata.id":"`+g.URL+"/directoryObjects/"+user+`"}`).Status)
	assert.Equal(t, "has members", g.Found(t, "/groups/"+group).Text("description"))
	a = g.Send(t, "POST", "/users/"+user+"/assignLicense", `{"addLicenses":[],"removeLicenses":[]}`)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Equal(t, "licensed", g.Found(t, "/users/"+user+"?$select=officeLocation").Text("officeLocation"))
	made := g.Batch(t, rig.WritePart("1", "POST", "/users", newUser("ann.batch")))
	require.EqualValues(t, 201, made["1"].Get("status").Int(), made["1"])
	assert.Equal(t, "new", made["1"].Get("body.officeLocation").String())
	a = g.Send(t, "POST", "/education/users", strings.TrimSuffix(newUser("ann.school"), "}")+`,"primaryRole":"student"}`)
	require.Equal(t, 201, a.Status, a.Body)
	assert.Equal(t, "manual", a.Text("externalSource"))
	assert.Equal(t, "school", g.Found(t, "/users/"+a.Text("id")+"?$select=officeLocation").Text("officeLocation"), "they are one object")
	assert.Empty(t, g.Verify().Warnings, "each ran")
}

func newUser(name string) string {
	return `{"displayName":"Ann","accountEnabled":true,"mailNickname":"ann","userPrincipalName":"` + name +
		`@contoso.edu","passwordProfile":{"password":"Sunny-Day-1","forceChangePasswordNextSignIn":false}}`
}

// Sign-in sees what is due, too: a user who is disabled for a while is refused as long.
func TestSignInSeesLifecyclesOfUsers(t *testing.T) {
	g := living(t, `
  - {on: users.create, steps: [{set: {accountEnabled: false}}, {set: {accountEnabled: true}, after: 30s}]}
`, emulator.Options{Fixture: "contoso", Auth: emulator.AuthStrict})
	_, err := g.World().Graph().Create("users", map[string]any{"displayName": "Ann", "accountEnabled": true, "mailNickname": "ann",
		"userPrincipalName": "ann.new@contoso.edu",
		"passwordProfile":   map[string]any{"password": "Sunny-Day-1", "forceChangePasswordNextSignIn": false}})
	require.NoError(t, err)
	ask := func() int {
		return g.AskToken(t, "organizations", "grant_type", "password", "client_id", rig.SampleApp, "username", "ann.new@contoso.edu",
			"password", "Sunny-Day-1", "scope", "EduAdministration.ReadWrite").Status
	}
	assert.Equal(t, 400, ask())
	g.Advance(t, 30*time.Second)
	assert.Equal(t, 200, ask(), "though nobody asked Graph since")
}

// Answered reads of the object bring a step after the answer; a next waits for its turn; a
// further lifecycle takes the place of what was to come.
func TestReadsAndNextOfObjects(t *testing.T) {
	g := living(t, `
  - {name: first, on: people.create, steps: [{set: {mail: read}, after: {reads: 2}}, {set: {age: 1}}], next: second}
  - {name: second, on: people.update, steps: [{set: {mail: second}, after: 10s}], next: third}
  - {name: third, on: people.update, steps: [{set: {mail: third}}]}
  - {name: other, on: people.friends.add, steps: [{set: {jobTitle: other}}]}
`)
	ann := person(t, g, `{"displayName":"Ann"}`)
	g.Send(t, "GET", g.Root()+"/v1.0/people", "")
	g.Send(t, "GET", ann+"/displayName", "")
	assert.Empty(t, property(t, g, ann, "mail"), "lists and properties are no reads of it")
	assert.Empty(t, property(t, g, ann, "mail"), "the read that completes them still shows it as it was")
	assert.Equal(t, "read", property(t, g, ann, "mail"))
	assert.Equal(t, "1", property(t, g, ann, "age"))

	g.Send(t, "PATCH", ann, `{"age":2}`)
	g.Advance(t, 10*time.Second)
	assert.Equal(t, "second", property(t, g, ann, "mail"))
	g.Send(t, "PATCH", ann, `{"age":3}`)
	assert.Equal(t, "third", property(t, g, ann, "mail"))
	bob := person(t, g, `{"displayName":"Bob"}`)
	g.Send(t, "PATCH", bob, `{"age":2}`)
	g.Send(t, "POST", bob+"/friends/$ref", `{"@odata.id":"`+ann+`"}`)
	g.Advance(t, time.Minute)
	assert.Empty(t, property(t, g, bob, "mail"), "what was to come has made room")
	assert.Equal(t, "other", property(t, g, bob, "jobTitle"))
}

// A step whose object is gone is no step; one that was restored goes on. A step that
// cannot be made is passed over, told and logged.
func TestStepsThatCannotBeMade(t *testing.T) {
	var log strings.Builder
	g := living(t, `
  - {on: people.create, steps: [{set: {mail: x}, after: 30s}]}
  - on: users.create
    where: {displayName: Ann}
    steps: [{set: {userPrincipalName: taken@contoso.edu}, after: 30s}, {set: {officeLocation: after it}, after: 1s}]
`, emulator.Options{Fixture: "contoso", Log: slog.New(slog.NewTextHandler(&log, nil))})
	gone := person(t, g, `{"displayName":"Gone"}`)
	g.Send(t, "DELETE", gone, "")
	ids := map[string]string{}
	for _, name := range []string{"ann1", "ann2", "ann3"} {
		a := g.Send(t, "POST", "/users", newUser(name))
		require.Equal(t, 201, a.Status, a.Body)
		ids[name] = a.Text("id")
	}
	require.Equal(t, 204, g.Send(t, "DELETE", "/users/"+ids["ann2"], "").Status)
	require.Equal(t, 204, g.Send(t, "DELETE", "/users/"+ids["ann3"], "").Status)
	require.Equal(t, 200, g.Send(t, "POST", "/directory/deletedItems/"+ids["ann3"]+"/restore", "").Status)

	a := g.Control(t, "POST", "worlds/default/clock", `{"advance": "30s"}`)
	require.Equal(t, 200, a.Status, a.Body)
	happened := a.JSON(`happened.#(subject%"/users/*")#`).Array()
	require.Len(t, happened, 2, a.Body)
	assert.Equal(t, "/users/"+ids["ann1"], happened[0].Get("subject").String())
	assert.Equal(t, "taken@contoso.edu", happened[0].Get("after.userPrincipalName").String())
	assert.Equal(t, "ann1@contoso.edu", happened[0].Get("before.userPrincipalName").String())
	assert.Contains(t, happened[1].Get("problem").String(), "Another object with the same value for property userPrincipalName")
	assert.False(t, happened[1].Get("after").Exists())
	assert.Contains(t, log.String(), "a step of a lifecycle could not be made")
	g.Advance(t, time.Second)
	assert.Equal(t, "after it", g.Found(t, "/users/"+ids["ann3"]+"?$select=officeLocation").Text("officeLocation"),
		"the next one comes all the same")
	assert.Equal(t, "ann3@contoso.edu", g.Found(t, "/users/"+ids["ann3"]).Text("userPrincipalName"))

	a = g.Control(t, "POST", "worlds/default/clock", `{"advance": "idle"}`)
	before := a.Text("now")
	assert.Equal(t, before, g.Control(t, "POST", "worlds/default/clock", `{"advance": "idle"}`).Text("now"), "nothing waits for what is gone")
}

// Idle goes on to the steps of objects, in the order of time among those of profiles.
func TestIdleOfObjects(t *testing.T) {
	g := living(t, `
  - {on: people.create, steps: [{set: {mail: x, displayName: Bob}, after: 1s}, {set: {age: 1}, after: 1h}]}
`)
	g.Create(t, rig.CSVBody("North"))
	ann := person(t, g, `{"displayName":"Ann"}`)
	due := g.Control(t, "GET", "worlds/default/due", "")
	assert.Equal(t, []string{"Ann", "North"}, due.Texts("due.#.displayName"), "the next step of each, before anything moves")
	assert.Equal(t, ann[len(g.Root()+"/v1.0"):], due.Text("due.0.subject"))
	assert.Equal(t, "provisioning", due.Text("due.1.from.state"))
	a := g.Control(t, "POST", "worlds/default/clock", `{"advance": "idle"}`)
	require.Equal(t, 200, a.Status, a.Body)
	assert.Empty(t, g.Control(t, "GET", "worlds/default/due", "").Texts("due.#.displayName"))
	assert.Equal(t, []string{"Ann", "North", "Bob"}, a.Texts("happened.#.displayName"))
	assert.Equal(t, "2026-01-05T07:00:01Z", a.Text("now"))
	assert.Equal(t, ann[len(g.Root()+"/v1.0"):], a.Text("happened.0.subject"))
	assert.JSONEq(t, `{"displayName":"Ann","mail":null}`, a.JSON("happened.0.before").Raw)
	assert.JSONEq(t, `{"displayName":"Bob","mail":"x"}`, a.JSON("happened.0.after").Raw)
	assert.Equal(t, "1", property(t, g, ann, "age"))
}

// What cannot be is told when the scenario is read, with its place.
func TestWrongLifecyclesOfObjects(t *testing.T) {
	for text, want := range map[string]string{
		"on: people.get, steps: [{set: {mail: x}}]":                                      `lifecycles[0].on: "people.get" changes nothing: want a call that creates or changes an object`,
		"on: people.list, steps: [{set: {mail: x}}]":                                     `lifecycles[0].on: "people.list" changes nothing`,
		"on: people.delta, steps: [{set: {mail: x}}]":                                    `lifecycles[0].on: "people.delta" changes nothing`,
		"on: people.delete, steps: [{set: {mail: x}}]":                                   `lifecycles[0].on: "people.delete" takes its object away`,
		"on: 'DELETE /people/{id}', steps: [{set: {mail: x}}]":                           `takes its object away`,
		"on: people.*, steps: [{set: {mail: x}}]":                                        `"people.*" is more than one operation`,
		"on: '*', steps: [{set: {mail: x}}]":                                             `"*" is more than one operation`,
		"on: '* /people', steps: [{set: {mail: x}}]":                                     `"* /people" is more than one operation`,
		"on: people.creat, steps: [{set: {mail: x}}]":                                    `lifecycles[0].on: there is no operation "people.creat"; did you mean people.create?`,
		"on: batch, steps: [{set: {mail: x}}]":                                           `"batch" creates or changes no object`,
		"on: token.password, steps: [{set: {mail: x}}]":                                  `"token.password" creates or changes no object`,
		"on: 'POST /teams', steps: [{set: {mail: x}}]":                                   `"POST /teams" is no call that changes an object which graphemu knows; with --metadata`,
		"on: people.picture.value.update, steps: [{set: {mail: x}}]":                     `creates or changes no object`,
		"on: education.synchronizationProfiles.create, steps: [{set: {mail: x}}]":        `is a call on profiles`,
		"on: people.create, steps: [{set: {maill: x}}]":                                  `lifecycles[0].steps[0].set.maill: person has no property "maill"; did you mean mail?`,
		"on: people.create, steps: [{set: {age: old}}]":                                  `lifecycles[0].steps[0].set.age: Cannot convert`,
		"on: people.create, steps: [{set: {place: {town: x}}}]":                          `lifecycles[0].steps[0].set.place.town: place has no property "town"`,
		"on: people.create, steps: [{set: {place: Bern}}]":                               `lifecycles[0].steps[0].set.place`,
		"on: people.create, steps: [{set: {id: x}}]":                                     `lifecycles[0].steps[0].set.id: "id" is the key of a person, which never changes`,
		"on: people.create, steps: [{set: {friends: []}}]":                               `"friends" leads to other objects`,
		"on: people.create, steps: [{set: {'boss@odata.bind': x}}]":                      `"boss@odata.bind" is no property`,
		"on: people.create, steps: [{set: {}}]":                                          `lifecycles[0].steps[0].set`,
		"on: people.create, steps: [{after: 1s}]":                                        `lifecycles[0].steps[0]: the step sets nothing`,
		"on: people.create, steps: [{set: [1]}]":                                         `lifecycles[0].steps[0].set`,
		"on: people.create, steps: [{state: provisioned}]":                               `lifecycles[0].steps[0].state: state is for profiles`,
		"on: people.create, steps: [{status: success, set: {mail: x}}]":                  `lifecycles[0].steps[0].status: status is for profiles`,
		"on: people.create, steps: [{errors: 1, set: {mail: x}}]":                        `lifecycles[0].steps[0].errors: errors is for profiles`,
		"on: people.create, steps: [{statusMessage: x, set: {mail: x}}]":                 `lifecycles[0].steps[0].statusMessage: statusMessage is for profiles`,
		"on: people.create, steps: [{force: true, set: {mail: x}}]":                      `lifecycles[0].steps[0].force: force is for profiles`,
		"on: people.create, steps: [{set: {mail: x}, after: 9999999h}]":                  `lifecycles[0].steps[0].after`,
		"on: people.create, where: {maill: x}, steps: [{set: {mail: x}}]":                `lifecycles[0].where.maill: person has no property "maill"; did you mean mail?`,
		"on: people.create, where: {mail: [x]}, steps: [{set: {mail: x}}]":               `lifecycles[0].where.mail`,
		"on: people.create, where: {'{a,b}': x}, steps: [{set: {mail: x}}]":              `gjson's modifiers`,
		"on: people.create, next: nobody, steps: [{set: {mail: x}}]":                     `lifecycles[0].next: there is no lifecycle "nobody"`,
		"on: people.update, next: people.create, steps: [{set: {mail: x}}]":              `which no object meets a second time`,
		"on: people.update, next: p, steps: [{set: {mail: x}}]":                          `"p" begins with profiles.start, and so is for other objects than people.update`,
		"name: a, on: people.update, next: a, steps: [{set: {mail: x}}]":                 `next leads in a circle`,
		"on: profiles.create, steps: [{set: {displayName: x}}]":                          `lifecycles[0].steps[0].set: a profile is not changed by set`,
		"on: profiles.get, steps: [{state: provisioned}]":                                `lifecycles[0].on: no lifecycle begins with "get"`,
		"steps: [{set: {mail: x}}]":                                                      `lifecycles[0]`,
		"on: users.create, steps: [{set: {displayName: [a]}}]":                           `lifecycles[0].steps[0].set.displayName`,
		"on: education.synchronizationProfiles.create, steps: [{set: {displayName: x}}]": `is a call on profiles`,
	} {
		_, err := emulator.New(emulator.Options{Metadata: []string{metadataFile(t)}, ScenarioText: "version: 1\nlifecycles:\n  - {" + text +
			"}\n  - {on: people.create, steps: [{set: {mail: x}}]}\n  - {name: p, on: profiles.start, steps: [{status: success}]}\n"})
		require.Error(t, err, text)
		assert.ErrorContains(t, err, "scenario text:3:", text)
		assert.ErrorContains(t, err, want, text)
	}
}

// A scenario with lifecycles of which none ran makes the verdict say so.
func TestLifecyclesOfObjectsThatNeverRan(t *testing.T) {
	g := withMetadata(t,
		emulator.Options{ScenarioText: "version: 1\nlifecycles:\n  - {on: people.update, steps: [{set: {mail: x}}]}\n",
			Verify: emulator.VerifyOff})
	ann := person(t, g, `{"displayName":"Ann"}`)
	v := g.Verify()
	assert.False(t, v.OK)
	g.Send(t, "PATCH", ann, `{"age":1}`)
	assert.True(t, g.Verify().OK)
}
