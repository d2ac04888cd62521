package journal

import (
	"fmt"
	"strings"
	"unicode/utf8"
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

// Answered notes the body that is sent, which Journal.Add copies the beginning of.
func (e *Entry) Answered(body []byte) { e.answer = answer{sent: body, whole: len(body)} }

// beginning is as much of what was sent as an entry keeps.
func (a *answer) beginning() []byte { return a.sent[:min(len(a.sent), MaxAnswer)] }

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

// held is a copy of an entry of a journal that is good for longer than the entry.
func (e *Entry) held() Entry {
	c := *e
	c.answer = e.answer.copied()
	return c
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
func (a *answer) read(s *secrets) string {
	text, cut := a.text, a.whole > len(a.text)
	if cut {
		text = cutAt(text, len(text)-1, "") // not within a character
	}
	if !utf8.ValidString(text) {
		return fmt.Sprintf("(%d bytes, not kept: they are no text)", a.whole)
	}
	if mentions(text) {
		many := s.many
		clean, ok := a.redact(text, s)
		s.many = many // those of the answer are all out, however many there are
		if !ok {
			return fmt.Sprintf("(%d bytes, not kept: neither JSON nor XML, and they may hold a secret)", a.whole)
		}
		text = clean
	}
	text = s.scrub(text)
	if len(text) > MaxAnswer { // what stands in the place of a secret may be longer
		text, cut = cutAt(text, MaxAnswer, ""), true
	}
	if cut {
		text += fmt.Sprintf("… (cut: %d bytes in all)", a.whole)
	}
	return text
}

// redact takes out what a body tells itself. XML is the storage account's and that
// of $metadata, in which no element holds a secret: its texts may.
func (a *answer) redact(text string, s *secrets) (clean string, ok bool) {
	whole, ends := text, ""
	if a.whole > len(text) {
		whole, ends = closeJSON(text)
	}
	if clean, ok := redactJSON(whole+ends, s); ok {
		return strings.TrimSuffix(clean, ends), true
	}
	if strings.HasPrefix(strings.TrimLeft(text, byteOrderMark+" \t\r\n"), "<") {
		return redactText(text), true
	}
	return "", false
}

// closeJSON returns the part of a JSON text that was cut somewhere which goes to
// the end of its last whole value, and the brackets that are missing there.
func closeJSON(text string) (whole, ends string) {
	var open []byte // the brackets that are to be closed where whole ends
	end := 0
scan:
	for i := 0; i < len(text); i++ {
		switch b := text[i]; b {
		case '{', '[':
			open = append(open, b+2) // ] comes two after [, and } after {
			end = i + 1
		case '}', ']':
			if len(open) == 0 {
				break scan
			}
			open = open[:len(open)-1]
			end = i + 1
		case ',':
			end = i
		case '"':
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
			}
		}
	}
	for i, j := 0, len(open)-1; i < j; i, j = i+1, j-1 {
		open[i], open[j] = open[j], open[i]
	}
	return text[:end], string(open)
}
