package identity

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// What an operation asks for is what its row says, in each generation.
func TestNeed(t *testing.T) {
	n := NewNeed(Education, "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All")
	assert.Equal(t, *n, n.In(Generation2018), "both generations have it")
	later := n.Since2021()
	assert.Equal(t, []string{"EduAdministration.ReadWrite.All"}, later.In(Generation2021).Application.Names())
	assert.Empty(t, later.In(Generation2018).Application.Names())
	assert.Equal(t, n.Delegated, later.In(Generation2018).Delegated)
	assert.Panics(t, func() { NewNeed(Education, "EduAdministration.Reed", "") }, "a name that is no permission")
	assert.Less(t, len(known), 32, "each is a bit of Permissions")
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
