package entra

import (
	"crypto/sha1" // the x5t of RFC 7515 is such a thumbprint
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

const second = time.Second

// skew is how far a client's clock may be off. Documented: five minutes.
const skew = 5 * time.Minute

// assertionAlgorithms are those that a client may sign with. Documented: PS256 and
// RS256. Chosen: ES256, which certificates of elliptic curves need.
var assertionAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256}

// The reasons of AADSTS700027. Observed.
const (
	keyNotFound = "The key was not found."
	keyInvalid  = "The key used is expired or does not match the signature."
)

// verify checks a client's signed assertion (RFC 7523) against the certificates
// that its app has registered. Times are judged on the wall clock: the client has
// no other.
func (x *exchange) verify(assertion string, c client) *problem {
	token, err := jwt.ParseSigned(assertion, assertionAlgorithms)
	if err != nil || len(token.Headers) != 1 {
		return refuse(badAssertion).help("assertion", "client_assertion", "it is not a JWT that is signed with RS256, PS256 or ES256")
	}
	all := slices.Clone(c.app.Keys)
	for _, text := range c.app.Certificates {
		if cert := parseCertificate(text); cert != nil {
			all = append(all, cert)
		}
	}
	named := slices.DeleteFunc(slices.Clone(all), func(cert *x509.Certificate) bool { return !names(token.Headers[0], cert) })
	if len(named) == 0 {
		return refuse(assertionSignature, keyNotFound).help("certificate", "client_assertion",
			"none of the app's %d certificates is the one that the x5t, x5t#S256 or kid of the assertion's header names", len(all))
	}
	var said jwt.Claims
	verified := slices.ContainsFunc(named, func(cert *x509.Certificate) bool { return token.Claims(cert.PublicKey, &said) == nil })
	if !verified {
		return refuse(assertionSignature, keyInvalid)
	}
	return x.judgeAssertion(said, c)
}

func (x *exchange) judgeAssertion(said jwt.Claims, c client) *problem {
	switch real := x.tenant.Real; {
	case !strings.EqualFold(said.Issuer, c.id) || !strings.EqualFold(said.Subject, c.id):
		return refuse(assertionSubject).help("subject", "client_assertion", "iss and sub must be the client's id")
	case !slices.ContainsFunc(said.Audience, x.audience):
		return refuse(assertionAudience).help("audience", "client_assertion",
			"aud must be this endpoint: %s/%s/oauth2/v2.0/token", x.tenant.Origin, x.tenant.ID)
	case said.Expiry == nil, !real.Before(said.Expiry.Time().Add(skew)),
		said.NotBefore != nil && real.Before(said.NotBefore.Time().Add(-skew)):
		return refuse(assertionTime, moment(real), moment(said.NotBefore.Time()), moment(said.Expiry.Time()))
	}
	return nil
}

// moment is a time as Entra writes it in messages. Observed.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }

// audience tells whether an assertion's aud is this tenant's token endpoint or
// issuer, on an origin of ours. Documented: the endpoint; observed: the issuer and
// the endpoint of version 1 do as well.
func (x *exchange) audience(aud string) bool {
	if len(aud) > 512 {
		return false
	}
	scheme, rest, _ := strings.Cut(aud, "://")
	host, path, _ := strings.Cut(rest, "/")
	if !x.ours(scheme + "://" + host) {
		return false
	}
	tenant, path, _ := strings.Cut(path, "/")
	if !strings.EqualFold(tenant, x.tenant.ID) && !strings.EqualFold(tenant, x.call.Tenant) {
		return false
	}
	return slices.Contains([]string{"oauth2/v2.0/token", "oauth2/token", "v2.0", ""}, strings.TrimSuffix(path, "/"))
}

// ours tells whether an origin is this server's.
func (x *exchange) ours(origin string) bool {
	origin = strings.ToLower(origin)
	return origin == strings.ToLower(x.tenant.Origin) || x.tenant.Origins != nil && x.tenant.Origins(origin)
}

func parseCertificate(text string) *x509.Certificate {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil
	}
	return cert
}

// names tells whether a header names cert. All that it has must agree: x5t and
// x5t#S256 are thumbprints; the kid is one in hexadecimal (documented) or in
// base64. A header without any of them names none. Base64 of either alphabet will
// do: the standard asks for base64url, and MSAL for Go sends the other (seen).
func names(h jose.Header, cert *x509.Certificate) bool {
	short, long := sha1.Sum(cert.Raw), sha256.Sum256(cert.Raw)
	encodings := func(b []byte) []string {
		return []string{base64.RawURLEncoding.EncodeToString(b), base64.URLEncoding.EncodeToString(b),
			base64.StdEncoding.EncodeToString(b), base64.RawStdEncoding.EncodeToString(b)}
	}
	found := false
	for _, key := range []struct {
		value any
		is    []string
	}{{h.ExtraHeaders["x5t"], encodings(short[:])}, {h.ExtraHeaders["x5t#S256"], encodings(long[:])}} {
		if key.value == nil {
			continue
		}
		text, _ := key.value.(string)
		if !slices.Contains(key.is, text) {
			return false
		}
		found = true
	}
	if found || h.KeyID == "" {
		return found
	}
	return strings.EqualFold(h.KeyID, hex.EncodeToString(short[:])) || strings.EqualFold(h.KeyID, hex.EncodeToString(long[:])) ||
		slices.Contains(append(encodings(short[:]), encodings(long[:])...), h.KeyID)
}
