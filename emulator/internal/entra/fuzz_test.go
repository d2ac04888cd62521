package entra

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// Whatever is sent: an answer, never a panic, and of a size that has bounds.
func FuzzAnswer(f *testing.F) {
	for _, strict := range []bool{true, false} {
		g := newRig(strict)
		f.Add(strict, "GET", "/common/oauth2/v2.0/authorize", form(request()...).Encode(), "", "", "")
		f.Add(strict, "POST", "/common/oauth2/v2.0/token", "", form(redemptionForm(g.code(f))...).Encode(), "application/x-www-form-urlencoded",
			"Basic eDp5")
	}
	f.Add(true, "POST", "/contoso.edu/oauth2/v2.0/token", "",
		"grant_type=client_credentials&client_id="+secretApp+
			"&client_secret=x&scope=a/.default&claims=%7B%22access_token%22:%7B%22nbf%22:%7B%22value%22:%221%22%7D%7D%7D", "", "")
	f.Add(true, "POST", "/common/oauth2/v2.0/token", "",
		"grant_type=client_credentials&client_id="+certApp+"&client_assertion=a.b.c&client_assertion_type="+url.QueryEscape(assertionType)+
			"&scope=a/.default", "", "")
	f.Add(false, "POST", "/common/oauth2/v2.0/devicecode", "", "client_id=x&scope=openid", "", "")
	f.Add(false, "POST", "/x/oauth2/deviceauth", "", "signin=a.b.c.d.e&user_code=x&action=approve", "text/plain", "")
	f.Add(false, "GET", "/devicelogin", "user_code=x", "", "", "")
	f.Add(false, "GET", "/common/discovery/instance", "authorization_endpoint=https://localhost:9443/a/b", "", "", "")
	f.Add(false, "GET", "/common/userrealm/a@b", "", "", "", "")
	f.Add(false, "GET", "/common/oauth2/v2.0/logout", "post_logout_redirect_uri=http://localhost&id_token_hint=a.b.c", "", "", "")
	f.Add(true, "POST", "//contoso.edu//oauth2/token/", "",
		"Grant_Type=client_credentials&client_id="+secretApp+"&client_secret=x&resource=https://graph.microsoft.com/", "", "")
	f.Add(false, "GET", "/common/oauth2/authorize", form(request("scope", "", "resource", "a b")...).Encode(), "", "", "")
	f.Add(false, "GET", "/common/oauth2/devicecode", "client_id=x&resource=y", "", "", "")
	f.Add(false, "OPTIONS", "/common/.well-known/openid-configuration", "", "", "", "")
	f.Fuzz(func(t *testing.T, strict bool, method, path, query, body, media, authorization string) {
		r := &http.Request{Method: method, URL: &url.URL{Path: path, RawQuery: query},
			Header: http.Header{"Content-Type": {media}, "Authorization": {authorization}}, Body: http.NoBody}
		if method == http.MethodPost {
			r.Body = readCloser{strings.NewReader(body)}
		}
		c, ok := Parse(r)
		if !ok {
			return
		}
		g := newRig(strict)
		a := Answer(c, r, &g.Tenant)
		assert.True(t, a.Status >= 200 && a.Status < 600)
		assert.Less(t, len(a.Body), 600_000)
		assert.Contains(t, Operations(), c.Operation)
		assert.LessOrEqual(t, len(c.Form), MaxForm)
		if a.Failure != nil {
			assert.Less(t, len(a.Failure.Message), 2000)
		}
		if at := a.Header.Get("Location"); at != "" {
			u, err := url.Parse(at)
			assert.NoError(t, err)
			known := u.Scheme == "msal.web" || u.Host == "app.example" || loopback(strings.SplitN(at, "#", 2)[0])
			assert.True(t, known, at)
			assert.NotContains(t, at, "\n")
		}
		if strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") {
			assert.NotContains(t, a.Header.Get("Content-Security-Policy"), "\n")
		}
	})
}

type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }
