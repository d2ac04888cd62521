package contract

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// However many hosts sign-ins are asked for at, every token is good for as long as
// it says: those of hosts beyond the bound have the server's own issuer.
func TestManyHosts(t *testing.T) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "public": {PublicURL: "https://graph.example"},
		"proxy": {Proxy: "localhost:0"}} {
		t.Run(name, func(t *testing.T) {
			o.Auth, o.Fixture = emulator.AuthStrict, "contoso"
			g := rig.New(t, o)
			first := g.SignInAt(t, "https://first.example")
			var tokens []string
			for i := range 130 {
				origin := fmt.Sprintf("https://h%d.example:31337", i)
				tokens = append(tokens, g.SignInAt(t, origin))
				g.Get(t, fmt.Sprintf("https://m%d.example/common/discovery/keys", i), "Authorization:")
			}
			for i, token := range append(tokens, first) {
				assert.Equal(t, 200, g.With(t, token, "GET", rig.ProfilesAt, "").Status, "%d: %s", i, rig.Claims(t, token).Get("iss"))
			}
			issuer := rig.Claims(t, tokens[129]).Get("iss").String()
			assert.NotContains(t, issuer, "h129.example")
			// Its metadata say the same.
			a := g.Get(t, "https://h129.example:31337/"+emulator.DefaultTenant+"/v2.0/.well-known/openid-configuration", "Authorization:")
			assert.Equal(t, issuer, a.Text("issuer"))
			if o.PublicURL == "" { // which every token names
				assert.Equal(t, "https://first.example/"+emulator.DefaultTenant+"/v2.0", rig.Claims(t, first).Get("iss").String())
			}
		})
	}
}

func TestManyHostsAtOnce(t *testing.T) {
	g := rig.New(t, emulator.Options{Auth: emulator.AuthStrict, Fixture: "contoso"})
	tokens := make([]string, 40)
	var group sync.WaitGroup
	for i := range tokens {
		group.Go(func() {
			for range 4 {
				g.Get(t, fmt.Sprintf("https://m%d.example/common/discovery/keys", i), "Authorization:")
			}
			tokens[i] = g.SignInAt(t, fmt.Sprintf("https://h%d.example", i%10))
		})
	}
	group.Wait()
	for _, token := range tokens {
		assert.Equal(t, 200, g.With(t, token, "GET", rig.ProfilesAt, "").Status)
	}
}

// A web page may read of as many tenants as it likes: what it gets without a
// sign-in makes no world, is the same as where there is one, and says the tenant's
// own id.
func TestReadingMakesNoWorld(t *testing.T) {
	for _, auth := range []string{emulator.AuthStrict, emulator.AuthLenient} {
		g := rig.New(t, emulator.Options{Auth: auth, Fixture: "contoso", Limits: emulator.Limits{Worlds: 2}})
		page := rig.Query("client_id", rig.SampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid")
		for i := range 5 {
			name := fmt.Sprintf("20000000-0000-4000-8000-00000000000%d", i)
			for path, want := range map[string]string{
				"/v2.0/.well-known/openid-configuration": "/" + name + "/v2.0\"",
				"/.well-known/openid-configuration":      "https://sts.windows.net/" + name + "/",
				"/discovery/v2.0/keys":                   `"keys"`,
				"/discovery/keys":                        `"keys"`,
				"/oauth2/v2.0/authorize" + page:          rig.Ora,
				"/oauth2/authorize" + page:               rig.Ora,
				"/oauth2/deviceauth?user_code=BCDFGHJKL": rig.Ora,
				"/oauth2/v2.0/logout":                    "signed out",
			} {
				a := g.Get(t, g.Root()+"/"+name+path, "Authorization:")
				assert.Equal(t, 200, a.Status, path)
				assert.Contains(t, a.Body, want, path)
			}
			g.Get(t, g.Root()+"/"+name+"/oauth2/v2.0/token", "Authorization:")
			g.Form(t, g.Root()+"/"+name+"/oauth2/v2.0/token", "scope", "a", "Scope", "b")
			g.Get(t, g.Root()+"/common/discovery/instance"+rig.Query("authorization_endpoint", g.Root()+"/"+name+"/oauth2/v2.0/authorize"),
				"Authorization:")
		}
		assert.Len(t, g.Worlds(), 1)
		a := g.Form(t, g.Root()+"/20000000-0000-4000-8000-000000000001/oauth2/v2.0/token", "grant_type", "client_credentials",
			"client_id", rig.SampleApp, "client_secret", rig.SampleSecret, "scope", rig.GraphScope)
		require.Equal(t, 200, a.Status, a.Body)
		assert.Len(t, g.Worlds(), 2, "a sign-in does")
		a = g.Form(t, g.Root()+"/20000000-0000-4000-8000-000000000002/oauth2/v2.0/token", "grant_type", "client_credentials")
		assert.Equal(t, 503, a.Status, "and there is room for no further one")
	}
}

// A page that was shown before there was a world is good once there is one, whatever
// the time is in the default world.
func TestPageBeforeItsWorld(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso"})
	g.Advance(t, 1000*3600*1e9)
	at := g.Root() + "/north/oauth2/v2.0/authorize"
	a := g.Get(t, at+rig.Query("client_id", rig.SampleApp, "response_type", "code", "redirect_uri", "http://localhost", "scope", "openid"),
		"Authorization:")
	require.Equal(t, 200, a.Status)
	assert.Len(t, g.Worlds(), 1)
	_, sealed, _ := strings.Cut(a.Body, `name="signin" value="`)
	sealed, _, _ = strings.Cut(sealed, `"`)
	cookie, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";")
	noRedirects(g)
	a = g.Post(t, at, strings.TrimPrefix(rig.Query("signin", sealed, "user", rig.Ora), "?"), "Authorization:", formEncoded, "Cookie: "+cookie)
	require.Equal(t, 302, a.Status, a.Body)
	assert.Contains(t, a.Header.Get("Location"), "code=")
	assert.Len(t, g.Worlds(), 2)
}

// noRedirects lets a test see where it is sent.
func noRedirects(g *rig.Rig) {
	g.HTTP.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
}
