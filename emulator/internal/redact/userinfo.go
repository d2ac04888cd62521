package redact

import "strings"

// maxUserinfo is how far a user and password are looked for where a slash stands
// in them, in bytes.
const maxUserinfo = 512

// userinfo returns where the user and password stand in the address whose first
// slash is at i, as in https://user:password@host (RFC 3986, section 3.2.1). An @
// in the password belongs to it, as browsers read it. What follows a colon and is no
// port is taken for a password too, up to the next @: it may have a slash in it that
// was not escaped.
func userinfo(text string, i int) (begin, end int, found bool) {
	if text[i] != '/' || text[i-1] != ':' || i+1 >= len(text) || text[i+1] != '/' {
		return 0, 0, false
	}
	begin = i + 2
	authority := text[begin:]
	if n := strings.IndexAny(authority, "/?#"+outside); n >= 0 {
		authority = authority[:n]
	}
	if n := strings.LastIndexByte(authority, '@'); n >= 0 {
		return begin, begin + n, true
	}
	if _, port, has := strings.Cut(authority, ":"); !has || strings.Trim(port, "0123456789]:abcdefABCDEF") == "" {
		return 0, 0, false
	}
	word := text[begin:min(begin+maxUserinfo, len(text))]
	if n := strings.IndexAny(word, outside); n >= 0 {
		word = word[:n]
	}
	n := strings.LastIndexByte(word, '@')
	return begin, begin + n, n >= 0
}

// outside are the characters that end an address in a text.
const outside = " \t\r\n\"'`<>\\"
