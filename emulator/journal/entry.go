// Package journal is the notation around the record of a world's requests: the
// entries, filters to ask for some of them, expectations of what a client does, and
// the verdict on whether it did.
package journal

import (
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Entry is one request, or one part of a batch. Secrets never reach it.
type Entry struct {
	ID        uint64    `json:"id"` // counted from 1 in each world
	World     string    `json:"world"`
	At        time.Time `json:"at"`                 // when it came, on the world's clock
	Operation string    `json:"operation,omitzero"` // "" where the path is none of the API's
	Level     string    `json:"level,omitzero"`     // of a call of Graph: LevelEmulated and others
	Method    string    `json:"method"`
	Path      string    `json:"path"`
	Query     string    `json:"query,omitzero"`   // as sent, less secrets
	Batch     uint64    `json:"batch,omitzero"`   // the entry of the batch that it was a part of
	Client    string    `json:"client,omitzero"`  // the app of the token; of an opaque token only that it was one
	Profile   string    `json:"profile,omitzero"` // id of the profile of the path
	RequestID string    `json:"requestId"`        // the request-id that was answered
	Status    int       `json:"status"`           // 0: no answer was sent

	Duration      clock.Duration `json:"duration"`        // real time, from the headers until the answer was ready; sending it takes longer
	Waited        clock.Duration `json:"waited,omitzero"` // how much of it was a fault's delay, as written
	RequestBytes  int64          `json:"requestBytes"`    // of the body, as it came
	ResponseBytes int64          `json:"responseBytes"`   // of the body, before compression

	Subject *Ref     `json:"subject,omitzero"` // the object that the path names, or that was created; nil for a profile
	Before  *Subject `json:"before,omitzero"`  // where the profile stood; of another object only for calls that write
	After   *Subject `json:"after,omitzero"`   // where it stands now; absent for calls that only read

	RequestBody  string   `json:"requestBody,omitzero"`  // of a write, less secrets, at most MaxBody bytes
	ResponseBody string   `json:"responseBody,omitzero"` // less secrets, at most MaxAnswer bytes and a note where it was cut
	Error        *Problem `json:"error,omitzero"`        // what the client was told
	Outcome      string   `json:"outcome,omitzero"`      // what came of a sign-in, or why a start was refused, in one sentence
	Advice       string   `json:"advice,omitzero"`       // what strict authentication would refuse, or that an update changed nothing
	Detail       *Detail  `json:"detail,omitzero"`       // what the scenario did
	Denied       *Denied  `json:"denied,omitzero"`       // why its permissions were not enough; nil: they were, or nobody looked

	Needed *Needed `json:"-"` // which permissions the call asked for; nil: none, or it did not come so far. Entries share it
	Held   Held    `json:"-"` // which its token had
}

// Ref tells which object a call was about.
type Ref struct {
	Path string `json:"path"`        // below the version, with its keys
	ID   string `json:"id,omitzero"` // "": it is not there
}

// JSON is a piece of JSON as it stands; "" is none.
type JSON string

// MarshalJSON returns the JSON itself.
func (j JSON) MarshalJSON() ([]byte, error) {
	if j == "" {
		return []byte("null"), nil
	}
	return []byte(j), nil
}

// UnmarshalJSON takes the JSON as it is.
func (j *JSON) UnmarshalJSON(text []byte) error {
	*j = JSON(text)
	return nil
}

// Subject is where a profile stands, or what another object is.
type Subject struct {
	State  string `json:"state,omitzero"`  // "" with Gone
	Status string `json:"status,omitzero"` // of the sync
	Gone   bool   `json:"gone,omitzero"`   // there is no such profile, or no such object
	Object JSON   `json:"object,omitzero"` // of another object: all that was set of it, less secrets
}

// Problem is an answer's error. Details hold graphemu's help, each schema rule
// that refused the body among them.
type Problem struct {
	Code    string          `json:"code"`
	Message string          `json:"message"`
	Details []ProblemDetail `json:"details,omitzero"`
	// Refused tells that a JSON Schema or a rule of the model refused the body.
	Refused bool `json:"refused,omitzero"`
}

// Codes of ProblemDetail that tell what strict authentication refused. A token that
// has expired or was revoked has another: a client gets a new one and goes on.
const (
	CodeToken      = "token"      // the token is not good
	CodePermission = "permission" // it is, but not for this
)

// ProblemDetail is an entry of an error's details.
type ProblemDetail struct {
	Code    string `json:"code"`
	Target  string `json:"target,omitzero"` // JSON pointer into the body, a query option or a header
	Message string `json:"message"`
}

// Detail is what a scenario did to a request. Most requests have none.
type Detail struct {
	Fault       *Strike         `json:"fault,omitzero"`
	Misses      []Miss          `json:"nearMisses,omitzero"`  // rules of this operation that did not strike, and why
	Lifecycle   string          `json:"lifecycle,omitzero"`   // the lifecycle that this call set going
	Throttled   string          `json:"throttled,omitzero"`   // name of the throttle rule that refused it
	Burst       string          `json:"burst,omitzero"`       // a throttle rule saw most of its window's requests within a tenth of it
	RetryAfter  *clock.Duration `json:"retryAfter,omitzero"`  // what the answer told the client to wait, in the client's time
	RetryFormat string          `json:"retryFormat,omitzero"` // how it was written: seconds, decimal or date
	Early       *Early          `json:"early,omitzero"`       // it came within the Retry-After of an earlier answer
}

// Strike is a fault that fired.
type Strike struct {
	Rule    string   `json:"rule"`
	Call    uint64   `json:"call"`    // which of the calls that match the rule, from 1
	Effects []string `json:"effects"` // as "respond 429", "cutAt 50%", "reset"
}

// Miss is a rule that nearly fired.
type Miss struct {
	Rule string `json:"rule"`
	Why  string `json:"why"` // for people
}

// Early is a call that did not wait as it was told.
type Early struct {
	Entry uint64         `json:"entry"` // the one whose answer told to wait
	By    clock.Duration `json:"by"`    // how much too soon, on the world's clock
}

// How many bytes of a body an entry keeps.
const (
	MaxBody   = 8 << 10  // of a request's
	MaxAnswer = 16 << 10 // of an answer's
)

// Redacted stands in the place of a secret.
const Redacted = "(redacted)"
