package entra

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"slices"
	"time"
)

// codeLifetime is how long an authorization code lasts. Documented: about ten
// minutes.
const codeLifetime = 10 * time.Minute

// sealedCode is what an authorization code has inside.
type sealedCode struct {
	grant
	ID        string `json:"id"`
	Redirect  string `json:"redirect"`
	Challenge string `json:"challenge,omitempty"`
	Method    string `json:"method,omitempty"` // "S256" or "plain"
	Expires   int64  `json:"expires"`
}

// redeemCode gives tokens for an authorization code, once. A second time says that
// somebody else has had it: what it gave is revoked (RFC 6749, section 4.1.2).
func (x *exchange) redeemCode() (any, *problem) {
	form := x.call.params
	var code sealedCode
	err := x.open(sealCode, form.get("code"), &code)
	c, p := x.client(forUser, code.Type) // who asks is told first
	if p != nil {
		return nil, p
	}
	for _, name := range []string{"code", "redirect_uri"} {
		if form.get(name) == "" {
			return nil, refuse(missingParameter, name)
		}
	}
	switch {
	case err == errForeign:
		return nil, refuse(foreignCode)
	case err != nil:
		return nil, refuse(malformed).as("invalid_grant")
	}
	if p := x.judgeCode(code, c); p != nil {
		return nil, p
	}
	u, p := x.signedIn(code.User)
	if p != nil {
		return nil, p
	}
	a, p := x.asks(cmp.Or(form.get("scope"), code.Scope), code.grant) // documented: scope may be left out
	if p != nil {
		return nil, p
	}
	if asked, p := x.parseScope(code.Scope); p == nil && !x.call.v1 {
		a.oidc = union(a.oidc, asked.oidc) // what was consented to, as openid, counts
	}
	return x.give(code.grant, c, u, a, func() *problem {
		return x.spend(code.ID, code.Session, "code", time.Unix(code.Expires, 0))
	})
}

// spend redeems a code or a device code.
func (x *exchange) spend(id, session, target string, expires time.Time) *problem {
	switch x.tenant.Sessions.redeem(x.tenant.Now, id, session, expires) {
	case spentBefore:
		return replayed(target)
	case noRoom:
		return refuse(transientError).help("full", target,
			"%d codes were redeemed and have not expired yet: wait, or advance the clock", maxRedeemed)
	}
	return nil
}

func replayed(target string) *problem {
	return refuse(redeemed).help("revoked", target, "what the %s gave when it was redeemed first is revoked", target)
}

func union(a, b []string) []string {
	for _, s := range b {
		if !slices.Contains(a, s) {
			a = append(a, s)
		}
	}
	return a
}

// judgeCode checks that a code is this client's and still good, and its proof.
func (x *exchange) judgeCode(code sealedCode, c client) *problem {
	redirect, verifier := x.call.params.get("redirect_uri"), x.call.params.get("code_verifier")
	switch {
	case code.Client != c.id:
		return refuse(invalidGrant).help("client", "client_id", "the code was given to another client")
	case x.tenant.Sessions.spent(code.ID, code.Session):
		return replayed("code")
	case !x.tenant.Now.Before(time.Unix(code.Expires, 0)):
		return refuse(grantExpired)
	case code.Redirect != redirect:
		return refuse(replyMismatch, redirect, code.Redirect)
	case code.Challenge != "" && verifier == "":
		return refuse(missingVerifier).help("pkce", "code_verifier", "the sign-in had a code_challenge: send its code_verifier")
	case code.Challenge == "" && verifier != "":
		// A sign-in whose challenge was taken away on its way here (RFC 9700, section 4.8).
		return refuse(verifierMismatch).help("pkce", "code_verifier", "the sign-in had no code_challenge")
	case code.Challenge != "" && !proves(verifier, code.Challenge, code.Method):
		return refuse(verifierMismatch)
	}
	return nil
}

// proves tells whether a verifier is that of a challenge (RFC 7636).
func proves(verifier, challenge, method string) bool {
	if !unreserved(verifier) {
		return false
	}
	if method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return sameText(verifier, challenge)
}

// unreserved tells whether text may be a verifier or a challenge: 43 to 128
// characters that URLs leave alone (RFC 7636, section 4.1).
func unreserved(text string) bool {
	if len(text) < 43 || len(text) > 128 {
		return false
	}
	for i := range len(text) {
		switch c := text[i]; {
		case c >= '0' && c <= '9', c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '.', c == '_', c == '~':
		default:
			return false
		}
	}
	return true
}
