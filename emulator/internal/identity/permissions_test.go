package identity

import (
	"fmt"
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
}

// A token's permissions are of any name and any letter case, each counted once.
func TestPermissions(t *testing.T) {
	p := NewPermissions([]string{"user.read.all", "Mail.Send", "User.Read.All", ""})
	assert.Equal(t, []string{"user.read.all", "Mail.Send"}, p.Names())
	one := func(name string, with ...string) Choices { return Choices{NewChoice(name, false, with)} }
	assert.True(t, p.Meets(one("User.Read.All")))
	assert.False(t, p.Meets(one("User.Read")), "a prefix is another permission")
	assert.True(t, p.Meets(one("MAIL.SEND", "Group.Read.All", "User.Read.All")), "one of those beside it is there")
	assert.False(t, p.Meets(one("Mail.Send", "Group.Read.All")))
	assert.False(t, p.Meets(nil))
	var names []string
	for i := range 3 * maxPermissions {
		names = append(names, fmt.Sprintf("Many%d.Read", i))
	}
	many := NewPermissions(names)
	assert.Len(t, many.Names(), maxPermissions)
	assert.True(t, many.Meets(one("many7.read")))
	assert.False(t, many.Meets(one("User.Read.All")))
	least := one("User.Read.All")
	assert.Zero(t, testing.AllocsPerRun(100, func() { p.Meets(least); many.Meets(least) }))
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
