//go:build race

package main

// raced says whether the race detector watches. Of the scripts, whose commands are
// processes of their own and take five times as long then, it sees one in three.
const raced = true
