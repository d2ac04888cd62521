package entra

import (
	"encoding/base64"
	"encoding/hex"
	"maps"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
)

func itoa(n int64) string { return strconv.FormatInt(n, 10) }

func assertionClaims(g *rig, change map[string]any) map[string]any {
	claims := map[string]any{"iss": certApp, "sub": certApp, "aud": origin + "/" + tenantID + "/oauth2/v2.0/token",
		"nbf": g.Real.Unix(), "exp": g.Real.Add(10 * time.Minute).Unix(), "jti": "x"}
	maps.Copy(claims, change)
	maps.DeleteFunc(claims, func(_ string, v any) bool { return v == nil })
	return claims
}

func (g *rig) assert(t *testing.T, assertion string) result {
	return g.token(t, "grant_type", "client_credentials", "client_id", certApp, "scope", graphDefault, "client_assertion_type", assertionType,
		"client_assertion", assertion)
}

func TestAssertion(t *testing.T) {
	rs, es := rsaCertificate(), ecCertificate()
	ps := rs
	ps.alg = jose.PS256
	raw, _ := base64.RawURLEncoding.DecodeString(rs.x5t())
	long, _ := base64.RawURLEncoding.DecodeString(rs.x5t256())
	for name, c := range map[string]struct {
		with   certificate
		header map[string]string
		change map[string]any
		code   int
	}{
		"x5t":                   {rs, map[string]string{"x5t": rs.x5t()}, nil, 0},
		"x5t#S256":              {rs, map[string]string{"x5t#S256": rs.x5t256()}, nil, 0},
		"as MSAL for Go":        {ps, map[string]string{"x5t#S256": base64.StdEncoding.EncodeToString(long)}, nil, 0},
		"PS256":                 {ps, map[string]string{"x5t#S256": rs.x5t256()}, nil, 0},
		"ES256":                 {es, map[string]string{"x5t": es.x5t()}, nil, 0},
		"kid in hexadecimal":    {rs, map[string]string{"kid": strings.ToUpper(hex.EncodeToString(raw))}, nil, 0},
		"kid in base64":         {rs, map[string]string{"kid": rs.x5t()}, nil, 0},
		"another kid with x5t":  {rs, map[string]string{"kid": "x", "x5t": rs.x5t()}, nil, 0},
		"names no key":          {rs, nil, nil, 700027},
		"names an unknown key":  {rs, map[string]string{"x5t": "AAAA"}, nil, 700027},
		"names two keys":        {rs, map[string]string{"x5t": rs.x5t(), "x5t#S256": es.x5t256()}, nil, 700027},
		"signed by another key": {es, map[string]string{"x5t": rs.x5t()}, nil, 700027},
		"other issuer":          {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"iss": secretApp}, 700021},
		"other subject":         {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"sub": nil}, 700021},
		"issuer as audience": {rs, map[string]string{"x5t": rs.x5t()},
			map[string]any{"aud": "https://127.0.0.1:9443/" + tenantID + "/v2.0"}, 0},
		"foreign audience": {rs, map[string]string{"x5t": rs.x5t()},
			map[string]any{"aud": "https://login.microsoftonline.com/" + tenantID + "/v2.0"}, 700023},
		"foreign tenant": {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"aud": origin + "/other/oauth2/v2.0/token"}, 700023},
		"no audience":    {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"aud": nil}, 700023},
		"no end":         {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"exp": nil}, 700024},
		"just good":      {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"exp": dawn.Add(300*time.Hour - 299*time.Second).Unix()}, 0},
		"just over": {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"exp": dawn.Add(300*time.Hour - 300*time.Second).Unix()},
			700024},
		"just begun": {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"nbf": dawn.Add(300*time.Hour + 300*time.Second).Unix()}, 0},
		"not yet begun": {rs, map[string]string{"x5t": rs.x5t()}, map[string]any{"nbf": dawn.Add(300*time.Hour + 301*time.Second).Unix()},
			700024},
	} {
		t.Run(name, func(t *testing.T) {
			g := newRig(true)
			text := c.with.assertion(c.header, assertionClaims(g, c.change))
			a := g.assert(t, text)
			lenient := newRig(false).assert(t, text).ok()
			if c.code != 0 {
				a.refused(401, "invalid_client", c.code, "")
				assert.NotContains(t, a.body(), text)
				assert.Contains(t, lenient.Advice, "AADSTS"+strconv.Itoa(c.code))
				assert.Equal(t, []string{lenientRole}, accessClaims(t, lenient.text("access_token")).Roles)
				return
			}
			assert.Equal(t, "2", accessClaims(t, a.ok().text("access_token")).ClientAuth)
			assert.Empty(t, lenient.Advice)
		})
	}
}

func TestForgedAssertions(t *testing.T) {
	g := newRig(true)
	header := func(h string) string { return base64.RawURLEncoding.EncodeToString([]byte(h)) }
	good := rsaCertificate().assertion(map[string]string{"x5t": rsaCertificate().x5t()}, assertionClaims(g, nil))
	parts := strings.Split(good, ".")
	hmac := must(jwt.Signed(must(jose.NewSigner(jose.SigningKey{Algorithm: jose.HS256, Key: []byte(rsaCertificate().pem)},
		(&jose.SignerOptions{}).WithHeader("x5t", rsaCertificate().x5t())))).Claims(assertionClaims(g, nil)).Serialize())
	for name, text := range map[string]string{
		"none": header(`{"alg":"none","x5t":"`+rsaCertificate().x5t()+`"}`) + "." + parts[1] + ".",
		"None": header(`{"alg":"None"}`) + "." + parts[1] + "." + parts[2],
		"hmac": hmac, "junk": "x", "dots": "..",
		"crit": header(`{"alg":"RS256","crit":["x"],"x":1,"x5t":"`+rsaCertificate().x5t()+`"}`) + "." + parts[1] + "." + parts[2],
	} {
		t.Run(name, func(t *testing.T) {
			a := newRig(true).assert(t, text)
			assert.Equal(t, 401, a.Status)
			assert.Contains(t, []int{50027, 700027}, a.Failure.Code)
		})
	}
	tampered := parts[0] + "." + header(`{"iss":"`+certApp+`","sub":"`+certApp+`","aud":"`+origin+`","exp":9999999999}`) + "." + parts[2]
	newRig(true).assert(t, tampered).refused(401, "invalid_client", 700027, "does not match the signature")
	newRig(true).assert(t, strings.Repeat("a", 17<<10)).refused(400, "invalid_request", 90100, "")
}
