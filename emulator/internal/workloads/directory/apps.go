package directory

import (
	"crypto/sha1" //nolint:gosec // the service's thumbprints are made so
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// App is an application that exists before any client makes one: it is registered, has
// a service principal, and was consented by an administrator.
type App struct {
	ID, DisplayName string // ID is the client id
	Secret          string // "": it has none
	Certificates    []string
	Public          bool // it may use the flows that need no secret
	Redirects       []Redirect

	Permissions, DelegatedPermissions []string // of Microsoft Graph
}

// Redirect is where a sign-in may lead back to. Kind is the application's member that
// has the URI: web, spa or publicClient.
type Redirect struct{ URI, Kind string }

// forever is when a secret that a fixture brings ends (chosen: worlds may be at any time).
const forever = "2299-12-31T00:00:00Z"

// AddApps makes the apps of a seed in a store that has its tenant and not yet them.
func AddApps(s *entity.Store, seed Seed, derive func(names ...string) string, at time.Time) error {
	return s.Update(at, func(tx *entity.Tx) error {
		f := filler{tx: tx, at: workload.Time(at), derive: derive}
		f.apps(seed, tx.Unique("servicePrincipal.appId", MicrosoftGraph))
		return f.err
	})
}

// apps makes each app an application and its service principal, with what it was
// granted of Microsoft Graph: an app role assignment for each application permission,
// one oauth2PermissionGrant for all users with the delegated ones.
func (f *filler) apps(seed Seed, graph *entity.Object) {
	for i := range seed.Apps {
		app := &seed.Apps[i]
		if f.err != nil || f.tx.Unique("application.appId", app.ID) != nil {
			continue
		}
		f.application(app, defaultDomain(f.tx.View))
		if sp := f.principal(app); sp != nil {
			f.grants(app, sp, graph)
		}
	}
}

func (f *filler) application(app *App, domain string) {
	redirects := map[string][]any{"web": {}, "spa": {}, "publicClient": {}}
	for _, r := range app.Redirects {
		redirects[r.Kind] = append(redirects[r.Kind], r.URI)
	}
	asks := []any{}
	for _, name := range app.DelegatedPermissions {
		asks = append(asks, map[string]any{"id": scopeID(name), "type": "Scope"})
	}
	for _, name := range app.Permissions {
		asks = append(asks, map[string]any{"id": roleID(name), "type": "Role"})
	}
	access := []any{}
	if len(asks) > 0 {
		access = append(access, map[string]any{"resourceAppId": MicrosoftGraph, "resourceAccess": asks})
	}
	id := strings.ToLower(app.ID)
	secrets, hashes := f.secrets(app)
	keys, certificates := f.keys(app)
	f.make("application", "applications", entity.Directory, f.derive("applications", id),
		[]entity.UniqueKey{{Index: "application.appId", Key: id}},
		change{"api", map[string]any{}}, change{"appId", id}, change{"appRoles", []any{}}, change{"createdDateTime", f.at},
		change{"displayName", app.DisplayName}, change{"identifierUris", []any{}}, change{"info", map[string]any{}},
		change{"isFallbackPublicClient", app.Public}, change{"keyCredentials", keys},
		change{"parentalControlSettings", map[string]any{"legalAgeGroupRule": "Allow"}}, change{"passwordCredentials", secrets},
		change{"publicClient", map[string]any{"redirectUris": redirects["publicClient"]}}, change{"publisherDomain", domain},
		change{"requiredResourceAccess", access}, change{"signInAudience", "AzureADMyOrg"},
		change{"spa", map[string]any{"redirectUris": redirects["spa"]}}, change{"verifiedPublisher", map[string]any{}},
		change{"web", map[string]any{"redirectUris": redirects["web"],
			"implicitGrantSettings": map[string]any{"enableAccessTokenIssuance": false, "enableIdTokenIssuance": false}}},
		change{secretsMember, hashes}, change{keysMember, certificates})
}

// secrets are the credentials of an app's secret, and its hash by their ids; nil: it has none.
func (f *filler) secrets(app *App) (credentials []any, hashes any) {
	if app.Secret == "" {
		return []any{}, nil
	}
	id := f.derive("passwordCredentials", strings.ToLower(app.ID))
	hint := []rune(app.Secret)
	credential := map[string]any{"customKeyIdentifier": nil, "displayName": "fixture", "endDateTime": forever,
		"hint": string(hint[:min(3, len(hint)/4)]), "keyId": id, "secretText": nil, "startDateTime": f.at}
	return []any{credential}, map[string]any{id: hashed(id, app.Secret)}
}

// keys are the credentials of an app's certificates, and these by the ids; nil: it has none.
func (f *filler) keys(app *App) (credentials []any, certificates any) {
	credentials = []any{}
	kept := map[string]any{}
	for _, text := range app.Certificates {
		block, _ := pem.Decode([]byte(text))
		if block == nil {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			continue // the reader of fixtures refuses it
		}
		sum := sha1.Sum(cert.Raw) //nolint:gosec
		thumbprint := strings.ToUpper(hex.EncodeToString(sum[:]))
		id := f.derive("keyCredentials", strings.ToLower(app.ID), thumbprint)
		credentials = append(credentials, map[string]any{"customKeyIdentifier": thumbprint, "displayName": cert.Subject.String(),
			"endDateTime": workload.Time(cert.NotAfter), "key": nil, "keyId": id, "startDateTime": workload.Time(cert.NotBefore),
			"type": "AsymmetricX509Cert", "usage": "Verify"})
		kept[id] = base64.StdEncoding.EncodeToString(cert.Raw)
	}
	if len(kept) == 0 {
		return credentials, nil
	}
	return credentials, kept
}

func (f *filler) principal(app *App) *entity.Object {
	id := strings.ToLower(app.ID)
	replies := []any{}
	for _, r := range app.Redirects {
		if r.Kind == "web" {
			replies = append(replies, r.URI)
		}
	}
	return f.make("servicePrincipal", "servicePrincipals", entity.Directory, f.derive("servicePrincipals", id),
		[]entity.UniqueKey{{Index: "servicePrincipal.appId", Key: id}, {Index: "servicePrincipal.servicePrincipalNames", Key: id}},
		change{"accountEnabled", true}, change{"appDisplayName", app.DisplayName}, change{"appId", id},
		change{"appOwnerOrganizationId", workload.TenantID}, change{"appRoleAssignmentRequired", false}, change{"appRoles", []any{}},
		change{"createdDateTime", f.at}, change{"displayName", app.DisplayName}, change{"info", map[string]any{}},
		change{"keyCredentials", []any{}}, change{"oauth2PermissionScopes", []any{}}, change{"passwordCredentials", []any{}},
		change{"publishedPermissionScopes", []any{}}, change{"replyUrls", replies}, change{"servicePrincipalNames", []any{id}},
		change{"servicePrincipalType", "Application"}, change{"signInAudience", "AzureADMyOrg"})
}

// grants lets an app have its permissions.
func (f *filler) grants(app *App, sp, graph *entity.Object) {
	appID := strings.ToLower(app.ID)
	seen := map[string]bool{}
	for _, name := range app.Permissions {
		if seen[roleID(name)] {
			continue
		}
		seen[roleID(name)] = true
		o := f.make("appRoleAssignment", "appRoleAssignments", "", grantID(sp.ID, f.derive("appRoleAssignments", appID, name)), nil,
			change{"appRoleId", roleID(name)}, change{"createdDateTime", f.at}, change{"creationTimestamp", f.at},
			change{"principalDisplayName", app.DisplayName}, change{"principalId", sp.ID}, change{"principalType", "ServicePrincipal"},
			change{"resourceDisplayName", "Microsoft Graph"}, change{"resourceId", graph.ID})
		f.link(o, relRolePrincipal, sp)
		f.link(o, relRoleResource, graph)
	}
	if len(app.DelegatedPermissions) == 0 {
		return
	}
	o := f.make("oAuth2PermissionGrant", "oauth2PermissionGrants", "", grantID(sp.ID, graph.ID), nil, change{"clientId", sp.ID},
		change{"consentType", "AllPrincipals"}, change{"resourceId", graph.ID}, change{"scope", strings.Join(app.DelegatedPermissions, " ")})
	f.link(o, relGrantClient, sp)
	f.link(o, relGrantResource, graph)
}

// link links two objects that were made.
func (f *filler) link(from *entity.Object, relation string, to *entity.Object) {
	if f.err == nil {
		f.err = f.tx.Link(relation, from.Place, to.Place)
	}
}
