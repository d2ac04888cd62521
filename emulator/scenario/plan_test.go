package scenario

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/scenarios"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares with a file of testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	require.NoError(t, err, "go test ./emulator/scenario -update writes it")
	assert.Equal(t, string(want), got)
}

func TestPlans(t *testing.T) {
	for name, text := range map[string]string{"design": design, "starter": Starter(), "everything": everything} {
		t.Run(name, func(t *testing.T) {
			f, err := Parse(name+".yaml", []byte(text), known)
			require.NoError(t, err)
			golden(t, name+".plan.txt", Plan(f))
		})
	}
}

// everything has each part of the format in an unusual form.
const everything = `version: 1
clock: {mode: scaled, factor: 60}
variants: {retirement: on, createStatus: 201}
timeline: {provisioning: 0s, extracting: 90m}
lifecycles:
  - name: late
    on: profiles.create
    where: {displayName: Late, handleSpecialCharacterConstraint: true}
    steps: [{state: provisioned, after: {reads: 1}}]
    optional: true
  - name: odd
    on: profiles.reset
    steps:
      - {status: extracting, after: 10s}
      - {status: validating, after: {reads: 3}}
      - {status: inProgress, after: 1h, statusMessage: 'nearly there', errors: 1}
      - {status: error, after: {reads: 1}, errors: [{entryType: Student}, {entryType: Teacher}]}
      - {status: success, force: true}
faults:
  - {name: a, operation: '*', calls: every 3, delay: 80ms-900ms}
  - {name: b, operation: 'profiles.*', calls: 3-, chance: 0.125, respond: {status: 503, error: serviceNotAvailable, message: later, retryAfter: 1500ms, retryAfterFormat: decimal, headers: {Server: gateway}}}
  - {name: c, operation: profiles.list, calls: 11, where: {header: {Prefer: x}, query: {$top: '5'}}, body: {corrupt: 3, contentLength: -10}, slow: {bytes: 1, every: 100ms}, then: hang}
  - {name: d, operation: profiles.create, calls: 2-4, where: {body: {displayName: North}}, then: reset, handled: false, optional: true}
  - {name: e, operation: profiles.get, while: {state: provisioned, status: paused}, respond: {status: 200, body: {a: 1}}, body: {html: true}}
  - {name: f, operation: profiles.get, calls: first 1, body: {replace: "not\nJSON"}}
  - {name: g, operation: profiles.get, calls: first 3, respond: {status: 429, retryAfter: 1h, retryAfterFormat: date, punishEarly: true}}
  - {name: h, operation: profiles.get, body: {cutAt: 120}, then: close}
  - {name: i, operation: profiles.get, delay: 1s}
throttle:
  - {name: documented, preset: education}
  - {name: few, operations: [profiles.start, profiles.reset], requests: 1, window: 90s, per: tenant, optional: true}
expect:
  - {operation: profiles.start, count: '>=1', status: 2xx}
  - {only: ['profiles.*', batch]}
  - {profile: {displaName: North}, state: provisioned}
`

// A built-in scenario is not held against the schema where it is loaded by its
// name, so it is here: as a file, it is.
func TestBuiltInScenarios(t *testing.T) {
	assert.Equal(t, []string{"default", "deletion-fails", "flaky-gateway", "instant", "manual", "outage", "provisioning-fails", "quarantined",
		"realtime", "retired", "sync-errors", "throttled", "token-expires", "upload-expires", "validation-errors"}, Names())
	for _, name := range Names() {
		t.Run(name, func(t *testing.T) {
			text, err := scenarios.FS.ReadFile(name + ".yaml")
			require.NoError(t, err)
			file := filepath.Join(t.TempDir(), "copy.yaml")
			require.NoError(t, os.WriteFile(file, text, 0o600))
			checked, err := Load(file, known)
			require.NoError(t, err)
			f, err := Load(name, known)
			require.NoError(t, err)
			assert.Equal(t, checked.Script(), f.Script())
			assert.Equal(t, name, f.Name)
			assert.NotEmpty(t, f.Description)
			assert.NotContains(t, f.Description, "\n")
			assert.Empty(t, Overlaps(f))
			again(t, f, known)
			golden(t, "built-in/"+name+".txt", Plan(f))
		})
	}
}

func BenchmarkParseDefault(b *testing.B) {
	name, text, err := Read("default")
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Parse(name, text, known); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParseFile(b *testing.B) {
	_, err := Parse("x.yaml", []byte(design), known)
	require.NoError(b, err)
	for b.Loop() {
		if _, err := Parse("x.yaml", []byte(design), known); err != nil {
			b.Fatal(err)
		}
	}
}
