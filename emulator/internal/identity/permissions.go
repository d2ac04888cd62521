package identity

import (
	"fmt"
	"math/bits"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Permissions is a set of permissions of Graph, of those that an operation here
// asks for.
type Permissions uint32

// kind is who may be granted a permission.
type kind uint8

const (
	asDelegated kind = 1 << iota
	asApplication
)

// known are the permissions, each a bit of Permissions in this order, with the kinds
// that a token can have them as. Documented: the reference of permissions.
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
func of(k kind) (p Permissions) {
	for i, row := range known {
		if row.kind&k != 0 {
			p |= 1 << i
		}
	}
	return p
}

// permissionsOf returns the set of those of list that an operation may ask for.
// Documented: permissions are compared without regard to letter case.
func permissionsOf(list []string) (p Permissions) {
	for _, name := range list {
		for i, row := range known {
			if strings.EqualFold(row.name, name) {
				p |= 1 << i
			}
		}
	}
	return p
}

// WrongPermission tells what is wrong with granting an app a permission of that
// name, by a user or not, "" for nothing. Graph has hundreds that nothing here asks
// for: of these nothing is known, but that they are not spelled like one that is.
func WrongPermission(name string, byUser bool) string {
	ofKind, ofOther := of(asApplication), of(asDelegated)
	if byUser {
		ofKind, ofOther = ofOther, ofKind
	}
	p := permissionsOf([]string{name})
	near := words.Nearest(name, ofKind.Names())
	switch {
	case p&ofKind != 0:
		return ""
	case p&ofOther != 0 && byUser:
		return fmt.Sprintf("%s is an application permission; did you mean %s?", name, near)
	case p&ofOther != 0:
		return fmt.Sprintf("%s is a delegated permission; did you mean %s?", name, near)
	case near != "":
		return fmt.Sprintf("there is no permission %q; did you mean %q?", name, near)
	}
	return ""
}

// Names returns the permissions, the least privileged first.
func (p Permissions) Names() []string {
	var list []string
	for i, row := range known {
		if p&(1<<i) != 0 {
			list = append(list, row.name)
		}
	}
	return list
}

// Need is what an operation asks for: any one of the set. An empty set: not
// supported with such a token.
type Need struct {
	Delegated, Application Permissions
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
	set := func(text string) Permissions {
		list := strings.Fields(text)
		p := permissionsOf(list)
		if bits.OnesCount32(uint32(p)) != len(list) {
			panic(fmt.Sprintf("identity: not all of %q are permissions", list))
		}
		return p
	}
	return &Need{Delegated: set(delegated), Application: set(application), Family: f}
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
		in.Application = 0
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
