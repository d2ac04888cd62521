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

// Needed is what a call asks for: any one of the alternatives for its kind of token, the
// least privileged first. None: the kind is not supported.
type Needed struct {
	Delegated, Application []Alternative
	By                     string // the path of the published table that says so; "": the operation itself
}

// Alternative is a permission that is enough, with one of others where it has some.
type Alternative struct {
	Name string
	With []string
}

// Held is what a token has in permissions. Delegated or Application says which kind they
// are; neither is of a token that has none, or is no JWT.
type Held struct {
	Delegated, Application bool
	Names                  []string
}

// Denied is what a call that was refused for its permissions needed, and what it had.
type Denied struct {
	Needed []string `json:"needed"` // any one is enough for its kind of token, the least privileged first; empty: no such token is
	Had    []string `json:"had"`
}

// Deny is what a call lacked that asked for needed, and whose token had held.
func Deny(needed *Needed, held Held) *Denied {
	any := needed.Delegated
	if held.Application || len(any) == 0 && !held.Delegated {
		any = needed.Application
	}
	d := &Denied{Needed: InWords(any), Had: []string{}}
	for i, name := range held.Names {
		if i == maxDenied {
			d.Had = append(d.Had, fmt.Sprintf("… and %d more", len(held.Names)-i))
			break
		}
		d.Had = append(d.Had, words.Cut(name, maxPermission, "…"))
	}
	return d
}

// What of a token's permissions an entry has. Chosen: those of Entra's tokens have room
// in it, and no token fills a journal.
const (
	maxDenied     = 50
	maxPermission = 100 // bytes of a name
)

// InWords are alternatives as people read them, the least privileged first.
func InWords(any []Alternative) []string {
	names := []string{}
	for _, a := range any {
		if len(a.With) > 0 {
			a.Name += " with " + words.Join(a.With, "or")
		}
		names = append(names, a.Name)
	}
	return names
}

// Permissions is what the calls of a world, or of one chapter of its run, needed of
// permissions: delegated and application apart, since one kind of token never has the
// other's. A call whose token had none that could be read counts for both.
type Permissions struct {
	Delegated   *PermissionUse `json:"delegated,omitempty"`   // nil: no call with such a token
	Application *PermissionUse `json:"application,omitempty"` // the same
	Lost        uint64         `json:"lost,omitzero"`         // entries that the journal had no room for, and that are not in it
}

// PermissionUse is what calls with one kind of token needed and had.
type PermissionUse struct {
	Smallest []string         `json:"smallest"`         // the smallest set that would do for all of them
	Had      []string         `json:"had"`              // by any of the tokens
	Surplus  []string         `json:"surplus"`          // of those, the ones that the smallest set does without
	Calls    []PermissionCall `json:"calls,omitempty"`  // by operation, in the order of their first call, at most MaxPermissionCalls
	More     int              `json:"more,omitzero"`    // operations that are not listed
	Refused  int              `json:"refused,omitzero"` // calls whose token had not what they need
}

// PermissionCall is what the calls of one operation needed and had.
type PermissionCall struct {
	Operation   string   `json:"operation"`
	Method      string   `json:"method"`
	Path        string   `json:"path"` // of the first call
	Calls       int      `json:"calls"`
	Refused     int      `json:"refused,omitzero"`     // of them, those whose token had not what it takes
	Needed      []string `json:"needed"`               // any one is enough, the least privileged first; empty: such a token is not supported
	Had         []string `json:"had"`                  // by any of the tokens
	PublishedAt string   `json:"publishedAt,omitzero"` // the path of the published table that Needed is from; "": graphemu's own list
}

// MaxPermissionCalls is how many operations a PermissionUse lists.
const MaxPermissionCalls = 100

// Sets is p without its calls.
func (p *Permissions) Sets() *Permissions {
	if p == nil {
		return nil
	}
	short := *p
	for _, use := range []**PermissionUse{&short.Delegated, &short.Application} {
		if *use != nil {
			one := **use
			one.More, one.Calls = one.More+len(one.Calls), nil
			*use = &one
		}
	}
	return &short
}

// WriteText writes p for people.
func (p *Permissions) WriteText(w io.Writer) error {
	b := bufio.NewWriter(w)
	if p.Delegated == nil && p.Application == nil {
		fmt.Fprintln(b, "no call needed a permission")
	}
	for i, use := range []*PermissionUse{p.Delegated, p.Application} {
		if use == nil {
			continue
		}
		fmt.Fprintln(b, []string{"delegated permissions", "application permissions"}[i])
		fmt.Fprintf(b, "  the smallest set for these calls: %s\n", namedOrNone(use.Smallest))
		fmt.Fprintf(b, "  the tokens had:                   %s\n", namedOrNone(use.Had))
		fmt.Fprintf(b, "  and can do without:               %s\n", namedOrNone(use.Surplus))
		columns := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
		fmt.Fprintln(columns, "  OPERATION\tCALLS\tLACKING\tNEEDED (ANY ONE)\tFOR EXAMPLE")
		for _, c := range use.Calls {
			needed := strings.Join(c.Needed, " or ")
			if needed == "" {
				needed = "not supported"
			}
			lines := words.Wrap(words.Cut(needed, 400, "…"), 70)
			fmt.Fprintf(columns, "  %s\t%d\t%d\t%s\t%s %s\n", words.Clean(cmp.Or(c.Operation, "-")), c.Calls, c.Refused,
				lines[0], words.Clean(c.Method), words.Cut(words.Clean(c.Path), 100, "…"))
			for _, more := range lines[1:] {
				fmt.Fprintf(columns, "  \t\t\t%s\t\n", more)
			}
		}
		columns.Flush() // an error stays in b
		if use.Refused > 0 {
			fmt.Fprintf(b, "  LACKING: calls whose token had not what they need; --auth strict refuses them\n")
		}
		if use.More > 0 {
			fmt.Fprintf(b, "  and %s\n", words.Count(use.More, "further operation", "further operations"))
		}
	}
	if p.Lost > 0 {
		fmt.Fprintf(b, "not in it: %s that the journal had no room for; raise --max-journal\n", words.Count(p.Lost, "entry", "entries"))
	}
	return b.Flush()
}

func namedOrNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return words.Clean(strings.Join(names, ", "))
}

// properties are what JUnit's reports have of p: for each kind of token what would do,
// what it had and what it can do without, each where there is something.
func (p *Permissions) properties() (list []Property) {
	if p == nil {
		return nil
	}
	for i, use := range []*PermissionUse{p.Delegated, p.Application} {
		if use == nil {
			continue
		}
		name := "permissions." + []string{"delegated", "application"}[i] + "."
		list = append(list, Property{name + "smallest", strings.Join(use.Smallest, " ")}, Property{name + "had", strings.Join(use.Had, " ")},
			Property{name + "surplus", strings.Join(use.Surplus, " ")})
		if use.Refused > 0 {
			list = append(list, Property{name + "refused", strconv.Itoa(use.Refused)})
		}
	}
	return list
}

// lines is p in a verdict: a line for each kind of token that had more than it needed, or
// less.
func (p *Permissions) lines() (list []string) {
	if p == nil {
		return nil
	}
	for i, use := range []*PermissionUse{p.Delegated, p.Application} {
		if use == nil || len(use.Surplus) == 0 && use.Refused == 0 {
			continue
		}
		line := []string{"delegated", "application"}[i] + " permissions: the smallest set is " + namedOrNone(use.Smallest)
		if len(use.Surplus) > 0 {
			line += "; the tokens can do without " + namedOrNone(use.Surplus)
		}
		if use.Refused > 0 {
			line += "; " + words.Count(use.Refused, "call", "calls") + " did not have what it takes"
		}
		list = append(list, words.Cut(line, 500, "…"))
	}
	return list
}
