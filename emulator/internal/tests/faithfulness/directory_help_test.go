package faithfulness

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	eventually   = "ConsistencyLevel: eventual"
	nobody       = "11111111-1111-1111-1111-111111111111"
	samplePlan   = "6fd2c87f-b296-42f0-b197-1e91e994b900" // the licence of the default fixture
	refusedCode  = "Request_BadRequest"
	notThere     = "Request_ResourceNotFound"
	unsupported  = "Request_UnsupportedQuery"
	adminRole    = "62e90394-69f5-4237-9190-012177145e10"
	globalReader = "f2ef992c-3afb-46b9-b7cf-a126ee74c451"
	pcID         = "4b590615-0888-425a-a965-b3bf7789848d"
)

// v1 is an address of v1.0.
func v1(g *rig.Rig, path string) string { return g.Root() + "/v1.0" + path }

// gives sends a body to v1.0 and wants a status.
func gives(t *testing.T, g *rig.Rig, status int, method, path, body string, headers ...string) rig.Answer {
	t.Helper()
	a := g.Send(t, method, v1(g, path), body, headers...)
	require.Equal(t, status, a.Status, "%s %s: %s", method, path, a.Body)
	return a
}

// refuses is gives of an error.
func refuses(t *testing.T, g *rig.Rig, status int, method, path, body, code, message string, headers ...string) {
	t.Helper()
	rig.WantError(t, gives(t, g, status, method, path, body, headers...), status, code, message)
}

// absentOf is what an id says that nothing has.
func absentOf(id string) string {
	return "Resource '" + id + "' does not exist or one of its queried reference-property objects are not present."
}

// personBody is a user; more is what else it has.
func personBody(name, more string) string {
	return `{"accountEnabled":true,"displayName":"` + name + `","mailNickname":"` + name + `","userPrincipalName":"` + name +
		`@contoso.edu","passwordProfile":{"password":"Secret-123"}` + more + `}`
}

// groupBody is a security group; more is what else it has.
func groupBody(name, more string) string {
	return `{"displayName":"` + name + `","mailEnabled":false,"mailNickname":"` + name + `","securityEnabled":true` + more + `}`
}

const (
	teamBody   = `{"displayName":"team","mailEnabled":true,"mailNickname":"team","securityEnabled":false,"groupTypes":["Unified"]}`
	deviceBody = `{"accountEnabled":true,"alternativeSecurityIds":[{"type":2,"key":"aGVsbG8="}],"deviceId":"` + pcID +
		`","displayName":"pc","operatingSystem":"linux","operatingSystemVersion":"1"}`
)

// createdID posts a body to a set and returns the id.
func createdID(t *testing.T, g *rig.Rig, set, body string) string {
	t.Helper()
	return gives(t, g, 201, "POST", set, body).Text("id")
}

func refOf(g *rig.Rig, id string) string {
	return `{"@odata.id":"` + v1(g, "/directoryObjects/"+id) + `"}`
}

// staff is a tenant with ann, bob and cat, the groups inner, outer and team, a device, a
// role, an administrative unit and what links them. Paths name them in braces.
type staff struct {
	ids  map[string]string
	fill *strings.Replacer
}

func (s *staff) at(path string) string { return s.fill.Replace(path) }

func newStaff(t *testing.T, g *rig.Rig) *staff {
	t.Helper()
	ids := map[string]string{}
	for _, name := range []string{"ann", "bob", "cat"} {
		ids[name] = createdID(t, g, "/users", personBody(name, ""))
	}
	for _, name := range []string{"inner", "outer"} {
		ids[name] = createdID(t, g, "/groups", groupBody(name, ""))
	}
	ids["team"] = createdID(t, g, "/groups", teamBody)
	ids["pc"] = createdID(t, g, "/devices", deviceBody)
	ids["north"] = createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
	ids["role"] = createdID(t, g, "/directoryRoles", `{"roleTemplateId":"`+globalReader+`"}`)
	var pairs []string
	for name, id := range ids {
		pairs = append(pairs, "{"+name+"}", id)
	}
	s := &staff{ids, strings.NewReplacer(pairs...)}
	gives(t, g, 204, "PUT", s.at("/users/{ann}/manager/$ref"), refOf(g, ids["bob"]))
	for _, link := range [][2]string{{"/groups/{inner}/members", "ann"}, {"/groups/{inner}/members", "pc"}, {"/groups/{outer}/members",
		"inner"},
		{"/groups/{outer}/owners", "ann"}, {"/users/{ann}/sponsors", "bob"}, {"/devices/{pc}/registeredOwners", "ann"},
		{"/devices/{pc}/registeredUsers", "ann"}, {"/directory/administrativeUnits/{north}/members", "ann"},
		{"/directoryRoles/{role}/members", "ann"}} {
		gives(t, g, 204, "POST", s.at(link[0])+"/$ref", refOf(g, ids[link[1]]))
	}
	return s
}

// linkedRows prove a list of what an object is linked to, and how many they are.
func linkedRows(operation, path string, how grade, want ...string) []statement {
	name := path[strings.LastIndexByte(path, '/')+1:]
	context, source := "directoryObjects", "list "+name+" page"
	switch name {
	case "appRoleAssignments", "oauth2PermissionGrants":
		context = name
	}
	return []statement{
		{operation + ".list", "ok", "Answers 200 with the " + name + "; the context is `$metadata#" + context + "`", source, how,
			func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				a := g.Found(t, v1(g, s.at(path)))
				assert.ElementsMatch(t, want, a.Names())
				assert.Equal(t, v1(g, "/$metadata#"+context), a.Text("@odata.context"))
				if context == "directoryObjects" && len(want) > 0 { // a mixed list names the type of each
					assert.Contains(t, a.Text("value.0.@odata.type"), "#microsoft.graph.")
				}
			}},
		{operation + ".count", "ok", "Answers 200 with the number of " + name + " as plain text, with `ConsistencyLevel: eventual`; 400 without",
			"aad-advanced-queries page", inferred, func(t *testing.T, g *rig.Rig) {
				path := newStaff(t, g).at(path) + "/$count"
				assert.Equal(t, strconv.Itoa(len(want)), gives(t, g, 200, "GET", path, "", eventually).Body)
				if !strings.HasPrefix(operation, "directoryRoles.") {
					refuses(t, g, 400, "GET", path, "", refusedCode, "$count is not currently supported.")
				}
			}},
	}
}

// refRows prove the links of a collection: who is in it, and who may come.
func refRows(operation, path, here, comes string) []statement {
	name := path[strings.LastIndexByte(path, '/')+1:]
	from := path[strings.IndexByte(path, '{')+1 : strings.IndexByte(path, '}')]
	return []statement{
		{operation + ".ref", "ok", "`GET …/" + name + "/$ref` answers 200 with an `@odata.id` below directoryObjects for each",
			"list administrativeUnit members page, example", documented, func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				a := g.Found(t, v1(g, s.at(path)+"/$ref"))
				assert.Contains(t, a.Texts("value.#.@odata.id"), v1(g, "/directoryObjects/"+s.ids[here]))
				assert.Equal(t, []string{"@odata.id"}, a.Keys("value.0"))
			}},
		{operation + ".add", "ok", "`POST …/" + name + "/$ref` answers 204 without a body; the object is among them", "add " + name + " page",
			documented,
			func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				rig.WantEmpty(t, g.Post(t, v1(g, s.at(path)+"/$ref"), refOf(g, s.ids[comes])), 204)
				assert.Contains(t, g.Found(t, v1(g, s.at(path))).Texts("value.#.id"), s.ids[comes])
			}},
		{operation + ".add", "twice", "One that is there already: 400 `Request_BadRequest`, `One or more added object references already exist " +
			"for the following modified properties: '" + name + "'.`", "pnpframework#139, of members", observed, func(t *testing.T, g *rig.Rig) {
			s := newStaff(t, g)
			refuses(t, g, 400, "POST", s.at(path)+"/$ref", refOf(g, s.ids[here]), refusedCode,
				"One or more added object references already exist for the following modified properties: '"+name+"'.")
		}},
		{operation + ".add", "unknown", "One that is not there: 404 `Request_ResourceNotFound` that names it", "pulumi-azuread#2014", observed,
			func(t *testing.T, g *rig.Rig) {
				refuses(t, g, 404, "POST", newStaff(t, g).at(path)+"/$ref", refOf(g, nobody), notThere, absentOf(nobody))
			}},
		{operation + ".remove", "ok", "`DELETE …/" + name + "/{id}/$ref` answers 204 without a body; the link is gone, the object is not",
			"remove " + name + " page", documented, func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				gives(t, g, 204, "POST", s.at(path)+"/$ref", refOf(g, s.ids[comes]))
				rig.WantEmpty(t, g.Send(t, "DELETE", v1(g, s.at(path)+"/"+s.ids[comes]+"/$ref"), ""), 204)
				assert.Equal(t, []string{s.ids[here]}, onlyID(g.Found(t, v1(g, s.at(path))).Texts("value.#.id"), s.ids[here], s.ids[comes]))
				g.Found(t, v1(g, "/directoryObjects/"+s.ids[comes]))
			}},
		{operation + ".remove", "no-link", "One that is not among them: 404 `Request_ResourceNotFound` that names the object which has the links",
			"docs issue 18714", observed, func(t *testing.T, g *rig.Rig) {
				s := newStaff(t, g)
				refuses(t, g, 404, "DELETE", s.at(path)+"/"+s.ids["cat"]+"/$ref", "", notThere, absentOf(s.ids[from]))
			}},
	}
}

// onlyID are those of some ids that are among a list.
func onlyID(list []string, of ...string) (left []string) {
	for _, id := range of {
		for _, have := range list {
			if have == id {
				left = append(left, id)
			}
		}
	}
	return left
}

// allRows prove the list and the number of a set that an answer's display names or ids
// tell.
func allRows(operation, set, page, member string, want ...string) []statement {
	return []statement{
		{operation + ".list", "ok", "Answers 200 with all of them; the context is `$metadata#" + set[1:] + "`", page, documented,
			func(t *testing.T, g *rig.Rig) {
				newStaff(t, g)
				a := g.Found(t, v1(g, set))
				assert.ElementsMatch(t, want, a.Texts("value.#."+member))
				assert.Equal(t, v1(g, "/$metadata#"+set[1:]), a.Text("@odata.context"))
			}},
		{operation + ".count", "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", inferred,
			func(t *testing.T, g *rig.Rig) {
				newStaff(t, g)
				assert.Equal(t, strconv.Itoa(len(want)), gives(t, g, 200, "GET", set+"/$count", "", eventually).Body)
			}},
	}
}

// unknownRow proves the answer for an id of a set that nothing has.
func unknownRow(operation, set string) statement {
	return statement{operation, "unknown", "An unknown id is 404 `Request_ResourceNotFound` and names it", "docs issue 6059", observed,
		func(t *testing.T, g *rig.Rig) {
			refuses(t, g, 404, "GET", set+"/"+nobody, "", notThere, absentOf(nobody))
		}}
}
