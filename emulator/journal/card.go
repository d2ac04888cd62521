package journal

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Card is how a client did in one run or in several, a line each.
type Card struct {
	Runs []CardRun `json:"runs"`
}

// CardRun is one run of a Card.
type CardRun struct {
	Label   string `json:"label"`        // what the run is called
	Result  string `json:"result"`       // ResultPassed, ResultFailed or ResultIdle
	Why     string `json:"why,omitzero"` // it did not pass, in one sentence
	Calls   int    `json:"calls"`
	Retries int    `json:"retries"`
	Early   int    `json:"early"`

	Warnings int `json:"warnings,omitzero"` // of the verdict

	Exercised bool `json:"exercised,omitzero"` // a rule of a scenario struck a call
}

// Results of a run.
const (
	ResultPassed = "passed"        // the client did as expected
	ResultFailed = "failed"        // it did not
	ResultIdle   = "not exercised" // nothing of the scenario had to do with what it called
)

// maxWhy is how long a reason is at most, in characters: a line of it should fit a
// terminal.
const maxWhy = 160

// Passed returns how many runs passed.
func (c Card) Passed() (n int) {
	for _, r := range c.Runs {
		if r.Result == ResultPassed {
			n++
		}
	}
	return n
}

// String tells how many runs passed, and how many were not exercised, in one line.
func (c Card) String() string {
	text, idle := fmt.Sprintf("%d of %d passed", c.Passed(), len(c.Runs)), 0
	for _, r := range c.Runs {
		if r.Result == ResultIdle {
			idle++
		}
	}
	if idle > 0 {
		text += fmt.Sprintf(", %d not exercised", idle)
	}
	return text
}

// Exercised tells whether a rule struck a call in any of the runs.
func (c Card) Exercised() bool {
	return slices.ContainsFunc(c.Runs, func(r CardRun) bool { return r.Exercised })
}

// Text is the result with the reason, as a table on a terminal has it.
func (r CardRun) Text() string {
	why := words.Cut(words.Clean(r.Why), maxWhy, "…")
	if r.Result == ResultFailed {
		return "FAILED: " + cmp.Or(why, "see the verdict")
	}
	if why != "" {
		return r.Result + ": " + why
	}
	return r.Told()
}

// Told is the result, of a run that passed with the number of its warnings.
func (r CardRun) Told() string {
	if r.Result == ResultPassed && r.Warnings > 0 {
		return r.Result + ", " + words.Count(r.Warnings, "warning", "warnings")
	}
	return r.Result
}

// WriteText writes the card for a terminal. It returns the first error of w.
func (c Card) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	t := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "RUN\tCALLS\tRETRIES\tEARLY\tRESULT")
	for _, r := range c.Runs {
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%s\n", words.Clean(r.Label), r.Calls, r.Retries, r.Early, r.Text())
	}
	t.Flush() // an error stays in b
	fmt.Fprintln(b, c)
	return b.Flush()
}

// WriteMarkdown writes the card as Markdown, as the summary of a job shows it. What
// clients and files have named stays text. It returns the first error of w.
func (c Card) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "### graphemu: %s\n\n| run | result | calls | retries | early calls | why |\n|---|---|--:|--:|--:|---|\n", c)
	for _, r := range c.Runs {
		result := r.Told()
		if r.Result != ResultPassed {
			result = "**" + result + "**"
		}
		early := strconv.Itoa(r.Early)
		if r.Early > 0 {
			early = "**" + early + "**"
		}
		fmt.Fprintf(b, "| %s | %s | %d | %d | %s | %s |\n", Markdown(r.Label), result, r.Calls, r.Retries, early, Markdown(r.Why))
	}
	fmt.Fprintln(b)
	return b.Flush()
}

// Markdown returns a text that GitHub's Markdown shows as it stands, on one line, in a
// table too: what could be markup, HTML, a link, a mention or an emoji is written as an
// entity. Long texts are cut.
func Markdown(text string) string {
	var b strings.Builder
	text = words.Cut(words.Clean(text), 4*maxWhy, "…")
	for i, r := range text {
		switch {
		case strings.ContainsRune("\\`*_[]<>#!|~&@$", r), r == ':' && !strings.HasPrefix(text[i+1:], " "),
			r == '.' && strings.HasSuffix(strings.ToLower(text[:i]), "www"), r == '/' && strings.HasSuffix(text[:i], "/"):
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Card is how a run went whose verdict this is. done is what the clients did in it.
func (v Verdict) Card(label string, done Tally) CardRun {
	r := CardRun{Label: label, Result: ResultPassed, Calls: done.Calls, Retries: done.Retries, Early: done.Early, Warnings: len(v.Warnings)}
	r.Exercised = slices.ContainsFunc(v.Scenarios, func(e Exercise) bool { return e.Exercised })
	idle := v.idle()
	why, untouched := v.untouched()
	switch _, unmet := v.tally(); {
	case v.IsOffered && !v.OK: // strict, with a warning
		r.Result, r.Why = ResultFailed, "not verified: "+v.strictWhy()
	case untouched:
		r.Result, r.Why = ResultIdle, why
	case v.OK:
	case unmet == 0 && len(idle) > 0:
		r.Result, r.Why = ResultIdle, idle[0].seen()
	default:
		r.Result, r.Why = ResultFailed, "not verified: "+cmp.Or(v.Why(), "see the verdict")
	}
	return r
}
