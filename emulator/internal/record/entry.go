package record

import (
	"time"

	"github.com/graphemu/graphemu/emulator/journal"
)

// Entry is an entry with what a journal and the judge know of it, and users do not see.
type Entry struct {
	journal.Entry
	Real time.Time // when the request came, on the wall clock; zero: not known

	size   int64  // of memory, as estimated
	answer answer // what ResponseBody will be made of, when somebody reads it
}

// held is a copy of an entry of a journal that is good for longer than the entry.
func (e *Entry) held() Entry {
	c := *e
	c.answer = e.answer.copied()
	return c
}
