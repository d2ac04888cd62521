package entra

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (g *rig) poll(t testing.TB, code string, change ...string) result {
	t.Helper()
	return g.token(t, with([]string{"grant_type", "urn:ietf:params:oauth:grant-type:device_code", "client_id", publicApp, "device_code", code},
		change...)...)
}

func TestDeviceCode(t *testing.T) {
	g := newRig(true)
	ask := func() result {
		return g.post(t, "/"+tenantID+"/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", scopes).ok()
	}
	a := ask()
	m := a.JSON()
	assert.Regexp(t, `^[B-DF-HJ-NP-TV-XZ]{9}$`, m["user_code"])
	assert.EqualValues(t, 900, m["expires_in"])
	assert.EqualValues(t, 5, m["interval"])
	page := origin + "/" + tenantID + "/oauth2/deviceauth"
	assert.Equal(t, page, m["verification_uri"])
	assert.Equal(t, page+"?user_code="+a.text("user_code"), m["verification_uri_complete"])
	assert.Contains(t, m["message"], a.text("user_code"))

	code := a.text("device_code")
	g.poll(t, code).refused(400, "authorization_pending", 70016, "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")
	require.NoError(t, g.Sessions.ApproveDevice(g.Now, " "+strings.ToLower(a.text("user_code")[:4])+"-"+a.text("user_code")[4:],
		"bob@contoso.edu"))
	require.ErrorIs(t, g.Sessions.DeclineDevice(g.Now, a.text("user_code")), ErrDecided)
	g.poll(t, code, "client_id", secretApp, "client_secret", theSecret).refused(400, "invalid_grant", 70000, "")
	given := g.poll(t, code, "grant_type", "device_code").ok()
	assert.Equal(t, "bob@contoso.edu", accessClaims(t, given.text("access_token")).User)
	assert.NotEmpty(t, given.text("refresh_token"))
	g.poll(t, code).refused(400, "invalid_grant", 54005, "")
	assert.True(t, g.Sessions.Revoked(accessClaims(t, given.text("access_token")).Session))

	a = ask()
	require.NoError(t, g.Sessions.DeclineDevice(g.Now, a.text("user_code")))
	g.poll(t, a.text("device_code")).refused(400, "authorization_declined", 65004, "")

	a = ask()
	g.advance(899 * time.Second)
	g.poll(t, a.text("device_code")).refused(400, "authorization_pending", 70016, "")
	g.advance(time.Second)
	g.poll(t, a.text("device_code")).refused(400, "expired_token", 70020, "This device code has expired.")
	require.ErrorIs(t, g.Sessions.ApproveDevice(g.Now, a.text("user_code"), "bob@contoso.edu"), ErrUnknownUserCode)
	g.poll(t, "junk").refused(400, "bad_verification_code", 70018, "")
	g.poll(t, "").refused(400, "invalid_request", 900144, "'device_code'")

	a = ask()
	for range maxDevices {
		ask()
	}
	g.poll(t, a.text("device_code")).refused(400, "expired_token", 70020, "") // it made room
	assert.Len(t, g.Sessions.devices, maxDevices)

	g.post(t, "/common/oauth2/v2.0/devicecode", "scope", scopes).refused(400, "invalid_request", 900144, "'client_id'")
	g.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp).refused(400, "invalid_request", 900144, "'scope'")
	g.post(t, "/common/oauth2/v2.0/devicecode", "client_id", publicApp, "scope", "Mail.Read").refused(400, "invalid_grant", 65001, "")
	g.poll(t, a.text("device_code"), "client_id", secretApp).refused(401, "invalid_client", 7000218, "")
	g.get(t, "/common/oauth2/v2.0/devicecode").refused(400, "invalid_request", 900561, "")
}
