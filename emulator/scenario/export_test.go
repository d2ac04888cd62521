package scenario

import "github.com/graphemu/graphemu/emulator/fault"

// Struck returns which of the client's calls each fault strikes.
func Struck(faults []fault.Rule) (calls [][]uint64) {
	for _, c := range comings(faults) {
		calls = append(calls, c.struck)
	}
	return calls
}
