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
	shared := []string{"apierror", "certs", "document", "engine", "entity", "faults", "identity", "ids", "jsontree", "judge", "keyfile",
		"match", "metrics", "odata", "operation",
		"quota", "record", "redact", "retry", "schema", "server", "server/proxy", "subject", "throttling", "urlpath", "variant", "version",
		"wire", "words"}
	above := []string{"workload", "graph", "storage", "entra", "control", "world/"}
	for name, above := range map[string][]string{
		// What speaks Graph knows the contract, and no workload; and a workload knows no protocol
		// but the storage account that its files are in.
		"server":              {"engine", "record", "faults"}, // it listens, and asks nothing of what it hands on
		"graph":               {"workloads", "storage", "entra", "control", "world/"},
		"workload":            {"workloads", "graph", "storage", "entra", "control", "world/"},
		"storage":             {"workload", "graph", "entra", "control", "world/"},
		"entra":               {"workload", "graph", "storage", "control", "world/"},
		"workloads/sds":       {"graph", "entra", "control", "world/"},
		"workloads/education": {"graph", "entra", "control", "world/"},
		"workloads/directory": {"graph", "entra", "control", "world/"},
	} {
		hold(t, inside, []string{name}, above)
	}
	hold(t, inside, shared, above)
}

// hold holds that packages import nothing of above, by any way.
func hold(t *testing.T, inside string, shared, above []string) {
	t.Helper()
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
