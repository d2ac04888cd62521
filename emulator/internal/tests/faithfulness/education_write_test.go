package faithfulness

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// bodies are what a create of each set takes here.
var bodies = map[string]string{
	schoolsAt: `{"displayName":"East","externalId":"E1","address":{"city":"Oslo"}}`,
	classesAt: `{"displayName":"Art","mailNickname":"art","externalId":"A1"}`,
	pupilsAt: `{"displayName":"Eve Ask","userPrincipalName":"eve@contoso.edu","mailNickname":"eve","accountEnabled":true,` +
		`"passwordProfile":{"password":"Secret-1234"},"primaryRole":"student","student":{"externalId":"E9"}}`,
	"/users": `{"displayName":"Eve Ask","userPrincipalName":"eve@contoso.edu","mailNickname":"eve","accountEnabled":true,` +
		`"passwordProfile":{"password":"Secret-1234"}}`,
}

// made creates an object of a set, and returns its address.
func made(t *testing.T, g *rig.Rig, set string) (at string, a rig.Answer) {
	t.Helper()
	a = g.Post(t, set, bodies[set])
	require.Equal(t, 201, a.Status, a.Body)
	return set + "/" + a.Text("id"), a
}

// writeRows prove create, update and delete of a set.
func writeRows(operation, set, kind string, patched int, grades ...grade) []statement {
	page := "create, update and delete " + kind + " pages"
	return []statement{
		{operation + ".create", "ok", "Answers 201 with the " + kind + " and its `Location`", page, grades[0], func(t *testing.T, g *rig.Rig) {
			at, a := made(t, g, set)
			assert.Equal(t, g.URL+at, a.Header.Get("Location"))
			assert.Equal(t, g.URL+"/$metadata#"+set[1:]+"/$entity", a.Text("@odata.context"))
			assert.NotContains(t, a.Body, "Secret-1234")
			assert.Equal(t, a.Text("displayName"), g.Found(t, at).Text("displayName"))
		}},
		{operation + ".update", "ok", "Changes what the body has, and nothing else", page, grades[1], func(t *testing.T, g *rig.Rig) {
			at, before := made(t, g, set)
			a := g.Send(t, "PATCH", at, `{"displayName":"Other"}`)
			require.Equal(t, patched, a.Status, a.Body)
			assert.Equal(t, "Other", g.Found(t, at).Text("displayName"))
			for _, name := range []string{"externalId", "primaryRole", "mailNickname"} {
				assert.Equal(t, before.Text(name), g.Found(t, at).Text(name))
			}
		}},
		{operation + ".delete", "ok", "Answers 204; the " + kind + " is not there any more", page, grades[2], func(t *testing.T, g *rig.Rig) {
			at, _ := made(t, g, set)
			rig.WantEmpty(t, g.Send(t, "DELETE", at, ""), 204)
			assert.Equal(t, 404, g.Get(t, at).Status)
		}},
	}
}

// sameObject proves a neighbour: the object of the directory with the same id.
func sameObject(operation, of, from, name string, property string) statement {
	return statement{operation + ".get", "ok",
		"Answers 200 with the " + name + ", which is the same object: it has the same id, and a change of one is a change of the other",
		"CSDL of v1.0: navigation; clients of School Data Sync", inferred, func(t *testing.T, g *rig.Rig) {
			id := district(t, g)[from]
			a := g.Found(t, of+"/"+id+"/"+name)
			assert.Equal(t, []string{id, from}, []string{a.Text("id"), a.Text("displayName")})
			require.Equal(t, 200, g.Send(t, "PATCH", of+"/"+id, `{"`+property+`":"changed"}`).Status)
			assert.Equal(t, "changed", g.Found(t, of+"/"+id+"/"+name).Text(property))
		}}
}

// linkRows prove the $ref operations of a navigation: to is whom they link and unlink.
func linkRows(operation, of, from, name, set, to string, bare bool) []statement {
	ref := func(g *rig.Rig, id string) string { return `{"@odata.id":"` + g.URL + set + "/" + id + `"}` }
	rows := []statement{
		{operation + ".add", "ok", "`POST …/" + name + "/$ref` answers 204, and the object is among the " + name, "add pages", documented,
			func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				at := of + "/" + ids[from] + "/" + name
				rig.WantEmpty(t, g.Post(t, at+"/$ref", ref(g, ids[to])), 204)
				assert.Contains(t, g.Found(t, at).Names(), to)
				assert.Equal(t, 400, g.Post(t, at+"/$ref", ref(g, ids[to])).Status, "it is there already")
			}},
		{operation + ".ref", "ok", "`GET …/" + name + "/$ref` lists addresses in place of objects", "OData 4.01, URL conventions", inferred,
			func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				at := of + "/" + ids[from] + "/" + name
				require.Equal(t, 204, g.Post(t, at+"/$ref", ref(g, ids[to])).Status)
				assert.Contains(t, g.Found(t, at+"/$ref").Texts("value.#.@odata\\.id"), g.URL+"/directoryObjects/"+ids[to])
			}},
		{operation + ".remove", "ok", "`DELETE …/" + name + "/{id}/$ref` answers 204, and the object is no longer among the " + name,
			"remove pages", documented, func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				at := of + "/" + ids[from] + "/" + name
				require.Equal(t, 204, g.Post(t, at+"/$ref", ref(g, ids[to])).Status)
				rig.WantEmpty(t, g.Send(t, "DELETE", at+"/"+ids[to]+"/$ref", ""), 204)
				assert.NotContains(t, g.Found(t, at).Names(), to)
				assert.Equal(t, 404, g.Send(t, "DELETE", at+"/"+ids[to]+"/$ref", "").Status)
			}},
	}
	if bare {
		rows = append(rows, statement{operation + ".remove", "bare", "`DELETE …/" + name + "/{id}` does the same: the page has no `$ref`",
			"remove pages", documented, func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				at := of + "/" + ids[from] + "/" + name
				require.Equal(t, 204, g.Post(t, at+"/$ref", ref(g, ids[to])).Status)
				rig.WantEmpty(t, g.Send(t, "DELETE", at+"/"+ids[to], ""), 204)
				assert.NotContains(t, g.Found(t, at).Names(), to)
			}})
	}
	return rows
}

var educationWriteStatements = func() []statement {
	var list []statement
	for _, rows := range [][]statement{
		writeRows("education.schools", schoolsAt, "educationSchool", 200, documented, documented, documented),
		writeRows("education.classes", classesAt, "educationClass", 200, documented, documented, documented),
		writeRows("education.users", pupilsAt, "educationUser", 200, documented, documented, documented),
		writeRows("users", "/users", "user", 204, documented, documented, documented),
		linkRows("education.classes.members", classesAt, "Algebra", "members", pupilsAt, "Dee Poe", false),
		linkRows("education.classes.teachers", classesAt, "Biology", "teachers", pupilsAt, "Ora Klein", true),
		linkRows("education.schools.classes", schoolsAt, "South School", "classes", classesAt, "Algebra", true),
		linkRows("education.schools.users", schoolsAt, "South School", "users", pupilsAt, "Ora Klein", false),
	} {
		list = append(list, rows...)
	}
	return append(list,
		sameObject("education.schools.administrativeUnit", schoolsAt, "North School", "administrativeUnit", "description"),
		sameObject("education.classes.group", classesAt, "Algebra", "group", "description"),
		sameObject("education.users.user", pupilsAt, "Ana Lund", "user", "department"),
		relationRow("education.users.taughtClasses.list", pupilsAt, "Ora Klein", "taughtClasses", "educationClass", "Algebra"),
		relationCountRow("education.users.taughtClasses.count", pupilsAt, "Ora Klein", "taughtClasses", "1"),
		statement{"education.classes.teachers.add", "member", "A teacher is a member of the class, too",
			"group resource page; members of educationClass", documented, func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				at := classesAt + "/" + ids["Biology"]
				require.Equal(t, 204, g.Post(t, at+"/teachers/$ref", `{"@odata.id":"`+g.URL+pupilsAt+"/"+ids["Ora Klein"]+`"}`).Status)
				assert.Contains(t, g.Found(t, at+"/members").Names(), "Ora Klein")
				require.Equal(t, 204, g.Send(t, "DELETE", at+"/teachers/"+ids["Ora Klein"]+"/$ref", "").Status)
				assert.NotContains(t, g.Found(t, at+"/members").Names(), "Ora Klein", "chosen: out of the class")
			}},
		statement{"education.classes.members.add", "user-address",
			"The address of the user in place of the education user: 500 `InternalServerError`, `Unable to find target address`",
			"msgraph-sdk-dotnet issue 1757", observed, func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				a := g.Post(t, classesAt+"/"+ids["Algebra"]+"/members/$ref", `{"@odata.id":"`+g.URL+"/users/"+ids["Dee Poe"]+`"}`)
				assert.Equal(t, []any{500, "InternalServerError", "Unable to find target address"},
					[]any{a.Status, a.Text("error.code"), a.Text("error.message")})
			}},
		statement{"education.users.get", "me", "`/education/me` is the education user whose token it is, with all that is below one",
			"CSDL of v1.0: singleton navigation", inferred, func(t *testing.T, g *rig.Rig) {
				ids := district(t, g)
				assert.Equal(t, 404, g.Get(t, "/education/me").Status, "the administrator is at no school")
				token, err := g.World().Token(emulator.TokenOptions{User: "ora@contoso.edu"})
				require.NoError(t, err)
				g = g.As(token)
				a := g.Found(t, "/education/me")
				assert.Equal(t, "Ora Klein", a.Text("displayName"))
				assert.Equal(t, g.URL+"/$metadata#education/users/$entity", a.Text("@odata.context"))
				assert.Equal(t, ids[a.Text("displayName")], a.Text("id"))
				assert.Equal(t, g.Found(t, pupilsAt+"/"+a.Text("id")+"/classes").Names(), g.Found(t, "/education/me/classes").Names())
				assert.Equal(t, a.Text("id"), g.Found(t, "/education/me/user").Text("id"))
			}},
		statement{"education.users.create", "required", "Without `primaryRole`: 400", "CSDL of v1.0: not nullable", inferred,
			func(t *testing.T, g *rig.Rig) {
				assert.Equal(t, 400, g.Post(t, pupilsAt, bodies["/users"]).Status)
			}},
		statement{"education.schools.delete", "anew", "What a client deletes is gone for later syncs, too: they make it anew, with another id",
			"graphemu: School Data Sync's words are not known", chosen, func(t *testing.T, g *rig.Rig) {
				id := district(t, g)["North School"]
				require.Equal(t, 204, g.Send(t, "DELETE", schoolsAt+"/"+id, "").Status)
				profile := g.Found(t, rig.ProfilesAt).Text("value.0.id")
				require.Equal(t, 200, g.Post(t, rig.At(profile)+"/reset", "").Status)
				g.Advance(t, 60_000_000_000)
				schools := g.Found(t, schoolsAt)
				assert.ElementsMatch(t, []string{"North School", "South School"}, schools.Names())
				assert.NotContains(t, schools.Texts("value.#.id"), id)
				assert.Len(t, g.Found(t, schoolsAt+"/"+schools.Text("value.1.id")+"/classes").Names(), 2)
			}},
	)
}()
