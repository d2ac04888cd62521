package entra

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// signinLifetime is how long a sign-in page may stand open. Chosen.
const signinLifetime = time.Hour

// signin is a request for a sign-in that is known to be good. The page carries it,
// sealed, from the request to the user's choice.
type signin struct {
	binding
	Client    string `json:"client"`
	Redirect  string `json:"redirect"`
	Mode      string `json:"mode"`
	State     string `json:"state,omitempty"`
	HasState  bool   `json:"hasState,omitempty"`
	Scope     string `json:"scope"`
	Resource  string `json:"resource,omitempty"` // of version 1
	Nonce     string `json:"nonce,omitempty"`
	Challenge string `json:"challenge,omitempty"`
	Method    string `json:"method,omitempty"`
	Info      bool   `json:"info,omitempty"`     // client_info was asked for
	Changing  string `json:"changing,omitempty"` // who has to change the password first; "": nobody has signed in yet
}

// authorize answers the authorization endpoint: a request of an app, or what a user
// chose on the page.
func (x *exchange) authorize() Reply {
	if x.call.params.get(signinField) != "" {
		return x.chosen()
	}
	s, c, p := x.target()
	if p != nil {
		return x.fail(p) // a page: who asks is not known to be who they say
	}
	a, p := x.requested(&s, c)
	if p != nil && p.code == noConsent && x.call.params.get("prompt") == "none" {
		if who := x.hinted(); who != nil {
			p = who // who signs in comes before what the app may do
		}
	}
	if p != nil {
		return x.refuseTo(s, p)
	}
	switch x.call.params.get("prompt") {
	case "none":
		return x.silent(s)
	case "", "login", "select_account", "consent", "create":
		return x.signinPage(s, c, a)
	case "admin_consent": // documented for version 1
		if x.call.v1 {
			return x.signinPage(s, c, a)
		}
	}
	return x.refuseTo(s, refuse(unsupportedValue, "prompt"))
}

// target finds who asks, and where the answer goes. What it refuses is never
// redirected (RFC 6749, section 4.1.2.1).
func (x *exchange) target() (signin, client, *problem) {
	form := x.call.params
	var s signin
	c, p := x.named()
	if p != nil {
		return s, c, p
	}
	uri := form.get("redirect_uri")
	if uri == "" && c.app != nil && len(c.app.RedirectURIs) == 1 {
		uri = c.app.RedirectURIs[0].URI // documented: the one that is registered
	}
	if uri == "" {
		return s, c, refuse(noRedirect).help("redirect", "redirect_uri", "send a redirect_uri")
	}
	if !x.tenant.maySend(c.app, uri) {
		p := refuse(redirectMismatch, uri, c.id)
		if c.app == nil || len(c.app.RedirectURIs) == 0 {
			p.help("redirect", "redirect_uri", "the fixture has no redirect URI for this app: "+
				"it may be sent back to localhost, 127.0.0.1 or [::1] alone, by http or https, on any port")
		} else {
			p.help("redirect", "redirect_uri", "the fixture's redirect URIs of this app are others: %s", words.Join(c.app.someRedirects(10), "and"))
		}
		return s, c, p
	}
	state, has := form["state"]
	s = signin{Client: c.id, Redirect: uri, Mode: modeQuery,
		State: state, HasState: has, Nonce: form.get("nonce"), Info: form.get("client_info") == "1"}
	if strings.Contains(form.get("response_type"), "token") {
		s.Mode = modeFragment // where an error of a token belongs
	}
	return s, c, nil
}

// requested reads the rest of a request.
func (x *exchange) requested(s *signin, c client) (asked, *problem) {
	form := x.call.params
	switch mode := strings.ToLower(form.get("response_mode")); mode {
	case "":
	case modeQuery, modeFragment, modeForm:
		s.Mode = mode
	default:
		return asked{}, refuse(badResponseMode)
	}
	switch kind := form.get("response_type"); kind {
	case "code":
	case "":
		return asked{}, refuse(missingParameter, "response_type")
	default:
		code := badResponseType
		if strings.Contains(kind, "id_token") {
			code = idTokenType
		}
		return asked{}, refuse(code, kind).help("notEmulated", "response_type", "graphemu emulates response_type=code alone")
	}
	if form.get("request") != "" || form.get("request_uri") != "" {
		return asked{}, refuse(unsupportedValue, "request").help("notEmulated", "request", "graphemu does not read request objects")
	}
	g := x.newGrant(c)
	s.Scope, s.Resource = g.Scope, g.Resource
	a, p := x.asksAtFirst(g)
	if p != nil {
		return a, p
	}
	if _, _, p := x.delegate(c, a, ""); p != nil {
		if p.code == noConsent {
			p.as("consent_required")
		}
		return a, p
	}
	if _, p := parseClaims(form.get("claims")); p != nil {
		return a, p
	}
	return a, x.challenge(s, c)
}

// challenge reads what a client has to prove later (RFC 7636).
func (x *exchange) challenge(s *signin, c client) *problem {
	form := x.call.params
	s.Challenge, s.Method = form.get("code_challenge"), form.get("code_challenge_method")
	switch {
	case s.Challenge == "" && s.Method == "":
		if c.app.typeOf(s.Redirect) == identity.SPA {
			return x.strictly(refuse(proofRequired).
				help("pkce", "code_challenge", "the redirect URI is of a single-page app: send a code_challenge"))
		}
		return nil
	case s.Method == "":
		s.Method = "plain"
	case s.Method != "plain" && s.Method != "S256":
		return refuse(unsupportedValue, "code_challenge_method").help("pkce", "code_challenge_method", "it must be S256 or plain")
	}
	if !unreserved(s.Challenge) {
		return refuse(badChallenge).help("pkce", "code_challenge", "it has 43 to 128 letters, digits and -._~")
	}
	return nil
}

// silent signs a user in without a page. Entra does so where a browser is signed in;
// no browser is here, so login_hint says who it is (chosen).
func (x *exchange) silent(s signin) Reply {
	if p := x.hinted(); p != nil {
		return x.refuseTo(s, p)
	}
	return x.signInAs(s, x.call.params.get("login_hint"))
}

// hinted tells why the user of login_hint cannot sign in, nil for nothing.
func (x *exchange) hinted() *problem {
	hint := x.call.params.get("login_hint")
	if hint == "" {
		return refuse(noSession).help("headless", "login_hint", "send login_hint with a user's sign-in name, and prompt=none signs that user in")
	}
	u, p := x.signedIn(hint)
	if p == nil {
		p = x.mustChange(u) // inferred: as for whom the page would ask for something
	}
	if p != nil {
		return p.as("login_required")
	}
	return nil
}

// signInAs sends a code for a user to the app.
func (x *exchange) signInAs(s signin, name string) Reply {
	u, p := x.signedIn(name)
	if p != nil {
		return x.refuseTo(s, p.as("login_required"))
	}
	t := x.tenant
	g := grant{Client: s.Client, User: u.PrincipalName, Session: t.NewID(), Scope: s.Scope, Resource: s.Resource, Nonce: s.Nonce,
		Type: t.app(s.Client).typeOf(s.Redirect)}
	if p := x.consented(g, u); p != nil {
		return x.refuseTo(s, p)
	}
	code, err := x.seal(sealCode, sealedCode{grant: g, ID: t.NewID(), Redirect: s.Redirect, Challenge: s.Challenge, Method: s.Method,
		Expires: t.Now.Add(codeLifetime).Unix()})
	if err != nil {
		return x.refuseTo(s, x.broken(err))
	}
	to, _, _ := strings.Cut(s.Redirect, "?") // what is in its query is the app's own affair
	x.did = fmt.Sprintf("%s signed in, and an authorization code was sent to %s", cut(u.PrincipalName), cut(to))
	values := url.Values{"code": {code}, "session_state": {g.Session}}
	if s.Info {
		values.Set("client_info", x.clientInfo(u))
	}
	return x.sendBack(s.Redirect, s.Mode, s.withState(values))
}

// consented refuses what an app may not do for the user who signed in, who may have given
// it less than others have.
func (x *exchange) consented(g grant, u User) *problem {
	c := client{id: g.Client, app: x.tenant.app(g.Client)}
	if c.app == nil || len(c.app.PersonalPermissions) == 0 {
		return nil // it was looked at before
	}
	a, p := x.asksAtFirst(g)
	if p == nil {
		_, _, p = x.delegate(c, a, u.ID)
	}
	if p != nil && p.code == noConsent {
		p.as("consent_required")
	}
	return p
}

func (s signin) withState(values url.Values) url.Values {
	if s.HasState {
		values.Set("state", s.State)
	}
	return values
}

// refuseTo tells the app that asked of an error.
func (x *exchange) refuseTo(s signin, p *problem) Reply {
	values := url.Values{"error": {p.name}, "error_description": {x.describe(p)}}
	if p.code != 0 {
		values.Set("error_uri", p.uri())
	}
	reply := x.sendBack(s.Redirect, s.Mode, s.withState(values))
	reply.Failure = p.failure()
	return reply
}
