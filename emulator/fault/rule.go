// Package fault is how a test says what goes wrong: rules that name the calls that
// are struck, and what is done to them. A scenario file has them under faults; a
// test adds them with World.Faults. An operation is a name, as "profiles.start".
package fault

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Rule is one fault. Operation and something that it does are needed; the zero
// value of any other field leaves that out. A rule applies to a call that matches
// Operation, While and Where; Calls and Chance decide which of those are struck. Calls
// are counted for each rule in each world, before the token is looked at. Source:
// graphemu's own design; so is everything in this package.
type Rule struct {
	Name string `json:"name,omitzero"` // unique in a world; default: see DefaultName
	// Operation is a name, as "profiles.start", a group, as "profiles.*", "graph.*" for all of
	// Graph, or "*" for all but signing in, which is "token.*". It may also be the call as the
	// client sees it, as "PATCH /users/{id}": a method or "*", and a path below the version, in
	// which {id} is any key and a last segment "*" whatever follows. Such a rule strikes whatever
	// is asked so, also what graphemu does not emulate.
	Operation string   `json:"operation"`
	Except    []string `json:"except,omitzero"` // of those the ones that are not struck, written as Operation

	Calls  Calls   `json:"calls,omitzero"`  // which of the calls that match; default: all
	While  While   `json:"while,omitzero"`  // what the object is that the call is about
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

// While asks for what the object is that a call is about: a profile, or any other that
// its path names. Empty fields ask nothing; a call without such an object, or whose object
// is not there, matches no While. As JSON it is one object: {"accountEnabled": false}.
type While struct {
	State  string `json:"state,omitzero"`  // of a profile, as "provisioned"; of another object its property state
	Status string `json:"status,omitzero"` // of the sync, as "inProgress"; of another object its property status

	// Object is gjson path to a string, number, Boolean or null, which is for an absent
	// value too: what else the object has.
	Object map[string]any `json:"-"` // its members stand beside state and status
}

// IsZero tells that nothing is asked.
func (w While) IsZero() bool { return w.State == "" && w.Status == "" && len(w.Object) == 0 }

// MarshalJSON writes the notation.
func (w While) MarshalJSON() ([]byte, error) {
	all := maps.Clone(w.Object)
	if all == nil {
		all = map[string]any{}
	}
	for name, v := range map[string]string{"state": w.State, "status": w.Status} {
		if v != "" {
			all[name] = v
		}
	}
	return json.Marshal(all)
}

// UnmarshalJSON reads the notation.
func (w *While) UnmarshalJSON(text []byte) error {
	if !bytes.HasPrefix(bytes.TrimSpace(text), []byte("{")) {
		return fmt.Errorf("want an object, not %s", text)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		return err
	}
	*w = While{}
	for name, into := range map[string]*string{"state": &w.State, "status": &w.Status} {
		if v, ok := all[name].(string); ok {
			*into = v
			delete(all, name)
		}
	}
	if len(all) > 0 {
		w.Object = all
	}
	return nil
}

// Where asks for what a request has. All of it must hold.
type Where struct {
	Header map[string]string `json:"header,omitzero"` // name, in any letter case, to the whole value
	Query  map[string]string `json:"query,omitzero"`  // option, as "$top", to the decoded value; without the $ too
	Body   map[string]any    `json:"body,omitzero"`   // gjson path to a string, number, Boolean or null, which is for an absent value too
}

// Respond is an answer in place of the operation's own.
type Respond struct {
	Status int `json:"status"` // 400 to 599, or 200 to 299 with a Body; 202 without one, too, and 204 and 205 always
	// Error is a code of Graph, as "tooManyRequests"; for uploads one of Azure Storage,
	// as "ServerBusy"; for sign-in one of OAuth 2.0, as "temporarily_unavailable".
	// Default: what the service sends with that status.
	Error   string            `json:"error,omitzero"`
	Message string            `json:"message,omitzero"` // in place of the error's own
	Body    json.RawMessage   `json:"body,omitzero"`    // in place of an error: JSON; a JSON string is sent as text
	Headers map[string]string `json:"headers,omitzero"` // further headers

	RetryAfter clock.Duration `json:"retryAfter,omitzero"` // in the client's time; 0: no header
	// "seconds" (default: whole, or with decimals where RetryAfter has a fraction),
	// "decimal" or "date"
	RetryAfterFormat string `json:"retryAfterFormat,omitzero"`

	// PunishEarly refuses a client once more that comes back before RetryAfter is over,
	// whatever Calls says. It is to wait twice as long each time.
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

// Use is a rule of a world, with how often it was used.
type Use struct {
	Rule    Rule
	Added   bool   // at run time; else the scenario has it
	Matched uint64 // calls that met Operation, While and Where, and no rule before struck
	Fired   uint64 // calls that it struck
}
