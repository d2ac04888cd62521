// Package fault is how a test says what goes wrong: rules that name the calls that
// are struck, and what is done to them. A scenario file has them under faults; a
// test adds them with World.Faults. An operation is a name, as "profiles.start".
package fault

import (
	"encoding/json"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Rule is one fault. The zero value of every field but Name and Operation
// leaves its part out. A rule applies to a call that matches Operation, While
// and Where; Calls and Chance decide which of those are struck. Calls are
// counted per rule and world, before authentication. Source: graphemu's own
// design; so is everything in this package.
type Rule struct {
	Name      string `json:"name"`      // unique in a world
	Operation string `json:"operation"` // as "profiles.start"; "profiles.*" is a group, "*" is all but signing in, which is "token.*"

	Calls  Calls   `json:"calls,omitzero"`  // which of the calls that match; default: all
	While  While   `json:"while,omitzero"`  // where the profile of the call stands
	Where  Where   `json:"where,omitzero"`  // what the request has
	Chance float64 `json:"chance,omitzero"` // above 0 and at most 1: strike this share of the calls, drawn from the seed; 0: always

	Delay   Span     `json:"delay,omitzero"`   // waits before anything else
	Respond *Respond `json:"respond,omitzero"` // answers in place of the operation
	Body    *Body    `json:"body,omitzero"`    // damages the answer's body
	Slow    *Slow    `json:"slow,omitzero"`    // sends the answer's body in pieces
	Then    Then     `json:"then,omitzero"`    // how the answer ends; default: finish

	// Handled false drops the request before the operation is carried out: the
	// client gets no answer, and nothing changes. Default: the operation is
	// carried out, and it is its answer that is damaged. Only with Then.
	Handled *bool `json:"handled,omitzero"`

	Optional bool `json:"optional,omitzero"` // no warning where it never fired
}

// While asks for where the profile of a call stands. Empty fields ask nothing;
// a call without a profile matches no While.
type While struct {
	State  string `json:"state,omitzero"`  // as "provisioned"
	Status string `json:"status,omitzero"` // of the sync, as "inProgress"
}

// Where asks for what a request has. All of it must hold.
type Where struct {
	Header map[string]string `json:"header,omitzero"` // name, in any letter case, to the whole value
	Query  map[string]string `json:"query,omitzero"`  // option, as "$top", to the decoded value; without the $ too
	Body   map[string]any    `json:"body,omitzero"`   // gjson path to a string, number, Boolean or null, which is for an absent value too
}

// Respond is an answer in place of the operation's own.
type Respond struct {
	Status int `json:"status"` // 400 to 599, or 200 to 299 with a Body
	// Error names an error of the surface's catalogue, as "tooManyRequests", or a
	// code of Azure Storage for uploads, as "ServerBusy".
	// Default: what the service sends with that status.
	Error   string            `json:"error,omitzero"`
	Message string            `json:"message,omitzero"` // in place of the error's own
	Body    json.RawMessage   `json:"body,omitzero"`    // in place of an error: JSON; a JSON string is sent as text
	Headers map[string]string `json:"headers,omitzero"` // further headers

	RetryAfter clock.Duration `json:"retryAfter,omitzero"` // in the client's time; 0: no header
	// "seconds" (default: whole, or with decimals where RetryAfter has a fraction),
	// "decimal" or "date"
	RetryAfterFormat string `json:"retryAfterFormat,omitzero"`

	// PunishEarly throttles a client that comes back within RetryAfter again,
	// and for twice as long each time, whatever Calls says.
	PunishEarly bool `json:"punishEarly,omitzero"`
}

// Values of Respond.RetryAfterFormat.
const (
	FormatSeconds = "seconds"
	FormatDecimal = "decimal"
	FormatDate    = "date"
)

// Slow sends a body in pieces.
type Slow struct {
	Bytes int            `json:"bytes"` // of a piece
	Every clock.Duration `json:"every"` // in the client's time, before each piece but the first
}

// Then is how an answer ends.
type Then string

// The four ends. Without a Body.CutAt the last three strike before the first
// byte of the answer.
const (
	Finish Then = "finish" // as if all had been sent
	Close  Then = "close"  // the connection is closed (HTTP/2: the stream)
	Reset  Then = "reset"  // TCP RST (HTTP/2: RST_STREAM)
	Hang   Then = "hang"   // nothing more comes until the client goes away or the server stops
)

// Use is a rule with what came of it.
type Use struct {
	Rule    Rule
	Added   bool   // at run time
	Matched uint64 // calls that met Operation, While and Where, and no rule before struck
	Fired   uint64 // calls that it struck
}
