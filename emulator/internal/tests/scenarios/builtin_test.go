package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// The scenarios about the wire strike a client of the directory, which has nothing to
// do with profiles, as they strike one of profiles.
func TestBuiltInScenariosStrikeAnyOfGraph(t *testing.T) {
	start := func(t *testing.T, name string) *rig.Rig {
		return rig.New(t, emulator.Options{Scenario: name, Fixture: "contoso", Clock: "frozen@" + rig.Dawn})
	}
	t.Run("throttled", func(t *testing.T) {
		g := start(t, "throttled")
		a := g.Get(t, "/users")
		require.Equal(t, 429, a.Status, a.Body)
		assert.Equal(t, "1", a.Header.Get("Retry-After"))
		g.Advance(t, time.Second)
		assert.Equal(t, 200, g.Get(t, "/users").Status)
		assert.Equal(t, 200, g.Get(t, "/education/schools").Status)
	})
	t.Run("token-expires", func(t *testing.T) {
		g := start(t, "token-expires")
		assert.Equal(t, 200, g.Get(t, "/users").Status)
		assert.Equal(t, 200, g.Get(t, "/education/schools").Status)
		a := g.Get(t, "/users")
		require.Equal(t, 401, a.Status)
		assert.Contains(t, a.Header.Get("WWW-Authenticate"), `, claims="`)
		token, err := g.World().Token(emulator.TokenOptions{})
		require.NoError(t, err)
		assert.Equal(t, 200, g.As(token).Get(t, "/users").Status)
	})
	t.Run("outage", func(t *testing.T) {
		g := start(t, "outage")
		for range 3 {
			assert.Equal(t, 503, g.Get(t, "/users").Status)
			g.Advance(t, time.Second)
		}
		assert.Equal(t, 200, g.Get(t, "/users").Status)
	})
	t.Run("flaky-gateway", func(t *testing.T) {
		g := start(t, "flaky-gateway")
		for range 100 {
			r, err := g.AuthorizedClient().Get(g.URL + "/users")
			if err == nil {
				r.Body.Close()
			}
			g.Advance(t, time.Second)
		}
		fired := map[string]bool{}
		for _, use := range g.World().Faults().List() {
			fired[use.Rule.Name] = use.Fired > 0
		}
		assert.Equal(t, map[string]bool{"bad-gateway": true, "unavailable": true, "gateway-timeout": true,
			"half-a-list": false, "half-a-profile": false, "half-a-status": false, "half-a-read": true}, fired)
	})
}

// The first call of a client of profiles is throttled as anybody's is, whichever it is, and
// so are its polls.
func TestThrottledProfiles(t *testing.T) {
	for _, first := range []struct{ method, body string }{{"GET", ""}, {"POST", rig.PowerSchoolBody("North")}} {
		g := rig.New(t, emulator.Options{Scenario: "throttled", Clock: "frozen@" + rig.Dawn})
		a := g.Send(t, first.method, rig.ProfilesAt, first.body)
		assert.Equal(t, 429, a.Status, first.method)
		assert.Equal(t, "1", a.Header.Get("Retry-After"))
	}
	g := rig.New(t, emulator.Options{Scenario: "throttled", Clock: "frozen@" + rig.Dawn})
	assert.Equal(t, 429, g.Get(t, rig.ProfilesAt).Status)
	g.Advance(t, time.Second)
	id := g.Create(t, rig.PowerSchoolBody("North"))
	assert.Equal(t, 200, g.Get(t, rig.ProfilesAt).Status)
	assert.Equal(t, 200, g.Get(t, rig.At(id)).Status)
	assert.Equal(t, 429, g.Get(t, rig.At(id)).Status)
	g.Advance(t, time.Second)
	assert.Equal(t, 200, g.Get(t, rig.At(id)).Status)
}
