package schema

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	csvOnly  = `"dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"}`
	creation = `"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration", "userDomains": [{"appliesTo": "student", "name": "testschool.edu"}]}`
	rest     = csvOnly + ", " + creation
)

func profile(parts ...string) string {
	return `{"displayName": "x", ` + strings.Join(parts, ", ") + `}`
}

func student(customization string) string {
	return profile(`"dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider", "customizations": {"student": `+customization+
		`}}`, creation)
}

func TestBadBodies(t *testing.T) {
	const customization = "educationSynchronizationCustomization"
	s := newSet(t)
	for name, c := range map[string]struct {
		body string
		want []Failure
	}{
		"no object": {`[]`, []Failure{{Kind: WrongType, Value: `[]`, Message: "expected an object, got an array"}}},
		"null":      {`null`, []Failure{{Kind: WrongType, Value: `null`, Message: "expected an object, got null"}}},
		"empty": {`{}`, []Failure{
			{Kind: MissingProperty, Property: "dataProvider", Type: profileType, Message: `the required property "dataProvider" is missing`},
			{Kind: MissingProperty, Property: "displayName", Type: profileType, Message: `the required property "displayName" is missing`},
			{Kind: MissingProperty, Property: "identitySynchronizationConfiguration", Type: profileType,
				Message: `the required property "identitySynchronizationConfiguration" is missing`},
		}},
		"misspelled property": {student(`{"isSyncDefered": false}`), []Failure{{
			Pointer: "/dataProvider/customizations/student/isSyncDefered", Kind: UnknownProperty, Property: "isSyncDefered", Type: customization,
			Value: "false", Message: `unknown property "isSyncDefered"; did you mean "isSyncDeferred"?`, Nearest: "isSyncDeferred",
		}}},
		"unknown property": {student(`{"colour/~": [{"a": 1}]}`), []Failure{{
			Pointer: "/dataProvider/customizations/student/colour~1~0", Kind: UnknownProperty, Property: "colour/~", Type: customization,
			Value:   `[{"a":1}]`,
			Message: `unknown property "colour/~"; expected "allowDisplayNameUpdate", "isSyncDeferred", "optionalPropertiesToSync" or "synchronizationStartDate"`,
		}}},
		"boolean as text": {student(`{"ISsyncDEFERRED": "yes"}`), []Failure{{
			Pointer: "/dataProvider/customizations/student/ISsyncDEFERRED", Kind: WrongType, Property: "isSyncDeferred", Type: customization,
			Value: `"yes"`, Message: `expected a boolean (true or false) or null, got the string "yes"`,
		}}},
		"customization is no object": {student(`true`), []Failure{{
			Pointer: "/dataProvider/customizations/student", Kind: WrongType, Property: "student", Type: "educationSynchronizationCustomizations",
			Value: `true`, Message: `expected an object or null, got the boolean true`,
		}}},
		"item of an array": {student(`{"optionalPropertiesToSync": ["State ID", 7, ""]}`), []Failure{
			{Pointer: "/dataProvider/customizations/student/optionalPropertiesToSync/1", Kind: WrongType, Property: "optionalPropertiesToSync",
				Type: customization, Value: `7`, Message: `expected a string, got the number 7`},
		}},
		"no date and time": {student(`{"synchronizationStartDate": "tomorrow"}`), []Failure{{
			Pointer: "/dataProvider/customizations/student/synchronizationStartDate", Kind: BadValue, Property: "synchronizationStartDate",
			Type:  customization,
			Value: `"tomorrow"`, Message: `expected a date and time with time zone such as "0001-01-01T00:00:00Z", got the string "tomorrow"`,
		}}},
		"no date": {profile(rest, `"expirationDate": "31/07/2026"`), []Failure{{
			Pointer: "/expirationDate", Kind: BadValue, Property: "expirationDate", Type: profileType, Value: `"31/07/2026"`,
			Message: `expected a date such as "2026-07-31", got the string "31/07/2026"`,
		}}},
		"name twice": {`{"displayName": "a", "DisplayName": "b", ` + rest + `}`, []Failure{{
			Pointer: "/DisplayName", Kind: Duplicate, Property: "displayName", Type: profileType, Value: `"b"`,
			Message: `"displayName" is given twice, here as "DisplayName"; letter case makes no difference`, Nearest: "displayName",
		}}},
		"name twice, neither canonical": {`{"displayname": "a", "DisplayName": "b", ` + rest + `}`, []Failure{{
			Pointer: "/displayname", Kind: Duplicate, Property: "displayName", Type: profileType, Value: `"a"`,
			Message: `"displayName" is given twice, here as "displayname"; letter case makes no difference`, Nearest: "displayName",
		}}},
		"empty name": {`{"displayName": "", ` + rest + `}`, []Failure{{
			Pointer: "/displayName", Kind: BadValue, Property: "displayName", Type: profileType, Value: `""`, Message: "must not be empty",
		}}},
		"long name": {`{"displayName": "` + strings.Repeat("ä", 257) + `", ` + rest + `}`, []Failure{{
			Pointer: "/displayName", Kind: BadValue, Property: "displayName", Type: profileType,
			Value: `"` + strings.Repeat("ä", 80) + `…"`, Message: "expected at most 256 characters, got 257",
		}}},
		"enumeration": {profile(rest, `"licensesToAssign": [{"appliesTo": "studnet", "skuIds": ["6fd2c87f-b296-42f0-b197-1e91e994b900"]}]`),
			[]Failure{{
				Pointer: "/licensesToAssign/0/appliesTo", Kind: BadValue, Property: "appliesTo", Type: "educationSynchronizationLicenseAssignment",
				Value: `"studnet"`, Message: `expected "student", "teacher" or "faculty", got the string "studnet"; did you mean "student"?`,
				Nearest: "student",
			}}},
		"licences": {profile(rest,
			`"licensesToAssign": [{"appliesTo": "student", "skuIds": [1, "1", ""]}, {"appliesTo": "teacher", "skuIds": []}, {}, 1]`), []Failure{
			{Pointer: "/licensesToAssign/0/skuIds/0", Kind: WrongType, Property: "skuIds", Type: "educationSynchronizationLicenseAssignment",
				Value: `1`, Message: `expected a string, got the number 1`},
			{Pointer: "/licensesToAssign/2", Kind: MissingProperty, Property: "appliesTo", Type: "educationSynchronizationLicenseAssignment",
				Message: `the required property "appliesTo" is missing`},
			{Pointer: "/licensesToAssign/2", Kind: MissingProperty, Property: "skuIds", Type: "educationSynchronizationLicenseAssignment",
				Message: `the required property "skuIds" is missing`},
			{Pointer: "/licensesToAssign/3", Kind: WrongType, Property: "licensesToAssign", Type: profileType, Value: `1`,
				Message: `expected an object, got the number 1`},
		}},
		"same licence twice": {profile(rest,
			`"licensesToAssign": [{"appliesTo": "student", "skuIds": ["6fd2c87f-b296-42f0-b197-1e91e994b900", "6fd2c87f-b296-42f0-b197-1e91e994b900"]}]`), []Failure{{
			Pointer: "/licensesToAssign/0/skuIds", Kind: BadValue, Property: "skuIds", Type: "educationSynchronizationLicenseAssignment",
			Value:   `["6fd2c87f-b296-42f0-b197-1e91e994b900","6fd2c87f-b296-42f0-b197-1e91e994b900"]`,
			Message: "items at index 0 and 1 are equal; each may occur only once",
		}}},
		"long array": {profile(rest, `"licensesToAssign": "x", "state": [1,[2,"`+strings.Repeat("y", 90)+`"]]`), []Failure{
			{Pointer: "/licensesToAssign", Kind: WrongType, Property: "licensesToAssign", Type: profileType, Value: `"x"`,
				Message: `expected an array or null, got the string "x"`},
			{Pointer: "/state", Kind: WrongType, Property: "state", Type: profileType, Value: `[1,[2,"` + strings.Repeat("y", 73) + `…`,
				Message: `expected a string, got an array`},
		}},
		"no type": {profile(`"dataProvider": {"customizations": null}`, creation), []Failure{{
			Pointer: "/dataProvider", Kind: MissingType, Property: "@odata.type", Type: "educationSynchronizationDataProvider",
			Message: `"@odata.type" is missing: the value must say which type it is, "#microsoft.graph.educationCsvDataProvider", "#microsoft.graph.educationPowerSchoolDataProvider" or "#microsoft.graph.educationOneRosterApiDataProvider"`,
		}}},
		"abstract value is no object": {profile(`"dataProvider": "csv"`, creation), []Failure{{
			Pointer: "/dataProvider", Kind: WrongType, Property: "dataProvider", Type: profileType, Value: `"csv"`,
			Message: `expected an object, got the string "csv"`,
		}}},
		"type is no string": {profile(`"dataProvider": {"@odata.TYPE": 1}`, creation), []Failure{{
			Pointer: "/dataProvider/@odata.TYPE", Kind: WrongType, Property: "@odata.type", Type: "educationSynchronizationDataProvider", Value: `1`,
			Message: `expected a type name, "#microsoft.graph.educationCsvDataProvider", "#microsoft.graph.educationPowerSchoolDataProvider" or "#microsoft.graph.educationOneRosterApiDataProvider", got the number 1`,
		}}},
		"misspelled type": {profile(`"dataProvider": {"@odata.type": "#Microsoft.Education.DataSync.educationCvsDataProvider"}`, creation),
			[]Failure{{
				Pointer: "/dataProvider/@odata.type", Kind: UnknownType, Property: "@odata.type", Type: "educationSynchronizationDataProvider",
				Value:   `"Microsoft.Education.DataSync.educationCvsDataProvider"`,
				Message: `"#Microsoft.Education.DataSync.educationCvsDataProvider" is not a type that can stand here; did you mean "#microsoft.graph.educationCsvDataProvider"?`,
				Nearest: "#microsoft.graph.educationCsvDataProvider",
			}}},
		"type of another place": {profile(csvOnly, `"identitySynchronizationConfiguration": {"@odata.type": "microsoft.graph.user"}`), []Failure{{
			Pointer: "/identitySynchronizationConfiguration/@odata.type", Kind: UnknownType, Property: "@odata.type",
			Type:    "educationIdentitySynchronizationConfiguration",
			Value:   `"microsoft.graph.user"`,
			Message: `"microsoft.graph.user" is not a type that can stand here; expected "#microsoft.graph.educationIdentityCreationConfiguration" or "#microsoft.graph.educationIdentityMatchingConfiguration"`,
		}}},
		"wrong type where one can stand": {profile(rest, `"@odata.type": "#microsoft.graph.user"`), []Failure{{
			Pointer: "/@odata.type", Kind: UnknownType, Property: "@odata.type", Type: profileType, Value: `"microsoft.graph.user"`,
			Message: `"#microsoft.graph.user" is not a type that can stand here; expected "#microsoft.graph.educationSynchronizationProfile"`,
		}}},
		"type twice": {profile(`"dataProvider": {"@odata.type": "csvDataProvider", "@Odata.Type": "x"}`, creation), []Failure{{
			Pointer: "/dataProvider/@Odata.Type", Kind: Duplicate, Property: "@odata.type", Type: "educationCsvDataProvider", Value: `"x"`,
			Message: `"@odata.type" is given twice, here as "@Odata.Type"; letter case makes no difference`, Nearest: "@odata.type",
		}}},
		"PowerSchool": {profile(
			`"DATAprovider": {"@odata.type": "powerSchoolDataProvider", "connectionURL": "ftp://x", "schoolsIds": "10", "clientSecret": 5}`,
			creation), []Failure{
			{Pointer: "/DATAprovider", Kind: MissingProperty, Property: "clientId", Type: "educationPowerSchoolDataProvider",
				Message: `the required property "clientId" is missing`},
			{Pointer: "/DATAprovider/clientSecret", Kind: WrongType, Property: "clientSecret", Type: "educationPowerSchoolDataProvider",
				Value: `"***"`, Message: `expected a string or null, got a number`},
			{Pointer: "/DATAprovider/connectionURL", Kind: BadValue, Property: "connectionUrl", Type: "educationPowerSchoolDataProvider",
				Value: `"ftp://x"`, Message: `expected a URL (http or https) such as "https://powerschool.testschool.edu", got the string "ftp://x"`},
			{Pointer: "/DATAprovider/schoolsIds", Kind: WrongType, Property: "schoolsIds", Type: "educationPowerSchoolDataProvider", Value: `"10"`,
				Message: `expected an array or null, got the string "10"`},
		}},
		"abstract within abstract": {profile(
			`"dataProvider": {"@odata.type": "oneRosterApiDataProvider", "connectionUrl": "not a url", "ConnectionSettings":
				{"@odata.type": "synchronizationOAuth2ClientCredentialsConnectionSettings", "clientid": "", "CLIENTSECRETT": "hush", "tokenurl": "x"}}`, creation), []Failure{
			{Pointer: "/dataProvider/ConnectionSettings/CLIENTSECRETT", Kind: UnknownProperty, Property: "CLIENTSECRETT",
				Type: "educationSynchronizationOAuth2ClientCredentialsConnectionSettings", Value: `"***"`,
				Message: `unknown property "CLIENTSECRETT"; did you mean "clientSecret"?`, Nearest: "clientSecret"},
			{Pointer: "/dataProvider/ConnectionSettings/clientid", Kind: BadValue, Property: "clientId",
				Type: "educationSynchronizationOAuth2ClientCredentialsConnectionSettings", Value: `""`, Message: `must not be empty`},
			{Pointer: "/dataProvider/ConnectionSettings/tokenurl", Kind: BadValue, Property: "tokenUrl",
				Type: "educationSynchronizationOAuth2ClientCredentialsConnectionSettings", Value: `"x"`,
				Message: `expected a URL (http or https) such as "https://oneroster.testschool.edu/token", got the string "x"`},
			{Pointer: "/dataProvider/connectionUrl", Kind: BadValue, Property: "connectionUrl", Type: "educationOneRosterApiDataProvider",
				Value:   `"not a url"`,
				Message: `expected a URL (http or https) such as "https://oneroster.testschool.edu/v1p1", got the string "not a url"`},
		}},
		"domain": {profile(csvOnly,
			`"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration", "userDomains": [{"appliesTo": "student", "name": "https://x"}, {"appliesTo": "teacher", "name": ""}]}`), []Failure{{
			Pointer: "/identitySynchronizationConfiguration/userDomains/0/name", Kind: BadValue, Property: "name", Type: "educationIdentityDomain",
			Value:   `"https://x"`,
			Message: `expected a DNS domain name such as "testschool.edu", got the string "https://x"`,
		}, {
			Pointer: "/identitySynchronizationConfiguration/userDomains/1/name", Kind: BadValue, Property: "name", Type: "educationIdentityDomain",
			Value:   `""`,
			Message: `expected a DNS domain name such as "testschool.edu", got the string ""`,
		}}},
		"secrets within": {profile(`"dataProvider": [{"connectionSettings": {"clientSecret": "hush", "password": "hush"}}]`, creation),
			[]Failure{{
				Pointer: "/dataProvider", Kind: WrongType, Property: "dataProvider", Type: profileType,
				Value: `[{"connectionSettings":{"clientSecret":"***","password":"***"}}]`, Message: `expected an object, got an array`,
			}}},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 { // maps are iterated in random order: the answer must not be
				assert.Equal(t, c.want, s.Check(profileType, decode(t, c.body), Options{}))
			}
		})
	}
}

func TestIndicesInOrder(t *testing.T) {
	items := strings.Repeat("7,", 11) + "7"
	var got []string
	for _, f := range newSet(t).Check(profileType, decode(t, student(`{"optionalPropertiesToSync": [`+items+`]}`)), Options{}) {
		got = append(got, f.Pointer[strings.LastIndex(f.Pointer, "/")+1:])
	}
	assert.Equal(t, strings.Fields("0 1 2 3 4 5 6 7 8 9 10 11"), got)
	assert.Negative(t, comparePointers("", "/a"))
	assert.Negative(t, comparePointers("/a", "/a/0"))
	assert.Negative(t, comparePointers("/1", "/a"))
	assert.Positive(t, comparePointers("/a", "/01"))
	assert.Zero(t, comparePointers("/a/1", "/a/1"))
}

func TestCanonicalSpelling(t *testing.T) {
	v := decode(t, `{
		"@odata.context": "https://graph.microsoft.com/beta/$metadata#x", "@ODATA.TYPE": "#Microsoft.Graph.EducationSynchronizationProfile",
		"DISPLAYNAME": "x", "dataProvider@odata.type": "y", "ID": "6FD2C87F-b296-42f0-b197-1e91e994b900", "State": "PROVISIONED",
		"dataprovider": {"@odata.type": "#Microsoft.Education.DataSync.ONEROSTERAPIDATAPROVIDER", "ConnectionUrl": "HTTPS://x",
			"connectionsettings": {"@odata.id": "z", "@OData.Type": "educationsynchronizationoauth1connectionsettings", "ClientId": "c"},
			"customizations": {"@odata.type": "educationSynchronizationCustomizations", "STUDENT": {"@odata.type": "#Microsoft.Education.DataSync.synchronizationCustomization"}, "teacher": null}},
		"identitySynchronizationConfiguration": {"@odata.type": "identityMatchingConfiguration", "MatchingOptions": [
			{"AppliesTo": "TEACHER", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": null}]},
		"licensesToAssign": null
	}`)
	require.Empty(t, newSet(t).Check(profileType, v, Options{}))
	assert.JSONEq(t, `{
		"displayName": "x", "id": "6FD2C87F-b296-42f0-b197-1e91e994b900", "state": "provisioned",
		"dataProvider": {"@odata.type": "#microsoft.graph.educationOneRosterApiDataProvider", "connectionUrl": "HTTPS://x",
			"connectionSettings": {"@odata.type": "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings", "clientId": "c"},
			"customizations": {"student": {}, "teacher": null}},
		"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityMatchingConfiguration", "matchingOptions": [
			{"appliesTo": "teacher", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": null}]},
		"licensesToAssign": null
	}`, encode(t, v))
}

func TestTypeNames(t *testing.T) {
	s := newSet(t)
	for name, want := range map[string]string{
		"#microsoft.graph.educationCsvDataProvider":              "Csv",
		"microsoft.graph.educationCsvDataProvider":               "Csv",
		"#microsoft.graph.csvDataProvider":                       "Csv",
		"educationcsvdataprovider":                               "Csv",
		"#Microsoft.Education.DataSync.educationCsvDataProvider": "Csv",
		"#MICROSOFT.GRAPH.EDUCATIONCSVDATAPROVIDER":              "Csv",
		"powerSchoolDataProvider":                                "PowerSchool",
		"Microsoft.Education.DataSync.oneRosterApiDataProvider":  "OneRosterApi",
		"##csvDataProvider":                                      "",
		"#microsoft.graph.microsoft.graph.csvDataProvider":       "",
		"#Microsoft.Education.csvDataProvider":                   "",
		"csv":                                                    "",
		"":                                                       "",
		"#":                                                      "",
		"#microsoft.graph.educationIdentityCreationConfiguration": "",
		"\u212a": "", // the Kelvin sign
	} {
		m := map[string]any{"@odata.type": name, "connectionUrl": "http://x", "clientId": "c",
			"connectionSettings": map[string]any{"@odata.type": "synchronizationOAuth1ConnectionSettings", "clientId": "c"}}
		keep := map[string][]string{"Csv": {}, "PowerSchool": {"connectionUrl", "clientId"},
			"OneRosterApi": {"connectionUrl", "connectionSettings"}}[want]
		for k := range m {
			if k != "@odata.type" && !strings.Contains(fmt.Sprint(keep), k) {
				delete(m, k)
			}
		}
		failures := s.Check("educationSynchronizationDataProvider", m, Options{})
		if want == "" {
			require.Len(t, failures, 1, name)
			assert.Equal(t, UnknownType, failures[0].Kind)
			assert.Equal(t, quote(strings.TrimPrefix(name, "#"), maxType), failures[0].Value)
			continue
		}
		assert.Empty(t, failures, name)
		assert.Equal(t, "#microsoft.graph.education"+want+"DataProvider", m["@odata.type"])
	}
}

func TestRefuseDataSyncNamespace(t *testing.T) {
	s := newSet(t)
	failures := s.Check(profileType, decode(t, founding), Options{RefuseDataSyncNamespace: true})
	require.Len(t, failures, 2)
	assert.Equal(t, Failure{
		Pointer: "/dataProvider/@odata.type", Kind: UnknownType, Property: "@odata.type", Type: "educationSynchronizationDataProvider",
		Value:   `"Microsoft.Education.DataSync.educationCsvDataProvider"`,
		Message: `the namespace of "#Microsoft.Education.DataSync.educationCsvDataProvider" is refused (variant dataSyncNamespace=refused); expected "#microsoft.graph.educationCsvDataProvider"`,
		Nearest: "#microsoft.graph.educationCsvDataProvider",
	}, failures[0])

	long := "Microsoft.Education.DataSync.educationSynchronizationOAuth2ClientCredentialsConnectionSettings"
	failures = s.Check("educationSynchronizationConnectionSettings", map[string]any{"@odata.type": "#" + long},
		Options{RefuseDataSyncNamespace: true})
	require.Len(t, failures, 1)
	assert.Equal(t, `"`+long+`"`, failures[0].Value, "not cut: clients compare it")

	ok := strings.ReplaceAll(founding, "Microsoft.Education.DataSync.", "")
	assert.Empty(t, s.Check(profileType, decode(t, ok), Options{RefuseDataSyncNamespace: true}))
}

func TestPartial(t *testing.T) {
	s := newSet(t)
	assert.Empty(t, s.Check(profileType, decode(t, `{"displayName": "y"}`), Options{Partial: true}))
	assert.Empty(t, s.Check(profileType, decode(t, `{}`), Options{Partial: true}))
	assert.Empty(t, s.Check("educationSynchronizationDataProvider", decode(t, `{"@odata.type": "powerSchoolDataProvider"}`),
		Options{Partial: true}))
	assert.Equal(t, []string{
		`/dataProvider: the required property "clientId" is missing`,
		`/dataProvider: the required property "connectionUrl" is missing`,
		`/displayName: expected a string, got null`,
	}, messages(s.Check(profileType, decode(t, `{"displayName": null, "dataProvider": {"@odata.type": "powerSchoolDataProvider"}}`),
		Options{Partial: true})))
}

func TestFixture(t *testing.T) {
	s := newSet(t)
	v := decode(t, `{"$schema": "fixture.schema.json", "version": 1, "profiles": [{"profile": `+founding+
		`, "STATE": "Deleting", "status": {"status": "EXTRACTING"}}]}`)
	require.Empty(t, s.Check("fixture", v, Options{}))
	assert.Contains(t, encode(t, v), `"state":"deleting","status":{"status":"extracting"}`)

	v = decode(t, `{"@odata.etag": "x", "version": 2, "profiles": [{"profile": {"displayName": "x", "dataProvider": {"@odata.type": "csv"}}, "status": {"status": "unknownFutureValue", "errorCount": -1.5}}],
		"directory": {"usageLocation": "us", "users": [{"id": "x"}], "apps": [{"secret": ["hush"]}]}}`)
	assert.Equal(t, []string{
		`/@odata.etag: unknown property "@odata.etag"; expected "$schema", "description", "directory", "entities", "name", "profiles" or "version"`,
		`/directory/apps/0: the required property "appId" is missing`,
		`/directory/apps/0: the required property "displayName" is missing`,
		`/directory/apps/0/secret: expected a string, got an array`,
		`/directory/usageLocation: expected a value of the pattern ^[A-Z]{2}$ such as "US", got the string "us"`,
		`/directory/users/0: the required property "userPrincipalName" is missing`,
		`/directory/users/0/id: expected a GUID such as "33333333-4444-4555-8666-777777777777", got the string "x"`,
		`/profiles/0/profile: the required property "identitySynchronizationConfiguration" is missing`,
		`/profiles/0/profile/dataProvider/@odata.type: "csv" is not a type that can stand here; expected "#microsoft.graph.educationCsvDataProvider", "#microsoft.graph.educationPowerSchoolDataProvider" or "#microsoft.graph.educationOneRosterApiDataProvider"`,
		`/profiles/0/status/errorCount: expected a whole number, got the number -1.5`,
		`/profiles/0/status/status: expected "paused", "inProgress", "success", "error", "validationError", "quarantined", "extracting" or "validating", got the string "unknownFutureValue"`,
		`/version: expected 1, got the number 2`,
	}, messages(s.Check("fixture", v, Options{})))
}

func TestUnknownSchema(t *testing.T) {
	assert.Equal(t, []Failure{{
		Kind: UnknownType, Value: `"fixtrue"`, Message: `there is no schema of a type "fixtrue"`, Nearest: "fixture",
	}}, newSet(t).Check("fixtrue", nil, Options{}))
}

// What no JSON decoder makes is a failure, never a panic.
func TestForeignValues(t *testing.T) {
	s := newSet(t)
	for _, v := range []any{math.NaN(), math.Inf(1), struct{}{}, make(chan int), map[string]any(nil), []any(nil),
		map[string]any{"id": []any{make(chan int)}},
		map[string]any{"displayName": math.NaN(), "licensesToAssign": []any{map[string]any{"skuIds": []any{math.NaN(), math.NaN(), []int{1}}}}}} {
		assert.NotEmpty(t, s.Check(profileType, v, Options{}))
	}
	assert.NotEmpty(t, s.Check("fixture", map[string]any{"version": math.NaN()}, Options{}))
}
