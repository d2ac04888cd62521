package entra

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func graphRequest(path string) *http.Request {
	return &http.Request{Method: "GET", URL: &url.URL{Path: path}, Header: http.Header{}}
}

// Every request of Graph is shown to Parse first.
func TestParseCostsNothingElsewhere(t *testing.T) {
	for _, path := range []string{"/beta/education/synchronizationProfiles", "/v1.0/$metadata", "/_graphemu/journal", "/sdsstorage/a/b", "/",
		"", "/favicon.ico", "/a/b/c"} {
		r := graphRequest(path)
		assert.Zero(t, testing.AllocsPerRun(100, func() {
			if _, ok := Parse(r); ok {
				t.Error(path)
			}
		}), path)
	}
}

func TestOperations(t *testing.T) {
	assert.True(t, slices.IsSorted(Operations()))
	assert.True(t, slices.IsSorted(ErrorNames()))
	assert.Equal(t, slices.Compact(slices.Clone(Operations())), Operations(), "no name twice")
	assert.Subset(t, Operations(), []string{otherGrant, instance, clientCredentials})
	for path, want := range map[string]string{
		"/t/oauth2/v2.0/token": otherGrant, "/t/OAuth2/V2.0/Authorize": authorize, "/t/oauth2/v2.0/devicecode": device,
		"/t/oauth2/v2.0/logout": logout,
		"/t/oauth2/token":       otherGrant, "/t/oauth2/deviceauth": devicePageOp, "/devicelogin": devicePageOp,
		"/t/v2.0/.well-known/openid-configuration": configuration,
		"/t/.well-known/openid-configuration":      configuration, "/t/discovery/v2.0/keys": keys, "/t/discovery/keys": keys,
		"/common/discovery/instance": instance, "/common/UserRealm/a@b": userRealm,
		"/t/discovery/instance": "", "/common/userrealm/": "", "/t/oauth2/v2.0/token/": otherGrant, "//t//oauth2/v2.0///token": otherGrant,
		"//devicelogin/": devicePageOp, "//beta//x": "", "/t/oauth2/v2.0": "", "/devicelogin2": "", "/beta/oauth2/v2.0/token": "",
		"/v1.0/discovery/keys": "",
	} {
		c, ok := Parse(graphRequest(path))
		assert.Equal(t, want != "", ok, path)
		if ok {
			assert.Equal(t, want, c.Operation, path)
			assert.Contains(t, Operations(), c.Operation)
		}
	}
}

func BenchmarkParseGraphPath(b *testing.B) {
	r := graphRequest("/beta/education/synchronizationProfiles/86904b1e-c7d0-4ead-b13a-98f11fc400ee")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := Parse(r); ok {
			b.Fatal("a tenant?")
		}
	}
}

func BenchmarkParseOtherPath(b *testing.B) {
	r := graphRequest("/favicon/that/is/none")
	b.ReportAllocs()
	for b.Loop() {
		Parse(r)
	}
}

func BenchmarkConfiguration(b *testing.B) {
	g := newRig(true)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", "/"+tenantID+"/v2.0/.well-known/openid-configuration", nil)
		c, _ := Parse(r)
		Answer(c, r, &g.Tenant)
	}
}

// Most of it is the test signer's RSA signature.
func BenchmarkClientCredentials(b *testing.B) {
	g := newRig(true)
	body := form("grant_type", "client_credentials", "client_id", secretApp, "client_secret", theSecret, "scope", graphDefault).Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := posting("/"+tenantID+"/oauth2/v2.0/token", body)
		c, _ := Parse(r)
		if a := Answer(c, r, &g.Tenant); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}

func BenchmarkSigninPage(b *testing.B) {
	g := newRig(true)
	query := form(request("prompt", "login")...).Encode()
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", "/"+tenantID+"/oauth2/v2.0/authorize?"+query, nil)
		c, _ := Parse(r)
		if a := Answer(c, r, &g.Tenant); a.Status != 200 {
			b.Fatal(a.Status)
		}
	}
}
