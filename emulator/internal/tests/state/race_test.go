//go:build race

package state

import "flag"

// Under the race detector a history takes ten times as long, and shows no more for being
// one of a hundred.
func init() {
	if err := flag.Set("rapid.checks", "20"); err != nil {
		panic(err)
	}
}
