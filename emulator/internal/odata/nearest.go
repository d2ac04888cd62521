package odata

import "strings"

// maxNear is the longest name worth a suggestion, in bytes: names of a model are
// shorter, and the distance costs the product of both lengths.
const maxNear = 64

// Nearest returns the candidate that name was probably meant to be, or "" if
// nothing is close. Close is a third of the name's letters, at most three, to
// insert, drop or replace, in any letter case; of equals the first wins.
func Nearest(name string, candidates []string) string {
	if name == "" || len(name) > maxNear {
		return ""
	}
	name = strings.ToLower(name)
	best, least := "", min(3, max(1, len(name)/3))+1
	for _, c := range candidates {
		if len(c) > maxNear || abs(len(c)-len(name)) >= least {
			continue
		}
		if d := distance(name, strings.ToLower(c)); d < least {
			best, least = c, d
		}
	}
	return best
}

// distance is the Levenshtein distance in bytes; both are at most a little
// longer than maxNear.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}

func abs(n int) int { return max(n, -n) }
