package emulator_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
)

const worldsOf = "graphemu: a world is a tenant"

// as sends the requests of this rig with another token.
func (g *rig) as(token string) *rig {
	return &rig{Emulator: g.Emulator, client: g.client, token: token}
}

// unsigned is a JWT of a tenant, signed by nobody we know.
func unsigned(tenant string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode([]byte(`{"tid":"`+tenant+`","aud":"https://graph.microsoft.com"}`)) + ".c2lnbmF0dXJl"
}

// control asks the control API.
func (g *rig) control(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	return g.send(t, method, g.origin()+"/_graphemu/"+path, body, append([]string{"Authorization:"}, headers...)...)
}

var worldStatements = []statement{
	{anyOperation, "world-by-name", "An opaque token `world-NAME` leads to the world NAME; any other to the default one", worldsOf, chosen, func(t *testing.T, g *rig) {
		g.as("world-alpha").named(t, "a")
		g.as("something").named(t, "d")
		assert.Equal(t, []string{"a"}, g.as("world-alpha").found(t, profilesAt).names())
		assert.Equal(t, []string{"d"}, g.found(t, profilesAt).names())
		assert.Equal(t, []string{"d"}, g.as("world-default").found(t, profilesAt).names())
		assert.Len(t, g.World("alpha").Profiles(), 1)
	}},
	{anyOperation, "world-by-tenant", "A JWT leads to the world of its `tid`, whoever signed it", worldsOf, chosen, func(t *testing.T, g *rig) {
		const a, b = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
		g.as(unsigned(a)).named(t, "a")
		g.as(unsigned(b)).named(t, "b")
		assert.Equal(t, []string{"a"}, g.as(unsigned(strings.ToUpper(a))).found(t, profilesAt).names())
		assert.Equal(t, []string{"b"}, g.as(unsigned(b)).found(t, profilesAt).names())
		assert.Empty(t, g.found(t, profilesAt).names())
		assert.Equal(t, []string{}, g.as(unsigned(emulator.DefaultTenant)).found(t, profilesAt).names())
	}},
	{anyOperation, "worlds-apart", "Worlds do not see each other's profiles, by no operation", worldsOf, chosen, func(t *testing.T, g *rig) {
		id := g.named(t, "mine")[0]
		other := g.as("world-other")
		for _, c := range [][2]string{{"GET", ""}, {"GET", "/profileStatus"}, {"GET", "/errors"}, {"GET", "/errors/$count"}, {"GET", "/uploadUrl"}, {"DELETE", ""}, {"POST", "/start"}, {"POST", "/pause"}, {"POST", "/resume"}, {"POST", "/reset"}} {
			assert.Equal(t, 404, other.send(t, c[0], at(id)+c[1], "").status, c)
		}
		assert.Equal(t, 404, other.send(t, "PATCH", at(id), `{"displayName": "theirs"}`).status)
		assert.Equal(t, "0", other.found(t, profilesAt+"/$count").body)
		assert.Equal(t, "mine", g.found(t, at(id)).text("displayName"))
	}},
	{anyOperation, "world-clocks", "Each world has a clock of its own", worldsOf, chosen, func(t *testing.T, g *rig) {
		here, there := g.create(t, csvBody("a")), g.as("world-other").create(t, csvBody("b"))
		require.NoError(t, g.World("other").Clock().Advance(time.Hour))
		assert.Equal(t, "provisioned", g.as("world-other").found(t, at(there)).text("state"))
		assert.Equal(t, "provisioning", g.found(t, at(here)).text("state"))
	}},
	{anyOperation, "ids-by-seed", "The same seed and the same requests give the same ids; another seed or world gives others", "graphemu", chosen, func(t *testing.T, g *rig) {
		same, other := newRig(t), newRig(t, emulator.Options{Seed: 2})
		id := g.create(t, csvBody("a"))
		assert.Equal(t, id, same.create(t, csvBody("a")))
		assert.NotEqual(t, id, other.create(t, csvBody("a")))
		assert.NotEqual(t, id, g.as("world-b").create(t, csvBody("a")))
		assert.Equal(t, g.get(t, profilesAt).header.Get("request-id"), same.get(t, profilesAt).header.Get("request-id"))
	}},
	{anyOperation, "reset-world", "A reset puts one world back to its start, with its clock and ids, and leaves the others", "graphemu", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, csvBody("a"))
		g.as("world-b").create(t, csvBody("b"))
		g.advance(t, time.Hour)
		assert.Equal(t, 200, g.control(t, "POST", "worlds/default/reset", "").status)
		assert.Empty(t, g.found(t, profilesAt).names())
		assert.Equal(t, "Mon, 05 Jan 2026 06:00:00 GMT", g.found(t, profilesAt).header.Get("Date"))
		assert.Equal(t, []string{"b"}, g.as("world-b").found(t, profilesAt).names())
		assert.Equal(t, id, g.create(t, csvBody("a")))
	}},
	{anyOperation, "chapters",
		"A reset closes a chapter, which is judged then; the verdict is on all chapters in which an operation was called", "graphemu", chosen,
		func(t *testing.T, _ *rig) {
			g := newRig(t, emulator.Options{ScenarioText: "version: 1\nexpect: [{operation: profiles.list, count: 1}]\n",
				Verify: emulator.VerifyOff})
			ok := func() bool { return gjson.Get(g.control(t, "GET", "verify", "").body, "ok").Bool() }
			reset := func(name string) {
				assert.Equal(t, 200, g.control(t, "POST", "worlds/default/reset", `{"name": "`+name+`"}`).status)
			}
			reset("once")
			assert.False(t, ok(), "nothing was called at all")
			g.get(t, profilesAt)
			assert.True(t, ok())
			reset("never")
			assert.True(t, ok())
			reset("twice")
			g.get(t, profilesAt)
			g.get(t, profilesAt)
			reset("once more")
			g.get(t, profilesAt)
			assert.False(t, ok())
			assert.JSONEq(t, `["once", "twice", "once more"]`, gjson.Get(g.control(t, "GET", "verify", "").body, "worlds.#.chapter.name").Raw)
		}},
	{anyOperation, "tokens", "Tokens are signed JWTs (ES256) with Graph's audience, the tenant, and scp or roles", "access-token-claims-reference; the algorithm is graphemu's", documented, func(t *testing.T, g *rig) {
		part := func(token string, i int) gjson.Result {
			b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
			require.NoError(t, err)
			return gjson.ParseBytes(b)
		}
		delegated := g.Token("EduAdministration.Read", "User.Read")
		assert.Equal(t, "ES256", part(delegated, 0).Get("alg").String())
		assert.Equal(t, emulator.DefaultTenant, part(delegated, 1).Get("tid").String())
		assert.Contains(t, []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"}, part(delegated, 1).Get("aud").String())
		assert.Equal(t, "EduAdministration.Read User.Read", part(delegated, 1).Get("scp").String())
		app, err := g.World("b").Token(emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
		require.NoError(t, err)
		assert.Equal(t, `["EduAdministration.ReadWrite.All"]`, part(app, 1).Get("roles").Raw)
		assert.Equal(t, "app", part(app, 1).Get("idtyp").String())
		assert.Equal(t, g.World("b").Tenant(), part(app, 1).Get("tid").String())
	}},
	{anyOperation, "control", "The control API has health, ca.pem, schemas, worlds, clock, reset and token, without a token of Graph's", "graphemu", chosen, func(t *testing.T, g *rig) {
		assert.JSONEq(t, `{"status": "ok", "version": "`+emulator.Version()+`"}`, g.control(t, "GET", "health", "").body)
		assert.Contains(t, g.control(t, "GET", "ca.pem", "").body, "BEGIN CERTIFICATE")
		assert.Contains(t, g.control(t, "GET", "schemas/", "").body, "educationSynchronizationProfile.schema.json")
		assert.Equal(t, "educationSynchronizationProfile", gjson.Get(g.control(t, "GET", "schemas/educationSynchronizationProfile.schema.json", "").body, "title").String())
		token := g.control(t, "POST", "worlds/alpha/token", `{"scopes": ["EduAdministration.Read"]}`).text("token")
		g.as(token).create(t, csvBody("a"))
		worlds := g.control(t, "GET", "worlds", "")
		assert.Equal(t, []string{"default", "alpha"}, worlds.texts("worlds.#.name"))
		assert.Equal(t, []string{"0", "1"}, worlds.texts("worlds.#.profiles"))
	}},
	{anyOperation, "control-clock", "The control API freezes, sets, scales and advances a world's clock, by a time or until nothing is under way", "graphemu", chosen, func(t *testing.T, g *rig) {
		id := g.create(t, powerSchoolBody("North"))
		clock := func(body string) string {
			a := g.control(t, "POST", "worlds/default/clock", body)
			require.Equal(t, 200, a.status, a.body)
			return a.text("now")
		}
		assert.Equal(t, "2026-01-05T06:00:03Z", clock(`{"advance": "3s"}`))
		assert.Equal(t, "validating", g.status(t, id))
		assert.Equal(t, "2026-01-05T06:00:06Z", clock(`{"advance": "idle"}`))
		assert.Equal(t, "success", g.status(t, id))
		assert.Equal(t, "2027-01-01T00:00:00Z", clock(`{"set": "2027-01-01T00:00:00Z"}`))
		clock(`{"scale": 60}`)
		assert.Equal(t, "60", g.control(t, "GET", "worlds/default/clock", "").json("factor").Raw)
		clock(`{"freeze": true}`)
		assert.Equal(t, "frozen", g.control(t, "GET", "worlds/default/clock", "").text("mode"))
	}},
	{anyOperation, "control-errors", "The control API's errors are problem documents", "RFC 9457", documented, func(t *testing.T, g *rig) {
		for path, want := range map[string]int{"nothing": 404, "worlds/a%20b/clock": 400, "schemas/x.json": 404} {
			a := g.control(t, "GET", path, "")
			assert.Equal(t, want, a.status, path)
			assert.Equal(t, "application/problem+json", a.header.Get("Content-Type"))
			assert.Equal(t, fmt.Sprint(want), a.json("status").Raw)
		}
		for _, body := range []string{`{"advance": "-1s"}`, `{"advance": "soon"}`, `{"set": "now"}`, `{"scale": 0}`, `{"freeze": false}`, `{"freeze": true, "scale": 2}`, `{"speed": 2}`, `{}`, `{`} {
			assert.Equal(t, 400, g.control(t, "POST", "worlds/default/clock", body).status, body)
		}
		assert.Equal(t, "Mon, 05 Jan 2026 06:00:00 GMT", g.found(t, profilesAt).header.Get("Date"))
	}},
	{anyOperation, "condition-null", "null in a scenario's condition holds for null and for what is absent, in a fault, a lifecycle and an expectation alike", "graphemu", chosen, func(t *testing.T, g *rig) {
		for value, holds := range map[string]bool{"null": true, "false": false} {
			g := play(t, `
lifecycles: [{name: at-once, on: profiles.create, where: {expirationDate: `+value+`}, steps: [{state: provisioned}]}]
faults: [{name: strange, operation: profiles.create, where: {body: {expirationDate: `+value+`}}, body: {html: true}, optional: true}]
expect: [{profile: {expirationDate: `+value+`}}]`)
			a := g.post(t, profilesAt, powerSchoolBody("North"))
			assert.Equal(t, holds, strings.HasPrefix(a.body, "<"), "the fault: %s", a.body)
			assert.Equal(t, holds, g.get(t, profilesAt).json("value.0.state").Str == "provisioned", "the lifecycle")
			assert.Equal(t, fmt.Sprint(holds), g.control(t, "GET", "worlds/default/verify", "").json("ok").Raw, "the expectation")
		}
	}},
}
