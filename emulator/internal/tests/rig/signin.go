package rig

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
)

// GraphURL is the real service's address, which the proxy answers for.
const GraphURL = "https://graph.microsoft.com"

// Challenge is what a 401 says in WWW-Authenticate.
const Challenge = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize",` +
	` client_id="00000003-0000-0000-c000-000000000000"`

// The app of every built-in fixture, and an account of contoso's.
const (
	SampleApp    = "0a9e7c5d-1111-4222-8333-94445555aaaa"
	SampleSecret = "graphemu-sample-secret"
	Ora          = "ora.klein@contoso.edu"
	GraphScope   = "https://graph.microsoft.com/.default"
)

// Strict is a rig that knows contoso's directory and checks all.
func Strict(t *testing.T) *Rig {
	t.Helper()
	return New(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso"})
}

// AskToken posts a form to the token endpoint of a tenant.
func (g *Rig) AskToken(t *testing.T, tenant string, pairs ...string) Answer {
	t.Helper()
	return g.Form(t, g.Root()+"/"+tenant+"/oauth2/v2.0/token", pairs...)
}

// Form posts a form without a token.
func (g *Rig) Form(t *testing.T, address string, pairs ...string) Answer {
	t.Helper()
	return g.Post(t, address, strings.TrimPrefix(Query(pairs...), "?"), "Authorization:", "Content-Type: application/x-www-form-urlencoded")
}

// AsApp asks for an app's own token.
func (g *Rig) AsApp(t *testing.T, secret string) Answer {
	t.Helper()
	return g.AskToken(t, emulator.DefaultTenant, "grant_type", "client_credentials", "client_id", SampleApp,
		"client_secret", secret, "scope", GraphScope)
}

// AsUser asks for a user's token.
func (g *Rig) AsUser(t *testing.T, scope string) Answer {
	t.Helper()
	return g.AskToken(t, "organizations", "grant_type", "password", "client_id", SampleApp, "username", Ora, "password", "any", "scope", scope)
}

// Claims are a token's, unchecked.
func Claims(t *testing.T, token string) gjson.Result {
	t.Helper()
	parts := strings.Split(token, ".")
	require.Len(t, parts, 3, token)
	b, err := base64.RawURLEncoding.DecodeString(parts[1])
	require.NoError(t, err)
	return gjson.ParseBytes(b)
}

// WantAADSTS checks an error of the token endpoints.
func WantAADSTS(t *testing.T, a Answer, status int, name string, code int) {
	t.Helper()
	assert.Equal(t, status, a.Status, a.Body)
	assert.Equal(t, name, a.Text("error"), a.Body)
	assert.Equal(t, int64(code), a.JSON("error_codes.0").Int(), a.Body)
	assert.Equal(t,
		[]string{"error", "error_description", "error_codes", "timestamp", "trace_id", "correlation_id", "error_uri"},
		a.Keys("")[:7])
}

// Code signs a user in without a page, and returns the authorization code.
func (g *Rig) Code(t *testing.T, more ...string) string {
	t.Helper()
	return g.CodeAt(t, "/common/oauth2/v2.0/authorize", more...)
}

// CodeAt is Code at another sign-in page.
func (g *Rig) CodeAt(t *testing.T, path string, more ...string) string {
	t.Helper()
	pairs := append([]string{"client_id", SampleApp, "response_type", "code", "redirect_uri", "http://localhost:8400",
		"scope", "openid offline_access EduAdministration.ReadWrite",
		"prompt", "none", "login_hint", Ora, "state", "s1"}, more...)
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.Root()+path+Query(pairs...), nil)
	require.NoError(t, err)
	answer, err := g.HTTP.Transport.RoundTrip(r) // a client would follow
	require.NoError(t, err)
	defer answer.Body.Close()
	require.Equal(t, 302, answer.StatusCode)
	to, err := url.Parse(answer.Header.Get("Location"))
	require.NoError(t, err)
	require.Equal(t, "s1", to.Query().Get("state"))
	return to.Query().Get("code")
}

// SignInAt asks for an app's token at an origin, in memory.
func (g *Rig) SignInAt(t *testing.T, origin string) string {
	t.Helper()
	a := g.Form(t, origin+"/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", SampleApp,
		"client_secret", SampleSecret, "scope", GraphScope)
	require.Equal(t, 200, a.Status, a.Body)
	return a.Text("access_token")
}

// With sends a request with a token.
func (g *Rig) With(t *testing.T, token, method, path, body string) Answer {
	t.Helper()
	return g.Send(t, method, path, body, "Authorization: Bearer "+token)
}
