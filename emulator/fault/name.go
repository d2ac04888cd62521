package fault

import (
	"slices"
	"strconv"
	"strings"
)

// DefaultName is what a rule without a name is called: where it strikes and what it
// does, as "users.list-429", "GET-users-id-delay" or "graph.all-reset". It has a number
// where that is taken: "users.list-429-2". So a name stays when rules are added behind it.
func (r *Rule) DefaultName(taken func(name string) bool) string {
	base := nameOf(r.Operation) + "-" + r.deed()
	name := base
	for n := 2; taken(name); n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
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

// maxPlace is how much of a name tells where a rule strikes.
const maxPlace = 80

// nameOf makes a text a name: without the star of a group, as "profiles.all", and of a
// call without braces and slashes, as "GET-users-id".
func nameOf(text string) string {
	text = strings.ReplaceAll(text, "*", "all")
	var b strings.Builder
	for _, c := range text {
		switch {
		case inName(c) && c != '-':
			b.WriteRune(c)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	name := strings.Trim(b.String(), "_.-")
	name = strings.TrimRight(name[:min(len(name), maxPlace)], "_.-")
	if name == "" {
		return "fault"
	}
	return name
}
