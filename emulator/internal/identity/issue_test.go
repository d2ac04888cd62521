package identity

import (
	"crypto/ecdsa"
	"crypto/sha256"
	"encoding/base64"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	tenant = "6f1c1f2e-0000-4000-8000-000000000001"
	app    = "a0000000-0000-4000-8000-000000000002"
	object = "b0000000-0000-4000-8000-000000000003"
)

var noon = time.Date(2026, 1, 5, 12, 0, 0, 999e6, time.UTC)

func sha256Base64(s string) string {
	sum := sha256.Sum256([]byte(s))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func application() Claims {
	return Claims{
		Tenant: tenant, App: app, Object: object, Roles: []string{"EduAdministration.ReadWrite.All"},
		IssuedAt: noon, Expires: noon.Add(time.Hour), ID: "u1",
	}
}

func delegated() Claims {
	return Claims{
		Tenant: tenant, App: app, Object: object, User: "ann@contoso.edu", Scopes: []string{"EduAdministration.Read", "User.Read"},
		IssuedAt: noon, NotBefore: noon.Add(-5 * time.Minute), Expires: noon.Add(time.Hour), ID: "u2",
	}
}

// verify checks a token as a client would and returns its payload.
func verify(t *testing.T, k *Keys, key *ecdsa.PublicKey, token string) string {
	t.Helper()
	jws, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{jose.ES256})
	require.NoError(t, err)
	require.Len(t, jws.Signatures, 1)
	h := jws.Signatures[0].Header
	assert.Equal(t, k.id, h.KeyID)
	assert.Equal(t, "ES256", h.Algorithm)
	assert.Equal(t, "JWT", h.ExtraHeaders[jose.HeaderType])
	assert.Nil(t, h.JSONWebKey, "a token names its key and does not bring it")
	payload, err := jws.Verify(key)
	require.NoError(t, err)
	return string(payload)
}

func TestIssue(t *testing.T) {
	k, key := keysOf(t)
	bare := application()
	bare.Roles, bare.IssuedAt, bare.ID, bare.AppName = nil, time.Time{}, "", "Sync"
	named := delegated()
	named.UserName, named.Object = "Ann Lee", ""
	for name, tt := range map[string]struct {
		claims Claims
		want   string
	}{
		"application": {application(), `{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/` + tenant + `/",` +
			`"iat":1767614400,"nbf":1767614400,"exp":1767618000,"appid":"` + app + `","idtyp":"app","oid":"` + object + `",` +
			`"roles":["EduAdministration.ReadWrite.All"],"sub":"` + object + `","tid":"` + tenant + `","uti":"u1","ver":"1.0"}`},
		"application without grants, issued at no time": {bare,
			`{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/` + tenant + `/",` +
				`"exp":1767618000,"app_displayname":"Sync","appid":"` + app + `","idtyp":"app","oid":"` + object + `",` +
				`"sub":"` + object + `","tid":"` + tenant + `","ver":"1.0"}`},
		"delegated": {delegated(), `{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/` + tenant + `/",` +
			`"iat":1767614400,"nbf":1767614100,"exp":1767618000,"appid":"` + app + `","idtyp":"user","name":"ann@contoso.edu","oid":"` +
			object + `",` +
			`"scp":"EduAdministration.Read User.Read","sub":"` + sha256Base64(tenant+"\x00"+app+"\x00"+object) + `","tid":"` + tenant + `",` +
			`"unique_name":"ann@contoso.edu","upn":"ann@contoso.edu","uti":"u2","ver":"1.0"}`},
		"delegated with a name, without object": {named, `{"aud":"https://graph.microsoft.com","iss":"https://sts.windows.net/` + tenant + `/",` +
			`"iat":1767614400,"nbf":1767614100,"exp":1767618000,"appid":"` + app + `","idtyp":"user","name":"Ann Lee",` +
			`"scp":"EduAdministration.Read User.Read","sub":"` + sha256Base64(tenant+"\x00"+app+"\x00ann@contoso.edu") + `","tid":"` +
			tenant + `",` +
			`"unique_name":"ann@contoso.edu","upn":"ann@contoso.edu","uti":"u2","ver":"1.0"}`},
	} {
		t.Run(name, func(t *testing.T) {
			token, err := k.Issue(tt.claims)
			require.NoError(t, err)
			assert.Equal(t, tt.want, verify(t, k, key, token))
			assert.Equal(t, tenant, Tenant(token))
		})
	}
}

func TestIssueRefuses(t *testing.T) {
	k := openKeys(t, "")
	for want, c := range map[string]func() Claims{
		"it needs a tenant":         func() Claims { c := application(); c.Tenant = ""; return c },
		"it needs a time of expiry": func() Claims { c := application(); c.Expires = time.Time{}; return c },
		"it has both scopes and roles; a delegated token has scopes, an application token has roles": func() Claims {
			c := delegated()
			c.Roles = []string{"r"}
			return c
		},
		`one for user "ann@contoso.edu" is delegated, and so has scopes`: func() Claims { c := delegated(); c.Scopes = nil; return c },
		`one for user "ann" is delegated, and so has scopes`:             func() Claims { c := application(); c.User = "ann"; return c },
		`scope "a b": want one name, without spaces`: func() Claims {
			c := delegated()
			c.Scopes = []string{"x",
				"a b"}
			return c
		},
		`scope "": want one name`: func() Claims { c := delegated(); c.Scopes = []string{""}; return c },
	} {
		token, err := k.Issue(c())
		assert.ErrorContains(t, err, "token: "+want)
		assert.Empty(t, token)
	}
}

func TestIssueConcurrently(t *testing.T) {
	k := openKeys(t, "")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 10 {
				token, err := k.Issue(application())
				assert.NoError(t, err)
				assert.Equal(t, tenant, Tenant(token))
			}
		})
	}
	wg.Wait()
}

func BenchmarkIssue(b *testing.B) {
	k, c := openKeys(b, ""), delegated()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := k.Issue(c); err != nil {
			b.Fatal(err)
		}
	}
}
