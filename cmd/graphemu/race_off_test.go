//go:build !race

package main

// raced says whether the race detector watches: see race_on_test.go.
const raced = false
