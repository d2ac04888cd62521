package entra

import (
	"fmt"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// The lifetime of an access token. Documented: 60 to 90 minutes; observed: 3599
// where nothing else is configured.
const lifetime = 3599

// answer is a success of the token endpoint of version 2.0, its members in the
// service's order.
type answer struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	Expires    int    `json:"expires_in"`
	ExtExpires int    `json:"ext_expires_in"`
	Access     string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	Client     string `json:"client_info,omitempty"`
}

// token answers the token endpoint.
func (x *exchange) token() (any, *problem) {
	grant := x.call.params.get("grant_type")
	if grant == "" {
		return nil, refuse(missingParameter, "grant_type")
	}
	if g := grantNamed(grant); g != nil {
		return g.run(x)
	}
	p := refuse(unsupportedGrant, grant)
	if grant == "urn:ietf:params:oauth:grant-type:jwt-bearer" {
		p.help("notEmulated", "grant_type", "graphemu does not emulate on-behalf-of")
	}
	return nil, p
}

// lenientRole is what an application is granted that the tenant does not know,
// or that has not proved who it is: what the API asks for everything.
const lenientRole = "EduAdministration.ReadWrite.All"

// clientCredentials gives an application a token for itself.
func (x *exchange) clientCredentials() (any, *problem) {
	c, p := x.client(forItself, "")
	if p != nil {
		return nil, p
	}
	a, p := x.applicationScope()
	if p != nil {
		return nil, p
	}
	wants, p := parseClaims(x.call.params.get("claims"))
	if p != nil {
		return nil, p
	}
	claims := x.claims(c, a, wants)
	claims.Object = ObjectID(x.tenant.ID, c.id)
	if c.app != nil && c.app.ServicePrincipal != "" {
		claims.Object = c.app.ServicePrincipal
	}
	if a.graph() {
		claims.Roles = []string{lenientRole}
		if c.app != nil && c.proven {
			claims.Roles = c.app.Permissions
		}
	}
	access, err := x.tenant.Signer.AccessToken(claims)
	if err != nil {
		return nil, x.broken(err)
	}
	x.issued(claims)
	return x.inForm(answer{Type: "Bearer", Expires: lifetime, ExtExpires: lifetime, Access: access}, claims), nil
}

// issued notes an access token for the journal.
func (x *exchange) issued(c identity.Claims) {
	whose, what := "the app "+cut(c.App), "the roles "+words.Join(c.Roles, "and")
	if c.User != "" {
		whose, what = cut(c.User)+" by the app "+cut(c.App), "the scopes "+words.Join(c.Scopes, "and")
	}
	if len(c.Roles)+len(c.Scopes) == 0 {
		what = "no permission"
	}
	x.did = fmt.Sprintf("an access token was issued for %s, with %s, good until %s on this world's clock",
		whose, what, c.Expires.UTC().Format(time.RFC3339))
	if c.Audience == azureADGraph && x.call.params.get("resource") == "" {
		x.did += "; it is for Azure AD Graph and not for Microsoft Graph, since no resource was asked for"
	}
}

// claims are those of every access token.
//
// Chosen: the issuer is that of the metadata of the same version, so that a client
// that compares the two finds them equal. Graph's own tokens are of version 1 and
// say https://sts.windows.net.
func (x *exchange) claims(c client, a asked, wants wanted) identity.Claims {
	t := x.tenant
	from := t.Now
	if wants.notBefore.After(from) && wants.notBefore.Sub(from) <= notBeforeGrace {
		from = wants.notBefore
	}
	claims := identity.Claims{
		Tenant: t.ID, App: c.id, Issuer: x.issuer(t.ID, true), Audience: a.resource,
		IssuedAt: from, NotBefore: from, Expires: t.Now.Add(lifetime * second), ID: t.NewID(),
		Revision: t.revision(), Capabilities: wants.capabilities, ClientAuth: c.method,
	}
	if c.app != nil {
		claims.AppName = c.app.DisplayName
	}
	return claims
}

// issuer is who issues the tokens of a tenant: as its metadata say. given tells
// that one is about to be given out.
func (x *exchange) issuer(tenant string, given bool) string {
	if x.call.v1 {
		return identity.STS(tenant)
	}
	origin := x.tenant.Origin
	if x.tenant.Issuer != nil {
		origin = x.tenant.Issuer(given)
	}
	return origin + "/" + tenant + "/v2.0"
}
