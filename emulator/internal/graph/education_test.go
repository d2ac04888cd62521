package graph

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/journal"
)

var escape = url.QueryEscape

// results are all collections of a district, by address and operation, with the
// names that they hold. The addresses are those of its first school, class,
// teacher and student.
func results(t *testing.T, d *desk) map[string]struct {
	operation, context string
	names              []string
} {
	school, class := d.id(t, directory.Schools, "Zoë's School"), d.id(t, directory.Classes, "Algebra")
	teacher, student := d.id(t, directory.Users, "Ora Klein"), d.id(t, directory.Users, "Ana Lund")
	people := []string{"Ana Lund", "Bob Ek", "Cem Öz", "Dee Poe", "Ora Klein", "Beulah McMillan"}
	type list = struct {
		operation, context string
		names              []string
	}
	return map[string]list{
		"/education/schools": {"education.schools", "education/schools", []string{"Zoë's School", "Ålborg Elementary"}},
		"/education/classes": {"education.classes", "education/classes", []string{"Algebra", "Biology", "Chemistry"}},
		"/education/users":   {"education.users", "education/users", people},
		"/users":             {"users", "users", append([]string{"Root"}, people...)},
		"/education/schools/" + school +
			"/classes": {"education.schools.classes", "Collection(microsoft.graph.educationClass)", []string{"Algebra", "Biology"}},
		"/education/schools/" + school +
			"/users": {"education.schools.users", "Collection(microsoft.graph.educationUser)",
			[]string{"Ana Lund", "Bob Ek", "Cem Öz", "Ora Klein", "Beulah McMillan"}},
		"/education/classes/" + class +
			"/members": {"education.classes.members", "Collection(microsoft.graph.educationUser)",
			[]string{"Ana Lund", "Bob Ek", "Cem Öz", "Ora Klein"}},
		"/education/classes/" + class +
			"/teachers": {"education.classes.teachers", "Collection(microsoft.graph.educationUser)", []string{"Ora Klein"}},
		"/education/classes/" + class +
			"/schools": {"education.classes.schools", "Collection(microsoft.graph.educationSchool)", []string{"Zoë's School"}},
		"/education/users/" + student +
			"/classes": {"education.users.classes", "Collection(microsoft.graph.educationClass)", []string{"Algebra", "Biology"}},
		"/education/users/" + teacher +
			"/schools": {"education.users.schools", "Collection(microsoft.graph.educationSchool)", []string{"Zoë's School"}},
		"/education/classes('" + class +
			"')/Members": {"education.classes.members", "Collection(microsoft.graph.educationUser)",
			[]string{"Ana Lund", "Bob Ek", "Cem Öz", "Ora Klein"}},
	}
}

// Every collection, in both versions: what is in it, in the order of creation,
// its context, its count, and what the journal says.
func TestResults(t *testing.T) {
	d := newDistrict(t)
	d.takesAllQueries(t)
	for path, want := range results(t, d) {
		for _, version := range []string{"beta", "v1.0"} {
			a := d.foundIn(t, version, path)
			assert.ElementsMatch(t, want.names, names(a), path)
			assert.Equal(t, names(a), names(d.foundIn(t, version, path)), "the order lasts")
			assert.Equal(t, "http://example.com/"+version+"/$metadata#"+want.context, a.Get(`\@odata\.context`).String())
			last := d.last(t)
			assert.Equal(t, want.operation+".list", last.Operation)
			assert.Empty(t, last.Profile, "no id in the path is a profile's")
			assert.Nil(t, last.Before)

			count := d.send("GET", "/"+version+path+"/$count", "", "Accept: text/plain")
			assert.Equal(t, strconv.Itoa(len(want.names)), count.Body.String(), path)
			assert.Equal(t, "text/plain", count.Header().Get("Content-Type"))
			assert.Equal(t, want.operation+".count", d.last(t).Operation)
			assert.EqualValues(t, len(want.names), d.foundIn(t, version, path+"?$count=true&$top=1").Get(`\@odata\.count`).Int())
		}
	}
}

// takesAllQueries lets the directory take what the service refuses, as that of
// education is taken.
func (d *desk) takesAllQueries(t *testing.T) {
	t.Helper()
	lenient, err := variant.NewSet(map[string]string{"directoryQueries": "lenient"})
	require.NoError(t, err)
	d.world.SetScenario(&engine.Scenario{Variants: lenient, Faults: faults.NewSet(nil, 1)})
}

// last is the journal's latest entry.
func (d *desk) last(t *testing.T) journal.Entry {
	t.Helper()
	page := d.world.Journal.Entries(journal.Filter{})
	require.NotEmpty(t, page)
	return page[len(page)-1]
}

// What one collection can do, each can.
func TestResultsTakeAllOptions(t *testing.T) {
	d := newDistrict(t)
	d.takesAllQueries(t)
	for path, want := range results(t, d) {
		sorted := slices.Clone(want.names)
		slices.Sort(sorted)
		a := d.found(t, path+"?$orderby=displayName&$select=displayName")
		assert.ElementsMatch(t, sorted, names(a))
		assert.Equal(t, "http://example.com/beta/$metadata#"+want.context+"(displayName)", a.Get(`\@odata\.context`).String())
		for _, o := range a.Get("value").Array() {
			assert.Len(t, o.Map(), 1, o.Raw)
		}
		one := names(a)[0]
		assert.Equal(t, []string{one},
			names(d.found(t, path+encoded("$filter", "displayName eq '"+strings.ReplaceAll(one, "'", "''")+"'"))), path)
		assert.Contains(t, names(d.found(t, path+encoded("$search", `"displayName:`+one+`"`))), one, path)
		assert.Equal(t, "1",
			d.send("GET", "/beta"+path+"/$count"+encoded("$filter", "displayName eq '"+strings.ReplaceAll(one, "'", "''")+"'"), "").Body.String())

		// In pages of one, by nextLink, plain and sorted and filtered.
		for _, query := range []string{"?$top=1", "?$top=1&$orderby=displayName%20desc", "?$top=1&$filter=displayName%20ne%20'x'",
			"?$top=1&$skip=1"} {
			walked := []string{}
			for next := "/beta" + path + query; next != ""; {
				w := d.send("GET", next, "")
				require.Equal(t, 200, w.Code, "%s: %s", next, w.Body)
				page := gjson.ParseBytes(w.Body.Bytes())
				require.LessOrEqual(t, len(names(page)), 1)
				walked = append(walked, names(page)...)
				require.LessOrEqual(t, len(walked), len(want.names))
				next = strings.TrimPrefix(page.Get(`\@odata\.nextLink`).String(), "http://example.com")
			}
			whole := names(d.found(t, path+strings.Replace(strings.Replace(query, "$top=1&", "", 1), "?$top=1", "", 1)))
			assert.Equal(t, whole, walked, "%s%s", path, query)
		}
	}
}

// Each object is at its own address as its list has it.
func TestOneResult(t *testing.T) {
	d := newDistrict(t)
	for path, context := range map[string]string{"/education/schools": "education/schools", "/education/classes": "education/classes",
		"/education/users": "education/users", "/users": "users"} {
		for _, o := range d.found(t, path).Get("value").Array() {
			id := o.Get("id").String()
			for _, spelled := range []string{"/" + id, "('" + id + "')", "/" + strings.ToUpper(id)} {
				a := d.found(t, path+spelled)
				want := `{"@odata.context":"http://example.com/beta/$metadata#` + context + `/$entity",` + o.Raw[1:]
				assert.Equal(t, want, a.Raw)
			}
			a := d.found(t, path+"/"+id+"?$select=id")
			assert.Equal(t, `{"@odata.context":"http://example.com/beta/$metadata#`+context+`(id)/$entity","id":"`+id+`"}`, a.Raw)

			all := d.found(t, path+"/"+id, "Accept: application/json;odata.metadata=full")
			assert.Equal(t, context+"('"+id+"')", all.Get(`\@odata\.id`).String())
			assert.Equal(t, context+"('"+id+"')", all.Get(`\@odata\.editLink`).String())
			assert.Regexp(t, `^#microsoft\.graph\.(education(School|Class|User)|user)$`, all.Get(`\@odata\.type`).String())
			assert.False(t, d.found(t, path+"/"+id, "Accept: application/json;odata.metadata=none").Get(`\@odata\.context`).Exists())
		}
	}
	student := d.found(t, "/education/users/"+d.id(t, directory.Users, "Ana Lund"), "Accept: application/json;odata.metadata=full")
	assert.Equal(t, "#microsoft.graph.educationStudent", student.Get(`student.\@odata\.type`).String())
	assert.Equal(t, "#microsoft.graph.educationGender", student.Get(`student.gender\@odata\.type`).String())
	assert.Equal(t, "#Date", student.Get(`student.birthDate\@odata\.type`).String())
	assert.Equal(t, "#microsoft.graph.educationUserRole", student.Get(`primaryRole\@odata\.type`).String())
}

func TestAccounts(t *testing.T) {
	d := newDistrict(t)
	id := d.id(t, directory.Accounts, "Root")
	for _, key := range []string{"/root@contoso.edu", "/ROOT@contoso.edu", "('root@contoso.edu')", "/root%40contoso.edu", "/" + id} {
		a := d.found(t, "/users"+key)
		assert.Equal(t, id, a.Get("id").String(), key)
		assert.Equal(t, "US", a.Get("usageLocation").String())
	}
	// v1.0 shows a part unasked, and says nothing of a selection.
	const unasked = "businessPhones displayName givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName"
	one, list := d.foundIn(t, "v1.0", "/users/"+id), d.foundIn(t, "v1.0", "/users")
	for _, o := range []gjson.Result{one, list.Get("value.0")} {
		assert.ElementsMatch(t, strings.Fields(unasked), slices.DeleteFunc(keysOf(o), func(k string) bool { return strings.HasPrefix(k, "@") }))
	}
	assert.Equal(t, "http://example.com/v1.0/$metadata#users/$entity", one.Get(`\@odata\.context`).String())
	assert.Equal(t, "http://example.com/v1.0/$metadata#users", list.Get(`\@odata\.context`).String())
	assert.Equal(t, "US", d.foundIn(t, "v1.0", "/users/"+id+"?$select=usageLocation").Get("usageLocation").String())
	for _, u := range d.found(t, "/users").Get("value").Array() {
		assert.Equal(t, "null", u.Get("passwordProfile").Raw)
	}

	// Education users are accounts with the same id; not every account is one.
	for _, u := range d.found(t, "/education/users").Get("value").Array() {
		assert.Equal(t, u.Get("userPrincipalName").String(), d.found(t, "/users/"+u.Get("id").String()).Get("userPrincipalName").String())
	}
	assert.Equal(t, 404, d.send("GET", "/beta/education/users/"+id, "").Code)
	assert.Equal(t, 404, d.send("GET", "/beta/education/users/ana@contoso.edu", "").Code, "only the directory knows users by name")
}

func keysOf(v gjson.Result) (keys []string) {
	v.ForEach(func(k, _ gjson.Result) bool { keys = append(keys, k.String()); return true })
	return keys
}

func TestLicences(t *testing.T) {
	d := newDistrict(t)
	a := d.found(t, "/subscribedSkus")
	assert.Equal(t, `{"@odata.context":"http://example.com/beta/$metadata#subscribedSkus","value":[{"id":"`+d.world.World.Tenant.ID+"_"+sku+
		`","accountId":"`+d.world.World.Tenant.ID+`","accountName":null,"appliesTo":"User","capabilityStatus":"Enabled","consumedUnits":0,`+
		`"prepaidUnits":{"enabled":1000000,"lockedOut":0,"suspended":0,"warning":0},"servicePlans":[],"skuId":"`+sku+
		`","skuPartNumber":"ENTERPRISEPACK","subscriptionIds":[]}]}`, a.Raw)
	assert.Equal(t, "#Int32",
		d.found(t, "/subscribedSkus", "Accept: application/json;odata.metadata=full").Get(`value.0.consumedUnits\@odata\.type`).String())
}

// What is not there is not there in the directory's words.
func TestResultsNotThere(t *testing.T) {
	d := newDistrict(t)
	user := d.id(t, directory.Users, "Ana Lund")
	for _, path := range []string{"/education/schools/nope", "/education/schools/" + user, "/education/classes/nope/members",
		"/education/classes/nope/members/$count", "/education/classes/nope/teachers",
		"/education/classes/nope/schools", "/education/users/nope/classes", "/education/users/nope/schools/$count",
		"/education/schools/nope/users", "/users/nope", "/users/nope@contoso.edu",
		"/education/schools/nope?$select=nonsense", "/education/users/a%2Fb", "/education/users/%22%00%C3%28"} {
		for _, version := range []string{"beta", "v1.0"} {
			w := d.send("GET", "/"+version+path, "")
			require.Equal(t, 404, w.Code, "%s: %s", path, w.Body)
			e := envelope(t, w)
			assert.Equal(t, "Request_ResourceNotFound", *e.Error.Code)
			assert.Regexp(t, `(?s)^Resource '.+' does not exist or one of its queried reference-property objects are not present\.$`,
				*e.Error.Message)
		}
	}
	assert.Contains(t, *envelope(t, d.send("GET", "/beta/users/nope", "")).Error.Message, "Resource 'nope' ")
	for _, path := range []string{"/education/schools/delta", "/education/classes/Delta()", "/education/users/microsoft.graph.delta()"} {
		w := d.send("GET", "/beta"+path, "")
		assert.Equal(t, 501, w.Code, path)
		assert.Regexp(t, `^graphemu does not emulate education\.(schools|classes|users)\.delta\.$`, *envelope(t, w).Error.Message)
	}
}

func TestUnknownSegmentsBesideResults(t *testing.T) {
	d := newDistrict(t)
	for path, want := range map[string][2]string{
		"/education/scools":           {"scools", "did you mean 'schools'?"},
		"/education/schools/x/clases": {"clases", "did you mean 'classes'?"},
		"/education/classes/x/grades": {"grades", "did you mean 'grade'?"},
		"/schools":                    {"schools", "did you mean /education/schools?"},
		"/SynchronizationProfile":     {"SynchronizationProfile", "did you mean /education/synchronizationProfiles?"},
		"/user":                       {"user", "did you mean 'users'?"},
		"/gruops":                     {"gruops", "did you mean 'groups'?"},
		"/education/x":                {"x", "microsoft.graph.educationRoot has no such property, action or function"},
	} {
		w := d.send("GET", "/beta"+path, "")
		require.Equal(t, 400, w.Code, path)
		e := envelope(t, w)
		assert.Equal(t, "Resource not found for the segment '"+want[0]+"'.", *e.Error.Message)
		require.Len(t, e.Error.Details, 1, path)
		assert.Equal(t, want[1], e.Error.Details[0].Message)
	}
	w := d.send("GET", "/v1.0/education/x", "")
	assert.Equal(t, "microsoft.graph.educationRoot has no such property, action or function", envelope(t, w).Error.Details[0].Message)
	w = d.send("GET", "/v1.0/education/synchronizationProfiles/x", "")
	assert.Equal(t, "Resource not found for the segment 'synchronizationProfiles'.", *envelope(t, w).Error.Message)
}

// Faults and the journal know these operations by name, in a batch too.
func TestFaultsStrikeResults(t *testing.T) {
	d := newDistrict(t)
	rule := fault.Rule{Name: "busy", Operation: "education.schools.*", Respond: &fault.Respond{Status: 503}}
	require.Empty(t, rule.Check(Operations(d.workloads, d.models)))
	d.world.SetScenario(&engine.Scenario{Faults: faults.NewSet([]fault.Rule{rule}, 1)})
	school := d.id(t, directory.Schools, "Zoë's School")
	for path, status := range map[string]int{"/education/schools": 503, "/education/schools/" + school + "/users": 503,
		"/education/classes": 200} {
		assert.Equal(t, status, d.send("GET", "/beta"+path, "").Code, path)
		e := d.last(t)
		assert.Equal(t, status == 503, e.Detail != nil && e.Detail.Fault != nil)
		assert.Empty(t, e.Profile)
	}
	w := d.send("POST", "/beta/$batch",
		`{"requests":[{"id":"1","method":"GET","url":"/education/classes?$top=1"},{"id":"2","method":"GET","url":"/education/schools"},{"id":"3","method":"GET","url":"/users/root@contoso.edu"}]}`)
	require.Equal(t, 200, w.Code)
	assert.Equal(t, []string{"200", "503", "200"}, stringsAt(gjson.ParseBytes(w.Body.Bytes()), "responses.#.status"))
}

// What a sync makes is there as soon as it is over, whoever asks first.
func TestResultsAreThereWhenTheSyncIsOver(t *testing.T) {
	for _, path := range []string{"/education/schools/$count", "/subscribedSkus", "/users"} {
		d := newDesk()
		made := d.send("POST", "/beta"+profilesPath, create)
		require.Equal(t, 202, made.Code, made.Body)
		id := gjson.GetBytes(made.Body.Bytes(), "id").String()
		require.NoError(t, d.world.Clock.Advance(2*time.Second))
		for name, text := range rosters {
			require.NoError(t, d.world.Files.Put(id, name, []byte(text), dawn))
		}
		started := d.send("POST", "/beta"+profilesPath+"/"+id+"/start", "")
		require.Equal(t, 200, started.Code, started.Body)
		assert.Equal(t, "0", d.send("GET", "/beta/education/schools/$count", "").Body.String())
		require.NoError(t, d.world.Clock.Advance(time.Minute))
		d.found(t, path)
		assert.Equal(t, 2, d.world.Directory.Len(directory.Schools), path)
	}
}

// The metadata names everything that answers lead to, in both versions; v1.0 has
// no late member of an enumeration, and nothing of profiles.
func TestMetadataOfResults(t *testing.T) {
	d := newDesk()
	beta, v1 := d.send("GET", "/beta/$metadata", "").Body.String(), d.send("GET", "/v1.0/$metadata", "").Body.String()
	for _, document := range []string{beta, v1} {
		for _, want := range []string{
			`<EntitySet Name="users" EntityType="microsoft.graph.user">`,
			`<EntitySet Name="subscribedSkus" EntityType="microsoft.graph.subscribedSku">`,
			`<EntityType Name="educationSchool" BaseType="microsoft.graph.educationOrganization">`,
			`<EntityType Name="educationOrganization" BaseType="microsoft.graph.entity" Abstract="true">`,
			`<NavigationProperty Name="members" Type="Collection(microsoft.graph.educationUser)">`,
			`<NavigationProperty Name="schools" Type="Collection(microsoft.graph.educationSchool)" ContainsTarget="true">`,
			`<ComplexType Name="educationStudent">`, `<ComplexType Name="identitySet" OpenType="true">`,
			`<Property Name="birthDate" Type="Edm.Date">`, `<Property Name="consumedUnits" Type="Edm.Int32">`,
			`<EnumType Name="educationGender">`, `<Member Name="sis" Value="0">`,
		} {
			assert.Contains(t, document, want)
		}
	}
	assert.Regexp(t, `(?s)<Member Name="unknownFutureValue" Value="2"></Member>\s*<Member Name="lms" Value="3">`, beta)
	assert.NotContains(t, v1, `"lms"`)
	assert.NotContains(t, v1, "educationSynchroni")
	// The types of one version are not those of the other.
	assert.Equal(t, []string{"Ana Lund"},
		names(newDistrict(t).foundIn(t, "v1.0", "/education/users"+encoded("$filter", "microsoft.graph.educationUser/givenName eq 'Ana'"))))
}
