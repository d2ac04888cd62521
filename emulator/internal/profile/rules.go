package profile

import (
	"fmt"
	"time"
)

// check errs with *InvalidError where p, the result of a change at now, breaks a
// rule.
func (c Change) check(p Profile, now time.Time, create bool) error {
	if v := c.violations(p, now, create); len(v) > 0 {
		return &InvalidError{Violations: v}
	}
	return nil
}

// Violations returns what is wrong with the body by itself beyond what its JSON
// Schema says. It is for a body that the schema refuses, so that its sender
// learns of everything at once; create and update check by themselves.
func (c Change) Violations(now time.Time, create bool) []Violation {
	return c.violations(c.apply(Profile{}, seedDefaults), now, create)
}

// violations checks the rules that join two properties or depend on the time.
func (c Change) violations(p Profile, now time.Time, create bool) (v []Violation) {
	add := func(pointer, property, format string, args ...any) {
		v = append(v, Violation{Pointer: pointer, Property: property, Message: fmt.Sprintf(format, args...)})
	}
	if create {
		c.checkSecrets(add)
	}
	// Documented: licences are assigned to accounts that the sync creates.
	if _, matching := p.Identity.(*IdentityMatching); matching && len(p.Licenses) > 0 {
		add("/licensesToAssign", "licensesToAssign", "licences are assigned only with educationIdentityCreationConfiguration; this profile matches existing accounts")
	}
	twice(p.Licenses, "/licensesToAssign", func(l LicenseAssignment) string { return l.AppliesTo }, add)
	switch i := p.Identity.(type) {
	case *IdentityCreation:
		twice(i.UserDomains, "/identitySynchronizationConfiguration/userDomains", func(d UserDomain) string { return d.AppliesTo }, add)
	case *IdentityMatching:
		twice(i.MatchingOptions, "/identitySynchronizationConfiguration/matchingOptions", func(o MatchingOption) string { return o.AppliesTo }, add)
	}
	// Documented: the profile locks when the date is reached, so a date that is
	// reached already would lock it at once. An unchanged date may grow old.
	if s := c.body.text("expirationDate"); s != "" {
		if at, err := time.Parse(time.DateOnly, s); err == nil && !at.After(now) {
			add("/expirationDate", "expirationDate", "%s is not in the future: it is %s now, and a profile locks when its expirationDate begins (UTC)", s, now.Format(time.RFC3339))
		}
	}
	return v
}

// checkSecrets asks for the client secrets that a create must bring. An update
// may leave them out, since no answer shows them: who reads a profile, changes
// it and puts it back has none (chosen).
func (c Change) checkSecrets(add func(pointer, property, format string, args ...any)) {
	o, pointer := c.body.object("dataProvider"), "/dataProvider"
	switch o.typeName() {
	case TypeOneRoster:
		o, pointer = o.object("connectionSettings"), pointer+"/connectionSettings"
	case TypePowerSchool:
	default:
		return
	}
	if o.text("clientSecret") == "" {
		add(pointer+"/clientSecret", "clientSecret", "a value is required when a profile is created")
	}
}

// twice reports entries of list that apply to a role that an earlier one has.
func twice[T any](list []T, pointer string, appliesTo func(T) string, add func(pointer, property, format string, args ...any)) {
	first := map[string]int{}
	for i, e := range list {
		role := appliesTo(e)
		if j, ok := first[role]; ok {
			add(fmt.Sprintf("%s/%d/appliesTo", pointer, i), "appliesTo", "entry %d already applies to %q; one entry a role", j, role)
			continue
		}
		first[role] = i
	}
}
