package journal

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// expectationKey tells an expectation from others: worlds under one scenario
// have the same ones.
type expectationKey struct{ place, expected string }

// tally counts expectations, each once however many worlds have it; it is unmet
// if it is in any.
func (v *Verdict) tally() (all, unmet int) {
	met := map[expectationKey]bool{}
	for _, w := range v.Worlds {
		for _, r := range w.Expectations {
			key := expectationKey{r.Place, r.Expected}
			if known, ok := met[key]; !ok || known {
				met[key] = r.OK
			}
		}
	}
	for _, ok := range met {
		if !ok {
			unmet++
		}
	}
	return len(met), unmet
}

// String is the verdict in one line, as "verified: 5 expectations met in 2 worlds, 1 warning".
func (v Verdict) String() string {
	all, unmet := v.tally()
	worlds := v.extent()
	warnings := words.Count(len(v.Warnings), "warning", "warnings")
	if len(v.Warnings) == 0 {
		warnings = "no warnings"
	}
	idle := v.idle()
	_, untouched := v.untouched()
	switch {
	case v.IsOffered && v.OK:
		return "not exercised, which is no failure here: " + v.nothing() + " in " + worlds + ", " + warnings
	case unmet > 0 && untouched:
		return fmt.Sprintf("NOT exercised: %s; %d of %s not met in %s, %s", v.nothing(), unmet,
			words.Count(all, "expectation", "expectations"), worlds, warnings)
	case unmet > 0:
		text := fmt.Sprintf("NOT verified: %d of %s not met in %s, %s", unmet, words.Count(all, "expectation", "expectations"), worlds, warnings)
		if len(idle) > 0 {
			text += ", and not exercised: " + idle[0].subject()
		}
		return text
	case len(idle) > 0:
		met := "nothing was expected"
		if all > 0 {
			met = words.Count(all, "expectation", "expectations") + " met"
		}
		return fmt.Sprintf("NOT exercised: %s; %s in %s, %s", v.nothing(), met, worlds, warnings)
	case !v.OK:
		return fmt.Sprintf("NOT verified: %s met in %s, but %s, and verification is strict",
			words.Count(all, "expectation", "expectations"), worlds, warnings)
	case all == 0:
		return fmt.Sprintf("verified: nothing was expected in %s, %s", worlds, warnings)
	}
	return fmt.Sprintf("verified: %s met in %s, %s", words.Count(all, "expectation", "expectations"), worlds, warnings)
}

// nothing says what did not take place.
func (v *Verdict) nothing() string {
	if idle := v.idle(); len(idle) > 0 {
		return "no rule of " + idle[0].subject() + " struck a call"
	}
	return "no call had to do with the scenario"
}

// extent says how many worlds were judged, and how many chapters where a run
// has several.
func (v *Verdict) extent() string {
	worlds, chapters := map[string]bool{}, v.Omitted.Passed+v.Omitted.Failed
	for _, w := range v.Worlds {
		worlds[w.World+" "+w.Tenant] = true
		chapters++
	}
	text := words.Count(len(worlds), "world", "worlds")
	if chapters > len(worlds) {
		text = words.Count(chapters, "chapter", "chapters") + " of " + text
	}
	return text
}

// WriteText writes the verdict for people: for each chapter of each world what
// was expected, where that stands, and what was seen instead; then the warnings;
// on the last line the summary. It returns the first error of w.
func (v Verdict) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, e := range v.idle() {
		if e.Spared > 0 { // first, since it may be why something expected did not happen
			fmt.Fprintf(b, "by chance not exercised: %s\n  %s\n", e.subject(), e.seen())
		}
	}
	for _, world := range v.Worlds {
		tenant := ""
		if world.Tenant != "" {
			tenant = " (tenant " + words.Clean(world.Tenant) + ")"
		}
		fmt.Fprintf(b, "world %s%s%s: %s", words.Clean(world.World), tenant, world.Chapter.text(),
			words.Count(world.Entries, "entry", "entries")+world.Levels.text())
		if world.Lost > 0 {
			fmt.Fprintf(b, ", %d more were lost", world.Lost)
		}
		fmt.Fprintln(b)
		for _, r := range world.Expectations {
			r.write(b, v.IsOffered)
		}
		for _, line := range world.Permissions.lines() {
			fmt.Fprintf(b, "  %s\n", line)
		}
	}
	for _, e := range v.idle() {
		if e.Spared == 0 {
			fmt.Fprintf(b, "  %s  %s\n          but %s\n", unmet(v.IsOffered), e.expected(), e.seen())
		}
	}
	if v.Omitted != (Omitted{}) {
		fmt.Fprintln(b, v.Omitted.text())
	}
	for i, warning := range v.Warnings {
		if i == 0 {
			fmt.Fprintln(b, "warnings")
		}
		fmt.Fprintf(b, "  %-7s %s\n", warning.mark(v.IsStrict && !(v.IsOffered && warning.Kind == WarnUnfired)), warning.text())
	}
	fmt.Fprintln(b, v.String())
	return b.Flush()
}

// Why is the first thing for which the verdict is not good, on one line; "" where it
// is. Where chance alone kept the rules from striking, that is the first: what is expected
// of the client may be what it does when they strike.
func (v Verdict) Why() string {
	if _, untouched := v.untouched(); untouched {
		for _, e := range v.idle() {
			if e.Spared > 0 {
				return e.expected() + ", but " + e.seen()
			}
		}
	}
	for _, world := range v.Worlds {
		for _, r := range world.Expectations {
			if !r.OK {
				return words.Clean(r.Expected + ", but " + r.Seen)
			}
		}
	}
	for _, e := range v.idle() {
		return e.expected() + ", but " + e.seen()
	}
	return v.strictWhy()
}

// strictWhy is the first warning for which a strict verdict is not good.
func (v *Verdict) strictWhy() string {
	for i := range v.Warnings {
		if v.IsStrict && !(v.IsOffered && v.Warnings[i].Kind == WarnUnfired) {
			return v.Warnings[i].text()
		}
	}
	return ""
}

// unmet is the mark of what is not as it should be.
func unmet(offered bool) string {
	if offered {
		return "skipped"
	}
	return "FAILED"
}

func (r *Result) write(b *bufio.Writer, offered bool) {
	place := ""
	if r.Place != "" {
		place = "  [" + words.Clean(r.Place) + "]"
	}
	if r.OK {
		fmt.Fprintf(b, "  ok      %s%s\n", words.Clean(r.Expected), place)
		return
	}
	fmt.Fprintf(b, "  %-6s  %s%s\n", unmet(offered), words.Clean(r.Expected), place)
	fmt.Fprintf(b, "          but %s%s\n", words.Clean(r.Seen), named(r.Entries, r.Blamed))
}

func (w *Warning) mark(strict bool) string {
	if strict {
		return "FAILED"
	}
	return "warning"
}

// text is the warning with its world and its entries.
func (w *Warning) text() string {
	text := words.Clean(w.Message) + named(w.Entries, w.Count)
	if w.World != "" {
		text = "world " + words.Clean(w.World) + w.Chapter.text() + ": " + text
	}
	return text
}

// named lists entries, of which there may be more than are named.
func named(ids []uint64, n int) string {
	if len(ids) == 0 {
		return ""
	}
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = fmt.Sprint(id)
	}
	if more := n - len(ids); more > 0 {
		return fmt.Sprintf(" (entries %s and %d more)", strings.Join(list, ", "), more)
	}
	if n == 1 {
		return " (entry " + list[0] + ")"
	}
	return " (entries " + words.Join(list, "and") + ")"
}

// byKind returns the warnings of a kind.
func (v *Verdict) byKind(kind string) []Warning {
	return slices.DeleteFunc(slices.Clone(v.Warnings), func(w Warning) bool { return w.Kind != kind })
}
