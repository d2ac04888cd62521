package operation

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestArea(t *testing.T) {
	for pattern, want := range map[string]string{"profiles.start": "profiles", "profiles.*": "profiles", "upload.*": "profiles",
		"users.messages.list": "users", "directory.users.list": "users", "GET /me/messages": "users", "* /Users('a')/x": "users",
		"GET /*": "", "*": "", "graph.*": "", "token.*": "token", "GET /education/synchronizationProfiles/{id}": "profiles",
		"GET /education/classes": "education", "education.classes.list": "education"} {
		assert.Equal(t, want, Area(pattern), pattern)
	}
	assert.Equal(t, "users", Call{Name: "users.get", Path: "/me"}.AreaOf())
	assert.Equal(t, "planner", Call{Path: "/planner/tasks"}.AreaOf())
	assert.Empty(t, Call{}.AreaOf())
}
