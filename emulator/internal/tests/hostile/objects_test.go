package hostile

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// directory is a tenant with two users, two groups and an app, and their ids.
type directory struct {
	*rig.Rig
	ids  map[string]string
	fill *strings.Replacer
}

func userBody(name, more string) string {
	return `{"accountEnabled":true,"displayName":"` + name + `","mailNickname":"` + name + `","userPrincipalName":"` + name +
		`@contoso.edu","passwordProfile":{"password":"Secret-123"}` + more + `}`
}

func groupBody(name, more string) string {
	return `{"displayName":"` + name + `","mailEnabled":false,"mailNickname":"` + name + `","securityEnabled":true` + more + `}`
}

func newDirectory(t *testing.T) *directory {
	t.Helper()
	d := &directory{Rig: rig.New(t), ids: map[string]string{}}
	var pairs []string
	for name, made := range map[string]rig.Answer{"ann": d.Post(t, "/users", userBody("ann", "")),
		"bob": d.Post(t, "/users", userBody("bob", "")),
		"a":   d.Post(t, "/groups", groupBody("a", "")), "b": d.Post(t, "/groups", groupBody("b", "")),
		"app": d.Post(t, "/applications", `{"displayName":"app"}`)} {
		require.Equal(t, 201, made.Status, made.Body)
		d.ids[name] = made.Text("id")
		pairs = append(pairs, "{"+name+"}", made.Text("id"))
	}
	d.fill = strings.NewReplacer(append(pairs, "{base}", d.URL)...)
	return d
}

// ask sends a request in which names in braces stand for ids.
func (d *directory) ask(t *testing.T, method, path, body string) rig.Answer {
	t.Helper()
	return d.Send(t, method, d.fill.Replace(path), d.fill.Replace(body), "ConsistencyLevel: eventual")
}

// state is all that the world has of objects.
func (d *directory) state(t *testing.T) string {
	t.Helper()
	s, err := d.World().Snapshot()
	require.NoError(t, err)
	var all struct {
		Entities json.RawMessage `json:"entities"`
	}
	require.NoError(t, json.Unmarshal(s, &all))
	return string(all.Entities)
}

// unmoved wants a client's error, and nothing changed by it.
func (d *directory) unmoved(t *testing.T, method, path, body string) rig.Answer {
	t.Helper()
	before := d.state(t)
	a := d.ask(t, method, path, body)
	what := fmt.Sprintf("%s %.200s %.200s: %d %.300s", method, path, body, a.Status, a.Body)
	assert.GreaterOrEqual(t, a.Status, 400, what)
	assert.Less(t, a.Status, 500, what)
	assert.NotEmpty(t, a.Text("error.code"), what)
	assert.NotEmpty(t, a.Text("error.message"), what)
	assert.Equal(t, before, d.state(t), what)
	return a
}

func ref(address string) string {
	return `{"@odata.id":` + rig.Must(json.Marshal(address)) + `}`
}

func TestHostileObjectPaths(t *testing.T) {
	d := newDirectory(t)
	for _, path := range []string{
		"/users" + strings.Repeat("/x", 200), "/users/{ann}" + strings.Repeat("/manager", 200),
		"/groups/{a}" + strings.Repeat("/members/{b}", 100),
		strings.Repeat("/users", 200), "/me" + strings.Repeat("/microsoft.graph.user", 200),
		"/users/microsoft.graph.group", "/users/{ann}/microsoft.graph.group", "/users/{ann}/manager/nope", "/groups/{a}/members/{b}/nope",
		"/groups/{a}/microsoft.graph.nope", "/users/{ann}/manager/microsoft.graph.group/members",
		"/users/{ann}/microsoft.graph.user/microsoft.graph.device", "/directoryObjects/{ann}/microsoft.graph.group",
		"/users('", "/users(')", "/users(''')", "/users()", "/users(id=)", "/users(id='{ann}',id='{bob}')", "/users(displayName='ann')",
		"/users/%27", "/users/it''s", "/users/a%2Fb", "/users/%2E%2E", "/users/..%2F{ann}", "/users/%00", "/users/\u20ac", "/users/%F0%9F%98%80",
		"/users/" + url.PathEscape("\u202e"), "/users/" + url.PathEscape(`"><script>`), "/users/" + strings.Repeat("a", 8000),
		"/users/%23password", "/users/{ann}/%23password", "/users/{ann}/id/$value/x", "/users/{ann}/$ref/x",
		"/users/$ref/$ref", "/$count", "/$value", "/$ref", "/users/{ann}/$count", "/users/{ann}/displayName/x",
	} {
		d.unmoved(t, "GET", path, "")
	}
	assert.Equal(t, 200, d.ask(t, "GET", "/users('{ann}')", "").Status)
}

func TestHostileReferences(t *testing.T) {
	d := newDirectory(t)
	for _, address := range []string{
		"", " ", "x", "/", "//", "https://", "http://[", "javascript:alert(1)", "https://evil.example/users/{ann}",
		"https://evil.example/_graphemu/worlds/other/graph/v1.0/users/{ann}", "{base}/users", "{base}/users/", "{base}/users/{nobody}",
		"{base}/groups/{ann}", "{base}/users/{a}", "{base}/users/{ann}/manager", "{base}/v1.0/users/{ann}", "{base}/$metadata",
		"{base}/users/{ann}/$ref", "{base}/me/../users/{x}",
		"{base}/directoryObjects/" + rig.UnknownID, "{base}/users('", "{base}/users/%zz", "directoryObjects/" + rig.UnknownID,
		strings.Repeat("a/", 5000), "{base}/users/" + strings.Repeat("a", 10000),
	} {
		d.unmoved(t, "POST", "/groups/{a}/members/$ref", ref(address))
		d.unmoved(t, "PUT", "/users/{ann}/manager/$ref", ref(address))
		d.unmoved(t, "PATCH", "/groups/{a}", `{"members@odata.bind":[`+rig.Must(json.Marshal(address))+`]}`)
		d.unmoved(t, "POST", "/groups",
			groupBody("c", `,"members@odata.bind":["{base}/directoryObjects/{bob}",`+rig.Must(json.Marshal(address))+`]`))
	}
	for _, body := range []string{"", "{}", "[]", "null", `{"@odata.id":5}`, `{"@odata.id":null}`, `{"@odata.id":["{base}/users/{ann}"]}`,
		`{"id":"{ann}"}`, `{"@odata.id":{"@odata.id":"x"}}`} {
		d.unmoved(t, "POST", "/groups/{a}/members/$ref", body)
	}
	// Chosen: whose host an address names does not matter, for clients write the service's
	// own; it means an object of this world.
	require.Equal(t, 204, d.ask(t, "POST", "/groups/{b}/members/$ref", ref("https://evil.example/v1.0/users/{ann}")).Status)
	assert.Equal(t, []string{d.ids["ann"]}, d.ask(t, "GET", "/groups/{b}/members", "").Texts("value.#.id"))
	// An object of another world is none of this one.
	other := d.As("world-other")
	elsewhere := other.Post(t, "/users", userBody("eve", ""))
	require.Equal(t, 201, elsewhere.Status, elsewhere.Body)
	d.unmoved(t, "POST", "/groups/{a}/members/$ref", ref("{base}/directoryObjects/"+elsewhere.Text("id")))

	d.unmoved(t, "POST", "/groups/{a}/members/$ref", ref("{base}/groups/{a}")) // itself
	for _, bind := range []string{`"x"`, `5`, `{}`, `[5]`, `[null]`, `[[]]`,
		`["{base}/directoryObjects/{ann}","{base}/directoryObjects/{ann}"]`} {
		d.unmoved(t, "PATCH", "/groups/{a}", `{"members@odata.bind":`+bind+`}`)
	}
	for name, n := range map[string]int{"21 binds": 21, "5,000 binds": 5000} {
		var addresses []string
		for i := range n {
			addresses = append(addresses, fmt.Sprintf(`"{base}/directoryObjects/00000000-0000-4000-8000-%012d"`, i))
		}
		list := strings.Join(addresses, ",")
		a := d.unmoved(t, "PATCH", "/groups/{a}", `{"members@odata.bind":[`+list+`]}`)
		assert.Contains(t, a.Text("error.message"), "20 link changes", name)
		d.unmoved(t, "POST", "/groups", groupBody("c", `,"owners@odata.bind":[`+list+`]`))
	}
}

// Groups may be members of one another: each closure ends, and has each once.
func TestCyclesOfGroups(t *testing.T) {
	d := newDirectory(t)
	const n = 40
	ids := []string{d.ids["a"]}
	for i := range n {
		a := d.Post(t, "/groups", groupBody(fmt.Sprint("g", i), ""))
		require.Equal(t, 201, a.Status, a.Body)
		ids = append(ids, a.Text("id"))
	}
	for i, id := range ids { // a ring, and a chord from each
		for _, to := range []string{ids[(i+1)%len(ids)], ids[(i+7)%len(ids)]} {
			require.Equal(t, 204, d.ask(t, "POST", "/groups/"+id+"/members/$ref", ref("{base}/groups/"+to)).Status)
		}
	}
	require.Equal(t, 204, d.ask(t, "POST", "/groups/"+ids[n]+"/members/$ref", ref("{base}/users/{ann}")).Status)
	for _, path := range []string{"/groups/{a}/transitiveMembers?$top=999", "/users/{ann}/transitiveMemberOf?$top=999",
		"/groups/{a}/transitiveMemberOf?$top=999"} {
		a := d.ask(t, "GET", path, "")
		require.Equal(t, 200, a.Status, a.Body)
		seen := map[string]bool{}
		for _, id := range a.Texts("value.#.id") {
			assert.False(t, seen[id], "%s twice in %s", id, path)
			seen[id] = true
		}
		assert.GreaterOrEqual(t, len(seen), len(ids)-1, path)
	}
	a := d.ask(t, "POST", "/users/{ann}/checkMemberGroups", `{"groupIds":["{a}","{b}"]}`)
	assert.Equal(t, []string{d.ids["a"]}, a.Texts("value"))
	// Managers, too.
	require.Equal(t, 204, d.ask(t, "PUT", "/users/{ann}/manager/$ref", ref("{base}/users/{bob}")).Status)
	assert.Less(t, d.ask(t, "PUT", "/users/{bob}/manager/$ref", ref("{base}/users/{ann}")).Status, 500)
	assert.Equal(t, 200, d.ask(t, "GET", "/users/{ann}/manager/manager/manager", "").Status)
	a = d.ask(t, "GET", "/users/{ann}?$expand=manager($levels=max;$select=id)", "")
	assert.Equal(t, []string{d.ids["bob"], ""}, []string{a.Text("manager.id"), a.Text("manager.manager.id")}, "it ends where it closes")
}

func TestMassAssignment(t *testing.T) {
	d := newDirectory(t)
	for _, member := range []string{
		`"createdDateTime":"2001-01-01T00:00:00Z"`, `"deletedDateTime":"2001-01-01T00:00:00Z"`, `"securityIdentifier":"S-1"`,
		`"proxyAddresses":["SMTP:x@y"]`,
		`"assignedLicenses":[{}]`, `"assignedPlans":[{}]`, `"licenseAssignmentStates":[{}]`,
		`"signInSessionsValidFromDateTime":"2001-01-01T00:00:00Z"`,
		`"onPremisesSyncEnabled":true`, `"onPremisesSecurityIdentifier":"S-1"`, `"imAddresses":["x"]`, `"#password":"x"`,
		`"#education":{}`, `"":1`,
		`"memberOf":[]`, `"manager":{}`, `"transitiveMemberOf":[{"id":"{a}"}]`, `"authentication":{}`, `"isAdmin":true`, `"__proto__":{}`,
		`"passwordProfile":{"hash":"x"}`, `"passwordProfile":{"password":5}`, `"passwordProfile":[]`, `"identities":{}`,
		`"identities":[{"issuer":5}]`,
	} {
		d.unmoved(t, "PATCH", "/users/{ann}", "{"+member+"}")
		d.unmoved(t, "POST", "/users", strings.TrimSuffix(userBody("eve", ""), "}")+","+member+"}")
	}
	for _, member := range []string{`"id":"{bob}"`, `"id":"x"`, `"id":null`, `"id":5`, `"ID":"{bob}"`, `"id":{"a":1}`} {
		d.unmoved(t, "PATCH", "/users/{ann}", "{"+member+"}")
	}
	for _, member := range []string{`"appId":"` + rig.UnknownID + `"`, `"publisherDomain":"evil.example"`,
		`"createdDateTime":"2001-01-01T00:00:00Z"`,
		`"passwordCredentials":[{"secretText":"mine-mine-mine"}]`, `"#secrets":{}`, `"#keys":{}`} {
		d.unmoved(t, "PATCH", "/applications/{app}", "{"+member+"}")
	}
	for _, member := range []string{`"securityIdentifier":"S-1"`, `"mail":"x@y"`, `"renewedDateTime":"2001-01-01T00:00:00Z"`,
		`"isArchived":true`} {
		d.unmoved(t, "PATCH", "/groups/{a}", "{"+member+"}")
	}
	// What is only nearly as it was is another value, and bytes have an address of their own.
	org := d.Found(t, "/organization")
	at := "/organization/" + org.Text("value.0.id")
	d.unmoved(t, "PATCH", at, `{"displayName":"`+strings.ToUpper(org.Text("value.0.displayName"))+`"}`)
	d.unmoved(t, "PATCH", "/applications/{app}", `{"logo":"aGVsbG8="}`)
	d.unmoved(t, "PATCH", "/applications/{app}", `{"logo":null}`)
	require.Equal(t, 204, d.ask(t, "PATCH", at, org.JSON("value.0").Raw).Status, "what was read can be sent back")
	d.unmoved(t, "PATCH", "/users/{ann}", `{"userPrincipalName":"bob@contoso.edu"}`)
	d.unmoved(t, "DELETE", "/users", "")
	d.unmoved(t, "PATCH", "/users", "{}")
	d.unmoved(t, "DELETE", "/users/{ann}/id", "")
}

func TestDeepBodiesAndExpansions(t *testing.T) {
	d := newDirectory(t)
	nest := func(n int, open, core, close string) string {
		return strings.Repeat(open, n) + core + strings.Repeat(close, n)
	}
	for _, body := range []string{
		nest(1000, `{"manager":`, "{}", "}"), nest(1000, `{"members":[`, "{}", "]}"), nest(1000, `{"passwordProfile":`, "{}", "}"),
		nest(100_000, "[", "", "]"), nest(1000, `{"onPremisesExtensionAttributes":`, "{}", "}"), nest(20_000, `{"a":`, "1", "}"),
	} {
		d.unmoved(t, "POST", "/users", body)
		d.unmoved(t, "POST", "/groups", body)
		d.unmoved(t, "PATCH", "/users/{ann}", body)
	}
	for _, query := range []string{
		"$expand=" + nest(500, "manager($expand=", "manager", ")"), "$expand=" + nest(3, "memberOf($expand=", "members", ")"),
		"$expand=" + strings.TrimSuffix(strings.Repeat("manager,", 300), ","), "$expand=*($expand=*($expand=*))", "$expand=(((",
		"$expand=manager(manager(",
		"$expand=manager/manager/manager", "$expand=microsoft.graph.group/members", "$expand=passwordProfile", "$expand=#password",
	} {
		d.unmoved(t, "GET", "/users?"+rig.Encoded(query), "")
		d.unmoved(t, "GET", "/users/{ann}?"+rig.Encoded(query), "")
	}
}

// What was deleted comes back only where its names and its id are free.
func TestRestoredIntoWhatIsInUse(t *testing.T) {
	d := newDirectory(t)
	require.Equal(t, 204, d.ask(t, "DELETE", "/users/{ann}", "").Status)
	again := d.Post(t, "/users", userBody("ann", ""))
	require.Equal(t, 201, again.Status, again.Body)
	d.unmoved(t, "POST", "/directory/deletedItems/{ann}/restore", "")
	d.unmoved(t, "POST", "/directory/deletedItems/{bob}/restore", "")
	d.unmoved(t, "POST", "/directory/deletedItems/"+rig.UnknownID+"/restore", "")
	d.unmoved(t, "POST", "/users/{ann}/restore", "")
	d.unmoved(t, "DELETE", "/users/{ann}", "")
	d.unmoved(t, "PATCH", "/users/{ann}", `{"displayName":"x"}`)
	d.unmoved(t, "POST", "/groups/{a}/members/$ref", ref("{base}/directoryObjects/{ann}"))
	// The test itself may bring ids: one that is in use, by the living or the deleted, is refused.
	trusted := func(id string) rig.Answer {
		return d.Control(t, "POST", "worlds/default/graph/v1.0/users", userBody("eve", `,"id":"`+id+`"`))
	}
	for _, id := range []string{d.ids["ann"], d.ids["bob"], d.ids["a"]} {
		before := d.state(t)
		a := trusted(id)
		assert.Equal(t, 400, a.Status, a.Body)
		assert.Equal(t, before, d.state(t))
	}
	require.Equal(t, 204, d.ask(t, "DELETE", "/directory/deletedItems/{ann}", "").Status)
	assert.Equal(t, 201, trusted(d.ids["ann"]).Status, "what is gone for good has left its id")
}

// A fixture whose objects lead to one another is one that is there; to nothing, an error.
func TestFixturesWithLoops(t *testing.T) {
	group := func(id, more string) string { return groupBody(id[:1], `,"id":"`+id+`"`+more) }
	const a, b = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"
	start := func(entities string) (*emulator.Server, error) {
		return emulator.New(emulator.Options{Clock: "frozen@" + rig.Dawn, Fixture: write(t, `{"version":1,"entities":`+entities+`}`)})
	}
	s, err := start(`{"groups":[` + group(a, `,"members@odata.bind":["groups/`+b+`"]`) + `,` +
		group(b, `,"members@odata.bind":["groups/`+a+`"]`) + `]}`)
	require.NoError(t, err)
	require.NoError(t, s.Close())
	for name, entities := range map[string]string{
		"itself":       `{"groups":[` + group(a, `,"members@odata.bind":["groups/`+a+`"]`) + `]}`,
		"nothing":      `{"groups":[` + group(a, `,"members@odata.bind":["groups/`+b+`"]`) + `]}`,
		"an id twice":  `{"groups":[` + group(a, "") + `,` + group(a, "") + `]}`,
		"a name twice": `{"users":[` + userBody("a", "") + `,` + userBody("A", "") + `]}`,
		"another host": `{"groups":[` + group(a, `,"members@odata.bind":["https://evil.example/v1.0/users/x"]`) + `]}`,
		"a bad path":   `{"groups/x/../y":[{}]}`, "no path": `{"":[{}]}`, "no list": `{"groups":{}}`,
		"too many":       `{"users":[{"repeat":1000000000}]}`,
		"less than none": `{"users":[{"repeat":-1}]}`,
	} {
		s, err := start(entities)
		if !assert.Error(t, err, name) {
			require.NoError(t, s.Close())
		} else {
			assert.Contains(t, err.Error(), "fixture", name)
		}
	}
}
