package record

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// answer is the body of an answer as a journal keeps it: the beginning, as it was
// sent. Secrets are taken out when somebody reads it, since an answer comes with
// every request, and few are ever read.
type answer struct {
	sent  []byte // before a journal keeps it: the caller's
	kept  []byte // in a journal: the journal's, which uses it again when the entry has gone
	text  string // of a copy of the entry
	whole int    // its length in bytes
}

// HasNextLink tells whether the answer is a page of a list with an address of the next, as
// far as the journal has kept it: the address stands before the objects.
func (e *Entry) HasNextLink() bool {
	const name = "\"@odata.nextLink\":"
	a := &e.answer
	return bytes.Contains(a.sent, []byte(name)) || bytes.Contains(a.kept, []byte(name)) || strings.Contains(a.text, name) ||
		strings.Contains(e.ResponseBody, name)
}

// beginning is as much of what was sent as an entry keeps.
func (a *answer) beginning() []byte { return a.sent[:min(len(a.sent), journal.MaxAnswer)] }

// copied is the answer with a text of its own in place of what is somebody else's.
func (a answer) copied() answer {
	switch {
	case a.sent != nil:
		a.text = string(a.beginning())
	case a.kept != nil:
		a.text = string(a.kept)
	}
	return answer{text: a.text, whole: a.whole}
}

func (a *answer) memory() int64 { return int64(len(a.text) + cap(a.kept)) }

// store keeps the beginning of what was sent in the room of an answer that has gone,
// where that is neither too small nor far too large.
func (j *Journal) store(a answer) answer {
	b := a.beginning()
	room := j.spare
	if n := cap(room); n < len(b) || n > 2*len(b)+256 {
		room = make([]byte, 0, len(b))
	} else {
		j.spare = nil
	}
	return answer{kept: append(room[:0], b...), whole: a.whole}
}

// reuse takes the room of an answer whose entry has gone.
func (j *Journal) reuse(a answer) {
	if a.kept != nil {
		j.spare = a.kept
	}
}

// noRoom stands in the place of a body that had to make room.
const noRoom = "(not kept any longer: the journal had no room; --max-journal-bytes raises the limit, and --journal FILE keeps all)"

// dropAnswer takes the body out of an entry of a journal, and returns how many bytes of
// memory that makes free.
func (e *Entry) dropAnswer() (freed int64) {
	if e.ResponseBody != noRoom {
		freed = int64(len(e.ResponseBody))
	}
	if freed += e.answer.memory(); freed > 0 {
		e.ResponseBody, e.answer = noRoom, answer{}
		e.size -= freed
	}
	return freed
}

// read returns the body less secrets: those that it tells itself, and those of the
// request, which s knows. Where it was cut, a note at its end says so.
func (a *answer) read(s *redact.Found) string {
	text, cut := a.text, a.whole > len(a.text)
	if cut {
		text = words.Cut(text, len(text)-1, "") // not within a character
	}
	if !utf8.ValidString(text) {
		return fmt.Sprintf("(%d bytes, not kept: they are no text)", a.whole)
	}
	text, ok := s.Answer(text, !cut)
	if !ok {
		return fmt.Sprintf("(%d bytes, not kept: neither JSON nor XML, and they may hold a secret)", a.whole)
	}
	if len(text) > journal.MaxAnswer { // what stands in the place of a secret may be longer
		text, cut = words.Cut(text, journal.MaxAnswer, ""), true
	}
	if cut {
		text += fmt.Sprintf("… (cut: %d bytes in all)", a.whole)
	}
	return text
}
