package scenarios

import (
	"regexp"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A 501 shows a fault that answers in its place, with the status that the documentation
// names for the action. Where nothing tells it, the hint says so.
func TestFaultThatA501Shows(t *testing.T) {
	line := regexp.MustCompile(`^a scenario can answer it: (faults: \[.*?\}\])(; .*)?$`)
	for path, c := range map[string]struct {
		status int
		more   bool
	}{
		"/me/sendMail":                               {202, false},
		"/me/exportPersonalData":                     {202, false},
		"/me/wipeManagedAppRegistrationsByDeviceTag": {204, true},
	} {
		g := rig.New(t, emulator.Options{Fixture: "contoso"})
		a := g.Post(t, path, "{}")
		require.Equal(t, 501, a.Status, path)
		found := line.FindStringSubmatch(a.Text("error.details.0.message"))
		require.NotNil(t, found, a.Body)
		assert.Contains(t, found[1], "respond: {status: "+strconv.Itoa(c.status)+"}", path)
		assert.Equal(t, c.more, found[2] != "", path)
		assert.Equal(t, c.status, rig.WithScenario(t, found[1]+"\n").Post(t, path, "{}").Status, "%s: pasted, it works", path)
	}
}
