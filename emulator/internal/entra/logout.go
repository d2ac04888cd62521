package entra

import (
	"net/http"
	"net/url"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// logout sends the user back to the app that has signed them out, if it may be sent
// there. Nobody is signed out: no page remembers who signed in.
func (x *exchange) logout() Reply {
	form := x.call.params
	uri := form.get("post_logout_redirect_uri")
	if uri == "" {
		return x.html(http.StatusOK, pageData{Title: "You are signed out", Notice: "You may close this page."}, "")
	}
	id := form.get("client_id")
	if id == "" {
		id = hinted(form.get("id_token_hint"))
		x.call.Client = id
	}
	if !x.tenant.maySend(x.tenant.app(id), uri) {
		// Documented: the user stays on a page of Entra's.
		return x.html(http.StatusOK, pageData{Title: "You are signed out",
			Notice: "The app has not registered the address that it wanted to send you to."}, "")
	}
	values := url.Values{}
	if state, has := form["state"]; has {
		values.Set("state", state)
	}
	return x.sendBack(uri, modeQuery, values)
}

// hinted is the app that an ID token was given to. The token is not verified: it
// only says whose redirect URIs count.
func hinted(token string) string {
	if token == "" {
		return ""
	}
	t, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256, jose.ES256})
	if err != nil {
		return ""
	}
	var said jwt.Claims
	if t.UnsafeClaimsWithoutVerification(&said) != nil || len(said.Audience) != 1 || len(said.Audience[0]) > limit("client_id") {
		return ""
	}
	return said.Audience[0]
}
