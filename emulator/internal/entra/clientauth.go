package entra

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// purpose is what a client wants a token for, which decides how it must
// authenticate.
type purpose int

const (
	forItself purpose = iota + 1 // must have a credential
	forUser                      // must have one unless it is public
)

// How a client has authenticated: the claim appidacr. Documented.
const (
	publicMethod      = "0"
	secretMethod      = "1"
	certificateMethod = "2"
)

// client is who asks.
type client struct {
	id     string
	app    *App // nil: the tenant does not know it
	method string
	proven bool // its credential was right
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

// client tells who asks, and whether it may. kind is the type of the redirect URI that
// the client's code was sent to, "" where there is none. It decides what the client
// is, as Entra has it: a single-page app or a native one has no secret.
func (x *exchange) client(why purpose, kind identity.RedirectType) (client, *problem) {
	c, p := x.named()
	if p != nil {
		return c, p
	}
	secrets, assertion, p := x.credentials()
	if p != nil {
		return c, p
	}
	if p := x.strictly(x.judgeOrigin(kind, assertion != "" || len(secrets) > 0)); p != nil {
		return c, p
	}
	public := kind == identity.SPA || kind == identity.Native
	switch {
	case assertion != "":
		c.method = certificateMethod
	case len(secrets) > 0:
		c.method = secretMethod
	case why == forItself:
		return c, refuse(noCredential)
	default:
		c.method = publicMethod
		if c.app != nil && !c.app.Public && !public {
			return c, x.strictly(refuse(needsSecret).
				help("publicClient", "client_id", "send the app's secret; else register the redirect URI under spa or publicClient, "+
					"or for device code and password set isFallbackPublicClient"))
		}
		return c, nil
	}
	if c.app == nil {
		return c, nil // lenient: nothing to compare with
	}
	// An app with "allow public client flows" may have a secret as well, and use it
	// where no redirect URI says that it is public. Inferred.
	if public || c.app.Public && !c.app.hasSecret() && !c.app.hasCertificate() {
		return c, x.strictly(refuse(publicClient))
	}
	if assertion != "" {
		p = x.verify(assertion, c)
	} else {
		p = c.compare(secrets)
	}
	c.proven = p == nil
	return c, x.strictly(p)
}

// judgeOrigin holds a request to what may come from a page in a browser, which an
// Origin header tells: a redemption for a redirect URI of type spa alone, and never a
// secret. Documented. Which origin it is does not count (inferred). Chosen: a redirect
// URI that nobody registered, and so has no type, is not checked.
func (x *exchange) judgeOrigin(kind identity.RedirectType, secret bool) *problem {
	from := x.r.Header.Get("Origin")
	grant := x.call.Operation == authorizationCode || x.call.Operation == refreshToken
	switch {
	case kind == identity.SPA && from == "":
		return refuse(spaOnly).help("redirectType", "Origin", "the redirect URI is of type spa, so a browser must redeem: "+
			"where a server does, register it under web, where a program does, under publicClient")
	case from != "" && (kind == identity.Web || kind == identity.Native):
		return refuse(notSPA, from).help("redirectType", "Origin",
			"the redirect URI is of type %s: where a page redeems, register it under spa; else send no Origin header", kind)
	case from != "" && secret && !grant:
		return refuse(notSPA, from).help("redirectType", "Origin",
			"a page has no secret that it could keep: sign a user in, or send no Origin header")
	}
	return nil
}

// named finds the app that client_id names.
func (x *exchange) named() (client, *problem) {
	c := client{id: x.call.Client}
	sent := x.call.params.get("client_id")
	switch {
	case c.id == "":
		return c, refuse(missingParameter, "client_id")
	case sent != "" && x.call.basicID != "" && !strings.EqualFold(sent, x.call.basicID):
		return c, refuse(badParameter).help("twoClients", "client_id", "the Authorization header and client_id name different clients")
	}
	if c.app = x.tenant.app(c.id); c.app != nil {
		c.id = c.app.ID
		switch {
		case c.app.NoPrincipal:
			return c, x.strictly(refuse(noPrincipal, c.id, x.tenant.ID).help("servicePrincipal", "client_id",
				"the application has no service principal: POST /servicePrincipals with its appId makes one"))
		case c.app.Disabled:
			return c, x.strictly(refuse(appDisabled, c.id, c.app.DisplayName).help("servicePrincipal", "client_id",
				"the app's service principal has accountEnabled false"))
		}
		return c, nil
	}
	return c, x.strictly(refuse(unknownApp, c.id, x.tenant.ID).help("unknownApp", "client_id", "%s", x.tenant.clients()))
}

// maxClients is how many client ids a hint names.
const maxClients = 3

// clients tells which client ids would have done.
func (t *Tenant) clients() string {
	var ids []string
	more := 0
	if t.Directory != nil {
		ids, more = t.Directory.Clients(maxClients)
	} else {
		for i := range t.Apps {
			ids = append(ids, t.Apps[i].ID)
		}
		more = max(0, len(ids)-maxClients)
		ids = ids[:len(ids)-more]
	}
	switch {
	case len(ids) == 0:
		return "this world has no application"
	case more > 0:
		ids = append(slices.Clip(ids), strconv.Itoa(more)+" more")
	}
	return "the client ids of this world are " + words.Join(ids, "and")
}

func (t *Tenant) app(id string) *App {
	if t.Directory != nil {
		return t.Directory.App(id)
	}
	for i := range t.Apps {
		if strings.EqualFold(t.Apps[i].ID, id) {
			return &t.Apps[i]
		}
	}
	return nil
}

// credentials are what the client has sent to prove itself: one secret in one or
// two readings, or an assertion. RFC 6749, section 2.3: not more than one way.
func (x *exchange) credentials() (secrets []string, assertion string, p *problem) {
	form := x.call.params
	secret, assertion := form.get("client_secret"), form.get("client_assertion")
	if assertion != "" {
		switch kind := form.get("client_assertion_type"); {
		case kind == "":
			return nil, "", refuse(missingParameter, "client_assertion_type")
		case kind != assertionType:
			return nil, "", refuse(badParameter).help("assertionType", "client_assertion_type", "it must be %s", assertionType)
		case secret != "" || x.call.basic && x.call.basicKey[0] != "":
			return nil, "", refuse(malformed).help("twoCredentials", "client_assertion", "send either a secret or an assertion")
		}
		return nil, assertion, nil
	}
	if x.call.basic && x.call.basicKey[0] != "" {
		if secret != "" && !same(secret, x.call.basicKey[1]) && !same(secret, x.call.basicKey[0]) {
			return nil, "", refuse(malformed).help("twoCredentials", "client_secret", "the Authorization header and client_secret differ")
		}
		return x.call.basicKey[:], "", nil
	}
	if secret != "" {
		return []string{secret}, "", nil
	}
	return nil, "", nil
}

// compare checks the secret of a known app.
func (c client) compare(secrets []string) *problem {
	for _, s := range secrets {
		if c.app.Secret != "" && same(s, c.app.Secret) || c.app.Check != nil && c.app.Check(s) {
			return nil
		}
	}
	p := refuse(wrongSecret, c.id)
	if !c.app.hasSecret() {
		p.help("noSecret", "client_secret", "the app has no secret; give it one where it is registered")
	}
	return p
}

// same compares in a time that tells nothing of either, their lengths included.
func same(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}

// ObjectID is the object id of an app's service principal in a tenant, by its client
// id, or of a user whom the tenant does not know, by the name in lower case.
func ObjectID(tenant, name string) string { return ids.Derived(tenant, name) }
