package scenario

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// Plan returns what WritePlan writes.
func Plan(f *File) string {
	var b strings.Builder
	WritePlan(&b, f)
	return b.String()
}

// WritePlan writes for people what a scenario does: its settings, the timeline
// of each lifecycle relative to its trigger, what goes wrong and what is
// expected. It errs where w does.
func WritePlan(w io.Writer, f *File) error {
	p := &plan{}
	p.head(f)
	p.lifecycles(f)
	p.timeline(f)
	comes := comings(f.Faults)
	p.list("Faults, of which the first that strikes counts", len(f.Faults), func(i int) string {
		return f.Faults[i].Name + ": " + faultSentence(&f.Faults[i], comes[i])
	})
	p.list("Throttles", len(f.Throttle), func(i int) string { return f.Throttle[i].Name + ": " + throttleSentence(&f.Throttle[i]) })
	p.list("Expected of the client", len(f.Expect), func(i int) string { return f.Expect[i].String() })
	warnings := Overlaps(f)
	p.list("Warnings", len(warnings), func(i int) string { return warnings[i].String() })
	_, err := io.WriteString(w, p.text.String())
	return err
}

type plan struct{ text strings.Builder }

func (p *plan) line(format string, args ...any) {
	p.text.WriteString(strings.TrimRight(fmt.Sprintf(format, args...), " ") + "\n")
}

// table writes rows of two columns, indented.
func (p *plan) table(indent string, rows [][2]string) {
	var b strings.Builder
	t := tabwriter.NewWriter(&b, 0, 1, 2, ' ', 0)
	for _, r := range rows {
		fmt.Fprintf(t, "%s%s\t%s\n", indent, r[0], r[1])
	}
	t.Flush()
	for line := range strings.Lines(b.String()) {
		p.line("%s", strings.TrimSuffix(line, "\n"))
	}
}

// list writes n entries under a title, and nothing for none.
func (p *plan) list(title string, n int, entry func(int) string) {
	if n == 0 {
		return
	}
	p.line("\n%s:", title)
	for i := range n {
		p.line("  %s", entry(i))
	}
}

func (p *plan) head(f *File) {
	p.line("Scenario %s", f.Name)
	if f.Description != "" {
		p.line("%s", strings.TrimSpace(f.Description))
	}
	rows := [][2]string{{"clock", clockSentence(f.Clock)}}
	if f.Fixture != "" {
		rows = append(rows, [2]string{"fixture", f.Fixture})
	}
	if f.PageSize > 0 {
		rows = append(rows, [2]string{"pages", "have " + words.Count(f.PageSize, "object", "objects") + " at most"})
	}
	var readings []string
	for _, name := range slices.Sorted(maps.Keys(f.Variants)) {
		readings = append(readings, name+"="+f.Variants[name])
	}
	if len(readings) > 0 {
		rows = append(rows, [2]string{"variants", strings.Join(readings, ", ")})
	}
	p.line("\nSettings:")
	p.table("  ", rows)
}

func clockSentence(c Clock) string {
	switch c.Setting().Mode {
	case clock.ModeScaled:
		return fmt.Sprintf("runs %v times as fast as the wall clock", c.Factor)
	case clock.ModeFrozen:
		text := "stands still"
		if !c.Start.IsZero() {
			text += " at " + c.Start.Format(time.RFC3339Nano)
		}
		if c.PerRequest > 0 {
			return text + ", and each Graph request moves it by " + short(c.PerRequest.Std())
		}
		return text + " until it is moved"
	}
	return "runs with the wall clock"
}

func (p *plan) lifecycles(f *File) {
	if len(f.Lifecycles) == 0 {
		return
	}
	p.line("\nLifecycles, of which the first that fits the call and the %s applies:", f.lives())
	for i, l := range f.Lifecycles {
		if i > 0 {
			p.line("")
		}
		p.line("  %s", l.Name)
		p.line("    on %s%s%s", l.On, l.objects(), f.waits(l.Name))
		p.table("      ", l.rows())
		switch {
		case l.Next != "":
			p.line("    then %s, at the next %s; this one runs once for each %s", l.Next, f.trigger(l.Next), l.noun())
		default:
			p.line("    then nothing by itself, until the next call")
		}
		if l.Optional {
			p.line("    optional: no warning where it never runs")
		}
	}
}

// noun is what the lifecycle is for.
func (l *Lifecycle) noun() string {
	if l.OfProfiles() {
		return "profile"
	}
	return "object"
}

// lives is what the lifecycles are for.
func (f *File) lives() string {
	if slices.ContainsFunc(f.Lifecycles, func(l Lifecycle) bool { return !l.OfProfiles() }) {
		return "object"
	}
	return "profile"
}

// objects says on which profiles, or other objects.
func (l *Lifecycle) objects() string {
	if len(l.Where) == 0 {
		return ", of every " + l.noun()
	}
	return ", of " + l.noun() + "s with " + conditions(l.Where)
}

// conditions says what is asked of values.
func conditions(where map[string]any) string {
	var list []string
	for _, path := range slices.Sorted(maps.Keys(where)) {
		list = append(list, path+" = "+jsonText(where[path]))
	}
	return strings.Join(list, " and ")
}

// waits says by whom a lifecycle must be named before it runs.
func (f *File) waits(name string) string {
	var by []string
	for _, l := range f.Lifecycles {
		if l.Next == name {
			by = append(by, l.Name)
		}
	}
	if len(by) == 0 {
		return ""
	}
	return ", after " + words.Join(by, "or")
}

func (f *File) trigger(name string) string {
	for _, l := range f.Lifecycles {
		if l.Name == name {
			return l.On
		}
	}
	return "call"
}

// rows are the steps with their instants, counted from the trigger and, once
// reads were waited for, from the last of those.
func (l *Lifecycle) rows() [][2]string {
	var rows [][2]string
	if len(l.Steps) > 0 && (l.Steps[0].After.Time > 0 || l.Steps[0].After.Reads > 0) {
		if until := meanwhile[l.On]; until != "" {
			rows = append(rows, [2]string{"+0s", until})
		}
	}
	from, since := "", time.Duration(0)
	for _, s := range l.Steps {
		if s.After.Reads > 0 {
			if from != "" || since > 0 {
				from = instant(from, since) + ", then "
			}
			from, since = from+"after "+counted(s.After.Reads, "read"), 0
		} else {
			since += s.After.Time.Std()
		}
		rows = append(rows, [2]string{instant(from, since), s.what()})
	}
	return rows
}

// meanwhile is where a profile or its sync is before the first step, if that
// takes its time.
var meanwhile = map[string]string{
	"profiles.create": string(profile.Provisioning),
	"profiles.delete": string(profile.Deleting),
	"profiles.start":  string(profile.Extracting),
	"profiles.reset":  string(profile.Extracting),
}

func instant(from string, since time.Duration) string {
	switch {
	case from == "":
		return "+" + short(since)
	case since == 0:
		return from
	}
	return from + " +" + short(since)
}

// what says what a step changes.
func (s Step) what() string {
	var parts []string
	for _, word := range []string{s.State, s.Status} {
		if word != "" {
			parts = append(parts, word)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		if s.Set[name] == nil {
			parts = append(parts, name+" is taken away")
		} else {
			parts = append(parts, name+" becomes "+shown(name, s.Set[name]))
		}
	}
	if n := s.Errors.Total(); n > 0 {
		parts = append(parts, counted(n, "error"))
	}
	if s.StatusMessage != "" {
		parts = append(parts, words.Quote(s.StatusMessage))
	}
	if s.Force {
		parts = append(parts, "forced")
	}
	return strings.Join(parts, ", ")
}

// maxShown is how much of a value a plan shows.
const maxShown = 100

// shown is the value of a property as JSON, less secrets and what would be too long to
// read.
func shown(name string, v any) string {
	whole := redact.Body(jsonText(map[string]any{name: v}))
	text := []rune(strings.TrimSuffix(strings.TrimPrefix(whole, "{"+jsonText(name)+":"), "}"))
	if len(text) > maxShown {
		return string(text[:maxShown]) + "…"
	}
	return string(text)
}

// timeline writes the life that goes on where no lifecycle decides.
func (p *plan) timeline(f *File) {
	t := f.Timeline.Filled()
	title := "Every call leads to"
	if slices.ContainsFunc(f.Lifecycles, func(l Lifecycle) bool { return l.OfProfiles() }) {
		title = "Every other call leads to"
	}
	p.line("\n%s:", title)
	run := stages(string(profile.Extracting), t.Extracting,
		string(profile.Validating), t.Validating, string(profile.InProgress), t.InProgress, string(profile.Success))
	p.table("  ", [][2]string{
		{"profiles.create", stages(string(profile.Provisioning), t.Provisioning, string(profile.Provisioned))},
		{"profiles.start, profiles.reset", run},
		{"profiles.delete", stages(string(profile.Deleting), t.Deleting, string(profile.Gone))},
	})
	p.line("  A sync that reads from an API starts by itself once the profile is provisioned.")
}

// stages joins words and the times between them: "+0s a, +2s b".
func stages(parts ...any) string {
	var b strings.Builder
	var since time.Duration
	for _, part := range parts {
		switch part := part.(type) {
		case *clock.Duration:
			since += part.Std()
		case string:
			if b.Len() > 0 {
				b.WriteString(", ")
			}
			b.WriteString("+" + short(since) + " " + part)
		}
	}
	return b.String()
}

// short writes a duration without parts that are zero: 5m, not 5m0s.
func short(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

// counted is a number with its noun: 1 read, 2 reads.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
