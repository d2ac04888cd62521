package redact

import (
	"net/url"
	"strconv"
	"strings"
)

// pairs returns name=value pairs, separated by &, in which the values of
// secrets are "(redacted)". s notes these values; it may be nil.
func pairs(raw string, s *Found) string {
	if raw == "" {
		return ""
	}
	var out strings.Builder
	from, at := 0, 0 // what comes next into out, and the pair in hand
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, has := strings.Cut(pair, "=")
		switch {
		case has && Mentions(pair) && asks(decode(name), decode(value)):
			s.addCompared(decode(value))
			s.add(decode(value[:min(len(value), maxSecret*maxEscaped)]))
			fallthrough
		case has && value != "" && (Option(decode(name)) || Mentions(pair) && Deep(pair) != pair):
			s.add(value)
			s.add(decode(value[:min(len(value), maxSecret*maxEscaped)]))
			end := at + len(name) + 1
			out.WriteString(raw[from:end])
			out.WriteString(Mark)
			from = at + len(pair)
		case !has && Deep(pair) != pair:
			s.add(pair)
			out.WriteString(raw[from:at])
			out.WriteString(Mark)
			from = at + len(pair)
		}
		at += len(pair) + 1
	}
	if from == 0 {
		return raw
	}
	out.WriteString(raw[from:])
	return out.String()
}

// maxValue is how long a value may be in bytes that is looked through.
const maxValue = 8 << 10

// maxDecodings is how often a text may have been escaped over again.
const maxDecodings = 4

// maxEscaped is how many bytes a byte takes that was escaped so often.
const maxEscaped = 3 + 2*(maxDecodings-1)

// decode undoes percent escapes, also those of what was escaped twice. What is
// no escape stays.
func decode(s string) string {
	for range maxDecodings {
		if !strings.ContainsAny(s, "%+") {
			break
		}
		once := unescape(s)
		if once == s {
			break
		}
		s = once
	}
	return s
}

// unescape undoes percent escapes once, each by itself: a broken one does not
// hide the others.
func unescape(s string) string {
	if whole, err := url.QueryUnescape(s); err == nil {
		return whole
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				b = append(b, byte(n))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// Deep is Text for a value, which may be escaped in itself: an address within an
// address, JSON within JSON. Where an escaped form holds a secret, nothing of the
// value is left.
func Deep(s string) string {
	if !Mentions(s) {
		return s
	}
	if len(s) > maxValue {
		return Mark // chosen: nobody reads so much, and a secret is told rather by what is short
	}
	if out := inText(s); out != s {
		return out
	}
	if asksIn(s) {
		return Mark
	}
	plain := s
	for range maxDecodings {
		once := plain
		if strings.ContainsAny(once, "%+") {
			once = unescape(once)
		}
		if strings.Contains(once, `\`) {
			once = unquote(once)
		}
		if once == plain {
			break
		}
		if plain = once; inText(plain) != plain || asksIn(plain) {
			return Mark
		}
	}
	return s
}

// unquote undoes the escapes of a JSON string, each by itself.
func unquote(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b = append(b, s[i])
			continue
		}
		i++
		if s[i] == 'u' && i+4 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+5], 16, 16); err == nil {
				b = append(b, string(rune(n))...)
				i += 4
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}
