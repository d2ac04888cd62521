// Package operation knows the shape of the names of operations, and what the
// patterns mean by which a scenario names several.
package operation

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Any is the pattern of every operation of the API, of Graph and of the storage
// account. Chosen: signing in is not among them. It is another service, and what a
// scenario does must not depend on whether a client has a token already; "token.*"
// names it.
const Any = "*"

const signingIn = "token."

// Covers tells whether operation is meant by pattern: a name, a group like
// "profiles.*", or Any. operation may be a group too: then all of it must be meant.
// What is none of the API's operations has the empty name, and nothing means it.
func Covers(pattern, operation string) bool {
	if operation == "" {
		return false
	}
	if pattern == Any {
		return !strings.HasPrefix(operation, signingIn)
	}
	if group, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasSuffix(group, ".") {
		return strings.HasPrefix(operation, group)
	}
	return pattern == operation
}

// Groups returns the groups that operations make, as "profiles.*" of
// "profiles.start", sorted.
func Groups(operations []string) []string {
	var all []string
	for _, o := range operations {
		for i := range len(o) {
			if o[i] == '.' {
				all = append(all, o[:i]+".*")
			}
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Forms says what a pattern looks like.
const Forms = "a name like profiles.start, a group like profiles.*, or *"

// Wrong says what is wrong with a pattern: its form, or that it means none of the
// operations, and which was probably meant. It is "" where nothing is. operations are
// all that there are; nil: they are not known, and only the form is looked at.
func Wrong(pattern string, operations []string) string {
	group, isGroup := strings.CutSuffix(pattern, Any)
	switch {
	case pattern == "":
		return "an operation is missing: want " + Forms
	case isGroup && group != "" && !strings.HasSuffix(group, ".") || strings.Contains(group, Any):
		return words.Quote(pattern) + " is no group: the star stands alone or after a dot, as in profiles.*"
	case operations == nil || slices.ContainsFunc(operations, func(o string) bool { return Covers(pattern, o) }):
		return ""
	case isGroup:
		return "the group " + words.Quote(pattern) + " names no operation" + words.Suggestion(pattern, Groups(operations))
	}
	return "there is no operation " + words.Quote(pattern) + words.Suggestion(pattern, append(Groups(operations), operations...))
}
