package odata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestFilterMatch(t *testing.T) {
	s := newSchool(t)
	for _, c := range []struct {
		filter string
		want   bool
	}{
		{"state eq 'provisioned'", true},
		{"STATE EQ 'Provisioned'", true},
		{"'provisioned' eq state", true},
		{"state eq microsoft.graph.educationSynchronizationProfileState'provisioned'", true},
		{"state gt 'provisioning' and state lt 'deleting'", true},
		{"state in ('deleting','PROVISIONED')", true},
		{"state in ('deleting', null)", false},
		{"not (state in ('deleting'))", true},
		{"displayName eq 'north o''neil äPFEL'", true},
		{"displayName ne 'North'", true},
		{"displayName gt 'n' and displayName lt 'O'", true},
		{"id eq '86904b1e-C7d0-4ead-b13a-98f11fc400ee'", true},
		{"id eq '86904b1e-c7d0-4ead-b13a-98f11fc400ee'", false},
		{"startswith(id,'86904B')", false},
		{"contains(id,'C7D0') or endswith(id,'400EE') or indexof(id,'ead') ne 15", false},
		{"contains(id,'C7d0') and endswith(id,'400ee') and startswith(id,'86')", true},
		{"contains(displayName,'" + strings.Repeat("x", 8000) + "')", false},
		{"startswith(displayName,'NORTH')", true},
		{"startswith(displayName,'NORTH') eq true", true},
		{"startswith(displayName,'NORTHNORTHNORTHNORTHNORTH')", false},
		{"endswith(displayName,'ÄPFEL')", true},
		{"contains(displayName,'O''N')", true},
		{"contains(displayName,'')", true},
		{"contains(tolower(displayName),'north')", true},
		{"toupper(displayName) eq 'NORTH O''NEIL ÄPFEL'", true},
		{"length(displayName) eq 18", true},
		{"length(displayName) gt 17.5 and length(displayName) lt 1.9e1", true},
		{"length(displayName) gt -1", true},
		{"indexof(displayName,'äpfel') eq 13", true},
		{"indexof(displayName,'zz') eq -1", true},
		{"concat(displayName,'!') eq 'North O''Neil Äpfel!'", true},
		{"trim(concat(' ',displayName)) eq displayName", true},
		{"handleSpecialCharacterConstraint eq false", true},
		{"handleSpecialCharacterConstraint", false},
		{"not handleSpecialCharacterConstraint", true},
		{"true", true},
		{"null", false},
		{"expirationDate eq 2026-07-31", true},
		{"expirationDate lt 2026-08-01", true},
		{"expirationDate ge 2026-07-31T00:00:01Z", false},
		{"dataProvider/customizations/student/isSyncDeferred eq true", true},
		{"dataProvider/customizations/student/synchronizationStartDate lt 2026-01-01T00:00:00Z", true},
		{"dataProvider/customizations/school/isSyncDeferred eq null", true},
		{"dataProvider/customizations/school eq null", true},
		{"dataProvider/customizations/student ne null", true},
		{"dataProvider/microsoft.graph.educationOneRosterApiDataProvider/connectionUrl eq 'HTTPS://sis.example/a.b'", true},
		{"dataProvider/microsoft.graph.educationPowerSchoolDataProvider/connectionUrl eq 'https://sis.example/a.b'", false},
		{"dataProvider/connectionUrl eq 'https://sis.example/a.b'", true},
		{"dataProvider/schoolYear eq null", true},
		{"dataProvider/schoolsIds/any(s:s eq 's2')", true},
		{"dataProvider/schoolsIds/all(s:startswith(s,'S'))", true},
		{"dataProvider/schoolsIds/$count gt 2", false},
		{"isof(dataProvider,microsoft.graph.educationOneRosterApiDataProvider)", true},
		{"isof(dataProvider,'microsoft.graph.educationCsvDataProvider')", false},
		{"isof(dataProvider,'microsoft.graph.educationSynchronizationDataProvider')", true},
		{"isof('microsoft.graph.educationSynchronizationProfile')", true},
		{"isof(microsoft.graph.entity)", true},
		{"identitySynchronizationConfiguration/userDomains/any(d:d/appliesTo eq 'student' and endswith(d/name,'.edu'))", true},
		{"licensesToAssign/any(l:l/skuIds/any(s:s eq 6FD2c87f-b296-42f0-b197-1e91e994b900))", true},
		{"licensesToAssign/any(l:l/skuIds/any(s:s eq '6fd2c87f-b296-42f0-b197-1e91e994b900'))", true},
		{"licensesToAssign/any(l:l/skuIds/$count eq 0 and l/appliesTo eq 'student')", true},
		{"licensesToAssign/any(l:l/appliesTo gt 'student')", true},
		{"licensesToAssign/all(l:l/skuIds/any())", false},
		{"licensesToAssign/any()", true},
		{"licensesToAssign/$count eq 2", true},
		{"errors/any(e:e/errorCode eq 'none')", true},
		{"errors/any(e:e/errorCode eq 'None' and e/entryType eq 'Student')", false},
		{"errors/any(e:startswith(displayName,e/entryType))", false},
		{"errors/any(e:e/recordedDateTime eq 2026-01-02T05:04:05.1234567+02:00)", true},
		{"errors/all(e:e/recordedDateTime ne null)", false},
		{"errors/$count eq 2", true},
		{"profileStatus/status eq 'success'", true},
		{"profileStatus/status ne 'error' and profileStatus/errorCount ge 2", true},
		{"profileStatus/lastActivityDateTime gt 2026-01-02T03:04:05.1234566Z", true},
		{"profileStatus/lastActivityDateTime gt 2026-01-02T03:04:05.1234567Z", false},
		{"profileStatus/lastActivityDateTime gt 2026-01-02", true},
		{"profileStatus eq null", false},
		{"$it/displayName ne null", true},
		{"microsoft.graph.educationSynchronizationProfile/displayName ne null", true},
		// precedence
		{"true or true and false", true},
		{"(true or true) and false", false},
		{"not false and false", false},
		{"1 eq 1 eq true", true},
		// three values
		{"null eq null", true},
		{"null ne null", false},
		{"dataProvider/schoolYear gt 'a'", false},
		{"not (dataProvider/schoolYear gt 'a')", true},
		{"contains(dataProvider/schoolYear,'a')", false},
		{"not contains(dataProvider/schoolYear,'a')", false},
		{"contains(dataProvider/schoolYear,'a') or true", true},
		{"not (contains(dataProvider/schoolYear,'a') and false)", true},
		{"length(dataProvider/schoolYear) eq null", true},
		{"dataProvider/allowTeachersInMultipleSchools ne true", true},
		{"concat(dataProvider/schoolYear,'a') eq null", true},
		{"'a' in ('A')", true},
		{"dataProvider/schoolYear in ('a',null)", true},
	} {
		f, err := ParseFilter(c.filter, s.profile)
		if assert.NoError(t, err, c.filter) {
			assert.Equal(t, c.want, f.Match(north()), c.filter)
			assert.Equal(t, c.filter, f.String())
		}
	}
	assert.True(t, (*Filter)(nil).Match(north()))
	assert.Empty(t, (*Filter)(nil).String())
}

func TestFilterErrors(t *testing.T) {
	s := newSchool(t)
	syntax := func(pos, clause string) string { return "Syntax error at position " + pos + " in '" + clause + "'." }
	types := func(l, r, op string) string {
		return "A binary operator with incompatible types was detected. Found operand types '" + l + "' and '" + r + "' for operator kind '" +
			op + "'."
	}
	const profile = "microsoft.graph.educationSynchronizationProfile"
	for _, c := range []struct{ filter, message, help string }{
		{"", syntax("0", ""), "should stand here"},
		{"state eq", syntax("8", "state eq"), "a value"},
		{"state eq 'a", syntax("9", "state eq 'a"), "no closing single quote"},
		{"'äöü' eq 'a", syntax("9", "'äöü' eq 'a"), ""},
		{"state = 'a'", syntax("6", "state = 'a'"), "eq"},
		{"state eq 'provisioned' x", syntax("23", "state eq 'provisioned' x"), "should end here"},
		{"length(id) add 1 eq 2", syntax("11", "length(id) add 1 eq 2"), "add is not supported"},
		{"(true", syntax("5", "(true"), "')'"},
		{"state in", syntax("8", "state in"), "list"},
		{"state in ()", syntax("10", "state in ()"), "value"},
		{"state in (deleting)", syntax("10", "state in (deleting)"), "single quotes"},
		{"and", syntax("0", "and"), "operator"},
		{"true and and (true)", syntax("9", "true and and (true)"), "operator"},
		{`displayName eq "x"`, syntax("15", `displayName eq "x"`), "single quotes"},
		{"dataProvider/@odata.type eq 'x'", syntax("13", "dataProvider/@odata.type eq 'x'"), "isof"},
		{"profileStatus/lastActivityDateTime gt 2026-01-01T00:00:00 02:00",
			syntax("38", "profileStatus/lastActivityDateTime gt 2026-01-01T00:00:00 02:00"), "%2B"},
		{"expirationDate eq 2026-02-30", syntax("18", "expirationDate eq 2026-02-30"), ""},
		{"errors/any(e)", syntax("12", "errors/any(e)"), "':'"},
		{"errors/any('e':true)", syntax("11", "errors/any('e':true)"), "range variable"},
		{"errors/", syntax("7", "errors/"), "property"},
		{"date'2026-01-01' eq expirationDate", syntax("0", "date'2026-01-01' eq expirationDate"), "without a prefix"},
		{"isof(displayName,'x')", syntax("16", "isof(displayName,'x')"), "structured"},

		{"displyaName eq 'x'", "Could not find a property named 'displyaName' on type '" + profile + "'.", "Did you mean 'displayName'?"},
		{"zzz eq 'x'", "Could not find a property named 'zzz' on type '" + profile + "'.", "Known names: id, displayName"},
		{strings.Repeat("ä", 2000) + " eq 'x'",
			"Could not find a property named '" + strings.Repeat("ä", maxEcho/2) + "…' on type '" + profile + "'.", "Known names"},
		{"x" + strings.Repeat("ä", 2000) + " eq 'x'",
			"Could not find a property named 'x" + strings.Repeat("ä", maxEcho/2-1) + "…' on type '" + profile + "'.", "Known names"},
		{"dataProvider/x eq 'x'", "Could not find a property named 'x' on type 'microsoft.graph.educationSynchronizationDataProvider'.",
			"schoolYear"},
		{"contains(displayName,'a'", syntax("24", "contains(displayName,'a'"), "')'"},
		{"isof(dataProvider,microsoft.graph.nothing)", "The type 'microsoft.graph.nothing' is not defined in the model.",
			"educationCsvDataProvider"},
		{"displayName/x eq 'x'", "Could not find a property named 'x' on type 'Edm.String'.", "no properties"},
		{"dataProvider/microsoft.graph.educationCsvDataProvider/connectionUrl eq 'x'",
			"Could not find a property named 'connectionUrl' on type 'microsoft.graph.educationCsvDataProvider'.", "customizations"},
		{"errors/any(e:x/errorCode eq 'a')", "Could not find a property named 'x' on type '" + profile + "'.", ""},
		{"handleSpecialCharacterConstraint eq 'true'", types("Edm.Boolean", "Edm.String", "Equal"), "true or false"},
		{"displayName gt 5", types("Edm.String", "Edm.Int32", "GreaterThan"), "single quotes"},
		{"displayName in ('a',5)", types("Edm.String", "Edm.Int32", "Equal"), "single quotes"},
		{"profileStatus/errorCount eq '2'", types("Edm.Int64", "Edm.String", "Equal"), "without quotes"},
		{"expirationDate eq '2026-07-31'", types("Edm.Date", "Edm.String", "Equal"), "without quotes"},
		{"profileStatus/lastActivityDateTime eq 'x'", types("Edm.DateTimeOffset", "Edm.String", "Equal"), "without quotes"},
		{"id eq 6fd2c87f-b296-42f0-b197-1e91e994b900", types("Edm.String", "Edm.Guid", "Equal"), "single quotes"},
		{"licensesToAssign/any(l:l/skuIds/any(s:s eq 'x'))", types("Edm.Guid", "Edm.String", "Equal"), "GUID"},
		{"licensesToAssign eq 'x'", types("Collection(microsoft.graph.educationSynchronizationLicenseAssignment)", "Edm.String", "Equal"), "any"},
		{"dataProvider eq 'x'", types("microsoft.graph.educationSynchronizationDataProvider", "Edm.String", "Equal"), "null"},
		{"dataProvider gt null", types("microsoft.graph.educationSynchronizationDataProvider", "<null>", "GreaterThan"), "null"},
		{"state eq profileStatus/status",
			types("microsoft.graph.educationSynchronizationProfileState", "microsoft.graph.educationSynchronizationStatus", "Equal"), ""},
		{"displayName and true", types("Edm.String", "Edm.Boolean", "And"), "conditions"},
		{"not state eq 'provisioned'",
			"A unary operator with an incompatible type was detected. Found operand type 'microsoft.graph.educationSynchronizationProfileState' for operator kind 'Not'.", "not (a eq b)"},
		{"state eq 'ready'", "The string 'ready' is not a valid enumeration type constant.", "'provisioned'"},
		{"displayName", "The $filter expression must evaluate to a single boolean value.", "Edm.String"},
		{"errors/any(e:e/id)", "The Any/All query expression must evaluate to a single boolean value.", ""},
		{"substringof('x',displayName)",
			"An unknown function with name 'substringof' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", "contains("},
		{"startwith(displayName,'x')",
			"An unknown function with name 'startwith' was found. This may also be a function import or a key lookup on a navigation property, which is not allowed.", "startswith"},
		{"contains(displayName)",
			"No function signature for the function with name 'contains' matches the specified arguments. The function signatures considered are: contains(Edm.String Nullable=true, Edm.String Nullable=true).", "2 argument"},
		{"contains(state,'a')",
			"No function signature for the function with name 'contains' matches the specified arguments. The function signatures considered are: contains(Edm.String Nullable=true, Edm.String Nullable=true).", ""},
		{"tolower() eq 'a'",
			"No function signature for the function with name 'tolower' matches the specified arguments. The function signatures considered are: tolower(Edm.String Nullable=true).", ""},
		{"errors/errorCode eq 'x'",
			"The parent value for a property access of a property 'errorCode' is not a single value. Property access can only be applied to a single value.", "any("},
		{"dataProvider/microsoft.graph.nothing/x eq 1", "The type 'microsoft.graph.nothing' is not defined in the model.",
			"educationCsvDataProvider"},
		{"dataProvider/microsoft.graph.entity/id eq 'x'",
			"Encountered invalid type cast. 'microsoft.graph.entity' is not assignable from 'microsoft.graph.educationSynchronizationDataProvider'.", ""},
		{"displayName/$count eq 1", "The $count segment can only follow a collection.", "single value"},
		{"displayName/any() eq true", "The any operator can only be applied to a collection.", "directly"},
		{"errors/any(e:errors/any(f:true))", "Only collections of the innermost range variable are supported inside any and all.", "'e/'"},
		{"errors/any(e:errors/$count gt 1)", "Only collections of the innermost range variable are supported inside any and all.", "'e/'"},
		{"licensesToAssign/any(l:l/skuIds/any(l:true))", "The range variable 'l' has already been declared.", "another name"},
	} {
		_, err := ParseFilter(c.filter, s.profile)
		e, ok := err.(*Error)
		if !assert.True(t, ok, "%s: %v", c.filter, err) {
			continue
		}
		assert.Equal(t, "Invalid filter clause: "+c.message, e.Message, c.filter)
		assert.Equal(t, "BadRequest", e.Code)
		assert.Equal(t, "$filter", e.Target)
		assert.NotEmpty(t, e.Help)
		assert.Contains(t, e.Help, c.help, c.filter)
		assert.NotContains(t, e.Help, "%!", c.filter)
	}
}

func TestFilterLimits(t *testing.T) {
	s := newSchool(t)
	for name, clause := range map[string]string{
		"long":        "displayName eq '" + strings.Repeat("x", 100<<10) + "'",
		"parentheses": strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000),
		"not":         strings.Repeat("not ", 1000) + "true",
		"comparisons": "true" + strings.Repeat(" eq true", 1000),
		"functions":   strings.Repeat("tolower(", 1000) + "displayName" + strings.Repeat(")", 1000) + " eq 'a'",
	} {
		_, err := ParseFilter(clause, s.profile)
		require.Error(t, err, name)
		assert.Less(t, len(err.Error()), 2*maxEcho, name)
		assert.Regexp(t, "(up to 16384|nest 64 deep)", err.(*Error).Help, name)
	}
	deep := strings.Repeat("(", MaxDepth) + "true" + strings.Repeat(")", MaxDepth)
	_, err := ParseFilter(deep, s.profile)
	assert.NoError(t, err)
	f, err := ParseFilter("false"+strings.Repeat(" or false", 1500)+" or true", s.profile)
	require.NoError(t, err, "a long flat clause is no deep one")
	assert.True(t, f.Match(north()))
}

func TestFilterAsksForANavigationOnce(t *testing.T) {
	s := newSchool(t)
	f, err := ParseFilter("errors/$count eq 2 and errors/all(e:profileStatus/errorCount eq 2) and profileStatus/status eq 'success'",
		s.profile)
	require.NoError(t, err)
	e := north()
	e.asks = map[string]int{}
	assert.True(t, f.Match(e))
	assert.Equal(t, map[string]int{"errors": 1, "profileStatus": 1}, e.asks)
}

func TestFilterOnEntityThatLacksOrBreaksItsModel(t *testing.T) {
	s := newSchool(t)
	for _, json := range []string{"", "null", "[]", "{",
		`{"displayName":5,"state":{},"licensesToAssign":{},"dataProvider":"x","expirationDate":"soon"}`, `"x"`} {
		for filter, want := range map[string]bool{
			"displayName eq 'x'": false, "displayName eq null": true, "state eq null": true, "expirationDate eq null": true,
			"licensesToAssign/any(l:true)": false, "licensesToAssign/all(l:false)": true, "licensesToAssign/any()": false,
			"licensesToAssign/$count eq 0":       true,
			"dataProvider/connectionUrl eq null": true, "profileStatus eq null": true, "profileStatus/errorCount eq null": true,
			"errors/any()": false,
			"isof(dataProvider,microsoft.graph.educationCsvDataProvider)": false,
		} {
			f, err := ParseFilter(filter, s.profile)
			require.NoError(t, err)
			assert.Equal(t, want, f.Match(Object(json)), "%s on %s", filter, json)
		}
	}
}

func TestFilterReadsOldTypeNamesAndUnknownMembers(t *testing.T) {
	s := newSchool(t)
	match := func(filter, json string) bool {
		f, err := ParseFilter(filter, s.profile)
		require.NoError(t, err)
		return f.Match(Object(json))
	}
	isof := "isof(dataProvider,microsoft.graph.educationCsvDataProvider)"
	assert.True(t, match(isof, `{"dataProvider":{"@odata.type":"microsoft.graph.educationCsvDataProvider"}}`))
	assert.True(t, match(isof, `{"dataProvider":{"@odata.type":"#Microsoft.Education.DataSync.educationcsvDataProvider"}}`))
	assert.False(t, match(isof, `{"dataProvider":{}}`), "without a type it is of the declared one")
	assert.True(t, match("state gt 'unknownFutureValue'", `{"state":"newer"}`))
	assert.True(t, match("profileStatus/errorCount eq null", `{}`))
}

func TestInstants(t *testing.T) {
	for text, ok := range map[string]bool{
		"2026-07-31T12:00Z": true, "2026-07-31t12:00:00z": true, "2026-07-31T12:00:00.1Z": true, "2026-07-31T12:00:00.123456789012-05:30": true,
		"2026-07-31T12:00:00": false, "2026-07-31T24:00:00Z": false, "2026-07-31T12:60:00Z": false, "2026-07-31T12:00:60Z": false,
		"2026-07-31T12:00:00.Z": false, "2026-07-31T12:00:00.1234567890123Z": false, "2026-07-31T12:00:00+15:00": false,
		"2026-07-31T12:00:00+0200": false,
		"2026-13-01T12:00:00Z":     false, "2026-02-29T12:00:00Z": false, "2024-02-29T12:00:00Z": true, "2026-07-31T12:00:": false,
		"2026-07-31T12:00+": false, "": false,
	} {
		_, _, got := parseInstant(text)
		assert.Equal(t, ok, got, text)
	}
	a, an, _ := parseInstant("1969-12-31T23:30:00.0000001-00:30")
	assert.Equal(t, []int64{0, 100}, []int64{a, int64(an)})
}

func TestFoldedTextsBehaveAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		letters := rapid.StringOfN(rapid.RuneFrom([]rune("aAbBäÄßKkK€")), 0, 6, -1)
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		assert.Equal(t, -foldCompare(b, a), foldCompare(a, b))
		assert.Equal(t, strings.EqualFold(a, b), foldCompare(a, b) == 0)
		assert.GreaterOrEqual(t, foldIndex(a+b, strings.ToUpper(b)), 0)
		assert.Equal(t, foldIndex(a, b), foldIndexLong(a, b))
		assert.True(t, foldSuffix(a+b, strings.ToUpper(b)))
		assert.False(t, foldSuffix(a+b, "x"+b))
		assert.Equal(t, len(a), foldPrefix(a+b, strings.ToLower(a)))
	})
}

func FuzzFilter(f *testing.F) {
	s := newSchool(f)
	for _, seed := range []string{
		"state eq 'provisioned'", "not (displayName eq 'O''Neil') or contains(tolower(displayName),'x')",
		"licensesToAssign/any(l:l/skuIds/any(s:s eq 6fd2c87f-b296-42f0-b197-1e91e994b900))", "errors/$count gt 2",
		"profileStatus/lastActivityDateTime ge 2026-01-02T03:04:05.1234567+02:00", "state in ('deleting',null)",
		"dataProvider/microsoft.graph.educationCsvDataProvider/customizations/student/isSyncDeferred",
		"isof(dataProvider,'microsoft.graph.educationCsvDataProvider') and length(id) lt 1.5e3", "((", "'", "a'b'", "é eq -1", "in (", "any(",
		"$it/$count",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, clause string) {
		e := north()
		one, err := ParseFilter(clause, s.profile)
		if err != nil {
			if e, ok := err.(*Error); !ok || e.Code == "" || e.Message == "" || e.Help == "" {
				t.Fatalf("%q: incomplete error %#v", clause, err)
			}
			return
		}
		got := one.Match(e)
		if again := one.Match(e); again != got {
			t.Fatalf("%q: %v, then %v", clause, got, again)
		}
		// Parentheses change nothing, unless they are one too many.
		if two, err := ParseFilter("("+one.String()+")", s.profile); err == nil && two.Match(e) != got {
			t.Fatalf("%q: not the same in parentheses", clause)
		} else if err != nil && !strings.Contains(err.Error(), "exceeded") && len(clause) < MaxClause-2 {
			t.Fatalf("%q: %v", clause, err)
		}
		one.Match(Object("{}"))
	})
}

const benchmarkFilter = "state eq 'provisioned' and startswith(displayName,'North') and licensesToAssign/any(l:l/appliesTo eq 'student')"

func BenchmarkParse(b *testing.B) {
	s := newSchool(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseFilter(benchmarkFilter, s.profile); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	s := newSchool(b)
	f, err := ParseFilter(benchmarkFilter, s.profile)
	require.NoError(b, err)
	var e Entity = Object(northJSON)
	b.ReportAllocs()
	for b.Loop() {
		if !f.Match(e) {
			b.Fatal("no match")
		}
	}
}
