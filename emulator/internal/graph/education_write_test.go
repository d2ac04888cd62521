package graph

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// made is what a POST below /beta answers with 201.
func (d *desk) made(t *testing.T, path, body string) gjson.Result {
	t.Helper()
	w := d.send("POST", "/beta"+path, body)
	require.Equal(t, 201, w.Code, "%s: %s", path, w.Body)
	a := gjson.ParseBytes(w.Body.Bytes())
	assert.Equal(t, "http://example.com/beta"+path+"/"+a.Get("id").Str, w.Header().Get("Location"))
	return a
}

// does is the status of a call below /beta.
func (d *desk) does(t *testing.T, method, path, body string) int {
	t.Helper()
	return d.send(method, "/beta"+path, body).Code
}

const newUser = `{"displayName":"New","givenName":"N","userPrincipalName":"new@contoso.edu","mailNickname":"new","accountEnabled":true,
	"passwordProfile":{"password":"Secret-1234","forceChangePasswordNextSignIn":false},"primaryRole":"student",
	"externalSource":"manual","student":{"externalId":"S9","grade":"7"}}`

// Schools, classes and users are created, changed and deleted; each is the unit, group or
// user of the directory with the same id.
func TestEducationIsWritten(t *testing.T) {
	d := newDistrict(t)
	school := d.made(t, schoolsPath,
		`{"displayName":"East","description":"d","externalId":"X1","principalName":"P","address":{"city":"Oslo"}}`)
	assert.Equal(t, []string{"East", "d", "X1", "P", "Oslo"}, []string{school.Get("displayName").Str, school.Get("description").Str,
		school.Get("externalId").Str, school.Get("principalName").Str, school.Get("address.city").Str})
	at := schoolsPath + "/" + school.Get("id").Str
	unit := d.found(t, at+"/administrativeUnit")
	assert.Equal(t, []string{school.Get("id").Str, "East", "d"},
		[]string{unit.Get("id").Str, unit.Get("displayName").Str, unit.Get("description").Str})
	assert.Equal(t, "http://example.com/beta/$metadata#directory/administrativeUnits/$entity", unit.Get(`\@odata\.context`).Str)
	assert.NotContains(t, unit.Raw, "X1")
	assert.Contains(t, school.Get("address").Raw, `{"city":"Oslo","countryOrRegion":null,"postalCode":null,"state":null,"street":null`)
	w := d.send("PATCH", "/beta"+at, `{"displayName":"Far East","phone":"1","address":{"state":"O"}}`)
	require.Equal(t, 200, w.Code, w.Body)
	changed := gjson.ParseBytes(w.Body.Bytes())
	assert.Equal(t, []string{"Far East", "X1", "1", "Oslo", "O"}, []string{changed.Get("displayName").Str, changed.Get("externalId").Str,
		changed.Get("phone").Str, changed.Get("address.city").Str, changed.Get("address.state").Str})
	assert.Equal(t, "Far East", d.found(t, at+"/administrativeUnit").Get("displayName").Str, "one change is one change")
	assert.Len(t, names(d.found(t, schoolsPath)), 3)

	class := d.made(t, "/education/classes",
		`{"displayName":"Art","mailNickname":"art","classCode":"A1","externalId":"C9","term":{"displayName":"T"}}`)
	group := d.found(t, "/education/classes/"+class.Get("id").Str+"/group")
	assert.Equal(t, `["Unified"]`, group.Get("groupTypes").Raw)
	assert.Equal(t, []string{class.Get("id").Str, "Art", "art"},
		[]string{group.Get("id").Str, group.Get("displayName").Str, group.Get("mailNickname").Str})

	user := d.made(t, "/education/users", newUser)
	id := user.Get("id").Str
	assert.Equal(t, []string{"student", "S9", "manual"},
		[]string{user.Get("primaryRole").Str, user.Get("student.externalId").Str, user.Get("externalSource").Str})
	for _, path := range []string{"/users/" + id, "/users/new@contoso.edu", "/education/users/" + id + "/user"} {
		assert.Equal(t, "New", d.found(t, path).Get("displayName").Str, path)
	}
	assert.NotContains(t, d.found(t, "/education/users/"+id).Raw+d.found(t, "/users/"+id).Raw, "Secret")
	assert.Equal(t, 200, d.does(t, "PATCH", "/education/users/"+id, `{"surname":"Er","middleName":"M"}`))
	assert.Equal(t, "Er", d.found(t, "/users/"+id).Get("surname").Str)
	assert.Equal(t, "M", d.found(t, "/education/users/"+id).Get("middleName").Str)
	assert.Equal(t, 400, d.does(t, "POST", "/education/users", newUser), "the sign-in name is taken")

	for _, path := range []string{at, "/education/classes/" + class.Get("id").Str, "/education/users/" + id} {
		require.Equal(t, 204, d.does(t, "DELETE", path, ""), path)
		assert.Equal(t, 404, d.does(t, "GET", path, ""), path)
		assert.Equal(t, 404, d.does(t, "DELETE", path, ""), path)
	}
	assert.Equal(t, 404, d.does(t, "GET", "/users/"+id, ""), "the user is gone, too")
	assert.Len(t, names(d.found(t, schoolsPath)), 2)
	for path, body := range map[string]string{schoolsPath: `{"description":"x"}`, "/education/classes": `{"displayName":"x"}`,
		"/education/users": `{"displayName":"x"}`} {
		assert.Equal(t, 400, d.does(t, "POST", path, body), "a required property is missing: %s", path)
	}
	assert.Equal(t, 400, d.does(t, "POST", schoolsPath, `{"displayName":"x","#education":{}}`))
}

// Members, teachers, and a school's classes and users are linked by $ref.
func TestEducationIsLinked(t *testing.T) {
	d := newDistrict(t)
	school, class := d.id(t, directory.Schools, "Ålborg Elementary"), d.id(t, directory.Classes, "Chemistry")
	dee, ora := d.id(t, directory.Users, "Dee Poe"), d.id(t, directory.Users, "Ora Klein")
	ref := func(set, id string) string {
		return `{"@odata.id":"https://graph.microsoft.com/v1.0/education/` + set + "/" + id + `"}`
	}
	at := "/education/classes/" + class
	require.Equal(t, 204, d.does(t, "POST", at+"/members/$ref", ref("users", dee)))
	require.Equal(t, 204, d.does(t, "POST", at+"/teachers/$ref", ref("users", ora)))
	assert.Equal(t, []string{"Dee Poe", "Ora Klein"}, names(d.found(t, at+"/members?$orderby=displayName")), "a teacher is a member, too")
	assert.Equal(t, []string{"Ora Klein"}, names(d.found(t, at+"/teachers")))
	assert.Equal(t, []string{"Chemistry"}, names(d.found(t, "/education/users/"+dee+"/classes")))
	assert.Equal(t, []string{"Algebra", "Chemistry"}, names(d.found(t, "/education/users/"+ora+"/taughtClasses?$orderby=displayName")))
	assert.Equal(t, 400, d.does(t, "POST", at+"/members/$ref", ref("users", dee)), "it is there already")
	w := d.send("POST", "/beta"+at+"/members/$ref", strings.Replace(ref("users", ora), "education/", "", 1))
	assert.Equal(t, 500, w.Code)
	assert.Equal(t, "Unable to find target address", *envelope(t, w).Error.Message)

	require.Equal(t, 204, d.does(t, "DELETE", at+"/teachers/"+ora, ""), "the page has no $ref")
	assert.Equal(t, []string{"Dee Poe"}, names(d.found(t, at+"/members")))
	require.Equal(t, 204, d.does(t, "POST", at+"/teachers/$ref", ref("users", ora)))
	require.Equal(t, 204, d.does(t, "DELETE", at+"/teachers/"+ora+"/$ref", ""))
	require.Equal(t, 204, d.does(t, "DELETE", at+"/members/"+dee+"/$ref", ""))
	assert.Empty(t, names(d.found(t, at+"/members")))
	assert.Equal(t, 404, d.does(t, "DELETE", at+"/members/"+dee+"/$ref", ""))
	assert.Equal(t, 400, d.does(t, "DELETE", at+"/members/"+dee, ""), "only contained objects are deleted so")

	in := "/education/schools/" + school
	algebra := d.id(t, directory.Classes, "Algebra")
	require.Equal(t, 204, d.does(t, "POST", in+"/classes/$ref", ref("classes", algebra)))
	require.Equal(t, 204, d.does(t, "POST", in+"/users/$ref", ref("users", ora)))
	assert.Equal(t, []string{"Algebra", "Chemistry"}, names(d.found(t, in+"/classes?$orderby=displayName")))
	assert.Len(t, names(d.found(t, "/education/classes/"+algebra+"/schools")), 2)
	assert.Equal(t, 400, d.does(t, "POST", in+"/classes/$ref", ref("users", dee)), "a user is no class")
	require.Equal(t, 204, d.does(t, "DELETE", in+"/classes/"+algebra, ""))
	require.Equal(t, 204, d.does(t, "DELETE", in+"/users/"+ora+"/$ref", ""))
	assert.Equal(t, []string{"Chemistry"}, names(d.found(t, in+"/classes")))
	for _, path := range []string{"/education/classes/" + algebra + "/schools/$ref", "/education/users/" + ora + "/classes/$ref",
		"/education/users/" + ora + "/user/$ref"} {
		assert.Contains(t, []int{400, 405}, d.does(t, "POST", path, ref("users", ora)), path)
	}
	assert.Equal(t, "GET, HEAD, OPTIONS",
		strings.ReplaceAll(d.send("OPTIONS", "/beta"+in+"/administrativeUnit", "").Header().Get("Allow"), "GET, O", "GET, HEAD, O"))
}

// What a client deletes is gone for later runs, too: they make it anew.
func TestRunsMakeAnewWhatClientsDeleted(t *testing.T) {
	d := newDistrict(t)
	before := map[string]string{}
	for path, k := range map[string]directory.Kind{"/education/schools": directory.Schools, "/education/classes": directory.Classes,
		"/education/users": directory.Users} {
		name := map[directory.Kind]string{directory.Schools: "Zoë's School", directory.Classes: "Algebra", directory.Users: "Ana Lund"}[k]
		before[name] = d.id(t, k, name)
		require.Equal(t, 204, d.does(t, "DELETE", path+"/"+before[name], ""))
	}
	ora := d.id(t, directory.Users, "Ora Klein")
	assert.Empty(t, names(d.found(t, "/education/users/"+ora+"/classes")))
	d.sync(t, rosters)
	for path, want := range results(t, d) {
		assert.ElementsMatch(t, want.names, names(d.found(t, path)), path)
	}
	assert.NotEqual(t, before["Algebra"], d.id(t, directory.Classes, "Algebra"), "it is another one")
	d.sync(t, rosters)
	assert.Len(t, names(d.found(t, "/education/classes")), 3)
}

// What clients wrote stays in later runs: other properties, and links of their own.
func TestRunsKeepWhatClientsWrote(t *testing.T) {
	d := newDistrict(t)
	class, dee := d.id(t, directory.Classes, "Algebra"), d.id(t, directory.Users, "Dee Poe")
	require.Equal(t, 200, d.does(t, "PATCH", "/education/classes/"+class, `{"description":"mine","externalSourceDetail":"x"}`))
	require.Equal(t, 204, d.does(t, "POST", "/education/classes/"+class+"/members/$ref", `{"@odata.id":"education/users/`+dee+`"}`))
	files := map[string]string{}
	for name, text := range rosters {
		files[name] = strings.ReplaceAll(text, "C0,P3\n", "")
	}
	d.sync(t, files)
	a := d.found(t, "/education/classes/"+class)
	assert.Equal(t, []string{"mine", "x", "C0"},
		[]string{a.Get("description").Str, a.Get("externalSourceDetail").Str, a.Get("externalId").Str})
	assert.ElementsMatch(t, []string{"Ana Lund", "Cem Öz", "Dee Poe", "Ora Klein"}, names(d.found(t, "/education/classes/"+class+"/members")))
}

// /education/me is the user whose token it is.
func TestEducationMe(t *testing.T) {
	d := newDistrict(t)
	assert.Equal(t, 404, d.does(t, "GET", "/education/me", ""), "the first user is no education user")
	root := d.id(t, directory.Accounts, "Root")
	require.Equal(t, 204, d.does(t, "DELETE", "/users/"+root, ""))
	require.NoError(t, d.world.Clock.Advance(time.Second))
	ana := d.id(t, directory.Users, "Ana Lund")
	a := d.found(t, "/education/me")
	assert.Equal(t, []string{ana, "student"}, []string{a.Get("id").Str, a.Get("primaryRole").Str})
	assert.Equal(t, "http://example.com/beta/$metadata#education/users/$entity", a.Get(`\@odata\.context`).Str)
	assert.Equal(t, "education.users.get", d.last(t).Operation)
	assert.Equal(t, []string{"Algebra", "Biology"}, names(d.found(t, "/education/me/classes")))
	assert.Equal(t, []string{"Zoë's School"}, names(d.found(t, "/education/me/schools")))
	assert.Empty(t, names(d.found(t, "/education/me/taughtClasses")))
	assert.Equal(t, ana, d.found(t, "/education/me/user").Get("id").Str)
}
