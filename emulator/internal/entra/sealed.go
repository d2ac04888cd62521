package entra

import (
	"bytes"
	"encoding/json"
	"errors"

	"github.com/go-jose/go-jose/v4"
)

// What is sealed: each has a key of its own, so that one is never taken for
// another.
const (
	sealCode    = "code"
	sealRefresh = "refresh"
	sealDevice  = "device"
	sealSignin  = "signin"
	sealPage    = "devicepage"
	sealUser    = "usercode" // signs no text, but decides user codes
)

// errForeign tells that something was sealed for another tenant.
var errForeign = errors.New("it is of another tenant")

// seal returns v as a text that only this server can read and make, for this
// tenant. So nothing is kept of what was given out. The header names the tenant,
// in the clear: what another tenant gave out can be told from junk.
func (x *exchange) seal(purpose string, v any) (string, error) {
	key, err := x.key(purpose)
	if err != nil {
		return "", err
	}
	var plain bytes.Buffer
	encoder := json.NewEncoder(&plain)
	encoder.SetEscapeHTML(false) // it is never in a page, and longer so
	if err := encoder.Encode(v); err != nil {
		return "", err
	}
	e, err := jose.NewEncrypter(jose.A256GCM, jose.Recipient{Algorithm: jose.DIRECT, Key: key, KeyID: x.tenant.ID}, nil)
	if err != nil {
		return "", err
	}
	sealed, err := e.Encrypt(plain.Bytes())
	if err != nil {
		return "", err
	}
	return sealed.CompactSerialize()
}

func (x *exchange) key(purpose string) ([]byte, error) {
	names := []string{purpose, x.tenant.ID}
	if purpose == sealCode || purpose == sealDevice {
		names = append(names, x.tenant.Sessions.instance())
	}
	return x.tenant.Signer.Secret(names...)
}

// open reads what seal made for the same purpose. It errs with errForeign where
// another tenant's name is on it, and otherwise where it is not ours.
func (x *exchange) open(purpose, text string, v any) error {
	sealed, err := jose.ParseEncryptedCompact(text, []jose.KeyAlgorithm{jose.DIRECT}, []jose.ContentEncryption{jose.A256GCM})
	if err != nil {
		return err
	}
	if id := sealed.Header.KeyID; id != "" && id != x.tenant.ID {
		return errForeign
	}
	key, err := x.key(purpose)
	if err != nil {
		return err
	}
	plain, err := sealed.Decrypt(key)
	if err != nil {
		return err
	}
	return json.Unmarshal(plain, v)
}
