package contract

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// register registers a directory extension, and returns its id and its whole name.
func register(t *testing.T, g *rig.Rig, app, name, dataType, target string) (id, whole string) {
	t.Helper()
	a := g.Post(t, "/applications/"+app+"/extensionProperties", `{"name":"`+name+`","dataType":"`+dataType+`","targetObjects":["`+target+`"]}`)
	require.Equal(t, 201, a.Status, a.Body)
	return a.Text("id"), a.Text("name")
}

// All the extensions that an object may hold can be selected at once.
func TestSelectOfAHundredExtensions(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	app := g.Post(t, "/applications", `{"displayName":"Extensions"}`).Text("id")
	var names, values []string
	for i := range 100 {
		_, name := register(t, g, app, fmt.Sprint("e", i), "Integer", "User")
		names, values = append(names, name), append(values, fmt.Sprintf(`"%s":%d`, name, i))
	}
	require.Equal(t, 204, g.Send(t, "PATCH", "/users/ora.klein@contoso.edu", "{"+strings.Join(values, ",")+"}").Status)
	a := g.Found(t, "/users/ora.klein@contoso.edu?$select="+strings.Join(names, ","))
	for i, name := range names {
		assert.Equal(t, fmt.Sprint(i), a.Text(name))
	}
	assert.Equal(t, 400, g.Get(t, "/users?$select="+names[0]+"x").Status, "one that nobody has registered")
}

// An extension that is registered again as another type does not show values of before
// that are not of it.
func TestExtensionOfAnotherType(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	app := g.Post(t, "/applications", `{"displayName":"Extensions"}`).Text("id")
	id, name := register(t, g, app, "room", "String", "User")
	const at = "/users/ora.klein@contoso.edu"
	again := func(dataType string) {
		t.Helper()
		require.Equal(t, 204, g.Send(t, "DELETE", "/applications/"+app+"/extensionProperties/"+id, "").Status)
		id, _ = register(t, g, app, "room", dataType, "User")
	}
	shown := func() string { return g.Found(t, at+"?$select=id,"+name).JSON(name).Raw }
	require.Equal(t, 204, g.Send(t, "PATCH", at, `{"`+name+`":"B 12"}`).Status)
	again("Integer")
	assert.Empty(t, shown(), "a text is no number")
	require.Equal(t, 204, g.Send(t, "PATCH", at, `{"jobTitle":"Head"}`).Status)
	require.Equal(t, 204, g.Send(t, "PATCH", at, `{"`+name+`":12}`).Status)
	assert.Equal(t, "12", shown())
	again("LargeInteger")
	assert.Equal(t, "12", shown(), "what fits stays")
	again("String")
	assert.Empty(t, shown())
	assert.Equal(t, 200, g.Get(t, "/users"+rig.Query("$filter", name+" eq 'x'")).Status)
}
