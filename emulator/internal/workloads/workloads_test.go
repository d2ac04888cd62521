package workloads

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The table of the documentation, row by row.
func TestNeeds(t *testing.T) {
	const write, writeAll = "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All"
	const read, readAll = "EduAdministration.Read EduAdministration.ReadWrite", "EduAdministration.Read.All EduAdministration.ReadWrite.All"
	const rosterDelegated = "EduRoster.ReadBasic EduRoster.Read EduRoster.ReadWrite"
	const rosterApplication = "EduRoster.ReadBasic.All EduRoster.Read.All EduRoster.ReadWrite.All"
	for operation, want := range map[string]struct{ delegated, application string }{
		"profiles.create":       {write, ""},
		"profiles.update":       {write, writeAll},
		"profiles.delete":       {write, writeAll},
		"profiles.start":        {write, writeAll},
		"profiles.pause":        {write, writeAll},
		"profiles.resume":       {write, writeAll},
		"profiles.reset":        {write, writeAll},
		"profiles.uploadUrl":    {write, writeAll},
		"profiles.list":         {read, readAll},
		"profiles.count":        {read, readAll},
		"profiles.get":          {read, readAll},
		"profiles.status.get":   {read, readAll},
		"profiles.errors.list":  {read, readAll},
		"profiles.errors.count": {read, readAll},
		"profiles.errors.get":   {read, readAll},

		"education.schools.list": {rosterDelegated, rosterApplication},
		"education.users.get":    {rosterDelegated, rosterApplication},
	} {
		n := needOf(t, operation)
		assert.ElementsMatch(t, strings.Fields(want.delegated), n.In(identity.Generation2021).Delegated.Names(), operation)
		assert.ElementsMatch(t, strings.Fields(want.application), n.In(identity.Generation2021).Application.Names(), operation)
		assert.ElementsMatch(t, strings.Fields(want.delegated), n.In(identity.Generation2018).Delegated.Names(), operation)
		if strings.HasPrefix(operation, "profiles.") {
			assert.Empty(t, n.In(identity.Generation2018).Application.Names(), "%s: no application permissions before 2021", operation)
		}
	}
}

// needOf is what the row of an operation asks for.
func needOf(t *testing.T, name string) *identity.Need {
	t.Helper()
	for _, w := range All {
		for _, op := range w.Operations {
			if op.Name == name {
				require.NotNil(t, op.Needs, name)
				return op.Needs
			}
		}
	}
	for _, op := range engine().Emulated() {
		if op.Name == name {
			need := engine().Need(op.Method, walked(t, Models.Of(workload.Beta), op.Path))
			require.NotNil(t, need, name)
			return need
		}
	}
	require.Fail(t, "no operation "+name)
	return nil
}

// A start ties the models and does not check them.
func TestModelsAreSound(t *testing.T) {
	for _, v := range []workload.Version{workload.Beta, workload.V1} {
		assert.NoError(t, Models.Of(v).Link(), v)
	}
}

// The rows are whole: a name, a path and a method once in each version.
func TestRows(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range All {
		for _, op := range w.Operations {
			key := op.Method + " " + op.Path
			if op.Level == workload.Unsupported {
				assert.Empty(t, op.Name+op.Method, key)
				continue
			}
			assert.False(t, seen[key], key)
			seen[key] = true
			assert.Regexp(t, `^[a-z]+(\.[a-zA-Z]+)+$`, op.Name)
			assert.NotZero(t, op.Versions, key)
			assert.NotNil(t, op.Run, key)
		}
	}
}
