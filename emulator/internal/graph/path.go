package graph

import (
	"net/url"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/urlpath"
)

// location is a request path in its one canonical form.
type location struct {
	version  string   // "beta", "v1.0", or "" for any other first segment
	path     string   // "/education/synchronizationProfiles/{id}/start", the form that the routes have
	segments []string // of path, unescaped

	// Where the spelling was the usual one, its route is known already:
	template, id string

	at   *place // where the segments lead to; nil: the API has no such path
	lost lost
}

// lost is where a path leaves the API: its first unknown segment, "" for none, and
// the place where it stood.
type lost struct {
	segment string
	at      *place
}

// Route templates that are asked again and again.
const (
	profilesPath = "/education/synchronizationProfiles"
	profilePath  = profilesPath + "/{id}"
	statusPath   = profilePath + "/profileStatus"
)

// canonical brings a request's escaped path to the one spelling that the routes
// know. Documented: segments are case-insensitive, ids are not; a key may stand
// in parentheses; bound operations may carry the namespace and, if they are
// functions, parentheses; the pages of 2017 say error and Status. A ".." is a
// name like any other: nothing here is a file.
func canonical(escaped string) location {
	if l, ok := usual(escaped); ok {
		return l
	}
	var l location
	for i, raw := range strings.Split(urlpath.Clean(escaped)[1:], "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw // net/http has refused such a path; a batch part may still bring one
		}
		if i == 0 {
			l.version, l.at = version(segment), beginning()
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

// locate is canonical for a URL that net/http has parsed.
func locate(u *url.URL) location {
	if u.RawPath == "" { // no escape in it stands for a slash
		if l, ok := usual(u.Path); ok {
			return l
		}
	}
	return canonical(u.EscapedPath())
}

// usual recognises the usual spelling of what is asked most, which stays as it
// is: the collection, a profile whose id needs no decoding, and its status.
func usual(path string) (location, bool) {
	rest, ok := strings.CutPrefix(path, "/beta"+profilesPath)
	if !ok {
		return location{}, false
	}
	l := location{version: "beta", path: path[len("/beta"):], template: profilesPath}
	if rest == "" {
		return l, true
	}
	end := 1
	for end < len(rest) && (rest[end] >= '0' && rest[end] <= '9' ||
		rest[end] >= 'a' && rest[end] <= 'z' || rest[end] >= 'A' && rest[end] <= 'Z' || rest[end] == '-') {
		end++
	}
	switch {
	case rest[0] != '/' || end == 1:
		return location{}, false
	case end == len(rest):
		l.template = profilePath
	case rest[end:] == "/profileStatus":
		l.template = statusPath
	default:
		return location{}, false
	}
	l.id = rest[1:end]
	return l, true
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

// add appends a segment, split in two where it is a collection's with a key in
// parentheses. Ids stay as they are, parentheses and all, and so does what follows
// a segment that the API does not have.
func (l *location) add(segment string) {
	name, key, keyed := cutKey(segment)
	known, ok := l.at.find(name)
	switch {
	case l.at == nil:
		l.step(segment)
	case l.at.key != nil && !(keyed && key == "" && known.name == "delta"):
		l.step(segment)
	case keyed && key == "": // a function
		l.step(name)
	case keyed && key != "''" && (!ok || known.to.key != nil):
		l.step(name)
		l.step(unquote(key))
	default:
		l.step(segment)
	}
}

// step appends a name, in the spelling that the API has for it, or an id.
func (l *location) step(text string) {
	from := l.at
	known, ok := from.find(text)
	switch {
	case ok:
		text, l.at = known.name, known.to
	case from != nil && from.key != nil:
		l.at = from.key
	case from != nil:
		l.at, l.lost = nil, lost{text, from}
	}
	l.segments = append(l.segments, text)
}

// cutKey splits name(key) and name().
func cutKey(segment string) (name, key string, keyed bool) {
	open := strings.IndexByte(segment, '(')
	if open <= 0 || segment[len(segment)-1] != ')' {
		return segment, "", false
	}
	return segment[:open], segment[open+1 : len(segment)-1], true
}

// unquote takes a key's quotes off. Inside of them a doubled quote is one.
func unquote(key string) string {
	if len(key) >= 2 && key[0] == '\'' && key[len(key)-1] == '\'' {
		return strings.ReplaceAll(key[1:len(key)-1], "''", "'")
	}
	return key
}

// unknown returns the first segment that the API does not have, and what could
// stand in its place. A path of known segments that is no route ends too early.
func (l *location) unknown() (segment string, known []string) {
	if l.lost.at != nil {
		return l.lost.segment, l.lost.at.known()
	}
	if len(l.segments) == 0 {
		return "", nil
	}
	return l.segments[len(l.segments)-1], nil
}
