package entra

import (
	"crypto/hmac"
	"crypto/sha256"
	"time"
)

// Documented: both, in the page's example.
const (
	deviceLifetime = 900 * time.Second
	deviceInterval = 5
)

// userCodeLetters have no vowels, so that no word comes about, and no letter that
// is taken for another (RFC 8628, section 6.1). Observed: nine characters of
// capitals and digits.
const (
	userCodeLetters = "BCDFGHJKLMNPQRSTVWXZ"
	userCodeLength  = 9
)

// deviceAnswer is what a device shows and polls with.
type deviceAnswer struct {
	UserCode string `json:"user_code"`
	Code     string `json:"device_code"`
	Page     string `json:"verification_uri"`
	Complete string `json:"verification_uri_complete"` // of RFC 8628; Entra has none
	Expires  int    `json:"expires_in"`
	Interval int    `json:"interval"`
	Message  string `json:"message"`
}

// sealedDevice is what a device code has inside. Its session is that of the
// sign-in to come.
type sealedDevice struct {
	grant
	ID      string `json:"id"`
	Expires int64  `json:"expires"`
}

// device gives out a device code and a user code.
func (x *exchange) device() (any, *problem) {
	c, p := x.named()
	if p != nil {
		return nil, p
	}
	if c.app != nil && !c.app.Public && !c.app.hasSecret() && !c.app.hasCertificate() {
		// It could never redeem the code. Inferred: Entra says so no sooner than then.
		if p := x.strictly(refuse(needsSecret)); p != nil {
			return nil, p
		}
	}
	if x.call.v1 && x.call.params.get("resource") == "" {
		return nil, x.missing("resource")
	}
	g := x.newGrant(c)
	a, p := x.asks(g.Scope, g)
	if p != nil {
		return nil, p
	}
	if _, _, p := x.delegate(c, a, ""); p != nil {
		return nil, p
	}
	t := x.tenant
	d := pendingDevice{id: t.NewID(), client: c.id, scope: g.Scope, expires: t.Now.Add(deviceLifetime)}
	g.Session = t.NewID()
	code, err := x.seal(sealDevice, sealedDevice{g, d.id, d.expires.Unix()})
	if err != nil {
		return nil, x.broken(err)
	}
	for taken, tries := true, 0; taken; tries++ {
		if tries == 10 { // of 20^9 codes at most 1000 are taken
			return nil, refuse(transientError)
		}
		if d.userCode, err = x.userCode(t.NewID()); err != nil {
			return nil, x.broken(err)
		}
		taken = !t.Sessions.addDevice(t.Now, d)
	}
	page := t.Origin + "/" + t.ID + "/oauth2/deviceauth"
	out := deviceAnswer{UserCode: d.userCode, Code: code, Page: page, Complete: page + "?user_code=" + d.userCode,
		Expires: int(deviceLifetime / time.Second), Interval: deviceInterval,
		Message: "To sign in, use a web browser to open the page " + page + " and enter the code " + d.userCode + " to authenticate."}
	if x.call.v1 {
		return out.v1(), nil
	}
	return out, nil
}

// userCode is nine letters that an id decides, and that nobody can guess who does
// not know this server's secret.
func (x *exchange) userCode(id string) (string, error) {
	key, err := x.tenant.Signer.Secret(sealUser, x.tenant.ID)
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id))
	code := mac.Sum(nil)[:userCodeLength]
	for i, b := range code {
		code[i] = userCodeLetters[int(b)%len(userCodeLetters)]
	}
	return string(code), nil
}

// redeemDevice gives tokens once somebody has signed in with the user code.
func (x *exchange) redeemDevice() (any, *problem) {
	c, p := x.client(forUser, "")
	if p != nil {
		return nil, p
	}
	text := x.call.params.get("device_code")
	if text == "" {
		text = x.call.params.get("code") // documented: its name at version 1
	}
	if text == "" {
		return nil, refuse(missingParameter, "device_code")
	}
	t := x.tenant
	var code sealedDevice
	switch err := x.open(sealDevice, text, &code); {
	case err == errForeign:
		return nil, refuse(foreignGrant)
	case err != nil:
		return nil, refuse(badUserCode)
	case code.Client != c.id:
		return nil, refuse(invalidGrant).help("client", "client_id", "the device code was given to another client")
	case t.Sessions.spent(code.ID, code.Session):
		return nil, replayed("device_code")
	case !t.Now.Before(time.Unix(code.Expires, 0)):
		return nil, refuse(deviceCodeExpired)
	}
	d, known := t.Sessions.device(code.ID)
	switch {
	case !known: // it made room for others
		return nil, refuse(deviceCodeExpired)
	case d.state == waiting:
		return nil, refuse(pending).help("userCode", "", "open %s/%s/oauth2/deviceauth?user_code=%s", t.Origin, t.ID, d.userCode)
	case d.state == refused:
		return nil, refuse(declined)
	}
	u, p := x.signedIn(d.user)
	if p != nil {
		return nil, p
	}
	a, p := x.asks(code.Scope, code.grant)
	if p != nil {
		return nil, p
	}
	code.User = u.PrincipalName
	return x.give(code.grant, c, u, a, func() *problem {
		return x.spend(code.ID, code.Session, "device_code", time.Unix(code.Expires, 0))
	})
}
