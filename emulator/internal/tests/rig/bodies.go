package rig

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Request bodies, and what they are made of: a data provider and how identities are synchronised.

const IdentityCreation = `{"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
	"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}`

const IdentityMatching = `{"@odata.type": "#microsoft.graph.educationIdentityMatchingConfiguration", "matchingOptions": [
	{"appliesTo": "student", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": "testschool.edu"},
	{"appliesTo": "teacher", "sourcePropertyName": "Username", "targetPropertyName": "userPrincipalName", "targetDomain": null}]}`

const OAuth1 = `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings",` +
	` "clientId": "abc", "clientSecret": "hush-hush"}`

const OAuth2 = `{"@odata.type": "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings",
	"clientId": "abc", "clientSecret": "hush-hush", "tokenUrl": "https://sis.example.edu/token", "scope": "roster-core.readonly"}`

const PowerSchool = `{"@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider", "connectionUrl": "https://ps.example.edu",
	"clientId": "abc", "clientSecret": "hush-hush", "schoolsIds": ["10", "20"], "schoolYear": "2026", "allowTeachersInMultipleSchools": true}`

// OneRoster is a data provider with these connection settings.
func OneRoster(settings string) string {
	return `{"@odata.type": "#microsoft.graph.educationOneRosterApiDataProvider", "connectionUrl": "https://sis.example.edu/v1p1",
		"providerName": "Made-up SIS", "schoolsIds": ["10"], "termIds": ["2026-1"], "connectionSettings": ` + settings + `}`
}

// ProfileBody is a profile with a data provider and an identity configuration.
func ProfileBody(name, provider, identity string) string {
	quoted, _ := json.Marshal(name)
	return `{"displayName": ` + string(quoted) + `, "dataProvider": ` + provider +
		`, "identitySynchronizationConfiguration": ` + identity + `}`
}

// CSV is the data provider that is given files.
const CSV = `{"@odata.type": "#microsoft.graph.educationCsvDataProvider"}`

// CSVBody is a profile that is given files.
func CSVBody(name string) string { return ProfileBody(name, CSV, IdentityCreation) }

// PowerSchoolBody is a profile that reads from PowerSchool.
func PowerSchoolBody(name string) string { return ProfileBody(name, PowerSchool, IdentityCreation) }

// OneRosterBody is a profile that reads from a OneRoster API.
func OneRosterBody(name string) string { return ProfileBody(name, OneRoster(OAuth2), IdentityMatching) }

// Absent, as a value for Edit, takes a property away.
type Absent struct{}

// Edit sets properties of a body: path, value, path, value. A path is names
// separated by dots.
func Edit(t *testing.T, body string, pairs ...any) string {
	t.Helper()
	var root map[string]any
	require.NoError(t, json.Unmarshal([]byte(body), &root))
	for i := 0; i < len(pairs); i += 2 {
		names := strings.Split(strings.ReplaceAll(pairs[i].(string), "@odata.", "@odata\x00"), ".")
		o := root
		for j, n := range names {
			n = strings.ReplaceAll(n, "\x00", ".")
			if j == len(names)-1 {
				if _, gone := pairs[i+1].(Absent); gone {
					delete(o, n)
				} else {
					o[n] = pairs[i+1]
				}
				break
			}
			inner, ok := o[n].(map[string]any)
			if !ok {
				inner = map[string]any{}
				o[n] = inner
			}
			o = inner
		}
	}
	b, err := json.Marshal(root)
	require.NoError(t, err)
	return string(b)
}

// BulkyBody is the body of a profile of about n bytes, up to 2 MB.
func BulkyBody(t *testing.T, name string, n int) string {
	t.Helper()
	const item = 1000 // bytes, in 253 characters
	var lists [2][]string
	for i := range max(n/item, 2) {
		lists[i%2] = append(lists[i%2], fmt.Sprintf("%04d%s", i, strings.Repeat("\U0001D11E", 249)))
	}
	return Edit(t, OneRosterBody(name), "dataProvider.schoolsIds", lists[0], "dataProvider.termIds", lists[1])
}
