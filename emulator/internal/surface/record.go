package surface

import (
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/journal"
)

// record writes a call into the world's journal. It comes before the answer is
// sent: whoever has the answer finds the entry, and a request that hangs is
// there to be seen.
func (s *Surface) record(c *call, a reply) {
	took := s.cfg.Now().Sub(c.real)
	e := journal.Entry{
		ID: c.entry, World: c.world.Name(), At: c.arrived, Operation: c.operation,
		Method: c.method, Path: c.path, Query: c.query, Batch: c.batchEntry,
		Client: c.client, Profile: c.id, RequestID: c.ids.Request, Status: a.status,
		Duration: clock.Duration(took), Waited: clock.Duration(c.waited),
		RequestBytes: c.bodySize(), ResponseBytes: int64(len(a.body)), Before: c.before,
		Error: problem(c), Outcome: c.outcome, Advice: c.advised(),
	}
	if reads := c.method == http.MethodGet || c.method == http.MethodHead; !reads {
		switch {
		case c.signIn != nil:
			e.RequestBody = c.signIn.Form
		case c.upload == nil:
			e.RequestBody = c.text()
		}
		if c.id != "" {
			e.After = c.standing()
		}
	}
	if c.strike != nil || c.misses != nil || c.lifecycle != "" || c.throttled != "" || c.burst != "" || c.early != nil || c.retryAfter != nil {
		d := &journal.Detail{Lifecycle: c.lifecycle, Throttled: c.throttled, Burst: c.burst,
			RetryAfter: c.retryAfter, RetryFormat: c.retryFormat, Early: c.early}
		for _, m := range c.misses {
			d.Misses = append(d.Misses, journal.Miss{Rule: m.Rule, Why: m.Why()})
		}
		if c.strike != nil {
			d.Fault = &journal.Strike{Rule: c.strike.Rule.Name, Call: c.strike.Call, Effects: c.strike.Effects()}
		}
		e.Detail = d
	}
	var answer []byte
	if keepsAnswer(c, a) {
		answer = a.body
	}
	c.world.Journal.Add(&e, answer, c.real)
	if s.metrics != nil {
		s.metrics.Observe(c.operation, a.status, took)
	}
}

// keepsAnswer tells whether the journal keeps an answer's body. What was not sent is
// none; the sign-in's own pages are for people, and hold codes that no name tells of.
func keepsAnswer(c *call, a reply) bool {
	return a.status != 0 && c.method != http.MethodHead && (c.signIn == nil || !strings.HasPrefix(a.header.Get("Content-Type"), "text/html"))
}

// problem is the error that was answered, as the journal keeps it.
func problem(c *call) *journal.Problem {
	f := c.failure
	if f == nil {
		return nil
	}
	p := &journal.Problem{Code: f.Code, Message: f.Message, Refused: c.refused}
	for _, d := range f.Details {
		p.Details = append(p.Details, journal.ProblemDetail{Code: d.Code, Target: d.Target, Message: d.Message})
	}
	return p
}

// bodySize is the size of the request's body as it came.
func (c *call) bodySize() int64 {
	if c.request != nil && c.request.ContentLength >= 0 {
		return c.request.ContentLength
	}
	return int64(len(c.payload))
}

// text is the request's body, decompressed, as far as it was read.
func (c *call) text() string {
	switch v := c.decoded.(type) {
	case nil:
		return string(c.payload)
	case []byte:
		return string(v)
	default:
		return string(jsontree.Append(nil, v))
	}
}

// standing is where the profile of the call stands now.
func (c *call) standing() *journal.Subject {
	r, err := c.world.Profiles.Get(c.now, c.id)
	if err != nil {
		return &gone
	}
	if s := standings[standing{r.State, r.Sync.Status}]; s != nil {
		return s
	}
	return &journal.Subject{State: string(r.State), Status: string(r.Sync.Status)}
}

// standing is a place where a profile can be. The journal's words for each are
// made once: an entry is written for every request.
type standing struct {
	state  profile.State
	status profile.Status
}

var (
	gone      = journal.Subject{Gone: true}
	standings = func() map[standing]*journal.Subject {
		m := map[standing]*journal.Subject{}
		for _, state := range profile.States {
			for _, status := range profile.Statuses {
				m[standing{state, status}] = &journal.Subject{State: string(state), Status: string(status)}
			}
		}
		return m
	}()
)

// refuse notes that a schema or a rule of the model refused the body.
func (c *call) refuse(e *apierror.Error) *apierror.Error {
	c.refused = true
	return e
}
