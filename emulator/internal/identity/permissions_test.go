package identity

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The table of the documentation, row by row.
func TestNeeds(t *testing.T) {
	const write, writeAll = "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All"
	const read, readAll = "EduAdministration.Read EduAdministration.ReadWrite", "EduAdministration.Read.All EduAdministration.ReadWrite.All"
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

		"education.schools.list":        {rosterDelegated, rosterApplication},
		"education.users.get":           {rosterDelegated, rosterApplication},
		"directory.users.list":          {accounts, accounts},
		"directory.subscribedSkus.list": {skus, skus},
	} {
		n, ok := NeedOf(operation, Generation2021)
		assert.True(t, ok, operation)
		assert.ElementsMatch(t, strings.Fields(want.delegated), n.Delegated.Names(), operation)
		assert.ElementsMatch(t, strings.Fields(want.application), n.Application.Names(), operation)
		n, _ = NeedOf(operation, Generation2018)
		assert.ElementsMatch(t, strings.Fields(want.delegated), n.Delegated.Names(), operation)
		if strings.HasPrefix(operation, "profiles.") {
			assert.Empty(t, n.Application.Names(), "%s: no application permissions before 2021", operation)
		}
	}
	for _, operation := range []string{"batch", "metadata", "", "profilesX"} {
		_, ok := NeedOf(operation, Generation2021)
		assert.False(t, ok, operation)
	}
	assert.Less(t, len(names), 32, "each is a bit of Permissions")
}

func TestWrongPermission(t *testing.T) {
	for _, c := range []struct {
		name      string
		delegated bool
		want      string
	}{
		{"EduAdministration.ReadWrite.All", false, ""},
		{"EduAdministration.ReadWrite", true, ""},
		{"User.Read.All", false, ""},
		{"User.Read.All", true, ""},
		{"Mail.Send", false, ""},
		{"Calendars.ReadWrite", true, ""},
		{"EduAdministation.ReadWrite.All", false, `there is no permission "EduAdministation.ReadWrite.All"; did you mean "EduAdministration.ReadWrite.All"?`},
		{"EduAdministration.ReadWrite", false, "EduAdministration.ReadWrite is a delegated permission; did you mean EduAdministration.ReadWrite.All?"},
		{"EduAdministration.Read.All", true, "EduAdministration.Read.All is an application permission; did you mean EduAdministration.Read?"},
	} {
		got := WrongPermission(c.name, c.delegated)
		assert.Equal(t, c.want, got)
	}
}
