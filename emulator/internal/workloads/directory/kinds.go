package directory

import (
	"iter"

	"github.com/graphemu/graphemu/emulator/internal/entity"
)

// Kind is a kind of object.
type Kind uint8

// The kinds.
const (
	Schools  Kind = iota // administrative units that are schools
	Classes              // groups that are classes
	Users                // users that are education users
	Accounts             // users
)

func (k Kind) String() string { return [...]string{"schools", "classes", "users", "accounts"}[k] }

// Where objects live in the store, and what they are.
var (
	usersHome  = entity.Home{Name: "users"}
	groupsHome = entity.Home{Name: "groups"}
	unitsHome  = entity.Home{Name: "directory/administrativeUnits"}
)

const (
	userType  = "microsoft.graph.user"
	groupType = "microsoft.graph.group"
	unitType  = "microsoft.graph.administrativeUnit"

	principalNames = "user.userPrincipalName" // the index of sign-in names
)

// Inside is the member of an object's JSON that has what only its side in education
// has: that of an education user has no property of the user. No client sees it as such.
const Inside = "#education"

// Relations of the store. Those of the tenant itself say which objects are in a set of
// /education.
const (
	SchoolSet = "education/schools"
	ClassSet  = "education/classes"
	UserSet   = "education/users"

	Members       = "members"        // of a group: students and teachers (documented: teachers are members too)
	Owners        = "owners"         // of a group: teachers
	SchoolClasses = "school.classes" // of an administrative unit
	SchoolUsers   = "school.users"
)

// home is where the objects of a kind live.
func (k Kind) home() entity.Home {
	return [...]entity.Home{unitsHome, groupsHome, usersHome, usersHome}[k]
}

// of returns the objects of a kind, without those that are deleted and may be restored.
func (k Kind) of(v entity.View) entity.Places {
	if k == Accounts {
		return v.List(usersHome)
	}
	all := v.Targets([...]string{SchoolSet, ClassSet, UserSet}[k], entity.Tenant)
	if v.List(entity.Home{Name: entity.DeletedItems}).Len() == 0 {
		return all
	}
	return all.Where(func(p entity.Place) bool { return alive(v, p, k.home()) != nil })
}

// alive returns the object of a place, nil where it is there no more: a client has deleted it.
func alive(v entity.View, at entity.Place, in entity.Home) *entity.Object {
	if o := v.At(at); o != nil && o.Home == in {
		return o
	}
	return nil
}

// Len returns how many objects of a kind there are.
func (s *Store) Len(k Kind) int { return k.of(s.objects.View()).Len() }

// All returns the objects of a kind in the order of their creation.
func (s *Store) All(k Kind) iter.Seq[*entity.Object] {
	return func(yield func(*entity.Object) bool) {
		v := s.objects.View()
		for p := range k.of(v).All(0) {
			if !yield(v.At(p)) {
				return
			}
		}
	}
}

// ByName returns the user with a sign-in name, nil for none.
func ByName(v entity.View, name string) *entity.Object { return v.Unique(principalNames, name) }
