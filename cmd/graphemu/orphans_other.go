//go:build unix && !linux

package main

// adopting: only Linux lets a process be the parent of orphans.
const adopting = false

func adoptOrphans() {}

func endOrphans() {}
