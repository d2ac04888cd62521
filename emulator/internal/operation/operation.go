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

// older are how names began before the directory's objects were served as any others are:
// scenarios that were written then still mean the same.
var older = strings.NewReplacer("directory.users.", "users.", "directory.subscribedSkus.", "subscribedSkus.")

// current is a pattern as it is written today.
func current(pattern string) string {
	if strings.HasPrefix(pattern, "directory.users.") || strings.HasPrefix(pattern, "directory.subscribedSkus.") {
		return older.Replace(pattern)
	}
	return pattern
}

// Covers tells whether operation is meant by pattern: a name, a group like
// "profiles.*", Graph, or Any. operation may be a group too: then all of it must be
// meant. What is none of the API's operations has the empty name, and no name means
// it. An address (see Pattern) covers itself alone: which operations it means
// only a call can tell.
func Covers(pattern, operation string) bool {
	return covers(current(pattern), current(operation))
}

func covers(pattern, operation string) bool {
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

// Known are the operations that patterns are held against.
type Known struct {
	// List are names, and addresses, as "GET /users/{id}"; nil, with no Model: none are
	// known, and only the form of a pattern is looked at.
	List []string

	Model Model // knows further ones; nil: there are none

	// Beyond tells whether Graph has a name at its root that neither List nor Model
	// knows more of; nil: nobody knows.
	Beyond func(root string) bool
}

// Model knows operations that no list holds, since there is no end of them.
type Model interface {
	// Name looks at the parts of a dotted name; group: it only has to begin some name.
	// bad is the first part that is wrong at its place, with what may stand there;
	// len(parts): what is done is missing; -1: nothing is wrong.
	Name(parts []string, group bool) (bad int, known []string)

	// Path does the same for the segments of a path. Any key may stand as "{id}".
	Path(segments []string) (bad int, known []string)
}

// Wrong is Known.Wrong of a list alone.
func Wrong(pattern string, operations []string) string { return Known{List: operations}.Wrong(pattern) }

// Wrong says what is wrong with a pattern: its form, or that it means none of the
// operations, and which was probably meant. It is "" where nothing is.
func (k Known) Wrong(pattern string) string {
	pattern = current(pattern)
	var addresses, names []string
	for _, o := range k.List {
		if IsAddress(o) {
			addresses = append(addresses, o)
		} else {
			names = append(names, o)
		}
	}
	group, isGroup := strings.CutSuffix(pattern, Any)
	switch {
	case pattern == "":
		return "an operation is missing: want " + Forms
	case looksLikeAddress(pattern):
		return wrongAddress(pattern, addresses, k.Model)
	case isGroup && group != "" && !strings.HasSuffix(group, ".") || strings.Contains(group, Any):
		return words.Quote(pattern) + " is no group: the star stands alone or after a dot, as in profiles.*"
	case k.List == nil && k.Model == nil || slices.ContainsFunc(names, func(o string) bool { return Covers(pattern, o) }):
		return ""
	}
	near, ok := k.nearest(pattern, isGroup)
	switch {
	case ok:
		return ""
	case near == "" && k.beyond(pattern):
		if meant := k.repaired(pattern, names, isGroup); meant != "" {
			return "there is no operation " + words.Quote(pattern) + "; did you mean " + meant + "?"
		}
		return "without Graph's metadata there is no operation " + words.Quote(pattern) +
			": give --metadata, or write the call as the client sees it, like GET /users/{id}"
	case near == "" && isGroup:
		near = words.Suggestion(pattern, append(Groups(names), Graph))
	case near == "":
		near = words.Suggestion(pattern, append(append(Groups(names), Graph), names...))
	}
	if near == "" {
		if meant := k.repaired(pattern, nil, isGroup); meant != "" {
			near = "; did you mean " + meant + "?"
		}
	}
	if isGroup {
		return "the group " + words.Quote(pattern) + " names no operation" + near
	}
	return "there is no operation " + words.Quote(pattern) + near
}

func (k Known) beyond(pattern string) bool {
	root, _, dotted := strings.Cut(pattern, ".")
	return dotted && k.Beyond != nil && k.Beyond(root)
}

// repaired is the name that was meant by one of which several parts may be wrong, or are in
// another letter case; "" where nothing is near. Of names, those count that begin alike.
func (k Known) repaired(pattern string, names []string, group bool) string {
	if group || k.Model == nil {
		return ""
	}
	meant := strings.Split(pattern, ".")
	alike := slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		root, _, _ := strings.Cut(name, ".")
		return !strings.EqualFold(root, meant[0])
	})
	if near := words.Nearest(pattern, alike); near != "" {
		return near
	}
	for range meant { // each time one part more is right
		bad, known := k.Model.Name(meant, false)
		if bad < 0 {
			return strings.Join(meant, ".")
		}
		if bad == len(meant) {
			return ""
		}
		if bad > 0 && bad == len(meant)-1 {
			if at, verbs := k.Model.Name(meant[:bad], false); at == bad {
				known = append(slices.Clone(known), verbs...)
			}
		}
		if meant[bad] = words.Nearest(meant[bad], known); meant[bad] == "" {
			return ""
		}
	}
	if bad, _ := k.Model.Name(meant, false); bad >= 0 {
		return ""
	}
	return strings.Join(meant, ".")
}

// maxNamed is how many verbs a message lists.
const maxNamed = 8

// nearest walks a name in the model. ok: it is one. Else hint is the end of a message
// that says what was probably meant, "" where the model does not know.
func (k Known) nearest(pattern string, group bool) (hint string, ok bool) {
	if k.Model == nil {
		return "", false
	}
	parts := strings.Split(pattern, ".")
	if group {
		parts = parts[:len(parts)-1]
	}
	bad, known := k.Model.Name(parts, group)
	if bad < 0 {
		return "", true
	}
	if bad == len(parts) {
		for i := range known {
			known[i] = pattern + "." + known[i]
		}
		if len(known) == 0 {
			return "", false
		}
		return ": it does not say what is done; want " + words.Join(known[:min(len(known), maxNamed)], "or"), false
	}
	near := words.Nearest(parts[bad], known)
	if near == "" && bad == 0 && parts[0] == "me" {
		near = "users"
	}
	if near == "" {
		return "", false
	}
	meant := slices.Clone(parts)
	if meant[bad] = near; bad == 0 {
		// The list may have a nearer one, unless all else is right.
		if further, _ := k.Model.Name(meant, group); further >= 0 {
			return "", false
		}
	}
	if group {
		meant = append(meant, Any)
	}
	return "; did you mean " + strings.Join(meant, ".") + "?", false
}
