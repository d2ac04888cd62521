package importer

import (
	"fmt"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// fakes replaces what may tell whose traffic it was, by what is made up: the same by the
// same, whatever the letter case. It keeps what says nothing of anybody: booleans,
// numbers, times, members of enumerations, and texts that only the service chooses.
type fakes struct {
	keep   bool
	made   map[string]string
	counts map[string]int
}

func newFakes(keep bool) *fakes {
	return &fakes{keep: keep, made: map[string]string{}, counts: map[string]int{}}
}

// harmless are properties whose texts only the service chooses, or that are of a list
// that it publishes (documented).
var harmless = []string{"@odata.type", "ageGroup", "allowedMemberTypes", "appliesTo", "assignmentType", "authenticationType", "authMethods",
	"capabilityStatus", "consentProvidedForMinor", "consentType", "contentType", "countryLetterCode", "creationType", "disabledPlans",
	"externalUserState", "groupTypes", "importance", "legalAgeGroupClassification", "membershipRuleProcessingState", "operatingSystem",
	"passwordPolicies", "preferredDataLocation", "preferredLanguage", "primaryRole", "profileType", "provisioningStatus",
	"resourceBehaviorOptions", "resourceProvisioningOptions", "roleTemplateId", "servicePlanId", "servicePlanName", "servicePrincipalType",
	"signInAudience", "signInType", "skuId", "skuPartNumber", "state@odata.type", "supportedServices", "tenantType", "timeZone", "trustType",
	"usageLocation", "userType", "visibility"}

// ofService are ids that the service has given out to all: Microsoft's own apps.
var ofService = words.Pattern(`(?i)^[0-9a-f]{8}-0000-0000-c000-000000000000$`)

var (
	aTime   = words.Pattern(`^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$`)
	anAddr  = words.Pattern(`^[^\s@/]+@[^\s@/]+\.[^\s@/]+$`)
	aDomain = words.Pattern(`^([A-Za-z0-9-]+\.)+[A-Za-z]{2,}$`)
	aPlain  = words.Pattern(`^[A-Za-z0-9._-]+$`)
)

// next is a number for each kind of replacement.
func (f *fakes) next(kind string) int { f.counts[kind]++; return f.counts[kind] }

// one is the replacement of a text of a kind; of makes it from a number.
func (f *fakes) one(kind, text string, of func(n int) string) string {
	key := kind + "\x00" + strings.ToLower(text)
	if made, ok := f.made[key]; ok {
		return made
	}
	made := of(f.next(kind))
	f.made[key] = made
	return made
}

// id is the replacement of a key.
func (f *fakes) id(id string) string {
	switch {
	case f.keep || id == "" || ofService().MatchString(id):
		return id
	case ids.IsGUID(id):
		return f.one("guid", id, func(n int) string { return fmt.Sprintf("00000000-0000-4000-8000-%012x", n) })
	case anAddr().MatchString(id):
		return f.address(id)
	}
	return f.one("id", id, func(n int) string { return fmt.Sprintf("id-%d", n) })
}

// domain is the replacement of a domain: one that nobody can register (RFC 2606).
func (f *fakes) domain(d string) string {
	if f.keep {
		return d
	}
	return f.one("domain", d, func(n int) string { return fmt.Sprintf("domain%d.example", n) })
}

func (f *fakes) address(a string) string {
	if f.keep {
		return a
	}
	at := strings.LastIndexByte(a, '@')
	return f.nick(a[:at]) + "@" + f.domain(a[at+1:])
}

// nick is the replacement of what stands before an @.
func (f *fakes) nick(s string) string {
	return f.one("nick", s, func(n int) string { return fmt.Sprintf("name%d", n) })
}

// value replaces what may tell something in a value of a property; p is nil where the
// model does not have it.
func (f *fakes) value(name string, p *odata.Property, v any, depth int) any {
	switch v := v.(type) {
	case string:
		return f.text(name, p, v)
	case []any:
		list := make([]any, len(v))
		for i, one := range v {
			list[i] = f.value(name, p, one, depth)
		}
		return list
	case map[string]any:
		m := make(map[string]any, len(v))
		for member, one := range v {
			if strings.Contains(member, "@odata.") && member != "@odata.type" || strings.HasPrefix(member, "@") && member != "@odata.type" {
				continue
			}
			var of *odata.Property
			if p != nil && p.Type != nil {
				of = p.Type.Property(member)
			}
			shown := member
			if of == nil && !f.keep && member != "@odata.type" {
				shown = f.one("member", member, func(n int) string { return fmt.Sprintf("member%d", n) })
			}
			m[shown] = f.value(member, of, one, depth+1)
		}
		return m
	}
	return v // a number, a boolean or null
}

// text replaces a text.
func (f *fakes) text(name string, p *odata.Property, s string) string {
	switch {
	case f.keep || s == "" || aTime().MatchString(s):
		return s
	case slices.Contains(harmless, name):
		if name == "@odata.type" || aPlain().MatchString(s) {
			return s
		}
	case p != nil && p.Kind != odata.KindString && p.Kind != odata.KindGuid && p.Kind != odata.KindUntyped && p.Kind != odata.KindBinary:
		return s // the model says what it is, and a server holds it against that
	case p != nil && p.Kind == odata.KindBinary:
		return ""
	}
	switch {
	case ids.IsGUID(s):
		return f.id(s)
	case strings.HasPrefix(strings.ToUpper(s), "SMTP:") && anAddr().MatchString(s[5:]):
		return s[:5] + f.address(s[5:])
	case anAddr().MatchString(s):
		return f.address(s)
	case name == "mailNickname":
		return f.nick(s)
	case aDomain().MatchString(s):
		return f.domain(s)
	case strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://"):
		return f.one("url", s, func(n int) string { return fmt.Sprintf("https://page%d.example/", n) })
	}
	label := name
	if p == nil {
		label = "text"
	}
	return f.one("text "+label, s, func(n int) string { return fmt.Sprintf("%s %d", label, n) })
}
