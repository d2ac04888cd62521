package redact

import "strings"

// Answer returns the body of an answer less its own secrets, and less those that were
// found in the request before.
//
// whole is false where text is only the beginning of a body: then JSON that may hold a
// secret is cut at the end of its last whole value. ok is false where the body cannot
// be read and may hold a secret. XML, which the storage account and $metadata answer,
// is taken as text: none of its elements is a secret, but a message in it may quote
// one.
func (s *Found) Answer(text string, whole bool) (out string, ok bool) {
	if Mentions(text) {
		many := s.many
		if text, ok = s.answer(text, whole); !ok {
			return "", false
		}
		s.many = many // those of the answer are all out, however many there are
	}
	return s.Scrub(text), true
}

func (s *Found) answer(text string, whole bool) (out string, ok bool) {
	part, ends := text, ""
	if !whole {
		part, ends = closeJSON(text)
	}
	if out, ok = inJSON(part+ends, s); ok {
		return strings.TrimSuffix(out, ends), true
	}
	if strings.HasPrefix(strings.TrimLeft(text, byteOrderMark+" \t\r\n"), "<") {
		return Text(text), true
	}
	return "", false
}

// closeJSON takes a JSON text that was cut somewhere. It returns the text up to the
// end of its last whole value, and the brackets that close it there.
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
