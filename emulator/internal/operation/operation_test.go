package operation

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestGroups(t *testing.T) {
	assert.Equal(t, []string{"profiles.*", "profiles.errors.*"},
		Groups([]string{"profiles.list", "profiles.errors.list", "batch", "profiles.errors.get"}))
	assert.Empty(t, Groups([]string{"batch"}))
}

func TestWrong(t *testing.T) {
	all := []string{"profiles.list", "profiles.errors.list", "batch"}
	for pattern, want := range map[string]string{
		"profiles.list": "", "profiles.*": "", "*": "", "profiles.errors.*": "",
		"profiles.lst": `there is no operation "profiles.lst"; did you mean profiles.list?`,
		"nothing.like": `there is no operation "nothing.like"`,
		"Batch":        `there is no operation "Batch"; did you mean batch?`,
		"profile.*":    `the group "profile.*" names no operation; did you mean profiles.*?`,
		"batch.*":      `the group "batch.*" names no operation`,
		"profiles.l*":  `"profiles.l*" is no group: the star stands alone or after a dot, as in profiles.*`,
		"*.list":       `"*.list" is no group: the star stands alone or after a dot, as in profiles.*`,
		"":             `an operation is missing: want a name like profiles.start, a group like profiles.*, a call like GET /users/{id}, or *`,
	} {
		assert.Equal(t, want, Wrong(pattern, all), pattern)
	}
	for pattern, good := range map[string]bool{"profiles.lst": true, "what.*": true, "*": true, "what*": false, "*.*": false, "": false} {
		assert.Equal(t, good, Wrong(pattern, nil) == "", "%q, where no operation is known", pattern)
	}
}

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		pattern, operation string
		want               bool
	}{
		{"*", "profiles.start", true}, {"*", "upload.put", true}, {"*", "batch", true}, {"*", "profiles.*", true},
		{"*", "token.refreshToken", false}, {"*", "token.*", false}, {"*", "", false},
		{"token.*", "token.refreshToken", true}, {"token.*", "profiles.start", false},
		{"profiles.*", "profiles.start", true}, {"profiles.*", "profiles.errors.list", true}, {"profiles.*", "profiles.errors.*", true},
		{"profiles.*", "profiles", false}, {"profiles.*", "profilesX.start", false}, {"profiles.errors.*", "profiles.*", false},
		{"profiles.start", "profiles.start", true}, {"profiles.start", "profiles.startX", false}, {"profiles.s*", "profiles.start", false},
		{"", "profiles.start", false}, {"", "", false},
		{"graph.*", "users.list", true}, {"graph.*", "profiles.*", true}, {"graph.*", "upload.putBlob", false},
		{"graph.*", "token.device", false},
		{"graph.*", "batch", false}, {"graph.*", "metadata", false}, {"graph.*", "*", false}, {"*", "graph.*", true}, {"graph.*", "", false},
		{"GET /users", "GET /users", true}, {"*", "GET /users", false}, {"GET /users", "users.list", false},
	} {
		assert.Equal(t, c.want, Covers(c.pattern, c.operation), "%s, %s", c.pattern, c.operation)
	}
}

// Scenarios name operations of the directory as they were called before its objects were
// served as any others are.
func TestOlderNames(t *testing.T) {
	for older, now := range map[string]string{"directory.users.get": "users.get", "directory.users.*": "users.*",
		"directory.subscribedSkus.list": "subscribedSkus.list"} {
		name := strings.Replace(now, "*", "list", 1)
		assert.True(t, Covers(older, name), older)
		pattern := Compile(older)
		assert.True(t, pattern.Means(Call{Name: name, Method: "GET", Path: "/users"}), older)
		assert.True(t, Meet(older, now), older)
		assert.Empty(t, Wrong(older, []string{name}), older)
		assert.False(t, Covers(older, "groups.list"), older)
	}
	assert.False(t, Covers("directory.deletedItems.list", "deletedItems.list"), "it is called so today")
}
