package journal

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// WriteText writes one line for each entry, with columns that are aligned: id,
// time on the world's clock, operation, status, request, and what is worth to be
// told. It returns the first error of w.
func WriteText(w io.Writer, entries []Entry) error {
	buffer := bufio.NewWriter(w)
	columns := tabwriter.NewWriter(buffer, 0, 0, 2, ' ', 0)
	for i := range entries {
		fmt.Fprintln(columns, strings.Join(entries[i].columns(), "\t"))
	}
	columns.Flush() // an error stays in buffer
	return buffer.Flush()
}

// WriteLine writes the line that WriteText has for an entry. Its columns have usual
// widths, since the entries that come after it are not known yet.
func WriteLine(w io.Writer, e *Entry) error {
	c := e.columns()
	line := fmt.Sprintf("%-4s  %-30s  %-18s  %-3s  %s", c[0], c[1], c[2], c[3], strings.Join(c[4:], "  "))
	_, err := fmt.Fprintln(w, line)
	return err
}

// columns is what a list tells of an entry. The last, a note, is not always there.
func (e *Entry) columns() []string {
	// A batch's parts stand under it.
	operation := cmp.Or(e.Operation, "-")
	if e.Batch != 0 {
		operation = "· " + operation
	}
	answer := "-"
	if e.Status != 0 {
		answer = strconv.Itoa(e.Status)
	}
	columns := []string{strconv.FormatUint(e.ID, 10), instant(e.At), words.Clean(operation), answer, words.Cut(e.address(), 200, "…")}
	if note := e.note(); note != "" {
		columns = append(columns, note)
	}
	return columns
}

// note is what is worth to be told of an entry, on one line.
func (e *Entry) note() string {
	var notes []string
	if b, a := e.Before, e.After; a != nil && e.Subject == nil && (b == nil || *a != *b) {
		notes = append(notes, b.short()+" -> "+a.short())
	}
	if e.Error != nil {
		notes = append(notes, e.Error.short(e.Denied))
	}
	if e.Outcome != "" && e.Profile != "" { // of a start; that of a sign-in is long, and its error told
		notes = append(notes, e.Outcome)
	}
	if d := e.Detail; d != nil {
		if d.Fault != nil {
			notes = append(notes, "fault "+d.Fault.Rule+": "+strings.Join(d.Fault.Effects, ", "))
		}
		if d.Throttled != "" {
			notes = append(notes, "throttled by "+d.Throttled)
		}
		if d.Lifecycle != "" {
			notes = append(notes, "lifecycle "+d.Lifecycle)
		}
		if d.RetryAfter != nil {
			notes = append(notes, fmt.Sprintf("told to wait %v", words.Rounded(d.RetryAfter.Std())))
		}
		if d.Early != nil {
			notes = append(notes, fmt.Sprintf("EARLY by %v (see entry %d)", words.Rounded(d.Early.By.Std()), d.Early.Entry))
		}
	}
	return words.Cut(words.Clean(strings.Join(notes, "; ")), 300, "…")
}

// short is the error's code and what its first detail is about; of a token that was
// refused, why, since the code is always the same, and what it had.
func (p *Problem) short(denied *Denied) string {
	if len(p.Details) == 0 {
		return p.Code
	}
	d := p.Details[0]
	if denied != nil && d.Code == CodePermission {
		return p.Code + " (" + d.Code + ": " + words.Cut(d.Message, 180, "…") +
			"; the token has " + words.Cut(namedOrNone(denied.Had), 80, "…") + ")"
	}
	if d.Code == CodeToken || d.Code == CodePermission {
		return p.Code + " (" + d.Code + ": " + d.Message + ")"
	}
	return p.Code + " (" + strings.TrimSpace(d.Code+" "+d.Target) + ")"
}

// short is where a profile stands, in a word or two.
func (s *Subject) short() string {
	switch {
	case s == nil, s.Gone:
		return "none"
	case s.Status == "":
		return s.State
	}
	return s.State + "/" + s.Status
}
