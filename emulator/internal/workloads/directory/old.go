package directory

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// OldSaved is a directory as snapshots of the first version have it: with accounts,
// schools, classes and users of its own. Objects are told by their position in the
// lists, from 0 on.
type OldSaved struct {
	Schools  []OldObject  `json:"schools,omitzero"`
	Classes  []OldObject  `json:"classes,omitzero"`
	Accounts []OldAccount `json:"accounts,omitzero"`
	Users    []OldUser    `json:"users,omitzero"`
	Profiles []SavedPart  `json:"profiles,omitzero"` // without schools and classes; positions where places are
}

// OldObject is a school or a class.
type OldObject struct {
	ID          string          `json:"id"`
	Profile     uint32          `json:"profile"` // position in Profiles
	ExternalID  string          `json:"externalId"`
	DisplayName string          `json:"displayName,omitzero"`
	Properties  json.RawMessage `json:"properties"` // on the wire, less id and displayName
}

// OldAccount is an account.
type OldAccount struct {
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

// OldUser is the education side of an account.
type OldUser struct {
	Account    uint32          `json:"account"` // position in Accounts
	Role       string          `json:"role"`    // student or teacher
	MiddleName string          `json:"middleName,omitzero"`
	Properties json.RawMessage `json:"properties"` // on the wire, less what the account tells
	Profiles   []uint32        `json:"profiles"`   // positions in Profiles, sorted
}

// RestoreOld puts a directory of a snapshot of the first version in place of what is
// there: its accounts take the place of all users. It errs, and changes nothing, where v
// is not what such a snapshot has. now is when the objects are made.
func (s *Store) RestoreOld(v OldSaved, now time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all *parts
	if err := s.objects.Update(now, func(tx *entity.Tx) error {
		tx.Promise()
		tx.Pack()
		for _, p := range tx.List(usersHome).Page(0, 0, tx.Len()) {
			if err := tx.Delete(p); err != nil {
				return err
			}
		}
		o := &older{Tx: tx, v: &v}
		for _, step := range []func() error{o.profiles, o.accounts, o.schools, o.classes, o.memberships} {
			if err := step(); err != nil {
				return err
			}
		}
		all = o.all
		return nil
	}); err != nil {
		return err
	}
	s.parts.Store(all)
	return nil
}

// older makes objects of a directory of the first version.
type older struct {
	*entity.Tx
	v       *OldSaved
	all     *parts
	list    []*part
	users   []entity.Place    // by position
	things  [2][]entity.Place // schools and classes, by position
	belongs map[entity.Place]uint32
}

func (o *older) profiles() error {
	o.belongs = map[entity.Place]uint32{}
	o.all = noParts
	for i, p := range o.v.Profiles {
		if o.all.of[p.Profile] != nil {
			return fmt.Errorf("/profiles/%d/profile: %q is there twice; a profile has one part", i, p.Profile)
		}
		one := newPart(p.Profile)
		o.list, o.all = append(o.list, one), o.all.with(one)
	}
	return nil
}

// accounts makes the users, with their side in education.
func (o *older) accounts() error {
	sides := map[uint32]int{}
	for i, u := range o.v.Users {
		_, twice := sides[u.Account]
		switch {
		case int64(u.Account) >= int64(len(o.v.Accounts)) || twice:
			return fmt.Errorf("/users/%d/account: %d is not the position of an account without a user; there are %d",
				i, u.Account, len(o.v.Accounts))
		case u.Role != student.String() && u.Role != teacher.String():
			return fmt.Errorf("/users/%d/role: %q is neither student nor teacher", i, u.Role)
		}
		for n, p := range u.Profiles {
			if int64(p) >= int64(len(o.list)) || n > 0 && p <= u.Profiles[n-1] {
				return fmt.Errorf("/users/%d/profiles: %v are not positions of profiles in order; there are %d", i, u.Profiles, len(o.list))
			}
		}
		sides[u.Account] = i
	}
	places := make([]entity.Place, len(o.v.Accounts))
	for i := range o.v.Accounts {
		a := &o.v.Accounts[i]
		id := strings.ToLower(a.ID)
		if id == "" || a.UserPrincipalName == "" || o.Find(entity.Directory, id) != nil || o.Unique(principalNames, a.UserPrincipalName) != nil {
			return fmt.Errorf("/accounts/%d: id %q, userPrincipalName %q: each must be there, and no other account's", i, a.ID, a.UserPrincipalName)
		}
		u := User{ID: id, PrincipalName: a.UserPrincipalName, DisplayName: a.DisplayName, UsageLocation: a.UsageLocation,
			GivenName: a.GivenName, Surname: a.Surname, Mail: a.Mail, MailNickname: a.MailNickname,
			EmployeeID: a.EmployeeID, ExternalID: a.ExternalID, Disabled: a.Disabled}
		var m members
		m.read(string(u.json(a.Created)))
		if len(a.SKUs) > 0 {
			m.set("assignedLicenses", addLicences("", a.SKUs))
		}
		if side, ok := sides[uint32(i)]; ok {
			inside, err := split(o.v.Users[side].Properties, nil)
			if err != nil {
				return fmt.Errorf("/users/%d/properties: %w", side, err)
			}
			inside.setText("middleName", o.v.Users[side].MiddleName)
			m.set(Inside, string(inside.json()))
		}
		made, err := o.Create(userDraft(id, a.UserPrincipalName, m.json()))
		if err != nil {
			return err
		}
		places[i] = made.Place
	}
	for _, u := range o.v.Users {
		o.users = append(o.users, places[u.Account])
	}
	return o.enlist(UserSet, o.users)
}

// enlist puts objects into a set of /education.
func (o *older) enlist(set string, places []entity.Place) error {
	var links []entity.Link
	for _, p := range places {
		links = append(links, entity.Link{From: entity.Tenant, To: p})
	}
	_, err := o.LinkAll(set, links)
	return err
}

func (o *older) schools() error { return o.objects(Schools, o.v.Schools) }

func (o *older) classes() error { return o.objects(Classes, o.v.Classes) }

func (o *older) objects(k Kind, saved []OldObject) error {
	for i, v := range saved {
		at := fmt.Sprintf("/%s/%d", k, i)
		id := strings.ToLower(v.ID)
		if id == "" || o.Find(entity.Directory, id) != nil {
			return fmt.Errorf("%s/id: %q must be there, and no other's", at, v.ID)
		}
		if int64(v.Profile) >= int64(len(o.list)) {
			return fmt.Errorf("%s/profile: %d is not the position of a profile; there are %d", at, v.Profile, len(o.list))
		}
		known := o.list[v.Profile].known()[k]
		if _, twice := known[v.ExternalID]; twice {
			return fmt.Errorf("%s/externalId: the profile has %q twice", at, v.ExternalID)
		}
		var own members
		inside, err := split(v.Properties, &own)
		if err != nil {
			return fmt.Errorf("%s/properties: %w", at, err)
		}
		x := thing{name: v.DisplayName, nickname: own.text("mailNickname"), education: inside.json()}
		draft := newSchool(&x, id)
		if k == Classes {
			draft = (&applier{}).newClass(&x, id)
		}
		made, err := o.Create(draft)
		if err != nil {
			return err
		}
		known[v.ExternalID] = made.Place
		o.things[k] = append(o.things[k], made.Place)
		o.belongs[made.Place] = v.Profile
	}
	return o.enlist([...]string{SchoolSet, ClassSet}[k], o.things[k])
}

// split takes properties of the wire apart: those of the object itself go to own, those
// of its side in education are returned. Null is nothing.
func split(properties json.RawMessage, own *members) (*members, error) {
	v, err := jsontree.Decode(properties)
	if err != nil {
		return nil, err
	}
	if o, ok := v.(map[string]any); !ok || len(o) == 0 {
		return nil, errors.New("it must be an object with properties")
	}
	plain := jsontext.Value(properties).Clone()
	if err := plain.Format(jsontext.PreserveRawStrings(false)); err != nil {
		return nil, err
	}
	inside := &members{}
	gjson.ParseBytes(plain).ForEach(func(name, v gjson.Result) bool {
		switch name.Str {
		case "id", "displayName":
			err = fmt.Errorf("it must not have %q, which is saved beside it", name.Str)
		case "mailNickname", "description":
			if own != nil && v.Type != gjson.Null {
				own.set(name.Str, v.Raw)
			}
		default:
			if v.Type != gjson.Null {
				inside.set(name.Str, v.Raw)
			}
		}
		return true
	})
	return inside, err
}

// memberships makes the links, and notes which of them are whose.
func (o *older) memberships() error {
	for i := range o.v.Profiles {
		saved, p := &o.v.Profiles[i], o.list[i]
		held := map[entity.Place]bool{}
		for as, of := range []map[string]entity.Place{saved.Students, saved.Teachers} {
			for id, at := range of {
				if !o.knows(i, at) || held[at] {
					return fmt.Errorf("/profiles/%d/%ss: %q is user %d, which is not there, does not name this profile, or is another's too",
						i, role(as), id, at)
				}
				held[at] = true
				p.people[as][id] = o.users[at]
			}
		}
		for m, list := range saved.lists() {
			if err := o.links(i, membership(m), *list); err != nil {
				return err
			}
		}
		for _, r := range ofMemberships {
			var links []entity.Link
			for _, pair := range p.union(r.of) {
				from, to := pair.split()
				links = append(links, entity.Link{From: entity.Place(from), To: entity.Place(to)})
			}
			if _, err := o.LinkAll(r.name, links); err != nil {
				return err
			}
		}
	}
	return nil
}

// links reads the memberships of one kind of a profile.
func (o *older) links(profile int, m membership, list [][]entity.Place) error {
	containers, members := Classes, Users
	switch m {
	case schoolClasses:
		containers, members = Schools, Classes
	case schoolStudents, schoolTeachers:
		containers = Schools
	}
	var pairs []pair
	for _, positions := range list {
		var from entity.Place
		for i, at := range positions {
			k := members
			if i == 0 {
				k = containers
			}
			place, ok := o.own(profile, k, at)
			if !ok {
				return fmt.Errorf("/profiles/%d/%s: %v: %d is not there, or not of this profile", profile, m, positions, at)
			}
			if i == 0 {
				from = place
			} else {
				pairs = append(pairs, pairOf(from, place))
			}
		}
	}
	o.list[profile].members[m] = newTable(pairs)
	return nil
}

// own returns the place of what a profile has at a position.
func (o *older) own(profile int, k Kind, at entity.Place) (entity.Place, bool) {
	if k == Users {
		if !o.knows(profile, at) {
			return 0, false
		}
		return o.users[at], true
	}
	if int64(at) >= int64(len(o.things[k])) || o.belongs[o.things[k][at]] != uint32(profile) {
		return 0, false
	}
	return o.things[k][at], true
}

func (o *older) knows(profile int, at entity.Place) bool {
	return int64(at) < int64(len(o.v.Users)) && slices.Contains(o.v.Users[at].Profiles, uint32(profile))
}
