package journal

import (
	"fmt"
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Chapter is a part of a world's run that is judged by itself: from the world's
// start, or from what closed the chapter before, to what closes it. Chapters in
// which no operation was called are not judged, and do not count.
type Chapter struct {
	Number int    `json:"number"`            // from 1
	Name   string `json:"name,omitzero"`     // that the reset which began it gave
	Closed string `json:"closedBy,omitzero"` // CloseReset and others; "": it is open
}

// What closes a chapter.
const (
	CloseReset    = "reset"
	CloseRestore  = "restore"  // of a snapshot
	CloseScenario = "scenario" // another one came into force
	CloseDrop     = "drop"     // of the world
)

// text is the chapter as a part of a heading; "" for the only one.
func (c *Chapter) text() string {
	if c == nil {
		return ""
	}
	text := ", chapter " + strconv.Itoa(c.Number)
	if c.Name != "" {
		text += " " + strconv.Quote(words.Clean(c.Name))
	}
	return text
}

// class is the chapter as a part of the class of JUnit's tests. A name is better
// than a number, which another test before it would change.
func (c *Chapter) class() string {
	switch {
	case c == nil:
		return ""
	case c.Name != "":
		return "." + c.Name
	}
	return ".chapter " + strconv.Itoa(c.Number)
}

// Omitted counts chapters that were judged and of which only the number is kept.
type Omitted struct {
	Passed int `json:"passed"`
	Failed int `json:"failed"`
}

func (o Omitted) text() string {
	text := "further chapters, of which only the number is kept: " + strconv.Itoa(o.Passed) + " passed"
	if o.Failed > 0 {
		text += fmt.Sprintf(", %d FAILED", o.Failed)
	}
	return text
}
