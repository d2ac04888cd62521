//go:build !race

package rig

// Race says whether the race detector watches: see race_on.go.
const Race = false
