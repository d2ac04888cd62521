package workload

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
)

// Call is one call of Graph as an operation sees it: what it asks, and how an answer
// to it is written.
type Call struct {
	engine.Call
	Tenant  *Tenant
	Version Version
	Keys    Keys   // the ids in its path
	User    string // id of the user whose token it is; "" for an app's own token, or one that does not say
	AppOnly bool   // it is an app's own token
	Trusted bool   // it comes from the test itself, which may set what only the service sets
	MaxBody int64
	Objects Objects // of an operation on objects

	Writer  http.ResponseWriter // that the body is read against
	Decoded any                 // a batch part's body, which came as JSON within JSON
	Buffer  []byte              // spare room for the answer's body

	format  format
	payload []byte // the body, once it was read
	unread  error  // why it could not be read
	wasRead bool
	refused bool // by a schema or a rule of the model
	left    bool // the client has gone before a walk was at its end
}

// Tenant is what operations need of a world. A reset makes a new one.
type Tenant struct {
	ID      string // GUID
	PageKey []byte // signs skip tokens, so that another world's are refused
	States  []any  // what each workload keeps: see State

	FirstUser func() string // id of the user that a token which names none is of
}

// Names tells whether a segment after the version is the tenant's: its id, or the word
// for that of the token. The service takes it there and answers as without it: observed
// of clients that send it with every call (terraform-provider-azuread up to 2.x), and of
// references with one in them.
func (t *Tenant) Names(segment string) bool {
	return t != nil && t.ID != "" && (strings.EqualFold(segment, t.ID) || strings.EqualFold(segment, "myorganization"))
}

// State returns what a workload keeps in the call's world: the one of that type. It
// panics where there is none, which is a mistake in the program.
func State[S any](c *Call) S {
	for _, s := range c.Tenant.States {
		if s, ok := s.(S); ok {
			return s
		}
	}
	panic(fmt.Sprintf("workload: a world has no %T", *new(S)))
}

// Me is the id of the user whose token came: that of the token, or, where that does not
// say, the tenant's first user (chosen). Observed: the error of an app's own token
// (msgraph-sdk-php issue 1163).
func (c *Call) Me() (string, error) {
	switch {
	case c.AppOnly:
		return "", apierror.BadRequest("/me request is only valid with delegated authentication flow.")
	case c.User != "":
		return c.User, nil
	}
	return c.Tenant.FirstUser(), nil
}

// Keys are the ids in a path, with the names that the operation's path has for them.
type Keys struct {
	names, values [maxKeys]string
	n             int
}

// maxKeys is how many ids a path can have.
const maxKeys = 4

// Add adds an id.
func (k *Keys) Add(name, value string) {
	if k.n < maxKeys {
		k.names[k.n], k.values[k.n] = name, value
		k.n++
	}
}

// Get returns the id of a name, "" where the path has none.
func (k *Keys) Get(name string) string {
	for i := range k.n {
		if k.names[i] == name {
			return k.values[i]
		}
	}
	return ""
}

// Room returns an empty slice that n bytes fit into without a new allocation. It is
// for the answer's body, and for one use at a time.
func (c *Call) Room(n int) []byte {
	c.Buffer = slices.Grow(c.Buffer[:0], n)
	return c.Buffer
}

// Base is the root of the version that was asked, without a slash at its end.
func (c *Call) Base() string { return c.Scheme + c.Host + "/" + c.Version.String() }

// Advise puts a sentence before what the journal advises. Most calls have no more than
// the text that all calls with the same objection share.
func (c *Call) Advise(sentence string) {
	if c.Advice != "" {
		sentence += "; " + c.Advice
	}
	c.Advice = sentence
}

// Refuse notes that a schema or a rule of the model refused the body, and returns e.
func (c *Call) Refuse(e *apierror.Error) *apierror.Error {
	c.refused = true
	return e
}

// Refused tells whether Refuse was called.
func (c *Call) Refused() bool { return c.refused }

// Prefers tells whether a Prefer header names the preference.
func (c *Call) Prefers(preference string) bool {
	for _, v := range c.Header["Prefer"] {
		for p := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(p), " ", ""), preference) {
				return true
			}
		}
	}
	return false
}

// OK is 200, or another success, with a body of JSON.
func (c *Call) OK(status int, body []byte) engine.Reply {
	return engine.Reply{Status: status, Media: c.Media(), Body: body}
}

// Empty is an answer without a body, and so without a Content-Type: the Graph
// JavaScript client would try to parse it.
func Empty(status int) engine.Reply { return engine.Reply{Status: status} }
