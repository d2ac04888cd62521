package fault

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// Query is a call, as far as rules look at it.
type Query struct {
	Operation string // as "profiles.start"
	InBatch   bool   // it is a part of a batch
	Batch     uint64 // which one, so that its parts are not early for one another; 0: not known
	Header    http.Header
	RawQuery  string

	// Body and Subject are called only where a rule needs them, once at most,
	// and never under a lock. nil: there is none. Subject is where the profile
	// of the call stands.
	Body    func() []byte
	Subject func() (state, status string, ok bool)

	// Client and Path tell who comes back, and to what.
	Client, Path string

	Now, Real time.Time // on the world's clock, and on the real one
	Factor    float64   // world seconds per real second: 1 real, 0 frozen

	// Conn is the connection that the call came over; nil: not known. Parallel
	// workers are not early for one another.
	Conn *wire.Conn
}

// facts is what is known of a call so far. What costs something is found out
// when a rule asks for it.
type facts struct {
	q     *Query
	round uint64 // number of the look at the tables, so that no group is taken twice

	known, wanted [body + 1]bool // by kind; status stands for state too
	paths         []string       // wanted places in the body

	options       []option // of the query
	subject       bool     // the call has a profile
	state, status string
	body          []byte            // nil where there is none, or none that rules look into
	values        map[string]string // canonical, by path in the body; "": nothing is there
}

// option is one option of a query string.
type option struct{ name, value string }

// know tells whether what a kind of condition looks at is known; if not, it is
// wanted from now on.
func (f *facts) know(k kind) bool {
	if !f.known[k] {
		f.wanted[k] = true
	}
	return f.known[k]
}

// at returns the canonical value at a path of the body.
func (f *facts) at(path string) (value string, known bool) {
	if len(f.body) == 0 {
		return "", true
	}
	if value, known = f.values[path]; !known {
		f.paths = append(f.paths, path)
	}
	return value, known
}

// complete tells that all was known that rules looked at.
func (f *facts) complete() bool { return f.wanted == [body + 1]bool{} && f.paths == nil }

// find finds out what is wanted. It calls out: never under a lock.
func (f *facts) find() {
	if f.wanted[query] {
		f.options = parseQuery(f.q.RawQuery)
	}
	if f.wanted[status] && f.q.Subject != nil {
		f.state, f.status, f.subject = f.q.Subject()
	}
	if f.wanted[body] && f.q.Body != nil {
		f.body = bytes.TrimPrefix(f.q.Body(), []byte("\xef\xbb\xbf"))
		if len(f.body) > 0 {
			// Nothing is found in a body that the API would refuse as no JSON.
			if _, err := jsontree.Decode(f.body); err != nil {
				f.body = nil
			}
		}
	}
	for k, wanted := range f.wanted {
		f.known[k] = f.known[k] || wanted
	}
	for _, path := range f.paths {
		if f.values == nil {
			f.values = map[string]string{}
		}
		f.values[path] = canonicalResult(gjson.GetBytes(f.body, path))
	}
	f.wanted, f.paths = [body + 1]bool{}, nil
}

// parseQuery reads a query string. What is no option is left out: the surface
// has its own words for it.
func parseQuery(raw string) []option {
	var options []option
	for part := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(part, "=")
		n, err := url.QueryUnescape(name)
		if err != nil || n == "" {
			continue
		}
		if v, err := url.QueryUnescape(value); err == nil {
			options = append(options, option{optionName(n), v})
		}
	}
	return options
}

// take appends the groups of which all conditions hold.
func (f *facts) take(groups, found []*group) []*group {
	for _, g := range groups {
		if g.seen != f.round && !(g.partless && f.q.InBatch) && f.all(g.conditions) {
			g.seen = f.round
			found = append(found, g)
		}
	}
	return found
}

func (f *facts) all(conditions []condition) bool {
	for i := range conditions {
		if holds, known := f.holds(&conditions[i]); !known || !holds {
			return false
		}
	}
	return true
}

// holds tells whether a condition holds, as far as that is known; if not, it is
// wanted.
func (f *facts) holds(c *condition) (holds, known bool) {
	switch c.kind {
	case header:
		for _, v := range f.q.Header[c.name] {
			if v == c.value {
				return true, true
			}
		}
		return false, true
	case query:
		for _, o := range f.options {
			if o.name == c.name && o.value == c.value {
				return true, true
			}
		}
		return false, f.know(query)
	case state:
		return f.subject && f.state == c.value, f.know(status)
	case status:
		return f.subject && f.status == c.value, f.know(status)
	}
	if !f.know(body) {
		return false, false
	}
	value, known := f.at(c.name)
	return value == c.value, known
}
