package directory

import (
	"errors"
	"io"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// full is a roster with every column that becomes a property, and some that do not.
func full() csv {
	return csv{
		"school": "SIS ID,Name,School Number,School NCES_ID,State ID,Grade Low,Grade High,Principal SIS ID,Principal Name,Principal Secondary Email,Address,City,State,Country,Zip,Phone,Zone\n" +
			"1,North High,N1,9,WA,9,12,14007,Amy Roebuck,amy@x.edu,2 Way,Redmond,WA,US,98052,555,1\n",
		"section": "SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name,Term StartDate,Term EndDate,Course SIS ID,Course Name,Course Number,Course Description,Course Subject,Periods,Status\n" +
			"11,1,Algebra,S9,12000,Fall,7/1/2017,2018-06-30,C1,Math 101,101,Level 1,Math,1,Active\n",
		"student": "SIS ID,School SIS ID,Username,First Name,Last Name,Password,Middle Name,State ID,Secondary Email,Student Number,Grade,Gender,Birthdate,Graduation Year,Mailing Address,Mailing City,Mailing State,Mailing Zip,Mailing Country,Residence Address,Residence City,Residence State,Residence Zip,Residence Country\n" +
			"101,1,OKlein@home.example,Ora,Klein,Secret1,Chris,WA,o@x.edu,N101,9,F,4/2/2000,2019,1 Main,LA,CA,98055,US,2 Main,SF,CA,98056,MX\n",
		"teacher":           "SIS ID,School SIS ID,Username,First Name,Last Name,Password,Teacher Number,Title\n201,1,CBeane,Craig,Beane,Secret3,T1,Mr\n",
		"studentenrollment": "Section SIS ID,SIS ID\n11,101\n",
		"teacherroster":     "Section SIS ID,SIS ID\n11,201\n",
	}
}

func TestObjectsOnTheWire(t *testing.T) {
	s := made(contoso())
	require.Empty(t, run(t, s, creation(licensed), "p", full()).Errors)
	school, class := byExternalID(t, s, Schools)["1"], byExternalID(t, s, Classes)["11"]
	assert.Equal(t, `{"id":"`+school.ID+
		`","displayName":"North High","#education":{"externalSource":"sis","principalEmail":"amy@x.edu","principalName":"Amy Roebuck",`+
		`"externalPrincipalId":"14007","lowestGrade":"9","highestGrade":"12","schoolNumber":"N1","externalId":"1","phone":"555",`+
		`"address":{"city":"Redmond","countryOrRegion":"US","postalCode":"98052","state":"WA","street":"2 Way"}}}`, string(school.JSON))
	assert.Equal(t, entity.Kind{Type: "microsoft.graph.administrativeUnit", Home: entity.Home{Name: "directory/administrativeUnits"},
		Family: "directory"}, *school.Kind)
	assert.Equal(t, `{"id":"`+class.ID+
		`","displayName":"Algebra","mailNickname":"Section_11","groupTypes":["Unified"],"mailEnabled":true,"securityEnabled":false,`+
		`"visibility":"Private","createdDateTime":"2026-01-05T06:00:00Z","#education":{"classCode":"S9","externalName":"Algebra","externalId":"11","externalSource":"sis",`+
		`"term":{"displayName":"Fall","endDate":"2018-06-30","externalId":"12000","startDate":"2017-07-01"},`+
		`"course":{"courseNumber":"101","description":"Level 1","displayName":"Math 101","externalId":"C1","subject":"Math"}}}`, string(
		class.JSON))
	assert.Equal(t, entity.Kind{Type: "microsoft.graph.group", Home: entity.Home{Name: "groups"}, Family: "directory"}, *class.Kind)
	ora, craig := byExternalID(t, s, Users)["101"], byExternalID(t, s, Users)["201"]
	assert.Equal(t, `{"id":"`+ora.ID+
		`","displayName":"Ora Klein","givenName":"Ora","surname":"Klein","mail":"OKlein@s.contoso.edu","mailNickname":"OKlein",`+
		`"userPrincipalName":"OKlein@s.contoso.edu","accountEnabled":true,"usageLocation":"US","assignedLicenses":[{"disabledPlans":[],"skuId":"`+
		sku+`"}],`+
		`"createdDateTime":"2026-01-05T06:00:00Z","userType":"Member","#education":{"middleName":"Chris","externalSource":"sis",`+
		`"mailingAddress":{"city":"LA","countryOrRegion":"US","postalCode":"98055","state":"CA","street":"1 Main"},"primaryRole":"student",`+
		`"residenceAddress":{"city":"SF","countryOrRegion":"MX","postalCode":"98056","state":"CA","street":"2 Main"},`+
		`"student":{"birthDate":"2000-04-02","externalId":"101","gender":"female","grade":"9","graduationYear":"2019","studentNumber":"N101"}}}`, string(ora.JSON))
	assert.Equal(t, entity.Kind{Type: "microsoft.graph.user", Home: entity.Home{Name: "users"}, Family: "directory"}, *ora.Kind)
	assert.Equal(t, map[string]any{"externalId": "201", "teacherNumber": "T1"}, objectOf(t, craig)["teacher"])
	assert.Equal(t, objectOf(t, ora)["assignedLicenses"], objectOf(t, craig)["assignedLicenses"])
	for k := range Accounts + 1 {
		for e := range s.All(k) {
			assert.NotContains(t, string(e.JSON), "Secret")
		}
	}
}

func TestColumnsThatAreNotChosenAreNotWritten(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(customized(func(c *profile.Customizations) {
		c.School = &profile.Customization{OptionalPropertiesToSync: []string{"City", "Grade Low"}}
		c.Section = &profile.Customization{OptionalPropertiesToSync: []string{}}
		c.Student = &profile.Customization{OptionalPropertiesToSync: []string{"Grade", "middle name"}}
	})), "p", full())
	school := objectOf(t, byExternalID(t, s, Schools)["1"])
	assert.Equal(t, map[string]any{"city": "Redmond"}, school["address"])
	assert.Equal(t, []any{"9", nil, nil}, []any{school["lowestGrade"], school["highestGrade"], school["phone"]})
	class := objectOf(t, byExternalID(t, s, Classes)["11"])
	assert.Equal(t, []any{"Algebra", nil, nil, nil}, []any{class["displayName"], class["term"], class["course"], class["classCode"]})
	ora := objectOf(t, byExternalID(t, s, Users)["101"])
	assert.Equal(t, []any{"Ora", nil, nil}, []any{ora["givenName"], ora["middleName"], ora["mailingAddress"]})
	assert.Equal(t, map[string]any{"externalId": "101", "grade": "9"}, ora["student"])
	assert.Equal(t, "T1", objectOf(t, byExternalID(t, s, Users)["201"])["teacher"].(map[string]any)["teacherNumber"],
		"no list is every column")
}

func TestRelations(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", school1())
	for _, test := range []struct {
		from     Kind
		external string
		r        string
		want     []string
	}{
		{Schools, "1", SchoolClasses, []string{"11"}}, {Schools, "1", SchoolUsers, []string{"101", "102", "201"}},
		{Classes, "11", ClassMembers, []string{"101", "102", "201"}}, {Classes, "11", ClassTeachers, []string{"201"}},
		{Classes, "11", ClassSchools, []string{"1"}},
		{Users, "101", UserClasses, []string{"11"}}, {Users, "201", UserClasses, []string{"11"}}, {Users, "201", UserSchools, []string{"1"}},
	} {
		assert.Equal(t, test.want, relatedTo(t, s, test.from, test.external, test.r), "%v %s %v", test.from, test.external, test.r)
	}
}

func TestReadersKeepTheStateThatTheyAskedFor(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", school1())
	before, part := Users.of(s.objects.View()), s.parts.Load().known("p")
	run(t, s, creation(), "p",
		school1().with(csv{"school": "SIS ID,Name\n1,N\n2,M\n",
			"student":           "SIS ID,School SIS ID,Username,First Name,Last Name\n103,1,New,Nora,New\n",
			"studentenrollment": "Section SIS ID,SIS ID\n11,103\n"}))
	assert.Equal(t, 3, before.Len())
	assert.Equal(t, []int{1, 2}, []int{len(part.schools), len(part.people[student])}, "a plan may still be reading it")
	assert.Equal(t, 4, s.Len(Users))
	assert.Equal(t, []string{"103", "201"}, relatedTo(t, s, Classes, "11", ClassMembers))
}

func TestLaterRuns(t *testing.T) {
	rename := func(c *profile.Customizations) {
		on := &profile.Customization{AllowDisplayNameUpdate: true}
		c.School, c.Section, c.Student, c.Teacher = on, on, on, on
	}
	second := csv{"school": "SIS ID,Name\n1,South High\n", "section": "SIS ID,School SIS ID,Section Name\n11,1,Geometry\n",
		"student":           "SIS ID,School SIS ID,Username,First Name,Last Name,Middle Name\n101,1,Renamed,Orla,Small,X\n",
		"teacher":           "SIS ID,School SIS ID,Username,First Name,Last Name\n201,1,CBeane,Craig,Beane\n",
		"studentenrollment": "Section SIS ID,SIS ID\n", "teacherroster": "Section SIS ID,SIS ID\n11,201\n"}
	for name, test := range map[string]struct {
		p     profile.Profile
		names []any
	}{
		"names stay":               {creation(), []any{"North High", "Algebra", "Ora Klein"}},
		"names follow if they may": {creation(customized(rename)), []any{"South High", "Geometry", "Orla Small"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := made(contoso())
			run(t, s, test.p, "p", school1())
			ids := map[string]string{}
			for k := range Accounts {
				for external, e := range byExternalID(t, s, k) {
					ids[external] = e.ID
				}
			}
			require.Empty(t, run(t, s, test.p, "p", second).Errors)
			for k := range Accounts {
				for external, e := range byExternalID(t, s, k) {
					assert.Equal(t, ids[external], e.ID, "ids stay")
				}
			}
			school, class, ora := objectOf(t, byExternalID(t, s, Schools)["1"]), objectOf(t, byExternalID(t, s, Classes)["11"]), objectOf(t,
				byExternalID(t, s, Users)["101"])
			assert.Equal(t, test.names, []any{school["displayName"], class["displayName"], ora["displayName"]})
			assert.Equal(t, []any{"Geometry", "Orla", "X", "Small"},
				[]any{class["externalName"], ora["givenName"], ora["middleName"], ora["surname"]}, "the rest follows")
			assert.Equal(t, "OKlein@s.contoso.edu", ora["userPrincipalName"], "an account keeps its sign-in name")
			assert.Equal(t, 3, s.Len(Users), "who is absent stays")
			assert.Empty(t, relatedTo(t, s, Users, "102", UserSchools), "his memberships go")
			assert.Equal(t, []string{"201"}, relatedTo(t, s, Classes, "11", ClassMembers))
			assert.Empty(t, relatedTo(t, s, Users, "101", UserClasses))
		})
	}
}

func TestDeferredEntities(t *testing.T) {
	off := &profile.Customization{IsSyncDeferred: true}
	future := &profile.Customization{SynchronizationStartDate: now.Add(time.Hour).Format(time.RFC3339)}
	past := &profile.Customization{SynchronizationStartDate: now.Format(time.RFC3339)}
	for name, test := range map[string]struct {
		change                         func(*profile.Customizations)
		schools, classes, users        int
		entries                        int
		members, schoolUsers, schoolOf []string // of the class, of the school, of the class; nil: there is none
	}{
		"schools": {change: func(c *profile.Customizations) { c.School = off }, classes: 1, users: 3, entries: 1 + 3 + 3,
			members: []string{"101", "102", "201"}, schoolOf: []string{}},
		"sections": {change: func(c *profile.Customizations) { c.Section = off }, schools: 1, users: 3, entries: 1 + 3 + 3,
			schoolUsers: []string{"101", "102", "201"}},
		"students": {change: func(c *profile.Customizations) { c.Student = off }, schools: 1, classes: 1, users: 1, entries: 1 + 1 + 2 + 1,
			members: []string{"201"}, schoolUsers: []string{"201"}, schoolOf: []string{"1"}},
		"teachers": {change: func(c *profile.Customizations) { c.Teacher = off }, schools: 1, classes: 1, users: 2, entries: 1 + 1 + 4 + 2,
			members: []string{"101", "102"}, schoolUsers: []string{"101", "102"}, schoolOf: []string{"1"}},
		"enrolments": {change: func(c *profile.Customizations) { c.StudentEnrollment = off }, schools: 1, classes: 1, users: 3,
			entries: 1 + 1 + 6 + 1, members: []string{"201"}, schoolUsers: []string{"101", "102", "201"}, schoolOf: []string{"1"}},
		"rosters": {change: func(c *profile.Customizations) { c.TeacherRoster = off }, schools: 1, classes: 1, users: 3, entries: 1 + 1 + 6 + 2,
			members: []string{"101", "102"}, schoolUsers: []string{"101", "102", "201"}, schoolOf: []string{"1"}},
		"not yet": {change: func(c *profile.Customizations) { c.StudentEnrollment = future }, schools: 1, classes: 1, users: 3,
			entries: 1 + 1 + 6 + 1, members: []string{"201"}, schoolUsers: []string{"101", "102", "201"}, schoolOf: []string{"1"}},
		"now": {change: func(c *profile.Customizations) { c.StudentEnrollment = past }, schools: 1, classes: 1, users: 3, entries: 1 + 1 + 6 + 3,
			members: []string{"101", "102", "201"}, schoolUsers: []string{"101", "102", "201"}, schoolOf: []string{"1"}},
	} {
		t.Run(name, func(t *testing.T) {
			s := made(contoso())
			plan := run(t, s, creation(customized(test.change)), "p", school1())
			assert.Empty(t, plan.Errors)
			assert.Equal(t, test.entries, plan.Entries)
			assert.Equal(t, []int{test.schools, test.classes, test.users}, []int{s.Len(Schools), s.Len(Classes), s.Len(Users)})
			if test.members != nil {
				assert.Equal(t, test.members, relatedTo(t, s, Classes, "11", ClassMembers))
				assert.Equal(t, test.schoolOf, relatedTo(t, s, Classes, "11", ClassSchools))
			}
			if test.schoolUsers != nil {
				assert.Equal(t, test.schoolUsers, relatedTo(t, s, Schools, "1", SchoolUsers))
			}
			// What an earlier run made stays, and may be referred to.
			s = made(contoso())
			run(t, s, creation(), "p", school1())
			assert.Empty(t, run(t, s, creation(customized(test.change)), "p", school1()).Errors)
			assert.Equal(t, []string{"101", "102", "201"}, relatedTo(t, s, Classes, "11", ClassMembers))
			assert.Equal(t, []string{"101", "102", "201"}, relatedTo(t, s, Schools, "1", SchoolUsers))
			assert.Equal(t, []string{"1"}, relatedTo(t, s, Classes, "11", ClassSchools))
		})
	}
}

func TestTwoProfiles(t *testing.T) {
	s := made(contoso())
	run(t, s, creation(), "p", school1())
	require.Empty(t, run(t, s, creation(), "q", school1()).Errors)
	assert.Equal(t, []int{2, 2, 3, 3}, []int{s.Len(Schools), s.Len(Classes), s.Len(Users), s.Len(Accounts)},
		"schools and classes are a profile's, people are shared")
	assert.Equal(t, []string{"11", "11"}, relatedTo(t, s, Users, "101", UserClasses))
	run(t, s, creation(), "p", csv{})
	assert.Equal(t, []string{"11"}, relatedTo(t, s, Users, "101", UserClasses), "a run takes away what its profile gave")
}

func TestPlansOfTwoProfilesMayCross(t *testing.T) {
	s := made(contoso())
	p, err := s.Plan(creation(), "p", school1().files(), roster.V1, now)
	require.NoError(t, err)
	q, err := s.Plan(creation(), "q", school1().files(), roster.V1, now)
	require.NoError(t, err)
	assert.Zero(t, s.Len(Accounts), "a plan changes nothing")
	require.NoError(t, s.Apply(q, now))
	require.NoError(t, s.Apply(p, now))
	require.NoError(t, s.Apply(p, now))
	assert.Equal(t, []int{2, 2, 3}, []int{s.Len(Schools), s.Len(Classes), s.Len(Users)})
}

func TestAccountsThatExist(t *testing.T) {
	seed := contoso()
	seed.Users = []User{{ID: "33333333-4444-4555-8666-77777777777A", PrincipalName: "oklein@S.contoso.edu", DisplayName: "O. Klein",
		UsageLocation: "DE", Disabled: true},
		{PrincipalName: "x@contoso.edu", ExternalID: "102"}, {PrincipalName: "OKLEIN@s.contoso.edu"}}
	s := made(seed)
	require.Equal(t, 2, s.Len(Accounts), "a sign-in name is one account")
	assert.Zero(t, s.Len(Users), "no education user until a sync links it")
	run(t, s, creation(), "p", school1())
	ora := objectOf(t, byExternalID(t, s, Users)["101"])
	assert.Equal(t, []any{"33333333-4444-4555-8666-77777777777a", "oklein@S.contoso.edu", "O. Klein", "DE", false, "Ora", nil},
		[]any{ora["id"], ora["userPrincipalName"], ora["displayName"], ora["usageLocation"], ora["accountEnabled"], ora["givenName"],
			ora["mail"]})
	assert.Equal(t, "x@contoso.edu", objectOf(t, byExternalID(t, s, Users)["102"])["userPrincipalName"], "found by the SIS ID that it carries")
	assert.Equal(t, 3, s.Len(Accounts))
	assert.Nil(t, objectOf(t, s.objects.View().Unique(principalNames, "X@contoso.edu"))["createdDateTime"], "it was there before the world")
}

func TestOneAccountIsOnePersonOfAProfile(t *testing.T) {
	seed := contoso()
	seed.Users = []User{{PrincipalName: "a@contoso.edu"}, {PrincipalName: "b@contoso.edu"}}
	s, p := made(seed), matchingBy("Username", "userPrincipalName", "contoso.edu")
	files := func(rows string) csv {
		return csv{"school": "SIS ID,Name\n1,N\n", "student": "SIS ID,School SIS ID,Username\n" + rows}
	}
	run(t, s, p, "p", files("101,1,a\n"))
	plan := run(t, s, p, "p", files("102,1,a\n101,1,a\n"))
	assert.Equal(t, []string{"Student None a@contoso.edu a", "SchoolStudents InvalidLookupReference 1 102"}, errorsOf(plan),
		"who had it keeps it")
	assert.Empty(t, run(t, s, p, "p", files("102,1,a\n101,1,b\n")).Errors, "unless it moves")
	assert.Equal(t, "a@contoso.edu", objectOf(t, byExternalID(t, s, Users)["102"])["userPrincipalName"])
	assert.Equal(t, "b@contoso.edu", objectOf(t, byExternalID(t, s, Users)["101"])["userPrincipalName"])
	assert.Empty(t, run(t, s, p, "p", files("101,1,a\n102,1,b\n")).Errors, "two may swap")
	for external, name := range map[string]string{"101": "a@contoso.edu", "102": "b@contoso.edu"} {
		known := s.parts.Load().known("p").people[student]
		require.Contains(t, known, external)
		assert.Equal(t, name, memberText(s.objects.View().At(known[external]).JSON, "userPrincipalName"))
	}
	assert.Empty(t, run(t, s, p, "p", files("103,1,a\n")).Errors, "or another takes it, where he is absent")
	assert.Equal(t, 2, s.Len(Users))
	assert.Equal(t, save(s), save(restored(t, seed, save(s))))
}

func TestCreationAfterMatchingMintsNoIDTwice(t *testing.T) {
	seed := contoso()
	seed.Users = []User{{PrincipalName: "OKlein@contoso.edu"}}
	s := made(seed)
	files := csv{"school": "SIS ID,Name\n1,N\n", "student": "SIS ID,School SIS ID,Username,First Name,Last Name\n101,1,OKlein,O,K\n"}
	run(t, s, creation(), "p", files)
	run(t, s, matchingBy("Username", "userPrincipalName", "contoso.edu"), "p", files)
	run(t, s, matchingBy("Username", "userPrincipalName", "contoso.edu"), "p",
		files.with(csv{"student": "SIS ID,School SIS ID,Username\n109,1,OKlein\n"}))
	run(t, s, creation(), "p", files.with(csv{"student": "SIS ID,School SIS ID,Username,First Name,Last Name\n101,1,Other,O,K\n"}))
	ids := map[string]bool{}
	for e := range s.All(Accounts) {
		assert.False(t, ids[e.ID])
		ids[e.ID] = true
	}
	assert.Len(t, ids, 3)
}

func TestATeacherInSeveralSchools(t *testing.T) {
	s := made(contoso())
	plan := run(t, s, creation(), "p",
		csv{"school": "SIS ID,Name\n1,N\n2,M\n\"3,4\",K\n", "student": "SIS ID,School SIS ID,Username\n",
			"teacher": "SIS ID,School SIS ID,Username\n201,\"1, 2\",x\n202,\"3,4\",y\n"})
	assert.Empty(t, plan.Errors)
	assert.Equal(t, []string{"1", "2"}, relatedTo(t, s, Users, "201", UserSchools))
	assert.Equal(t, []string{"3,4"}, relatedTo(t, s, Users, "202", UserSchools))
}

func TestSameFilesSameIDs(t *testing.T) {
	a, b := made(contoso()), made(contoso())
	run(t, a, creation(), "p", full())
	run(t, b, creation(), "p", full())
	assert.Equal(t, save(a), save(b))
}

func TestPlanTellsWhatCannotBeRead(t *testing.T) {
	broken := errors.New("the disk is gone")
	s := made(contoso())
	_, err := s.Plan(creation(), "p", []roster.File{{Name: "school.csv", Open: func() (io.ReadCloser, error) { return nil, broken }}},
		roster.V1, now)
	assert.ErrorIs(t, err, broken)
	_, err = s.Plan(creation(), "p", csv{"school": "SIS ID,Name\n1,\"N\n"}.files(), roster.V1, now)
	assert.Error(t, err)
}

func TestDates(t *testing.T) {
	for value, want := range map[string]string{"": "", "2017-07-01": "2017-07-01", "20170701": "2017-07-01", "7/1/2017": "2017-07-01",
		"07/01/2017":           "2017-07-01",
		"2017-07-01T08:00:00Z": "2017-07-01", "13/1/2017": "", "x": "", "T": ""} {
		assert.Equal(t, want, date(value), value)
	}
}

func TestGenders(t *testing.T) {
	for value, want := range map[string]string{"": "", "F": "female", "female": "female", "m": "male", "Male": "male", "X": "other"} {
		assert.Equal(t, want, gender(value), value)
	}
}
