package emulator_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

func TestSignInHostsAreOneService(t *testing.T) {
	d := newProxied(t, emulator.Options{})
	for _, host := range []string{"login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net"} {
		w, body := d.ask(t, "GET", "https://"+host+"/organizations/v2.0/.well-known/openid-configuration", "")
		assert.Equal(t, 200, w.StatusCode, string(body))
		assert.Equal(t, "https://"+host+"/{tenantid}/v2.0", gjson.GetBytes(body, "issuer").String())
		assert.Equal(t, "graph.microsoft.com", gjson.GetBytes(body, "msgraph_host").String())
		w, body = d.ask(t, "GET",
			"https://"+host+"/common/discovery/instance?api-version=1.1&authorization_endpoint=https://localhost/common/oauth2/v2.0/authorize", "")
		assert.Equal(t, 400, w.StatusCode, "no port is listened on, so it is not this server's: %s", body)
	}
	w, body := d.ask(t, "GET", "https://login.microsoftonline.com/beta/education/synchronizationProfiles", "", anyBearer)
	assert.Equal(t, 404, w.StatusCode, string(body))
	w, body = d.ask(t, "GET", rig.GraphURL+"/common/v2.0/.well-known/openid-configuration", "", anyBearer)
	assert.Equal(t, 400, w.StatusCode, string(body))
}

// A token of the sign-in host is good at Graph's, and at the server's own address
// too, with strict authentication.
func TestProxySignsIn(t *testing.T) {
	d := newProxied(t, emulator.Options{Auth: emulator.AuthStrict, PublicURL: "https://public.test"})
	w, body := d.ask(t, "POST", "https://login.microsoftonline.com/"+emulator.DefaultTenant+"/oauth2/v2.0/token",
		strings.TrimPrefix(rig.Query("grant_type", "client_credentials", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope",
			rig.GraphScope), "?"),
		"Content-Type: application/x-www-form-urlencoded")
	require.Equal(t, 200, w.StatusCode, string(body))
	token := gjson.GetBytes(body, "access_token").String()
	assert.Equal(t, "https://login.microsoftonline.com/"+emulator.DefaultTenant+"/v2.0", rig.Claims(t, token).Get("iss").String())
	w, body = d.ask(t, "GET", rig.GraphURL+rig.ListPath, "", "Authorization: Bearer "+token)
	assert.Equal(t, 200, w.StatusCode, string(body))
	w, body = d.ask(t, "GET", rig.GraphURL+rig.ListPath, "", anyBearer)
	assert.Equal(t, 401, w.StatusCode, string(body))
}

// Another account than that of upload URLs is not there.
func TestOtherAccounts(t *testing.T) {
	d := newProxied(t, emulator.Options{})
	w, body := d.ask(t, "PUT", "https://other.blob.core.windows.net/container/a.csv?sv=x", "x", "x-ms-blob-type: BlockBlob")
	assert.Equal(t, 404, w.StatusCode)
	assert.Equal(t, "ResourceNotFound", w.Header.Get("x-ms-error-code"))
	assert.Contains(t, string(body), "the storage account here is sdsstorage, not")
}

// The client of package emulator knows the way, however the server listens.
func TestClientFindsTheProxy(t *testing.T) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "localhost:0"}} {
		d := newProxied(t, o)
		for _, address := range []string{rig.GraphURL + rig.ListPath, d.URL + rig.ProfilesAt} {
			w, err := d.HTTP.Get(address)
			require.NoError(t, err, "%s: %s", name, address)
			w.Body.Close()
			assert.Equal(t, 200, w.StatusCode, "%s: %s", name, address)
		}
		d.HTTP.CloseIdleConnections()
	}
}
