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

	Resource string                `json:"resource,omitempty"` // as it was asked at version 1
	Type     identity.RedirectType `json:"type,omitempty"`     // of the redirect URI that the code was sent to
}

// refreshLifetime is how long a refresh token lasts. Documented: 90 days; each use
// gives a new one, and the old one stays good.
const refreshLifetime = 90 * 24 * time.Hour

// spaLifetime is how long the refresh tokens of a single-page app last, counted from
// the first one of a sign-in. Documented: those that come later keep its end.
const spaLifetime = 24 * time.Hour

// sealedRefresh is what a refresh token has inside.
type sealedRefresh struct {
	grant
	Issued int64 `json:"issued"` // of a single-page app: the first of the sign-in
}

// expired tells why a refresh token is not good any more, nil for nothing. Chosen: a
// lenient tenant keeps that of a single-page app as long as any other.
func (x *exchange) expired(r sealedRefresh) *problem {
	issued := time.Unix(r.Issued, 0)
	switch now := x.tenant.Now; {
	case !now.Before(issued.Add(refreshLifetime)):
		return refuse(refreshExpired, moment(issued))
	case r.Type == identity.SPA && !now.Before(issued.Add(spaLifetime)):
		return x.strictly(refuse(spaRefreshExpired, moment(issued)).
			help("spa", "refresh_token", "sign the user in again: no refresh token of a single-page app outlives the 24 hours after that"))
	}
	return nil
}

// give answers with the tokens of a sign-in: for the scopes a, which may be others
// than those of the grant. What they cost is spent once nothing else can be
// refused: a client that has made a mistake may mend it (chosen).
func (x *exchange) give(g grant, c client, u User, a asked, spend func() *problem) (any, *problem) {
	return x.giveAgain(sealedRefresh{g, x.tenant.Now.Unix()}, c, u, a, spend)
}

// giveAgain does as give; a refresh token is as r says.
func (x *exchange) giveAgain(r sealedRefresh, c client, u User, a asked, spend func() *problem) (any, *problem) {
	g := r.grant
	wants, p := parseClaims(x.call.params.get("claims"))
	if p != nil {
		return nil, p
	}
	scp, words, p := x.delegate(c, a, u.ID)
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
		if out.Refresh, err = x.seal(sealRefresh, r); err != nil {
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
	text := x.call.params.get("refresh_token")
	var r sealedRefresh
	err := x.open(sealRefresh, text, &r)
	c, p := x.client(forUser, r.Type) // who asks is told first
	if p != nil {
		return nil, p
	}
	switch {
	case text == "":
		return nil, refuse(missingParameter, "refresh_token")
	case err == errForeign:
		return nil, refuse(foreignGrant)
	case err != nil:
		return nil, refuse(malformed).as("invalid_grant")
	case r.Client != c.id:
		return nil, refuse(invalidGrant).help("client", "client_id", "the refresh token was given to another client")
	}
	if p := x.expired(r); p != nil {
		return nil, p
	}
	if x.tenant.Sessions.Revoked(r.Session) {
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
	if r.Type != identity.SPA {
		r.Issued = x.tenant.Now.Unix()
	}
	return x.giveAgain(r, c, u, a, nil)
}
