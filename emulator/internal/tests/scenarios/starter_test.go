package scenarios

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A scenario to begin with lets the client succeed in the end, also where graphemu does
// not emulate the operation.
func TestStarterOfWhatIsNotEmulated(t *testing.T) {
	for call, status := range map[string]int{"POST /me/sendMail": 202, "GET /me/messages": 200, "DELETE /teams/1": 204} {
		text, err := emulator.StarterScenario(call)
		require.NoError(t, err, call)
		assert.Contains(t, text, "graphemu does not emulate this operation")
		g := rig.New(t, emulator.Options{ScenarioText: text, Verify: emulator.VerifyOff})
		method, path, _ := strings.Cut(call, " ")
		body := ""
		if method == "POST" {
			body = "{}"
		}
		var got []int
		for range 3 {
			got = append(got, g.Send(t, method, path, body).Status)
			g.Advance(t, time.Minute) // longer than it was told to wait
		}
		assert.Equal(t, 429, got[0], call)
		assert.Contains(t, got, status, call)
	}
	for _, call := range []string{"GET /users/{id}", "users.list", "GET /me/*", "* /teams"} {
		text, err := emulator.StarterScenario(call)
		require.NoError(t, err, call)
		assert.NotContains(t, text, "does not emulate", call)
	}
}
