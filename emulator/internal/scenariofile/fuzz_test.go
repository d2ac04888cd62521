package scenariofile

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/scenarios"
)

// Nothing that a file says makes Parse panic, every problem has a message, and
// whatever loads, loads again from its JSON.
func FuzzParse(f *testing.F) {
	for _, name := range scenario.Names() {
		text, err := scenarios.FS.ReadFile(name + ".yaml")
		require.NoError(f, err)
		f.Add(text)
	}
	for _, text := range []string{design, text("everything"), scenario.Starter(),
		`{"version": 1, "faults": [{"name": "a", "operation": "*", "respond": {"status": 200, "body": [1, "<"]}}]}`,
		"version: 1\nclock: &c {mode: frozen}\nvariants: {<<: *c}",
		"version: 1\nfaults:\n- &a {name: a, operation: batch, delay: 1s}\n- {<<: *a, name: b}",
		"version: 1\nlifecycles: [{name: a, on: profiles.start, where: {a: null}, steps: [{status: success, errors: []}]}]", "? - - - a",
		"version: 1\nlifecycles: [{on: users.create, where: {a: 1}, steps: [{set: {displayName: a, passwordProfile: {password: 1}, x: [{}]}, after: {reads: 1}}], next: users.update}, {on: users.update, steps: [{set: {city: null}}]}]",
		"version: 1\nlifecycles: [{on: \"PATCH /users('a')/city\", steps: [{set: {city: \"\"}}]}, {on: \"PUT /me/manager/$ref\", steps: [{set: {\"@x\": 1}}]}, {on: profiles.start, steps: [{set: {a: 1}}]}]",
		"a: &a [*a]", "%YAML 1.2\n---\n!!map {}",
		"version: 1\nexpect: [{operation: batch, status: 0, count: 0}]", "version: 1\nname: |\n  a\n   b\n\ndescription: >+\n  x\n\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file, err := Parse("fuzz.yaml", text, known)
		if err != nil {
			var list scenario.Problems
			require.True(t, errors.As(err, &list), "%T", err)
			for _, p := range list {
				assert.NotEmpty(t, p.Message)
			}
			return
		}
		again(t, file, known)
		_, err = Merge([]*scenario.File{file})
		require.NoError(t, err)
		assert.NotEmpty(t, scenario.Plan(file))
	})
}
