package contract

import (
	"encoding/json"
	"fmt"
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
	"github.com/graphemu/graphemu/emulator/journal"
)

const thingsCSDL = `<edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>
<Schema Namespace="microsoft.graph" xmlns="http://docs.oasis-open.org/odata/ns/edm">
<EntityType Name="thing"><Key><PropertyRef Name="id"/></Key><Property Name="id" Type="Edm.String" Nullable="false"/>
<Property Name="name" Type="Edm.String"/></EntityType>
<EntityContainer Name="GraphService"><EntitySet Name="things" EntityType="microsoft.graph.thing"/></EntityContainer>
</Schema></edmx:DataServices></edmx:Edmx>`

const thingsTable = `{"permissions": {
 "Thing.ReadWrite": {"pathSets": [{"schemeKeys": ["DelegatedWork"], "methods": ["GET", "POST"], "paths": {"/things": "", "/things/{id}": ""}}]},
 "Thing.Read": {"pathSets": [{"schemeKeys": ["DelegatedWork"], "methods": ["GET"], "paths": {"/things": "least=DelegatedWork"}}]},
 "Thing.Read.All": {"pathSets": [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/things": "least=Application"}}]},
 "Thing.Owned": {"pathSets": [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/things": "AlsoRequires=Owner.Read,Owner.Write"}}]},
 "User.ReadBasic.All": {"pathSets": [{"schemeKeys": ["Application"], "methods": ["GET"], "paths": {"/education/schools": "least=Application"}}]}
}}`

// as calls Graph with a token of these permissions.
func as(t *testing.T, s *emulator.Server, o emulator.TokenOptions, method, path, body string) (int, string) {
	t.Helper()
	w, err := s.World("")
	require.NoError(t, err)
	token, err := w.Token(o)
	require.NoError(t, err)
	r, err := http.NewRequest(method, strings.TrimSuffix(s.URL, "/beta")+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", "application/json")
	a, err := s.Client().Do(r)
	require.NoError(t, err)
	defer a.Body.Close()
	b, err := io.ReadAll(a.Body)
	require.NoError(t, err)
	return a.StatusCode, string(b)
}

// In strict, the published table decides what a call asks for that is not emulated; the
// rows of emulated operations decide for these, whatever the table says.
func TestPublishedPermissions(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "v1.0.csdl"), []byte(thingsCSDL), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "permissions.json"), []byte(thingsTable), 0o600))
	s, err := emulator.New(emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso", Metadata: []string{dir}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	scopes := func(names ...string) emulator.TokenOptions { return emulator.TokenOptions{Scopes: names} }
	roles := func(names ...string) emulator.TokenOptions { return emulator.TokenOptions{Roles: names} }
	for _, c := range []struct {
		token        emulator.TokenOptions
		method, path string
		status       int
		why          string
	}{
		{scopes("Thing.Read"), "GET", "/v1.0/things", 200, ""},
		{scopes("thing.READWRITE"), "GET", "/v1.0/Things?$top=1", 200, ""},
		{scopes("Mail.Read"), "GET", "/v1.0/things", 403,
			"things.list (/things in the published table) needs the delegated permission Thing.Read or Thing.ReadWrite"},
		{scopes("Thing.Read"), "POST", "/v1.0/things", 403,
			"things.create (/things in the published table) needs the delegated permission Thing.ReadWrite"},
		{scopes("Thing.ReadWrite"), "POST", "/beta/things", 201, ""},
		{roles("Thing.Read.All"), "GET", "/v1.0/things", 200, ""},
		{roles("Thing.Owned"), "GET", "/v1.0/things", 403,
			"needs the application permission Thing.Read.All or Thing.Owned with Owner.Read or Owner.Write"},
		{roles("Thing.Owned", "Owner.Write"), "GET", "/v1.0/things/$count", 200, ""},
		{roles("Thing.Read.All"), "POST", "/v1.0/things", 403,
			"is not supported with application permissions; it needs the delegated permission Thing.ReadWrite"},
		{scopes("Mail.Read"), "DELETE", "/v1.0/things/none", 404, ""},
		{roles("User.ReadBasic.All"), "GET", "/beta/education/schools", 403,
			"education.schools.list needs the application permission EduRoster.ReadBasic.All"},
		{roles("EduRoster.Read.All"), "GET", "/beta/education/schools", 200, ""},
	} {
		status, body := as(t, s, c.token, c.method, c.path, "{}")
		call := c.method + " " + c.path
		assert.Equal(t, c.status, status, "%s: %s", call, body)
		assert.Contains(t, gjson.Get(body, "error.details.0.message").Str, c.why, call)
		if c.status == 403 && !strings.Contains(c.path, "education") {
			assert.Equal(t, "Authorization_RequestDenied", gjson.Get(body, "error.code").Str, call)
			assert.Equal(t, "Insufficient privileges to complete the operation.", gjson.Get(body, "error.message").Str, call)
		}
	}
	w, err := s.World("")
	require.NoError(t, err)
	p := w.Permissions()
	assert.Equal(t, []string{"Thing.ReadWrite"}, p.Delegated.Smallest)
	assert.Equal(t, []string{"EduRoster.ReadBasic.All", "Thing.Read.All"}, p.Application.Smallest)
	require.Len(t, s.Verify().Worlds, 1)
	assert.Equal(t, p, s.Verify().Worlds[0].Permissions)
}

// A table that cannot be read is told with its place, and nothing starts.
func TestBrokenPermissions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "table.json")
	require.NoError(t, os.WriteFile(file, []byte("{\"permissions\":\n  [1]}"), 0o600))
	_, err := emulator.New(emulator.Options{Permissions: file})
	require.ErrorContains(t, err, "table.json:2:4: permissions has to be an object, and is [")
	_, err = emulator.New(emulator.Options{Permissions: file + ".none"})
	require.ErrorContains(t, err, "table.json.none: no such file or directory")
}

// With the service's own documents a start stays quick, and what everybody knows of
// Graph's permissions is so.
func TestPermissionsOfTheService(t *testing.T) {
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "..", "shared", "reference", "graph")
	}
	table := filepath.Join(dir, "permissions.json")
	if _, err := os.Stat(table); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no permissions.json in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", dir)
	}
	s, err := emulator.New(
		emulator.Options{Auth: emulator.AuthStrict, Metadata: []string{filepath.Join(dir, "v1.0.csdl")}, Permissions: table})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	status, body := as(t, s, emulator.TokenOptions{Roles: []string{"Directory.Read.All"}}, "GET", "/v1.0/groupLifecyclePolicies", "")
	assert.Equal(t, 200, status, body)
	// Microsoft Graph's own service principal has what the table has.
	status, body = as(t, s, emulator.TokenOptions{Roles: []string{"Application.Read.All"}}, "GET",
		"/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')", "")
	require.Equal(t, 200, status)
	assert.Equal(t, "b633e1c5-b582-4048-a93e-9f11b44c7e96", gjson.Get(body, `appRoles.#(value=="Mail.Send").id`).Str)
	assert.NotEmpty(t, gjson.Get(body, `appRoles.#(value=="Sites.Selected").id`).Str)
	status, body = as(t, s, emulator.TokenOptions{Roles: []string{"User.Read.All"}}, "GET", "/v1.0/groupLifecyclePolicies", "")
	assert.Equal(t, 403, status)
	assert.Contains(t, body,
		"groupLifecyclePolicies.list (/grouplifecyclepolicies in the published table) needs the application permission Directory.Read.All or ")
}

// What a call was refused for stands in the journal: in its lines, in its explanation and
// as JSON; and JUnit's report has the smallest set.
func TestWhatARefusedCallHad(t *testing.T) {
	s, err := emulator.New(emulator.Options{Auth: emulator.AuthStrict})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	status, _ := as(t, s, emulator.TokenOptions{Roles: []string{"Mail.Send", "User.Read.All"}}, "GET", "/v1.0/groups", "")
	require.Equal(t, 403, status)
	w, err := s.World("")
	require.NoError(t, err)
	entries := w.Journal().Entries(journal.Filter{})
	e := entries[len(entries)-1]
	require.NotNil(t, e.Denied)
	assert.Equal(t, []string{"Mail.Send", "User.Read.All"}, e.Denied.Had)
	assert.Contains(t, e.Denied.Needed, "Group.Read.All")
	assert.Contains(t, e.Explain(), "Permissions of its token: Mail.Send, User.Read.All.")
	assert.Contains(t, e.Explain(), "Permissions that would have been enough, the least privileged first: "+e.Denied.Needed[0]+", ")
	var line, report strings.Builder
	require.NoError(t, journal.WriteText(&line, entries))
	assert.Contains(t, line.String(), "Authorization_RequestDenied (permission: groups.list needs ")
	assert.Contains(t, line.String(), "; the token has Mail.Send, User.Read.All)")
	text, err := json.Marshal(e)
	require.NoError(t, err)
	assert.Equal(t, "Mail.Send", gjson.GetBytes(text, "denied.had.0").Str)

	require.NoError(t, s.Verify().WriteJUnit(&report))
	assert.Contains(t, report.String(), `<property name="permissions.application.smallest" value="`+e.Denied.Needed[0]+`">`)
	assert.Contains(t, report.String(), `<property name="permissions.application.had" value="Mail.Send User.Read.All">`)
	assert.Contains(t, report.String(), `<property name="permissions.application.surplus" value="Mail.Send User.Read.All">`)
	assert.Contains(t, report.String(), `<property name="permissions.application.refused" value="1">`)

	// A token with any number of names fills no journal.
	var many []string
	for i := range 80 {
		many = append(many, fmt.Sprintf("Many%d.%s", i, strings.Repeat("x", 110)))
	}
	status, _ = as(t, s, emulator.TokenOptions{Roles: many}, "GET", "/v1.0/groups", "")
	require.Equal(t, 403, status)
	entries = w.Journal().Entries(journal.Filter{})
	had := entries[len(entries)-1].Denied.Had
	assert.Len(t, had, 51)
	assert.Equal(t, "… and 30 more", had[50])
	assert.LessOrEqual(t, len(had[0]), 110)
}

// A permission that covers several calls counts once, and the least privileged that does
// for all of them is the smallest set.
func TestSmallestSetOfADirectoryClient(t *testing.T) {
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, s.Close()) })
	w, err := s.World("")
	require.NoError(t, err)
	all := emulator.TokenOptions{Roles: []string{"Directory.ReadWrite.All"}}
	for _, call := range []string{"GET /v1.0/applications", "GET /v1.0/servicePrincipals", "POST /v1.0/applications", "GET /v1.0/domains"} {
		method, path, _ := strings.Cut(call, " ")
		status, body := as(t, s, all, method, path, `{"displayName":"x"}`)
		require.Less(t, status, 300, body)
	}
	p := w.Permissions().Application
	assert.Equal(t, []string{"AppRegistration.Create", "Application.Read.All", "Domain.Read.All"}, p.Smallest)
	assert.Equal(t, []string{"Directory.ReadWrite.All"}, p.Surplus)
	assert.Equal(t, "Domain.Read.All", p.Calls[3].Needed[0])
	var text strings.Builder
	require.NoError(t, w.Permissions().WriteText(&text))
	assert.Contains(t, text.String(), "the smallest set for these calls: AppRegistration.Create, Application.Read.All, Domain.Read.All")
}
