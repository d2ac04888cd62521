package emulator_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What serves protocols and workloads alike imports none of them.
func TestDirections(t *testing.T) {
	const inside = "github.com/graphemu/graphemu/emulator/internal/"
	shared := []string{"apierror", "certs", "identity", "ids", "jsontree", "keyfile", "metrics", "odata", "operation", "quota",
		"redact", "schema", "server/proxy", "urlpath", "variant", "version", "wire", "words"}
	above := []string{"workloads/", "surface", "storage", "entra", "control", "world/"}
	for _, name := range shared {
		out, err := exec.Command("go", "list", "-deps", inside+name).Output()
		require.NoError(t, err, name)
		require.Contains(t, string(out), inside+name)
		for imported := range strings.FieldsSeq(string(out)) {
			for _, a := range above {
				assert.False(t, strings.HasPrefix(imported, inside+a), "%s imports %s", name, imported)
			}
		}
	}
}
