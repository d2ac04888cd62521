//go:build race

package main

// raced says whether the race detector watches. Commands, which are processes of their
// own, take five times as long then, so it sees one in three of the scripts, and the
// sessions of the README alone.
const raced = true
