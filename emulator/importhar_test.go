package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// ask sends a call and returns the answer's status and body.
func ask(t *testing.T, s *emulator.Server, method, path, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, s.Origin("http")+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer token")
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	answer, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	return answer.StatusCode, string(text)
}

// took is how long a call took on the machine: a slow one would be taken for a delay.
var took = regexp.MustCompile(`"duration":"[^"]*"`)

// recorded runs calls on a server and returns what was answered and the archive of it.
func recorded(t *testing.T, o emulator.Options, run func(call func(method, path, body string) string)) (file string) {
	t.Helper()
	var lines bytes.Buffer
	o.Journal, o.HTTP, o.Clock = &lines, "127.0.0.1:0", "frozen@2026-01-05T06:00:00Z"
	s, err := emulator.New(o)
	require.NoError(t, err)
	origin := s.Origin("http")
	run(func(method, path, body string) string {
		_, text := ask(t, s, method, path, body)
		return text
	})
	require.NoError(t, s.Close())
	file = filepath.Join(t.TempDir(), "traffic.har")
	var archive bytes.Buffer
	require.Regexp(t, took, lines.String())
	alike := bytes.NewReader(took.ReplaceAll(lines.Bytes(), []byte(`"duration":"1ms"`)))
	require.NoError(t, emulator.WriteHAR(&archive, alike, origin))
	require.NoError(t, os.WriteFile(file, archive.Bytes(), 0o600))
	return file
}

// imported writes what was made of an archive to a folder, where check finds nothing
// wrong with it.
func imported(t *testing.T, file string, o emulator.ImportOptions) (*emulator.Imported, string) {
	t.Helper()
	made, err := emulator.ImportHAR(file, o)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "fixture.json"), made.Fixture, 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "scenario.yaml"), made.Scenario, 0o600))
	checker, err := emulator.Checker{}.WithMetadata(o.Metadata...)
	require.NoError(t, err)
	report, err := checker.Check(dir)
	require.NoError(t, err)
	require.Len(t, report.Files, 2)
	for _, f := range report.Files {
		assert.Empty(t, f.Problems, "%s\n%s", f.File, made.Scenario)
	}
	return made, dir
}

// places are hosts and tokens of pages.
var places = regexp.MustCompile(`127\.0\.0\.1:\d+|\$skiptoken=[^"&]*`)

// volatile is what differs from run to run: hosts, ids of requests, dates of errors, tokens
// of pages.
var volatile = regexp.MustCompile(`"(client-)?request-id":"[^"]*"|"date":"[^"]*"`)

// alike is a body without that, and with members in one order: Graph promises none, and a
// fixture keeps that of each collection alone.
func alike(body string) string {
	body = places.ReplaceAllString(volatile.ReplaceAllString(body, `"volatile":""`), "")
	var v map[string]any
	if json.Unmarshal([]byte(body), &v) != nil {
		return body
	}
	list, _ := v["value"].([]any)
	for _, one := range append(list, v) {
		o, _ := one.(map[string]any)
		members, ok := o["members"].([]any)
		if strings.HasPrefix(fmt.Sprint(v["@odata.context"]), "http:///v1.0/$metadata#directoryObjects") {
			members, ok = list, true
		}
		if ok {
			slices.SortFunc(members, func(a, b any) int {
				return strings.Compare(fmt.Sprint(a.(map[string]any)["id"]), fmt.Sprint(b.(map[string]any)["id"]))
			})
		}
	}
	text, _ := json.Marshal(v)
	return string(text)
}

// What was read of a server is read of another that begins with what was made of it, error
// for error.
func TestImportedReadsAreTheSame(t *testing.T) {
	reads := []string{
		"/v1.0/domains", "/v1.0/users?$top=5", "/v1.0/me", "/v1.0/me/manager", "/v1.0/groups?$top=6", "/v1.0/groups?$top=1&$expand=members",
		"/v1.0/users?$top=2&$select=id,displayName,jobTitle,department", "/v1.0/me/manager", "/v1.0/devices",
		"/v1.0/users/none@contoso.edu", "/beta/me?$select=id,displayName,userPrincipalName",
	}
	scenario := `{version: 1, faults: [
		{operation: GET /me/manager, calls: 2, respond: {status: 429, retryAfter: 3s}},
		{operation: GET /users, calls: 2, respond: {status: 503, error: serviceNotAvailable}}]}`
	file := filepath.Join(t.TempDir(), "faults.yaml")
	require.NoError(t, os.WriteFile(file, []byte(scenario), 0o600))
	var before []string
	archive := recorded(t, emulator.Options{Fixture: "contoso", Scenarios: []string{file}}, func(call func(method, path, body string) string) {
		for _, path := range reads {
			before = append(before, call("GET", path, ""))
		}
		group := gjson.Get(before[4], "value.0.id").Str
		reads = append(reads, "/v1.0/groups/"+group+"/members?$select=id,displayName", "/v1.0/groups/"+group)
		for _, path := range reads[len(reads)-2:] {
			before = append(before, call("GET", path, ""))
		}
	})
	made, dir := imported(t, archive, emulator.ImportOptions{KeepNames: true})
	for _, u := range made.Unused {
		t.Log(u)
	}
	assert.Equal(t, len(reads), made.Calls)
	assert.Equal(t, 2, made.Faults, string(made.Scenario))

	s := emulatortest.Start(t, emulator.Options{Scenarios: []string{filepath.Join(dir, "scenario.yaml")}, HTTP: "127.0.0.1:0",
		Clock: "frozen@2026-01-05T06:00:00Z", Verify: emulator.VerifyOff})
	for i, path := range reads {
		_, after := ask(t, s.Server, "GET", path, "")
		assert.JSONEq(t, alike(before[i]), alike(after), path)
	}
}

// Nothing of a name, an address or an id is in what is made without KeepNames, and the
// alike is replaced by the same.
func TestImportReplacesNames(t *testing.T) {
	archive := recorded(t, emulator.Options{Fixture: "contoso"}, func(call func(method, path, body string) string) {
		call("GET", "/v1.0/me?$select=id,displayName,mail,userPrincipalName,mobilePhone,accountEnabled,createdDateTime,usageLocation", "")
		call("GET", "/v1.0/groups?$top=3", "")
		call("GET", "/v1.0/me/memberOf?$select=id,displayName", "")
		call("GET", "/v1.0/users/secret.person@contoso.edu", "")
		call("GET", "/v1.0/secretPath/contoso", "")
	})
	kept, _ := imported(t, archive, emulator.ImportOptions{KeepNames: true})
	made, _ := imported(t, archive, emulator.ImportOptions{})
	all := string(made.Fixture) + string(made.Scenario) + fmt.Sprint(made.Unused)
	var seen int
	gjson.GetBytes(kept.Fixture, "entities").ForEach(func(_, list gjson.Result) bool {
		for _, o := range list.Array() {
			for _, name := range []string{"id", "displayName", "userPrincipalName", "mail", "description", "mailNickname"} {
				if v := o.Get(name).Str; v != "" {
					seen++
					if len(v) < 5 {
						v = `"` + v + `"` // as a text of its own
					}
					assert.False(t, strings.Contains(all, v), "%s %s", name, v)
				}
			}
		}
		return true
	})
	assert.Greater(t, seen, 10)
	assert.NotContains(t, strings.ToLower(all), "contoso")
	assert.NotContains(t, all, "secret")
	user := gjson.GetBytes(made.Fixture, "entities.users.0")
	assert.Equal(t, "US", user.Get("usageLocation").Str)
	assert.True(t, user.Get("accountEnabled").Bool())
	assert.Contains(t, gjson.GetBytes(made.Fixture, "entities.groups.#.members@odata\\.bind").Raw, "users/"+user.Get("id").Str)
}

// The first state wins, and what the traffic has made is not there.
func TestImportTakesTheFirstState(t *testing.T) {
	archive := recorded(t, emulator.Options{Fixture: "contoso"}, func(call func(method, path, body string) string) {
		id := gjson.Get(call("GET", "/v1.0/me?$select=id,displayName", ""), "id").Str
		call("PATCH", "/v1.0/users/"+id, `{"displayName": "Later", "jobTitle": "Later"}`)
		call("GET", "/v1.0/me?$select=id,displayName,jobTitle,surname", "")
		made := gjson.Get(call("POST", "/v1.0/groups",
			`{"displayName": "Made", "mailNickname": "made", "mailEnabled": false, "securityEnabled": true}`), "id").Str
		call("POST", "/v1.0/groups/"+made+"/members/$ref", `{"@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/`+id+`"}`)
		call("GET", "/v1.0/groups/"+made+"?$expand=members", "")
		group := gjson.Get(call("GET", "/v1.0/groups?$top=1&$filter=displayName+ne+'Made'&$select=id,displayName", ""), "value.0.id").Str
		call("POST", "/v1.0/$batch", `{"requests": [{"id": "1", "method": "GET", "url": "/devices"}]}`)
		require.NotEqual(t, made, group)
	})
	m, _ := imported(t, archive, emulator.ImportOptions{KeepNames: true})
	text := string(m.Fixture)
	assert.NotContains(t, text, "Later")
	assert.NotContains(t, text, "Made\"")
	assert.Equal(t, "Klein", gjson.Get(text, "entities.users.0.surname").Str)
	assert.Equal(t, int64(1), gjson.Get(text, "entities.devices.#").Int(), "of the part of a batch")
}

// Sets that are not built in, and what is contained in their objects, are taken with the
// metadata that has them.
func TestImportWithMetadata(t *testing.T) {
	csdl := filepath.Join(t.TempDir(), "things.csdl")
	require.NoError(t, os.WriteFile(csdl, []byte(things), 0o600))
	with := emulator.Options{Metadata: []string{csdl}}
	var thing, notes string
	archive := recorded(t, with, func(call func(method, path, body string) string) {
		id := gjson.Get(call("POST", "/v1.0/things", `{"label": "One"}`), "id").Str
		call("POST", "/v1.0/things/"+id+"/notes", `{"text": "Two", "size": 3}`)
		thing, notes = call("GET", "/v1.0/things/"+id, ""), call("GET", "/v1.0/things/"+id+"/notes", "")
	})
	text, err := os.ReadFile(archive)
	require.NoError(t, err)
	// Somebody else has made them: what the traffic itself makes is left out.
	require.NoError(t, os.WriteFile(archive, bytes.ReplaceAll(text, []byte(`"method":"POST"`), []byte(`"method":"OPTIONS"`)), 0o600))
	_, err = emulator.ImportHAR(archive, emulator.ImportOptions{})
	require.ErrorContains(t, err, "there is no call of Graph in it")

	made, _ := imported(t, archive, emulator.ImportOptions{Metadata: with.Metadata})
	assert.NotContains(t, string(made.Fixture), "Two")
	made, dir := imported(t, archive, emulator.ImportOptions{Metadata: with.Metadata, KeepNames: true})
	assert.Equal(t, 2, made.Objects, made.Unused)
	s := emulatortest.Start(t,
		emulator.Options{Metadata: with.Metadata, Scenarios: []string{filepath.Join(dir, "scenario.yaml")}, HTTP: "127.0.0.1:0"})
	at := "/v1.0/things/" + gjson.Get(thing, "id").Str
	_, after := ask(t, s.Server, "GET", at, "")
	assert.JSONEq(t, alike(thing), alike(after))
	_, after = ask(t, s.Server, "GET", at+"/notes", "")
	assert.JSONEq(t, alike(notes), alike(after))
}

const things = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="thing"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/>
<Property Name="label" Type="Edm.String"/>
<NavigationProperty Name="notes" Type="Collection(microsoft.graph.note)" ContainsTarget="true"/></EntityType>
<EntityType Name="note"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/>
<Property Name="text" Type="Edm.String"/><Property Name="size" Type="Edm.Int32"/></EntityType>
<EntityContainer Name="GraphService"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

// Whatever an archive holds: it is refused, or what is made of it is good.
func FuzzImportHAR(f *testing.F) {
	const answer = `{"value": [{"id": "1", "displayName": "Ann", "members": [{"@odata.type": "#microsoft.graph.user", "id": "2"}]}]}`
	f.Add("GET", "groups", "", answer, 200)
	f.Add("GET", "users/ann@a.example/manager", "", `{"id": "1"}`, 200)
	f.Add("POST", "groups/1/members/$ref", `{"@odata.id": "x/1"}`, "", 204)
	f.Add("POST", "$batch", `{"requests": [{"id": 1, "method": "GET", "url": "/me"}]}`, `{"responses": [{"id": 1, "status": 429}]}`, 200)
	f.Add("GET", "education/classes('1')/microsoft.graph.x", "", "[]", 404)
	f.Add("GET", "me/memberOf", "", answer, 200)
	f.Add("PATCH", "users/1/mail", `{}`, `{"error": {"code": "a", "message": "{"}}`, 412)
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, method, path, body, answer string, status int) {
		entry := map[string]any{
			"startedDateTime": "2026-01-05T06:00:00Z", "timings": map[string]any{"wait": 1500},
			"request": map[string]any{"method": method, "url": "https://graph.microsoft.com/v1.0/" + path,
				"postData": map[string]any{"text": body}},
			"response": map[string]any{"status": status, "content": map[string]any{"text": answer}},
		}
		text, _ := json.Marshal(map[string]any{"log": map[string]any{"entries": []any{entry, entry}}})
		file := filepath.Join(dir, "x.har")
		require.NoError(t, os.WriteFile(file, text, 0o600))
		for _, keep := range []bool{false, true} {
			made, err := emulator.ImportHAR(file, emulator.ImportOptions{KeepNames: keep})
			if err != nil {
				continue
			}
			folder := t.TempDir()
			require.NoError(t, os.WriteFile(filepath.Join(folder, "fixture.json"), made.Fixture, 0o600))
			require.NoError(t, os.WriteFile(filepath.Join(folder, "scenario.yaml"), made.Scenario, 0o600))
			report, err := emulator.Check(folder)
			require.NoError(t, err)
			require.True(t, report.OK(), "%v\n%s\n%s", report, made.Fixture, made.Scenario)
		}
	})
}

func TestImportHostile(t *testing.T) {
	const entry = `{"startedDateTime": "2026-01-05T06:00:00Z", "request": {"method": "GET", "url": "https://graph.microsoft.com/v1.0/users"},
		"response": {"status": 200, "content": {"text": "{\"value\": [{\"id\": \"1\"}]}"}}}`
	deep := strings.Repeat("[", 20_000)
	nested, _ := json.Marshal(strings.Repeat(`{"value":[`, 5000) + strings.Repeat(`]}`, 5000))
	in := func(entries string) string { return `{"log": {"version": "1.2", "entries": [` + entries + `]}}` }
	for name, c := range map[string]struct{ text, want string }{
		"nothing":        {"", "it is cut off at byte 0"},
		"no JSON":        {"<html>", "it is no JSON"},
		"another's":      {`{"entries": []}`, "it is no HTTP archive: there is no member log"},
		"a list":         {`[]`, "it is no HTTP archive"},
		"no entries":     {`{"log": {"version": "1.2"}}`, "/log has no member entries"},
		"none":           {in(""), "there is no entry in it"},
		"cut off":        {in(entry)[:150], "it is cut off at byte"},
		"cut off after":  {strings.TrimSuffix(in(entry), "]}}"), "cut off at byte"},
		"followed":       {in(entry) + "x", "something follows the archive"},
		"twice":          {`{"log": {"entries": []}, "log": {}}`, "/log: it is there twice"},
		"a wrong kind":   {in(`{"request": {"url": 3}}`), "/log/entries/0: request.url is number, and not of the kind that HAR 1.2 has there"},
		"too deep":       {`{"log": {"entries": [` + deep, "it is no JSON"},
		"another host":   {in(strings.Replace(entry, "graph.microsoft.com", "graph.microsoft.com.evil.example", 1)), "it is no host of Graph"},
		"userinfo":       {in(strings.Replace(entry, "graph.microsoft.com", "graph.microsoft.com@evil.example", 1)), "it is no host of Graph"},
		"no version":     {in(strings.Replace(entry, "v1.0", "v9", 1)), "it is no call of Graph"},
		"a path unknown": {in(strings.Replace(entry, "/users", "/../../etc/passwd", 1)), "the metadata in force does not have it"},
		"no time": {in(strings.Replace(entry, "2026-01-05T06:00:00Z", "today", 1)),
			`/log/entries/0: startedDateTime: "today" is no date and time`},
		"a nested answer": {in(strings.Replace(entry, `"{\"value\": [{\"id\": \"1\"}]}"`, string(nested), 1)), ""},
		"base64":          {in(strings.Replace(entry, `"text"`, `"encoding": "base64", "text"`, 1)), ""},
		"a guid is asked": {in(entry), ""},
	} {
		t.Run(name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.har")
			require.NoError(t, os.WriteFile(file, []byte(c.text), 0o600))
			made, err := emulator.ImportHAR(file, emulator.ImportOptions{})
			if c.want != "" {
				require.ErrorContains(t, err, c.want)
				assert.ErrorContains(t, err, file)
				return
			}
			require.NoError(t, err)
			assert.NotContains(t, string(made.Fixture), "passwd")
		})
	}
	_, err := emulator.ImportHAR(t.TempDir(), emulator.ImportOptions{})
	assert.Error(t, err)
	file := filepath.Join(t.TempDir(), "large.har")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.NoError(t, os.Truncate(file, 257<<20))
	_, err = emulator.ImportHAR(file, emulator.ImportOptions{})
	assert.ErrorContains(t, err, "an archive may have 256 MiB")
}
