package roster

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// Patterns are chosen, from the pages that speak of letters and digits, of user
// principal names and of dates; the two ways to write a date are documented.

// Longest values, in characters; those of a user principal name are documented
// by Entra ID.
const (
	maxIdentifier = 256
	maxLocal      = 64
	maxUser       = 113
	maxAddress    = 254
)

// fits tells whether a value that is not blank has the pattern.
func (c check) fits(v []byte) bool {
	switch c {
	case identifier:
		return isIdentifier(v)
	case user:
		return isUser(v)
	case date:
		_, _, _, ok := dateOf(v)
		return ok
	case address:
		return isAddress(v)
	}
	return true
}

// set is which bytes are allowed.
type set [256]bool

func setOf(ranges string, single string) (s set) {
	for i := 0; i+1 < len(ranges); i += 2 {
		for c := int(ranges[i]); c <= int(ranges[i+1]); c++ {
			s[c] = true
		}
	}
	for i := range len(single) {
		s[single[i]] = true
	}
	return s
}

var (
	// userBytes are those that Entra ID allows in the local part.
	userBytes   = setOf("azAZ09", "'.-_!#^~")
	domainBytes = setOf("azAZ09", "-")
	localBytes  = setOf("azAZ09\x80\xff", "!#$%&'*+-/=?^_`{|}~.") // RFC 5321's atoms, RFC 6531's letters
	hostBytes   = setOf("azAZ09\x80\xff", "-")
	idBytes     = notIn("\"<>|\x7f") // and no control character
)

func notIn(single string) (s set) {
	s = setOf(" \xff", "")
	for i := range len(single) {
		s[single[i]] = false
	}
	return s
}

func (s *set) all(v []byte) bool {
	for _, c := range v {
		if !s[c] {
			return false
		}
	}
	return true
}

// isIdentifier tells whether v may be a SIS ID: no white space at its ends, none
// of "<>| and no control character, at most maxIdentifier characters.
func isIdentifier(v []byte) bool {
	high := false
	for _, c := range v {
		if !idBytes[c] {
			return false
		}
		high = high || c >= utf8.RuneSelf
	}
	if !high {
		return len(v) <= maxIdentifier && v[0] != ' ' && v[len(v)-1] != ' '
	}
	first, _ := utf8.DecodeRune(v)
	last, _ := utf8.DecodeLastRune(v)
	return utf8.RuneCount(v) <= maxIdentifier && !unicode.IsSpace(first) && !unicode.IsSpace(last) &&
		bytes.IndexFunc(v, unicode.IsControl) < 0
}

// isUser tells whether v is the local part of a user principal name or a whole
// one. It does not begin or end in a dot.
func isUser(v []byte) bool {
	local, domain, whole := bytes.Cut(v, []byte{'@'})
	if len(local) == 0 || len(local) > maxLocal || len(v) > maxUser || !userBytes.all(local) ||
		local[0] == '.' || local[len(local)-1] == '.' {
		return false
	}
	return !whole || isDomain(domain, &domainBytes)
}

// isAddress tells whether v is an e-mail address, without a display name.
func isAddress(v []byte) bool {
	at := bytes.LastIndexByte(v, '@')
	if at < 1 || at > maxLocal || len(v) > maxAddress || !localBytes.all(v[:at]) || v[0] == '.' || v[at-1] == '.' {
		return false
	}
	return !bytes.Contains(v[:at], []byte("..")) && isDomain(v[at+1:], &hostBytes)
}

// isDomain tells whether v is two labels or more.
func isDomain(v []byte, allowed *set) bool {
	labels := 0
	for rest, more := v, true; more; labels++ {
		var label []byte
		label, rest, more = bytes.Cut(rest, []byte{'.'})
		if len(label) == 0 || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || !allowed.all(label) {
			return false
		}
	}
	return labels > 1
}

// dateOf reads a date as a roster may have it, YYYY-MM-DD, YYYYMMDD or m/d/yyyy.
// Documented: the first two are recommended, the third is in Microsoft's samples.
// Not ok means that v is none.
func dateOf(v []byte) (y, m, d int, ok bool) {
	switch {
	case len(v) == 10 && v[4] == '-' && v[7] == '-':
		y, m, d = number(v[:4]), number(v[5:7]), number(v[8:])
	case len(v) == 8 && bytes.IndexByte(v, '/') < 0:
		y, m, d = number(v[:4]), number(v[4:6]), number(v[6:])
	default:
		month, rest, _ := bytes.Cut(v, []byte{'/'})
		day, year, _ := bytes.Cut(rest, []byte{'/'})
		if len(month) > 2 || len(day) > 2 || len(year) != 4 {
			return 0, 0, 0, false
		}
		y, m, d = number(year), number(month), number(day)
	}
	return y, m, d, y >= 1 && m >= 1 && m <= 12 && d >= 1 && d <= days(y, m)
}

// number reads at most four digits; -1 where v is none.
func number(v []byte) int {
	if len(v) == 0 {
		return -1
	}
	n := 0
	for _, c := range v {
		if c < '0' || c > '9' {
			return -1
		}
		n = 10*n + int(c-'0')
	}
	return n
}

func days(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// blank tells whether a value is missing: empty, or white space alone.
func blank(v []byte) bool {
	if len(v) == 0 {
		return true
	}
	if c := v[0]; c > ' ' && c < utf8.RuneSelf {
		return false
	}
	return len(bytes.TrimSpace(v)) == 0
}
