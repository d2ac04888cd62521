package judge

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

var kinds = journal.WarningKinds()

// byKind orders warnings by their kinds, and leaves those of a kind in their order.
func byKind(a, b journal.Warning) int {
	return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
}

// warnings returns what is worth a warning in one world, in the order of its entries.
func (r *Record) warnings() []journal.Warning {
	list := slices.Concat(r.notImplemented(), r.unsupported(), r.refused(), r.denied(), r.failedSignIns(), r.early(),
		r.notRepeated(), r.notFollowed(), r.bursts(), r.noJitter())
	for i := range list {
		list[i].Chapter, list[i].Evidence = r.Chapter, r.evidence(list[i].Entries)
	}
	return list
}

// noCall names the likely causes. The second was seen with azidentity and
// @azure/identity: none of their requests comes here before that one is answered.
const noCall = "no call came: is the client pointed at this server? " +
	"Azure's and Microsoft's sign-in libraries (azidentity, @azure/identity, MSAL) ask login.microsoftonline.com first " +
	"whether it knows the sign-in host, and wait for that or fail: turn instance discovery off in the code (DisableInstanceDiscovery), " +
	"or let graphemu answer it by exec --proxy localhost:0, which needs no change"

// noKnownCall is for a client that is pointed at this server, but calls nothing of it.
const noKnownCall = "calls came, but none that Graph has: their paths begin with /v1.0/ or /beta/, and the journal shows what came"

// noCallByProxy is noCall of a server with a proxy, which instance discovery reaches.
const noCallByProxy = "no call came: does the client obey HTTPS_PROXY (Node's own fetch does from version 24 on), " +
	"and does NO_PROXY leave its hosts to it?"

// ByProxy returns the verdict of a server that clients reach by a proxy: what keeps
// them away from it is something else.
func ByProxy(v journal.Verdict) journal.Verdict {
	v.Warnings = slices.Clone(v.Warnings)
	for i := range v.Warnings {
		if v.Warnings[i].Message == noCall {
			v.Warnings[i].Message = noCallByProxy
		}
	}
	return v
}

// unused tells that nobody came: a client that is pointed elsewhere does nothing
// wrong here.
func unused(worlds []Record) []journal.Warning {
	if len(worlds) == 0 || slices.ContainsFunc(worlds, func(r Record) bool { return r.used() }) {
		return nil
	}
	if slices.ContainsFunc(worlds, func(r Record) bool { return len(r.Entries) > 0 }) {
		return []journal.Warning{{Kind: journal.WarnUnused, Message: noKnownCall}}
	}
	return []journal.Warning{{Kind: journal.WarnUnused, Message: noCall}}
}

// unfired names the rules that fired nowhere.
func (u *ruleUses) unfired() (list []journal.Warning) {
	for _, r := range u.list {
		switch {
		case r.Fired > 0 || r.Optional:
		case r.Spared > 0:
			list = append(list, journal.Warning{Kind: journal.WarnUnfired, Message: fmt.Sprintf(
				"the %s %q struck none of %s by chance, which is not the client's doing: what it tests was not tested; "+
					"try another --seed, or more calls", r.Kind, r.Name, words.Count(r.Spared, "call", "calls"))})
		default:
			list = append(list, journal.Warning{Kind: journal.WarnUnfired, Message: fmt.Sprintf(
				"the %s %q fired in no world: what it tests was not tested; optional: true says that this is fine", r.Kind, r.Name)})
		}
	}
	return list
}

// notImplemented groups what graphemu does not do by operation. A fault that was
// asked to answer 501 is none.
func (r *Record) notImplemented() []journal.Warning {
	g := groups501(r)
	return g.warnings(journal.WarnNotImplemented, r.World, func(key string, n int) string {
		return fmt.Sprintf("graphemu does not implement %s: %s met 501", key, words.Count(n, "request", "requests"))
	})
}

// unsupported groups calls of what Graph has and graphemu has not. Those that the
// scenario has answered are none.
func (r *Record) unsupported() []journal.Warning {
	var g grouped
	for i := range r.Entries {
		if e := &r.Entries[i]; e.Below(journal.LevelGeneric) {
			g.add(cmp.Or(e.Operation, words.Cut(words.Clean(e.Method+" "+e.Path), maxShown, "…")), e.ID)
		}
	}
	return g.warnings(journal.WarnUnsupported, r.World, func(key string, n int) string {
		return fmt.Sprintf("graphemu does not support %s, which Graph has: %s; a scenario can answer in its place",
			key, words.Count(n, "call came", "calls came"))
	})
}

func groups501(r *Record) (g grouped) {
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Status != 501 || e.Level == journal.LevelUnsupported || e.Detail != nil && e.Detail.Fault != nil &&
			slices.ContainsFunc(e.Detail.Fault.Effects, func(s string) bool { return strings.HasPrefix(s, "respond") }) {
			continue
		}
		key := e.Operation
		if key == "" {
			key = words.Cut(words.Clean(e.Method+" "+e.Path), maxShown, "…")
		}
		g.add(key, e.ID)
	}
	return g
}

// refused groups bodies that a schema refused by operation and first fault.
func (r *Record) refused() []journal.Warning {
	var g grouped
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Error == nil || !e.Error.Refused {
			continue
		}
		why := e.Error.Message
		if len(e.Error.Details) > 0 {
			d := e.Error.Details[0]
			why = words.Clean(d.Message)
			if d.Target != "" {
				why = words.Clean(d.Target) + ": " + why
			}
			if more := len(e.Error.Details) - 1; more > 0 {
				why += fmt.Sprintf(" (and %d more)", more)
			}
		}
		g.add(words.Clean(e.Operation)+"\x00"+words.Cut(words.Clean(why), 300, "…"), e.ID)
	}
	return g.warnings(journal.WarnRefused, r.World, func(key string, n int) string {
		operation, why, ok := strings.Cut(key, "\x00")
		if !ok {
			return words.Count(n, "body was", "bodies were") + " refused for further reasons"
		}
		return fmt.Sprintf("the body of %s was refused %s: %s", operation, words.Times(n), why)
	})
}

// denied groups calls that strict authentication refused, by the reason.
func (r *Record) denied() []journal.Warning {
	var g grouped
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Error == nil || len(e.Error.Details) == 0 || e.Detail != nil && e.Detail.Fault != nil {
			continue
		}
		if d := e.Error.Details[0]; d.Code == journal.CodeToken || d.Code == journal.CodePermission {
			g.add(words.Cut(words.Clean(d.Message), 300, "…"), e.ID)
		}
	}
	return g.warnings(journal.WarnDenied, r.World, func(key string, n int) string {
		return fmt.Sprintf("%s refused for the token: %s", words.Count(n, "call was", "calls were"), key)
	})
}

// early groups calls that came within a Retry-After by operation. Where an
// expectation asked, it has judged them.
func (r *Record) early() []journal.Warning {
	var g grouped
	for i := range r.Entries {
		e := &r.Entries[i]
		if e.Detail == nil || e.Detail.Early == nil || slices.ContainsFunc(r.Expect, func(x journal.Expectation) bool {
			pattern := operation.Compile(x.Operation)
			return x.NoEarlyRetry && means(&pattern, e)
		}) {
			continue
		}
		g.add(e.Operation, e.ID)
	}
	return g.warnings(journal.WarnEarly, r.World, func(key string, n int) string {
		return fmt.Sprintf("%s was called %s before a Retry-After was over", key, words.Times(n))
	})
}

func (r *Record) bursts() []journal.Warning {
	var g grouped
	for i := range r.Entries {
		if e := &r.Entries[i]; e.Detail != nil && e.Detail.Burst != "" {
			g.add(e.Detail.Burst, e.ID)
		}
	}
	return g.warnings(journal.WarnBurst, r.World, func(key string, n int) string {
		return fmt.Sprintf("the throttle %q saw bursts in %s: most of the requests came within a tenth of it",
			key, words.Count(n, "window", "windows"))
	})
}

// maxGroups is how many warnings of a kind a world has at most: what a client
// sends makes the keys.
const maxGroups = 50

// grouped is entries by what they have in common, in order of appearance.
type grouped struct {
	order []string
	byKey map[string]*blame
}

// theRest is the key of what comes after maxGroups others.
const theRest = "other things"

func (g *grouped) add(key string, id uint64) {
	if g.byKey == nil {
		g.byKey = map[string]*blame{}
	}
	if g.byKey[key] == nil && len(g.order) >= maxGroups {
		key = theRest
	}
	b := g.byKey[key]
	if b == nil {
		b = new(blame)
		g.byKey[key], g.order = b, append(g.order, key)
	}
	b.add(id)
}

func (g *grouped) warnings(kind, world string, message func(key string, n int) string) (list []journal.Warning) {
	for _, key := range g.order {
		b := g.byKey[key]
		list = append(list, journal.Warning{Kind: kind, World: world, Message: message(key, b.n), Entries: b.ids, Count: b.n})
	}
	return list
}
