package entra

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/urlpath"
)

// MaxForm is the longest body that is read, in bytes.
const MaxForm = 1 << 20

// page is an endpoint.
type page int

const (
	tokenPage page = iota + 1
	authorizePage
	deviceCodePage
	logoutPage
	configurationPage
	keysPage
	deviceAuthPage
	instancePage
	realmPage
)

// The operations that this package asks for by name. Rules and the journal have the
// same names; all of them are Operations.
const (
	clientCredentials = "token.clientCredentials"
	authorizationCode = "token.authorizationCode"
	deviceCode        = "token.deviceCode"
	refreshToken      = "token.refreshToken"
	password          = "token.password"
	otherGrant        = "token.other"
	authorize         = "token.authorize"
	device            = "token.device"
	devicePageOp      = "token.devicePage"
	logout            = "token.logout"
	configuration     = "token.configuration"
	keys              = "token.keys"
	instance          = "token.instance"
	userRealm         = "token.userRealm"
)

// The paths behind the tenant. No letter case counts (chosen: so it is at Entra
// for the paths that were tried, as MSAL's /common/UserRealm).
var paths = []struct {
	rest      string
	page      page
	operation string
	v1        bool
}{
	{"oauth2/v2.0/token", tokenPage, otherGrant, false},
	{"oauth2/v2.0/authorize", authorizePage, authorize, false},
	{"oauth2/v2.0/devicecode", deviceCodePage, device, false},
	{"oauth2/v2.0/logout", logoutPage, logout, false},
	{"v2.0/.well-known/openid-configuration", configurationPage, configuration, false},
	{"discovery/v2.0/keys", keysPage, keys, false},
	{"oauth2/token", tokenPage, otherGrant, true},
	{"oauth2/authorize", authorizePage, authorize, true},
	{"oauth2/devicecode", deviceCodePage, device, true},
	{"oauth2/logout", logoutPage, logout, true},
	{".well-known/openid-configuration", configurationPage, configuration, true},
	{"discovery/keys", keysPage, keys, true},
	{"oauth2/deviceauth", deviceAuthPage, devicePageOp, false},
}

// common is the tenant of whoever signs in.
const common = "common"

// maxTenant bounds the first segment of a path: a domain name has no more.
const maxTenant = 253

// Parse tells which endpoint r asks for, and reads the form that was posted to
// it. False: none, and nothing was read. It judges nothing: what is wrong with
// the form is for Answer to say.
func Parse(r *http.Request) (*Call, bool) {
	tenant, rest, ok := split(urlpath.Clean(r.URL.Path))
	if !ok {
		return nil, false
	}
	c := Call{Tenant: tenant}
	switch {
	case rest == "": // one segment
		if !strings.EqualFold(tenant, "devicelogin") {
			return nil, false
		}
		c.Tenant, c.page, c.Operation = common, deviceAuthPage, devicePageOp
	case strings.EqualFold(tenant, common) && strings.EqualFold(rest, "discovery/instance"):
		c.page, c.Operation = instancePage, instance
	case strings.EqualFold(tenant, common) && len(rest) > len(realm) && strings.EqualFold(rest[:len(realm)], realm):
		c.page, c.Operation, c.user = realmPage, userRealm, rest[len(realm):]
	default:
		for _, p := range paths {
			if len(rest) == len(p.rest) && strings.EqualFold(rest, p.rest) {
				c.page, c.Operation, c.v1 = p.page, p.operation, p.v1
				break
			}
		}
		if c.page == 0 {
			return nil, false
		}
	}
	found := new(Call) // here, so that other paths cost no memory
	*found = c
	found.read(r)
	return found, true
}

const realm = "userrealm/"

// split cuts the first segment off a path. False: that segment is never a tenant.
func split(path string) (tenant, rest string, ok bool) {
	if len(path) < 2 || path[0] != '/' {
		return "", "", false
	}
	tenant, rest, _ = strings.Cut(path[1:], "/")
	switch tenant {
	case "", "beta", "v1.0", "_graphemu", "sdsstorage":
		return "", "", false
	}
	return tenant, rest, len(tenant) <= maxTenant
}

// read takes the parameters from the query or the body.
func (c *Call) read(r *http.Request) {
	text := r.URL.RawQuery
	if r.Method == http.MethodPost && r.Body != nil && c.page.takesForm() {
		if c.wrong = c.readBody(r); c.wrong != nil {
			return
		}
		text = c.Form
	}
	if len(text) > MaxForm { // net/http has a limit of its own for the query
		c.wrong = tooLarge()
		return
	}
	if c.params, c.wrong = parseParams(text); c.wrong != nil {
		return
	}
	if c.page == tokenPage {
		if g := grantNamed(c.params.get("grant_type")); g != nil {
			c.Operation = g.operation
		}
		c.readBasic(r)
	}
	c.Client = c.params.get("client_id")
	if c.Client == "" {
		c.Client = c.basicID
	}
}

func (p page) takesForm() bool {
	switch p {
	case tokenPage, authorizePage, deviceCodePage, logoutPage, deviceAuthPage:
		return true
	}
	return false
}

// readBody reads the form. A body of another type is not one: Entra answers it as
// a form that has nothing (observed: AADSTS900144 for bodies in JSON); the help
// that comes with it is ours.
func (c *Call) readBody(r *http.Request) *problem {
	if r.ContentLength > MaxForm {
		return tooLarge()
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxForm+1))
	if tooMuch, ok := errors.AsType[*http.MaxBytesError](err); ok && tooMuch != nil || len(body) > MaxForm {
		return tooLarge()
	}
	c.Form = string(body)
	if err != nil {
		return refuse(malformed).help("unreadableBody", "", "the body ended before it was complete")
	}
	sent := r.Header.Get("Content-Type")
	media, _, err := mime.ParseMediaType(sent)
	if sent != "" && (err != nil || media != "application/x-www-form-urlencoded") {
		missing := "grant_type"
		if c.page != tokenPage {
			missing = "client_id"
		}
		return refuse(missingParameter, missing).
			help("contentType", "Content-Type", "send the parameters as application/x-www-form-urlencoded; this body says that it is %q", cut(sent))
	}
	return nil
}

// readBasic takes the client's id and secret from the header, where they are
// form-encoded (RFC 6749, section 2.3.1). Documented: Entra has client_secret_basic.
func (c *Call) readBasic(r *http.Request) {
	id, secret, ok := r.BasicAuth()
	if !ok {
		return
	}
	c.basic = true
	c.basicID, c.basicKey = unescaped(id), [2]string{secret, unescaped(secret)}
	if len(c.basicID) > limit("client_id") || len(secret) > limit("client_secret") {
		c.basicID = ""
		c.wrong = refuse(badParameter).help("tooLong", "Authorization", "the client's id or secret is longer than any")
	}
}

// unescaped is text as it is where it was not form-encoded.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}
