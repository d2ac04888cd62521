package operation

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// An address is a pattern as the client sees the call: "PATCH /users/{id}". It has a
// method, in any letter case, or * for any, and a path below the version. {id} is any
// key, and * at the end of a path is whatever follows. It means what is asked so,
// also where graphemu has no operation for it; so /me is /me, and not the user. All of
// it is chosen but how paths compare: letter case does not count, a key may stand in
// parentheses, and a namespace before a bound name may be left out (documented).

// Pattern is a pattern ready to be asked. The zero value means nothing.
type Pattern struct {
	name     string    // of no address: what Covers takes
	method   string    // of an address, "*" for any
	segments []segment // of its path
	rest     bool      // it ends in *
}

// segment is a part of a path in the form in which it compares.
type segment struct {
	text  string
	key   bool // of a pattern: any key
	bound bool // it can be no key: a function, a cast, $count and its like
}

// IsAddress tells an address from a name.
func IsAddress(pattern string) bool { return strings.Contains(pattern, " ") }

// Compile makes a pattern ready. It must be one that Wrong has nothing against.
func Compile(pattern string) Pattern { return *compile(pattern) }

// CompileAll is Compile for a list.
func CompileAll(patterns []string) []Pattern {
	var all []Pattern
	for _, p := range patterns {
		all = append(all, *compile(p))
	}
	return all
}

func compile(pattern string) *Pattern {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		return &Pattern{name: current(pattern)}
	}
	p := &Pattern{method: strings.ToUpper(method)}
	path = strings.TrimLeft(path, " ")
	if before, rest := strings.CutSuffix(path, "/*"); rest {
		p.rest, path = true, before
	}
	split(path, func(s segment) bool {
		if len(s.text) > 2 && s.text[0] == '{' && s.text[len(s.text)-1] == '}' {
			s = segment{key: true}
		}
		p.segments = append(p.segments, s)
		return true
	})
	return p
}

// IsAddress tells that only a whole call can tell whether the pattern means it.
func (p *Pattern) IsAddress() bool { return p.method != "" }

// Means tells whether a call is meant. A HEAD is a GET whose answer has no body.
func (p *Pattern) Means(c Call) bool {
	if p.method == "" {
		return covers(p.name, c.Name)
	}
	if c.Path == "" || p.method != Any && p.method != c.Method && (p.method != "GET" || c.Method != "HEAD") {
		return false
	}
	i, same := 0, true
	split(c.Path, func(s segment) bool {
		if i == len(p.segments) {
			same = p.rest
			i++
			return false
		}
		same = p.segments[i].is(s)
		i++
		return same
	})
	if p.rest {
		return same && i > len(p.segments)
	}
	return same && i == len(p.segments)
}

// AnyMeans tells whether one of the patterns means the call.
func AnyMeans(patterns []Pattern, c Call) bool {
	return slices.ContainsFunc(patterns, func(p Pattern) bool { return p.Means(c) })
}

// is tells whether a segment of a pattern means one of a path.
func (s segment) is(of segment) bool {
	if s.key {
		return !of.bound
	}
	return strings.EqualFold(s.text, of.text)
}

func (p *Pattern) meets(q *Pattern) bool {
	if p.method != q.method && p.method != Any && q.method != Any {
		return false
	}
	for i := range min(len(p.segments), len(q.segments)) {
		if a, b := p.segments[i], q.segments[i]; !a.is(b) && !b.is(a) {
			return false
		}
	}
	return len(p.segments) == len(q.segments) && p.rest == q.rest ||
		len(p.segments) < len(q.segments) && p.rest || len(q.segments) < len(p.segments) && q.rest || p.rest && q.rest
}

func (p *Pattern) example() Call {
	c := Call{Method: p.method}
	if c.Method == Any {
		c.Method = "GET"
	}
	for _, s := range p.segments {
		if s.key {
			s.text = "1"
		}
		c.Path += "/" + s.text
	}
	if p.rest {
		c.Path += "/1"
	}
	return c
}

const namespace = "microsoft.graph."

// split calls yield for each segment of a path until it returns false. A key in
// parentheses is a segment of its own; the arguments of a function are none.
func split(path string, yield func(segment) bool) {
	for path != "" {
		path = strings.TrimLeft(path, "/")
		raw := path
		if end := strings.IndexByte(path, '/'); end >= 0 {
			raw, path = path[:end], path[end:]
		} else {
			path = ""
		}
		if raw == "" {
			continue
		}
		if strings.IndexByte(raw, '%') >= 0 {
			if text, err := url.PathUnescape(raw); err == nil {
				raw = text
			}
		}
		if !splitOne(raw, yield) {
			return
		}
	}
}

func splitOne(raw string, yield func(segment) bool) bool {
	s := segment{text: raw, bound: raw[0] == '$' || strings.EqualFold(raw, "delta")}
	if len(raw) > len(namespace) && strings.EqualFold(raw[:len(namespace)], namespace) {
		s.text, s.bound = raw[len(namespace):], true
	}
	open := strings.IndexByte(s.text, '(')
	if open <= 0 || s.text[len(s.text)-1] != ')' {
		return yield(s)
	}
	inside := s.text[open+1 : len(s.text)-1]
	s.text, s.bound = s.text[:open], true
	if inside == "" || strings.Contains(inside, "=") {
		return yield(s)
	}
	if !yield(s) {
		return false
	}
	if len(inside) > 1 && inside[0] == '\'' && inside[len(inside)-1] == '\'' {
		inside = strings.ReplaceAll(inside[1:len(inside)-1], "''", "'")
	}
	return inside == "" || yield(segment{text: inside})
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// looksLikeAddress tells what is meant as an address from what is meant as a name.
func looksLikeAddress(pattern string) bool {
	return strings.ContainsAny(pattern, " /{}\t") || isMethod(pattern) && pattern != Any
}

func isMethod(word string) bool {
	return word == Any || slices.Contains(methods, strings.ToUpper(word))
}

const wantAddress = "; want a method and a path below the version, as in PATCH /users/{id}"

// maxAddress is the longest address in bytes; the schema of scenarios has it too.
const maxAddress = 400

// wrongAddress is Wrong for an address.
func wrongAddress(pattern string, known []string, model Model) string {
	method, path, spaced := strings.Cut(pattern, " ")
	path = strings.TrimLeft(path, " ")
	quoted := words.Quote(pattern)
	switch {
	case len(pattern) > maxAddress:
		return fmt.Sprintf("%s is too long: the most is %d bytes", quoted, maxAddress)
	case strings.Contains(pattern, "://"):
		return wholeURL(pattern)
	case spaced && strings.ContainsAny(path, " \t\r\n") || strings.ContainsAny(method, "\t\r\n"):
		return quoted + " has more than one blank" + wantAddress
	case strings.HasPrefix(pattern, "/"):
		return quoted + " has no method: write GET " + pattern + ", or * " + pattern + " for any"
	case spaced && !strings.Contains(path, "/") && !isMethod(method):
		return quoted + " is no operation: want " + Forms
	case !spaced || path == "":
		return quoted + " has no path" + wantAddress
	case strings.EqualFold(method, "HEAD"):
		return "a HEAD counts as a GET: write GET " + path
	case !isMethod(method):
		hint := words.Suggestion(method, methods)
		if hint == "" {
			hint = "; want " + words.Join(append(slices.Clone(methods), Any), "or")
		}
		return "there is no method " + words.Quote(method) + hint
	case path[0] != '/':
		return "the path " + words.Quote(path) + " begins with no slash" + wantAddress
	case strings.ContainsAny(path, "?#"):
		return "the path " + words.Quote(path) + " holds a query: what a query has to be is said under where"
	}
	all := strings.Split(path[1:], "/")
	for i, s := range all {
		switch opened, closed := strings.Count(s, "{"), strings.Count(s, "}"); {
		case s == "":
			return "the path " + words.Quote(path) + " has an empty segment"
		case i == 0 && isVersion(s):
			return "the path " + words.Quote(path) + " begins with a version: leave it out, both are meant"
		case strings.Contains(s, "*") && (s != "*" || i < len(all)-1):
			return "the path " + words.Quote(path) + " has a star that is not all of its last segment"
		case opened != closed || opened > 1 || opened == 1 && !wholeKey(s):
			return "the braces in " + words.Quote(s) + " are not balanced, or not around a whole key: want one like {id}"
		}
	}
	return misspelled(strings.ToUpper(method), path, known, model)
}

// wholeURL is what is wrong with a URL in place of a path, or of all of an address.
func wholeURL(pattern string) string {
	method, address, spaced := strings.Cut(pattern, " ")
	quoted := words.Quote(pattern)
	if !spaced {
		method, address, quoted = "GET", pattern, quoted+" has no method, and"
	}
	_, rest, _ := strings.Cut(address, "://")
	_, path, _ := strings.Cut(rest, "/")
	if version, below, found := strings.Cut(path, "/"); found && isVersion(version) {
		path = below
	}
	if end := strings.IndexAny(path, "?# \t\r\n"); end >= 0 {
		path = path[:end]
	}
	return quoted + " is a whole URL: write " + words.Quote(method+" /"+path)
}

// wholeKey tells whether the braces of a segment are around all of a key, which may
// stand in parentheses.
func wholeKey(s string) bool {
	open, end := strings.IndexByte(s, '{'), strings.IndexByte(s, '}')
	before, after := s[:open], s[end+1:]
	around := before == "" && after == "" || strings.HasSuffix(before, "(") && after == ")" || strings.HasSuffix(before, "('") && after == "')"
	return around && end > open+1
}

// misspelled looks for the first segment that is none of those known at its place. It
// is a slip where one of these is near. What is near to none may be a path that
// Graph has and graphemu does not know: a rule can answer for it all the same.
func misspelled(method, path string, known []string, model Model) string {
	at, names := amongRows(method+" "+path, known)
	if at < 0 {
		return ""
	}
	segments := apart(strings.TrimSuffix(path, "/*"))
	if model != nil && len(segments) > 0 {
		inModel, further := model.Path(segments)
		switch {
		case inModel < 0:
			return ""
		case inModel > at:
			at, names = inModel, further
		case inModel == at:
			names = append(names, further...)
		}
	}
	if at >= len(segments) {
		return ""
	}
	slices.Sort(names)
	near := words.Nearest(segments[at], names)
	if near == "" {
		return ""
	}
	wrong := segments[at]
	segments[at] = near
	meant := "/" + strings.Join(segments, "/")
	if strings.HasSuffix(path, "/*") {
		meant += "/*"
	}
	return "there is no " + words.Quote(wrong) + " in " + path + "; did you mean " + method + " " + meant + "?"
}

// apart returns the segments of a path as they are written, but for a key in
// parentheses, which is one of its own as in compile.
func apart(path string) (segments []string) {
	for raw := range strings.SplitSeq(path, "/") {
		if raw == "" {
			continue
		}
		n := 0
		splitOne(raw, func(segment) bool { n++; return true })
		if open := strings.IndexByte(raw, '('); n == 2 {
			segments = append(segments, raw[:open], strings.Trim(raw[open+1:len(raw)-1], "'"))
			continue
		}
		segments = append(segments, raw)
	}
	return segments
}

// amongRows returns the first segment of an address that none of the known ones has at
// its place, with those that stand there; -1 where there is no such segment.
func amongRows(address string, known []string) (bad int, names []string) {
	at := known
	for i, s := range compile(address).segments {
		var next []string
		names = nil
		for _, k := range at {
			own := compile(k).segments
			if i >= len(own) {
				continue
			}
			if own[i].is(s) || s.is(own[i]) {
				next = append(next, k)
			} else if !own[i].key {
				names = append(names, own[i].text)
			}
		}
		if len(next) == 0 && !s.key {
			return i, names
		}
		at = next
	}
	return -1, nil
}
