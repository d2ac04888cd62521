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

// MaxFailed is how many failed calls a Tally names (chosen: they fit a screen).
const MaxFailed = 5

// maxTold bounds what a Tally remembers of calls, to know a retry. Chosen: beyond it a
// retry of a call that is forgotten counts as a call alone.
const maxTold = 10_000

// Tally counts what clients did in a run, entry by entry. The zero value is ready.
type Tally struct {
	Calls   int     // entries
	Retries int     // calls again of what was answered 408, 429 or 5xx, or not at all
	Early   int     // calls that came within a Retry-After
	Failed  []Entry // the last MaxFailed that were answered 4xx or 5xx, or not at all; without their bodies

	failed map[call]bool // calls whose last answer invites a retry
}

// call is what a client sends again.
type call struct{ world, method, path, query string }

// Add counts an entry.
func (t *Tally) Add(e *Entry) {
	t.Calls++
	if e.Detail != nil && e.Detail.Early != nil {
		t.Early++
	}
	c := call{e.World, e.Method, e.Path, e.Query}
	if t.failed[c] {
		t.Retries++
		delete(t.failed, c)
	}
	if retriable(e.Status) && len(t.failed) < maxTold {
		if t.failed == nil {
			t.failed = map[call]bool{}
		}
		t.failed[c] = true
	}
	if e.Fails() || e.damage() != "" {
		short := *e
		short.RequestBody, short.ResponseBody, short.Before, short.After = "", "", nil, nil
		t.Failed = append(t.Failed, short)
		if n := len(t.Failed) - MaxFailed; n > 0 {
			t.Failed = slices.Delete(t.Failed, 0, n)
		}
	}
}

// retriable tells whether clients of Graph send a call again after this status.
// Documented (Graph's page on errors): 408, 429 and 5xx; 0 is none.
func retriable(status int) bool {
	return status == 0 || status == 408 || status == 429 || status >= 500
}

// Fails tells whether the client was told of an error, or nothing.
func (e *Entry) Fails() bool { return e.Status == 0 || e.Status >= 400 }

// damage tells what a fault did to an answer that is none of an error: its body was cut, say.
func (e *Entry) damage() string {
	if e.Detail == nil || e.Detail.Fault == nil || e.Fails() {
		return ""
	}
	var effects []string
	for _, f := range e.Detail.Fault.Effects {
		if !strings.HasPrefix(f, "delay") && !strings.HasPrefix(f, "respond") {
			effects = append(effects, f)
		}
	}
	return strings.Join(effects, ", ")
}

// After names the last call that failed, or whose answer a fault has damaged, with what a
// rule did to it; "" where there was none. A command that fails after it need not fail
// because of it.
func (t *Tally) After() string {
	if len(t.Failed) == 0 {
		return ""
	}
	e := &t.Failed[len(t.Failed)-1]
	text := fmt.Sprintf("entry %d", e.ID)
	if e.World != "default" {
		text += " of world " + words.Clean(e.World)
	}
	text += ", " + e.fate()
	switch d := e.Detail; {
	case d == nil:
	case d.Fault != nil:
		text += " by fault " + words.Clean(d.Fault.Rule)
	case d.Throttled != "":
		text += " by throttle " + words.Clean(d.Throttled)
	}
	return text
}

// fate is what became of a call that failed.
func (e *Entry) fate() string {
	how := e.damage()
	switch {
	case e.Status == 0:
		return "which got no answer"
	case how == "":
		return fmt.Sprintf("which was answered %d", e.Status)
	case strings.HasPrefix(how, "cutAt"):
		return "whose body was cut"
	}
	return "whose answer was damaged (" + words.Clean(how) + ")"
}

// WriteFailed lists the last failed calls, with what a person needs to find them.
func (t *Tally) WriteFailed(w io.Writer) error {
	if len(t.Failed) == 0 {
		_, err := fmt.Fprintln(w, "No call failed.")
		return err
	}
	b := bufio.NewWriter(w)
	switch n := len(t.Failed); n {
	case 1:
		fmt.Fprintln(b, "One call failed:")
	case MaxFailed: // perhaps there were more
		fmt.Fprintf(b, "The last %d calls that failed:\n", n)
	default:
		fmt.Fprintf(b, "%d calls failed:\n", n)
	}
	columns := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	for i := range t.Failed {
		fmt.Fprintln(columns, strings.Join(t.Failed[i].failed(), "\t"))
	}
	columns.Flush() // an error stays in b
	return b.Flush()
}

// failed is what a list of failed calls tells of one.
func (e *Entry) failed() []string {
	entry := fmt.Sprintf("  entry %d", e.ID)
	if e.World != "default" {
		entry += " of world " + words.Clean(e.World)
	}
	answer := "no answer"
	if e.Status != 0 {
		answer = strconv.Itoa(e.Status)
	}
	if how := e.damage(); how != "" {
		answer += " (" + words.Clean(how) + ")"
	}
	return []string{entry, words.Cut(words.Clean(e.Method), 20, "…") + " " + words.Cut(words.Clean(e.Path), 160, "…"), answer,
		cmp.Or(words.Clean(e.Operation), "-")}
}
