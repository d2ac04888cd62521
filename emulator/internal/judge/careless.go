package judge

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// address is where a client calls again what failed. The query is no part of it: one that
// begins its list again has called again, too.
type address struct{ client, method, path string }

func addressOf(e *record.Entry) address { return address{e.Client, e.Method, e.Path} }

// notRepeated groups calls that a rule refused or whose answer it lost, and that their
// client never made again. Documented (Graph's pages on throttling and errors): a client
// repeats what was answered 429, 503 or 504. Chosen: who has called again once takes it
// seriously, and may give up; and what a write has done before its answer was lost, nobody
// knows, so that only reads are repeated then.
func (r *Record) notRepeated() []journal.Warning {
	type calls struct{ last, before *record.Entry }
	of := map[address]calls{}
	for i := range r.Entries {
		e := &r.Entries[i]
		key := addressOf(e)
		of[key] = calls{e, of[key].last}
	}
	var g grouped
	for i := range r.Entries {
		e := &r.Entries[i]
		if c := of[addressOf(e)]; c.last == e && setback(e) != "" && (c.before == nil || setback(c.before) == "") {
			g.add(words.Cut(words.Clean(e.Method+" "+e.Path), maxShown, "…")+"\x00"+setback(e), e.ID)
		}
	}
	return g.warnings(journal.WarnNotRepeated, r.World, func(key string, n int) string {
		call, what, ok := strings.Cut(key, "\x00")
		if !ok {
			return words.Count(n, "further call", "further calls") + " failed by a rule and came not again"
		}
		return fmt.Sprintf("%s %s and was not called again", call, what)
	})
}

// setback says what a rule did to a call that a good client makes again; "" where it is none.
func setback(e *record.Entry) string {
	d := e.Detail
	if d == nil || d.Fault == nil && d.Throttled == "" {
		return ""
	}
	reads := e.Method == "GET" || e.Method == "HEAD"
	switch {
	case e.Status == 429 || e.Status == 503 || e.Status == 504 && reads:
		return fmt.Sprintf("was answered %d", e.Status)
	case !reads || d.Fault == nil:
	case e.Status == 0:
		return "got no answer"
	case e.Status < 300 && slices.ContainsFunc(d.Fault.Effects, func(s string) bool { return strings.HasPrefix(s, "cutAt") }):
		return "got an answer that was cut"
	}
	return ""
}

// notFollowed groups pages whose nextLink was never followed, where the scenario has made
// pages small: else a client may well want no more than the first. Chosen: one that asks for
// a $top wants so many, and any later page of the same list is taken for the next one.
func (r *Record) notFollowed() []journal.Warning {
	if !slices.ContainsFunc(r.Rules, func(u RuleUse) bool { return u.Kind == "pageSize" && u.Fired > 0 }) {
		return nil
	}
	followed := map[address]uint64{} // the last entry that did
	for i := range r.Entries {
		if e := &r.Entries[i]; strings.Contains(e.Query, "skiptoken=") {
			followed[addressOf(e)] = e.ID
		}
	}
	var g grouped
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Status == 200 && followed[addressOf(e)] <= e.ID && !strings.Contains(e.Query, "top=") && e.HasNextLink() {
			g.add(words.Cut(words.Clean(e.Path), maxShown, "…"), e.ID)
		}
	}
	return g.warnings(journal.WarnNotFollowed, r.World, func(key string, n int) string {
		if n == 1 {
			return "the nextLink of " + key + " was never followed"
		}
		return fmt.Sprintf("%d nextLinks of %s were never followed", n, key)
	})
}
