package scenario

import (
	_ "embed"
	"strconv"
	"strings"
)

//go:embed starter.yaml
var starter string

//go:embed starter_for.yaml
var starterFor string

// Starter returns the text of a scenario file to begin with: it has every
// section, with comments that explain it.
func Starter() string { return starter }

// StarterFor returns the text of one about an operation of any part of Graph, in the
// notation of scenarios. Whether there is such an operation it does not look.
func StarterFor(operation string) string {
	if strings.ContainsAny(operation, ` *{}[],&:#"'\`) {
		operation = strconv.Quote(operation) // which is YAML, too
	}
	return strings.ReplaceAll(starterFor, "OPERATION", operation)
}

// StarterAnswering is StarterFor about an operation that is not emulated: fault, as JSON,
// comes last and answers in its place.
func StarterAnswering(operation, fault string) string {
	before, after, _ := strings.Cut(StarterFor(operation), "\n# What the client must have done")
	return before + "  # graphemu does not emulate this operation: this fault answers all other calls.\n" +
		"  - " + fault + "\n\n# What the client must have done" + after
}
