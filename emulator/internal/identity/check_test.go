package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const here = "https://localhost:9443"

func ours(origin string) bool { return origin == here }

// raw signs whatever payload and header with the key of the token endpoints.
func raw(t *testing.T, k *Keys, payload string, header map[jose.HeaderKey]any) string {
	t.Helper()
	r, err := k.signing()
	require.NoError(t, err)
	o := &jose.SignerOptions{ExtraHeaders: header}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: r.keys[0].key, KeyID: r.keys[0].id}}, o)
	require.NoError(t, err)
	signed, err := s.Sign([]byte(payload))
	require.NoError(t, err)
	token, err := signed.CompactSerialize()
	require.NoError(t, err)
	return token
}

func TestCheckAcceptsItsOwn(t *testing.T) {
	k := openKeys(t, "")
	for name, tt := range map[string]struct {
		change    func(*Claims)
		from      func() Claims
		delegated bool
		want      []string
	}{
		"application":    {func(*Claims) {}, application, false, []string{"EduAdministration.ReadWrite.All"}},
		"delegated":      {func(*Claims) {}, delegated, true, []string{"EduAdministration.Read", "User.Read"}},
		"audience as id": {func(c *Claims) { c.Audience = GraphID }, application, false, []string{"EduAdministration.ReadWrite.All"}},
		"issued here": {func(c *Claims) { c.Issuer = here + "/" + tenant + "/v2.0" }, application, false,
			[]string{"EduAdministration.ReadWrite.All"}},
		"issued here, version 1": {func(c *Claims) { c.Issuer = here + "/" + tenant + "/" }, application, false,
			[]string{"EduAdministration.ReadWrite.All"}},
		"without grants": {func(c *Claims) { c.Roles = nil }, application, false, nil},
		"other letter case": {func(c *Claims) { c.Scopes = []string{"eduadministration.READ"} }, delegated, true,
			[]string{"eduadministration.READ"}},
	} {
		t.Run(name, func(t *testing.T) {
			c := tt.from()
			tt.change(&c)
			c.Session, c.Revision = "s1", 3
			for _, issue := range []func(Claims) (string, error){k.Issue, k.AccessToken} {
				token, err := issue(c)
				require.NoError(t, err)
				got := k.Check(token, ours)
				require.Empty(t, got.Flaw)
				assert.Equal(t, tenant, got.Tenant)
				assert.Equal(t, app, got.App)
				assert.Equal(t, tt.want, got.Permissions.Names())
				assert.Equal(t, tt.delegated, got.Delegated)
				assert.Equal(t, !tt.delegated && tt.want != nil, got.Application)
				assert.Equal(t, noon.Unix()+3600, got.Expires)
				assert.Equal(t, "s1", got.Session)
				assert.EqualValues(t, 3, got.Revision)
			}
		})
	}
}

// Each flaw that can be asked for is the one that is found.
func TestCheckFindsEachFlaw(t *testing.T) {
	k := openKeys(t, "")
	for _, f := range Flaws() {
		token, err := k.Flawed(application(), f)
		require.NoError(t, err)
		got := k.Check(token, ours)
		assert.Equal(t, f, got.Flaw)
		assert.NotEmpty(t, got.Flaw.Why())
	}
	_, err := k.Flawed(application(), "nonsense")
	assert.EqualError(t, err, `token: there is no flaw "nonsense"`)
}

func TestCheckRefusesForgeries(t *testing.T) {
	k := openKeys(t, "")
	good, err := k.AccessToken(application())
	require.NoError(t, err)
	parts := strings.Split(good, ".")
	encode := base64.RawURLEncoding.EncodeToString
	r, err := k.signing()
	require.NoError(t, err)
	claims := func(more string) string {
		return fmt.Sprintf(`{"aud":"%s","iss":"%s","exp":32503680000,"tid":"%s"%s}`, GraphURL, STS(tenant), tenant, more)
	}
	// The public key in the forms in which an attacker may take it for a secret.
	der, err := x509.MarshalPKIXPublicKey(&r.keys[0].key.PublicKey)
	require.NoError(t, err)
	hmac := func(secret []byte) string {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: jose.JSONWebKey{Key: secret, KeyID: r.keys[0].id}}, nil)
		require.NoError(t, err)
		signed, err := s.Sign([]byte(claims("")))
		require.NoError(t, err)
		token, err := signed.CompactSerialize()
		require.NoError(t, err)
		return token
	}
	mine, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	own := func(id string, header map[jose.HeaderKey]any) string {
		s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: mine, KeyID: id}},
			&jose.SignerOptions{ExtraHeaders: header})
		require.NoError(t, err)
		signed, err := s.Sign([]byte(claims("")))
		require.NoError(t, err)
		token, err := signed.CompactSerialize()
		require.NoError(t, err)
		return token
	}
	other := openKeys(t, "")
	foreign, err := other.AccessToken(application())
	require.NoError(t, err)
	for name, tt := range map[string]struct {
		token string
		want  Flaw
	}{
		"nothing":                    {"", FlawForm},
		"text":                       {"text", FlawForm},
		"two parts":                  {"a.b", FlawForm},
		"encrypted":                  {"a.b.c.d.e", FlawForm},
		"1 MB":                       {strings.Repeat("a", 1<<20), FlawForm},
		"1 MB, signed":               {raw(t, k, claims(`,"x":"`+strings.Repeat("a", 1<<20)+`"`), nil), FlawForm},
		"no JSON":                    {encode([]byte("x")) + ".e30.e30", FlawClaims},
		"algorithm none":             {encode([]byte(`{"alg":"none"}`)) + "." + parts[1] + ".", FlawAlgorithm},
		"algorithm None, signature":  {encode([]byte(`{"alg":"None"}`)) + "." + parts[1] + "." + parts[2], FlawAlgorithm},
		"signature cut":              {parts[0] + "." + parts[1] + ".", FlawSignature},
		"payload changed":            {parts[0] + "." + encode([]byte(claims(""))) + "." + parts[2], FlawSignature},
		"HMAC with the DER":          {hmac(der), FlawAlgorithm},
		"HMAC with the PEM":          {hmac(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})), FlawAlgorithm},
		"kid is a path":              {own("../../../../dev/null", nil), FlawKey},
		"kid is a query":             {own("x' UNION SELECT 'key", nil), FlawKey},
		"kid of ours, another key":   {own(r.keys[0].id, nil), FlawSignature},
		"kid of the other algorithm": {own(k.id, nil), FlawKey},
		"no kid":                     {own("", nil), FlawKey},
		"brings its key":             {own("mine", map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: &mine.PublicKey}}), FlawKey},
		"names where its key is":     {own("mine", map[jose.HeaderKey]any{"jku": "http://127.0.0.1/keys"}), FlawKey},
		"asks for an extension":      {raw(t, k, claims(""), map[jose.HeaderKey]any{"crit": []string{"exp"}}), FlawSignature},
		"of another server":          {foreign, FlawKey},
		"tid twice":                  {raw(t, k, claims(`,"tid":"00000000-0000-4000-8000-000000000000"`), nil), FlawClaims},
		"roles twice":                {raw(t, k, claims(`,"roles":[],"roles":["EduAdministration.ReadWrite.All"]`), nil), FlawClaims},
		"no object":                  {raw(t, k, `[]`, nil), FlawClaims},
		"no tid":                     {raw(t, k, `{"aud":"x","iss":"y","exp":1}`, nil), FlawClaims},
		"exp is text":                {raw(t, k, strings.Replace(claims(""), "32503680000", `"32503680000"`, 1), nil), FlawClaims},
		"exp is no number":           {raw(t, k, strings.Replace(claims(""), "32503680000", "1e400", 1), nil), FlawClaims},
		"exp below zero":             {raw(t, k, strings.Replace(claims(""), "32503680000", "-1", 1), nil), FlawClaims},
		"no exp":                     {raw(t, k, strings.Replace(claims(""), `"exp":32503680000,`, "", 1), nil), FlawClaims},
		"nbf is a fraction":          {raw(t, k, claims(`,"nbf":1.5`), nil), FlawClaims},
		"issuer elsewhere": {raw(t, k, strings.Replace(claims(""), STS(tenant), "https://localhost:9444/"+tenant+"/v2.0", 1), nil),
			FlawIssuer},
		"issuer of another tenant": {raw(t, k, strings.Replace(claims(""), STS(tenant), here+"/00000000-0000-4000-8000-000000000000/v2.0", 1),
			nil), FlawIssuer},
		"issuer with a path before": {raw(t, k, strings.Replace(claims(""), STS(tenant), here+"/x/"+tenant+"/v2.0", 1), nil), FlawIssuer},
		"issuer is the tenant":      {raw(t, k, strings.Replace(claims(""), STS(tenant), tenant, 1), nil), FlawIssuer},
		"audience is a list":        {raw(t, k, strings.Replace(claims(""), `"`+GraphURL+`"`, `["`+GraphURL+`"]`, 1), nil), FlawAudience},
		"audience begins alike":     {raw(t, k, strings.Replace(claims(""), GraphURL, GraphURL+".example", 1), nil), FlawAudience},
		"scopes and roles: as scopes": {raw(t, k, claims(`,"scp":"EduAdministration.Read","roles":["EduAdministration.ReadWrite.All"]`),
			nil), ""},
	} {
		got := k.Check(tt.token, ours)
		assert.Equal(t, tt.want, got.Flaw, name)
		if tt.want == "" {
			assert.Equal(t, []string{"EduAdministration.Read"}, got.Permissions.Names())
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestSecret(t *testing.T) {
	dir := t.TempDir()
	a := openKeys(t, dir)
	assert.Len(t, must(a.Secret("x")), sha256.Size)
	assert.Equal(t, must(a.Secret("x", "y")), must(openKeys(t, dir).Secret("x", "y")), "it outlives a restart")
	assert.NotEqual(t, must(a.Secret("x", "y")), must(a.Secret("xy")))
	assert.NotEqual(t, must(a.Secret("x")), must(openKeys(t, "").Secret("x")))
}

func TestIDToken(t *testing.T) {
	k := openKeys(t, "")
	c := IDClaims{Tenant: tenant, App: app, Issuer: here + "/" + tenant + "/v2.0", Object: object, User: "ann@contoso.edu", Name: "Ann Lee",
		Nonce:   "n",
		Session: "s", IssuedAt: noon, Expires: noon.Add(3600e9), ID: "u"}
	signed, err := jose.ParseSignedCompact(must(k.IDToken(c)), algorithms)
	require.NoError(t, err)
	assert.Equal(t, `{"aud":"`+app+`","iss":"`+c.Issuer+`","iat":1767614400,"nbf":1767614400,"exp":1767618000,"name":"Ann Lee","nonce":"n",`+
		`"oid":"`+object+`","preferred_username":"ann@contoso.edu","sid":"s","sub":"`+sha256Base64(tenant+"\x00"+app+"\x00"+object)+`","tid":"`+
		tenant+`","uti":"u","ver":"2.0"}`,
		string(signed.UnsafePayloadWithoutVerification()))
	c.V1, c.Issuer = true, STS(tenant)
	signed, err = jose.ParseSignedCompact(must(k.IDToken(c)), algorithms)
	require.NoError(t, err)
	assert.Equal(t, `{"aud":"`+app+`","iss":"https://sts.windows.net/`+tenant+`/","iat":1767614400,"nbf":1767614400,"exp":1767618000,`+
		`"name":"Ann Lee","nonce":"n",`+
		`"oid":"`+object+`","sid":"s","sub":"`+sha256Base64(tenant+"\x00"+app+"\x00"+object)+`","tid":"`+tenant+`",`+
		`"unique_name":"ann@contoso.edu","upn":"ann@contoso.edu","uti":"u","ver":"1.0"}`,
		string(signed.UnsafePayloadWithoutVerification()))
	c.App = ""
	_, err = k.IDToken(c)
	assert.ErrorContains(t, err, "it needs a tenant, an app and an issuer")
}

func FuzzCheck(f *testing.F) {
	k, err := OpenKeys("")
	require.NoError(f, err)
	for _, flaw := range append(Flaws(), "") {
		token, _ := k.Flawed(application(), flaw)
		f.Add(token)
	}
	f.Add(must(k.AccessToken(delegated())))
	f.Fuzz(func(t *testing.T, token string) {
		if got := k.Check(token, ours); got.Flaw == "" && got.Tenant == "" {
			t.Fatal("neither a flaw nor a tenant")
		}
	})
}

// The limit is twice an RS256 verification by itself.
func BenchmarkCheck(b *testing.B) {
	k := openKeys(b, "")
	token := must(k.AccessToken(application()))
	signed, err := jose.ParseSignedCompact(token, algorithms)
	require.NoError(b, err)
	public := &k.ring.Load().keys[0].key.PublicKey
	b.Run("check", func(b *testing.B) {
		for b.Loop() {
			if t := k.Check(token, ours); t.Flaw != "" {
				b.Fatal(t.Flaw.Why())
			}
		}
	})
	b.Run("verification alone", func(b *testing.B) {
		for b.Loop() {
			if _, err := signed.Verify(public); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The limit is 1.3 times a signature by itself.
func BenchmarkAccessToken(b *testing.B) {
	k := openKeys(b, "")
	_ = must(k.KeySet())
	b.Run("token", func(b *testing.B) {
		for b.Loop() {
			if _, err := k.AccessToken(application()); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("signature alone", func(b *testing.B) {
		signer := k.ring.Load().signer
		for b.Loop() {
			if _, err := signer.Sign([]byte("x")); err != nil {
				b.Fatal(err)
			}
		}
	})
}
