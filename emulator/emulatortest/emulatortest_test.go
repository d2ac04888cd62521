package emulatortest_test

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
)

const body = `{"displayName": "North",
	"dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
	"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
		"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}}`

func create(t *testing.T, c *http.Client, url string) (id string) {
	r, err := c.Post(url+"/education/synchronizationProfiles", "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusAccepted, r.StatusCode)
	var p struct{ ID string }
	require.NoError(t, json.NewDecoder(r.Body).Decode(&p))
	return p.ID
}

func TestInMemoryOverTCPAndTLS(t *testing.T) {
	for name, o := range map[string]emulator.Options{
		"in memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "localhost:0"}, "both": {HTTP: "localhost:0", HTTPS: "127.0.0.1:0"},
	} {
		t.Run(name, func(t *testing.T) {
			g := emulatortest.Start(t, o)
			assert.True(t, strings.HasSuffix(g.URL, "/beta"), g.URL)
			id := create(t, g.AuthorizedClient(), g.URL)
			require.Len(t, g.World().Profiles(), 1)
			assert.Equal(t, emulator.Profile{ID: id, DisplayName: "North", State: "provisioning", Status: "paused"}, g.World().Profiles()[0])
		})
	}
}

func TestHTTP2OverTLS(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{HTTPS: "127.0.0.1:0"})
	r, err := g.AuthorizedClient().Get(g.URL + "/education/synchronizationProfiles")
	require.NoError(t, err)
	defer r.Body.Close()
	assert.Equal(t, "HTTP/2.0", r.Proto)
}

// In a bubble of synctest the wall clock is a fake one, and so is the world's.
func TestSynctest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := emulatortest.Start(t, emulator.Options{})
		create(t, g.AuthorizedClient(), g.URL)
		assert.Equal(t, "provisioning", g.World().Profiles()[0].State)
		time.Sleep(2 * time.Second) // of the bubble
		assert.Equal(t, "provisioned", g.World().Profiles()[0].State)
	})
}

func TestFrozenClockIsAdvanced(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{Clock: "frozen@2026-01-05T06:00:00Z"})
	create(t, g.AuthorizedClient(), g.URL)
	require.NoError(t, g.World().Clock().Advance(2*time.Second))
	assert.Equal(t, "provisioned", g.World().Profiles()[0].State)
}

func TestTokensLeadToTheirWorlds(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	a := create(t, g.AuthorizedClient("a"), g.URL)
	b := create(t, g.AuthorizedClient("b"), g.URL)
	assert.NotEqual(t, a, b)
	assert.Len(t, g.World("a").Profiles(), 1)
	assert.Len(t, g.World("b").Profiles(), 1)
	assert.Empty(t, g.World().Profiles())
	g.World("a").Reset()
	assert.Empty(t, g.World("a").Profiles())
	assert.Equal(t, a, create(t, g.AuthorizedClient("a"), g.URL), "the same seed and the same requests give the same ids")
}

func TestDataDirKeepsTheCA(t *testing.T) {
	dir := t.TempDir()
	var pems [2]string
	for i := range pems {
		g := emulatortest.Start(t, emulator.Options{HTTPS: "127.0.0.1:0", DataDir: dir})
		pem, file, err := g.CA()
		require.NoError(t, err)
		stored, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(pem), string(stored))
		pems[i] = string(pem)
	}
	assert.Equal(t, pems[0], pems[1])
}
