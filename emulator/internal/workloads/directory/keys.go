package directory

import (
	"crypto/ed25519"
	"crypto/sha1" //nolint:gosec // the service's thumbprints are made so
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net/http"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// Certificates are those of an application or a service principal, in DER.
func Certificates(o *entity.Object) (list []*x509.Certificate) {
	prop(o, keysMember).ForEach(func(_, v gjson.Result) bool {
		if cert := certificate(v.Str); cert != nil {
			list = append(list, cert)
		}
		return true
	})
	return list
}

// certificate reads the key of a credential: base64 of DER, or of PEM; nil for none.
func certificate(key string) *x509.Certificate {
	der, err := base64.StdEncoding.DecodeString(key)
	if err != nil {
		return nil
	}
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return nil
	}
	return cert
}

// addKey adds a certificate, where a proof signed by one that is there comes with it: 200.
func addKey(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	if err := prove(c, on, textIn(values, "proof")); err != nil {
		return engineReply{}, err
	}
	wish, _ := values["keyCredential"].(map[string]any)
	credential, key, err := newKey(c, wish)
	if err != nil {
		return engineReply{}, err
	}
	err = changeCredentials(c, on, "keyCredentials", keysMember, func(list []any, keys map[string]any) ([]any, error) {
		keys[textIn(credential, "keyId")] = key
		return append(list, credential), nil
	})
	if err != nil {
		return engineReply{}, err
	}
	return answerObject(c, "microsoft.graph.keyCredential", credential), nil
}

// removeKey takes a certificate away, with a proof: 204.
func removeKey(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	if err := prove(c, on, textIn(values, "proof")); err != nil {
		return engineReply{}, err
	}
	return workload.Empty(http.StatusNoContent), removeCredential(c, on, "keyCredentials", keysMember, textIn(values, "keyId"))
}

// audienceOfProofs is the aud of a proof. Documented.
const audienceOfProofs = "00000002-0000-0000-c000-000000000000"

// prove refuses a proof that no key of the object has signed. Documented: a JWT, whose
// aud is the directory, whose iss is the object's id, good for ten minutes. The words
// are chosen.
func prove(c *workload.Call, on *entity.Object, proof string) error {
	bad := func(why string, args ...any) error {
		return workload.Refuse("The proof of possession is not valid.").Help("invalidProof", "/proof", why, args...)
	}
	token, err := jwt.ParseSigned(proof, []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.EdDSA})
	if err != nil {
		return bad("it is no signed JWT")
	}
	for _, cert := range Certificates(on) {
		var claims jwt.Claims
		if token.Claims(cert.PublicKey, &claims) != nil {
			continue
		}
		if err := claims.ValidateWithLeeway(jwt.Expected{Issuer: on.ID, AnyAudience: jwt.Audience{audienceOfProofs}, Time: c.Now},
			0); err != nil {
			return bad("its claims are not right: %v; want iss %s, aud %s, nbf and exp around now", err, on.ID, audienceOfProofs)
		}
		return nil
	}
	return bad("no certificate of the object has signed it; it has %d", len(Certificates(on)))
}

// newKey reads a key credential that a client adds.
func newKey(c *workload.Call, wish map[string]any) (credential map[string]any, key string, err error) {
	key = textIn(wish, "key")
	if key == "" {
		return nil, "", missingValue("key", "keyCredential")
	}
	id := strings.ToLower(textIn(wish, "keyId"))
	if id == "" {
		id = c.Objects.NewID(c)
	}
	credential = map[string]any{"customKeyIdentifier": wish["customKeyIdentifier"], "displayName": wish["displayName"],
		"key": nil, "keyId": id,
		"startDateTime": wish["startDateTime"], "endDateTime": wish["endDateTime"], "type": wish["type"], "usage": wish["usage"]}
	preset(credential, "type", "AsymmetricX509Cert")
	preset(credential, "usage", "Verify")
	if credential["type"] == "AsymmetricX509Cert" {
		cert := certificate(key)
		if cert == nil { // chosen words
			return nil, "", workload.Refuse("Key credential is not valid: the key is no X.509 certificate.").
				Help("invalidKey", "/keyCredentials", "want the certificate's DER as base64")
		}
		sum := sha1.Sum(cert.Raw) //nolint:gosec
		preset(credential, "customKeyIdentifier", strings.ToUpper(hex.EncodeToString(sum[:])))
		preset(credential, "displayName", cert.Subject.String())
		preset(credential, "startDateTime", workload.Time(cert.NotBefore))
		preset(credential, "endDateTime", workload.Time(cert.NotAfter))
	}
	preset(credential, "startDateTime", workload.Time(c.Now))
	preset(credential, "endDateTime", workload.Time(c.Now.AddDate(1, 0, 0)))
	return credential, key, nil
}

// addTokenSigningCertificate makes a certificate to sign SAML tokens with: 200.
// Documented: keys to sign and to verify appear, and a secret that protects them. Observed:
// the name may begin with cn= too (manicminer/hamilton). Here the key is one of Ed25519 that
// comes from the credential's id, so that the same world has the same (chosen: the
// service's is RSA).
func addTokenSigningCertificate(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	given := textIn(values, "displayName")
	if len(given) <= len("CN=") || !strings.EqualFold(given[:len("CN=")], "CN=") {
		return engineReply{}, invalidValue("displayName", "servicePrincipal").Help("invalidValue", "/displayName", "it begins with CN=")
	}
	name := given[len("CN="):]
	end, err := timeOf(values, "endDateTime", c.Now.AddDate(3, 0, 0))
	if err != nil {
		return engineReply{}, err
	}
	verify, sign := c.Objects.NewID(c), c.Objects.NewID(c)
	private := ed25519.NewKeyFromSeed(ids.Key(0, "certificate", on.ID, verify))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotBefore: c.Now, NotAfter: end}
	der, err := x509.CreateCertificate(nil, template, template, private.Public(), private)
	if err != nil {
		return engineReply{}, workload.Refuse("The certificate cannot be made: %v.", err)
	}
	sum := sha1.Sum(der) //nolint:gosec
	thumbprint := strings.ToUpper(hex.EncodeToString(sum[:]))
	key := base64.StdEncoding.EncodeToString(der)
	one := func(id, usage string) map[string]any {
		return map[string]any{"customKeyIdentifier": thumbprint, "displayName": "CN=" + name, "endDateTime": workload.Time(end), "key": nil,
			"keyId": id, "startDateTime": workload.Time(c.Now), "type": "AsymmetricX509Cert", "usage": usage}
	}
	err = changeCredentials(c, on, "keyCredentials", keysMember, func(list []any, keys map[string]any) ([]any, error) {
		keys[verify], keys[sign] = key, key
		return append(list, one(sign, "Sign"), one(verify, "Verify")), nil
	})
	if err == nil {
		err = changeCredentials(c, on, "passwordCredentials", secretsMember, func(list []any, _ map[string]any) ([]any, error) {
			return append(list, map[string]any{"customKeyIdentifier": thumbprint, "displayName": "CN=" + name, "endDateTime": workload.Time(end),
				"hint": nil, "keyId": sign, "secretText": nil, "startDateTime": workload.Time(c.Now)}), nil
		})
	}
	if err != nil {
		return engineReply{}, err
	}
	made := one(verify, "Verify")
	made["key"], made["thumbprint"] = key, thumbprint
	return answerObject(c, "microsoft.graph.selfSignedCertificate", made), nil
}
