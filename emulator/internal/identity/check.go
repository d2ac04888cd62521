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

// Why is the flaw in words, for people; "" for none.
func (f Flaw) Why() string {
	switch f {
	case FlawForm:
		return "the token is no JWT"
	case FlawClaims:
		return "the token's header or claims cannot be read"
	case FlawAlgorithm:
		return "the token is not signed as this server signs"
	case FlawKey:
		return "the token is signed with a key that this server does not have"
	case FlawSignature:
		return "the token's signature is not good"
	case FlawIssuer:
		return "the token's issuer is not this server, or of another tenant than its tid"
	case FlawAudience:
		return "the token is not for Graph"
	}
	return ""
}

// Token is what Check found. It does not change, so it may be kept for as long as
// Keys.Generation is the same.
type Token struct {
	Flaw Flaw // "": it is one of this server's

	Tenant, App string
	User        string // id of the user that it is of; "" for an app's own, and where it names nobody
	NotBefore   int64  // Unix seconds; the smallest where the token does not say
	Expires     int64  // Unix seconds; it is good until then
	Session     string
	Revision    uint64
	Delegated   bool        // it has scopes
	Application bool        // it has roles
	AppOnly     bool        // it is an app's own, with roles or without
	Permissions Permissions // what its scopes or roles are
}

// flawed returns a token of which nothing but its flaw is known: one for all of them, since
// each world keeps what it found.
func flawed(f Flaw) *Token { return flawedTokens[f] }

var flawedTokens = func() map[Flaw]*Token {
	all := map[Flaw]*Token{}
	for _, f := range Flaws() {
		all[f] = &Token{Flaw: f}
	}
	return all
}()

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
	if len(token) > maxToken {
		return flawed(FlawForm)
	}
	if strings.Count(token, ".") != 2 {
		return flawed(FlawForm)
	}
	signed, err := jose.ParseSignedCompact(token, algorithms)
	if err != nil {
		if strings.Contains(err.Error(), "algorithm") {
			return flawed(FlawAlgorithm)
		}
		return flawed(FlawClaims)
	}
	header := signed.Signatures[0].Protected
	key := k.public(jose.SignatureAlgorithm(header.Algorithm), header.KeyID)
	if key == nil {
		return flawed(FlawKey)
	}
	body, err := signed.Verify(key)
	if err != nil {
		return flawed(FlawSignature)
	}
	v, err := jsontree.Decode(body)
	claims, ok := v.(map[string]any)
	if err != nil || !ok {
		return flawed(FlawClaims)
	}
	text := func(name string) string { s, _ := claims[name].(string); return s }
	t.Tenant, t.App, t.Session = strings.ToLower(text("tid")), text("appid"), text("sid")
	t.AppOnly = text("idtyp") == "app"
	if t.Tenant == "" {
		return flawed(FlawClaims)
	}
	if t.Expires, ok = instant(claims["exp"]); !ok {
		return flawed(FlawClaims)
	}
	if claims["nbf"] != nil {
		if t.NotBefore, ok = instant(claims["nbf"]); !ok {
			return flawed(FlawClaims)
		}
	}
	if rev, ok := instant(claims["rev"]); ok {
		t.Revision = uint64(rev)
	}
	if !issued(text("iss"), t.Tenant, ours) {
		return flawed(FlawIssuer)
	}
	switch text("aud") {
	case GraphURL, GraphURL + "/", GraphID:
	default:
		return flawed(FlawAudience)
	}
	if scopes := strings.Fields(text("scp")); len(scopes) > 0 {
		t.Delegated, t.Permissions = true, NewPermissions(scopes)
		if text("upn") != "" || text("unique_name") != "" || text("preferred_username") != "" { // else it is nobody's in particular
			t.User = text("oid")
		}
	} else if roles, _ := claims["roles"].([]any); len(roles) > 0 {
		var names []string
		for _, r := range roles {
			name, _ := r.(string)
			names = append(names, name)
		}
		t.Application, t.Permissions = true, NewPermissions(names)
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
