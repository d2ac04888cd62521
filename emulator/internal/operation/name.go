package operation

import (
	"strconv"
	"strings"
)

// maxPlain is how much of a name tells which operation it is for.
const maxPlain = 80

// Plain makes a pattern a text that names of rules can begin with: without the star of a
// group, as "profiles.all", and of a call without braces and slashes, as "GET-users-id".
// none is for a pattern of which nothing is left.
func Plain(pattern, none string) string {
	pattern = strings.ReplaceAll(pattern, "*", "all")
	var b strings.Builder
	for _, c := range pattern {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '_':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "_.-")
	name = strings.TrimRight(name[:min(len(name), maxPlain)], "_.-")
	if name == "" {
		return none
	}
	return name
}

// Numbered is a name, with a number behind it where it is taken.
func Numbered(base string, taken func(name string) bool) string {
	name := base
	for n := 2; taken(name); n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}
