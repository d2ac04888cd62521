package faithfulness

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const (
	schoolsAt = "/education/schools"
	classesAt = "/education/classes"
	pupilsAt  = "/education/users"
)

// smallDistrict is two schools, two sections, a teacher and three students, of
// whom Dee is in no section.
var smallDistrict = map[string]string{
	"school.csv":            "SIS ID,Name,City\nS0,North School,Redmond\nS1,South School,Bellevue\n",
	"section.csv":           "SIS ID,School SIS ID,Section Name,Term Name,Course Number\nC0,S0,Algebra,T1,M-1\nC1,S0,Biology,T1,S-1\n",
	"student.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password,Grade\nP1,S0,ana,Ana,Lund,x,7\nP2,S0,bob,Bob,Ek,x,8\nP3,S1,dee,Dee,Poe,x,8\n",
	"teacher.csv":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password\nT0,S0,ora,Ora,Klein,x\n",
	"studentenrollment.csv": "Section SIS ID,SIS ID\nC0,P1\nC0,P2\nC1,P1\n",
	"teacherroster.csv":     "Section SIS ID,SIS ID\nC0,T0\n",
}

// district synchronises these rosters and returns the ids of what came of it, by
// display name.
func district(t *testing.T, g *rig.Rig) map[string]string {
	t.Helper()
	profile := g.Provisioned(t, rig.CSVBody("District"))
	upload := g.Found(t, rig.At(profile)+"/uploadUrl").Text("value")
	container, sas, _ := strings.Cut(upload, "?")
	for name, text := range smallDistrict {
		a := g.Send(t, "PUT", container+"/"+name+"?"+sas, text, "Content-Type: text/csv", "x-ms-blob-type: BlockBlob", "Authorization:")
		require.Equal(t, 201, a.Status, a.Body)
	}
	a := g.Post(t, rig.At(profile)+"/start", "")
	require.Equal(t, 200, a.Status, a.Body)
	g.Advance(t, time.Minute)
	require.Equal(t, "success", g.Status(t, profile))
	ids := map[string]string{}
	for _, path := range []string{schoolsAt, classesAt, pupilsAt} {
		for _, o := range g.Found(t, path).JSON("value").Array() {
			ids[o.Get("displayName").String()] = o.Get("id").String()
		}
	}
	require.Len(t, ids, 8)
	return ids
}

// count is what a $count address says.
func count(t *testing.T, g *rig.Rig, path string) string {
	t.Helper()
	return g.Found(t, path+"/$count", "Accept: text/plain", "ConsistencyLevel: eventual").Body
}

// relationRow proves a list of related objects: who they are, and the context.
func relationRow(operation, of, from, name, kind string, want ...string) statement {
	return statement{operation, "ok",
		"Answers 200 with the " + name + " of the object; the context is `$metadata#Collection(microsoft.graph." + kind + ")`",
		"list " + name + " page, example", documented,
		func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, of+"/"+district(t, g)[from]+"/"+name)
			assert.ElementsMatch(t, want, a.Names())
			assert.Equal(t, g.URL+"/$metadata#Collection(microsoft.graph."+kind+")", a.Text("@odata.context"))
		}}
}

// relationCountRow proves the number of related objects.
func relationCountRow(operation, of, from, name, want string) statement {
	return statement{operation, "ok", "Answers 200 with the number of " + name + " of the object as plain text",
		"query-parameters page, $count", inferred,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, want, count(t, g, of+"/"+district(t, g)[from]+"/"+name))
		}}
}

// countRow proves the number of all objects of a kind.
func countRow(operation, path, want string) statement {
	return statement{operation, "ok", "Answers 200 with their number as plain text", "query-parameters page, $count", documented,
		func(t *testing.T, g *rig.Rig) {
			district(t, g)
			assert.Equal(t, want, count(t, g, path))
		}}
}

const (
	resourceGone = "Resource 'nope' does not exist or one of its queried reference-property objects are not present."
	missingIs404 = "An unknown id: 404 `Request_ResourceNotFound`, `Resource '{id}' does not exist or one of its queried reference-property objects are not present.`"
)

// gone proves the answer for an id that nothing has.
func gone(path string) func(t *testing.T, g *rig.Rig) {
	return func(t *testing.T, g *rig.Rig) {
		rig.WantError(t, g.Get(t, path), 404, "Request_ResourceNotFound", resourceGone)
	}
}

var educationStatements = []statement{
	{"education.schools.list", "ok", "Answers 200 with the schools; the context is `$metadata#education/schools`",
		"list educationSchools page", documented, func(t *testing.T, g *rig.Rig) {
			assert.Empty(t, g.Found(t, schoolsAt).Names(), "before the first sync")
			district(t, g)
			a := g.Found(t, schoolsAt)
			assert.Equal(t, []string{"North School", "South School"}, a.Names())
			assert.Equal(t, g.URL+"/$metadata#education/schools", a.Text("@odata.context"))
		}},
	{"education.schools.list", "options", "Takes the query options that the list of profiles takes, with nextLink",
		"list educationSchools page: query options; which ones, inferred", inferred, func(t *testing.T, g *rig.Rig) {
			district(t, g)
			pages := g.Walk(t, schoolsAt+"?$top=1&$orderby=displayName%20desc&$count=true")
			assert.Equal(t, []string{"South School", "North School"}, rig.AllOf(pages))
			assert.Equal(t, "2", pages[0].JSON("@odata.count").Raw)
			assert.Equal(t, []string{"North School"}, g.Found(t, schoolsAt+rig.Query("$filter", "address/city eq 'Redmond'")).Names())
			assert.Equal(t, []string{"South School"}, g.Found(t, schoolsAt+rig.Query("$search", "south")).Names())
		}},
	{"education.schools.list", "expand", "`$expand` adds related objects, one level deep", "known issues page, $expand on directory objects",
		documented, func(t *testing.T, g *rig.Rig) {
			id := district(t, g)["North School"]
			a := g.Found(t, schoolsAt+"?$expand=classes")
			assert.Equal(t, []string{"Algebra", "Biology"}, a.Texts("value.0.classes.#.displayName"))
			assert.Equal(t, g.URL+"/$metadata#education/schools('"+id+"')/classes", a.Text("value.0.classes@odata.context"))
			assert.Equal(t, 400, g.Get(t, schoolsAt+"?$expand=classes($expand=members)").Status)
		}},
	{"education.schools.list", "v1", "v1.0 has these objects too, unlike synchronization profiles", "resource pages of v1.0", documented,
		func(t *testing.T, g *rig.Rig) {
			district(t, g)
			for _, path := range []string{schoolsAt, classesAt, pupilsAt, "/users", "/subscribedSkus"} {
				assert.Equal(t, g.Found(t, path).Texts("value.#.id"), g.Found(t, g.Root()+"/v1.0"+path).Texts("value.#.id"), path)
			}
			assert.Contains(t, g.Found(t, g.Root()+"/v1.0/$metadata").Body, `EntityType Name="educationSchool"`)
		}},
	countRow("education.schools.count", schoolsAt, "2"),
	{"education.schools.get", "ok", "Answers 200 with the school; the context is `$metadata#education/schools/$entity`",
		"get educationSchool page", documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, schoolsAt+"/"+district(t, g)["North School"])
			assert.Equal(t, g.URL+"/$metadata#education/schools/$entity", a.Text("@odata.context"))
			assert.Equal(t, []string{"S0", "sis", "Redmond"}, []string{a.Text("externalId"), a.Text("externalSource"), a.Text("address.city")})
		}},
	{"education.schools.get", "not-found", missingIs404, "docs issue 6059, of other directory objects", observed, gone(schoolsAt + "/nope")},
	{"education.schools.get", "delta", "Change tracking is not emulated: 501", "graphemu: the service has delta here", chosen,
		func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, 501, g.Get(t, schoolsAt+"/delta").Status)
		}},
	relationRow("education.schools.classes.list", schoolsAt, "North School", "classes", "educationClass", "Algebra", "Biology"),
	relationCountRow("education.schools.classes.count", schoolsAt, "North School", "classes", "2"),
	relationRow("education.schools.users.list", schoolsAt, "North School", "users", "educationUser", "Ana Lund", "Bob Ek", "Ora Klein"),
	relationCountRow("education.schools.users.count", schoolsAt, "South School", "users", "1"),

	{"education.classes.list", "ok", "Answers 200 with the classes; the context is `$metadata#education/classes`",
		"list educationClasses page", documented, func(t *testing.T, g *rig.Rig) {
			district(t, g)
			a := g.Found(t, classesAt)
			assert.Equal(t, []string{"Algebra", "Biology"}, a.Names())
			assert.Equal(t, g.URL+"/$metadata#education/classes", a.Text("@odata.context"))
			assert.Equal(t, []string{"S-1"},
				g.Found(t, classesAt+rig.Query("$filter", "displayName eq 'Biology'")).Texts("value.#.course.courseNumber"))
		}},
	countRow("education.classes.count", classesAt, "2"),
	{"education.classes.get", "ok", "Answers 200 with the class, or exactly the properties of `$select`", "get educationClass page",
		documented, func(t *testing.T, g *rig.Rig) {
			id := district(t, g)["Algebra"]
			a := g.Found(t, classesAt+"/"+id)
			assert.Equal(t, []string{"C0", "Algebra", "T1", "M-1"},
				[]string{a.Text("externalId"), a.Text("externalName"), a.Text("term.displayName"), a.Text("course.courseNumber")})
			assert.Equal(t, []string{"@odata.context", "id"}, g.Found(t, classesAt+"('"+id+"')?$select=id").Keys(""))
		}},
	{"education.classes.get", "not-found", missingIs404, "docs issue 6059, of other directory objects", observed, gone(classesAt + "/nope")},
	relationRow("education.classes.members.list", classesAt, "Algebra", "members", "educationUser", "Ana Lund", "Bob Ek", "Ora Klein"),
	{"education.classes.members.list", "not-found", missingIs404, "docs issue 6059, of other directory objects", observed,
		gone(classesAt + "/nope/members")},
	relationCountRow("education.classes.members.count", classesAt, "Algebra", "members", "3"),
	relationRow("education.classes.teachers.list", classesAt, "Algebra", "teachers", "educationUser", "Ora Klein"),
	relationCountRow("education.classes.teachers.count", classesAt, "Biology", "teachers", "0"),
	relationRow("education.classes.schools.list", classesAt, "Algebra", "schools", "educationSchool", "North School"),
	relationCountRow("education.classes.schools.count", classesAt, "Algebra", "schools", "1"),

	{"education.users.list", "ok", "Answers 200 with the students and teachers; the context is `$metadata#education/users`",
		"list educationUsers page", documented, func(t *testing.T, g *rig.Rig) {
			district(t, g)
			a := g.Found(t, pupilsAt)
			assert.ElementsMatch(t, []string{"Ana Lund", "Bob Ek", "Dee Poe", "Ora Klein"}, a.Names())
			assert.Equal(t, g.URL+"/$metadata#education/users", a.Text("@odata.context"))
			assert.Equal(t, []string{"Ora Klein"}, g.Found(t, pupilsAt+rig.Query("$filter", "primaryRole eq 'teacher'")).Names())
		}},
	countRow("education.users.count", pupilsAt, "4"),
	{"education.users.get", "ok", "Answers 200 with the user: `primaryRole`, and what is known of the student or the teacher",
		"get educationUser page", documented, func(t *testing.T, g *rig.Rig) {
			ids := district(t, g)
			a := g.Found(t, pupilsAt+"/"+ids["Ana Lund"])
			assert.Equal(t, []string{"student", "P1", "7", "ana@contoso.edu"},
				[]string{a.Text("primaryRole"), a.Text("student.externalId"), a.Text("student.grade"), a.Text("userPrincipalName")})
			assert.Equal(t, "null", a.JSON("passwordProfile").Raw)
			assert.Equal(t, "T0", g.Found(t, pupilsAt+"/"+ids["Ora Klein"]).Text("teacher.externalId"))
		}},
	{"education.users.get", "not-found", missingIs404, "docs issue 6059, of other directory objects", observed, gone(pupilsAt + "/nope")},
	relationRow("education.users.classes.list", pupilsAt, "Ana Lund", "classes", "educationClass", "Algebra", "Biology"),
	relationCountRow("education.users.classes.count", pupilsAt, "Dee Poe", "classes", "0"),
	relationRow("education.users.schools.list", pupilsAt, "Dee Poe", "schools", "educationSchool", "South School"),
	relationCountRow("education.users.schools.count", pupilsAt, "Ana Lund", "schools", "1"),

	{"users.list", "ok", "Answers 200 with the tenant's accounts; the context is `$metadata#users`", "list users page", documented,
		func(t *testing.T, g *rig.Rig) {
			district(t, g)
			a := g.Found(t, "/users")
			assert.ElementsMatch(t, []string{"Administrator", "Ana Lund", "Bob Ek", "Dee Poe", "Ora Klein"}, a.Names())
			assert.Equal(t, g.URL+"/$metadata#users", a.Text("@odata.context"))
		}},
	{"users.list", "filter", "`$filter` by userPrincipalName, mail and displayName, with eq and startswith", "list users page", documented,
		func(t *testing.T, g *rig.Rig) {
			district(t, g)
			for _, filter := range []string{"userPrincipalName eq 'ana@contoso.edu'", "startswith(userPrincipalName,'an')",
				"mail eq 'ana@contoso.edu'", "startswith(mail,'ana@')", "displayName eq 'Ana Lund'", "startswith(displayName,'Ana')"} {
				assert.Equal(t, []string{"Ana Lund"}, g.Found(t, "/users"+rig.Query("$filter", filter)).Names(), filter)
			}
		}},
	{"users.list", "consistency-level",
		"`$search`, `/$count` and the advanced operators of `$filter` ask for `ConsistencyLevel: eventual`, the operators for `$count=true` too; " +
			"400 without. Variant `directoryQueries`: `lenient` answers them all the same", "aad-advanced-queries page", observed, func(t *testing.T,
			g *rig.Rig) {
			district(t, g)
			search := "/users" + rig.Query("$search", `"displayName:lund"`, "$count", "true")
			for path, code := range map[string]string{search: "Request_UnsupportedQuery", "/users/$count": "Request_BadRequest",
				"/users" + rig.Query("$filter", "endswith(mail,'edu')"): "Request_UnsupportedQuery", "/users?$skip=1": "Request_BadRequest"} {
				a := g.Get(t, path)
				assert.Equal(t, []any{400, code}, []any{a.Status, a.Text("error.code")}, path)
			}
			a := g.Found(t, search, "ConsistencyLevel: eventual")
			assert.Equal(t, []string{"Ana Lund"}, a.Names())
			assert.Equal(t, "1", a.JSON("@odata.count").Raw)
		}},
	countRow("users.count", "/users", "5"),
	{"users.get", "ok", "Answers 200 by id or by userPrincipalName", "get user page", documented, func(t *testing.T, g *rig.Rig) {
		id := district(t, g)["Ana Lund"]
		for _, key := range []string{"/" + id, "('" + id + "')", "/ana@contoso.edu", "('ana@contoso.edu')"} {
			a := g.Found(t, "/users"+key)
			assert.Equal(t, id, a.Text("id"), key)
			assert.Equal(t, g.URL+"/$metadata#users/$entity", a.Text("@odata.context"))
		}
	}},
	{"users.get", "unasked", "v1.0 shows eleven properties of a user without `$select`, beta all that there are",
		"user resource page; versions page", documented, func(t *testing.T, g *rig.Rig) {
			id := district(t, g)["Ana Lund"]
			assert.ElementsMatch(t,
				[]string{"@odata.context", "businessPhones", "displayName", "givenName", "id", "jobTitle", "mail", "mobilePhone", "officeLocation",
					"preferredLanguage", "surname", "userPrincipalName"},
				g.Found(t, g.Root()+"/v1.0/users/"+id).Keys(""))
			assert.Equal(t, "US", g.Found(t, "/users/"+id).Text("usageLocation"))
		}},
	{"users.get", "not-found", missingIs404, "docs issue 6059", observed, gone("/users/nope")},
	{"subscribedSkus.list", "ok", "Answers 200 with the tenant's licences and how many accounts have them", "list subscribedSkus page",
		documented, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, "/subscribedSkus")
			assert.Equal(t, g.URL+"/$metadata#subscribedSkus", a.Text("@odata.context"))
			assert.Equal(t, []string{"6fd2c87f-b296-42f0-b197-1e91e994b900"}, a.Texts("value.#.skuId"))
			assert.Equal(t, []string{"0"}, a.Texts("value.#.consumedUnits"))
			assert.Equal(t, []string{"de7a0117-0000-4000-8000-000000000001_6fd2c87f-b296-42f0-b197-1e91e994b900"}, a.Texts("value.#.id"))
		}},
}
