package graph

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// Every property that the directory sends is one of the model: else $select
// could not name it, and generated clients would not know it.
func TestModelKnowsAllProperties(t *testing.T) {
	d := newDistrict(t)
	for _, path := range []string{"/education/schools", "/education/classes", "/education/users", "/users", "/subscribedSkus"} {
		for _, o := range d.found(t, path).Get("value").Array() {
			o.ForEach(func(k, v gjson.Result) bool {
				d.found(t, path+"?$select="+k.String())
				for inner := range v.Map() {
					d.found(t, path+"?$select="+k.String()+"/"+inner)
				}
				if v.IsArray() && len(v.Array()) > 0 {
					for inner := range v.Array()[0].Map() {
						d.found(t, path+"?$select="+k.String()+"/"+inner)
					}
				}
				return true
			})
		}
	}
}

func TestResultFilters(t *testing.T) {
	d := newDistrict(t)
	class := d.id(t, directory.Classes, "Algebra")
	for _, c := range []struct {
		path, filter string
		want         []string
	}{
		{"/education/users", "primaryRole eq 'teacher'", []string{"Ora Klein", "Beulah McMillan"}},
		{"/education/users", "primaryRole eq microsoft.graph.educationUserRole'student' and student/grade eq '8'", []string{"Bob Ek", "Cem Öz"}},
		{"/education/users", "student/birthDate ge 2010-01-03", []string{"Bob Ek", "Dee Poe"}},
		{"/education/users", "student/gender eq 'female'", []string{"Ana Lund", "Dee Poe"}},
		{"/education/users", "student ne null and student/gender eq null", []string{"Cem Öz"}},
		{"/education/users", "externalSource eq 'sis' and startswith(surname,'M')", []string{"Beulah McMillan"}},
		{"/education/users", "classes/any(c:c/displayName eq 'Biology')", []string{"Ana Lund", "Beulah McMillan"}},
		{"/education/users", "not classes/any()", []string{"Dee Poe"}},
		{"/education/schools", "users/$count gt 4", []string{"Zoë's School"}},
		{"/education/schools", "address/city eq 'redmond'", []string{"Zoë's School"}},
		{"/education/schools", "externalId eq 'S1'", []string{"Ålborg Elementary"}},
		{"/education/classes", "term/startDate lt 2026-02-01", []string{"Algebra"}},
		{"/education/classes", "not members/any()", []string{"Chemistry"}},
		{"/education/classes", "teachers/any(t:t/givenName eq 'Ora')", []string{"Algebra"}},
		{"/education/classes", "schools/all(s:s/displayName ne 'x')", []string{"Algebra", "Biology", "Chemistry"}},
		{"/education/classes/" + class + "/members", "primaryRole eq 'student'", []string{"Ana Lund", "Bob Ek", "Cem Öz"}},
		{"/users", "userPrincipalName eq 'ANA@contoso.edu'", []string{"Ana Lund"}},
		{"/users", "startswith(mail,'or') or startswith(displayName,'Be')", []string{"Ora Klein", "Beulah McMillan"}},
		{"/users", "displayName eq 'Root'", []string{"Root"}},
		{"/users", "accountEnabled eq true and usageLocation eq 'US' and startswith(userPrincipalName,'b')",
			[]string{"Bob Ek", "Beulah McMillan"}},
	} {
		assert.ElementsMatch(t, c.want, names(d.found(t, c.path+encoded("$filter", c.filter))), c.filter)
	}

	for path, query := range map[string]string{
		"/education/users":   "classes/any(c:c/schools/any(s:s/displayName eq 'x'))", // each user would ask for all that
		"/education/classes": "primaryRole eq 'teacher'",
		"/education/schools": "users eq null",
		"/users":             "classes/any()",
	} {
		w := d.send("GET", "/beta"+path+encoded("$filter", query), "")
		assert.Equal(t, 400, w.Code, "%s: %s", query, w.Body)
		assert.Equal(t, "$filter", envelope(t, w).Error.Details[0].Target)
	}
}

func TestResultExpansions(t *testing.T) {
	d := newDistrict(t)
	school := d.id(t, directory.Schools, "Zoë's School")
	a := d.found(t, "/education/schools/"+
		school+encoded("$expand", "classes($select=displayName),users($filter=primaryRole eq 'teacher';$count=true;$orderby=displayName)",
		"$select", "id"))
	assert.Equal(t, []string{"Algebra", "Biology"}, stringsAt(a, "classes.#.displayName"))
	assert.Equal(t, []string{"Beulah McMillan", "Ora Klein"}, stringsAt(a, "users.#.displayName"))
	assert.EqualValues(t, 2, a.Get(`users\@odata\.count`).Int())
	assert.Equal(t, "http://example.com/beta/$metadata#education/schools('"+school+"')/classes(displayName)",
		a.Get(`classes\@odata\.context`).String())
	assert.Equal(t, `{"displayName":"Algebra"}`, a.Get("classes.0").Raw)

	a = d.found(t, "/education/classes?$expand=teachers")
	assert.Equal(t, `[["Ora Klein"],["Beulah McMillan"],[]]`, a.Get("value.#.teachers.#.displayName").Raw)

	// What an expansion leaves is at its nextLink.
	a = d.found(t, "/education/schools/"+school+encoded("$expand", "users($top=2)"))
	all := stringsAt(a, "users.#.displayName")
	require.Len(t, all, 2)
	for next := a.Get(`users\@odata\.nextLink`).String(); next != ""; {
		require.Contains(t, next, "http://example.com/beta/education/schools/"+school+"/users?")
		page := d.found(t, strings.TrimPrefix(next, "http://example.com/beta"))
		all = append(all, names(page)...)
		next = page.Get(`\@odata\.nextLink`).String()
	}
	assert.Equal(t, names(d.found(t, "/education/schools/"+school+"/users")), all)

	for path, message := range map[string]string{
		"/education/schools?$expand=users($expand=classes)":            "Parsing OData Select and Expand failed: Recursion depth exceeded allowed limit.",
		"/education/schools?$expand=users($expand=classes($expand=*))": "Parsing OData Select and Expand failed: Recursion depth exceeded allowed limit.",
	} {
		w := d.send("GET", "/beta"+path, "")
		assert.Equal(t, 400, w.Code)
		assert.Equal(t, message, *envelope(t, w).Error.Message)
	}
}

// An expansion shows 20, whatever is asked for: 999 schools with 999 users each
// would be a gigabyte.
func TestExpansionsAreShort(t *testing.T) {
	d := newDistrict(t)
	files := map[string]string{}
	for name, text := range rosters {
		files[name] = text
	}
	for i := range 30 {
		files["section.csv"] += "X" + strconv.Itoa(i) + ",S0,Section " + strconv.Itoa(i) + ",,\n"
	}
	d.sync(t, files)
	for _, query := range []string{"classes", "classes($top=999)", "classes($top=25)"} {
		a := d.found(t, "/education/schools"+encoded("$expand", query, "$top", "1"))
		assert.Len(t, a.Get("value.0.classes").Array(), 20, query)
		next := a.Get(`value.0.classes\@odata\.nextLink`).String()
		assert.Len(t, names(d.found(t, strings.TrimPrefix(next, "http://example.com/beta"))), 32-20, query)
	}
}
