// Package directory is the part of a tenant that School Data Sync works on: its
// accounts, and the schools, classes and education users that syncs made of
// rosters. The store and the syncs know no HTTP; operations.go has what Graph asks for.
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
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
)

// MaxObjects is how many objects of one kind a directory holds at most, since
// none ever leaves it (chosen: four times the rows that a file may have).
const MaxObjects = 2_000_000

// Seed is what a directory begins with.
type Seed struct {
	Domains       []string // of the tenant; the first one is that of accounts whose role has none
	UsageLocation string   // of new accounts, two letters; "": they have none, and no licence can be assigned
	SKUs          []SKU
	Users         []User // accounts that exist; no education users until a sync links them
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
}

// Store is a world's directory. It is safe for concurrent use: readers see one
// consistent state, that before or that after a run, and wait for nobody.
type Store struct {
	derive func(names ...string) string
	seed   Seed

	current atomic.Pointer[state] // never nil, and what it points to never changes
	mu      sync.Mutex            // held by whoever replaces it
}

// New returns a directory with the accounts of seed. derive gives the one id
// that belongs to its names in this world: ids depend on nothing else.
func New(seed Seed, derive func(names ...string) string) *Store {
	s := &Store{derive: derive, seed: seed}
	if len(seed.Users) == 0 {
		s.current.Store(emptyState)
		return s
	}
	st := newState()
	for _, u := range seed.Users {
		id := u.ID
		if id == "" {
			id = derive("accounts", strings.ToLower(u.PrincipalName))
		}
		a := &account{id: strings.ToLower(id), principalName: u.PrincipalName,
			displayName: u.DisplayName, givenName: u.GivenName, surname: u.Surname,
			mail: u.Mail, mailNickname: u.MailNickname, employeeID: u.EmployeeID,
			externalID: u.ExternalID, usageLocation: u.UsageLocation, disabled: u.Disabled}
		if a.usageLocation == "" {
			a.usageLocation = seed.UsageLocation
		}
		if a.mailNickname == "" {
			// An account cannot be without one (inferred: it is required at creation).
			a.mailNickname, _, _ = strings.Cut(a.principalName, "@")
		}
		if !st.taken(a) {
			st.addAccount(a)
		}
	}
	s.current.Store(st)
	return s
}

// SKUCount is a licence of the tenant and how many accounts have it.
type SKUCount struct {
	SKU
	Consumed int
}

// SKUs returns the tenant's licences, in the order of the seed.
func (s *Store) SKUs() []SKUCount {
	counts := map[string]int{}
	for _, a := range s.current.Load().accounts {
		for _, id := range a.skus {
			counts[id]++
		}
	}
	list := make([]SKUCount, len(s.seed.SKUs))
	for i, sku := range s.seed.SKUs {
		list[i] = SKUCount{sku, counts[strings.ToLower(sku.ID)]}
	}
	return list
}

// FullError says that a run would make more objects than a directory holds.
type FullError struct {
	Kind Kind
	Want int // how many there would be
}

func (e *FullError) Error() string {
	return fmt.Sprintf(
		"this run would bring the directory to %d %s, and the most it may hold is %d; reset the world, or sync fewer",
		e.Want, e.Kind, MaxObjects)
}
