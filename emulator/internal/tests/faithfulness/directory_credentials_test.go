package faithfulness

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// keyPair is a key of a client, with its certificate.
type keyPair struct {
	key *ecdsa.PrivateKey
	der []byte
}

// newKeyPair makes one that is good at any time.
func newKeyPair(t *testing.T) keyPair {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"},
		NotBefore: time.Unix(0, 0), NotAfter: time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	return keyPair{key, der}
}

// credential is the certificate as a keyCredential.
func (k keyPair) credential() string {
	return `{"type":"AsymmetricX509Cert","usage":"Verify","key":"` + base64.StdEncoding.EncodeToString(k.der) + `"}`
}

// signed is a JWT with claims, whose header names the certificate.
func (k keyPair) signed(t *testing.T, claims jwt.Claims) string {
	t.Helper()
	sum := sha256.Sum256(k.der)
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.ES256, Key: k.key},
		(&jose.SignerOptions{}).WithHeader("x5t#S256", base64.RawURLEncoding.EncodeToString(sum[:])))
	require.NoError(t, err)
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	require.NoError(t, err)
	return token
}

// proof shows the directory that a client has the key of an object.
func (k keyPair) proof(t *testing.T, g *rig.Rig, id string) string {
	now := g.World().Clock().Now()
	return k.signed(t, jwt.Claims{Issuer: id, Audience: jwt.Audience{"00000002-0000-0000-c000-000000000000"},
		NotBefore: jwt.NewNumericDate(now), Expiry: jwt.NewNumericDate(now.Add(10 * time.Minute))})
}

// secretRows prove the credentials of what at is the address of.
func secretRows(operation string, at func(registration) string) []statement {
	// with makes an object that has a key.
	with := func(t *testing.T, g *rig.Rig) (string, string, keyPair) {
		r, key := registered(t, g, "One", ""), newKeyPair(t)
		at := at(r)
		require.Equal(t, 204, g.Send(t, "PATCH", at, `{"keyCredentials":[`+key.credential()+`]}`).Status)
		return at, at[strings.LastIndexByte(at, '/')+1:], key
	}
	return []statement{
		{operation + ".addPassword", "ok", "Answers 200 with the secret, this once; `hint` is its first three characters; it lasts two " +
			"years", "addPassword page", documented,
			func(t *testing.T, g *rig.Rig) {
				at := at(registered(t, g, "One", ""))
				a := g.Post(t, at+"/addPassword", `{"passwordCredential":{"displayName":"ci"}}`)
				require.Equal(t, 200, a.Status, a.Body)
				assert.Equal(t, []string{"ci", a.Text("secretText")[:3], "2028-01-05T06:00:00Z"}, []string{a.Text("displayName"),
					a.Text("hint"), a.Text("endDateTime")})
				assert.Equal(t, g.URL+"/$metadata#microsoft.graph.passwordCredential", a.Text("@odata.context"))
				kept := g.Found(t, at)
				assert.Equal(t, a.Text("keyId"), kept.Text("passwordCredentials.0.keyId"))
				assert.NotContains(t, kept.Body, a.Text("secretText"))
			}},
		{operation + ".removePassword", "ok", "Answers 204; the secret is gone", "removePassword page", documented,
			func(t *testing.T, g *rig.Rig) {
				at := at(registered(t, g, "One", ""))
				key := g.Post(t, at+"/addPassword", "").Text("keyId")
				rig.WantEmpty(t, g.Post(t, at+"/removePassword", `{"keyId":"`+key+`"}`), 204)
				assert.Empty(t, g.Found(t, at).JSON("passwordCredentials").Array())
			}},
		{operation + ".removePassword", "unknown", "An unknown keyId is 400", "graphemu: nothing was found", chosen,
			func(t *testing.T, g *rig.Rig) {
				assert.Equal(t, 400, g.Post(t, at(registered(t, g, "One", ""))+"/removePassword", `{"keyId":"`+rig.UnknownID+`"}`).Status)
			}},
		{operation + ".addKey", "ok", "Answers 200 with a proof that a key of the object signed, and 400 without one",
			"addKey page; proof of possession", documented, func(t *testing.T, g *rig.Rig) {
				at, id, key := with(t, g)
				body := func(proof string) string {
					return `{"keyCredential":` + newKeyPair(t).credential() + `,"passwordCredential":null,"proof":"` + proof + `"}`
				}
				assert.Equal(t, 400, g.Post(t, at+"/addKey", body("none")).Status)
				assert.Equal(t, 400, g.Post(t, at+"/addKey", body(key.proof(t, g, rig.UnknownID))).Status, "of another object")
				assert.Equal(t, 400, g.Post(t, at+"/addKey", body(newKeyPair(t).proof(t, g, id))).Status, "by another key")
				a := g.Post(t, at+"/addKey", body(key.proof(t, g, id)))
				require.Equal(t, 200, a.Status, a.Body)
				assert.Contains(t, g.Found(t, at).Texts("keyCredentials.#.keyId"), a.Text("keyId"))
			}},
		{operation + ".removeKey", "ok", "Answers 204 with a proof, and 400 without one", "removeKey page", documented,
			func(t *testing.T, g *rig.Rig) {
				at, id, key := with(t, g)
				keyID := g.Found(t, at).Text("keyCredentials.0.keyId")
				assert.Equal(t, 400, g.Post(t, at+"/removeKey", `{"keyId":"`+keyID+`","proof":"none"}`).Status)
				rig.WantEmpty(t, g.Post(t, at+"/removeKey", `{"keyId":"`+keyID+`","proof":"`+key.proof(t, g, id)+`"}`), 204)
				assert.Empty(t, g.Found(t, at).JSON("keyCredentials").Array())
			}},
		{operation + ".list", "secrets", "A filter that looks at `secretText` of passwordCredentials, or at `key` of keyCredentials: 400 " +
			"`Request_UnsupportedQuery`", "aad-advanced-queries page, of properties that are not filtered", inferred,
			func(t *testing.T, g *rig.Rig) {
				at, _, key := with(t, g)
				for _, filter := range []string{"passwordCredentials/any(p:p/secretText eq 'a')",
					"keyCredentials/any(k:k/key eq binary'" + base64.URLEncoding.EncodeToString(key.der) + "')"} {
					a := g.Get(t, at[:strings.LastIndexByte(at, '/')]+rig.Query("$filter", filter))
					assert.Equal(t, []any{400, unsupported}, []any{a.Status, a.Text("error.code")}, a.Body)
				}
			}},
		{operation + ".get", "selected-keys", "`GET …/{id}?$select=keyCredentials` alone shows `key`: a list that selects it has null",
			"resource page of keyCredential", documented,
			func(t *testing.T, g *rig.Rig) {
				at, _, key := with(t, g)
				want := base64.StdEncoding.EncodeToString(key.der)
				assert.Equal(t, want, g.Found(t, at+"?$select=keyCredentials").Text("keyCredentials.0.key"))
				assert.Equal(t, want, g.Found(t, at+"?$select=id,keyCredentials/key").Text("keyCredentials.0.key"))
				set := g.Found(t, at[:strings.LastIndexByte(at, '/')]+"?$select=id,keyCredentials")
				assert.Contains(t, set.Body, `"keyCredentials":[{`)
				assert.NotContains(t, set.Body, want)
			}},
		{operation + ".get", "keys", "`key` of keyCredentials is null, and so is `secretText` of passwordCredentials",
			"resource pages of keyCredential, passwordCredential", documented,
			func(t *testing.T, g *rig.Rig) {
				at, _, key := with(t, g)
				require.Equal(t, 200, g.Post(t, at+"/addPassword", "").Status)
				a := g.Found(t, at)
				assert.Equal(t, gjson.Null, a.JSON("keyCredentials.0.key").Type)
				assert.Equal(t, gjson.Null, a.JSON("passwordCredentials.0.secretText").Type)
				assert.NotContains(t, a.Body, base64.StdEncoding.EncodeToString(key.der))
				assert.Equal(t, "CN=client", a.Text("keyCredentials.0.displayName"))
			}},
	}
}
