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
	text  string
	sent  []byte // whose it is before a journal keeps it: the caller's
	whole int    // its length in bytes
}

// Answered notes the body that is sent, which Journal.Add copies the beginning of.
func (e *Entry) Answered(body []byte) { e.answer = answer{sent: body, whole: len(body)} }

// keep returns the answer with a copy of its beginning.
func (a answer) keep() answer {
	if a.sent == nil {
		return a
	}
	return answer{text: string(a.sent[:min(len(a.sent), MaxAnswer)]), whole: a.whole}
}

func (a *answer) memory() int64 { return int64(len(a.text)) }

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
