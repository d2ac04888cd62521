package profile

import (
	"net/url"
	"strings"
)

// A decoded body is a tree of map[string]any, []any, string, bool, float64 and
// nil that has passed its JSON Schema: names are spelled as declared and values
// have their type. So decoding needs no errors, only conversions, and a null
// means the same as an absent value.

type object map[string]any

// address returns a URL less a user and password in it: like a client secret they
// are taken, and neither kept nor sent back (chosen: the pages do not say).
func (o object) address(name string) string {
	text := o.text(name)
	u, err := url.Parse(text)
	if err != nil || u.User == nil {
		return text
	}
	u.User = nil
	return u.String()
}

func (o object) text(name string) string { s, _ := o[name].(string); return s }

// typeName returns the declared type with its hash, which the variant typeHash
// may have left out.
func (o object) typeName() string { return "#" + strings.TrimPrefix(o.text("@odata.type"), "#") }

func (o object) flag(name string) bool { b, _ := o[name].(bool); return b }

func (o object) optionalFlag(name string) *bool {
	if b, ok := o[name].(bool); ok {
		return &b
	}
	return nil
}

func (o object) object(name string) object { m, _ := o[name].(map[string]any); return m }

// texts returns nil where there is no list, and an empty list where it is empty.
func (o object) texts(name string) []string {
	return each(o, name, func(v any) string { s, _ := v.(string); return s })
}

func each[T any](o object, name string, convert func(any) T) []T {
	a, ok := o[name].([]any)
	if !ok {
		return nil
	}
	out := make([]T, len(a))
	for i, v := range a {
		out[i] = convert(v)
	}
	return out
}

func asObject(v any) object { m, _ := v.(map[string]any); return m }

// Change is a decoded body: what a client wants a profile to be. A PATCH names
// some properties, a PUT and a create all of them.
type Change struct{ body object }

// NewChange wraps a body that has passed the schema of
// educationSynchronizationProfile.
func NewChange(body map[string]any) Change { return Change{object(body)} }

// ID returns the id that the body carries, "" for none.
func (c Change) ID() string { return c.body.text("id") }

// Idle tells whether the body names nothing that an update changes: annotations,
// id and state alone, or nothing at all.
func (c Change) Idle() bool {
	for name := range c.body {
		if name != "id" && name != "state" && !strings.HasPrefix(name, "@") {
			return false
		}
	}
	return true
}

// Created returns what a create makes of the body where no variant is chosen:
// what it leaves out of the customizations is filled in.
func (c Change) Created() Profile { return c.apply(Profile{State: Provisioning}, seedDefaults) }

// apply returns base with the properties that the body names: an abstract part
// and a collection are replaced whole (chosen), null clears what may be absent.
func (c Change) apply(base Profile, with defaults) Profile {
	p := base
	if _, ok := c.body["displayName"]; ok {
		p.DisplayName = c.body.text("displayName")
	}
	if o := c.body.object("dataProvider"); o != nil {
		p.DataProvider = dataProvider(o, with)
	}
	if o := c.body.object("identitySynchronizationConfiguration"); o != nil {
		p.Identity = identity(o)
	}
	if _, ok := c.body["licensesToAssign"]; ok {
		p.Licenses = each(c.body, "licensesToAssign", func(v any) LicenseAssignment {
			o := asObject(v)
			return LicenseAssignment{AppliesTo: o.text("appliesTo"), SKUIDs: o.texts("skuIds")}
		})
	}
	if _, ok := c.body["handleSpecialCharacterConstraint"]; ok {
		p.HandleSpecialCharacterConstraint = c.body.optionalFlag("handleSpecialCharacterConstraint")
	}
	if _, ok := c.body["expirationDate"]; ok {
		p.ExpirationDate = c.body.text("expirationDate")
	}
	return p
}

func dataProvider(o object, with defaults) DataProvider {
	c := fill(customizations(o.object("customizations")), with)
	switch o.typeName() {
	case TypePowerSchool:
		return &PowerSchool{Type: TypePowerSchool, ConnectionURL: o.address("connectionUrl"), ClientID: o.text("clientId"),
			SchoolsIDs: o.texts("schoolsIds"), SchoolYear: o.text("schoolYear"),
			AllowTeachersInMultipleSchool: o.optionalFlag("allowTeachersInMultipleSchools"), Customizations: c}
	case TypeOneRoster:
		s := o.object("connectionSettings")
		return &OneRoster{Type: TypeOneRoster, ConnectionURL: o.address("connectionUrl"), ProviderName: o.text("providerName"),
			SchoolsIDs: o.texts("schoolsIds"), TermIDs: o.texts("termIds"), Customizations: c,
			ConnectionSettings: ConnectionSettings{Type: s.typeName(), ClientID: s.text("clientId"),
				TokenURL: s.address("tokenUrl"), Scope: s.text("scope")}}
	}
	return &CSV{Type: TypeCSV, Customizations: c}
}

func customizations(o object) *Customizations {
	if o == nil {
		return nil
	}
	part := func(name string) *Customization {
		p := o.object(name)
		if p == nil {
			return nil
		}
		return &Customization{
			OptionalPropertiesToSync: p.texts("optionalPropertiesToSync"),
			SynchronizationStartDate: p.text("synchronizationStartDate"),
			IsSyncDeferred:           p.flag("isSyncDeferred"),
			AllowDisplayNameUpdate:   p.flag("allowDisplayNameUpdate"),
		}
	}
	return &Customizations{School: part("school"), Section: part("section"), Student: part("student"),
		Teacher: part("teacher"), StudentEnrollment: part("studentEnrollment"), TeacherRoster: part("teacherRoster")}
}

func identity(o object) Identity {
	if o.typeName() == TypeIdentityMatching {
		return &IdentityMatching{Type: TypeIdentityMatching, MatchingOptions: each(o, "matchingOptions", func(v any) MatchingOption {
			m := asObject(v)
			option := MatchingOption{AppliesTo: m.text("appliesTo"), SourcePropertyName: m.text("sourcePropertyName"),
				TargetPropertyName: m.text("targetPropertyName")}
			if d, ok := m["targetDomain"].(string); ok {
				option.TargetDomain = &d
			}
			return option
		})}
	}
	return &IdentityCreation{Type: TypeIdentityCreation, UserDomains: each(o, "userDomains", func(v any) UserDomain {
		d := asObject(v)
		return UserDomain{AppliesTo: d.text("appliesTo"), Name: d.text("name")}
	})}
}
