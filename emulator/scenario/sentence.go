package scenario

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/throttle"
)

func jsonText(v any) string { return string(jsontree.Append(nil, v)) }

// faultSentence says what a rule does: which calls, under which conditions,
// what becomes of them.
func faultSentence(r *fault.Rule, c coming) string {
	subject, rest, many := c.subject(r)
	text := subject + circumstances(r) + rest + " " + words.Join(effects(r, many), "and")
	if r.Respond != nil && r.Respond.PunishEarly {
		text += "; who comes back too early is throttled again, and for twice as long each time"
	}
	if r.Optional {
		text += " (optional)"
	}
	return text
}

// which names the calls that are struck, and tells whether they are many.
func which(c fault.Calls, operations string) (subject string, many bool) {
	of := " of " + operations
	switch {
	case c.Every > 1:
		return "every " + words.Ordinal(c.Every) + " call" + of, false
	case c.IsZero() || c.Every == 1 || c.From <= 1 && c.To == 0:
		return "every call" + of, false
	case c.To == 0:
		return "every call" + of + " from the " + words.Ordinal(c.From) + " on", false
	case c.From == c.To:
		return "the " + words.Ordinal(c.From) + " call" + of, false
	case c.From <= 1:
		return fmt.Sprintf("the first %d calls%s", c.To, of), true
	}
	return fmt.Sprintf("calls %d to %d%s", c.From, c.To, of), true
}

// operationWords says which operations a rule is for.
func operationWords(r *fault.Rule) string {
	text := r.Operation
	switch text {
	case operation.Any:
		text = "any operation but signing in"
	case operation.Graph:
		text = "any operation of Graph"
	}
	if len(r.Except) > 0 {
		text += " but those of " + words.Join(r.Except, "and")
	}
	return text
}

// circumstances says when a rule applies, and how often it then strikes.
func circumstances(r *fault.Rule) string {
	var list []string
	if r.While.State != "" {
		list = append(list, "while the profile is "+r.While.State)
	}
	if r.While.Status != "" {
		list = append(list, "while the sync is "+r.While.Status)
	}
	if len(r.While.Object) > 0 {
		list = append(list, "while its object has "+conditions(r.While.Object))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Where.Header)) {
		list = append(list, "with the header "+name+": "+r.Where.Header[name])
	}
	for _, name := range slices.Sorted(maps.Keys(r.Where.Query)) {
		list = append(list, "with "+name+"="+r.Where.Query[name])
	}
	if len(r.Where.Body) > 0 {
		list = append(list, "with "+conditions(r.Where.Body)+" in the body")
	}
	if r.Chance > 0 && r.Chance < 1 {
		list = append(list, fmt.Sprintf("with a chance of %.4g %%", r.Chance*100))
	}
	if len(list) == 0 {
		return ""
	}
	return " " + strings.Join(list, ", ")
}

func effects(r *fault.Rule, many bool) (list []string) {
	is, waits, they := "is", "waits", "it is"
	if many {
		is, waits, they = "are", "wait", "they are"
	}
	if d := r.Delay; !d.IsZero() {
		text := waits + " " + short(d.Min)
		if d.Max > d.Min {
			text += " to " + short(d.Max)
		}
		list = append(list, text)
	}
	if r.Handled != nil && !*r.Handled {
		list = append(list, is+" lost before "+they+" carried out")
	}
	if a := r.Respond; a != nil {
		list = append(list, is+" "+answer(a))
	}
	list = append(list, r.Body.Sentences()...)
	if s := r.Slow; s != nil {
		list = append(list, fmt.Sprintf("the body comes in pieces of %s, %s apart", counted(s.Bytes, "byte"), short(s.Every.Std())))
	}
	if end, ok := endings[r.Then]; ok {
		list = append(list, end)
	}
	if len(list) == 0 {
		return []string{is + " carried out"}
	}
	if r.Delay.IsZero() && r.Respond == nil && (r.Handled == nil || *r.Handled) {
		list[0] = is + " carried out, but " + list[0]
	}
	return list
}

var endings = map[fault.Then]string{
	fault.Close: "the connection is closed",
	fault.Reset: "the connection is reset",
	fault.Hang:  "the answer never ends",
}

// answer says what is answered, as "answered 429, Retry-After 20s".
func answer(a *fault.Respond) string {
	text := fmt.Sprintf("answered %d", a.Status)
	if a.Error != "" {
		text += " " + a.Error
	}
	list := []string{text}
	if a.Body != nil {
		list = append(list, "with a body of its own")
	}
	if a.Message != "" {
		list = append(list, "saying "+words.Quote(a.Message))
	}
	if a.RetryAfter > 0 {
		text := "Retry-After " + short(a.RetryAfter.Std())
		switch a.RetryAfterFormat {
		case fault.FormatDate:
			text += " as a date"
		case fault.FormatDecimal:
			text += " with decimals"
		}
		list = append(list, text)
	}
	for _, name := range slices.Sorted(maps.Keys(a.Headers)) {
		list = append(list, name+": "+a.Headers[name])
	}
	return strings.Join(list, ", ")
}

// throttleSentence says what a limit allows.
func throttleSentence(rule *throttle.Rule) string {
	r := rule.Filled()
	of := "any operation but signing in"
	if len(r.Operations) > 0 {
		of = words.Join(r.Operations, "or")
	}
	per := "each app"
	if r.Per == throttle.PerTenant {
		per = "the whole tenant"
	}
	text := fmt.Sprintf("%s of %s in %s for %s; who asks more is told how long to wait",
		counted(r.Requests, "call"), of, short(r.Window.Std()), per)
	if r.Preset != "" {
		text = fmt.Sprintf("%s, as documented: %s", r.Preset, text)
	}
	if r.Optional {
		text += " (optional)"
	}
	return text
}
