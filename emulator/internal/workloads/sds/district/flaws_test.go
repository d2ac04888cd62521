package district

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	objectstore "github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// rules says which rule of verification each kind of flaw breaks, and with
// which type of message.
var rules = map[string][2]string{
	"bad":             {roster.RuleFormat, roster.Error},
	"duplicate":       {roster.RuleDuplicate, roster.Warning},
	"orphan":          {roster.RuleReference, roster.Error},
	"without":         {roster.RuleColumnMissing, roster.Error},
	"twice":           {roster.RuleColumnTwice, roster.Error},
	"no-file":         {roster.RuleFileMissing, roster.Error},
	"empty-file":      {roster.RuleFileEmpty, roster.Error},
	"no-header":       {roster.RuleHeaderMissing, roster.Error},
	"too-many-rows":   {roster.RuleTooManyRows, roster.Error},
	"byte-order-mark": {roster.RuleMark, roster.Information},
	"mixed-line-ends": {roster.RuleLineEnds, roster.Information},
	"utf16":           {roster.RuleFileAlien, roster.Error},
	"ragged-rows":     {roster.RuleRagged, roster.Error},
	"broken-quotes":   {roster.RuleQuotes, roster.Error},
	"line-breaks":     {roster.RuleLineBreak, roster.Error},
	"not-utf8":        {roster.RuleNotUTF8, roster.Error},
	"nul-bytes":       {roster.RuleNUL, roster.Error},
	"long-rows":       {roster.RuleTooLong, roster.Error},
	"unknown-files":   {roster.RuleOtherFile, roster.Warning},
}

func ruleOf(f Flaw) (rule, kind string) {
	switch {
	case f.kind == nil:
		return rules[unknownFiles][0], rules[unknownFiles][1]
	case f.kind.word == "missing" && columns[f.entity][f.column].rule&optional != 0:
		return roster.RuleMissingChosen, roster.Warning
	case f.kind.word == "missing":
		return roster.RuleMissing, roster.Error
	}
	r := rules[f.kind.word]
	return r[0], r[1]
}

// Each flaw gives its message, with its number, and no other message.
func TestEachFlawGivesItsMessageAlone(t *testing.T) {
	tried := map[string]bool{}
	for _, f := range Flaws() {
		if f.kind != nil && (f.kind.word == tooMany || f.kind.word == "no-rows") || f.SyncError != "" && f.column < 0 {
			continue // see below
		}
		for _, n := range []int{1, 7} {
			if f.Most > 0 && n > f.Most {
				continue
			}
			t.Run(fmt.Sprint(f.Name, "=", n), func(t *testing.T) {
				r := verify(t, Options{Students: 12, Flaws: map[string]int{f.Name: n}}, roster.Rules{Accounts: true})
				rule, kind := ruleOf(f)
				require.NotEmpty(t, rule)
				tried[rule] = true
				if f.kind == nil {
					require.Len(t, r.Messages, n)
					assert.Equal(t, "lunch1.csv", r.Messages[0].FileName)
					assert.Equal(t, []string{rule, kind}, []string{r.Messages[0].Rule, r.Messages[0].Type})
					return
				}
				require.Len(t, r.Messages, 1, "%+v", r.Messages)
				m := r.Messages[0]
				assert.Equal(t, []string{rule, kind, f.File}, []string{m.Rule, m.Type, m.FileName})
				if f.Most == 0 {
					assert.Equal(t, n, m.Count)
					assert.Len(t, m.Rows, n)
				}
				if f.column >= 0 {
					assert.Equal(t, columns[f.entity][f.column].name, m.Column)
				}
				if strings.HasPrefix(f.Gives, "N row(s)") || strings.HasPrefix(f.Gives, "N duplicates") {
					assert.Equal(t, strings.Replace(f.Gives, "N ", fmt.Sprint(n, " "), 1), m.Description)
				}
			})
		}
	}
	assert.Len(t, tried, 20, "rules that a flaw breaks")
}

// A file whose rows are all gone leaves nothing to refer to: those messages come
// too.
func TestFilesWithoutRows(t *testing.T) {
	r := verify(t, Options{Flaws: map[string]int{"teacherroster-no-rows": 1}}, roster.Rules{})
	require.Len(t, r.Messages, 1)
	assert.Equal(t, []string{roster.RuleNoRows, roster.Warning, "teacherroster.csv"},
		[]string{r.Messages[0].Rule, r.Messages[0].Type, r.Messages[0].FileName})
	r = verify(t, Options{Flaws: map[string]int{"teacher-no-rows": 1}}, roster.Rules{})
	require.Len(t, r.Messages, 2)
	assert.Equal(t, roster.RuleNoRows, r.Messages[0].Rule)
	assert.Equal(t, roster.RuleReference, r.Messages[1].Rule)
}

// A file has as many rows over the limit as is said, whatever else is added to it.
func TestFilesOverTheLimit(t *testing.T) {
	files, err := Files(Options{Flaws: map[string]int{"school-too-many-rows": 3, "school-missing-name": 2, "school-bad-sis-id": 1}})
	require.NoError(t, err)
	assert.Equal(t, MaxRows+3, files[school].Rows)
	if testing.Short() {
		return
	}
	r := verify(t, Options{Flaws: map[string]int{"teacherroster-too-many-rows": 3}}, roster.Rules{})
	require.Len(t, r.Messages, 1)
	assert.Equal(t, []string{roster.RuleTooManyRows, roster.Error, "teacherroster.csv"},
		[]string{r.Messages[0].Rule, r.Messages[0].Type, r.Messages[0].FileName})
}

// Flaws add up, and where they are is strewn over the file.
func TestFlawsAddUp(t *testing.T) {
	r := verify(t, Options{Schools: 3, Students: 300,
		Flaws: map[string]int{"orphans": 40, "duplicates": 9, "student-duplicate-username": 11, "student-missing-grade": 13,
			"student-bad-birthdate": 4}}, roster.Rules{})
	var got []string
	for _, m := range r.Messages {
		got = append(got, fmt.Sprint(m.FileName, " ", m.Rule, " ", m.Column, " ", m.Count))
	}
	assert.Equal(t, []string{"student.csv invalid-format Birthdate 4", "student.csv duplicate SIS ID 9", "student.csv duplicate Username 11",
		"student.csv missing-chosen Grade 13", "studentenrollment.csv reference SIS ID 40"}, got)
	rows := r.Messages[4].Rows
	assert.Less(t, rows[0].Line, 200)
	assert.Greater(t, rows[39].Line, 2000)
}

// Whatever flaws of columns come together, in a district of any size and seed:
// each gives its own number, and there is nothing else.
func TestAnyFlawsAddUp(t *testing.T) {
	var list []Flaw
	for _, f := range Flaws() {
		if f.column >= 0 && f.kind.change != nil {
			list = append(list, f)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		o := Options{Schools: rapid.IntRange(1, 9).Draw(r, "schools"), Seed: rapid.Uint64().Draw(r, "seed"), Flaws: map[string]int{}}
		o.Students = o.Schools + rapid.IntRange(0, 150).Draw(r, "students")
		want := map[string]int{}
		for _, f := range rapid.SliceOfNDistinct(rapid.SampledFrom(list), 0, 6, func(f Flaw) string { return f.Name }).Draw(r, "flaws") {
			n := rapid.IntRange(1, 130).Draw(r, "count")
			rule, _ := ruleOf(f)
			o.Flaws[f.Name] = n
			want[f.File+" "+rule+" "+columns[f.entity][f.column].name] = n
		}
		got := map[string]int{}
		for _, m := range verify(t, o, roster.Rules{Accounts: true}).Messages {
			got[m.FileName+" "+m.Rule+" "+m.Column] += m.Count
		}
		assert.Equal(t, want, got, "%+v", o)
	})
}

// The ten messages of the documentation, word for word and in its order.
func TestDocumentedMessages(t *testing.T) {
	for _, students := range []int{0, 3000} {
		o, err := Recipe("flawed", students)
		require.NoError(t, err)
		for _, accounts := range []bool{false, true} {
			r := verify(t, o, roster.Rules{Accounts: accounts})
			var got [][3]string
			for _, m := range r.Messages {
				got = append(got, [3]string{m.Type, m.FileName, m.Description})
			}
			assert.Equal(t, [][3]string{
				{"Error", "section.csv", "5 row(s) have missing data for the field - SIS ID"},
				{"Error", "section.csv", "5 row(s) have an invalid format for the field - SIS ID"},
				{"Warning", "student.csv", "3 duplicates found in column SIS ID which requires values to be Unique."},
				{"Warning", "student.csv", "3 duplicates found in column Username which requires values to be Unique."},
				{"Error", "studentenrollment.csv", "125 row(s) have referenced data not found in source. Field - Section SIS ID"},
				{"Error", "studentenrollment.csv", "35 row(s) have referenced data not found in source. Field - SIS ID"},
				{"Warning", "teacher.csv", "3 duplicates found in column SIS ID which requires values to be Unique."},
				{"Warning", "teacher.csv", "3 duplicates found in column Username which requires values to be Unique."},
				{"Error", "teacherroster.csv", "10 row(s) have referenced data not found in source. Field - Section SIS ID"},
				{"Error", "teacherroster.csv", "91 row(s) have referenced data not found in source. Field - SIS ID"},
			}, got)
		}
	}
}

// Each flaw that only a sync meets gives its errors, and verification has nothing
// to say of it.
func TestEachSyncFlawGivesItsErrors(t *testing.T) {
	domain := "testschool.edu"
	creation := profile.Profile{DataProvider: &profile.CSV{}, Identity: &profile.IdentityCreation{
		UserDomains: []profile.UserDomain{{AppliesTo: "student", Name: domain}, {AppliesTo: "teacher", Name: domain}}}}
	option := func(role string) profile.MatchingOption {
		return profile.MatchingOption{AppliesTo: role, SourcePropertyName: "Username", TargetPropertyName: "userPrincipalName",
			TargetDomain: &domain}
	}
	matching := profile.Profile{DataProvider: &profile.CSV{},
		Identity: &profile.IdentityMatching{MatchingOptions: []profile.MatchingOption{option("student"), option("teacher")}}}
	tried := map[string]bool{}
	for _, f := range Flaws() {
		if f.SyncError == "" {
			continue
		}
		t.Run(f.Name, func(t *testing.T) {
			o := Options{Students: 100, Flaws: map[string]int{f.Name: 4}}
			p := creation
			if f.kind.word == unmatched || f.kind.word == ambiguous {
				p = matching
			}
			codes := synchronised(t, p, o, domain)
			assert.Equal(t, 4, codes[f.SyncError])
			delete(codes, f.SyncError)
			if n := codes["InvalidLookupReference"]; n > 0 {
				assert.Equal(t, 4, n, "a person's place in the school")
				delete(codes, "InvalidLookupReference")
			}
			assert.Empty(t, codes)
			tried[f.SyncError] = true
		})
	}
	assert.Equal(t, map[string]bool{"None": true, "UnsynchronizableChange": true, "DuplicateTargetEntries": true,
		"AzureActiveDirectoryInvalidPropertyValue": true}, tried)
	for name, p := range map[string]profile.Profile{"creation": creation, "matching": matching} {
		assert.Empty(t, synchronised(t, p, Options{Schools: 3, Students: 400}, domain), name)
	}
}

// synchronised returns how often each code is among the errors of a sync.
func synchronised(t *testing.T, p profile.Profile, o Options, domain string) map[string]int {
	t.Helper()
	files := made(t, o)
	r, err := roster.Verify(files, roster.Rules{Accounts: true})
	require.NoError(t, err)
	require.False(t, r.Failed(), "%+v", r.Messages)
	accounts, err := Accounts(o)
	require.NoError(t, err)
	seed := directory.Seed{Domains: []string{domain}, UsageLocation: "US"}
	if _, ok := p.Identity.(*profile.IdentityMatching); ok {
		for a := range accounts {
			seed.Users = append(seed.Users,
				directory.User{ID: a.ExternalID + a.Name, PrincipalName: a.Name + "@" + domain, ExternalID: a.ExternalID})
		}
	}
	objects, derive := objectstore.New(objectstore.Limits{}), func(names ...string) string { return strings.Join(names, "/") }
	require.NoError(t, directory.Populate(objects, &seed, derive))
	s := directory.New(&seed, derive, objects)
	done, err := s.Plan(p, "p", files, r.Format, time.Unix(0, 0))
	require.NoError(t, err)
	codes := map[string]int{}
	for _, e := range done.Errors {
		codes[e.ErrorCode]++
	}
	return codes
}

func TestFlawsExplainThemselves(t *testing.T) {
	names := map[string]bool{}
	for _, f := range Flaws() {
		for _, name := range []string{f.Name, f.Short} {
			if name != "" {
				assert.False(t, names[name], name)
				assert.Regexp(t, `^[a-z0-9-]+$`, name)
				names[name] = true
			}
		}
		assert.NotContains(t, f.Gives, "COLUMN")
		assert.NotContains(t, f.Gives, "FILE")
		if f.Most == 0 {
			assert.Contains(t, f.Gives, "N ", f.Name)
		}
	}
	for _, short := range shorts {
		assert.True(t, names[short], short)
	}
}

func TestParseFlaws(t *testing.T) {
	got, err := ParseFlaws("orphans=12, duplicates=3,")
	require.NoError(t, err)
	assert.Equal(t, map[string]int{"orphans": 12, "duplicates": 3}, got)
	got, err = ParseFlaws("")
	require.NoError(t, err)
	assert.Empty(t, got)
	for text, want := range map[string]string{
		"orphans":                      `the flaw "orphans" needs a number from 1, as orphans=3`,
		"orphans=":                     `the flaw "orphans=" needs a number from 1, as orphans=3`,
		"orphans=0":                    `the flaw "orphans=0" needs a number from 1, as orphans=3`,
		"orphans=-1":                   `the flaw "orphans=-1" needs a number from 1, as orphans=3`,
		"orphans=3x":                   `the flaw "orphans=3x" needs a number from 1, as orphans=3`,
		"orphans=99999999999999999999": `the flaw "orphans=99999999999999999999" needs a number from 1, as orphans=3`,
		"orphans=1,orphans=2":          "the flaw orphans is given twice",
	} {
		_, err := ParseFlaws(text)
		assert.EqualError(t, err, want)
	}
}
