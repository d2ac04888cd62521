package scenarios_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Every built-in scenario can be started with. What each does to a client is
// told by its plan (package scenario) and run with real clients elsewhere.
func TestEveryScenarioStarts(t *testing.T) {
	for _, name := range scenario.Names() {
		t.Run(name, func(t *testing.T) {
			g := emulatortest.Start(t, emulator.Options{Scenario: name, Verify: emulator.VerifyOff})
			r, err := g.AuthorizedClient().Get(g.URL + "/education/synchronizationProfiles")
			require.NoError(t, err)
			defer r.Body.Close()
			want := map[string]int{"outage": http.StatusServiceUnavailable, "retired": http.StatusBadRequest,
				"throttled": http.StatusTooManyRequests}[name]
			if want == 0 {
				want = http.StatusOK
			}
			if name != "flaky-gateway" { // chance decides
				assert.Equal(t, want, r.StatusCode)
			}
		})
	}
}
