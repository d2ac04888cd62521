package directory

import (
	"encoding/json"
	"maps"
	"slices"
)

// Saved is a directory as it stood, in a form that JSON keeps whole. What it
// began with (Seed) is not part of it, but for its accounts. Objects are told by
// their position in the lists, from 0 on.
type Saved struct {
	Schools  []SavedObject  `json:"schools,omitzero"`
	Classes  []SavedObject  `json:"classes,omitzero"`
	Accounts []SavedAccount `json:"accounts,omitzero"`
	Users    []SavedUser    `json:"users,omitzero"`
	Profiles []SavedPart    `json:"profiles,omitzero"`
}

// SavedObject is a school or a class.
type SavedObject struct {
	ID          string          `json:"id"`
	Profile     uint32          `json:"profile"` // position in Profiles
	ExternalID  string          `json:"externalId"`
	DisplayName string          `json:"displayName,omitzero"`
	Properties  json.RawMessage `json:"properties"` // on the wire, less id and displayName
}

// SavedAccount is an account.
type SavedAccount struct {
	ID                string   `json:"id"`
	UserPrincipalName string   `json:"userPrincipalName"`
	DisplayName       string   `json:"displayName,omitzero"`
	GivenName         string   `json:"givenName,omitzero"`
	Surname           string   `json:"surname,omitzero"`
	Mail              string   `json:"mail,omitzero"`
	MailNickname      string   `json:"mailNickname,omitzero"`
	EmployeeID        string   `json:"employeeId,omitzero"`
	ExternalID        string   `json:"externalId,omitzero"`
	UsageLocation     string   `json:"usageLocation,omitzero"`
	Disabled          bool     `json:"disabled,omitzero"`
	Created           string   `json:"createdDateTime,omitzero"`
	SKUs              []string `json:"skus,omitzero"`
}

// SavedUser is the education side of an account.
type SavedUser struct {
	Account    uint32          `json:"account"` // position in Accounts
	Role       string          `json:"role"`    // student or teacher
	MiddleName string          `json:"middleName,omitzero"`
	Properties json.RawMessage `json:"properties"` // on the wire, less what the account tells
	Profiles   []uint32        `json:"profiles"`   // positions in Profiles, sorted
}

// SavedPart is what one profile's runs brought about.
type SavedPart struct {
	Profile  string            `json:"profile"`           // its id
	Students map[string]uint32 `json:"students,omitzero"` // SIS ID to position in Users
	Teachers map[string]uint32 `json:"teachers,omitzero"`

	// The memberships that its last run left: positions of a container and of its members.
	SchoolClasses  [][]uint32 `json:"schoolClasses,omitzero"`
	SchoolStudents [][]uint32 `json:"schoolStudents,omitzero"`
	SchoolTeachers [][]uint32 `json:"schoolTeachers,omitzero"`
	ClassStudents  [][]uint32 `json:"classStudents,omitzero"`
	ClassTeachers  [][]uint32 `json:"classTeachers,omitzero"`
}

// lists returns the memberships by their kind.
func (p *SavedPart) lists() [memberships]*[][]uint32 {
	return [...]*[][]uint32{schoolClasses: &p.SchoolClasses, schoolStudents: &p.SchoolStudents, schoolTeachers: &p.SchoolTeachers,
		classStudents: &p.ClassStudents, classTeachers: &p.ClassTeachers}
}

// Save returns the directory as it stands. It shares nothing that changes.
func (s *Store) Save() Saved {
	st := s.current.Load()
	v := Saved{Schools: saveObjects(st.schools), Classes: saveObjects(st.classes)}
	for _, a := range st.accounts {
		v.Accounts = append(v.Accounts, SavedAccount{
			ID: a.id, UserPrincipalName: a.principalName, DisplayName: a.displayName, GivenName: a.givenName,
			Surname: a.surname, Mail: a.mail, MailNickname: a.mailNickname, EmployeeID: a.employeeID, ExternalID: a.externalID,
			UsageLocation: a.usageLocation, Disabled: a.disabled, Created: a.created, SKUs: slices.Clone(a.skus)})
	}
	for _, u := range st.users {
		v.Users = append(v.Users, SavedUser{Account: u.account, Role: u.role.String(),
			MiddleName: u.middleName, Properties: properOf(u.rest), Profiles: slices.Clone(u.parts)})
	}
	for _, p := range st.parts {
		saved := SavedPart{Profile: p.profile, Students: maps.Clone(p.people[student]), Teachers: maps.Clone(p.people[teacher])}
		for m, list := range saved.lists() {
			t := &p.members[m].members
			for _, container := range t.from {
				*list = append(*list, append([]uint32{container}, t.of(container)...))
			}
		}
		v.Profiles = append(v.Profiles, saved)
	}
	return v
}

func saveObjects(list []*object) (saved []SavedObject) {
	for _, o := range list {
		saved = append(saved, SavedObject{ID: o.id, Profile: o.part, ExternalID: o.externalID, DisplayName: o.name, Properties: properOf(o.rest)})
	}
	return saved
}

// properOf returns what stands after a comma as an object of its own.
func properOf(rest []byte) json.RawMessage {
	o := slices.Clone(rest)
	o[0] = '{'
	return o
}
