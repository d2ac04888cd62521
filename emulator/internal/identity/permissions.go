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

// kind is who may be granted a permission.
type kind uint8

const (
	asDelegated kind = 1 << iota
	asApplication
)

// known are the permissions that the rows of operations ask for, the least privileged
// of each family first, with the kinds that a token can have them as. Documented: the
// reference of permissions.
var known = []struct {
	name string
	kind kind
}{
	{"EduAdministration.Read", asDelegated}, {"EduAdministration.ReadWrite", asDelegated},
	{"EduAdministration.Read.All", asApplication}, {"EduAdministration.ReadWrite.All", asApplication},
	{"EduRoster.ReadBasic", asDelegated}, {"EduRoster.Read", asDelegated}, {"EduRoster.ReadWrite", asDelegated},
	{"EduRoster.ReadBasic.All", asApplication}, {"EduRoster.Read.All", asApplication}, {"EduRoster.ReadWrite.All", asApplication},
	{"User.ReadBasic.All", both}, {"User.Read.All", both}, {"User.ReadWrite.All", both},
	{"Directory.Read.All", both}, {"Directory.ReadWrite.All", both},
	{"Organization.Read.All", both}, {"Organization.ReadWrite.All", both},
	{"LicenseAssignment.Read.All", both}, {"LicenseAssignment.ReadWrite.All", both},
}

const both = asDelegated | asApplication

// of returns the permissions that a token can have as a kind.
func of(k kind) (names []string) {
	for _, row := range known {
		if row.kind&k != 0 {
			names = append(names, row.name)
		}
	}
	return names
}

// WrongPermission tells what is wrong with granting an app a permission of that
// name, by a user or not, "" for nothing. Graph has hundreds that no row here asks
// for: of these nothing is known, but that they are not spelled like one that is.
func WrongPermission(name string, byUser bool) string {
	ofKind, ofOther := of(asApplication), of(asDelegated)
	if byUser {
		ofKind, ofOther = ofOther, ofKind
	}
	same := func(other string) bool { return strings.EqualFold(name, other) }
	near := words.Nearest(name, ofKind)
	switch {
	case slices.ContainsFunc(ofKind, same):
		return ""
	case slices.ContainsFunc(ofOther, same) && byUser:
		return fmt.Sprintf("%s is an application permission; did you mean %s?", name, near)
	case slices.ContainsFunc(ofOther, same):
		return fmt.Sprintf("%s is a delegated permission; did you mean %s?", name, near)
	case near != "":
		return fmt.Sprintf("there is no permission %q; did you mean %q?", name, near)
	}
	return ""
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
	Education Family = iota
	EducationUsers
	Directory
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
// permissions, any of which is enough, parted by blanks; "" where such tokens are not
// supported. It panics at a name that is not in the list, which is a mistake in the
// program.
func NewNeed(f Family, delegated, application string) *Need {
	return &Need{Delegated: choicesOf(delegated), Application: choicesOf(application), Family: f}
}

// choicesOf reads names, and brings them in the order of the list of those that are known.
func choicesOf(text string) (choices Choices) {
	names := strings.Fields(text)
	for _, row := range known {
		if i := slices.Index(names, row.name); i >= 0 {
			choices = append(choices, NewChoice(row.name, len(choices) == 0, nil))
			names = slices.Delete(names, i, i+1)
		}
	}
	if len(names) > 0 {
		panic(fmt.Sprintf("identity: %q are no permissions that are known", names))
	}
	return choices
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

// Permission is a permission of Graph that an operation here asks for.
type Permission struct {
	Name                   string
	Delegated, Application bool // who may be granted it: an app for a user, an app for itself
}

// All returns the permissions, in the order of the list.
func All() []Permission {
	list := make([]Permission, len(known))
	for i, row := range known {
		list[i] = Permission{row.name, row.kind&asDelegated != 0, row.kind&asApplication != 0}
	}
	return list
}
