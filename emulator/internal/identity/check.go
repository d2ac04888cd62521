package identity

import (
	"math"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// Flaw is why a token is none of this server's, whatever the time.
type Flaw string

// The flaws of tokens, in the order in which they are looked for.
const (
	FlawForm      Flaw = "form"      // no JWT at all
	FlawClaims    Flaw = "claims"    // a JWT whose header or claims cannot be read, or lack something
	FlawAlgorithm Flaw = "algorithm" // signed in another way than this server signs, or not at all
	FlawKey       Flaw = "key"       // signed with a key that this server does not have
	FlawSignature Flaw = "signature" // the signature is not that of the key
	FlawIssuer    Flaw = "issuer"    // issued by somebody else, or for another tenant than it names
	FlawAudience  Flaw = "audience"  // not for Graph
)

// Token is what Check found. It does not change, so it may be kept for as long as
// Keys.Generation is the same.
type Token struct {
	Flaw Flaw   // "": it is one of this server's
	Why  string // the flaw in words, for people

	Tenant, App string
	NotBefore   int64 // Unix seconds; the smallest where the token does not say
	Expires     int64 // Unix seconds; it is good until then
	Session     string
	Revision    uint64
	Delegated   bool        // it has scopes
	Application bool        // it has roles
	Permissions Permissions // what its scopes or roles are
}

// algorithms are those that this server signs with.
var algorithms = []jose.SignatureAlgorithm{jose.RS256, jose.ES256}

// Check reads a token and verifies all of it that does not depend on the time: its
// form, signature, issuer and audience. ours tells whether an origin, such as
// "https://localhost:9443", is this server's.
//
// Chosen, where Entra and Graph are stricter or unknown: claims that are there
// twice, and a header that asks for an extension (crit), are flaws; a header's own
// key (jwk, x5u, jku) is not looked at.
func (k *Keys) Check(token string, ours func(origin string) bool) *Token {
	t := &Token{NotBefore: math.MinInt64}
	flawed := func(f Flaw, why string) *Token { return &Token{Flaw: f, Why: why} }
	if len(token) > maxToken {
		return flawed(FlawForm, "it is over 64 KiB")
	}
	if strings.Count(token, ".") != 2 {
		return flawed(FlawForm, "it does not have the three parts of a JWT")
	}
	signed, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil {
		if strings.Contains(err.Error(), "algorithm") {
			return flawed(FlawAlgorithm, "it is not signed with RS256 or ES256")
		}
		return flawed(FlawClaims, "its header cannot be read")
	}
	header := signed.Signatures[0].Protected
	key := k.public(jose.SignatureAlgorithm(header.Algorithm), header.KeyID)
	if key == nil {
		return flawed(FlawKey, "this server has no such key for its algorithm")
	}
	body, err := signed.Verify(key)
	if err != nil {
		return flawed(FlawSignature, "its signature is not that of the key that it names")
	}
	v, err := jsontree.Decode(body)
	claims, ok := v.(map[string]any)
	if err != nil || !ok {
		return flawed(FlawClaims, "its claims are no JSON object, or one is there twice")
	}
	text := func(name string) string { s, _ := claims[name].(string); return s }
	t.Tenant, t.App, t.Session = strings.ToLower(text("tid")), text("appid"), text("sid")
	if t.Tenant == "" {
		return flawed(FlawClaims, "it has no tid")
	}
	if t.Expires, ok = instant(claims["exp"]); !ok {
		return flawed(FlawClaims, "its exp is no number")
	}
	if claims["nbf"] != nil {
		if t.NotBefore, ok = instant(claims["nbf"]); !ok {
			return flawed(FlawClaims, "its nbf is no number")
		}
	}
	if rev, ok := instant(claims["rev"]); ok {
		t.Revision = uint64(rev)
	}
	if !issued(text("iss"), t.Tenant, ours) {
		return flawed(FlawIssuer, "its issuer is not this server, or of another tenant than its tid")
	}
	switch text("aud") {
	case GraphURL, GraphURL + "/", GraphID:
	default:
		return flawed(FlawAudience, "its audience is not Graph: want "+GraphURL+" or "+GraphID)
	}
	if scopes := strings.Fields(text("scp")); len(scopes) > 0 {
		t.Delegated, t.Permissions = true, permissionsOf(scopes)
	} else if roles, _ := claims["roles"].([]any); len(roles) > 0 {
		var names []string
		for _, r := range roles {
			name, _ := r.(string)
			names = append(names, name)
		}
		t.Application, t.Permissions = true, permissionsOf(names)
	}
	return t
}

// issued tells whether an issuer is that of a tenant here. The forms are those of
// the two versions of tokens (documented), on any origin of this server.
func issued(issuer, tenant string, ours func(origin string) bool) bool {
	if strings.EqualFold(issuer, STS(tenant)) {
		return true
	}
	base := strings.TrimSuffix(strings.TrimSuffix(issuer, "/"), "/v2.0")
	i := strings.LastIndexByte(base, '/')
	return i > 0 && strings.EqualFold(base[i+1:], tenant) && ours(base[:i])
}

// instant reads a NumericDate (RFC 7519) of whole seconds that a clock can show,
// or a count.
func instant(v any) (int64, bool) {
	n, ok := v.(float64)
	if !ok || n != math.Trunc(n) || n < 0 || n > 1<<53 {
		return 0, false
	}
	return int64(n), true
}
