package faults

import (
	"math/rand/v2"
	"strconv"

	"github.com/graphemu/graphemu/emulator/fault"
)

// Partless returns what of a rule cannot be done to a part of a batch, which has
// no connection of its own.
func Partless(r *fault.Rule) []string {
	var names []string
	if r.Body != nil && r.Body.ContentLength != 0 {
		names = append(names, "contentLength")
	}
	if r.Slow != nil {
		names = append(names, "slow")
	}
	if breaks(r.Then) {
		names = append(names, string(r.Then))
	}
	if r.Handled != nil {
		names = append(names, "handled")
	}
	return names
}

// Effects says what the strike does, in the order in which the client feels it,
// as "delay 350ms", "respond 429", "cutAt 50%", "reset". It is for the journal.
func (s *Strike) Effects() []string {
	r := s.Rule
	if r == nil {
		return nil
	}
	var all []string
	if s.Delay > 0 {
		all = append(all, "delay "+s.Delay.String())
	}
	if r.Handled != nil && !*r.Handled {
		all = append(all, "not handled")
	}
	if r.Respond != nil {
		all = append(all, "respond "+strconv.Itoa(r.Respond.Status))
	}
	if s.RetryAfter > 0 {
		all = append(all, "retryAfter "+s.RetryAfter.String())
	}
	if s.Early {
		all = append(all, "punishEarly")
	}
	all = append(all, r.Body.Effects()...)
	if r.Slow != nil {
		all = append(all, "slow "+strconv.Itoa(r.Slow.Bytes)+" bytes every "+r.Slow.Every.String())
	}
	if r.Then != "" {
		all = append(all, string(r.Then))
	}
	return all
}

// Damage returns a body as the rule damages it, for the parts of a batch. media is the
// Content-Type that comes with it, "" where it stays as it is. body is not changed.
func (s *Strike) Damage(body []byte) (out []byte, media string) {
	status := 0
	if s.Rule != nil && s.Rule.Respond != nil {
		status = s.Rule.Respond.Status
	}
	out, media, _ = s.damage(body, status)
	return out, media
}

// damage is the same, and tells whether the answer's Content-Encoding is no more that
// of the body.
func (s *Strike) damage(body []byte, status int) (out []byte, media string, whole bool) {
	if s.Rule == nil {
		return body, "", false
	}
	return s.Rule.Body.Apply(fault.Answer{Status: status, Body: body,
		Random: func() *rand.Rand { return draw(s.key, forDamage, s.Call) }})
}

// breaks tells that the client sees no proper end of the answer.
func breaks(t fault.Then) bool { return t != "" && t != fault.Finish }
