//go:build race

package rig

// Race says whether the race detector watches. Tests that ask the same question of
// hundreds of values, one after the other, ask it of fewer then: nothing runs at the
// same time in them, and each takes five times as long.
const Race = true
