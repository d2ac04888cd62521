// Package operation knows the shape of the names of operations.
package operation

import "slices"

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
