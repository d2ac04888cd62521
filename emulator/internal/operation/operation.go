// Package operation knows the shape of the names of operations, and what the
// patterns mean by which a scenario names several, or what a client asks for.
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

// Graph is the pattern of every operation on Graph's data, whatever its name begins
// with. Chosen: uploads are not among them, since the storage account refuses in other
// words, nor is signing in. A batch is meant by its parts, and $metadata is no data.
const Graph = "graph.*"

const (
	signingIn = "token."
	uploading = "upload."
)

// Call is a call as far as patterns look at it.
type Call struct {
	Name   string // of its operation; "" for none that is known
	Method string
	Path   string // below the version, escaped or not, as "/users/ann"; "" where it is none of Graph's
}

// Asked returns the call of a method on a path as it came, with the version in it:
// what a journal's entry tells.
func Asked(name, method, path string) Call {
	c := Call{Name: name, Method: method}
	if elsewhere(name) {
		return c
	}
	version, rest, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	if isVersion(version) {
		c.Path = "/" + rest
	}
	return c
}

// elsewhere tells whether an operation is none of Graph's.
func elsewhere(name string) bool {
	return strings.HasPrefix(name, signingIn) || strings.HasPrefix(name, uploading)
}

func isVersion(segment string) bool {
	return strings.EqualFold(segment, "beta") || strings.EqualFold(segment, "v1.0")
}

// Covers tells whether operation is meant by pattern: a name, a group like
// "profiles.*", Graph, or Any. operation may be a group too: then all of it must be
// meant. What is none of the API's operations has the empty name, and no name means
// it. An address (see Pattern) covers itself alone: which operations it means
// only a call can tell.
func Covers(pattern, operation string) bool {
	switch {
	case operation == "":
		return false
	case IsAddress(pattern) || IsAddress(operation):
		return pattern == operation
	case pattern == Any:
		return !strings.HasPrefix(operation, signingIn)
	case pattern == Graph:
		return !elsewhere(operation) && !slices.Contains([]string{Any, "batch", "metadata"}, operation)
	}
	if group, ok := strings.CutSuffix(pattern, "*"); ok && strings.HasSuffix(group, ".") {
		return strings.HasPrefix(operation, group)
	}
	return pattern == operation
}

// Meet tells whether a call may be meant by both patterns.
func Meet(a, b string) bool {
	switch {
	case IsAddress(a) && IsAddress(b):
		return compile(a).meets(compile(b))
	case IsAddress(a):
		return !elsewhere(b)
	case IsAddress(b):
		return !elsewhere(a)
	}
	return Covers(a, b) || Covers(b, a)
}

// Example returns a call that the pattern means.
func Example(pattern string) Call {
	if IsAddress(pattern) {
		return compile(pattern).example()
	}
	// Any call of a group will do.
	return Call{Name: strings.Replace(strings.Replace(pattern, ".*", ".get", 1), "*", "profiles.get", 1)}
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
const Forms = "a name like profiles.start, a group like profiles.*, a call like GET /users/{id}, or *"

// Wrong says what is wrong with a pattern: its form, or that it means none of the
// operations, and which was probably meant. It is "" where nothing is. operations are
// all that there are, and the addresses that are known, as "GET /users/{id}"; nil: they
// are not known, and only the form is looked at.
func Wrong(pattern string, operations []string) string {
	var addresses []string
	if operations != nil {
		names := make([]string, 0, len(operations))
		for _, o := range operations {
			if IsAddress(o) {
				addresses = append(addresses, o)
			} else {
				names = append(names, o)
			}
		}
		operations = names
	}
	group, isGroup := strings.CutSuffix(pattern, Any)
	switch {
	case pattern == "":
		return "an operation is missing: want " + Forms
	case looksLikeAddress(pattern):
		return wrongAddress(pattern, addresses)
	case isGroup && group != "" && !strings.HasSuffix(group, ".") || strings.Contains(group, Any):
		return words.Quote(pattern) + " is no group: the star stands alone or after a dot, as in profiles.*"
	case operations == nil || slices.ContainsFunc(operations, func(o string) bool { return Covers(pattern, o) }):
		return ""
	case isGroup:
		return "the group " + words.Quote(pattern) + " names no operation" + words.Suggestion(pattern, append(Groups(operations), Graph))
	}
	all := append(append(Groups(operations), Graph), operations...)
	return "there is no operation " + words.Quote(pattern) + words.Suggestion(pattern, all)
}
