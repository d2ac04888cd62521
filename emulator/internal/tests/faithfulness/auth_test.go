package faithfulness

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

var authStatements = []statement{
	{anyOperation, "token-required", "No token: 401 `InvalidAuthenticationToken`, `Access token is empty.`",
		"create page (`Authorization … Required`); msgraph-sample-reactspa#54", observed, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("North"))
			for _, c := range [][2]string{{"GET", rig.ProfilesAt}, {"POST", rig.ProfilesAt}, {"PUT", rig.ProfilesAt},
				{"GET", rig.ProfilesAt + "/$count"}, {"GET", rig.At(id)}, {"PATCH", rig.At(id)}, {"PUT", rig.At(id)}, {"DELETE", rig.At(id)},
				{"POST", rig.At(id) + "/start"}, {"POST", rig.At(id) + "/pause"}, {"POST", rig.At(id) + "/resume"}, {"POST", rig.At(id) + "/reset"},
				{"GET", rig.At(id) + "/uploadUrl"},
				{"GET", rig.At(id) + "/profileStatus"}, {"GET", rig.At(id) + "/errors"}, {"GET", rig.At(id) + "/errors/x"},
				{"GET", rig.At(id) + "/errors/$count"}, {"POST", "/$batch"}} {
				rig.WantError(t, g.Send(t, c[0], c[1], "", "Authorization:"), 401, "InvalidAuthenticationToken", "Access token is empty.")
			}
			assert.Equal(t, 200, g.Get(t, rig.At(id)).Status)
		}},
	{anyOperation, "token-empty", "An empty token, or another scheme than Bearer, is the same", "msgraph-sdk-powershell#2731", observed,
		func(t *testing.T, g *rig.Rig) {
			for _, h := range []string{"Bearer", "Bearer  ", "Basic dXNlcjpwYXNz", "token"} {
				rig.WantError(t, g.Get(t, rig.ProfilesAt, "Authorization: "+h), 401, "InvalidAuthenticationToken", "Access token is empty.")
			}
		}},
	{anyOperation, "challenge", "A 401 has `WWW-Authenticate` with realm, authorization_uri and Graph's client_id",
		"microsofthackathons/tdi#24", observed, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, rig.Challenge, g.Get(t, rig.ProfilesAt, "Authorization:").Header.Get("WWW-Authenticate"))
		}},
	{anyOperation, "token-before-all-else", "Without a token nothing else is looked at: unknown segments and bad bodies are 401 too",
		"the gateway checks tokens", inferred, func(t *testing.T, g *rig.Rig) {
			assert.Equal(t, 401, g.Get(t, "/nonsense", "Authorization:").Status)
			assert.Equal(t, 401, g.Post(t, rig.ProfilesAt, "{", "Authorization:").Status)
			assert.Equal(t, 401, g.Send(t, "PUT", rig.At(rig.UnknownID)+"/start", "", "Authorization:").Status)
		}},
	{anyOperation, "scheme-any-case", "`bearer` may be in any letter case", "RFC 9110, 11.1", documented, func(t *testing.T, g *rig.Rig) {
		assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: bEARER "+g.Bearer).Status)
	}},
	{anyOperation, "lenient", "`--auth lenient`, the default, takes any bearer token", "graphemu", chosen, func(t *testing.T, g *rig.Rig) {
		for _, token := range []string{"anything", "a.b.c", g.Bearer + "x", "eyJhbGciOiJub25lIn0.e30."} {
			assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Bearer "+token).Status, token)
		}
		expired, err := g.World().Token(emulator.TokenOptions{Expires: time.Minute})
		require.NoError(t, err)
		g.Advance(t, time.Hour)
		assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Bearer "+expired).Status)
	}},
	{anyOperation, "auth-off", "`--auth off` needs no header", "graphemu", chosen, func(t *testing.T, _ *rig.Rig) {
		g := newRig(t, emulator.Options{Auth: emulator.AuthOff})
		assert.Equal(t, 202, g.Post(t, rig.ProfilesAt, rig.CSVBody("North"), "Authorization:").Status)
		assert.Equal(t, 200, g.Get(t, rig.ProfilesAt, "Authorization: Basic x").Status)
	}},
}
