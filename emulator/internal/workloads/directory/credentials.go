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
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The credentials of applications and service principals: secrets, of which a hash is
// kept, and certificates.

const (
	secretsMember = "#secrets" // hidden: hashes by keyId
	keysMember    = "#keys"    // hidden: certificates by keyId, as base64
)

// CheckSecret tells whether it is a secret of an application or a service principal that
// holds at that time.
func CheckSecret(o *entity.Object, secret string, now time.Time) bool {
	for _, p := range prop(o, "passwordCredentials").Array() {
		id := p.Get("keyId").Str
		end, err := time.Parse(time.RFC3339, p.Get("endDateTime").Str)
		if err == nil && !now.Before(end) {
			continue
		}
		if matches(prop(o, secretsMember).Get(id).Str, id, secret) {
			return true
		}
	}
	return false
}

// withKeys puts the keys of its certificates into an object that a client asked for by
// $select. Documented: nothing else shows them.
func withKeys(json []byte, o *entity.Object, shows func(string) bool) []byte {
	keys, list := prop(o, keysMember), prop(o, "keyCredentials")
	if !shows("keyCredentials") || !keys.IsObject() || !list.IsArray() {
		return json
	}
	whole := list.Value().([]any)
	for _, one := range whole {
		if m, ok := one.(map[string]any); ok {
			m["key"] = keys.Get(gjson.Escape(textIn(m, "keyId"))).Value()
		}
	}
	var m members
	m.read(text(json))
	m.set("keyCredentials", string(jsontree.Append(nil, whole)))
	return m.json()
}

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

// timeOf is a time that a client sent, or another one.
func timeOf(values map[string]any, name string, other time.Time) (time.Time, error) {
	text := textIn(values, name)
	if text == "" {
		return other, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, workload.Refuse("Cannot convert the literal '%s' to the expected type 'Edm.DateTimeOffset'.", text)
	}
	return t, nil
}

// addPassword gives an application a secret, and shows it this once: 200. Documented: it
// lasts two years, where the client does not say.
func addPassword(c *workload.Call, on *entity.Object) (engineReply, error) {
	values := map[string]any{}
	if c.Size() > 0 || c.Decoded != nil {
		var err error
		if values, err = body(c); err != nil {
			return engineReply{}, err
		}
	}
	wish, _ := values["passwordCredential"].(map[string]any)
	start, err := timeOf(wish, "startDateTime", c.Now)
	if err != nil {
		return engineReply{}, err
	}
	end, err := timeOf(wish, "endDateTime", start.AddDate(2, 0, 0))
	if err != nil {
		return engineReply{}, err
	}
	if textIn(wish, "secretText") != "" { // documented: the service makes it; observed: docs issue 6165
		return engineReply{}, readOnlyValue("secretText")
	}
	if !end.After(start) {
		return engineReply{}, workload.Refuse("The end date of the credential must be after its start date.") // chosen words
	}
	id := c.Objects.NewID(c)
	secret := "~" + base64.RawURLEncoding.EncodeToString(ids.Key(0, "secret", on.ID, id))[:37]
	secret = secret[1:4] + "8Q" + secret[:1] + secret[4:]
	credential := map[string]any{"customKeyIdentifier": nil, "displayName": wish["displayName"], "endDateTime": workload.Time(end),
		"hint": secret[:3], "keyId": id, "secretText": nil, "startDateTime": workload.Time(start)}
	err = changeCredentials(c, on, "passwordCredentials", secretsMember, func(list []any, hashes map[string]any) ([]any, error) {
		hashes[id] = hashed(id, secret)
		return append(list, credential), nil
	})
	if err != nil {
		return engineReply{}, err
	}
	credential["secretText"] = secret
	return answerObject(c, "microsoft.graph.passwordCredential", credential), nil
}

// answerObject answers a complex value.
func answerObject(c *workload.Call, typ string, v map[string]any) engineReply {
	json := jsontree.Append(nil, v)
	dst := append(c.Context(c.Room(len(json)+256), typ), ',')
	return c.OK(http.StatusOK, append(dst, json[1:]...))
}

// changeCredentials changes the credentials of a kind, with what is hidden of them.
func changeCredentials(c *workload.Call, on *entity.Object, property, hidden string, f func([]any, map[string]any) ([]any, error)) error {
	return c.Objects.Store(c).Update(c.Now, func(tx *entity.Tx) error {
		o := tx.At(on.Place)
		if o == nil {
			return notHere(on.ID)
		}
		list, _ := prop(o, property).Value().([]any)
		secret, _ := prop(o, hidden).Value().(map[string]any)
		if secret == nil {
			secret = map[string]any{}
		}
		list, err := f(list, secret)
		if err != nil {
			return err
		}
		_, err = rewrite(tx, o, change{property, append([]any{}, list...)}, change{hidden, secret})
		return err
	})
}

// without takes a credential out of a list; ok is false where it is not there.
func without(list []any, keyID string) (left []any, ok bool) {
	left = slices.DeleteFunc(slices.Clone(list), func(v any) bool {
		m, _ := v.(map[string]any)
		return strings.EqualFold(textIn(m, "keyId"), keyID)
	})
	return left, len(left) < len(list)
}

// removePassword takes a secret away: 204. What an unknown keyId answers is not known
// (chosen).
func removePassword(c *workload.Call, on *entity.Object) (engineReply, error) {
	values, err := body(c)
	if err != nil {
		return engineReply{}, err
	}
	return workload.Empty(http.StatusNoContent), removeCredential(c, on, "passwordCredentials", secretsMember, textIn(values, "keyId"))
}

func removeCredential(c *workload.Call, on *entity.Object, property, hidden, id string) error {
	return changeCredentials(c, on, property, hidden, func(list []any, secret map[string]any) ([]any, error) {
		left, ok := without(list, id)
		if !ok {
			return nil, workload.Refuse("No credentials found to be removed with keyId '%s'.", id)
		}
		delete(secret, strings.ToLower(id))
		delete(secret, id)
		return left, nil
	})
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

// takeCredentials brings credentials that a create or an update sends into the form in
// which they are kept. Documented: an update replaces all; those that stay are named by
// their keyId. Observed: one that is there cannot be changed (graphapi-b2bportal-web
// issue 8, 2017); a client cannot bring a secret (docs issue 6165).
func takeCredentials(c *workload.Call, d *workload.Draft, old *entity.Object) error {
	if list, given := d.Values["passwordCredentials"].([]any); given {
		kept := []any{}
		for _, one := range list {
			m, _ := one.(map[string]any)
			was := known(old, "passwordCredentials", textIn(m, "keyId"))
			if was == nil || textIn(m, "secretText") != "" { // chosen words
				return workload.Refuse("New password credentials must be generated with service actions.").
					Help("addPassword", "/passwordCredentials", "POST …/addPassword makes a secret and shows it once")
			}
			if err := notUpdated(m, was, "passwordCredentials"); err != nil {
				return err
			}
			kept = append(kept, was)
		}
		d.Values["passwordCredentials"] = kept
	}
	list, given := d.Values["keyCredentials"].([]any)
	if !given {
		return nil
	}
	keys, _ := d.Hidden[keysMember].(map[string]any)
	if keys == nil {
		keys = map[string]any{}
	}
	kept, left := []any{}, map[string]any{}
	for _, one := range list {
		m, _ := one.(map[string]any)
		id := strings.ToLower(textIn(m, "keyId"))
		if was := known(old, "keyCredentials", id); was != nil {
			if key := textIn(m, "key"); key != "" && key != keys[id] {
				return keyNotUpdatable(id, "keyCredentials")
			}
			if err := notUpdated(m, was, "keyCredentials"); err != nil {
				return err
			}
			kept, left[id] = append(kept, was), keys[id]
			continue
		}
		credential, key, err := newKey(c, m)
		if err != nil {
			return err
		}
		kept, left[textIn(credential, "keyId")] = append(kept, credential), key
	}
	d.Values["keyCredentials"], d.Hidden[keysMember] = kept, left
	return nil
}

// notUpdated refuses a credential that is there with another value of what it has. Members
// that are null or left out say nothing, and a key is looked at by who has it.
func notUpdated(given map[string]any, was any, property string) error {
	has, _ := was.(map[string]any)
	for name, v := range given {
		if v == nil || name == "keyId" || name == "key" || reflect.DeepEqual(v, has[name]) {
			continue
		}
		return keyNotUpdatable(textIn(has, "keyId"), property)
	}
	return nil
}

func keyNotUpdatable(id, property string) error {
	return workload.Refuse("Update to existing credential with KeyId '%s' is not allowed.", id).
		Help("KeyNotUpdatable", property, "remove it, and add another")
}

// known is the credential of a keyId that an object has; nil for none.
func known(o *entity.Object, property, keyID string) any {
	if o == nil || keyID == "" {
		return nil
	}
	for _, one := range prop(o, property).Array() {
		if strings.EqualFold(one.Get("keyId").Str, keyID) {
			return one.Value()
		}
	}
	return nil
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
