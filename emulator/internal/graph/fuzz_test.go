package graph

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// create is the founding document's request, in short.
const create = `{"displayName":"Test Profile",` +
	`"dataProvider":{"@odata.type":"#Microsoft.Education.DataSync.educationCsvDataProvider","customizations":{"student":{"optionalPropertiesToSync":["State ID","Middle Name"]}}},` +
	`"identitySynchronizationConfiguration":{"@odata.type":"#Microsoft.Education.DataSync.educationIdentityCreationConfiguration","userDomains":[{"appliesTo":"student","name":"testschool.edu"},{"appliesTo":"teacher","name":"testschool.edu"}]},` +
	`"licensesToAssign":[{"appliesTo":"teacher","skuIds":["6fd2c87f-b296-42f0-b197-1e91e994b900"]}]}`

// snapshot is everything that a world holds.
func (d *desk) snapshot() string {
	var b strings.Builder
	for r := range d.world.Profiles.All(dawn, 0) {
		fmt.Fprintf(&b, "%s\n%s\n", r.JSON(), r.AppendStatus(nil, profile.StatusFormat{}))
	}
	return b.String()
}

// FuzzCreate: 202 and one profile more, or Graph's error and nothing changed.
func FuzzCreate(f *testing.F) {
	for _, seed := range []string{
		create, "", "{}", "[]", "null", "NaN", `"x"`, "\xef\xbb\xbf" + create, create + create, strings.Repeat(`{"dataProvider":`, 100),
		`{"displayName":"","displayname":"x"}`, `{"displayName":1e400}`, "{\"displayName\":\"\xff\"}", `{"displayName":"\ud800"}`,
		`{"displayName":"\u0000"}`,
		strings.Replace(create, "Csv", "PowerSchool", 1),
		strings.Replace(create, "educationCsvDataProvider", "educationOneRosterApiDataProvider", 1),
		strings.Replace(create, "Microsoft.Education.DataSync", "microsoft.graph", 2), strings.Replace(create, `"student"`, `"teacher"`, 2),
		strings.Replace(create, `"customizations"`, `"customisations"`, 1),
		strings.Replace(create, `"licensesToAssign"`, `"expirationDate":"2026-07-31","licensesToAssign"`, 1),
		`{"displayName":"P","dataProvider":{"@odata.type":"#microsoft.graph.educationPowerSchoolDataProvider","connectionUrl":"https://p.edu","clientId":"a","clientSecret":"b","schoolsIds":["1"],"schoolYear":"2026","allowTeachersInMultipleSchools":true},` +
			`"identitySynchronizationConfiguration":{"@odata.type":"#microsoft.graph.educationIdentityMatchingConfiguration","matchingOptions":[{"appliesTo":"student","sourcePropertyName":"Username","targetPropertyName":"userPrincipalName","targetDomain":"p.edu"}]}}`,
		`{"displayName":"O","dataProvider":{"@odata.type":"educationOneRosterApiDataProvider","connectionUrl":"https://p.edu","connectionSettings":{"@odata.type":"#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings","clientId":"a","clientSecret":"b"}}}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDesk()
		w := d.send("POST", "/beta"+profilesPath, string(body), "Content-Type: application/json")
		require.Empty(t, d.log.String(), "nothing is logged as our own fault")
		if w.Code != 202 {
			require.Equal(t, 400, w.Code)
			envelope(t, w)
			require.Empty(t, d.snapshot(), "a refused create leaves nothing")
			return
		}
		require.Equal(t, 1, d.world.Profiles.Len(dawn))
		var p struct{ ID string }
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		get := d.send("GET", "/beta"+profilesPath+"/"+p.ID, "")
		require.Equal(t, 200, get.Code)
		require.Equal(t, w.Body.String(), get.Body.String(), "what was answered is what is there")
		// And what comes out goes in again, but for secrets, which never come out.
		if put := d.send("PUT", "/beta"+profilesPath+"/"+p.ID, get.Body.String()); put.Code == 202 {
			require.Equal(t, get.Body.String(), put.Body.String())
		} else {
			require.Equal(t, 202, put.Code, "%s", put.Body)
		}
		for _, part := range []string{"minimal", "full", "none"} {
			w := d.send("GET", "/beta"+profilesPath+"?$select=displayName,dataProvider&$expand=errors,profileStatus", "",
				"Accept: application/json;odata.metadata="+part)
			require.True(t, w.Code == 200 && json.Valid(w.Body.Bytes()), "%s", w.Body)
		}
	})
}

// FuzzBatch: always JSON, 200 with an answer to each part, or Graph's error.
func FuzzBatch(f *testing.F) {
	part := func(parts ...string) string { return `{"requests":[` + strings.Join(parts, ",") + `]}` }
	post, err := json.Marshal(
		map[string]any{"id": "1", "method": "POST", "url": profilesPath, "headers": map[string]string{"content-type": "application/json"},
			"body": json.RawMessage(create)})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"", "{}", `{"requests":[]}`, `{"requests":{}}`, `{"requests":null}`, part("1"), part("{}"), part(string(post)),
		part(`{"id":"1","method":"GET","url":"/education/synchronizationProfiles"}`),
		part(`{"id":"1","method":"get","url":"education/synchronizationProfiles?$top=1#x"}`,
			`{"id":"2","dependsOn":["1"],"method":"GET","url":"/nope"}`, `{"id":"3","dependsOn":["2"],"method":"GET","url":"/"}`),
		part(`{"id":"a","method":"GET","url":"x"}`, `{"id":"A","method":"GET","url":"x"}`),
		part(`{"id":"1","method":"GET","url":"x","dependsOn":["1"]}`),
		part(`{"id":"1","method":"POST","url":"x"}`),
		part(`{"id":"1","method":"POST","url":"x","headers":{"Content-Type":"text/plain"},"body":"aGk="}`),
		part(`{"id":"1","method":"POST","url":"x","headers":{"Content-Type":"text/plain"},"body":"***"}`),
		part(`{"id":"1","method":"POST","url":"/$batch","headers":{"Content-Type":"application/json"},"body":{"requests":[]}}`),
		part(`{"id":"1","method":"GET","url":"http://evil.example/beta/x"}`),
		part(`{"id":"1","method":"GET","url":"//evil.example/x"}`), part(`{"id":"1","method":"GET","url":"/../../$metadata"}`),
		part(`{"id":"1","method":"OPTIONS","url":"/$metadata"}`),
		part(`{"id":"1","method":"HEAD","url":"/education/synchronizationProfiles/$count"}`),
		part(`{"id":"1","method":"GET","url":"/x","headers":{"Accept":5}}`), part(`{"id":"1","method":"GET","url":"/x","headers":[]}`),
		part(`{"id":"1","method":"GET","url":"/%zz?%zz"}`), part(`{"id":"1","method":"G T","url":"/x","atomicityGroup":"g"}`),
		part(strings.TrimSuffix(strings.Repeat(`{"id":"1","method":"GET","url":"x"},`, 21), ",")),
		part(`{"id":"\u0000","method":"\u0000","url":"\u0000\n\"\\"}`),
		part(`{"id":"1","method":"PATCH","url":"/education/synchronizationProfiles('x')","headers":{"Content-Type":"application/json","Prefer":"return=minimal"},"body":{"displayName":"x"}}`),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		d := newDesk()
		w := d.send("POST", "/beta/$batch", string(body), "Content-Type: application/json")
		require.Empty(t, d.log.String(), "nothing is logged as our own fault")
		if w.Code != 200 {
			require.Equal(t, 400, w.Code)
			envelope(t, w)
			require.Empty(t, d.snapshot(), "a batch that is refused did nothing")
			return
		}
		var batch struct {
			Responses []struct {
				ID      string
				Status  int
				Headers map[string]string
				Body    json.RawMessage
			}
		}
		decoder := json.NewDecoder(bytes.NewReader(w.Body.Bytes()))
		decoder.DisallowUnknownFields()
		require.NoError(t, decoder.Decode(&batch), "%s", w.Body)
		require.NotEmpty(t, batch.Responses)
		require.LessOrEqual(t, len(batch.Responses), batchLimit)
		created := 0
		for _, r := range batch.Responses {
			require.True(t, r.Status >= 200 && r.Status < 600 && r.Status != 500, "%d: %s", r.Status, w.Body)
			if r.Status >= 400 {
				require.Equal(t, "application/json", strings.Split(r.Headers["Content-Type"], ";")[0])
			}
			if r.Headers["Location"] != "" && (r.Status == 202 || r.Status == 204) {
				created++
			}
		}
		require.Equal(t, created, d.world.Profiles.Len(dawn))
	})
}
