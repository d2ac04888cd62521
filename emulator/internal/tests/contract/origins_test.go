package emulator_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// signInAt asks for an app's token at an origin, in memory.
func (g *rig) signInAt(t *testing.T, origin string) string {
	t.Helper()
	a := g.form(t, origin+"/common/oauth2/v2.0/token", "grant_type", "client_credentials", "client_id", sampleApp,
		"client_secret", sampleSecret, "scope", graphScope)
	require.Equal(t, 200, a.status, a.body)
	return a.text("access_token")
}

// However many hosts sign-ins are asked for at, every token is good for as long as
// it says: those of hosts beyond the bound have the server's own issuer.
func TestManyHosts(t *testing.T) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "public": {PublicURL: "https://graph.example"},
		"proxy": {Proxy: "localhost:0"}} {
		t.Run(name, func(t *testing.T) {
			o.Auth, o.Fixture = emulator.AuthStrict, "contoso"
			g := newRig(t, o)
			first := g.signInAt(t, "https://first.example")
			var tokens []string
			for i := range 130 {
				origin := fmt.Sprintf("https://h%d.example:31337", i)
				tokens = append(tokens, g.signInAt(t, origin))
				g.get(t, fmt.Sprintf("https://m%d.example/common/discovery/keys", i), "Authorization:")
			}
			for i, token := range append(tokens, first) {
				assert.Equal(t, 200, g.with(t, token, "GET", profilesAt, "").status, "%d: %s", i, claims(t, token).Get("iss"))
			}
			issuer := claims(t, tokens[129]).Get("iss").String()
			assert.NotContains(t, issuer, "h129.example")
			// Its metadata say the same.
			a := g.get(t, "https://h129.example:31337/"+emulator.DefaultTenant+"/v2.0/.well-known/openid-configuration", "Authorization:")
			assert.Equal(t, issuer, a.text("issuer"))
			if o.PublicURL == "" { // which every token names
				assert.Equal(t, "https://first.example/"+emulator.DefaultTenant+"/v2.0", claims(t, first).Get("iss").String())
			}
		})
	}
}

func TestManyHostsAtOnce(t *testing.T) {
	g := newRig(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso"})
	tokens := make([]string, 40)
	var group sync.WaitGroup
	for i := range tokens {
		group.Go(func() {
			for range 4 {
				g.get(t, fmt.Sprintf("https://m%d.example/common/discovery/keys", i), "Authorization:")
			}
			tokens[i] = g.signInAt(t, fmt.Sprintf("https://h%d.example", i%10))
		})
	}
	group.Wait()
	for _, token := range tokens {
		assert.Equal(t, 200, g.with(t, token, "GET", profilesAt, "").status)
	}
}

// A web page may read of as many tenants as it likes: what it gets without a
// sign-in makes no world, is the same as where there is one, and says the tenant's
// own id.
func TestReadingMakesNoWorld(t *testing.T) {
	for _, auth := range []string{emulator.AuthStrict, emulator.AuthLenient} {
		g := newRig(t, emulator.Options{Auth: auth, Fixture: "contoso", Limits: emulator.Limits{Worlds: 2}})
		page := query("client_id", sampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid")
		for i := range 5 {
			name := fmt.Sprintf("20000000-0000-4000-8000-00000000000%d", i)
			for path, want := range map[string]string{
				"/v2.0/.well-known/openid-configuration": "/" + name + "/v2.0\"",
				"/.well-known/openid-configuration":      "https://sts.windows.net/" + name + "/",
				"/discovery/v2.0/keys":                   `"keys"`,
				"/discovery/keys":                        `"keys"`,
				"/oauth2/v2.0/authorize" + page:          ora,
				"/oauth2/authorize" + page:               ora,
				"/oauth2/deviceauth?user_code=BCDFGHJKL": ora,
				"/oauth2/v2.0/logout":                    "signed out",
			} {
				a := g.get(t, g.origin()+"/"+name+path, "Authorization:")
				assert.Equal(t, 200, a.status, path)
				assert.Contains(t, a.body, want, path)
			}
			g.get(t, g.origin()+"/"+name+"/oauth2/v2.0/token", "Authorization:")
			g.form(t, g.origin()+"/"+name+"/oauth2/v2.0/token", "scope", "a", "Scope", "b")
			g.get(t, g.origin()+"/common/discovery/instance"+query("authorization_endpoint", g.origin()+"/"+name+"/oauth2/v2.0/authorize"),
				"Authorization:")
		}
		assert.Len(t, g.Worlds(), 1)
		a := g.form(t, g.origin()+"/20000000-0000-4000-8000-000000000001/oauth2/v2.0/token", "grant_type", "client_credentials",
			"client_id", sampleApp, "client_secret", sampleSecret, "scope", graphScope)
		require.Equal(t, 200, a.status, a.body)
		assert.Len(t, g.Worlds(), 2, "a sign-in does")
		a = g.form(t, g.origin()+"/20000000-0000-4000-8000-000000000002/oauth2/v2.0/token", "grant_type", "client_credentials")
		assert.Equal(t, 503, a.status, "and there is room for no further one")
	}
}

// A page that was shown before there was a world is good once there is one, whatever
// the time is in the default world.
func TestPageBeforeItsWorld(t *testing.T) {
	g := newRig(t, emulator.Options{Fixture: "contoso"})
	g.advance(t, 1000*3600*1e9)
	at := g.origin() + "/north/oauth2/v2.0/authorize"
	a := g.get(t, at+query("client_id", sampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid"),
		"Authorization:")
	require.Equal(t, 200, a.status)
	assert.Len(t, g.Worlds(), 1)
	_, sealed, _ := strings.Cut(a.body, `name="signin" value="`)
	sealed, _, _ = strings.Cut(sealed, `"`)
	cookie, _, _ := strings.Cut(a.header.Get("Set-Cookie"), ";")
	noRedirects(g)
	a = g.post(t, at, strings.TrimPrefix(query("signin", sealed, "user", ora), "?"), "Authorization:", formEncoded, "Cookie: "+cookie)
	require.Equal(t, 302, a.status, a.body)
	assert.Contains(t, a.header.Get("Location"), "code=")
	assert.Len(t, g.Worlds(), 2)
}

// noRedirects lets a test see where it is sent.
func noRedirects(g *rig) {
	g.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}
