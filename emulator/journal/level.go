package journal

import (
	"fmt"
	"slices"
	"strings"
)

// The levels of what graphemu serves of Graph. Other services' calls have none, and
// neither has what Graph does not know.
const (
	LevelEmulated    = "emulated"    // written by hand, from documentation and observation
	LevelGeneric     = "generic"     // from the metadata alone
	LevelUnsupported = "unsupported" // Graph has it, graphemu does not: 501
)

// Levels returns the levels, the best first.
func Levels() []string { return []string{LevelEmulated, LevelGeneric, LevelUnsupported} }

// Below tells whether the call was served at a lower level than that. One that a
// scenario's rule has answered was not served at all.
func (e *Entry) Below(level string) bool {
	return e.Level != "" && slices.Index(Levels(), e.Level) > slices.Index(Levels(), level) && !e.answered()
}

// answered tells whether a rule gave the answer.
func (e *Entry) answered() bool {
	return e.Detail != nil && e.Detail.Fault != nil &&
		slices.ContainsFunc(e.Detail.Fault.Effects, func(s string) bool { return strings.HasPrefix(s, "respond") })
}

// LevelCounts is how many calls were of each level.
type LevelCounts struct {
	Emulated    int `json:"emulated,omitzero"`
	Generic     int `json:"generic,omitzero"`
	Unsupported int `json:"unsupported,omitzero"`
}

// Add counts a call.
func (c *LevelCounts) Add(level string) {
	switch level {
	case LevelEmulated:
		c.Emulated++
	case LevelGeneric:
		c.Generic++
	case LevelUnsupported:
		c.Unsupported++
	}
}

// text is for people; "" where all is emulated, which needs no words.
func (c LevelCounts) text() string {
	if c.Generic+c.Unsupported == 0 {
		return ""
	}
	var list []string
	for i, n := range []int{c.Emulated, c.Generic, c.Unsupported} {
		if n > 0 {
			list = append(list, fmt.Sprint(n, " ", Levels()[i]))
		}
	}
	return " (" + strings.Join(list, ", ") + ")"
}
