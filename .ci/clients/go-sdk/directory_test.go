package gosdk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/graphemu/graphemu/emulator"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Users and groups, by the requests of the typed SDK for v1.0. That itself takes more
// than three minutes to compile, so what its generator would give stands here.
const (
	users     = "{+baseurl}/users{?%24count,%24expand,%24filter,%24orderby,%24search,%24select,%24top}"
	user      = "{+baseurl}/users/{id}{?%24expand,%24select}"
	groups    = "{+baseurl}/groups{?%24count,%24expand,%24filter,%24orderby,%24search,%24select,%24skip,%24top}"
	members   = "{+baseurl}/groups/{id}/members{?%24count,%24expand,%24filter,%24orderby,%24search,%24select,%24skip,%24top}"
	memberRef = "{+baseurl}/groups/{id}/members/$ref{?%24count,%24filter,%24orderby,%24search,%24skip,%24top}"
	oneMember = "{+baseurl}/groups/{id}/members/{member}/$ref"
)

// entry is a user or a group, as far as these tests write and read one.
type entry struct {
	id, odataType, displayName, mailNickname, userPrincipalName, jobTitle *string
	enabled, mailEnabled, securityEnabled                                 *bool
	password                                                              *string
	members                                                               []string // by their addresses
}

func newEntry(serialization.ParseNode) (serialization.Parsable, error) { return &entry{}, nil }

func (e *entry) Serialize(w serialization.SerializationWriter) error {
	for _, p := range []struct {
		name string
		v    *string
	}{{"displayName", e.displayName}, {"mailNickname", e.mailNickname}, {"userPrincipalName", e.userPrincipalName}, {"jobTitle", e.jobTitle}} {
		if err := w.WriteStringValue(p.name, p.v); err != nil {
			return err
		}
	}
	for _, p := range []struct {
		name string
		v    *bool
	}{{"accountEnabled", e.enabled}, {"mailEnabled", e.mailEnabled}, {"securityEnabled", e.securityEnabled}} {
		if err := w.WriteBoolValue(p.name, p.v); err != nil {
			return err
		}
	}
	more := map[string]any{}
	if e.password != nil {
		more["passwordProfile"] = map[string]any{"password": *e.password}
	}
	if e.members != nil {
		more["members@odata.bind"] = e.members
	}
	return w.WriteAdditionalData(more)
}

func (e *entry) GetFieldDeserializers() fields {
	return fields{"id": text(&e.id), "@odata.type": text(&e.odataType), "displayName": text(&e.displayName),
		"userPrincipalName": text(&e.userPrincipalName), "jobTitle": text(&e.jobTitle)}
}

func (e *entry) name() string { return *e.displayName }

// directory opens an emulator whose client asks v1.0.
func directory(t *testing.T, scenarios ...string) *client {
	t.Helper()
	g, c := open(t, emulator.Options{HTTPS: "localhost:0", Scenario: strings.Join(scenarios, "")})
	c.SetBaseUrl(strings.TrimSuffix(g.URL, "/beta") + "/v1.0")
	return c
}

// ask makes a request with path parameters in pairs, and a body where there is one.
func (c *client) ask(method abs.HttpMethod, template string, body *entry, parameters ...string) *abs.RequestInformation {
	c.t.Helper()
	path := map[string]string{}
	for i := 0; i < len(parameters); i += 2 {
		path[parameters[i]] = parameters[i+1]
	}
	r := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, template, path)
	r.Headers.TryAdd("Accept", "application/json")
	if body != nil {
		require.NoError(c.t, r.SetContentFromParsable(c.t.Context(), c, "application/json", body))
	}
	return r
}

func (c *client) one(r *abs.RequestInformation) *entry {
	c.t.Helper()
	e, err := c.Send(c.t.Context(), r, newEntry, mappings)
	require.NoError(c.t, err)
	return e.(*entry)
}

func (c *client) page(r *abs.RequestInformation) *page[*entry] {
	c.t.Helper()
	p, err := c.Send(c.t.Context(), r, newPage[*entry](newEntry), mappings)
	require.NoError(c.t, err)
	return p.(*page[*entry])
}

func (c *client) nothing(r *abs.RequestInformation) {
	c.t.Helper()
	require.NoError(c.t, c.SendNoContent(c.t.Context(), r, mappings))
	assert.Equal(c.t, http.StatusNoContent, c.wire.answer.StatusCode)
}

func person(name string) *entry {
	return &entry{displayName: &name, mailNickname: &name, userPrincipalName: new(name + "@contoso.edu"), enabled: new(true),
		password: new("xWwvJ]6NMw+bWH-d")}
}

func namesOf(list []*entry) []string { return abs.CollectionApply(list, (*entry).name) }

func TestUsers(t *testing.T) {
	c := directory(t)
	made := c.one(c.ask(abs.POST, users, person("ada")))
	assert.Equal(t, http.StatusCreated, c.wire.answer.StatusCode)
	assert.Equal(t, "ada", c.one(c.ask(abs.GET, user, nil, "id", *made.id)).name())
	assert.Equal(t, *made.id, *c.one(c.ask(abs.GET, user, nil, "id", "ada@contoso.edu")).id)
	// The SDK's Patch asks for a user and takes 204 as none.
	none, err := c.Send(t.Context(), c.ask(abs.PATCH, user, &entry{jobTitle: new("Engineer")}, "id", *made.id), newEntry, mappings)
	require.NoError(t, err)
	assert.Nil(t, none)
	assert.Equal(t, http.StatusNoContent, c.wire.answer.StatusCode)
	assert.Equal(t, "Engineer", *c.one(c.ask(abs.GET, user, nil, "id", *made.id)).jobTitle)

	r := c.ask(abs.GET, users, nil)
	r.Headers.Add("ConsistencyLevel", "eventual")
	r.AddQueryParameters(query{Count: new(true), Filter: new("endsWith(userPrincipalName,'ada@contoso.edu')"),
		Select: []string{"id", "displayName"}})
	found := c.page(r)
	assert.EqualValues(t, 1, *found.count)
	assert.Equal(t, []string{"ada"}, namesOf(found.value))
	assert.Nil(t, found.value[0].userPrincipalName, "not selected")

	_, err = c.Send(t.Context(), c.ask(abs.POST, users, person("ada")), newEntry, mappings)
	e := refused(t, err, http.StatusBadRequest)
	assert.Equal(t, "Request_BadRequest", *e.GetCode())
	assert.Equal(t, "Another object with the same value for property userPrincipalName already exists.", *e.GetMessage())
	require.NotEmpty(t, e.GetDetails())
	assert.Equal(t, "ObjectConflict", *e.GetDetails()[0].GetCode())

	c.nothing(c.ask(abs.DELETE, user, nil, "id", *made.id))
	_, err = c.Send(t.Context(), c.ask(abs.GET, user, nil, "id", *made.id), newEntry, mappings)
	assert.Equal(t, "Request_ResourceNotFound", *refused(t, err, http.StatusNotFound).GetCode())
}

func TestGroups(t *testing.T) {
	c := directory(t)
	ada, bob := c.one(c.ask(abs.POST, users, person("ada"))), c.one(c.ask(abs.POST, users, person("bob")))
	address := func(e *entry) string { return "https://graph.microsoft.com/v1.0/directoryObjects/" + *e.id }
	group := c.one(c.ask(abs.POST, groups, &entry{displayName: new("Team"), mailNickname: new("team"),
		mailEnabled: new(false), securityEnabled: new(true), members: []string{address(ada)}}))
	in := func() []string { return namesOf(c.page(c.ask(abs.GET, members, nil, "id", *group.id)).value) }
	assert.Equal(t, []string{"ada"}, in())

	add := c.ask(abs.POST, memberRef, nil, "id", *group.id)
	add.SetStreamContentAndContentType([]byte(`{"@odata.id":"`+address(bob)+`"}`), "application/json")
	c.nothing(add)
	assert.ElementsMatch(t, []string{"ada", "bob"}, in())
	assert.Equal(t, "#microsoft.graph.user", *c.page(c.ask(abs.GET, members, nil, "id", *group.id)).value[0].odataType)
	c.nothing(c.ask(abs.DELETE, oneMember, nil, "id", *group.id, "member", *ada.id))
	assert.Equal(t, []string{"bob"}, in())
}

func TestUsersInPagesAndBatches(t *testing.T) {
	c := directory(t)
	b := core.NewBatchRequestCollection(c)
	const n = 45
	for i := range n {
		_, err := b.AddBatchRequestStep(*c.ask(abs.POST, users, person(fmt.Sprintf("user%02d", i))))
		require.NoError(t, err)
	}
	answer, err := b.Send(t.Context(), c)
	require.NoError(t, err)
	assert.Empty(t, answer.GetFailedResponses())
	for id, status := range answer.GetStatusCodes() {
		assert.EqualValues(t, http.StatusCreated, status)
		made, err := core.GetBatchResponseById[*entry](answer, id, newEntry)
		require.NoError(t, err)
		assert.NotEmpty(t, *made.id)
	}

	r := c.ask(abs.GET, users, nil)
	r.AddQueryParameters(query{Top: new(int32(20)), Filter: new("startswith(displayName,'user')"), Select: []string{"displayName"}})
	pages, err := core.NewPageIterator[*entry](c.page(r), c, newPage[*entry](newEntry))
	require.NoError(t, err)
	seen := map[string]bool{}
	require.NoError(t, pages.Iterate(t.Context(), func(e *entry) bool {
		seen[e.name()] = true
		return true
	}))
	assert.Len(t, seen, n)
}

// The scenario small-pages: the page iterator follows many links, and misses nobody.
func TestSmallPages(t *testing.T) {
	c := directory(t, "small-pages")
	for i := range 9 {
		c.one(c.ask(abs.POST, users, person(fmt.Sprint("user", i))))
	}
	first := c.page(c.ask(abs.GET, users, nil))
	require.NotNil(t, first.nextLink)
	c.wire.sent = 0
	pages, err := core.NewPageIterator[*entry](first, c, newPage[*entry](newEntry))
	require.NoError(t, err)
	seen := map[string]bool{}
	require.NoError(t, pages.Iterate(t.Context(), func(e *entry) bool {
		seen[e.name()] = true
		return true
	}))
	assert.Subset(t, seen, map[string]bool{"user0": true, "user8": true})
	assert.GreaterOrEqual(t, len(seen), 9)
	assert.Positive(t, c.wire.sent, "pages after the first")
}
