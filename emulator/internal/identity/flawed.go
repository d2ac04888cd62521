package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
)

// Flaws are the flaws that Flawed makes, sorted as Check looks for them.
func Flaws() []Flaw {
	return []Flaw{FlawForm, FlawClaims, FlawAlgorithm, FlawKey, FlawSignature, FlawIssuer, FlawAudience}
}

// Flawed returns a token that says c and has a flaw, for whoever tests how a client
// takes a refusal. It errs as Issue does, and where there is no such flaw.
func (k *Keys) Flawed(c Claims, f Flaw) (string, error) {
	encode := base64.RawURLEncoding.EncodeToString
	switch f {
	case FlawIssuer:
		c.Issuer = "https://login.example/" + c.Tenant + "/v2.0"
		return k.AccessToken(c)
	case FlawAudience:
		c.Audience = "https://management.azure.com"
		return k.AccessToken(c)
	case FlawKey:
		return sign(c.Validate, c.payload, strangeSigner)
	case FlawClaims:
		return sign(c.Validate, func() map[string]any {
			return map[string]any{"aud": GraphURL, "iss": STS(c.Tenant), "tid": c.Tenant, "appid": c.App, "exp": "soon"}
		}, k.endpoints)
	}
	token, err := k.AccessToken(c)
	if err != nil {
		return "", err
	}
	parts := strings.Split(token, ".")
	switch f {
	case FlawForm:
		return strings.Join(parts, "-"), nil
	case FlawAlgorithm:
		return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + parts[1] + ".", nil
	case FlawSignature:
		other := "A"
		if parts[2][:1] == other {
			other = "B"
		}
		return parts[0] + "." + parts[1] + "." + other + parts[2][1:], nil
	}
	return "", fmt.Errorf("token: there is no flaw %q", f)
}

// strangeSigner signs with a key that nobody has.
func strangeSigner() (jose.Signer, error) {
	key, err := rsa.GenerateKey(rand.Reader, signingBits)
	if err != nil {
		return nil, err
	}
	return jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "unknown"}}, nil)
}
