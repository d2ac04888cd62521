package engine

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/retry"
)

// scenario takes a call past what the scenario has for it, before its handler looks
// who sends it: it judges whether the client waited as it was told, and lets the rules
// and then the throttles have their turn. ok tells that the call goes on; else the
// answer is a.
func (e *Engine) scenario(c *Call) (a Reply, ok bool) {
	if c.Operation == "" && c.Below == "" {
		return Reply{}, true // nothing means it
	}
	if c.World.waits.Any() {
		c.early = c.comesEarly(c.handler.RetryKey())
	}
	if a, ok := e.rules(c); !ok {
		return a, false
	}
	return e.throttle(c)
}

// rules lets the first rule that strikes do what comes before the operation.
// What is done to the answer waits for the answer (see send).
func (e *Engine) rules(c *Call) (a Reply, ok bool) {
	if c.Scenario.Faults.Empty() {
		return Reply{}, true
	}
	factor := c.World.Clock.Factor()
	strike, struck, misses := c.Scenario.Faults.Decide(&faults.Query{
		Operation: c.Operation, Method: c.Method, Below: c.Below, InBatch: c.InBatch, Batch: c.batch, Header: c.Header,
		RawQuery: c.Query, Body: c.handler.Condition,
		Subject: c.subject, Object: c.object, Client: c.Client, Path: c.Address, Now: c.Now, Real: c.Real, Factor: factor, Conn: c.Conn,
	})
	c.misses = misses
	if !struck {
		return Reply{}, true
	}
	c.strike = &strike
	if e.metrics != nil {
		e.metrics.Fault(strike.Rule.Name)
	}
	if strike.Delay > 0 {
		if e.wait(c, strike.Delay) != nil && !c.InBatch && c.Gone() {
			return Reply{Dropped: true}, false // nobody waits for the answer any more
		}
		c.Now = c.World.Clock.Now()
	}
	switch r := strike.Rule.Respond; {
	case strike.Rule.Handled != nil && !*strike.Rule.Handled:
		return Reply{Dropped: true}, false
	case r != nil:
		return c.respond(r, strike.RetryAfter, factor), false
	}
	return Reply{}, true
}

// asked is the call as patterns of operations look at it.
func (c *Call) asked() operation.Call {
	return operation.Call{Name: c.Operation, Method: c.Method, Path: c.Below}
}

// subject tells where the subject of the call stands; false where it is not there.
func (c *Call) subject() (state, status string, ok bool) {
	if c.Subject == "" {
		return "", "", false
	}
	s := c.Standing()
	return s.State, s.Status, !s.Gone
}

// object is the JSON of what the call is about; nil where it is not there.
func (c *Call) object() []byte {
	switch {
	case c.Subject != "" && c.World.Profile != nil:
		return c.World.Profile(c.Now, c.Subject)
	case c.Named != nil:
		return c.Named().JSON
	}
	return nil
}

// respond is the answer that a rule has in place of the operation's.
func (c *Call) respond(r *fault.Respond, retryAfter time.Duration, factor float64) Reply {
	a := Reply{Status: r.Status} // a success without a body is the same everywhere
	if r.Body != nil || r.Status >= http.StatusBadRequest {
		a = c.handler.Respond(r)
	}
	if retryAfter > 0 {
		c.retryLater(&a, retryAfter, r.RetryAfterFormat, factor, c.handler.RetryKey())
	}
	for name, value := range r.Headers {
		if name = http.CanonicalHeaderKey(name); name == "Content-Type" {
			a.Media = value
			continue
		}
		a.Set(name, value)
	}
	return a
}

// Content types of bodies that rules have.
const (
	MediaText   = "text/plain"
	mediaBinary = "application/octet-stream"
)

// Body is the answer of a rule that has a body of its own: a text goes as it is, and
// all else as JSON, whose Content-Type is media.
func Body(r *fault.Respond, media string) Reply {
	a := Reply{Status: r.Status, Media: media, Body: r.Body, Failed: r.Status >= http.StatusBadRequest}
	var text string
	if json.Unmarshal(r.Body, &text) == nil {
		a.Media, a.Body = MediaText, []byte(text)
	}
	return a
}

// retryLater tells the client to wait, and remembers that it was told. key is
// what an early call will have in common with this one.
func (c *Call) retryLater(a *Reply, d time.Duration, format string, factor float64, key string) {
	told := faults.Told(d, factor)
	var text string
	switch {
	case format == fault.FormatDate:
		// In the client's time too: the SDKs compare a date with their machine's
		// clock (seen in their code). A date has whole seconds, and who keeps to it
		// must not be early.
		text = c.Real.Add(told + time.Second - 1).UTC().Format(http.TimeFormat)
	case format == fault.FormatDecimal || told%time.Second != 0:
		text = strconv.FormatFloat(told.Seconds(), 'f', -1, 64)
		format = fault.FormatDecimal
	default:
		text, format = strconv.FormatInt(int64(told/time.Second), 10), fault.FormatSeconds
	}
	a.Set("Retry-After", text)
	wait := clock.Duration(told)
	c.retryAfter, c.retryFormat = &wait, format
	c.mustWait(key, retry.Until{World: clock.Later(c.Now, faults.Passed(told, factor)), Real: c.Real.Add(told)})
}

// throttle refuses a call where its client has used up what a window allows.
func (e *Engine) throttle(c *Call) (a Reply, ok bool) {
	if c.Scenario.Throttle == nil {
		return Reply{}, true
	}
	refusal, refused := c.Scenario.Throttle.Take(c.asked(), c.Client, c.Now)
	c.burst = refusal.Burst
	if !refused {
		return Reply{}, true
	}
	c.throttle = refusal.Rule
	key := "\x00" + refusal.Rule + "\x00" + c.Client
	if c.early == nil {
		// Retry-After tells the truth, so a client that is early is refused again.
		c.early = c.comesEarly(key)
	}
	a = c.handler.Throttled()
	c.retryLater(&a, refusal.RetryAfter, fault.FormatSeconds, c.World.Clock.Factor(), key)
	return a, false
}

// wait lets d pass as the client feels it: as written on a clock that is real
// or stands still, divided by the factor on a scaled one. It ends early, with
// an error, when the client goes away or the server closes.
func (e *Engine) wait(c *Call, d time.Duration) error {
	c.waited += d
	ctx, cancel := e.lifetime(c)
	defer cancel()
	return clock.Wait(ctx, faults.Felt(d, c.World.Clock.Factor()))
}

// lifetime is the request's context, which ends with the server too: a handler
// may be mounted in somebody else's.
func (e *Engine) lifetime(c *Call) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(c.Request.Context())
	stop := context.AfterFunc(e.Closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// Damaged does to a part of a batch what a rule does to an answer's body. isJSON tells
// whether a Content-Type is JSON's.
func (c *Call) Damaged(a Reply, isJSON func(media string) bool) Reply {
	if c.strike == nil {
		return a
	}
	body, media := c.strike.Damage(a.Body)
	if a.Body = body; media != "" {
		a.Media = media
	}
	if isJSON(a.Media) && !json.Valid(a.Body) { // the damage, or a rule's own Content-Type
		a.Media = mediaBinary // so that it goes as base64
	}
	return a
}

// Answered tells whether a rule has given the answer, and sends it as any other: the
// handler has not read the request.
func (c *Call) Answered() bool {
	return c.strike != nil && c.strike.Rule.Respond != nil && !onWire(c.strike.Rule)
}

// onWire tells whether a rule does something to how the answer is sent.
func onWire(r *fault.Rule) bool {
	return r.Body != nil || r.Slow != nil || r.Handled != nil || r.Then != "" && r.Then != fault.Finish
}
