package directory

import (
	"bytes"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// rule is how the people of a role get their accounts.
type rule struct {
	create         bool
	domain         string // of new accounts
	source, target string // column and property that are compared; "": nobody has an account
	suffix         string // put behind the source's value: "@" and the target domain
	skus           []string
	unknownSKU     bool // one of skus is none of the tenant's
}

// rulesOf returns the rule of each role.
func rulesOf(p profile.Profile, seed *Seed) (rules [2]rule) {
	for as := range rules {
		r := &rules[as]
		switch identity := p.Identity.(type) {
		case *profile.IdentityCreation:
			r.create = true
			// A role without a domain gets the tenant's first one (chosen).
			if len(seed.Domains) > 0 {
				r.domain = seed.Domains[0]
			}
			if i := slices.IndexFunc(identity.UserDomains, func(d profile.UserDomain) bool { return d.AppliesTo == role(as).String() }); i >= 0 {
				r.domain = identity.UserDomains[i].Name
			}
			// Documented: only together with identity creation.
			r.licences(p.Licenses, role(as), seed)
		case *profile.IdentityMatching:
			for _, o := range identity.MatchingOptions {
				if o.AppliesTo == role(as).String() && r.source == "" {
					r.source, r.target = o.SourcePropertyName, o.TargetPropertyName
					if o.TargetDomain != nil && *o.TargetDomain != "" { // empty is no domain (chosen)
						r.suffix = "@" + *o.TargetDomain
					}
				}
			}
		}
	}
	return rules
}

func (r *rule) licences(list []profile.LicenseAssignment, as role, seed *Seed) {
	for _, l := range list {
		if l.AppliesTo != as.String() {
			continue
		}
		for _, id := range l.SKUIDs {
			r.skus = append(r.skus, strings.ToLower(id))
			r.unknownSKU = r.unknownSKU || !slices.ContainsFunc(seed.SKUs, func(s SKU) bool { return strings.EqualFold(s.ID, id) })
		}
	}
}

// identify gives the person what its account is found by. Documented: under
// creation the part of Username before the @, and the role's domain; under
// matching the column's value as it stands, or value@targetDomain. Names are
// case-sensitive, so a column of another spelling has no value.
func (r *rule) identify(x *person, row roster.Record) {
	switch {
	case r.create:
		local, _, _ := strings.Cut(row.Get("Username"), "@")
		if local == "" || r.domain == "" {
			x.problem = unmatched
		}
		x.joining = local + "@" + r.domain
	case r.source != "" && r.source != "Password" && row.Get(r.source) != "": // what is compared stands in errors
		x.joining = strings.Clone(row.Get(r.source)) + r.suffix
	default:
		x.problem = unmatched
	}
}

// properties are the texts of an account that matching may compare, by their
// case-sensitive names, and the members of the stored user that have them. Those of
// this API's time are documented no further than by examples with userPrincipalName;
// the others are chosen.
var properties = map[string]string{"id": "id", "userPrincipalName": "userPrincipalName", "displayName": "displayName",
	"givenName": "givenName", "surname": "surname", "mail": "mail", "mailNickname": "mailNickname", "employeeId": "employeeId",
	"externalId": carriedID}

// index is the accounts by one of their texts, in lower case: the directory
// compares texts without letter case (inferred from Entra ID).
type index map[string]entity.Place

// several is the place of an account that is more than one.
const several = entity.Place(absent)

// index returns the accounts by a property; nil for one that is not compared.
func (l *planner) index(property string) index {
	name, ok := properties[property]
	if !ok {
		return nil
	}
	x, quoted := index{}, []byte(`"`+name+`":`)
	for p := range l.view.List(usersHome).All(0) {
		o := l.view.At(p)
		if !bytes.Contains(o.JSON, quoted) {
			continue
		}
		key := strings.ToLower(textOf(o.JSON, name))
		if key == "" {
			continue
		}
		if _, twice := x[key]; twice {
			x[key] = several
		} else {
			x[key] = p
		}
	}
	return x
}

// textOf returns a member of an object that is a text. A name of gjson's own signs is
// none of its paths.
func textOf(json []byte, name string) (text string) {
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if key.Str == name {
			text = v.Str
		}
		return key.Str != name
	})
	return text
}

// findAccounts finds the account of everybody who has no problem yet.
//
// An account is one person of a profile: who had it before keeps it if it is
// still theirs, else the first row that wants it gets it, and each further one is
// an error. One that another profile knows is shared.
func (l *planner) findAccounts() {
	carried, indexes := l.index("externalId"), map[string]index{}
	for as := range l.rules {
		if t := l.rules[as].target; t != "" && indexes[t] == nil {
			indexes[t] = l.index(t)
		}
	}
	claimed := make(map[entity.Place]bool, len(l.people.list))
	for i := range l.people.list {
		x := &l.people.list[i]
		if x.problem != nil {
			continue
		}
		before := l.linked(x)
		if r := &l.rules[x.role]; r.create {
			x.account, x.problem = l.accountToBe(x, before, carried)
		} else {
			x.account, x.problem = matching(x, indexes[r.target], carried)
		}
		if x.problem == nil && x.account != fresh && x.account == before {
			claimed[before] = true
		}
	}
	names := map[string]bool{}
	for i := range l.people.list {
		x := &l.people.list[i]
		switch {
		case x.problem != nil:
		case x.account == fresh:
			key := strings.ToLower(x.joining)
			if names[key] {
				x.problem = unfitName
			}
			names[key] = true
		case x.account == l.linked(x):
		case claimed[x.account]:
			x.problem = unfitName
		default:
			claimed[x.account] = true
		}
	}
}

// linked returns the account that an earlier run gave the person; fresh where there
// was none, or it is there no more.
func (l *planner) linked(x *person) entity.Place {
	if at, ok := l.part.people[x.role][x.externalID]; ok && alive(l.view, at, usersHome) != nil {
		return at
	}
	return fresh
}

// accountToBe returns the account of a person under identity creation: the one
// that an earlier run made, whose sign-in name stays whatever the file says (chosen:
// a sync renames no account); else one that carries the SIS ID; else the one with
// the sign-in name; else a fresh one.
func (l *planner) accountToBe(x *person, before entity.Place, carried index) (entity.Place, *fault) {
	if before != fresh {
		return before, nil
	}
	if a, ok := carried[strings.ToLower(x.externalID)]; ok {
		if a == several {
			return fresh, ambiguous
		}
		return a, nil
	}
	if o := l.view.Unique(principalNames, x.joining); o != nil {
		return o.Place, nil
	}
	return fresh, nil
}

// matching returns the account that fits the person.
func matching(x *person, accounts, carried index) (entity.Place, *fault) {
	a, ok := accounts[strings.ToLower(x.joining)]
	switch {
	case !ok:
		return fresh, unmatched
	case a == several || carried[strings.ToLower(x.externalID)] == several:
		return fresh, ambiguous
	}
	return a, nil
}

// assign gives the person the licences of its role. One that cannot be assigned
// is an error, but the person is synchronised without it (chosen).
func (l *planner) assign(x *person) {
	r := &l.rules[x.role]
	if len(r.skus) == 0 || !x.inFiles {
		return
	}
	location := l.seed.UsageLocation
	if x.account != fresh {
		location = textOf(l.view.At(x.account).JSON, "usageLocation")
	}
	switch {
	case r.unknownSKU:
		l.recordPerson(unknownSKU, x)
	case location == "":
		l.recordPerson(noLocation, x)
	default:
		x.skus = r.skus
	}
}
