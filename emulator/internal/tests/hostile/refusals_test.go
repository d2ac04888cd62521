package hostile

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

// What the schema refuses and what the rules beside it refuse is told in one
// answer, each place once.
func TestAllFailuresAtOnce(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z"})
	r, err := g.AuthorizedClient().Post(g.URL+"/education/synchronizationProfiles", "application/json", strings.NewReader(`{
		"displayName": 3, "expirationDate": "2020-01-01",
		"dataProvider": {"@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider", "clientId": "c"},
		"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityMatchingConfiguration", "matchingOptions": {}},
		"licensesToAssign": [{"appliesTo": "student", "skuIds": [1]}]}`))
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusBadRequest, r.StatusCode)
	var body struct {
		Error struct {
			Message string
			Details []struct{ Target string }
		}
	}
	require.NoError(t, json.NewDecoder(r.Body).Decode(&body))
	var targets []string
	for _, d := range body.Error.Details {
		targets = append(targets, d.Target)
	}
	assert.Equal(t, []string{"/dataProvider/connectionUrl", "/displayName", "/identitySynchronizationConfiguration/matchingOptions",
		"/licensesToAssign/0/skuIds/0",
		"/dataProvider/clientSecret", "/licensesToAssign", "/expirationDate"}, targets)
	assert.Equal(t, "A value is required for property 'connectionUrl' of resource 'educationPowerSchoolDataProvider'.", body.Error.Message)
	assert.Empty(t, g.World().Profiles())
}
