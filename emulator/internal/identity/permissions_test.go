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
	assert.Equal(t, []string{"User.Read.All", "Directory.Read.All"},
		NewNeed(Directory, "User.Read.All Directory.Read.All", "").Delegated.Names(),
		"the order of the row")
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
	known := Collect(nil,
		NewNeed(Education, "EduAdministration.Read EduAdministration.ReadWrite", "EduAdministration.Read.All EduAdministration.ReadWrite.All"),
		NewNeed(Directory, "User.Read User.Read.All", "User.Read.All"), nil)
	assert.Contains(t, known, Permission{Name: "User.Read.All", Delegated: true, Application: true})
	assert.Contains(t, known, Permission{Name: "User.Read", Delegated: true})
	for _, c := range []struct {
		name      string
		delegated bool
		want      string
	}{
		{"EduAdministration.ReadWrite.All", false, ""},
		{"EduAdministration.ReadWrite", true, ""},
		{"User.Read.All", false, ""},
		{"user.read.all", true, ""},
		{"Mail.Send", false, ""},
		{"Calendars.ReadWrite", true, ""},
		{"Chat.Read.All", false, ""}, // four letters from User.Read.All, and another permission
		{"EduAdministation.ReadWrite.All", false,
			`there is no permission "EduAdministation.ReadWrite.All"; did you mean "EduAdministration.ReadWrite.All"?`},
		{"User.Raed", true, `there is no permission "User.Raed"; did you mean "User.Read"?`},
		{"User.Raed", false, `there is no permission "User.Raed"; did you mean "User.Read"?`},
		{"EduAdministration.ReadWrite", false,
			"EduAdministration.ReadWrite is a delegated permission; did you mean EduAdministration.ReadWrite.All?"},
		{"EduAdministration.Read.All", true, "EduAdministration.Read.All is an application permission; did you mean EduAdministration.Read?"},
		{"User.Read", false, "User.Read is a delegated permission"},
	} {
		got := WrongPermission(c.name, c.delegated, known)
		assert.Equal(t, c.want, got)
	}
}
