package entra

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// grant is what a user has given an app by a sign-in. Codes and refresh tokens
// carry it.
type grant struct {
	Client  string `json:"client"`
	User    string `json:"user"` // the principal name
	Session string `json:"session"`
	Scope   string `json:"scope"` // as it was asked; at version 1 what that means at 2.0
	Nonce   string `json:"nonce,omitempty"`

	Resource string `json:"resource,omitempty"` // as it was asked at version 1
}

// refreshLifetime is how long a refresh token lasts. Documented: 90 days; each use
// gives a new one, and the old one stays good.
const refreshLifetime = 90 * 24 * time.Hour

// sealedRefresh is what a refresh token has inside.
type sealedRefresh struct {
	grant
	Issued int64 `json:"issued"`
}

// give answers with the tokens of a sign-in: for the scopes a, which may be others
// than those of the grant. What they cost is spent once nothing else can be
// refused: a client that has made a mistake may mend it (chosen).
func (x *exchange) give(g grant, c client, u User, a asked, spend func() *problem) (any, *problem) {
	wants, p := parseClaims(x.call.params.get("claims"))
	if p != nil {
		return nil, p
	}
	scp, words, p := x.delegate(c, a)
	if p != nil {
		return nil, p
	}
	if spend != nil {
		if p := spend(); p != nil {
			return nil, p
		}
	}
	if a.resource == "" {
		a.resource = graphURL // observed: the scopes of OpenID alone give a token for Graph
	}
	claims := x.claims(c, a, wants)
	claims.Object, claims.User, claims.UserName, claims.Scopes, claims.Session = u.ID, u.PrincipalName, u.DisplayName, scp, g.Session
	out := answer{Type: "Bearer", Scope: words, Expires: lifetime, ExtExpires: lifetime}
	var err error
	if out.Access, err = x.tenant.Signer.AccessToken(claims); err != nil {
		return nil, x.broken(err)
	}
	x.issued(claims)
	if a.has("offline_access") || x.call.Operation == refreshToken || x.call.v1 {
		if out.Refresh, err = x.seal(sealRefresh, sealedRefresh{g, x.tenant.Now.Unix()}); err != nil {
			return nil, x.broken(err)
		}
	}
	if a.has("openid") || x.call.v1 && x.v1GivesID() {
		if out.ID, err = x.tenant.Signer.IDToken(x.idClaims(g, c, u, a)); err != nil {
			return nil, x.broken(err)
		}
	}
	if x.call.params.get("client_info") == "1" {
		out.Client = x.clientInfo(u)
	}
	return x.inForm(out, claims), nil
}

// idClaims are those of the ID token: its name and address only where profile and
// email were asked for. Documented.
func (x *exchange) idClaims(g grant, c client, u User, a asked) identity.IDClaims {
	t := x.tenant
	claims := identity.IDClaims{Tenant: t.ID, App: c.id, Issuer: x.issuer(t.ID, true), Object: u.ID, Nonce: g.Nonce, Session: g.Session,
		IssuedAt: t.Now, Expires: t.Now.Add(lifetime * second), ID: t.NewID(), V1: x.call.v1}
	if a.has("profile") || x.call.v1 {
		claims.User, claims.Name = u.PrincipalName, u.DisplayName
	}
	if a.has("email") {
		claims.Email = u.Mail
	}
	return claims
}

// clientInfo names the account to MSAL, which files its tokens by it. Seen in
// MSAL's code.
func (x *exchange) clientInfo(u User) string {
	b, _ := json.Marshal(struct {
		User   string `json:"uid"`
		Tenant string `json:"utid"`
	}{u.ID, x.tenant.ID}) // strings
	return base64.RawURLEncoding.EncodeToString(b)
}

// refresh gives new tokens for a refresh token, for the same scopes or others.
func (x *exchange) refresh() (any, *problem) {
	c, p := x.client(forUser)
	if p != nil {
		return nil, p
	}
	text := x.call.params.get("refresh_token")
	if text == "" {
		return nil, refuse(missingParameter, "refresh_token")
	}
	var r sealedRefresh
	switch err := x.open(sealRefresh, text, &r); {
	case err == errForeign:
		return nil, refuse(foreignGrant)
	case err != nil:
		return nil, refuse(malformed).as("invalid_grant")
	case r.Client != c.id:
		return nil, refuse(invalidGrant).help("client", "client_id", "the refresh token was given to another client")
	}
	issued := time.Unix(r.Issued, 0)
	switch {
	case !x.tenant.Now.Before(issued.Add(refreshLifetime)):
		return nil, refuse(refreshExpired, moment(issued))
	case x.tenant.Sessions.Revoked(r.Session):
		return nil, refuse(grantRevoked)
	}
	u, p := x.signedIn(r.User)
	if p != nil {
		return nil, p
	}
	a, p := x.asks(cmp.Or(x.call.params.get("scope"), r.Scope), r.grant)
	if p != nil {
		return nil, p
	}
	r.Nonce = ""
	return x.give(r.grant, c, u, a, nil)
}
