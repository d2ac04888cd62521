package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	extensionPages = "openTypeExtension pages"
	openUsersPage  = "Add custom data to users using open extensions (page)"
	roaming        = `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.contoso.roamingSettings","theme":"dark"}`
)

// withoutContext is an answer's object without its context.
func withoutContext(t *testing.T, a rig.Answer) string {
	t.Helper()
	require.Contains(t, a.Text("@odata\\.context"), "/extensions")
	_, rest, found := strings.Cut(a.Body, ",")
	require.True(t, found)
	return "{" + rest
}

// extensionStatements are those of open extensions.
func extensionStatements() (list []statement) {
	first := func(set string) func(t *testing.T, g *rig.Rig) string {
		return func(t *testing.T, g *rig.Rig) string { return set + "/" + g.Found(t, v1(g, set)).Text("value.0.id") }
	}
	made := func(set, body string) func(t *testing.T, g *rig.Rig) string {
		return func(t *testing.T, g *rig.Rig) string { return set + "/" + createdID(t, g, set, body) }
	}
	for _, of := range []struct {
		set   string
		owner func(t *testing.T, g *rig.Rig) string
	}{
		{"users", made("/users", personBody("ann", ""))}, {"groups", made("/groups", groupBody("staff", ""))},
		{"devices", made("/devices", deviceBody)}, {"organization", first("/organization")},
		{"directory.administrativeUnits", made("/directory/administrativeUnits", `{"displayName":"north"}`)},
		{"administrativeUnits", func(t *testing.T, g *rig.Rig) string { // of beta alone
			return "/administrativeUnits/" + createdID(t, g, "/directory/administrativeUnits", `{"displayName":"north"}`)
		}},
	} {
		in := inner{of.set + ".extensions", extensionPages, func(t *testing.T, g *rig.Rig) (at, body string) {
			return of.owner(t, g) + "/extensions", roaming
		}, `{"theme":"light"}`, true}
		list = append(append(list, in.rows()...), in.lists()...)
	}
	return append(list, openExtensionStatements...)
}

// openExtensionStatements are what holds for open extensions of all objects alike, shown with a user's.
var openExtensionStatements = []statement{
	{"users.extensions.create", "any-property", "Takes properties of any name: values, lists of them and objects; they are shown as they " +
		"were sent, after `id`, which is the `extensionName`", openUsersPage, documented, func(t *testing.T, g *rig.Rig) {
		at := "/users/" + account(t, g, "ann", "") + "/extensions"
		a := gives(t, g, 201, "POST", at, `{"@odata.type":"microsoft.graph.openTypeExtension","extensionName":"com.contoso.x","theme":"dark",
			"times":[1,2.5],"on":true,"none":null,"nested":{"deep":[{"a":"b"}]}}`)
		for _, shown := range []rig.Answer{a, gives(t, g, 200, "GET", at+"/com.contoso.x", "")} {
			assert.JSONEq(t, `{"@odata.type":"#microsoft.graph.openTypeExtension","id":"com.contoso.x","extensionName":"com.contoso.x",
				"theme":"dark","times":[1,2.5],"on":true,"none":null,"nested":{"deep":[{"a":"b"}]}}`, withoutContext(t, shown))
		}
		assert.Equal(t, `{"@odata.type":"#microsoft.graph.openTypeExtension","theme":"dark"}`,
			withoutContext(t, gives(t, g, 200, "GET", at+"/com.contoso.x?$select=theme", "")))
	}},
	{"users.extensions.create", "without-type", "Needs no `@odata.type`", "CLI for Microsoft 365, graph openextension add", observed,
		func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/extensions"
			a := gives(t, g, 201, "POST", at, `{"extensionName":"com.contoso.x","theme":"dark"}`)
			assert.Equal(t, "#microsoft.graph.openTypeExtension", a.Text("@odata\\.type"))
		}},
	{"users.extensions.create", "refused", "Without `extensionName`: 400; with one that is there: 409; a third of an object: 400 (of two in " +
		"all, since which app wrote one is not kept); nothing is changed", "extensibility-overview page; the words are chosen", inferred,
		func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/extensions"
			refuses(t, g, 400, "POST", at, `{"theme":"dark"}`, refusedCode,
				"A value is required for property 'extensionName' of resource 'OpenTypeExtension'.")
			gives(t, g, 201, "POST", at, `{"extensionName":"one"}`)
			refuses(t, g, 409, "POST", at, `{"extensionName":"one"}`, "Request_MultipleObjectsWithSameKeyValue",
				"An extension already exists with given id.")
			gives(t, g, 201, "POST", at, `{"extensionName":"two"}`)
			gives(t, g, 400, "POST", at, `{"extensionName":"three"}`)
			assert.Equal(t, []string{"one", "two"}, g.Found(t, v1(g, at)).Texts("value.#.id"))
			user := at[:len(at)-len("/extensions")]
			refuses(t, g, 400, "PATCH", user, `{"theme":"dark"}`, refusedCode, "Invalid property 'theme'.")
		}},
	{"users.extensions.get", "names", "A path names one by its name, or by `microsoft.graph.openTypeExtension.` and the name", extensionPages,
		documented, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/extensions"
			gives(t, g, 201, "POST", at, roaming)
			for _, name := range []string{"com.contoso.roamingSettings", "microsoft.graph.openTypeExtension.com.contoso.roamingSettings"} {
				assert.Equal(t, "dark", gives(t, g, 200, "GET", at+"/"+name, "").Text("theme"))
			}
			assert.Equal(t, "com.contoso.roamingSettings", g.Found(t, at+"/com.contoso.roamingSettings").Text("id"), "in beta too")
		}},
	{"users.extensions.get", "unknown", "An unknown name: 404 `ResourceNotFound`, `Extension with given id not found.`",
		"CLI for Microsoft 365, openextension-set.spec.ts", observed, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/extensions/com.contoso.none"
			refuses(t, g, 404, "GET", at, "", "ResourceNotFound", "Extension with given id not found.")
			refuses(t, g, 404, "PATCH", at, `{"a":1}`, "ResourceNotFound", "Extension with given id not found.")
			refuses(t, g, 404, "DELETE", at, "", "ResourceNotFound", "Extension with given id not found.")
		}},
	{"users.extensions.update", "replaces", "Takes away the properties that it does not name; null leaves one without a value",
		"Update openTypeExtension page", documented, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "") + "/extensions"
			gives(t, g, 201, "POST", at, `{"extensionName":"x","a":1,"b":2,"c":{"d":1,"e":2}}`)
			rig.WantEmpty(t, gives(t, g, 204, "PATCH", at+"/x", `{"@odata.type":"#microsoft.graph.openTypeExtension","id":"x",
				"extensionName":"x","b":null,"c":{"d":3}}`), 204)
			assert.JSONEq(t, `{"@odata.type":"#microsoft.graph.openTypeExtension","id":"x","extensionName":"x","b":null,"c":{"d":3}}`,
				withoutContext(t, gives(t, g, 200, "GET", at+"/x", "")))
			refuses(t, g, 400, "PATCH", at+"/x", `{"extensionName":"y"}`, refusedCode, "Property 'extensionName' is read-only and cannot be set.")
		}},
	{"users.get", "expand-extensions", "`$expand=extensions($filter=id eq '…')` shows the one of that name", "Get openTypeExtension page",
		documented,
		func(t *testing.T, g *rig.Rig) {
			user := "/users/" + account(t, g, "ann", "")
			gives(t, g, 201, "POST", user+"/extensions", `{"extensionName":"one","a":1}`)
			gives(t, g, 201, "POST", user+"/extensions", `{"extensionName":"two","a":2}`)
			all := gives(t, g, 200, "GET", user+rig.Query("$select", "id", "$expand", "extensions"), "")
			assert.Equal(t, []string{"one", "two"}, all.Texts("extensions.#.id"))
			one := gives(t, g, 200, "GET", user+rig.Query("$select", "id", "$expand", "extensions($filter=id eq 'two')"), "")
			assert.Equal(t, []string{"two", "2"}, []string{one.Text("extensions.0.id"), one.Text("extensions.0.a")})
			assert.Len(t, one.Texts("extensions.#.id"), 1)
		}},
	{"users.extensions.list", "filter", "A filter by a property that the type does not name: 400", "extensibility-overview page: open " +
		"extensions are not filtered by their data", inferred, func(t *testing.T, g *rig.Rig) {
		at := "/users/" + account(t, g, "ann", "") + "/extensions"
		gives(t, g, 201, "POST", at, roaming)
		require.Equal(t, 400, g.Get(t, v1(g, at+rig.Query("$filter", "theme eq 'dark'"))).Status)
	}},
}
