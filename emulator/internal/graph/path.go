package graph

import (
	"net/url"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/urlpath"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// location is a request path in its one canonical form.
type location struct {
	version  workload.Version // 0: the first segment is none
	model    *odata.Model     // of the version; nil: there is none
	escaped  string           // as it came
	path     string           // "/education/synchronizationProfiles/{id}/start", the form that operations' paths have
	segments []string         // of path, unescaped; nil where the path was in this form already
	keys     workload.Keys

	at     *paths // where the segments lead to; nil: the API has no such path
	lost   lost
	absent string // the first segment that another version has, and this one does not; "" for none

	unsupported bool // it is, or leads on from, a path that the service has and graphemu does not
}

// lost is where a path leaves the API: its first unknown segment, "" for none, and
// the place where it stood.
type lost struct {
	segment string
	at      *paths
}

// canonical brings a request's escaped path to the one spelling that the operations'
// paths have. Documented: segments are case-insensitive, ids are not; a key may stand
// in parentheses; bound operations may carry the namespace and, if they are
// functions, parentheses; the pages of 2017 say error and Status. A ".." is a
// name like any other: nothing here is a file.
func (s *Handler) canonical(escaped string) location {
	if l, ok := s.usual(escaped); ok {
		return l
	}
	l := location{escaped: escaped}
	for i, raw := range strings.Split(urlpath.Clean(escaped)[1:], "/") {
		segment, err := url.PathUnescape(raw)
		if err != nil {
			segment = raw // net/http has refused such a path; a batch part may still bring one
		}
		if i == 0 {
			l.version, l.at = workload.ParseVersion(segment), s.paths
			l.model = s.models.Of(l.version)
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
func (s *Handler) locate(u *url.URL) location {
	if u.RawPath == "" { // no escape in it stands for a slash
		if l, ok := s.usual(u.Path); ok {
			return l
		}
	}
	return s.canonical(u.EscapedPath())
}

// usual is canonical for a path of an operation that is in this form already, which
// most are: it is walked without a copy.
func (s *Handler) usual(path string) (location, bool) {
	l := location{at: s.paths, escaped: path}
	rest, ok := strings.CutPrefix(path, "/beta")
	if l.version = workload.Beta; !ok {
		rest, ok = strings.CutPrefix(path, "/v1.0")
		l.version = workload.V1
	}
	if l.path = rest; !ok {
		return location{}, false
	}
	l.model = s.models.Of(l.version)
	for rest != "" {
		segment := rest[1:]
		if end := strings.IndexByte(segment, '/'); end >= 0 {
			segment = segment[:end]
		}
		known, ok := l.at.names[strings.ToLower(segment)]
		switch {
		case rest[0] != '/' || segment == "":
			return location{}, false
		case ok && known.name == segment:
			l.pass(known, segment)
		case !ok && l.at.key != nil && plain(segment):
			l.keys.Add(l.at.keyName, segment)
			l.at = l.at.key
		default:
			return location{}, false
		}
		rest = rest[1+len(segment):]
	}
	return l, l.at.operations != nil
}

// plain tells whether an id needs no decoding.
func plain(id string) bool {
	for i := range len(id) {
		if c := id[i]; c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return true
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
		text = known.name
		l.pass(known, text)
	case from != nil && from.key != nil:
		l.keys.Add(from.keyName, text)
		l.at = from.key
	case from != nil:
		l.at, l.lost = nil, lost{text, from}
	}
	l.segments = append(l.segments, text)
}

// pass goes a step on. A function that stands where an id may is told by the id.
func (l *location) pass(s step, text string) {
	if s.to == l.at.key {
		l.keys.Add(l.at.keyName, text)
	}
	root := l.at.root
	l.at = s.to
	switch {
	case s.to.unsupported:
		l.unsupported = true
	case l.absent != "" || s.to.versions&l.version != 0:
	case root && l.model != nil && (l.model.Set(s.name) != nil || l.model.Singleton(s.name) != nil):
		// What rows of another version begin with, the model has in this one, too.
	default:
		l.absent = s.name
	}
}

// withoutTenant is the path as it came, less the segment after the version.
func (l *location) withoutTenant() string {
	version, rest, _ := strings.Cut(urlpath.Clean(l.escaped)[1:], "/")
	_, rest, _ = strings.Cut(rest, "/")
	return "/" + version + "/" + rest
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
		return l.lost.segment, l.lost.at.known(l.version)
	}
	if len(l.segments) == 0 {
		return "", nil
	}
	return l.segments[len(l.segments)-1], nil
}
