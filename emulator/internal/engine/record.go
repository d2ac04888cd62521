package engine

import (
	"log/slog"
	"net/http"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Record writes a call into the world's journal.
func (e *Engine) Record(c *Call, a Reply) {
	took := e.Now().Sub(c.Real)
	entry := journal.Entry{
		ID: c.entry, World: c.World.Name(), At: c.arrived, Operation: c.Operation, Level: c.Level,
		Method: c.Method, Path: c.Path, Query: c.Query, Batch: c.batch,
		Client: c.Client, Profile: c.Subject, RequestID: c.ID, Status: a.Status,
		Duration: clock.Duration(took), Waited: clock.Duration(c.waited),
		RequestBytes: c.handler.Size(), ResponseBytes: int64(len(a.Body)), Before: c.before,
		Error: c.Problem, Outcome: c.Outcome, Advice: c.Advice, Needed: c.Needed, Held: c.Held,
	}
	if p := c.Problem; p != nil && c.Needed != nil && len(p.Details) > 0 && p.Details[0].Code == journal.CodePermission {
		entry.Denied = journal.Deny(c.Needed, c.Held)
	}
	if c.Subject != "" && !c.reads() {
		entry.After = c.Standing()
	} else if c.Named != nil {
		named := c.Named()
		entry.Subject = &journal.Ref{Path: named.Path, ID: named.ID}
		if !c.reads() {
			entry.After = named.standing()
		}
	}
	if !c.reads() {
		entry.RequestBody = c.handler.Text()
	}
	entry.Detail = c.detail()
	// What was not sent is no answer's body.
	var answer []byte
	if a.Status != 0 && c.Method != http.MethodHead && c.handler.Keeps(&a) {
		answer = a.Body
	}
	c.World.Journal.Add(&entry, answer, c.Real)
	if e.metrics != nil {
		e.metrics.Observe(c.Operation, a.Status, took)
	}
}

// reads tells whether the call changes nothing.
func (c *Call) reads() bool { return c.Method == http.MethodGet || c.Method == http.MethodHead }

// detail is what the scenario did to the call; nil for nothing, as for most.
func (c *Call) detail() *journal.Detail {
	if c.strike == nil && c.misses == nil && c.Lifecycle == "" && c.throttle == "" && c.burst == "" && c.early == nil && c.retryAfter == nil {
		return nil
	}
	d := &journal.Detail{Lifecycle: c.Lifecycle, Throttled: c.throttle, Burst: c.burst,
		RetryAfter: c.retryAfter, RetryFormat: c.retryFormat, Early: c.early}
	for _, m := range c.misses {
		d.Misses = append(d.Misses, journal.Miss{Rule: m.Rule, Why: m.Why()})
	}
	if c.strike != nil {
		d.Fault = &journal.Strike{Rule: c.strike.Rule.Name, Call: c.strike.Call, Effects: c.strike.Effects()}
	}
	return d
}

// tell logs a call, and why it was refused. Without the query: an address may
// carry a signature.
func (e *Engine) tell(c *Call, a Reply) {
	if !e.Log.Enabled(c.Request.Context(), slog.LevelDebug) {
		return
	}
	args := []any{"method", c.Method, "path", redact.Deep(c.Path), "operation", c.Operation,
		"status", a.Status, "request-id", c.ID, "entry", c.entry}
	if p := c.Problem; p != nil {
		why := p.Message
		for _, d := range p.Details {
			why += "; " + d.Message
		}
		var found redact.Found
		found.Query(c.Query)
		args = append(args, "error", p.Code, "why", found.Scrub(redact.Text(why)))
	}
	e.Log.Debug("request", args...)
}
