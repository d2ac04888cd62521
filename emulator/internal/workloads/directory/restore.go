package directory

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Restore puts a saved directory in place of what is there. Plans that were made
// before must not be applied any more. It errs, and changes nothing, where v is
// not what Save makes.
func (s *Store) Restore(v Saved) error {
	st := newState()
	for i, p := range v.Profiles {
		if _, twice := st.partOf[p.Profile]; twice {
			return fmt.Errorf("directory: profiles[%d].profile: %q is there twice; a profile has one part", i, p.Profile)
		}
		st.partFor(p.Profile)
	}
	for i := range v.Accounts {
		if err := st.restoreAccount(&v.Accounts[i]); err != nil {
			return fmt.Errorf("directory: accounts[%d]%w", i, err)
		}
	}
	for i := range v.Users {
		if err := st.restoreUser(&v.Users[i]); err != nil {
			return fmt.Errorf("directory: users[%d]%w", i, err)
		}
	}
	schools := func(p *part) map[string]uint32 { return p.schools }
	classes := func(p *part) map[string]uint32 { return p.classes }
	if err := cmp.Or(
		st.restoreObjects("schools", v.Schools, &st.schools, st.schoolByID, schools),
		st.restoreObjects("classes", v.Classes, &st.classes, st.classByID, classes)); err != nil {
		return err
	}
	for i := range v.Profiles {
		if err := st.restorePart(uint32(i), &v.Profiles[i]); err != nil {
			return fmt.Errorf("directory: profiles[%d].%w", i, err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.current.Store(st)
	return nil
}

func (s *state) restoreAccount(v *SavedAccount) error {
	a := &account{id: strings.ToLower(v.ID), principalName: v.UserPrincipalName, displayName: v.DisplayName,
		givenName: v.GivenName, surname: v.Surname,
		mail: v.Mail, mailNickname: v.MailNickname, employeeID: v.EmployeeID, externalID: v.ExternalID, usageLocation: v.UsageLocation,
		disabled: v.Disabled, created: v.Created, skus: slices.Clone(v.SKUs)}
	if a.id == "" || a.principalName == "" || s.taken(a) {
		return fmt.Errorf(": id %q, userPrincipalName %q: each must be there, and no other account's", v.ID, v.UserPrincipalName)
	}
	s.addAccount(a)
	return nil
}

func (s *state) restoreUser(v *SavedUser) error {
	if int64(v.Account) >= int64(len(s.accounts)) || s.accounts[v.Account].user > 0 {
		return fmt.Errorf(".account: %d is not the position of an account without a user; there are %d accounts", v.Account, len(s.accounts))
	}
	as := role(slices.Index([]string{"student", "teacher"}, v.Role))
	if as > teacher {
		return fmt.Errorf(".role: %q is neither student nor teacher", v.Role)
	}
	rest, err := restOf(v.Properties)
	if err != nil {
		return fmt.Errorf(".properties: %w", err)
	}
	for i, p := range v.Profiles {
		if int64(p) >= int64(len(s.parts)) || i > 0 && p <= v.Profiles[i-1] {
			return fmt.Errorf(".profiles: %v are not positions of profiles in order; there are %d", v.Profiles, len(s.parts))
		}
	}
	s.users = append(s.users, &user{account: v.Account, role: as, middleName: v.MiddleName, rest: rest, parts: slices.Clone(v.Profiles)})
	s.accounts[v.Account].user = uint32(len(s.users))
	return nil
}

func (s *state) restoreObjects(name string, saved []SavedObject, list *[]*object, byID map[string]uint32,
	known func(*part) map[string]uint32) error {
	for i, v := range saved {
		position := fmt.Sprintf("directory: %s[%d]", name, i)
		id := strings.ToLower(v.ID)
		if _, twice := byID[id]; twice || id == "" {
			return fmt.Errorf("%s.id: %q must be there, and no other's", position, v.ID)
		}
		if int64(v.Profile) >= int64(len(s.parts)) {
			return fmt.Errorf("%s.profile: %d is not the position of a profile; there are %d", position, v.Profile, len(s.parts))
		}
		of := known(s.parts[v.Profile])
		if _, twice := of[v.ExternalID]; twice {
			return fmt.Errorf("%s.externalId: the profile has %q twice", position, v.ExternalID)
		}
		rest, err := restOf(v.Properties)
		if err != nil {
			return fmt.Errorf("%s.properties: %w", position, err)
		}
		byID[id], of[v.ExternalID] = uint32(i), uint32(i)
		*list = append(*list, &object{id: id, part: v.Profile, externalID: v.ExternalID, name: v.DisplayName, rest: rest})
	}
	return nil
}

func (s *state) restorePart(position uint32, v *SavedPart) error {
	p := s.parts[position]
	held := map[uint32]bool{}
	for as, saved := range [2]map[string]uint32{v.Students, v.Teachers} {
		for id, u := range saved {
			if !s.knows(position, u) || held[u] {
				return fmt.Errorf("%ss: %q is user %d, which is not there, does not name this profile, or is another's too", role(as), id, u)
			}
			held[u] = true
			p.people[as][id] = u
		}
	}
	for m, list := range v.lists() {
		containers, members := s.ownClass, s.knows
		switch membership(m) {
		case schoolClasses:
			containers, members = s.ownSchool, s.ownClass
		case schoolStudents, schoolTeachers:
			containers = s.ownSchool
		}
		var pairs []pair
		for _, positions := range *list {
			for i, at := range positions {
				switch {
				case i == 0 && !containers(position, at), i > 0 && !members(position, at):
					return fmt.Errorf("%s: %v: %d is not there, or not of this profile", membership(m), positions, at)
				case i > 0:
					pairs = append(pairs, pairOf(positions[0], at))
				}
			}
		}
		p.members[m] = newLinks(pairs)
	}
	return nil
}

func (s *state) ownSchool(part, at uint32) bool {
	return int64(at) < int64(len(s.schools)) && s.schools[at].part == part
}

func (s *state) ownClass(part, at uint32) bool {
	return int64(at) < int64(len(s.classes)) && s.classes[at].part == part
}

func (s *state) knows(part, at uint32) bool {
	return int64(at) < int64(len(s.users)) && slices.Contains(s.users[at].parts, part)
}

func (m membership) String() string {
	return [...]string{"schoolClasses", "schoolStudents", "schoolTeachers", "classStudents", "classTeachers"}[m]
}

// restOf returns an object as it stands after a display name: in one line, and
// texts written as this package writes them, whatever a file's encoder made of them.
func restOf(properties json.RawMessage) ([]byte, error) {
	v, err := jsontree.Decode(properties)
	if err != nil {
		return nil, err
	}
	o, ok := v.(map[string]any)
	if !ok || len(o) == 0 {
		return nil, errors.New("it must be an object with properties")
	}
	for _, name := range []string{"id", "displayName"} {
		if _, twice := o[name]; twice {
			return nil, fmt.Errorf("it must not have %q, which is saved beside it", name)
		}
	}
	value := jsontext.Value(properties).Clone()
	if err := value.Format(jsontext.PreserveRawStrings(false)); err != nil {
		return nil, err
	}
	value[0] = ','
	return value, nil
}
