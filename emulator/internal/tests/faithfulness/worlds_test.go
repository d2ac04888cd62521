package faithfulness

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
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

const worldsOf = "graphemu: a world is a tenant"

// unsigned is a JWT of a tenant, signed by nobody we know.
func unsigned(tenant string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"RS256","typ":"JWT"}`)) + "." + encode([]byte(`{"tid":"`+tenant+`","aud":"https://graph.microsoft.com"}`)) +
		".c2lnbmF0dXJl"
}

var worldStatements = []statement{
	{anyOperation, "world-by-name", "An opaque token `world-NAME` leads to the world NAME; any other to the default one", worldsOf, chosen,
		func(t *testing.T, g *rig.Rig) {
			g.As("world-alpha").Named(t, "a")
			g.As("something").Named(t, "d")
			assert.Equal(t, []string{"a"}, g.As("world-alpha").Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, []string{"d"}, g.Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, []string{"d"}, g.As("world-default").Found(t, rig.ProfilesAt).Names())
			assert.Len(t, g.World("alpha").Profiles(), 1)
		}},
	{anyOperation, "world-by-tenant", "A JWT leads to the world of its `tid`, whoever signed it", worldsOf, chosen,
		func(t *testing.T, g *rig.Rig) {
			const a, b = "aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000001"
			g.As(unsigned(a)).Named(t, "a")
			g.As(unsigned(b)).Named(t, "b")
			assert.Equal(t, []string{"a"}, g.As(unsigned(strings.ToUpper(a))).Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, []string{"b"}, g.As(unsigned(b)).Found(t, rig.ProfilesAt).Names())
			assert.Empty(t, g.Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, []string{}, g.As(unsigned(emulator.DefaultTenant)).Found(t, rig.ProfilesAt).Names())
		}},
	{anyOperation, "worlds-apart", "Worlds do not see each other's profiles, by no operation", worldsOf, chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Named(t, "mine")[0]
			other := g.As("world-other")
			for _, c := range [][2]string{{"GET", ""}, {"GET", "/profileStatus"}, {"GET", "/errors"}, {"GET", "/errors/$count"},
				{"GET", "/uploadUrl"}, {"DELETE", ""}, {"POST", "/start"}, {"POST", "/pause"}, {"POST", "/resume"}, {"POST", "/reset"}} {
				assert.Equal(t, 404, other.Send(t, c[0], rig.At(id)+c[1], "").Status, c)
			}
			assert.Equal(t, 404, other.Send(t, "PATCH", rig.At(id), `{"displayName": "theirs"}`).Status)
			assert.Equal(t, "0", other.Found(t, rig.ProfilesAt+"/$count").Body)
			assert.Equal(t, "mine", g.Found(t, rig.At(id)).Text("displayName"))
		}},
	{anyOperation, "world-clocks", "Each world has a clock of its own", worldsOf, chosen, func(t *testing.T, g *rig.Rig) {
		here, there := g.Create(t, rig.CSVBody("a")), g.As("world-other").Create(t, rig.CSVBody("b"))
		require.NoError(t, g.World("other").Clock().Advance(time.Hour))
		assert.Equal(t, "provisioned", g.As("world-other").Found(t, rig.At(there)).Text("state"))
		assert.Equal(t, "provisioning", g.Found(t, rig.At(here)).Text("state"))
	}},
	{anyOperation, "ids-by-seed", "The same seed and the same requests give the same ids; another seed or world gives others", "graphemu",
		chosen, func(t *testing.T, g *rig.Rig) {
			same, other := newRig(t), rig.New(t, emulator.Options{Seed: 2})
			id := g.Create(t, rig.CSVBody("a"))
			assert.Equal(t, id, same.Create(t, rig.CSVBody("a")))
			assert.NotEqual(t, id, other.Create(t, rig.CSVBody("a")))
			assert.NotEqual(t, id, g.As("world-b").Create(t, rig.CSVBody("a")))
			assert.Equal(t, g.Get(t, rig.ProfilesAt).Header.Get("request-id"), same.Get(t, rig.ProfilesAt).Header.Get("request-id"))
		}},
	{anyOperation, "reset-world", "A reset puts one world back to its start, with its clock and ids, and leaves the others", "graphemu",
		chosen, func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.CSVBody("a"))
			g.As("world-b").Create(t, rig.CSVBody("b"))
			g.Advance(t, time.Hour)
			assert.Equal(t, 200, g.Control(t, "POST", "worlds/default/reset", "").Status)
			assert.Empty(t, g.Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, "Mon, 05 Jan 2026 06:00:00 GMT", g.Found(t, rig.ProfilesAt).Header.Get("Date"))
			assert.Equal(t, []string{"b"}, g.As("world-b").Found(t, rig.ProfilesAt).Names())
			assert.Equal(t, id, g.Create(t, rig.CSVBody("a")))
		}},
	{anyOperation, "chapters",
		"A reset closes a chapter, which is judged then; the verdict is on all chapters in which an operation was called", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := newRig(t, emulator.Options{ScenarioText: "version: 1\nexpect: [{operation: profiles.list, count: 1}]\n",
				Verify: emulator.VerifyOff})
			ok := func() bool { return gjson.Get(g.Control(t, "GET", "verify", "").Body, "ok").Bool() }
			reset := func(name string) {
				assert.Equal(t, 200, g.Control(t, "POST", "worlds/default/reset", `{"name": "`+name+`"}`).Status)
			}
			reset("once")
			assert.False(t, ok(), "nothing was called at all")
			g.Get(t, rig.ProfilesAt)
			assert.True(t, ok())
			reset("never")
			assert.True(t, ok())
			reset("twice")
			g.Get(t, rig.ProfilesAt)
			g.Get(t, rig.ProfilesAt)
			reset("once more")
			g.Get(t, rig.ProfilesAt)
			assert.False(t, ok())
			assert.JSONEq(t, `["once", "twice", "once more"]`, gjson.Get(g.Control(t, "GET", "verify", "").Body, "worlds.#.chapter.name").Raw)
		}},
	{anyOperation, "tokens", "Tokens are signed JWTs (ES256) with Graph's audience, the tenant, and scp or roles",
		"access-token-claims-reference; the algorithm is graphemu's", documented, func(t *testing.T, g *rig.Rig) {
			part := func(token string, i int) gjson.Result {
				b, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[i])
				require.NoError(t, err)
				return gjson.ParseBytes(b)
			}
			delegated := g.Token("EduAdministration.Read", "User.Read")
			assert.Equal(t, "ES256", part(delegated, 0).Get("alg").String())
			assert.Equal(t, emulator.DefaultTenant, part(delegated, 1).Get("tid").String())
			assert.Contains(t, []string{"https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"},
				part(delegated, 1).Get("aud").String())
			assert.Equal(t, "EduAdministration.Read User.Read", part(delegated, 1).Get("scp").String())
			app, err := g.World("b").Token(emulator.TokenOptions{Roles: []string{"EduAdministration.ReadWrite.All"}})
			require.NoError(t, err)
			assert.Equal(t, `["EduAdministration.ReadWrite.All"]`, part(app, 1).Get("roles").Raw)
			assert.Equal(t, "app", part(app, 1).Get("idtyp").String())
			assert.Equal(t, g.World("b").Tenant(), part(app, 1).Get("tid").String())
		}},
	{anyOperation, "control", "The control API has health, ca.pem, schemas, worlds, clock, reset and token, without a token of Graph's",
		"graphemu", chosen, func(t *testing.T, g *rig.Rig) {
			assert.JSONEq(t, `{"status": "ok", "version": "`+emulator.Version()+`"}`, g.Control(t, "GET", "health", "").Body)
			assert.Contains(t, g.Control(t, "GET", "ca.pem", "").Body, "BEGIN CERTIFICATE")
			assert.Contains(t, g.Control(t, "GET", "schemas/", "").Body, "educationSynchronizationProfile.schema.json")
			assert.Equal(t, "educationSynchronizationProfile",
				gjson.Get(g.Control(t, "GET", "schemas/educationSynchronizationProfile.schema.json", "").Body, "title").String())
			token := g.Control(t, "POST", "worlds/alpha/token", `{"scopes": ["EduAdministration.Read"]}`).Text("token")
			g.As(token).Create(t, rig.CSVBody("a"))
			worlds := g.Control(t, "GET", "worlds", "")
			assert.Equal(t, []string{"default", "alpha"}, worlds.Texts("worlds.#.name"))
			assert.Equal(t, []string{"0", "1"}, worlds.Texts("worlds.#.profiles"))
		}},
	{anyOperation, "control-clock",
		"The control API freezes, sets, scales and advances a world's clock, by a time or until nothing is under way", "graphemu", chosen,
		func(t *testing.T, g *rig.Rig) {
			id := g.Create(t, rig.PowerSchoolBody("North"))
			clock := func(body string) string {
				a := g.Control(t, "POST", "worlds/default/clock", body)
				require.Equal(t, 200, a.Status, a.Body)
				return a.Text("now")
			}
			assert.Equal(t, "2026-01-05T06:00:03Z", clock(`{"advance": "3s"}`))
			assert.Equal(t, "validating", g.Status(t, id))
			assert.Equal(t, "2026-01-05T06:00:06Z", clock(`{"advance": "idle"}`))
			assert.Equal(t, "success", g.Status(t, id))
			assert.Equal(t, "2027-01-01T00:00:00Z", clock(`{"set": "2027-01-01T00:00:00Z"}`))
			clock(`{"scale": 60}`)
			assert.Equal(t, "60", g.Control(t, "GET", "worlds/default/clock", "").JSON("factor").Raw)
			clock(`{"freeze": true}`)
			assert.Equal(t, "frozen", g.Control(t, "GET", "worlds/default/clock", "").Text("mode"))
		}},
	{anyOperation, "control-errors", "The control API's errors are problem documents", "RFC 9457", documented, func(t *testing.T, g *rig.Rig) {
		for path, want := range map[string]int{"nothing": 404, "worlds/a%20b/clock": 400, "schemas/x.json": 404} {
			a := g.Control(t, "GET", path, "")
			assert.Equal(t, want, a.Status, path)
			assert.Equal(t, "application/problem+json", a.Header.Get("Content-Type"))
			assert.Equal(t, fmt.Sprint(want), a.JSON("status").Raw)
		}
		for _, body := range []string{`{"advance": "-1s"}`, `{"advance": "soon"}`, `{"set": "now"}`, `{"scale": 0}`, `{"freeze": false}`,
			`{"freeze": true, "scale": 2}`, `{"speed": 2}`, `{}`, `{`} {
			assert.Equal(t, 400, g.Control(t, "POST", "worlds/default/clock", body).Status, body)
		}
		assert.Equal(t, "Mon, 05 Jan 2026 06:00:00 GMT", g.Found(t, rig.ProfilesAt).Header.Get("Date"))
	}},
	{anyOperation, "condition-null",
		"null in a scenario's condition holds for null and for what is absent, in a fault, a lifecycle and an expectation alike", "graphemu",
		chosen, func(t *testing.T, _ *rig.Rig) {
			for value, holds := range map[string]bool{"null": true, "false": false} {
				g := rig.WithScenario(t, `
lifecycles: [{name: at-once, on: profiles.create, where: {expirationDate: `+value+`}, steps: [{state: provisioned}]}]
faults: [{name: strange, operation: profiles.create, where: {body: {expirationDate: `+value+`}}, body: {html: true}, optional: true}]
expect: [{profile: {expirationDate: `+value+`}}]`)
				a := g.Post(t, rig.ProfilesAt, rig.PowerSchoolBody("North"))
				assert.Equal(t, holds, strings.HasPrefix(a.Body, "<"), "the fault: %s", a.Body)
				assert.Equal(t, holds, g.Get(t, rig.ProfilesAt).JSON("value.0.state").Str == "provisioned", "the lifecycle")
				assert.Equal(t, fmt.Sprint(holds), g.Control(t, "GET", "worlds/default/verify", "").JSON("ok").Raw, "the expectation")
			}
		}},
}
