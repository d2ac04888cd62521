package directory

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

func TestErrorsOfTheData(t *testing.T) {
	accounts := contoso()
	accounts.Users = []User{{PrincipalName: "oklein@contoso.edu", EmployeeID: "E1", ExternalID: "7"},
		{PrincipalName: "b@contoso.edu", EmployeeID: "e1", ExternalID: "7"}}
	nowhere := contoso()
	nowhere.UsageLocation, nowhere.Users = "", []User{{PrincipalName: "cbeane@contoso.edu", UsageLocation: "DE"}}
	noSKU := contoso()
	noSKU.SKUs = nil
	alone := csv{"school": "SIS ID,Name\n1,N\n", "student": "SIS ID,School SIS ID,Username,First Name,Last Name\n101,1,OKlein,O,K\n",
		"teacher": "SIS ID,School SIS ID,Username\n"}
	for name, test := range map[string]struct {
		seed   Seed
		p      profile.Profile
		files  csv
		want   []string
		people int // education users afterwards
	}{
		"no account fits": {contoso(), matchingBy("Username", "userPrincipalName", "contoso.edu"), school1(), []string{
			"Student UnsynchronizableChange OKlein@contoso.edu OKlein", "SchoolStudents InvalidLookupReference 1 101",
			"Student UnsynchronizableChange BMcMillan@contoso.edu BMcMillan", "SchoolStudents InvalidLookupReference 1 102",
			"Teacher UnsynchronizableChange CBeane@contoso.edu CBeane", "SchoolTeachers InvalidLookupReference 1 201",
			"SectionStudents InvalidLookupReference 11 101", "SectionStudents InvalidLookupReference 11 102",
			"SectionTeachers InvalidLookupReference 11 201"}, 0},
		"the value as it stands": {accounts, matchingBy("Username", "userPrincipalName", ""), alone, []string{
			"Student UnsynchronizableChange OKlein OKlein", "SchoolStudents InvalidLookupReference 1 101"}, 0},
		"with the domain, whatever the letter case": {accounts, matchingBy("Username", "userPrincipalName", "contoso.edu"), alone, nil, 1},
		"names are case-sensitive": {accounts, matchingBy("username", "userPrincipalName", "contoso.edu"), alone, []string{
			"Student UnsynchronizableChange  101", "SchoolStudents InvalidLookupReference 1 101"}, 0},
		"so are the account's": {accounts, matchingBy("Username", "UserPrincipalName", "contoso.edu"), alone, []string{
			"Student UnsynchronizableChange OKlein@contoso.edu OKlein", "SchoolStudents InvalidLookupReference 1 101"}, 0},
		"a password is never compared": {accounts, matchingBy("Password", "employeeId", ""),
			school1().with(csv{"teacher": "SIS ID,School SIS ID,Username\n", "teacherroster": "Section SIS ID,SIS ID\n",
				"studentenrollment": "Section SIS ID,SIS ID\n"}), []string{
				"Student UnsynchronizableChange  101", "SchoolStudents InvalidLookupReference 1 101", "Student UnsynchronizableChange  102",
				"SchoolStudents InvalidLookupReference 1 102"}, 0},
		"two accounts fit": {accounts, matchingBy("Username", "employeeId", ""),
			alone.with(csv{"student": "SIS ID,School SIS ID,Username\n101,1,E1\n"}), []string{
				"Student DuplicateTargetEntries E1 E1", "SchoolStudents InvalidLookupReference 1 101"}, 0},
		"two accounts carry the SIS ID": {accounts, creation(), alone.with(csv{"student": "SIS ID,School SIS ID,Username\n7,1,x\n"}), []string{
			"Student DuplicateTargetEntries x@s.contoso.edu x", "SchoolStudents InvalidLookupReference 1 7"}, 0},
		"two rows fit one account": {accounts, matchingBy("Username", "userPrincipalName", "contoso.edu"),
			alone.with(csv{"student": "SIS ID,School SIS ID,Username\n101,1,oklein\n102,1,OKLEIN\n"}), []string{
				"Student None OKLEIN@contoso.edu OKLEIN", "SchoolStudents InvalidLookupReference 1 102"}, 1},
		"a user name twice": {contoso(), creation(), alone.with(csv{"student": "SIS ID,School SIS ID,Username\n101,1,x\n102,1,X\n"}), []string{
			"Student None X@s.contoso.edu X", "SchoolStudents InvalidLookupReference 1 102"}, 1},
		"a SIS ID twice, which is one person": {contoso(), creation(),
			alone.with(csv{"student": "SIS ID,School SIS ID,Username\n101,1,x\n101,1,y\n"}), []string{
				"Student None y@s.contoso.edu y"}, 1},
		"a school and a section twice": {contoso(), creation(),
			csv{"school": "SIS ID,Name\n1,N\n1,M\n", "section": "SIS ID,School SIS ID,Section Name\n11,1,A\n11,1,B\n"}, []string{
				"School None 1 1", "Section None 11 11"}, 0},
		"a section's SIS ID": {contoso(), creation(),
			school1().with(csv{"section": "SIS ID,School SIS ID,Section Name\n1-1,1,A\n", "studentenrollment": "Section SIS ID,SIS ID\n1-1,101\n",
				"teacherroster": "Section SIS ID,SIS ID\n1-1,201\n"}), []string{
				"Section AzureActiveDirectoryInvalidPropertyValue 1-1 1-1", "SectionStudents InvalidLookupReference 1-1 101",
				"SectionTeachers InvalidLookupReference 1-1 201"}, 3},
		"a section's SIS ID, mended": {contoso(), creation(mended),
			school1().with(csv{"section": "SIS ID,School SIS ID,Section Name\n1-1,1,A|B\n", "studentenrollment": "Section SIS ID,SIS ID\n1-1,101\n",
				"teacherroster": "Section SIS ID,SIS ID\n"}), nil, 3},
		"a section's SIS ID, twice": {contoso(), creation(),
			csv{"school": "SIS ID,Name\n1,N\n", "section": "SIS ID,School SIS ID,Section Name\n1-1,1,A\n1-1,1,B\n"}, []string{
				"Section AzureActiveDirectoryInvalidPropertyValue 1-1 1-1", "Section None 1-1 1-1"}, 0},
		"a section's name": {contoso(), creation(),
			csv{"school": "SIS ID,Name\n1,N\n", "section": "SIS ID,School SIS ID,Section Name\n11,1,A|B\n"}, []string{"Section None 11 11"}, 0},
		"a student's name": {contoso(), creation(),
			alone.with(csv{"student": "SIS ID,School SIS ID,Username,First Name,Last Name\n101,1,x,<b>,K\n102,1,y,Zoë,O'Neill\n103,1,z,עדי,李\n"}),
			[]string{
				"Student None x@s.contoso.edu x", "SchoolStudents InvalidLookupReference 1 101"}, 2},
		"a student's name, mended": {contoso(), creation(mended),
			alone.with(csv{"student": "SIS ID,School SIS ID,Username,First Name,Last Name\n101,1,x,<b>,K\n"}), nil, 1},
		"an unknown licence": {noSKU, creation(licensed), alone,
			[]string{"Student AzureActiveDirectoryInvalidLicense OKlein@s.contoso.edu OKlein"}, 1},
		"no usage location": {nowhere, creation(licensed),
			school1().with(csv{"student": "SIS ID,School SIS ID,Username\n101,1,x\n", "studentenrollment": "Section SIS ID,SIS ID\n11,101\n"}),
			[]string{
				"Student AzureActiveDirectoryInvalidUserUsageLocation x@s.contoso.edu x"}, 2},
		"licences are nothing to matching": {noSKU, matchingBy("SIS ID", "userPrincipalName", "", licensed),
			csv{"student": "SIS ID,School SIS ID,Username\n"}, nil, 0},
		"a domain is missing": {Seed{}, creation(func(p *profile.Profile) { p.Identity.(*profile.IdentityCreation).UserDomains = nil }), alone,
			[]string{
				"Student UnsynchronizableChange OKlein@ OKlein", "SchoolStudents InvalidLookupReference 1 101"}, 0},
		"the tenant's first domain": {contoso(), creation(func(p *profile.Profile) { p.Identity.(*profile.IdentityCreation).UserDomains = nil }),
			alone, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			s := made(test.seed)
			plan := run(t, s, test.p, "p", test.files)
			assert.Equal(t, test.want, errorsOf(plan))
			assert.Equal(t, len(test.want), plan.ErrorCount)
			assert.Equal(t, test.people, s.Len(Users))
		})
	}
}

// The sample on the errors page, with other people.
func TestErrorsReadAsInTheSample(t *testing.T) {
	p := run(t, made(contoso()), matchingBy("Username", "userPrincipalName", "testschool.edu"), "p", school1().with(csv{
		"student": "SIS ID,School SIS ID,Username\n101,1,richard.2wilson\n", "studentenrollment": "Section SIS ID,SIS ID\n"}))
	assert.Equal(t, profile.SyncError{EntryType: "Student", ErrorCode: "UnsynchronizableChange",
		ErrorMessage: "Student cannot be updated as no matching entry in Active Directory was found for Student.  Verify the identity matching criteria for the profile.",
		JoiningValue: "richard.2wilson@testschool.edu", ReportableIdentifier: "richard.2wilson"}, p.Errors[0])
	assert.Equal(t, "Teacher cannot be updated as no matching entry in Active Directory was found for Teacher.  Verify the identity matching criteria for the profile.", p.Errors[2].ErrorMessage)
}

// What is made up and what comes from data must not be told apart by its words.
func TestErrorsReadAsThoseThatAreMadeUp(t *testing.T) {
	for _, f := range []*fault{unmatched, ambiguous, unfitName, unfitNickname, brokenReference, unknownSKU, noLocation} {
		var p Plan
		p.record(f, "Student", "a", "b")
		script := &profile.Script{Lifecycles: []profile.Lifecycle{{Name: "x", On: profile.CallStart, Steps: []profile.Step{
			{Status: profile.Failed, Errors: []profile.SyncError{{ErrorCode: f.code, EntryType: "Student"}}}}}}}
		profiles := profile.NewStore(profile.Config{NewID: func() string { return "p" }, Derive: derive, Script: script})
		_, err := profiles.Seed(now,
			profile.Seed{ID: "p",
				Change: profile.NewChange(map[string]any{"displayName": "P", "dataProvider": map[string]any{"@odata.type": profile.TypeCSV},
					"identitySynchronizationConfiguration": map[string]any{"@odata.type": profile.TypeIdentityCreation}}), State: profile.Provisioned})
		require.NoError(t, err)
		_, err = profiles.Start(now, "p", profile.Outcome{})
		require.NoError(t, err)
		r, err := profiles.Get(now.Add(time.Hour), "p")
		require.NoError(t, err)
		require.Len(t, r.Errors, 1)
		assert.Equal(t, r.Errors[0].ErrorMessage, p.Errors[0].ErrorMessage)
	}
}

func TestStatus(t *testing.T) {
	for _, test := range []struct {
		errors, entries int
		want            profile.Status
	}{{0, 0, profile.Success}, {0, 9, profile.Success}, {1, 9, profile.Failed}, {4, 8, profile.Failed}, {5, 8, profile.Quarantined}, {5, 9,
		profile.Quarantined}, {4, 9, profile.Failed}, {1, 1, profile.Quarantined}} {
		assert.Equal(t, test.want, (&Plan{ErrorCount: test.errors, Entries: test.entries}).Status(), "%d of %d", test.errors, test.entries)
	}
}

func TestErrorsAreBounded(t *testing.T) {
	var rows strings.Builder
	rows.WriteString("Section SIS ID,SIS ID\n")
	for range profile.MaxErrors + 5 {
		rows.WriteString("11,101\n")
	}
	plan := run(t, made(contoso()), matchingBy("Username", "userPrincipalName", "contoso.edu"), "p",
		school1().with(csv{"studentenrollment": rows.String()}))
	assert.Len(t, plan.Errors, profile.MaxErrors)
	assert.Equal(t, profile.MaxErrors+5+3+3+1, plan.ErrorCount)
	assert.Equal(t, profile.Quarantined, plan.Status())
}
