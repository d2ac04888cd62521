package faithfulness

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const extensionPropertyPage = "extensionProperty page"

// extension registers a directory extension and returns its whole name.
func extension(t *testing.T, g *rig.Rig, name, dataType, more string, targets ...string) string {
	t.Helper()
	app := registered(t, g, "Extensions of "+name, "")
	return gives(t, g, 201, "POST", "/applications/"+app.id+"/extensionProperties", `{"name":"`+name+`","dataType":"`+dataType+
		`","targetObjects":["`+strings.Join(targets, `","`)+`"]`+more+`}`).Text("name")
}

var extensionValueStatements = []statement{
	{"users.update", "extension", "Sets a directory extension that an application has registered; null takes it away", extensionPropertyPage,
		documented, func(t *testing.T, g *rig.Rig) {
			name := extension(t, g, "skypeId", "String", "", "User")
			at := "/users/" + account(t, g, "ann", "")
			gives(t, g, 204, "PATCH", at, `{"`+name+`":"ann.x","jobTitle":"Head"}`)
			gives(t, g, 204, "PATCH", at, `{"jobTitle":"Principal"}`)
			assert.Equal(t, "ann.x", gives(t, g, 200, "GET", at+"?$select=id,"+name, "").Text(name))
			gives(t, g, 204, "PATCH", at, `{"`+name+`":null}`)
			assert.False(t, gives(t, g, 200, "GET", at+"?$select=id,"+name, "").JSON(name).Exists())
		}},
	{"users.get", "extension", "Shows a directory extension where `$select` names it, and not else", "user page", documented,
		func(t *testing.T, g *rig.Rig) {
			name := extension(t, g, "skypeId", "String", "", "User")
			body := strings.Replace(personBody("ann", ""), "{", `{"`+name+`":"ann.x",`, 1)
			at := "/users/" + createdID(t, g, "/users", body)
			assert.NotContains(t, gives(t, g, 200, "GET", at, "").Body, name)
			assert.Equal(t, "ann.x", gives(t, g, 200, "GET", at+"?$select=displayName,"+name, "").Text(name))
			assert.NotContains(t, gives(t, g, 200, "GET", at+"?$select=displayName", "").Body, name)
		}},
	{"groups.get", "extension", "Shows the directory extensions that have a value", "list groups page", documented,
		func(t *testing.T, g *rig.Rig) {
			name := extension(t, g, "costCentre", "Integer", "", "Group")
			body := strings.Replace(groupBody("staff", ""), "{", `{"`+name+`":42,`, 1)
			assert.Equal(t, "42", gives(t, g, 200, "GET", "/groups/"+createdID(t, g, "/groups", body), "").Text(name))
		}},
	{"users.list", "extension", "`$filter` and `$orderby` take a directory extension", "extensibility-overview page", documented,
		func(t *testing.T, g *rig.Rig) {
			name := extension(t, g, "skypeId", "String", "", "User")
			for user, value := range map[string]string{"ann": "one", "bob": "two", "cid": "one"} {
				createdID(t, g, "/users", strings.Replace(personBody(user, ""), "{", `{"`+name+`":"`+value+`",`, 1))
			}
			a := gives(t, g, 200, "GET", "/users"+rig.Query("$filter", name+" eq 'one'", "$select", "userPrincipalName,"+name), "")
			assert.Equal(t, []string{"one", "one"}, a.Texts("value.#."+name))
		}},
	{"users.update", "extension-unknown", "One that is not registered, or not for users: 400 `The following extension properties are not " +
		"available: …`, which names all; nothing is changed", "msgraph-sdk-dotnet#2680", observed, func(t *testing.T, g *rig.Rig) {
		ofGroups := extension(t, g, "costCentre", "Integer", "", "Group")
		other := "extension_" + strings.Repeat("0", 32) + "_none"
		at := "/users/" + account(t, g, "ann", "")
		refuses(t, g, 400, "PATCH", at, `{"jobTitle":"x","`+ofGroups+`":1,"`+other+`":"x"}`, refusedCode,
			"The following extension properties are not available: "+strings.Join(sortedNames(ofGroups, other), ",")+".")
		assert.NotEqual(t, "x", gives(t, g, 200, "GET", at, "").Text("jobTitle"))
	}},
	{"users.update", "extension-type",
		"Values are of the extension's type: String and Binary of at most 256, Boolean, DateTime, Integer of 32 " +
			"and LargeInteger of 64 bits, an array where it is multi-valued; else 400", extensionPropertyPage +
			"; the words are those of other values",
		documented, func(t *testing.T, g *rig.Rig) {
			at := "/users/" + account(t, g, "ann", "")
			for dataType, values := range map[string][2]string{
				"String": {`"x"`, `"` + strings.Repeat("x", 257) + `"`}, "Binary": {`"AAEC"`, `"no base64"`}, "Boolean": {"true", `"true"`},
				"DateTime": {`"2026-01-05T06:00:00Z"`, `"yesterday"`}, "Integer": {"2147483647", "2147483648"}, "LargeInteger": {"2147483648", "1.5"},
			} {
				name := extension(t, g, "of"+dataType, dataType, "", "User")
				gives(t, g, 204, "PATCH", at, `{"`+name+`":`+values[0]+`}`)
				assert.Equal(t, values[0], gives(t, g, 200, "GET", at+"?$select="+name, "").JSON(name).Raw)
				refuses(t, g, 400, "PATCH", at, `{"`+name+`":`+values[1]+`}`, refusedCode,
					"Invalid value specified for property '"+name+"' of resource 'User'.")
				many := extension(t, g, "all"+dataType, dataType, `,"isMultiValued":true`, "User")
				gives(t, g, 204, "PATCH", at, `{"`+many+`":[`+values[0]+`]}`)
				gives(t, g, 400, "PATCH", at, `{"`+many+`":`+values[0]+`}`)
			}
		}},
	{"applications.extensionProperties.create", "twice", "A name that the application has registered already: 400", "values go by the name",
		inferred,
		func(t *testing.T, g *rig.Rig) {
			in := "/applications/" + registered(t, g, "Extensions", "").id + "/extensionProperties"
			const body = `{"name":"skypeId","dataType":"String","targetObjects":["User"]}`
			gives(t, g, 201, "POST", in, body)
			refuses(t, g, 400, "POST", in, body, refusedCode, "Another object with the same value for property name already exists.")
		}},
	{"applications.extensionProperties.delete", "values", "Values of a definition that is deleted are shown no more", extensionPropertyPage,
		documented, func(t *testing.T, g *rig.Rig) {
			app := registered(t, g, "Extensions", "")
			in := "/applications/" + app.id + "/extensionProperties"
			made := gives(t, g, 201, "POST", in, `{"name":"skypeId","dataType":"String","targetObjects":["User"]}`)
			at := "/users/" + createdID(t, g, "/users", strings.Replace(personBody("ann", ""), "{", `{"`+made.Text("name")+`":"ann.x",`, 1))
			gives(t, g, 204, "DELETE", in+"/"+made.Text("id"), "")
			gives(t, g, 400, "GET", at+"?$select=id,"+made.Text("name"), "")
			gives(t, g, 204, "PATCH", at, `{"jobTitle":"Head"}`)
		}},
}

func sortedNames(a, b string) []string {
	if b < a {
		a, b = b, a
	}
	return []string{a, b}
}
