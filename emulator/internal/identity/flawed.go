package identity

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
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
	switch f {
	case FlawIssuer:
		c.Issuer = "https://login.example/" + c.Tenant + "/v2.0"
	case FlawAudience:
		c.Audience = "https://management.azure.com"
	}
	token, err := k.AccessToken(c)
	if err != nil {
		return "", err
	}
	header, rest, _ := strings.Cut(token, ".")
	payload, signature, _ := strings.Cut(rest, ".")
	encode := base64.RawURLEncoding.EncodeToString
	switch f {
	case FlawIssuer, FlawAudience:
		return token, nil
	case FlawForm:
		return strings.ReplaceAll(token, ".", "-"), nil
	case FlawClaims:
		body, err := base64.RawURLEncoding.DecodeString(payload)
		if err != nil {
			return "", err
		}
		var claims map[string]any
		if err := json.Unmarshal(body, &claims); err != nil {
			return "", err
		}
		claims["exp"] = "soon"
		if body, err = json.Marshal(claims); err != nil {
			return "", err
		}
		signer, err := k.endpoints()
		if err != nil {
			return "", err
		}
		signed, err := signer.Sign(body)
		if err != nil {
			return "", err
		}
		return signed.CompactSerialize()
	case FlawAlgorithm:
		return encode([]byte(`{"alg":"none","typ":"JWT"}`)) + "." + payload + ".", nil
	case FlawSignature:
		other := "A"
		if signature[:1] == other {
			other = "B"
		}
		return header + "." + payload + "." + other + signature[1:], nil
	case FlawKey:
		key, err := rsa.GenerateKey(rand.Reader, signingBits)
		if err != nil {
			return "", err
		}
		signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: jose.JSONWebKey{Key: key, KeyID: "unknown"}}, nil)
		if err != nil {
			return "", err
		}
		body, err := base64.RawURLEncoding.DecodeString(payload)
		if err != nil {
			return "", err
		}
		signed, err := signer.Sign(body)
		if err != nil {
			return "", err
		}
		return signed.CompactSerialize()
	}
	return "", fmt.Errorf("token: there is no flaw %q", f)
}
