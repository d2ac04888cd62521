// Package directory is the tenant's directory as School Data Sync fills it: accounts,
// and the schools, classes and education users that syncs made of rosters. They are
// objects of the world's store, as those that clients make; what this package keeps
// beside them is which of them belong to which profile. It knows no HTTP but in
// operations.go, which has what Graph asks for.
//
// A sync has two halves. Plan reads one snapshot of verified files and finds
// out what the run will come to, without changing anything; Apply makes it so.
//
// Documented are the properties of the objects (the resource pages of
// educationSchool, educationClass and educationUser), and that an education
// user shares its id with the account. Inferred is which column becomes which
// property, and that an object which is absent in a later upload stays while
// its memberships go. What is chosen is said beside the code.
package directory

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// Seed is what a directory begins with.
type Seed struct {
	Domains       []string // of the tenant; the first one is that of accounts whose role has none
	UsageLocation string   // of new accounts, two letters; "": they have none, and no licence can be assigned
	SKUs          []SKU
	Users         []User // accounts that exist; no education users until a sync links them
	Apps          []App  // applications that have a service principal, and what they were granted

	Permissions []identity.Permission // of Microsoft Graph, that others may be granted; those of Apps need not be there
}

// SKU is a licence that the tenant has.
type SKU struct{ ID, PartNumber string }

// User is an account that exists before any sync. Identity matching compares
// any of its texts.
type User struct {
	ID            string // "": one is derived from PrincipalName
	PrincipalName string // the sign-in name; an account whose name an earlier one has is left out
	DisplayName   string
	UsageLocation string // "": the directory's

	GivenName, Surname string
	Mail, MailNickname string // MailNickname "": the part of PrincipalName before its @
	EmployeeID         string
	ExternalID         string // SIS ID that the account carries from an earlier sync
	Disabled           bool   // it may not sign in
	Password           string // "": any will do
}

// Store is a world's directory. It is safe for concurrent use: readers see one
// consistent state, that before or that after a run, and wait for nobody.
type Store struct {
	derive  func(names ...string) string
	seed    *Seed // never written to
	objects *entity.Store

	mu    sync.Mutex            // held while objects and parts change together
	parts atomic.Pointer[parts] // never nil, and what it points to never changes
}

// New returns a directory over a world's objects, where Populate has put the accounts of
// seed. derive gives the one id that belongs to its names in this world: ids of what
// syncs make depend on nothing else.
func New(seed *Seed, derive func(names ...string) string, objects *entity.Store) *Store {
	s := &Store{derive: derive, seed: seed, objects: objects}
	s.parts.Store(noParts)
	return s
}

// Populate puts the accounts and licences of seed alone into a store. derive gives the ids of those
// that have none.
func Populate(objects *entity.Store, seed *Seed, derive func(names ...string) string) error {
	return objects.Update(time.Time{}, func(tx *entity.Tx) error {
		tx.Pack()
		f := filler{tx: tx, derive: derive}
		f.skus(seed.SKUs)
		f.users(*seed)
		return f.err
	})
}

// carriedID is the member of an account that has the SIS ID which it carries. No
// property of a user shows it.
const carriedID = "#externalId"
