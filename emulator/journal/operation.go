package journal

import (
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// checkOperation returns what is wrong with a pattern, "" for nothing.
// operations are all names there are; nil: they are not known.
func checkOperation(pattern string, operations []string) string {
	group, isGroup := strings.CutSuffix(pattern, operation.Any)
	switch {
	case pattern == "":
		return `is empty: want an operation like "profiles.start", a group like "profiles.*", or "*"`
	case isGroup && group != "" && !strings.HasSuffix(group, ".") || strings.Contains(group, operation.Any):
		return strconv.Quote(show(pattern)) + ` is no group: the star stands alone or after a dot, as in "profiles.*"`
	case operations == nil || slices.ContainsFunc(operations, func(o string) bool { return operation.Covers(pattern, o) }):
		return ""
	}
	candidates := operations
	if isGroup {
		candidates = operation.Groups(operations)
	}
	return strconv.Quote(show(pattern)) + " is no operation" + suggest(pattern, candidates)
}

// suggest ends a message about an unknown word: with the name that was probably
// meant, else with all that there are.
func suggest(word string, candidates []string) string {
	if hint := words.Hint(word, candidates); hint != "" {
		return hint
	}
	if len(candidates) == 0 {
		return ""
	}
	return "; there are " + strings.Join(candidates, ", ")
}

// maxShown is how much of a wrong value a message repeats.
const maxShown = 80

// show cuts a value for a message.
func show(s string) string { return words.Cut(s, maxShown, "…") }

// statuses is a range of HTTP statuses.
type statuses struct{ from, to int }

// parseStatus reads "409", "4xx", or "0" for a request that got no answer.
func parseStatus(text string) (statuses, bool) {
	if text == "0" {
		return statuses{}, true
	}
	if len(text) != 3 || text[0] < '1' || text[0] > '5' {
		return statuses{}, false
	}
	hundreds := 100 * int(text[0]-'0')
	if strings.EqualFold(text[1:], "xx") {
		return statuses{hundreds, hundreds + 99}, true
	}
	n, err := strconv.ParseUint(text[1:], 10, 8)
	return statuses{hundreds + int(n), hundreds + int(n)}, err == nil
}

func (s statuses) has(status int) bool { return s.from <= status && status <= s.to }

const statusForms = `want a status like "409", a class like "4xx", or "0" for a request that got no answer`
