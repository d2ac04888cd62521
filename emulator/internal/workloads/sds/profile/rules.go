package profile

import (
	"fmt"
	"time"
)

// maxMonths is how long after its creation a profile may expire. Documented:
// resource page and SDK, "Maximum value is 18 months from profile creation".
const maxMonths = 18

// moment is when a change happens. Rules of a time that is zero are not checked.
type moment struct{ now, created time.Time }

// creation is when the profile was created, in seconds; zero where nobody knows.
func (r *Record) creation() time.Time {
	if r.created == 0 {
		return time.Time{}
	}
	return time.Unix(r.created, 0).UTC()
}

// check errs with *InvalidError where p, the result of a change, breaks a rule.
func (c Change) check(p Profile, at moment, create bool) error {
	if v := c.violations(p, at, create); len(v) > 0 {
		return &InvalidError{Violations: v}
	}
	return nil
}

// latest is the last date on which a profile may expire that was created then. The
// end of a shorter month is as late (chosen).
func latest(created time.Time) time.Time {
	created = created.UTC().Truncate(24 * time.Hour)
	end := created.AddDate(0, maxMonths, 0)
	if end.Day() != created.Day() {
		end = end.AddDate(0, 0, -end.Day())
	}
	return end
}

// Violations returns what is wrong with the body by itself beyond what its JSON
// Schema says. It is for a body that the schema refuses, so that its sender
// learns of everything at once; create and update check by themselves.
func (c Change) Violations(now time.Time, create bool) []Violation {
	at := moment{now: now}
	if create {
		at.created = now
	}
	return c.violations(c.apply(Profile{}, seedDefaults), at, create)
}

// violations checks the rules that join two properties or depend on the time.
func (c Change) violations(p Profile, at moment, create bool) (v []Violation) {
	add := func(pointer, property, format string, args ...any) {
		v = append(v, Violation{Pointer: pointer, Property: property, Message: fmt.Sprintf(format, args...)})
	}
	if create {
		c.checkSecrets(add)
	}
	// Documented: licences are assigned to accounts that the sync creates.
	if _, matching := p.Identity.(*IdentityMatching); matching && len(p.Licenses) > 0 {
		add("/licensesToAssign", "licensesToAssign",
			"licences are assigned only with educationIdentityCreationConfiguration; this profile matches existing accounts")
	}
	twice(p.Licenses, "/licensesToAssign", func(l LicenseAssignment) string { return l.AppliesTo }, add)
	switch i := p.Identity.(type) {
	case *IdentityCreation:
		twice(i.UserDomains, "/identitySynchronizationConfiguration/userDomains", func(d UserDomain) string { return d.AppliesTo }, add)
	case *IdentityMatching:
		twice(i.MatchingOptions, "/identitySynchronizationConfiguration/matchingOptions",
			func(o MatchingOption) string { return o.AppliesTo }, add)
	}
	if s := c.body.text("expirationDate"); s != "" {
		if date, err := time.Parse(time.DateOnly, s); err == nil {
			checkExpiration(date, at, add)
		}
	}
	return v
}

// checkExpiration checks a date that a body names; what is not named may grow old.
// Documented: the profile locks when the date is reached, so a date that is reached
// already would lock it at once; and the date has a maximum. What the service answers
// is not known: it is a value that the property can't have (chosen).
func checkExpiration(date time.Time, at moment, add func(pointer, property, format string, args ...any)) {
	s := date.Format(time.DateOnly)
	switch {
	case !date.After(at.now):
		add("/expirationDate", "expirationDate",
			"%s is not in the future: it is %s now, and a profile locks when its expirationDate begins (UTC)",
			s, at.now.Format(time.RFC3339))
	case !at.created.IsZero() && date.After(latest(at.created)):
		add("/expirationDate", "expirationDate",
			"%s is more than %d months after the profile's creation (%s, by the world's clock): at most %s",
			s, maxMonths, at.created.UTC().Format(time.DateOnly), latest(at.created).Format(time.DateOnly))
	}
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
