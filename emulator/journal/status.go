package journal

import (
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

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
