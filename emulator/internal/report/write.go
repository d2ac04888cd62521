package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/graphemu/graphemu/emulator/internal/ui"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Policy is the policy of a report, for the header of an answer that is one.
func Policy() string { return ui.ReportPolicy() }

// Write writes a report as HTML: what is the same without scripts as it stands, and what
// the views show as data.
func Write(w io.Writer, f File) error {
	ok, title, verdict := f.verdict()
	r := ui.Report{
		Title: "graphemu report: " + title, Version: f.Version,
		Verdict: verdict, OK: ok,
		Run:     f.made(),
		Without: f.without,
		Data:    f.data(),
	}
	if len(f.Runs) > 1 {
		r.First = f.card()
	} else if len(f.Runs) == 1 && f.Runs[0].Ended != "" {
		r.First = f.ended()
	}
	return ui.WriteReport(w, r)
}

// verdict is what is thought of all runs, in a word or two and in a sentence. Where nothing
// was exercised at all, nobody knows how the client does.
func (f *File) verdict() (ok bool, title, text string) {
	idle := false
	for i, one := range f.Card.Runs {
		if f.failed(i) {
			return false, "not passed", "Not passed. " + called(one.Label) + words.Clean(one.Why)
		}
		idle = idle || one.Result == journal.ResultIdle
	}
	if idle && !f.Card.Exercised() {
		return false, "not exercised", "Not exercised. " + f.Card.String()
	}
	return true, "passed", "Passed. " + f.Card.String()
}

// called begins a sentence about a run of several.
func called(label string) string {
	if label == "" {
		return ""
	}
	return "Run " + words.Clean(label) + ": "
}

func (f *File) data() data {
	d := data{Worlds: []worldData{}}
	for _, failed := range []bool{true, false} { // failing runs first
		for i, r := range f.Runs {
			if f.failed(i) != failed {
				continue
			}
			for _, w := range r.Worlds {
				one := w.data(r)
				if one.Run = r.Label; failed && r.Verdict.OK {
					one.Failed = f.Card.Runs[i].Why
				}
				d.Worlds = append(d.Worlds, one)
			}
		}
	}
	return d
}

// failed tells whether a run did not pass. That its scenario was not exercised is a failure
// only where somebody named it.
func (f *File) failed(i int) bool {
	if i >= len(f.Card.Runs) {
		return false
	}
	result := f.Card.Runs[i].Result
	return result == journal.ResultFailed || result == journal.ResultIdle && !f.Runs[i].Verdict.OK
}

// class is the colour of a result.
func class(result string) string {
	switch result {
	case journal.ResultPassed:
		return "good"
	case journal.ResultFailed:
		return "bad"
	}
	return "idle"
}

func (w *World) data(r *Run) worldData {
	d := worldData{Ref: ref(r, w), Name: w.Name, Tenant: w.Tenant, Clock: w.Clock, Verdict: w.Verdict, Due: w.Due, Left: w.left.text(),
		Entries: []json.RawMessage{}, Explanations: map[string]string{}, Metadata: w.Objects.Metadata, Objects: w.Objects.Answers}
	if d.Metadata == nil {
		d.Metadata, d.Objects = map[string]string{}, map[string]json.RawMessage{}
	}
	for _, k := range w.kept {
		d.Entries = append(d.Entries, k.json)
		d.Explanations[strconv.FormatUint(k.id, 10)] = k.explanation
	}
	return d
}

// card is how the runs went, in a table.
func (f *File) card() g.Node {
	rows := g.Group{}
	for i, one := range f.Card.Runs {
		label := g.Node(g.Text(words.Clean(one.Label)))
		if i < len(f.Runs) && len(f.Runs[i].Worlds) > 0 {
			label = h.A(h.Href("#/"+escaped(ref(f.Runs[i], f.Runs[i].Worlds[0]))+"/requests"), label)
		}
		rows = append(rows, h.Tr(
			h.Th(h.Scope("row"), label),
			h.Td(h.Strong(h.Class(class(one.Result)), g.Text(one.Told()))),
			number(one.Calls, "Calls", ""), number(one.Retries, "Retries", ""), number(one.Early, "Early calls", "bad"),
			h.Td(h.Class("why"), g.Text(words.Clean(one.Why)))))
	}
	return h.Section(h.ID("card"), h.Aria("labelledby", "card-title"),
		h.H2(h.ID("card-title"), g.Text("Report card: "+f.Card.String())),
		h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", "Report card"),
			h.Table(heads("Run", "Result", "Calls", "Retries", "Early calls", "Why"), h.TBody(rows))),
		h.P(h.Class("hint"), g.Text("A retry is a call again of what was answered 408, 429 or 5xx, or not at all. "+
			"An early call came before a Retry-After was over. "+
			"Not exercised: nothing of the scenario had to do with what the client called.")))
}

// ended is how the command ended and what it did, where there is one run.
func (f *File) ended() g.Node {
	one := f.Card.Runs[0]
	done := words.Count(one.Calls, "call", "calls") + ", " + words.Count(one.Retries, "retry", "retries") + ", " +
		words.Count(one.Early, "early call", "early calls")
	return h.Section(h.ID("ended"), h.Aria("label", "How the command ended"),
		h.Strong(h.Class(class(one.Result)), g.Text(one.Told())), g.Text(": "+words.Clean(f.Runs[0].Ended)+" It made "+done+"."))
}

// number is a cell with its column's name, which a small screen shows beside it.
func number(n int, name, class string) g.Node {
	if n == 0 {
		class = ""
	}
	return h.Td(h.Class(strings.TrimSpace("number "+class)), h.Data("name", name), g.Text(strconv.Itoa(n)))
}

func heads(names ...string) g.Node {
	row := g.Group{}
	for _, n := range names {
		row = append(row, h.Th(h.Scope("col"), g.Text(n)))
	}
	return h.THead(h.Tr(row))
}

// escaped is a text as one part of the address of a view.
func escaped(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' || c == '.' {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// made is how the runs came about, and how to do them again.
func (f *File) made() g.Node {
	list := g.Group{}
	if f.Command != "" {
		list = append(list, h.H3(g.Text("To run it again")), h.Pre(h.ID("again"), g.Text(f.Command)))
	}
	if n := f.worlds(); n > 1 {
		list = append(list, f.table())
	}
	for i, r := range f.Runs {
		inside := g.Group{}
		if r.Repeat != "" && r.Repeat != f.Command {
			inside = append(inside, h.H4(g.Text("This run again")), h.Pre(g.Text(r.Repeat)))
		}
		if r.Ended != "" {
			inside = append(inside, h.P(g.Text(words.Clean(r.Ended))))
		}
		rows := g.Group{}
		for _, p := range r.Verdict.Properties {
			rows = append(rows, pair(p.Name, p.Value))
		}
		for _, m := range r.Made {
			rows = append(rows, pair(m.What+" "+m.Name, "SHA-256 "+m.SHA256))
		}
		inside = append(inside, h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"),
			h.Aria("label", strings.TrimSpace("How the run was made "+words.Clean(r.Label))),
			h.Table(h.Caption(g.Text("Made with")), h.TBody(rows))))
		inside = append(inside, texts("Scenario", r.Sources))
		for _, w := range r.Worlds {
			inside = append(inside, texts("Scenario of the world "+w.Name+", put there while it ran:", w.Sources))
		}
		if r.More > 0 {
			inside = append(inside, h.P(g.Text(words.Count(r.More, "more world is", "more worlds are")+" left out: a report has at most "+
				strconv.Itoa(MaxWorlds)+" of a run, those that failed first.")))
		}
		if len(f.Runs) == 1 {
			list = append(list, inside)
			continue
		}
		list = append(list, h.Details(g.If(f.failed(i), g.Attr("open")), h.Summary(g.Text("Run "+r.Label)), inside))
	}
	return append(list, h.P(h.Class("hint"), g.Text("Two runs of the same command give the same report "+
		"but for ports, tokens and what is signed, "+
		"and for times where the clock is real. Secrets are taken out, and wall-clock times.")))
}

func pair(name, value string) g.Node {
	return h.Tr(h.Th(h.Scope("row"), g.Text(words.Clean(name))), h.Td(g.Text(words.Clean(value))))
}

func texts(title string, list []Source) g.Node {
	all := g.Group{}
	for _, s := range list {
		all = append(all, h.Details(h.Summary(g.Text(title+" "+words.Clean(s.Name))), h.Pre(g.Text(s.Text))))
	}
	return all
}

func (f *File) worlds() (n int) {
	for _, r := range f.Runs {
		n += len(r.Worlds)
	}
	return n
}

// table lists the worlds, those that failed first.
func (f *File) table() g.Node {
	var failed, passed g.Group
	for _, r := range f.Runs {
		for _, w := range r.Worlds {
			result := "passed"
			switch {
			case !w.Verdict.OK:
				result = "not passed"
			case w.Verdict.IsOffered:
				result = journal.ResultIdle
			}
			row := h.Tr(h.Th(h.Scope("row"), h.A(h.Href("#/"+escaped(ref(r, w))+"/requests"), g.Text(ref(r, w)))),
				h.Td(g.Text(result)), number(len(w.kept)+w.left.entries, "Requests", ""), h.Td(g.Text(words.Clean(w.Verdict.Why()))))
			if w.Verdict.OK {
				passed = append(passed, row)
			} else {
				failed = append(failed, row)
			}
		}
	}
	return h.Div(h.Class("scroll"), h.TabIndex("0"), h.Role("region"), h.Aria("label", "Worlds"),
		h.Table(h.Caption(g.Text("Worlds")), heads("World", "Verdict", "Requests", "Why"), h.TBody(append(failed, passed...))))
}

// without is what is there where no script may run: the verdicts, and the requests as the
// journal lists them.
func (f *File) without() g.Node {
	list := g.Group{h.P(g.Text("The views need JavaScript. Without it, this is what the report tells:"))}
	for _, r := range f.Runs {
		var b strings.Builder
		if r.Verdict.WriteText(&b) != nil {
			continue // a builder takes all
		}
		title := "Verdict"
		if r.Label != "" {
			title += " of " + r.Label
		}
		list = append(list, h.H3(g.Text(title)), h.Pre(g.Text(b.String())))
		for _, w := range r.Worlds {
			list = append(list, h.H4(g.Text("Requests of "+ref(r, w))), h.Pre(g.Text(w.lines())),
				g.If(w.left.text() != "", h.P(g.Text(w.left.text()))))
		}
	}
	return list
}

// lines are the world's requests as the journal lists them.
func (w *World) lines() string {
	var entries []journal.Entry
	for _, k := range w.kept {
		var e journal.Entry
		if json.Unmarshal(k.json, &e) == nil {
			entries = append(entries, e)
		}
	}
	var b strings.Builder
	if journal.WriteText(&b, entries) != nil {
		return ""
	}
	return b.String()
}
