package identity

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Permissions is a set of permissions of Graph, of those that an operation here
// asks for.
type Permissions uint32

// names are the permissions, each a bit of Permissions in this order.
var names = []string{
	"EduAdministration.Read", "EduAdministration.ReadWrite",
	"EduAdministration.Read.All", "EduAdministration.ReadWrite.All",
	"EduRoster.ReadBasic", "EduRoster.Read", "EduRoster.ReadWrite",
	"EduRoster.ReadBasic.All", "EduRoster.Read.All", "EduRoster.ReadWrite.All",
	"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All",
	"Directory.Read.All", "Directory.ReadWrite.All",
	"Organization.Read.All", "Organization.ReadWrite.All", "LicenseAssignment.Read.All", "LicenseAssignment.ReadWrite.All",
}

// permissionsOf returns the set of those of list that an operation may ask for.
// Documented: permissions are compared without regard to letter case.
func permissionsOf(list []string) (p Permissions) {
	for _, name := range list {
		if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, name) }); i >= 0 {
			p |= 1 << i
		}
	}
	return p
}

// WrongPermission tells what is wrong with granting an app a permission of that
// name, delegated or not, "" for nothing. Graph has hundreds that nothing here asks
// for: of these nothing is known, but that they are not spelled like one that is.
func WrongPermission(name string, delegated bool) string {
	kind := func(n Need) Permissions {
		if delegated {
			return n.Delegated
		}
		return n.Application
	}
	var ofKind, ofOther Permissions
	for _, row := range needs {
		ofKind |= kind(row.Need)
		ofOther |= row.Delegated | row.Application
	}
	p := permissionsOf([]string{name})
	near := words.Nearest(name, ofKind.Names())
	switch {
	case p&ofKind != 0:
		return ""
	case p&ofOther != 0 && delegated:
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
	for i, name := range names {
		if p&(1<<i) != 0 {
			list = append(list, name)
		}
	}
	return list
}

// Need is what an operation asks for: any one of the set. An empty set: not
// supported with such a token.
type Need struct {
	Delegated, Application Permissions
	Family                 Family // how the service words its refusal
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

// needs is the table of the operations' names, or their beginnings, which end in
// a dot; the first that fits counts. Documented, each on the page of the operation: the
// permissions of synchronization profiles, education objects, users and SKUs.
var needs = []struct {
	operation string
	Need
}{
	{"profiles.create", need(Education, "EduAdministration.ReadWrite", "")},
	{"profiles.list", readProfiles}, {"profiles.count", readProfiles}, {"profiles.get", readProfiles},
	{"profiles.status.", readProfiles}, {"profiles.errors.", readProfiles},
	{"profiles.", need(Education, "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All")},
	// Observed: the service's words on users of education differ.
	{"education.users.", need(EducationUsers, rosterDelegated, rosterApplication)},
	{"education.", need(Education, rosterDelegated, rosterApplication)},
	{"directory.subscribedSkus.", need(Directory, skus, skus)},
	{"directory.", need(Directory, accounts, accounts)},
}

const (
	// The first is the one that today's pages have; the others are on the pages of
	// delta queries, which read the same.
	rosterDelegated   = "EduRoster.ReadBasic EduRoster.Read EduRoster.ReadWrite"
	rosterApplication = "EduRoster.ReadBasic.All EduRoster.Read.All EduRoster.ReadWrite.All"

	accounts = "User.ReadBasic.All User.Read.All User.ReadWrite.All Directory.Read.All Directory.ReadWrite.All"
	skus     = "LicenseAssignment.Read.All LicenseAssignment.ReadWrite.All Organization.Read.All Organization.ReadWrite.All " +
		"Directory.Read.All Directory.ReadWrite.All"
)

var readProfiles = need(Education,
	"EduAdministration.Read EduAdministration.ReadWrite", "EduAdministration.Read.All EduAdministration.ReadWrite.All")

func need(f Family, delegated, application string) Need {
	return Need{Delegated: permissionsOf(strings.Fields(delegated)), Application: permissionsOf(strings.Fields(application)), Family: f}
}

// NeedOf returns what an operation asks for; ok is false where it asks for nothing
// but a token, as a batch does.
func NeedOf(operation string, g Generation) (n Need, ok bool) {
	for _, row := range needs {
		if operation == row.operation || strings.HasSuffix(row.operation, ".") && strings.HasPrefix(operation, row.operation) {
			n = row.Need
			if g == Generation2018 && strings.HasPrefix(operation, "profiles.") {
				n.Application = 0
			}
			return n, true
		}
	}
	return Need{}, false
}
