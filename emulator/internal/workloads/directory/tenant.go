package directory

import (
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// MicrosoftGraph is the appId of Microsoft Graph in every tenant. Documented.
const MicrosoftGraph = "00000003-0000-0000-c000-000000000000"

// FillTenant puts into a store what every tenant has, and the accounts of a seed: the
// organization, its domains, its licences, the templates of roles, Microsoft Graph's
// service principal, and the first user as Global Administrator. Nothing of it depends
// on a world: ids come from names, and the tenant's own is written on the way out.
func FillTenant(s *entity.Store, seed Seed, derive func(names ...string) string, at time.Time) error {
	return s.Update(at, func(tx *entity.Tx) error {
		f := filler{tx: tx, at: workload.Time(at), derive: derive}
		f.organization(seed)
		f.domains(seed.Domains)
		f.skus(seed.SKUs)
		f.roles()
		f.graph()
		f.users(seed)
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

// permissionIDs are the ids of permissions of Microsoft Graph, as scope and as app role.
// Documented: the reference of permissions; those that are not here get one of our own.
var permissionIDs = map[string][2]string{
	"User.ReadBasic.All":         {"b340eb25-3456-403f-be2f-af7a0d370277", "97235f07-e226-4f63-ace3-39588e11d3a1"},
	"User.Read.All":              {"a154be20-db9c-4678-8ab7-66f6cc099a59", "df021288-bdef-4463-88db-98f22de89214"},
	"User.ReadWrite.All":         {"204e0828-b5ca-4ad8-b9f3-f32a958e7cc4", "741f803b-c850-494e-b5df-cde7c675a1ca"},
	"Directory.Read.All":         {"06da0dbc-49e2-44d2-8312-53f166ab848a", "7ab1d382-f21e-4acd-a863-ba3e13f7da61"},
	"Directory.ReadWrite.All":    {"c5366453-9fb0-48a5-a156-24f0c49a4b84", "19dbc75e-c2e2-444c-a770-ec69d8559fc7"},
	"Organization.Read.All":      {"4908d5b9-3fb2-4b1e-9336-1888b7937185", "498476ce-e0fe-48b0-b801-37ba7e2685c6"},
	"Organization.ReadWrite.All": {"46ca0847-7e6b-426e-9775-ea810a948356", "292d869f-3427-49a8-9dab-8c70152b74e9"},
}

// graph makes Microsoft Graph's service principal, with the permissions that operations
// here ask for.
func (f *filler) graph() {
	roles, scopes := []any{}, []any{}
	for _, p := range identity.All() {
		own := permissionIDs[p.Name]
		if p.Application {
			roles = append(roles, map[string]any{"allowedMemberTypes": []any{"Application"}, "description": p.Name, "displayName": p.Name,
				"id": orDerived(own[1], "role", p.Name), "isEnabled": true, "origin": "Application", "value": p.Name})
		}
		if p.Delegated {
			scopes = append(scopes, map[string]any{"adminConsentDescription": p.Name, "adminConsentDisplayName": p.Name,
				"id": orDerived(own[0], "scope", p.Name), "isEnabled": true, "type": "Admin", "value": p.Name})
		}
	}
	names := []any{MicrosoftGraph, "https://graph.microsoft.com"}
	f.make("servicePrincipal", "servicePrincipals", entity.Directory, ids.Derived("servicePrincipal", MicrosoftGraph),
		[]entity.UniqueKey{{Index: "servicePrincipal.appId", Key: MicrosoftGraph}, {Index: "servicePrincipal.servicePrincipalNames",
			Key: MicrosoftGraph},
			{Index: "servicePrincipal.servicePrincipalNames", Key: "https://graph.microsoft.com"}},
		change{"accountEnabled", true}, change{"appDisplayName", "Microsoft Graph"}, change{"appId", MicrosoftGraph},
		// Documented: the tenant of Microsoft's own services.
		change{"appOwnerOrganizationId", "f8cdef31-a31e-4b4a-93e4-5f571e91255a"}, change{"appRoleAssignmentRequired", false},
		change{"appRoles", roles}, change{"displayName", "Microsoft Graph"}, change{"oauth2PermissionScopes", scopes},
		change{"servicePrincipalNames", names}, change{"servicePrincipalType", "Application"}, change{"signInAudience", "AzureADMultipleOrgs"})
}

func orDerived(id string, names ...string) string {
	if id != "" {
		return id
	}
	return ids.Derived(append([]string{"permission"}, names...)...)
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
