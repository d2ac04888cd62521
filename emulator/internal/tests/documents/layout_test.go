package documents

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
	shared := []string{"apierror", "certs", "document", "engine", "faults", "identity", "ids", "jsontree", "keyfile", "match", "metrics", "odata", "operation",
		"quota", "redact", "retry", "schema", "server/proxy", "subject", "urlpath", "variant", "version", "wire", "words"}
	above := []string{"workloads/", "graph", "storage", "entra", "control", "world/"}
	list := []string{"list", "-f", `{{.ImportPath}} {{join .Deps " "}}`}
	for _, name := range shared {
		list = append(list, inside+name)
	}
	out, err := exec.Command("go", list...).Output()
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	require.Len(t, lines, len(shared))
	for _, line := range lines {
		name, imports, _ := strings.Cut(line, " ")
		for imported := range strings.FieldsSeq(imports) {
			for _, a := range above {
				assert.False(t, strings.HasPrefix(imported, inside+a), "%s imports %s", name, imported)
			}
		}
	}
}
