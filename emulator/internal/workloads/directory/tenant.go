package directory

import (
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// MicrosoftGraph is the appId of Microsoft Graph in every tenant. Documented.
const MicrosoftGraph = "00000003-0000-0000-c000-000000000000"

// FillTenant puts into a store what every tenant has, and the accounts and apps of a
// seed: the organization, its domains, its licences, the templates of roles, Microsoft
// Graph's service principal, and the first user as Global Administrator. Nothing of it depends
// on a world: ids come from names, and the tenant's own is written on the way out.
func FillTenant(s *entity.Store, seed Seed, derive func(names ...string) string, at time.Time) error {
	return s.Update(at, func(tx *entity.Tx) error {
		f := filler{tx: tx, at: workload.Time(at), derive: derive}
		f.organization(seed)
		f.domains(seed.Domains)
		f.skus(seed.SKUs)
		f.roles()
		f.users(seed)
		f.apps(seed, f.graph(seed))
		return f.err
	})
}

// filler makes objects; err is the first that went wrong.
type filler struct {
	tx     *entity.Tx
	at     string // the instant that they were made, "" for one before the world
	derive func(names ...string) string
	err    error
}

// make stores an object; nil where something went wrong before.
func (f *filler) make(typ, set, family, id string, keys []entity.UniqueKey, members ...change) *entity.Object {
	if f.err != nil {
		return nil
	}
	json := jsontree.Append([]byte(`{"id":`), id)
	for _, m := range members {
		if m.value != nil && m.value != "" {
			json = jsontree.Append(append(jsontree.Append(append(json, ','), m.name), ':'), m.value)
		}
	}
	o, err := f.tx.Create(entity.Draft{Home: entity.Home{Name: set}, Family: family, ID: id, Type: "microsoft.graph." + typ,
		JSON: append(json, '}'), Keys: keys})
	f.err = err
	return o
}

func (f *filler) organization(seed Seed) {
	name := "Contoso"
	if len(seed.Domains) > 0 {
		name, _, _ = strings.Cut(seed.Domains[0], ".")
		name = apierror.ResourceName(name + " ")[:len(name)]
	}
	f.make("organization", "organization", "", workload.TenantID, nil,
		change{"createdDateTime", f.at}, change{"countryLetterCode", seed.UsageLocation}, change{"defaultUsageLocation", seed.UsageLocation},
		change{"displayName", name}, change{"preferredLanguage", "en"}, change{"tenantType", "AAD"})
}

// domains are verified; the first is the default one and, where none ends as initial
// domains do, the initial one (chosen).
func (f *filler) domains(names []string) {
	initial := 0
	for i, name := range names {
		if strings.HasSuffix(strings.ToLower(name), ".onmicrosoft.com") {
			initial = i
		}
	}
	for i, name := range names {
		d := domainDefaults(true)
		name = strings.ToLower(name)
		f.make("domain", "domains", "", name, nil, change{"authenticationType", d["authenticationType"]}, change{"isAdminManaged", true},
			change{"isDefault", i == 0}, change{"isInitial", i == initial}, change{"isRoot", true}, change{"isVerified", true},
			change{"supportedServices", d["supportedServices"]})
	}
}

// prepaid is how many users may have a licence (chosen: it never runs out).
const prepaid = 1_000_000

func (f *filler) skus(list []SKU) {
	for _, sku := range list {
		id := strings.ToLower(sku.ID)
		f.make("subscribedSku", "subscribedSkus", "", workload.TenantID+"_"+id, nil,
			change{"accountId", workload.TenantID}, change{"appliesTo", "User"}, change{"capabilityStatus", "Enabled"}, change{"consumedUnits", 0},
			change{"prepaidUnits", map[string]any{"enabled": prepaid, "suspended": 0, "warning": 0, "lockedOut": 0}},
			change{"skuId", id}, change{"skuPartNumber", sku.PartNumber})
	}
}

func (f *filler) roles() {
	for _, t := range roleTemplates {
		f.make("directoryRoleTemplate", "directoryRoleTemplates", entity.Directory, t[0], nil, change{"description", t[2]},
			change{"displayName", t[1]})
	}
	admin := roleTemplates[0]
	f.make("directoryRole", "directoryRoles", entity.Directory, ids.Derived("directoryRole", admin[0]),
		[]entity.UniqueKey{{Index: "directoryRole.roleTemplateId", Key: admin[0]}},
		change{"description", admin[2]}, change{"displayName", admin[1]}, change{"roleTemplateId", admin[0]})
}

// users are accounts that exist before anything is done. One whose name another has is
// left out.
func (f *filler) users(seed Seed) {
	issuer := initialDomain(f.tx.View)
	for _, u := range seed.Users {
		if f.err != nil || f.tx.Unique(principalNames, u.PrincipalName) != nil {
			continue
		}
		id := strings.ToLower(u.ID)
		if id != "" && f.tx.Find(entity.Directory, id) != nil {
			continue
		}
		if id == "" {
			id = f.derive("accounts", strings.ToLower(u.PrincipalName))
		}
		nickname, location := u.MailNickname, u.UsageLocation
		if nickname == "" {
			nickname, _, _ = strings.Cut(u.PrincipalName, "@")
		}
		if location == "" {
			location = seed.UsageLocation
		}
		keys := []entity.UniqueKey{{Index: "user.userPrincipalName", Key: u.PrincipalName}}
		var addresses any
		if u.Mail != "" {
			addresses = withMail(nil, u.Mail)
			keys = append(keys, entity.UniqueKey{Index: "user.proxyAddresses", Key: "SMTP:" + u.Mail})
		}
		f.make("user", "users", entity.Directory, id, keys,
			change{"accountEnabled", !u.Disabled}, change{"createdDateTime", f.at}, change{"displayName", u.DisplayName},
			change{"employeeId", u.EmployeeID}, change{"givenName", u.GivenName},
			change{"identities", withSignInName(nil, issuer, u.PrincipalName)}, change{"mail", u.Mail}, change{"mailNickname", nickname},
			change{"proxyAddresses", addresses}, change{"signInSessionsValidFromDateTime", f.at}, change{"surname", u.Surname},
			change{"usageLocation", location}, change{"userPrincipalName", u.PrincipalName}, change{"userType", "Member"},
			change{"refreshTokensValidFromDateTime", f.at},
			change{carriedID, u.ExternalID}, change{passwordMember, hashedOrNone(id, u.Password)})
	}
	role := f.tx.Unique("directoryRole.roleTemplateId", globalAdministrator)
	for p := range f.tx.List(usersHome).All(0) { // the first user is the administrator
		if f.err == nil && role != nil {
			f.err = f.tx.Link(Members, role.Place, p)
		}
		break
	}
}
