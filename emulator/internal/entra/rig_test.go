package entra

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

const (
	tenantID  = "84b9c6f0-2f27-4c25-a8e5-6d1b5a7f0c11"
	origin    = "https://localhost:9443"
	secretApp = "11111111-1111-4111-8111-111111111111" // confidential
	publicApp = "22222222-2222-4222-8222-222222222222"
	certApp   = "33333333-3333-4333-8333-333333333333"
	webApp    = "44444444-4444-4444-8444-444444444444" // has redirect URIs
	strange   = "99999999-9999-4999-8999-999999999999" // not registered
	theSecret = "the-secret+of/app~1"
	callback  = "http://localhost:5000/cb"
)

var dawn = time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)

var testKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// signer writes what it is told as it is, so that tests see each member.
type signer struct{}

func (signer) sign(claims any) (string, error) {
	s := must(jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: testKey()}, (&jose.SignerOptions{}).WithType("JWT")))
	return jwt.Signed(s).Claims(claims).Serialize()
}

func (s signer) AccessToken(c identity.Claims) (string, error) {
	return s.sign(map[string]any{"access": c})
}

func (s signer) IDToken(c identity.IDClaims) (string, error) {
	return s.sign(map[string]any{"id": c, "aud": c.App, "sub": "s"})
}

func (signer) KeySet() ([]byte, error) { return []byte(`{"keys":[]}`), nil }

func (signer) Secret(names ...string) ([]byte, error) { return ids.Key(7, names...), nil }

// accessClaims and idClaims are what the test signer was told.
func accessClaims(t testing.TB, token string) identity.Claims {
	t.Helper()
	var said struct {
		Access identity.Claims `json:"access"`
	}
	require.NoError(t, must(jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})).Claims(&testKey().PublicKey, &said))
	return said.Access
}

func idClaims(t testing.TB, token string) identity.IDClaims {
	t.Helper()
	var said struct {
		ID identity.IDClaims `json:"id"`
	}
	require.NoError(t, must(jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})).Claims(&testKey().PublicKey, &said))
	return said.ID
}

// certificate is what a client proves itself with.
type certificate struct {
	key any
	alg jose.SignatureAlgorithm
	der []byte
	pem string
}

func newCertificate(elliptical bool) certificate {
	c := certificate{key: testKey(), alg: jose.RS256}
	var public any = &testKey().PublicKey
	if elliptical {
		key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		c.key, c.alg, public = key, jose.ES256, &key.PublicKey
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotAfter: dawn}
	c.der = must(x509.CreateCertificate(rand.Reader, template, template, public, c.key))
	c.pem = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.der}))
	return c
}

var (
	rsaCertificate = sync.OnceValue(func() certificate { return newCertificate(false) })
	ecCertificate  = sync.OnceValue(func() certificate { return newCertificate(true) })
)

func (c certificate) x5t() string {
	sum := sha1.Sum(c.der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (c certificate) x5t256() string {
	sum := sha256.Sum256(c.der)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

func (c certificate) assertion(header map[string]string, claims map[string]any) string {
	o := (&jose.SignerOptions{}).WithType("JWT")
	for name, value := range header {
		o.WithHeader(jose.HeaderKey(name), value)
	}
	return must(jwt.Signed(must(jose.NewSigner(jose.SigningKey{Algorithm: c.alg, Key: c.key}, o))).Claims(claims).Serialize())
}

// rig is a tenant, strict or lenient, with a clock that the test moves.
type rig struct {
	Tenant
	ids atomic.Uint64
	jar map[string]*http.Cookie
}

// ofType are redirect URIs of one type.
func ofType(kind identity.RedirectType, uris ...string) (list []RedirectURI) {
	for _, uri := range uris {
		list = append(list, RedirectURI{uri, kind})
	}
	return list
}

func newRig(strict bool) *rig {
	g := &rig{jar: map[string]*http.Cookie{}}
	g.Tenant = Tenant{
		ID: tenantID, Strict: strict, Known: true, Domains: []string{"contoso.edu"},
		Users: []User{
			{ID: ids.Derived("ann"), PrincipalName: "Ann@contoso.edu", DisplayName: "Ann Ashe", Mail: "ann@mail.example"},
			{ID: ids.Derived("bob"), PrincipalName: "bob@contoso.edu", DisplayName: "Bob", Password: "bob's own"},
			{ID: ids.Derived("gone"), PrincipalName: "gone@contoso.edu", DisplayName: "Gone", Disabled: true},
		},
		Apps: []App{
			{ID: secretApp, DisplayName: "Roster", Secret: theSecret, Permissions: []string{"EduRoster.Read.All"},
				DelegatedPermissions: []string{"EduAdministration.Read", "User.Read"}},
			{ID: publicApp, DisplayName: "Desktop", Public: true, DelegatedPermissions: []string{"EduAdministration.Read", "User.Read"}},
			{ID: certApp, DisplayName: "Robot", Certificates: []string{"junk", rsaCertificate().pem, ecCertificate().pem},
				Permissions: []string{"EduRoster.Read.All"}},
			{ID: webApp, DisplayName: "Web <app>", Secret: theSecret,
				RedirectURIs:         ofType(identity.Web, "https://app.example/cb?a=1", "http://localhost/only", "msal.web://auth"),
				DelegatedPermissions: []string{"EduAdministration.Read"}},
		},
		Origin: origin, Origins: func(o string) bool { return o == "https://127.0.0.1:9443" || o == origin },
		Now: dawn, Real: dawn.Add(300 * time.Hour), Signer: signer{}, Sessions: NewSessions(), Revision: func() uint64 { return 3 },
	}
	g.NewID = func() string { return ids.Derived("id", fmt.Sprint(g.ids.Add(1))) }
	return g
}

func (g *rig) advance(d time.Duration) { g.Now, g.Real = g.Now.Add(d), g.Real.Add(d) }

// result is a Reply with what tests look at.
type result struct {
	Reply
	t testing.TB
}

func (r result) JSON() map[string]any {
	r.t.Helper()
	var m map[string]any
	require.NoError(r.t, json.Unmarshal(r.Body, &m), string(r.Body))
	return m
}

func (r result) text(name string) string {
	s, _ := r.JSON()[name].(string)
	return s
}

func (r result) body() string { return string(r.Body) }

// ok wants a success.
func (r result) ok() result {
	r.t.Helper()
	require.Equal(r.t, 200, r.Status, r.body())
	require.Nil(r.t, r.Failure)
	return r
}

// refused wants an error: its status, OAuth name, number and the start of its words.
func (r result) refused(status int, name string, code int, words string) result {
	r.t.Helper()
	require.NotNil(r.t, r.Failure, r.body())
	assert.Equal(r.t, status, r.Status)
	assert.Equal(r.t, name, r.Failure.Error)
	assert.Equal(r.t, code, r.Failure.Code)
	assert.Contains(r.t, r.Failure.Message, words)
	assert.Empty(r.t, r.Advice)
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		m := r.JSON()
		assert.Equal(r.t, name, m["error"])
		assert.Equal(r.t, []any{float64(code)}, m["error_codes"])
		assert.Regexp(r.t, fmt.Sprintf(
			`^AADSTS%d: .* Trace ID: [0-9a-f-]{36} Correlation ID: [0-9a-f-]{36} Timestamp: 2026-\d\d-\d\d \d\d:\d\d:\d\dZ$`, code),
			m["error_description"])
		assert.Contains(r.t, m["error_description"], words)
		assert.Equal(r.t, m["trace_id"], r.Header.Get("X-Ms-Request-Id"))
		assert.Equal(r.t, fmt.Sprintf("https://login.microsoftonline.com/error?code=%d", code), m["error_uri"])
	}
	return r
}

// do sends a request. Cookies that answers set are kept and sent, as by a browser
// that has but this one site.
func (g *rig) do(t testing.TB, r *http.Request) result {
	t.Helper()
	for _, c := range g.jar {
		r.AddCookie(c)
	}
	c, ok := Parse(r)
	require.True(t, ok, r.URL.Path)
	if g.Strict && c.Tenant != tenantID && c.Tenant != "common" && c.Tenant != "organizations" && !strings.EqualFold(c.Tenant, "contoso.edu") {
		g.Known = false
		defer func() { g.Known = true }()
	}
	reply := Answer(c, r, &g.Tenant)
	require.NotNil(t, reply.Header)
	w := httptest.NewRecorder()
	for name, values := range reply.Header {
		w.Header()[name] = values
	}
	for _, c := range w.Result().Cookies() {
		g.jar[c.Name] = c
	}
	assert.Equal(t, "nosniff", reply.Header.Get("X-Content-Type-Options"))
	assert.Contains(t, reply.Header.Get("Cache-Control"), "no-store")
	return result{reply, t}
}

// form is name and value in turn.
func form(pairs ...string) url.Values {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v
}

func (g *rig) get(t testing.TB, path string, pairs ...string) result {
	t.Helper()
	return g.do(t, httptest.NewRequest("GET", origin+path+"?"+form(pairs...).Encode(), nil))
}

func posting(path, body string) *http.Request {
	r := httptest.NewRequest("POST", origin+path, bytes.NewReader([]byte(body)))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return r
}

func (g *rig) post(t testing.TB, path string, pairs ...string) result {
	t.Helper()
	return g.do(t, posting(path, form(pairs...).Encode()))
}

func (g *rig) token(t testing.TB, pairs ...string) result {
	t.Helper()
	return g.post(t, "/"+tenantID+"/oauth2/v2.0/token", pairs...)
}
