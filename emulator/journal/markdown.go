package journal

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// maxListed is how many expectations or warnings Markdown names (chosen).
const maxListed = 10

// WriteMarkdown writes how one run went, as the summary of a job shows it: the result with
// its reason, what the client did, expectations that were not met, and warnings. What
// clients and files have named stays text. It returns the first error of w.
func WriteMarkdown(w io.Writer, r CardRun, v Verdict, done Tally) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "### graphemu: %s\n\n", r.Result)
	if r.Why != "" {
		fmt.Fprintf(b, "%s.\n\n", strings.TrimSuffix(Markdown(r.Why), "."))
	}
	fmt.Fprintf(b, "%s, %s, %s. %s.\n\n", words.Count(r.Calls, "call", "calls"), words.Count(r.Retries, "retry", "retries"),
		words.Count(r.Early, "early call", "early calls"), Markdown(v.Summary))
	var list []string
	for _, world := range v.Worlds {
		for _, e := range world.Expectations {
			if !e.OK {
				list = append(list, "Not met: "+Markdown(e.Expected)+", but "+Markdown(e.Seen+named(e.Entries, e.Blamed)))
			}
		}
	}
	for i := range v.Warnings {
		list = append(list, "Warning: "+Markdown(v.Warnings[i].text()))
	}
	if r.Result != ResultPassed {
		for i := range done.Failed {
			list = append(list, "Failed call: "+Markdown(strings.TrimSpace(strings.Join(done.Failed[i].failed(), "  "))))
		}
	}
	for i, line := range list {
		if i == maxListed {
			fmt.Fprintf(b, "- and %d more\n", len(list)-i)
			break
		}
		fmt.Fprintf(b, "- %s\n", line)
	}
	if len(list) > 0 {
		fmt.Fprintln(b)
	}
	return b.Flush()
}
