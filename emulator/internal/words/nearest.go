package words

import (
	"fmt"
	"slices"
	"strings"
)

// MaxName is the length in bytes up to which a name is compared with others. No name of
// this API is longer, and the time to compare grows with the square.
const MaxName = 128

// Nearest returns the candidate with the fewest edits from word, letter case
// aside, or "" where the best has too many for a slip: more than a third of the
// letters, or more than four. Of equals the first in the alphabet wins.
func Nearest(word string, candidates []string) string {
	return NearestBy(word, candidates, func(s string) string { return s })
}

// Hint is the end of a message on a misspelled word: "; did you mean "x"?", or ""
// where no candidate is near.
func Hint(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// Suggestion is Hint without quotes, where what it names cannot be mistaken for a word
// of the message.
func Suggestion(word string, candidates []string) string {
	if near := Nearest(word, candidates); near != "" {
		return "; did you mean " + near + "?"
	}
	return ""
}

// NearestBy is Nearest for candidates of which only a part is compared, as key returns it.
func NearestBy(word string, candidates []string, key func(string) string) string {
	w := strings.ToLower(key(word))
	if len(w) == 0 || len(w) > MaxName {
		return ""
	}
	bound := min(max(1, len(w)/3), 4)
	best := ""
	for _, c := range candidates {
		d := distance(w, strings.ToLower(key(c)), bound)
		if d > bound || (d == bound && best != "" && best <= c) {
			continue
		}
		best, bound = c, d
	}
	return best
}

// Distance is how many edits one word is from another, letter case aside: insertions,
// deletions, replacements and swaps of neighbours.
func Distance(a, b string) int {
	a, b = strings.ToLower(a), strings.ToLower(b)
	return distance(a, b, max(len(a), len(b)))
}

// distance counts insertions, deletions, replacements and swaps of neighbours
// in bytes, and stops counting above bound.
func distance(a, b string, bound int) int {
	if abs(len(a)-len(b)) > bound {
		return bound + 1
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
		}
		if slices.Min(row) > bound {
			return bound + 1
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], bound+1)
}

func abs(n int) int { return max(n, -n) }
