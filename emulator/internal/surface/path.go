package surface

import (
	"net/url"
	"strings"
)

// location is a request path in its one canonical form.
type location struct {
	version  string   // "beta", "v1.0", or "" for any other first segment
	path     string   // "/education/synchronizationProfiles/{id}/start", the form that the routes have
	segments []string // of path, unescaped
}

const profilesPath = "/education/synchronizationProfiles"

// canonical brings a request's escaped path to the one spelling that the routes
// know. Documented: segments are case-insensitive, ids are not; a key may stand
// in parentheses; bound operations may carry the namespace and, if they are
// functions, parentheses; the pages of 2017 say error and Status. A ".." is a
// name like any other: nothing here is a file.
func canonical(escaped string) location {
	// The usual spelling, with an id that needs no second look, stays as it is.
	if rest, ok := strings.CutPrefix(escaped, "/beta"+profilesPath); ok && plainKey(rest) {
		return location{version: "beta", path: escaped[len("/beta"):]}
	}
	var l location
	for i, raw := range strings.FieldsFunc(escaped, func(r rune) bool { return r == '/' }) {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw // net/http has refused such a path; a batch part may still bring one
		}
		if i == 0 {
			l.version = version(segment)
			continue
		}
		l.add(segment)
	}
	for _, s := range l.segments {
		l.path += "/" + url.PathEscape(s)
	}
	if l.path == "" {
		l.path = "/"
	}
	return l
}

// plainKey tells whether what follows the collection is nothing, or one plain id.
func plainKey(rest string) bool {
	if rest == "" {
		return true
	}
	if rest[0] != '/' || len(rest) == 1 {
		return false
	}
	for i := 1; i < len(rest); i++ {
		c := rest[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '-') {
			return false
		}
	}
	return true
}

func version(segment string) string {
	switch {
	case strings.EqualFold(segment, "beta"):
		return "beta"
	case strings.EqualFold(segment, "v1.0"):
		return "v1.0"
	}
	return ""
}

// add appends a segment, split in two where it carries a key in parentheses.
func (l *location) add(segment string) {
	name, key, keyed := cutKey(segment)
	l.segments = append(l.segments, l.spell(name))
	if keyed && key != "" {
		l.segments = append(l.segments, key)
	}
}

// cutKey splits name('key'), name(key) and name(). Inside quotes ” is a quote.
func cutKey(segment string) (name, key string, keyed bool) {
	open := strings.IndexByte(segment, '(')
	if open <= 0 || segment[len(segment)-1] != ')' {
		return segment, "", false
	}
	key = segment[open+1 : len(segment)-1]
	if len(key) >= 2 && key[0] == '\'' && key[len(key)-1] == '\'' {
		key = strings.ReplaceAll(key[1:len(key)-1], "''", "'")
	}
	return segment[:open], key, true
}

// names are the canonical segments by where they stand, and the spellings that
// older pages have for them.
var names = []map[string]string{
	0: {"education": "education", "$batch": "$batch", "$metadata": "$metadata"},
	1: {"synchronizationprofiles": "synchronizationProfiles"},
	2: {"$count": "$count"},
	3: {"start": "start", "pause": "pause", "resume": "resume", "reset": "reset", "uploadurl": "uploadUrl",
		"profilestatus": "profileStatus", "status": "profileStatus", "errors": "errors", "error": "errors"},
	4: {"$count": "$count"},
}

const namespacePrefix = "microsoft.graph."

// spell returns the canonical form of a name, or the name as it is where the
// API has no such segment at that place, which also covers ids.
func (l *location) spell(name string) string {
	at := len(l.segments)
	if at >= len(names) {
		return name
	}
	lower := strings.ToLower(name)
	if at == 3 {
		lower = strings.TrimPrefix(lower, namespacePrefix)
	}
	if known, ok := names[at][lower]; ok {
		return known
	}
	return name
}

// unknown returns the first segment that the API does not have, and what could
// stand in its place.
func (l *location) unknown() (segment string, known []string) {
	segments := l.segments
	if segments == nil {
		segments = strings.Split(strings.TrimPrefix(l.path, "/"), "/")
	}
	for i, s := range segments {
		if i == 2 || i == 4 {
			continue // an id
		}
		var here []string
		if i < len(names) {
			for _, n := range names[i] {
				here = append(here, n)
			}
			if names[i][strings.ToLower(s)] == s {
				continue
			}
		}
		return s, here
	}
	if len(segments) == 0 {
		return "", nil
	}
	return segments[len(segments)-1], nil
}
