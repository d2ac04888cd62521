package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Permissions is the set of permissions that a token has, of any name.
type Permissions struct {
	names  []string // as the token has them, each once
	folded []string // the same in lower case, sorted
}

// maxPermissions is how many permissions of a token are looked at (chosen: Graph has
// some nine hundred, and a token with more than a few dozen is none of Entra's).
const maxPermissions = 2000

// NewPermissions returns the set of names. Documented: permissions are compared without
// regard to letter case.
func NewPermissions(names []string) (p Permissions) {
	for _, name := range names[:min(len(names), maxPermissions)] {
		folded := strings.ToLower(name)
		if i, found := slices.BinarySearch(p.folded, folded); !found && name != "" {
			p.folded = slices.Insert(p.folded, i, folded)
			p.names = append(p.names, name)
		}
	}
	return p
}

// Names returns the permissions as they were given.
func (p Permissions) Names() []string { return slices.Clone(p.names) }

// Shared is Names without a copy: it is not to be changed.
func (p Permissions) Shared() []string { return p.names }

// has tells whether a permission is in the set; folded is its name in lower case.
func (p Permissions) has(folded string) bool {
	if len(p.folded) > fewPermissions {
		_, found := slices.BinarySearch(p.folded, folded)
		return found
	}
	return slices.Contains(p.folded, folded)
}

// fewPermissions is up to how many a set is gone through from its beginning.
const fewPermissions = 8

// Meets tells whether any of the choices is in the set.
func (p Permissions) Meets(any Choices) bool {
	for i := range any {
		if p.meets(&any[i]) {
			return true
		}
	}
	return false
}

func (p Permissions) meets(c *Choice) bool {
	return p.has(c.folded) && (len(c.with) == 0 || slices.ContainsFunc(c.with, p.has))
}

// Choice is a permission that is enough for an operation.
type Choice struct {
	Name  string
	With  []string // one of these is needed beside it; nil: it is enough alone
	Least bool     // documented as the least privileged one

	folded string
	with   []string // With, in lower case
}

// NewChoice returns the choice of a permission, together with one of with where that is
// not empty.
func NewChoice(name string, least bool, with []string) Choice {
	c := Choice{Name: name, With: with, Least: least, folded: strings.ToLower(name)}
	for _, w := range with {
		c.with = append(c.with, strings.ToLower(w))
	}
	return c
}

// String is the choice in words.
func (c *Choice) String() string {
	if len(c.With) == 0 {
		return c.Name
	}
	return c.Name + " with " + words.Join(c.With, "or")
}

// Choices are the permissions of which any one is enough for an operation, the least
// privileged first. None: the operation is not supported with such a token.
type Choices []Choice

// Names returns the choices in words.
func (c Choices) Names() []string {
	var list []string
	for i := range c {
		list = append(list, c[i].String())
	}
	return list
}

// NewChoices reads the names of permissions, parted by blanks, of which the first is the
// least privileged one. "A+B|C" is A together with B or C.
func NewChoices(names string) (choices Choices) {
	for text := range strings.FieldsSeq(names) {
		name, beside, some := strings.Cut(text, "+")
		var with []string
		if some {
			with = strings.Split(beside, "|")
		}
		choices = append(choices, NewChoice(name, len(choices) == 0, with))
	}
	return choices
}

// Permission is a permission of Graph.
type Permission struct {
	Name                   string
	Delegated, Application bool // who may be granted it: an app for a user, an app for itself
}

// Collect adds the permissions that needs speak of to a list that is sorted by name.
func Collect(list []Permission, needs ...*Need) []Permission {
	add := func(choices Choices, delegated, application bool) {
		for i := range choices {
			for _, name := range append([]string{choices[i].Name}, choices[i].With...) {
				at, found := slices.BinarySearchFunc(list, name, func(p Permission, name string) int { return strings.Compare(p.Name, name) })
				if !found {
					list = slices.Insert(list, at, Permission{Name: name})
				}
				list[at].Delegated, list[at].Application = list[at].Delegated || delegated, list[at].Application || application
			}
		}
	}
	for _, n := range needs {
		if n != nil {
			add(n.Delegated, true, false)
			add(n.Application, false, true)
		}
	}
	return list
}

// WrongPermission tells what is wrong with granting an app a permission of that
// name, by a user or not, "" for nothing. Graph has hundreds beside those that are
// known: of these nothing is known, but that they are not spelled like one that is.
func WrongPermission(name string, byUser bool, known []Permission) string {
	var ofKind, all []string
	kind, other := "an application", ""
	for _, p := range known {
		all = append(all, p.Name)
		right := p.Application
		if byUser {
			right = p.Delegated
		}
		if right {
			ofKind = append(ofKind, p.Name)
		}
		switch {
		case !strings.EqualFold(p.Name, name):
		case right:
			return ""
		default:
			other = p.Name
		}
	}
	if !byUser {
		kind = "a delegated"
	}
	if other != "" {
		text := name + " is " + kind + " permission"
		if near := words.Nearest(name, ofKind); near != "" {
			text += "; did you mean " + near + "?"
		}
		return text
	}
	if near := misspelled(name, all); near != "" {
		return fmt.Sprintf("there is no permission %q; did you mean %q?", name, near)
	}
	return ""
}

// misspelled is the known name that another one is a slip of, "" for none. A slip is
// small: many names that Graph has are near to each other, as Chat.Read.All and
// User.Read.All.
func misspelled(name string, known []string) string {
	near := words.Nearest(name, known)
	if near == "" || words.Distance(name, near) > 2 {
		return ""
	}
	return near
}

// Need is what an operation asks for: any one of the choices. No choices: not
// supported with such a token.
type Need struct {
	Delegated, Application Choices
	Family                 Family // how the service words its refusal

	since2021 bool // the application permissions are of that generation
}

// Family is a workload with words of its own for a 403.
type Family int

// The families. Observed: see the words in package graph.
const (
	Directory Family = iota // and all that has no words of its own
	Education
	EducationUsers
)

// Generation of the permissions of the API (variant permissions).
type Generation string

// Documented: the create page's generation had no application permissions
// ("Not supported"); newer pages, since docs PR 12830, have them but for create.
const (
	Generation2021 Generation = "2021"
	Generation2018 Generation = "2018"
)

// NewNeed returns what an operation asks for: the names of delegated and of application
// permissions, any of which is enough, parted by blanks, the least privileged first; ""
// where such tokens are not supported.
func NewNeed(f Family, delegated, application string) *Need {
	return &Need{Delegated: NewChoices(delegated), Application: NewChoices(application), Family: f}
}

// Since2021 is n, whose application permissions came with the generation of 2021.
func (n *Need) Since2021() *Need {
	later := *n
	later.since2021 = true
	return &later
}

// In is n as the generation has it.
func (n *Need) In(g Generation) Need {
	in := *n
	if g == Generation2018 && n.since2021 {
		in.Application = nil
	}
	return in
}
