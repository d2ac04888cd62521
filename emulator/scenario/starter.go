package scenario

import _ "embed"

//go:embed starter.yaml
var starter string

// Starter returns the text of a scenario file to begin with: it has every
// section, with comments that explain it.
func Starter() string { return starter }
