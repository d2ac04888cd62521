package faults

import (
	"bytes"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/wire"
)

// Query is a call, as far as rules look at it.
type Query struct {
	Operation string // as "profiles.start"; one of those that there are, or ""
	Method    string // with Below what rules of addresses look at
	Below     string // the path below the version; "": it has none
	InBatch   bool   // it is a part of a batch
	Batch     uint64 // which one, so that its parts are not early for one another; 0: not known
	Header    http.Header
	RawQuery  string

	// Body and Subject are called only where a rule needs them, once at most,
	// and never under a lock. nil: there is none. Subject is where the profile
	// of the call stands.
	Body    func() []byte
	Subject func() (state, status string, ok bool)
	Object  func() []byte // the JSON of what the call is about, a profile or another object; nil: it is not there

	// Client and Path tell who comes back, and to what.
	Client, Path string

	Now, Real time.Time // on the world's clock, and on the real one
	Factor    float64   // world seconds per real second: 1 real, 0 frozen

	// Conn is the connection that the call came over; nil: not known. Parallel
	// workers are not early for one another.
	Conn *wire.Conn
}

// call is what patterns of operations look at.
func (q *Query) call() operation.Call {
	return operation.Call{Name: q.Operation, Method: q.Method, Path: q.Below}
}

// kind is what a condition looks at.
type kind uint8

const (
	header kind = iota
	query
	state
	status
	object
	body
)

// condition is one thing that a rule asks for.
type condition struct {
	kind   kind
	name   string          // of the header (canonical) or option (see match.OptionName)
	value  string          // but of a body, see match
	body   match.Condition // of an object and a body
	shown  string          // the name as the rule has it
	secret bool            // values are not shown to anybody
}

// conditions returns what a rule asks for, cheapest first, and each kind in the
// order of names.
func conditions(r *fault.Rule) []condition {
	var all []condition
	for _, name := range slices.Sorted(maps.Keys(r.Where.Header)) {
		canonical := textproto.CanonicalMIMEHeaderKey(name)
		all = append(all, condition{kind: header, name: canonical, value: r.Where.Header[name], shown: name, secret: redact.Option(name)})
	}
	for _, name := range slices.Sorted(maps.Keys(r.Where.Query)) {
		all = append(all, condition{kind: query, name: match.OptionName(name), value: r.Where.Query[name],
			shown: name, secret: redact.Option(name)})
	}
	if r.While.State != "" {
		all = append(all, condition{kind: state, value: r.While.State})
	}
	if r.While.Status != "" {
		all = append(all, condition{kind: status, value: r.While.Status})
	}
	for _, path := range slices.Sorted(maps.Keys(r.While.Object)) {
		all = append(all, condition{kind: object, shown: path, body: match.New(path, r.While.Object[path]), secret: redact.Option(path)})
	}
	for _, path := range slices.Sorted(maps.Keys(r.Where.Body)) {
		all = append(all, condition{kind: body, shown: path, body: match.New(path, r.Where.Body[path]), secret: redact.Option(path)})
	}
	return all
}

// facts is a Query with what was found out about it, each once, when the first
// rule asked.
type facts struct {
	*Query
	found [body + 1]bool // by kind; status stands for state too

	options       []option
	subject       bool // the call has a profile, or an object with that
	state, status string
	object        []byte // what the call is about; nil: nothing that is there
	body          []byte // nil where there is none, or no JSON
}

// option is one option of a query string.
type option struct{ name, value string }

// find finds out what conditions of a kind look at.
func (c *facts) find(k kind) {
	if c.found[k] {
		return
	}
	c.found[k] = true
	switch {
	case k == query:
		c.options = parseQuery(c.RawQuery)
	case k == status && c.Subject != nil:
		if c.state, c.status, c.subject = c.Subject(); !c.subject {
			c.find(object)
			state, status := gjson.GetBytes(c.object, "state"), gjson.GetBytes(c.object, "status")
			c.state, c.status, c.subject = state.String(), status.String(), state.Exists() || status.Exists()
		}
	case k == object && c.Object != nil:
		c.object = c.Object()
	case k == body && c.Body != nil:
		c.body = bytes.TrimPrefix(c.Body(), []byte("\xef\xbb\xbf"))
		// Nothing is found in a body that the API would refuse as no JSON.
		if len(c.body) > 0 {
			if _, err := jsontree.Decode(c.body); err != nil {
				c.body = nil
			}
		}
	}
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
			options = append(options, option{match.OptionName(n), v})
		}
	}
	return options
}

// holds tells whether a condition holds.
func (c *facts) holds(want *condition) bool {
	switch want.kind {
	case header:
		return slices.Contains(c.Header[want.name], want.value)
	case body:
		c.find(body)
		return want.body.Holds(c.body)
	case object:
		c.find(object)
		return c.object != nil && want.body.Holds(c.object)
	case query:
		c.find(query)
		return slices.Contains(c.options, option{want.name, want.value})
	}
	value, absent := c.got(want)
	return !absent && value == want.value
}

// got returns what the call has in place of what a condition wants.
func (c *facts) got(want *condition) (value string, absent bool) {
	switch want.kind {
	case header:
		if values := c.Header[want.name]; len(values) > 0 {
			return values[0], false
		}
		return "", true
	case query:
		c.find(query)
		for _, o := range c.options {
			if o.name == want.name {
				return o.value, false
			}
		}
		return "", true
	case state:
		c.find(status)
		return c.state, !c.subject
	case status:
		c.find(status)
		return c.status, !c.subject
	case object:
		c.find(object)
		return want.body.Got(c.object)
	}
	c.find(body)
	return want.body.Got(c.body)
}
