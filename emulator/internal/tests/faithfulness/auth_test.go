package emulator_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

const challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`

var authStatements = []statement{
	{anyOperation, "token-required", "No token: 401 `InvalidAuthenticationToken`, `Access token is empty.`", "create page (`Authorization … Required`); msgraph-sample-reactspa#54", observed, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("North"))
		for _, c := range [][2]string{{"GET", profilesAt}, {"POST", profilesAt}, {"PUT", profilesAt}, {"GET", profilesAt + "/$count"}, {"GET", at(id)}, {"PATCH", at(id)}, {"PUT", at(id)}, {"DELETE", at(id)},
			{"POST", at(id) + "/start"}, {"POST", at(id) + "/pause"}, {"POST", at(id) + "/resume"}, {"POST", at(id) + "/reset"}, {"GET", at(id) + "/uploadUrl"},
			{"GET", at(id) + "/profileStatus"}, {"GET", at(id) + "/errors"}, {"GET", at(id) + "/errors/x"}, {"GET", at(id) + "/errors/$count"}, {"POST", "/$batch"}} {
			wantError(t, g.send(t, c[0], c[1], "", "Authorization:"), 401, "InvalidAuthenticationToken", "Access token is empty.")
		}
		assert.Equal(t, 200, g.get(t, at(id)).status)
	}},
	{anyOperation, "token-empty", "An empty token, or another scheme than Bearer, is the same", "msgraph-sdk-powershell#2731", observed, func(t *testing.T, g *rig) {
		for _, h := range []string{"Bearer", "Bearer  ", "Basic dXNlcjpwYXNz", "token"} {
			wantError(t, g.get(t, profilesAt, "Authorization: "+h), 401, "InvalidAuthenticationToken", "Access token is empty.")
		}
	}},
	{anyOperation, "challenge", "A 401 has `WWW-Authenticate` with realm, authorization_uri and Graph's client_id", "microsofthackathons/tdi#24", observed, func(t *testing.T, g *rig) {
		assert.Equal(t, challenge, g.get(t, profilesAt, "Authorization:").header.Get("WWW-Authenticate"))
	}},
	{anyOperation, "token-before-all-else", "Without a token nothing else is looked at: unknown segments and bad bodies are 401 too", "the gateway checks tokens", inferred, func(t *testing.T, g *rig) {
		assert.Equal(t, 401, g.get(t, "/nonsense", "Authorization:").status)
		assert.Equal(t, 401, g.post(t, profilesAt, "{", "Authorization:").status)
		assert.Equal(t, 401, g.send(t, "PUT", at(mintedID)+"/start", "", "Authorization:").status)
	}},
	{anyOperation, "scheme-any-case", "`bearer` may be in any letter case", "RFC 9110, 11.1", documented, func(t *testing.T, g *rig) {
		assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: bEARER "+g.token).status)
	}},
	{anyOperation, "lenient", "`--auth lenient`, the default, takes any bearer token", "graphemu", chosen, func(t *testing.T, g *rig) {
		for _, token := range []string{"anything", "a.b.c", g.token + "x", "eyJhbGciOiJub25lIn0.e30."} {
			assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: Bearer "+token).status, token)
		}
		expired, err := g.World().Token(emulator.TokenOptions{Expires: time.Minute})
		require.NoError(t, err)
		g.advance(t, time.Hour)
		assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: Bearer "+expired).status)
	}},
	{anyOperation, "auth-off", "`--auth off` needs no header", "graphemu", chosen, func(t *testing.T, _ *rig) {
		g := newRig(t, emulator.Options{Auth: emulator.AuthOff})
		assert.Equal(t, 202, g.post(t, profilesAt, csvBody("North"), "Authorization:").status)
		assert.Equal(t, 200, g.get(t, profilesAt, "Authorization: Basic x").status)
	}},
}
