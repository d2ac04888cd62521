package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// Claims are what a token says. Scopes make it a delegated token, which acts
// for a user; without them it is an application token, with Roles.
type Claims struct {
	Tenant string // tid, and part of iss; required
	App    string // appid: the client id
	Object string // oid: the user's object id, or for an application token the service principal's
	User   string // upn: the user's principal name; delegated tokens only
	Scopes []string
	Roles  []string

	AppName  string // app_displayname; left out if empty
	UserName string // name: the user's display name; User if empty

	IssuedAt  time.Time // iat; left out if zero
	NotBefore time.Time // nbf; IssuedAt if zero
	Expires   time.Time // exp; required
	ID        string    // uti, which tells two tokens apart; left out if empty

	Audience     string   // aud; GraphURL if empty
	Issuer       string   // iss; STS of the tenant if empty
	Session      string   // sid: what a sign-in gave is revoked together; left out if empty
	Revision     uint64   // graphemu's own claim "rev": how often the tenant's tokens had been revoked; left out if zero
	Capabilities []string // xms_cc: what the client said that it can do, as "cp1"; left out if empty
	ClientAuth   string   // appidacr: "0" public client, "1" secret, "2" certificate; left out if empty
}

// IDClaims are what an ID token says: who has signed in to an app.
type IDClaims struct {
	Tenant, App string // tid and aud; required
	Issuer      string // iss; required
	Object      string // oid
	User, Name  string // preferred_username and name
	Email       string // left out if empty
	Nonce       string // left out if empty
	Session     string // sid; left out if empty
	IssuedAt    time.Time
	Expires     time.Time
	ID          string // uti
	V1          bool   // of version 1, which has upn and unique_name in place of preferred_username
}

// The two ways in which a token names Graph as its audience. Observed: both.
const (
	GraphURL = "https://graph.microsoft.com"
	GraphID  = "00000003-0000-0000-c000-000000000000"
)

// STS is the issuer of the tenant's tokens of version 1.
func STS(tenant string) string { return "https://sts.windows.net/" + tenant + "/" }

// payload has the claims in the order in which Graph's tokens have them.
//
// Observed (tokens that people have posted): the v1 issuer and version, aud as
// a URL, and for idtyp "app" roles instead of scp. Times are whole seconds.
// Inferred: nbf equals iat. Left out: aio, rh, xms_* and such, which carry
// nothing that a client may rely on.
type payload struct {
	Audience  string   `json:"aud"`
	Issuer    string   `json:"iss"`
	IssuedAt  *int64   `json:"iat,omitempty"`
	NotBefore *int64   `json:"nbf,omitempty"`
	Expires   int64    `json:"exp"`
	AppName   string   `json:"app_displayname,omitempty"`
	App       string   `json:"appid,omitempty"`
	AppAuth   string   `json:"appidacr,omitempty"`
	Type      string   `json:"idtyp"`
	Name      string   `json:"name,omitempty"`
	Object    string   `json:"oid,omitempty"`
	Revision  uint64   `json:"rev,omitempty"`
	Roles     []string `json:"roles,omitempty"`
	Scopes    string   `json:"scp,omitempty"`
	Session   string   `json:"sid,omitempty"`
	Subject   string   `json:"sub,omitempty"`
	Tenant    string   `json:"tid"`
	Unique    string   `json:"unique_name,omitempty"`
	UPN       string   `json:"upn,omitempty"`
	ID        string   `json:"uti,omitempty"`
	Version   string   `json:"ver"`

	Capabilities []string `json:"xms_cc,omitempty"`
}

// idPayload has the claims of an ID token. Documented: the ID token claims
// reference, which says which of them version 1 has.
type idPayload struct {
	Audience  string `json:"aud"`
	Issuer    string `json:"iss"`
	IssuedAt  *int64 `json:"iat,omitempty"`
	NotBefore *int64 `json:"nbf,omitempty"`
	Expires   int64  `json:"exp"`
	Email     string `json:"email,omitempty"`
	Name      string `json:"name,omitempty"`
	Nonce     string `json:"nonce,omitempty"`
	Object    string `json:"oid,omitempty"`
	Username  string `json:"preferred_username,omitempty"`
	Session   string `json:"sid,omitempty"`
	Subject   string `json:"sub"`
	Tenant    string `json:"tid"`
	Unique    string `json:"unique_name,omitempty"`
	UPN       string `json:"upn,omitempty"`
	ID        string `json:"uti,omitempty"`
	Version   string `json:"ver"`
}

// Issue returns a token that says c, signed with graphemu's own key: what it
// prints by itself.
//
// A delegated token has Scopes, an application token has Roles, and none has
// both. It errs if c has both, if an application token names a user or a
// delegated one has no scopes, and if Tenant or Expires is missing. Neither
// scopes, roles nor user is an application that has been granted nothing.
// Observed: Entra issues such tokens, without roles, and Graph answers them with
// 403 AccessDenied, "Either scp or roles claim need to be present in the token."
// (pnp/cli-microsoft365#1738).
func (k *Keys) Issue(c Claims) (string, error) {
	return sign(c.Validate, c.payload, func() (jose.Signer, error) { return k.signer, nil })
}

// AccessToken is Issue with the key of the token endpoints.
func (k *Keys) AccessToken(c Claims) (string, error) {
	return sign(c.Validate, c.payload, k.endpoints)
}

// IDToken returns a token that tells an app who has signed in, signed with the key
// of the token endpoints. It errs if Tenant, App, Issuer or Expires is missing.
func (k *Keys) IDToken(c IDClaims) (string, error) {
	return sign(c.validate, c.payload, k.endpoints)
}

// endpoints is the signer of the token endpoints.
func (k *Keys) endpoints() (jose.Signer, error) {
	k.noticeChanges()
	r, err := k.signing()
	if err != nil {
		return nil, err
	}
	return r.signer, nil
}

func sign[T any](validate func() error, payload func() T, signer func() (jose.Signer, error)) (string, error) {
	if err := validate(); err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	body, err := json.Marshal(payload())
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	with, err := signer()
	if err != nil {
		return "", err
	}
	signed, err := with.Sign(body)
	if err != nil {
		return "", fmt.Errorf("token: %w", err)
	}
	return signed.CompactSerialize()
}

func (c *Claims) delegated() bool { return len(c.Scopes) > 0 }

// Validate tells why no token can say c, as Issue does.
func (c *Claims) Validate() error {
	switch {
	case c.Tenant == "":
		return errors.New("it needs a tenant")
	case c.Expires.IsZero():
		return errors.New("it needs a time of expiry")
	case c.delegated() && len(c.Roles) > 0:
		return errors.New("it has both scopes and roles; a delegated token has scopes, an application token has roles")
	case !c.delegated() && c.User != "":
		return fmt.Errorf("one for user %q is delegated, and so has scopes, not roles", c.User)
	}
	for _, s := range c.Scopes {
		if s == "" || strings.ContainsAny(s, " \t\r\n") {
			return fmt.Errorf("scope %q: want one name, without spaces", s)
		}
	}
	return nil
}

func (c *Claims) payload() payload {
	p := payload{
		Audience: cmp.Or(c.Audience, GraphURL),
		Issuer:   cmp.Or(c.Issuer, STS(c.Tenant)),
		IssuedAt: seconds(c.IssuedAt),
		Expires:  c.Expires.Unix(),
		AppName:  c.AppName,
		App:      c.App,
		AppAuth:  c.ClientAuth,
		Object:   c.Object,
		Revision: c.Revision,
		Session:  c.Session,
		Tenant:   c.Tenant,
		ID:       c.ID,
		Version:  "1.0",

		Capabilities: c.Capabilities,
	}
	if p.NotBefore = seconds(c.NotBefore); p.NotBefore == nil {
		p.NotBefore = p.IssuedAt
	}
	if !c.delegated() {
		p.Type, p.Roles = "app", c.Roles
		p.Subject = c.Object // documented: an application is its own subject
		return p
	}
	p.Type, p.Scopes = "user", strings.Join(c.Scopes, " ")
	p.UPN, p.Unique, p.Name = c.User, c.User, c.User
	if c.UserName != "" {
		p.Name = c.UserName
	}
	p.Subject = pairwise(c.Tenant, c.App, cmp.Or(c.Object, c.User))
	return p
}

func (c *IDClaims) validate() error {
	switch {
	case c.Tenant == "" || c.App == "" || c.Issuer == "":
		return errors.New("it needs a tenant, an app and an issuer")
	case c.Expires.IsZero():
		return errors.New("it needs a time of expiry")
	}
	return nil
}

func (c *IDClaims) payload() idPayload {
	at := seconds(c.IssuedAt)
	p := idPayload{Audience: c.App, Issuer: c.Issuer, IssuedAt: at, NotBefore: at, Expires: c.Expires.Unix(),
		Email: c.Email, Name: c.Name, Nonce: c.Nonce, Object: c.Object, Username: c.User, Session: c.Session,
		Subject: pairwise(c.Tenant, c.App, cmp.Or(c.Object, c.User)), Tenant: c.Tenant, ID: c.ID, Version: "2.0"}
	if c.V1 {
		p.Username, p.Unique, p.UPN, p.Version = "", c.User, c.User, "1.0"
	}
	return p
}

// pairwise is the subject of a delegated token. Documented: it is the same for
// one user and app and differs between apps. Chosen: how it comes about; it has
// the length and alphabet of the real one.
func pairwise(tenant, app, user string) string {
	sum := sha256.Sum256([]byte(tenant + "\x00" + app + "\x00" + user))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func seconds(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	s := t.Unix()
	return &s
}
