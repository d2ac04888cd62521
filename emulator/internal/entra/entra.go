// Package entra is the sign-in surface: the endpoints of Entra ID, of version 2.0
// and of version 1, as far as clients of Microsoft Graph call them. It holds no
// tenant and signs nothing by itself: its caller says what the tenant has, and
// brings the signer.
//
// Emulated: client credentials (secret or certificate), authorization code with
// PKCE, device code, refresh token, password, the pages that belong to them, and
// the metadata that clients read first. Not emulated: the implicit and hybrid
// flows, on-behalf-of, federated credentials, conditional access, consent, and
// single sign-on (no page remembers who signed in). It is safe for concurrent use.
//
// Where nothing else is said, what an answer has is as documented for the
// Microsoft identity platform, v2.0. What version 1 has of its own is in v1.go.
package entra

import (
	"crypto/x509"
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// Tenant is what the endpoints need to know of the tenant that was asked. NewID,
// Signer and Sessions must be set; Origins and Issuer may be nil, where Origin is
// the only one.
type Tenant struct {
	ID     string // GUID, lower-case
	Strict bool   // only what the directory has registered; else unknown apps, secrets and users will do
	Known  bool   // false: the path names a tenant that there is not

	Domains []string // the first is the tenant's own
	Users   []User
	Apps    []App

	// Directory is who may sign in, in place of Users and Apps; nil: these.
	Directory Directory

	// NewPassword changes the password of a user, by id; nil: nobody can. Its errors are for
	// the user's eyes.
	NewPassword func(user, before, next string) error

	Origin  string            // where the client reached this server, as "https://localhost:9443", no slash at its end
	Origins func(string) bool // tells whether an origin is this server's as well
	// Issuer returns the origin that tokens name as their issuer: Origin, or the
	// server's own where it cannot remember Origin. given tells that a token which
	// names it is given out: then the server has to know it for as long.
	Issuer   func(given bool) string
	Now      time.Time     // on the world's clock: all lifetimes of what is given out
	Real     time.Time     // on the wall clock: it is the client's own that dates its assertions
	NewID    func() string // a GUID that was not given out before
	Signer   Signer
	Sessions *Sessions     // what was given out and may be taken back
	Revision func() uint64 // goes into each access token; nil: 0
}

func (t *Tenant) revision() uint64 {
	if t.Revision == nil {
		return 0
	}
	return t.Revision()
}

// User is an account that may sign in.
type User struct {
	ID, PrincipalName, DisplayName, Mail string
	Password                             string // "": any will do
	Disabled                             bool

	Check      func(password string) bool // in place of Password; nil: that
	MustChange bool                       // the password has to be changed first
}

// Directory knows who may sign in.
type Directory interface {
	// User is the user of a principal name.
	User(name string) (User, bool)
	// App is the app of a client id; nil for none.
	App(id string) *App
	// Shown are the first users to choose from, and how many there are besides.
	Shown(limit int) (users []User, more int)
	// Clients are the client ids of the first apps, and how many there are besides.
	Clients(limit int) (ids []string, more int)
}

// App is an app registration.
type App struct {
	ID, DisplayName, Secret string
	Certificates            []string // PEM, of the client's signed assertions
	RedirectURIs            []RedirectURI
	Public                  bool     // may use the flows that need no secret
	Permissions             []string // application permissions
	DelegatedPermissions    []string

	PersonalPermissions map[string][]string // delegated ones that one user alone gave it, by the user's id

	Check            func(secret string) bool // tells whether it is one of the app's further secrets; nil: there are none
	Keys             []*x509.Certificate      // further certificates
	ServicePrincipal string                   // its object id; "": one that the client id decides
	NoPrincipal      bool                     // it has none: nobody signs in to it
	Disabled         bool                     // its service principal is
}

// hasSecret tells whether the app could prove itself by a secret.
func (a *App) hasSecret() bool { return a.Secret != "" || a.Check != nil }

// hasCertificate tells whether it could by an assertion.
func (a *App) hasCertificate() bool { return len(a.Certificates)+len(a.Keys) > 0 }

// RedirectURI is where a sign-in may lead back to.
type RedirectURI struct {
	URI  string
	Type identity.RedirectType
}

// Signer signs tokens.
type Signer interface {
	// AccessToken and IDToken return a token signed with the tenant's RS256 key.
	AccessToken(identity.Claims) (string, error)
	IDToken(identity.IDClaims) (string, error)
	// KeySet returns the published keys as a JSON Web Key Set (RFC 7517).
	KeySet() ([]byte, error)
	// Secret returns 32 bytes that only this server knows and that the names decide.
	Secret(names ...string) ([]byte, error)
}

// Call is a request to one of the endpoints.
type Call struct {
	Tenant    string // as the path names it: a GUID, a domain name, "common", "organizations", …; "common" where it names none
	Operation string // as faults, scenarios and the journal name it, "token.clientCredentials"
	Client    string // client_id, "" where there is none
	Form      string // the body as it was sent, at most MaxForm bytes; for the journal, which takes secrets out

	page     page
	v1       bool   // of the endpoints of version 1
	user     string // of /common/userrealm/{user}
	wrong    *problem
	params   params
	basic    bool // the client has authenticated by Basic
	basicID  string
	basicKey [2]string // as it was sent, and decoded
}

// Keeps tells whether the answer to c, sent by a method, may have to be kept in the
// tenant: a code, a session, a waiting device. Else it is only read.
func (c *Call) Keeps(method string) bool {
	switch {
	case c.wrong != nil:
		return false
	case c.page == tokenPage, c.page == deviceAuthPage:
		return method == http.MethodPost
	case c.page == deviceCodePage:
		return method == http.MethodPost || method == http.MethodGet && c.v1
	case c.page == authorizePage:
		return method == http.MethodPost || method != http.MethodOptions && c.params.get("prompt") == "none" // nobody has to press a button
	}
	return false
}

// ForPeople tells whether c asks for a page, which may show the tenant's users and
// apps.
func (c *Call) ForPeople() bool { return c.page.forPeople() }

// Reply is an answer, to be written as it is.
type Reply struct {
	Status  int
	Header  http.Header // never nil
	Body    []byte
	Failure *Failure // nil: a success
	Advice  string   // what a strict server would have refused, in one sentence; "" for nothing
	Outcome string   // what came of a success, in one sentence without a secret; "" where the answer tells it all
}

// Failure is an error as the journal keeps it.
type Failure struct {
	Error   string // "invalid_client"
	Code    int    // of AADSTS, 7000215
	Message string // without the code and the lines that tell the request
	Help    []Help // graphemu's own
}

// Help is a hint of graphemu's beside the service's words.
type Help struct{ Code, Target, Message string }
