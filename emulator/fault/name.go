package fault

import (
	"slices"
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/operation"
)

// DefaultName is what a rule without a name is called: where it strikes and what it
// does, as "users.list-429", "GET-users-id-delay" or "graph.all-reset". It has a number
// where that is taken: "users.list-429-2". So a name stays when rules are added behind it.
func (r *Rule) DefaultName(taken func(name string) bool) string {
	return operation.Numbered(nameOf(r.Operation)+"-"+r.deed(), taken)
}

// deed is in a word what a rule does.
func (r *Rule) deed() string {
	switch {
	case r.Handled != nil && !*r.Handled:
		return "lost"
	case r.Respond != nil:
		return strconv.Itoa(r.Respond.Status)
	case r.Body != nil:
		for _, d := range damages {
			if d.given(r.Body) {
				return d.name
			}
		}
		return "body"
	case r.Then != "" && r.Then != Finish && slices.Contains(ends, string(r.Then)):
		return string(r.Then)
	case r.Slow != nil:
		return "slow"
	case !r.Delay.IsZero():
		return "delay"
	}
	return "nothing"
}

// nameOf makes a text a name: see operation.Plain.
func nameOf(text string) string { return operation.Plain(text, "fault") }
