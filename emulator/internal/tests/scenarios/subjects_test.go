package scenarios

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// A call on an object tells which it was about, and, where it writes, what the object was
// before and after.
func TestCallsTellTheirSubject(t *testing.T) {
	g := withMetadata(t, emulator.Options{Verify: emulator.VerifyOff})
	people := g.Root() + "/v1.0/people"
	id := g.Send(t, "POST", people, `{"displayName":"Ann","jobTitle":"Teacher"}`).Text("id")
	g.Send(t, "PATCH", people+"/"+id, `{"jobTitle":"Head"}`)
	g.Send(t, "GET", people+"/"+id+"/jobTitle", "")
	g.Send(t, "POST", people+"/"+id+"/letters", `{"subject":"Hello"}`)
	g.Send(t, "POST", people+"/"+id+"/friends/$ref", `{"@odata.id":"`+people+"/"+id+`"}`)
	g.Send(t, "GET", people, "")
	g.Send(t, "DELETE", people+"/"+id, "")
	g.Send(t, "DELETE", people+"/"+id, "")
	entries := g.World().Journal().Entries(journal.Filter{})
	require.Len(t, entries, 8)
	at := "/people/" + id
	property := func(s *journal.Subject, name string) string {
		require.NotNil(t, s)
		return gjson.Get(string(s.Object), name).String()
	}
	for i, want := range []string{at, at, at, "", at, "", at, at} {
		switch s := entries[i].Subject; {
		case i == 3:
			assert.True(t, strings.HasPrefix(s.Path, at+"/letters/"), s.Path)
		case want == "":
			assert.Nil(t, s, i)
		default:
			require.NotNil(t, s, i)
			assert.Equal(t, want, s.Path, i)
		}
	}
	assert.Nil(t, entries[0].Before)
	assert.Equal(t, id, entries[0].Subject.ID)
	assert.Equal(t, "Teacher", property(entries[0].After, "jobTitle"))
	assert.Equal(t, "Teacher", property(entries[1].Before, "jobTitle"))
	assert.Equal(t, "Head", property(entries[1].After, "jobTitle"))
	assert.Nil(t, entries[2].Before, "it only reads")
	assert.True(t, entries[6].After.Gone)
	assert.True(t, entries[7].Before.Gone)
	assert.Empty(t, entries[7].Subject.ID)
	assert.Contains(t, entries[1].Explain(), "It changed /people/"+id+": jobTitle.")
	assert.Contains(t, entries[6].Explain(), "was gone")
	assert.Len(t, g.World().Journal().Entries(journal.Filter{Contains: "after.object.jobTitle=Head"}), 2, "conditions look into it")
}

// Faults ask what the object of a call is, by gjson paths.
func TestFaultsWhileAnObjectIsSo(t *testing.T) {
	g := withMetadata(t, emulator.Options{Verify: emulator.VerifyOff, ScenarioText: `
version: 1
faults:
  - {operation: people.*, while: {accountEnabled: false}, respond: {status: 403}}
  - {operation: people.letters.create, while: {place.city: null, state: "WA"}, respond: {status: 409}}
  - {operation: "GET /people/{id}", while: {place.city: Bern}, respond: {status: 423}}
  - {operation: profiles.get, while: {displayName: South}, respond: {status: 418}}
`})
	people := g.Root() + "/v1.0/people"
	id := g.Send(t, "POST", people, `{"displayName":"Ann","accountEnabled":true}`).Text("id")
	assert.Equal(t, 200, g.Send(t, "GET", people+"/"+id, "").Status)
	g.Send(t, "PATCH", people+"/"+id, `{"place":{"city":"Bern"}}`)
	assert.Equal(t, 423, g.Send(t, "GET", people+"/"+id, "").Status)
	assert.Equal(t, 200, g.Send(t, "GET", people+"/"+id+"/displayName", "").Status)
	g.Send(t, "PATCH", people+"/"+id, `{"accountEnabled":false}`)
	assert.Equal(t, 403, g.Send(t, "GET", people+"/"+id, "").Status)
	assert.Equal(t, 403, g.Send(t, "POST", people+"/"+id+"/letters", `{}`).Status, "a collection below it is about it, too")
	assert.Equal(t, 200, g.Send(t, "GET", people, "").Status, "a set has no object")
	assert.Equal(t, 404, g.Send(t, "GET", people+"/none", "").Status, "nor has what is not there")
	entries := g.World().Journal().Entries(journal.Filter{Operation: "people.list"})
	require.NotNil(t, entries[0].Detail)
	assert.Equal(t, "the call has no object, or it has nothing at accountEnabled, the rule wants false", entries[0].Detail.Misses[0].Why)

	north, south := g.Create(t, rig.PowerSchoolBody("North")), g.Create(t, rig.PowerSchoolBody("South"))
	assert.Equal(t, 200, g.Get(t, rig.At(north)).Status)
	assert.Equal(t, 418, g.Get(t, rig.At(south)).Status)
}

func TestWrongWhile(t *testing.T) {
	for text, want := range map[string]string{
		"{operation: profiles.get, while: {state: provisoned}, respond: {status: 500}}":    "there is no state \"provisoned\": want provisioning",
		"{operation: profiles.get, while: {statuz: success}, respond: {status: 500}}":      `a profile has no "statuz"; did you mean status?`,
		"{operation: '*', while: {status: done}, respond: {status: 500}}":                  `there is no status "done"`,
		"{operation: people.get, while: {accountEnabled: [1]}, respond: {status: 500}}":    "while.accountEnabled",
		"{operation: people.get, while: {'{a,b}': 1}, respond: {status: 500}}":             "gjson's modifiers",
		"{operation: people.get, while: {'@this|@tostr': 1}, respond: {status: 500}}":      "gjson's modifiers",
		"{operation: people.get, while: true, respond: {status: 500}}":                     "faults[0].while",
		"{operation: people.get, while: {accountEnabled: {a: 1}}, respond: {status: 500}}": "faults[0].while",
	} {
		_, err := emulator.New(emulator.Options{Metadata: []string{metadataFile(t)}, ScenarioText: "version: 1\nfaults:\n  - " + text + "\n"})
		require.ErrorContains(t, err, "scenario text:3:", text)
		assert.ErrorContains(t, err, want, text)
	}
}

// What is there in the end is expected by gjson paths, in any collection.
func TestExpectationsOfObjects(t *testing.T) {
	g := withMetadata(t, emulator.Options{Verify: emulator.VerifyOff, ScenarioText: `
version: 1
expect:
  - {in: people, where: {mail: ann@contoso.edu, jobTitle: Head}, count: 1}
  - {in: people, where: {place.city: Bern}}
  - {in: people, where: {jobTitle: Intern}, count: 0}
  - {in: people, count: 2}
  - {in: people/ann/letters, where: {subject: Hello, isRead: null}, count: ">=2"}
  - {in: people/nobody/letters, count: 0}
  - {in: people/ann/friends, where: {displayName: Bob}}
`, Entities: map[string][]any{"people": {map[string]any{"id": "ann", "displayName": "Ann", "mail": "ann@contoso.edu",
		"jobTitle": "Teacher"}}}})
	people := g.Root() + "/v1.0/people"
	seen := func() (oks []bool, text []string) {
		for _, x := range g.Verify().Worlds[0].Expectations {
			oks, text = append(oks, x.OK), append(text, x.Seen)
		}
		return oks, text
	}
	oks, text := seen()
	assert.Equal(t, []bool{false, false, true, false, false, true, false}, oks)
	assert.Equal(t, `there is none, of 1 in people; nearest is "Ann" (ann), whose jobTitle is "Teacher"`, text[0])
	assert.Equal(t, "there is none, of 0 in people/ann/letters", text[4])

	g.Send(t, "PATCH", people+"/ann", `{"jobTitle":"Head","place":{"city":"Bern"}}`)
	bob := g.Send(t, "POST", people, `{"displayName":"Bob"}`).Text("id")
	g.Send(t, "POST", people+"/ann/friends/$ref", `{"@odata.id":"`+people+"/"+bob+`"}`)
	for range 2 {
		g.Send(t, "POST", people+"/ann/letters", `{"subject":"Hello"}`)
	}
	oks, text = seen()
	assert.Equal(t, []bool{true, true, true, true, true, true, true}, oks, text)
	assert.Equal(t, `people has exactly 1 object with jobTitle "Head" and mail "ann@contoso.edu" in the end`,
		g.Verify().Worlds[0].Expectations[0].Expected)
	assert.Equal(t, `people has no object with jobTitle "Intern" in the end`, g.Verify().Worlds[0].Expectations[2].Expected)
	g.Send(t, "DELETE", people+"/"+bob, "")
	g.World().Reset()
	v := g.Verify()
	assert.False(t, v.Worlds[0].Expectations[3].OK, "a chapter is judged by what was there when it closed")
	assert.Contains(t, v.Worlds[0].Expectations[3].Seen, "there is 1, of 1 in people")
}

func TestWrongExpectationsOfObjects(t *testing.T) {
	for text, want := range map[string]string{
		"{in: poeple}":                                 `expect[0].in: there is no "poeple" in "poeple"; did you mean people?`,
		"{in: people/ann/leters}":                      `did you mean letters?`,
		"{in: people/ann}":                             `"people/ann" is no collection of objects`,
		"{in: people/ann/boss}":                        `is no collection of objects`,
		"{in: people, where: {jobTitel: Head}}":        `expect[0].where.jobTitel: person has no property "jobTitel"; did you mean jobTitle?`,
		"{in: people, where: {'plase.city': Bern}}":    `person has no property "plase"; did you mean place?`,
		"{in: people, where: {jobTitle: [1]}}":         "expect[0].where.jobTitle",
		"{in: people, noEarlyRetry: true}":             "noEarlyRetry goes only with operation",
		"{in: people, operation: people.list}":         "exactly one of operation, order, only, profile and in; this one has operation and in",
		"{operation: people.list, where: {a: 1}}":      "where goes only with in",
		"{in: people, status: 4xx}":                    "status goes only with operation or profile",
		"{in: people, level: emulated}":                "level goes only with operation",
		"{in: people, count: 1-0}":                     "the range ends (0) before it begins (1)",
		"{in: 'people?$top=1'}":                        "expect[0].in",
		"{in: people, where: {'[@this,@this]': 1}}":    "gjson's modifiers",
		"{in: " + strings.Repeat("people/", 80) + "x}": "expect[0].in",
	} {
		_, err := emulator.New(emulator.Options{Metadata: []string{metadataFile(t)}, ScenarioText: "version: 1\nexpect:\n  - " + text + "\n"})
		require.ErrorContains(t, err, "scenario text:3:", text)
		assert.ErrorContains(t, err, want, text)
	}
}
