package surface

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/journal"
)

// scenario takes a call past what the scenario has for it, before
// authentication: it judges whether the client waited as it was told, and lets
// the faults and then the throttles have their turn. ok tells that the call
// goes on to its operation; else the answer is a.
func (s *Surface) scenario(c *call) (a reply, ok bool) {
	if c.operation == "" {
		return reply{}, true
	}
	if c.world.Journal.Promising() {
		c.early = c.comesEarly(c.retryKey())
	}
	if a, ok := s.faults(c); !ok {
		return a, false
	}
	return s.throttle(c)
}

// comesEarly tells whether an earlier answer told the client to wait longer. A
// part of a batch is held to what was told before the batch came: its client
// sent all parts at once, and could not know what one of them would be told. Nor
// could parallel workers (see wire.Unaware).
func (c *call) comesEarly(key string) *journal.Early {
	early := c.world.Journal.Early(key, c.arrived, c.real)
	if early != nil && (c.batchEntry != 0 && early.Entry > c.batchEntry || c.world.answers.unaware(early.Entry, c)) {
		return nil
	}
	return early
}

// retryKey is what a client repeats when it tries again: the same call of the
// same app on the same address.
func (c *call) retryKey() string {
	key := c.client + "\x00" + c.method + "\x00" + c.at.path
	if c.upload != nil {
		// Several blocks of a file are sent at a time, each a call of its own.
		key += "\x00" + c.upload.Operation + "\x00" + c.upload.Query.Get("blockid")
	}
	if c.signIn != nil {
		key += "\x00" + c.signIn.Operation // every grant has the same address
	}
	return key
}

// faults lets the first rule that strikes do what comes before the operation.
// What is done to the answer waits for the answer (see write).
func (s *Surface) faults(c *call) (a reply, ok bool) {
	if c.play.Faults.Empty() {
		return reply{}, true
	}
	factor := c.world.Clock.Factor()
	strike, struck, misses := c.play.Faults.Decide(&faults.Query{
		Operation: c.operation, InBatch: c.inBatch, Batch: c.batchEntry, Header: c.header,
		RawQuery: c.query, Body: func() []byte { return s.body(c) },
		Subject: c.subject, Client: c.client, Path: c.at.path, Now: c.now, Real: c.real, Factor: factor, Conn: c.conn,
	})
	c.misses = misses
	if !struck {
		return reply{}, true
	}
	c.strike = &strike
	if s.metrics != nil {
		s.metrics.Fault(strike.Rule.Name)
	}
	if strike.Delay > 0 {
		if s.wait(c, strike.Delay) != nil && c.request != nil && c.request.Context().Err() != nil {
			return reply{dropped: true}, false // nobody waits for the answer any more
		}
		c.now = c.world.Clock.Now()
	}
	switch r := strike.Rule.Respond; {
	case strike.Rule.Handled != nil && !*strike.Rule.Handled:
		return reply{dropped: true}, false
	case r != nil:
		return c.respond(r, strike.RetryAfter, factor), false
	}
	return reply{}, true
}

// respond is the answer that a rule has in place of the operation's.
func (c *call) respond(r *fault.Respond, retryAfter time.Duration, factor float64) reply {
	var a reply
	if r.Body == nil {
		e := apierror.Named(r.Error, r.Status, c.now)
		if r.Error == apierror.Revoked && r.Status == http.StatusUnauthorized {
			c.world.Revoke() // it is so, then: only a new token will do
		}
		if r.Message != "" {
			e.Message = r.Message
		}
		switch {
		case c.upload != nil && slices.Contains(storage.Codes(), r.Error):
			a = c.stored(storage.Failure(c.method, r.Status, r.Error, r.Message, c.ids.Request, c.now))
		case c.signIn != nil:
			a = c.signInError(r.Status, r.Error, r.Message)
		default:
			a = c.fail(e)
		}
	} else {
		a = reply{status: r.Status, media: c.format.media(), body: r.Body, failed: r.Status >= http.StatusBadRequest}
		if a.failed {
			a.media = mediaError
		}
		var text string
		if json.Unmarshal(r.Body, &text) == nil {
			a.media, a.body = mediaText, []byte(text)
		}
	}
	if retryAfter > 0 {
		c.retryLater(&a, retryAfter, r.RetryAfterFormat, factor, c.retryKey())
	}
	for name, value := range r.Headers {
		if name = http.CanonicalHeaderKey(name); name == "Content-Type" {
			a.media = value
			continue
		}
		a.set(name, value)
	}
	return a
}

// retryLater tells the client to wait, and remembers that it was told. key is
// what an early call will have in common with this one.
func (c *call) retryLater(a *reply, d time.Duration, format string, factor float64, key string) {
	told := faults.Told(d, factor)
	var text string
	switch {
	case format == fault.FormatDate:
		// In the client's time too: the SDKs compare a date with their machine's
		// clock (seen in their code). A date has whole seconds, and who keeps to it
		// must not be early.
		text = c.real.Add(told + time.Second - 1).UTC().Format(http.TimeFormat)
	case format == fault.FormatDecimal || told%time.Second != 0:
		text = strconv.FormatFloat(told.Seconds(), 'f', -1, 64)
		format = fault.FormatDecimal
	default:
		text, format = strconv.FormatInt(int64(told/time.Second), 10), fault.FormatSeconds
	}
	a.set("Retry-After", text)
	wait := clock.Duration(told)
	c.retryAfter, c.retryFormat = &wait, format
	c.world.answers.note(c.entry, c.conn, c.real.Add(c.waited))
	c.world.Journal.Promise(key, c.entry, clock.Later(c.now, faults.Passed(told, factor)), c.real.Add(told))
}

// throttle refuses a call where its client has used up what a window allows.
// Documented: 429 with Retry-After; there are no further headers on education.
func (s *Surface) throttle(c *call) (a reply, ok bool) {
	if c.play.Throttle == nil {
		return reply{}, true
	}
	refusal, refused := c.play.Throttle.Take(c.operation, c.client, c.now)
	c.burst = refusal.Burst
	if !refused {
		return reply{}, true
	}
	c.throttled = refusal.Rule
	key := "\x00" + refusal.Rule + "\x00" + c.client
	if c.early == nil {
		// Retry-After tells the truth, so whoever is early is refused again.
		c.early = c.comesEarly(key)
	}
	e := apierror.Throttled()
	if c.upload != nil {
		e.Status = http.StatusServiceUnavailable // how Azure Storage throttles. Documented: its page on scalability
	}
	a = c.fail(e)
	c.retryLater(&a, refusal.RetryAfter, fault.FormatSeconds, c.world.Clock.Factor(), key)
	return a, false
}

// wait lets d pass as the client feels it: as written on a clock that is real
// or stands still, divided by the factor on a scaled one. It ends early, with
// an error, when the client goes away or the server closes.
func (s *Surface) wait(c *call, d time.Duration) error {
	c.waited += d
	ctx, cancel := s.lifetime(c)
	defer cancel()
	return clock.Wait(ctx, faults.Felt(d, c.world.Clock.Factor()))
}

// lifetime is the request's context, which ends with the server too: a handler
// may be mounted in somebody else's.
func (s *Surface) lifetime(c *call) (context.Context, context.CancelFunc) {
	parent := context.Background()
	if c.outer != nil {
		parent = c.outer.Context()
	}
	ctx, cancel := context.WithCancel(parent)
	stop := context.AfterFunc(s.cfg.Closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// subject tells where the profile of the call stands.
func (c *call) subject() (state, status string, ok bool) {
	if c.id == "" {
		return "", "", false
	}
	r, err := c.world.Profiles.Get(c.now, c.id)
	if err != nil {
		return "", "", false
	}
	return string(r.State), string(r.Sync.Status), true
}

// damage does to a part of a batch what a rule does to an answer's body.
func (c *call) damage(a reply) reply {
	if c.strike == nil {
		return a
	}
	body, media := c.strike.Damage(a.body)
	if a.body = body; media != "" {
		a.media = media
	}
	if isJSON(a.media) && !json.Valid(a.body) { // the damage, or a rule's own Content-Type
		a.media = mediaBinary // so that it goes as base64
	}
	return a
}

// onWire tells whether a rule does something to how the answer is sent.
func onWire(r *fault.Rule) bool {
	return r.Body != nil || r.Slow != nil || r.Handled != nil || r.Then != "" && r.Then != fault.Finish
}

// CheckFault returns what is wrong with a rule for this surface's operations.
func (s *Surface) CheckFault(r *fault.Rule) []fault.Problem {
	problems := r.Check(s.operations)
	if r.Respond == nil || r.Respond.Error == "" {
		return problems
	}
	if wrong := WrongError(r.Operation, r.Respond.Error); wrong != "" {
		problems = append(problems, fault.Problem{Pointer: "/respond/error", Message: wrong})
	}
	return problems
}
