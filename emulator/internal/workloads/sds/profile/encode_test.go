package profile

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The founding document's response, key by key in its order.
func TestKeyOrder(t *testing.T) {
	b := body(csvProvider(), licences("teacher", "student"))
	b["displayName"] = "Test Profile"
	b["dataProvider"].(map[string]any)["customizations"] = map[string]any{"student": map[string]any{"optionalPropertiesToSync": []any{"State ID", "Middle Name"}}}
	r, err := newStore().Create(dawn, NewChange(b))
	require.NoError(t, err)
	sku := `["6fd2c87f-b296-42f0-b197-1e91e994b900"]`
	assert.Equal(t, `{"displayName":"Test Profile","state":"provisioning","id":"id-1","dataProvider":{"@odata.type":"#microsoft.graph.educationCsvDataProvider",`+
		`"customizations":{"school":{"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
		`"section":{"optionalPropertiesToSync":["Term Name","Course Number","Periods"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
		`"student":{"optionalPropertiesToSync":["State ID","Middle Name"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
		`"teacher":{"optionalPropertiesToSync":["State ID","Teacher Number","Status","Middle Name","Secondary Email","Title","Qualification"],"isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
		`"studentEnrollment":{"synchronizationStartDate":"0001-01-01T00:00:00Z","isSyncDeferred":false,"allowDisplayNameUpdate":false},`+
		`"teacherRoster":{"isSyncDeferred":false,"allowDisplayNameUpdate":false}}},`+
		`"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityCreationConfiguration","userDomains":[{"appliesTo":"student","name":"testschool.edu"},{"appliesTo":"teacher","name":"testschool.edu"}]},`+
		`"licensesToAssign":[{"appliesTo":"teacher","skuIds":`+sku+`},{"appliesTo":"student","skuIds":`+sku+`}]}`, string(r.JSON()))
}

func TestProvidersOnTheWire(t *testing.T) {
	for name, c := range map[string]struct {
		body map[string]any
		want string // the text after the id, up to customizations
	}{
		"powerSchool": {body(powerSchoolProvider()),
			`"dataProvider":{"@odata.type":"#microsoft.graph.educationPowerSchoolDataProvider","connectionUrl":"https://ps.testschool.edu","clientId":"c","schoolsIds":["1"],"schoolYear":"2026","allowTeachersInMultipleSchools":true,"customizations":{`},
		"oneRoster": {body(oneRosterProvider()),
			`"dataProvider":{"@odata.type":"#microsoft.graph.educationOneRosterApiDataProvider","connectionUrl":"https://or.testschool.edu","providerName":"p","termIds":[],"connectionSettings":{"@odata.type":"#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings","clientId":"c","tokenUrl":"https://t","scope":"s"},"customizations":{`},
		"matching": {body(csvProvider(), matching("student")),
			`"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityMatchingConfiguration","matchingOptions":[{"appliesTo":"student","sourcePropertyName":"Username","targetPropertyName":"userPrincipalName","targetDomain":null}]}`},
		"the rest": {body(csvProvider(), expires("2026-07-31"), map[string]any{"handleSpecialCharacterConstraint": false}),
			`,"handleSpecialCharacterConstraint":false,"expirationDate":"2026-07-31"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := newStore().Create(dawn, NewChange(c.body))
			require.NoError(t, err)
			assert.True(t, json.Valid(r.JSON()))
			assert.Contains(t, string(r.JSON()), c.want)
			assert.NotContains(t, string(r.JSON()), "s3cret", "secrets are taken and forgotten")
		})
	}
}

func TestStrangeTextStaysJSON(t *testing.T) {
	name := "<a href='x'>\"\\\u2028 \x00 é 🙂 \"@odata.type\":\"#x\""
	for _, plain := range []bool{false, true} {
		s := newStore(Config{PlainTypes: plain})
		r, err := s.Create(dawn, NewChange(body(csvProvider(), map[string]any{"displayName": name})))
		require.NoError(t, err)
		var back struct {
			DisplayName  string
			DataProvider struct {
				Type string `json:"@odata.type"`
			}
		}
		require.NoError(t, json.Unmarshal(r.JSON(), &back))
		assert.Equal(t, name, back.DisplayName, "only type annotations lose their #")
		assert.Equal(t, strings.TrimPrefix(TypeCSV, map[bool]string{true: "#"}[plain]), back.DataProvider.Type)
		assert.Contains(t, string(r.JSON()), "<a href=", "no HTML escapes")
	}
}

func TestEncodedFormFollowsChanges(t *testing.T) {
	s := newStore()
	id := create(t, s, dawn, csvProvider)
	get := func(now time.Time) *Record { r, err := s.Get(now, id); require.NoError(t, err); return r }
	first := get(dawn)
	assert.Contains(t, string(first.JSON()), `"state":"provisioning"`)
	second := get(dawn.Add(2 * time.Second))
	assert.Contains(t, string(second.JSON()), `"state":"provisioned"`)
	assert.Contains(t, string(first.JSON()), `"state":"provisioning"`)
	require.NoError(t, do(s, dawn.Add(2*time.Second), id, CallUpdate))
	assert.Contains(t, string(get(dawn.Add(2*time.Second)).JSON()), `"displayName":"South"`)
	require.NoError(t, failed(s.Delete(dawn.Add(2*time.Second), id)))
	assert.Contains(t, string(get(dawn.Add(2*time.Second)).JSON()), `"state":"deleting"`)
}

func TestStatusOnTheWire(t *testing.T) {
	at := time.Date(2017, 6, 14, 1, 13, 21, 249518300, time.FixedZone("", 3600))
	r := &Record{ID: `a"b`,
		Sync: SyncStatus{Status: Extracting, ErrorCount: 1 << 60, LastActivity: at, LastSuccessful: at.Truncate(time.Second), Message: `"<`}}
	for _, c := range []struct {
		format StatusFormat
		want   string
	}{
		{StatusFormat{}, `{"id":"a\"b","status":"unknownFutureValue","errorCount":1152921504606846976,"lastActivityDateTime":"2017-06-14T00:13:21.2495183Z","lastSynchronizationDateTime":"2017-06-14T00:13:21Z","statusMessage":"\"<"}`},
		{StatusFormat{UnknownMembers: true, Int64AsString: true},
			`{"id":"a\"b","status":"extracting","errorCount":"1152921504606846976","lastActivityDateTime":"2017-06-14T00:13:21.2495183Z","lastSynchronizationDateTime":"2017-06-14T00:13:21Z","statusMessage":"\"<"}`},
	} {
		assert.Equal(t, c.want, string(r.AppendStatus(nil, c.format)))
	}
	for _, s := range []Status{Paused, InProgress, Success, Failed, ValidationError, Quarantined} {
		r.Sync = SyncStatus{Status: s}
		assert.Equal(t, `x{"id":"a\"b","status":"`+string(s)+`","errorCount":0,"statusMessage":""}`,
			string(r.AppendStatus([]byte("x"), StatusFormat{})))
	}
	for _, s := range []Status{Extracting, Validating} {
		r.Sync = SyncStatus{Status: s}
		assert.Contains(t, string(r.AppendStatus(nil, StatusFormat{})), `"unknownFutureValue"`)
		assert.Contains(t, string(r.AppendStatus(nil, StatusFormat{UnknownMembers: true})), string(s))
	}
}

func TestSyncErrorOnTheWire(t *testing.T) {
	e := SyncError{ID: "1", EntryType: "Student", ErrorCode: "None", ErrorMessage: "a  b", JoiningValue: "j@x", Recorded: dawn,
		ReportableIdentifier: "j"}
	assert.Equal(t, `{"id":"1","entryType":"Student","errorCode":"None","errorMessage":"a  b","joiningValue":"j@x","reportableIdentifier":"j","recordedDateTime":"2026-01-05T06:00:00Z"}`, string(e.Append(nil)))
}
