package judge

import (
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Permissions tells what the calls of a chapter needed of permissions, what their
// tokens had, and what the smallest set for all of them would be.
func Permissions(entries []record.Entry, lost uint64) *journal.Permissions {
	var delegated, application uses
	for i := range entries {
		e := &entries[i]
		if e.Needed == nil {
			continue
		}
		if !e.Held.Application {
			delegated.add(e, e.Needed.Delegated)
		}
		if !e.Held.Delegated {
			application.add(e, e.Needed.Application)
		}
	}
	return &journal.Permissions{Delegated: delegated.report(), Application: application.report(), Lost: lost}
}

// uses are the calls with one kind of token, by operation and what it needs.
type uses struct {
	list []*use
	at   map[useKey]*use
	had  held
	more map[useKey]bool // those that are not in list
}

type useKey struct {
	operation string
	needed    *journal.Needed
}

// use are the calls of one operation.
type use struct {
	journal.PermissionCall
	any    []journal.Alternative
	folded []journal.Alternative // any, in lower case
	had    held
	met    map[*string]bool // whether a token's names, told by the first, have what it takes
}

// maxUses is how many operations are looked at; of further ones it is only told how many
// there are.
const maxUses = 500

// maxHeld is how many names of tokens' permissions a report has.
const maxHeld = 200

// held are names of permissions, without regard to letter case.
type held struct {
	names []string
	known map[string]bool
}

func (h *held) add(names []string) {
	for _, name := range names {
		if low := strings.ToLower(name); !h.known[low] && len(h.names) < maxHeld {
			if h.known == nil {
				h.known = map[string]bool{}
			}
			h.known[low], h.names = true, append(h.names, name)
		}
	}
}

// add counts a call.
func (u *uses) add(e *record.Entry, any []journal.Alternative) {
	known := e.Held.Delegated || e.Held.Application
	if len(any) == 0 && !known {
		return // nobody tried it with a token of this kind
	}
	key := useKey{e.Operation, e.Needed}
	one := u.at[key]
	if one == nil {
		if len(u.list) >= maxUses {
			if u.more == nil {
				u.more = map[useKey]bool{}
			}
			u.more[key] = true
			return
		}
		if u.at == nil {
			u.at = map[useKey]*use{}
		}
		one = &use{any: any, folded: folded(any), met: map[*string]bool{},
			PermissionCall: journal.PermissionCall{Operation: e.Operation, Method: e.Method, Path: e.Path, PublishedAt: e.Needed.By}}
		u.at[key], u.list = one, append(u.list, one)
	}
	one.Calls++
	if !known {
		return
	}
	var token *string // tokens share their names with all their entries
	if len(e.Held.Names) > 0 {
		token = &e.Held.Names[0]
	}
	met, seen := one.met[token]
	if !seen {
		names := map[string]bool{}
		for _, name := range e.Held.Names {
			names[strings.ToLower(name)] = true
		}
		met = meets(names, one.folded)
		one.met[token] = met
		u.had.add(e.Held.Names)
		one.had.add(e.Held.Names)
	}
	if !met {
		one.Refused++
	}
}

func folded(any []journal.Alternative) []journal.Alternative {
	var list []journal.Alternative
	for _, a := range any {
		low := journal.Alternative{Name: strings.ToLower(a.Name)}
		for _, w := range a.With {
			low.With = append(low.With, strings.ToLower(w))
		}
		list = append(list, low)
	}
	return list
}

// meets tells whether names have any of the alternatives, all in lower case.
func meets(names map[string]bool, any []journal.Alternative) bool {
	return slices.ContainsFunc(any, func(a journal.Alternative) bool {
		return names[a.Name] && (len(a.With) == 0 || slices.ContainsFunc(a.With, func(w string) bool { return names[w] }))
	})
}

func (u *uses) report() *journal.PermissionUse {
	if len(u.list) == 0 {
		return nil
	}
	r := &journal.PermissionUse{Smallest: u.smallest(), Had: sorted(u.had.names), Surplus: []string{}, More: len(u.more)}
	for _, name := range r.Had {
		if !slices.ContainsFunc(r.Smallest, func(s string) bool { return strings.EqualFold(s, name) }) {
			r.Surplus = append(r.Surplus, name)
		}
	}
	for _, one := range u.list {
		r.Refused += one.Refused
		if len(r.Calls) >= journal.MaxPermissionCalls {
			r.More++
			continue
		}
		c := one.PermissionCall
		c.Needed, c.Had = journal.InWords(one.any), sorted(one.had.names)
		r.Calls = append(r.Calls, c)
	}
	return r
}

func sorted(names []string) []string {
	names = append([]string{}, names...)
	slices.Sort(names)
	return names
}

// smallest is a set that does for all operations: the least privileged choice of each,
// less those that the others make needless. Chosen: it keeps the privileges small, not
// the number of names.
func (u *uses) smallest() []string {
	set := []string{}
	for _, one := range u.list {
		if len(one.any) == 0 {
			continue
		}
		least := one.any[0]
		for _, name := range append([]string{least.Name}, least.With[:min(len(least.With), 1)]...) {
			if !slices.Contains(set, name) {
				set = append(set, name)
			}
		}
	}
	names := map[string]bool{}
	for _, name := range set {
		names[strings.ToLower(name)] = true
	}
	set = slices.DeleteFunc(set, func(name string) bool {
		low := strings.ToLower(name)
		delete(names, low)
		if slices.ContainsFunc(u.list, func(one *use) bool { return len(one.any) > 0 && !meets(names, one.folded) }) {
			names[low] = true
			return false
		}
		return true
	})
	slices.Sort(set)
	return set
}
