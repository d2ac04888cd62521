package entra

import (
	"cmp"
	"encoding/json"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

const (
	graphURL = identity.GraphURL
	graphID  = identity.GraphID
)

// exchange is one request while it is answered.
type exchange struct {
	call   *Call
	r      *http.Request
	tenant *Tenant
	trace  string // trace_id, and x-ms-request-id
	corr   string // correlation_id
	advice string
	did    string // what came of it, for the journal
}

// Answer answers the call c that Parse made of r. All of t is read, and none of
// it changed, but for t.Sessions.
func Answer(c *Call, r *http.Request, t *Tenant) Reply {
	x := begin(c, r, t)
	if r.Method == http.MethodOptions {
		return x.preflight()
	}
	reply := x.route()
	reply.Advice, reply.Outcome = x.advice, x.did
	if reply.Failure != nil {
		reply.Advice, reply.Outcome = "", "" // it was refused anyway
	}
	return reply
}

// Fail answers c with an error that was asked for: name is one of ErrorNames, ""
// for what suits the status; an empty message is what the service says with it.
func Fail(c *Call, t *Tenant, status int, name, message string) Reply {
	x := begin(c, &http.Request{Header: http.Header{}, URL: &url.URL{}}, t)
	return x.fail(x.injected(status, name, message))
}

func begin(c *Call, r *http.Request, t *Tenant) *exchange {
	x := &exchange{call: c, r: r, tenant: t, trace: t.NewID()}
	x.corr = cmp.Or(r.Header.Get("Client-Request-Id"), c.params.get("client-request-id"))
	if !ids.IsGUID(x.corr) {
		x.corr = t.NewID()
	}
	return x
}

// route says which endpoint answers.
func (x *exchange) route() Reply {
	if p := x.judge(); p != nil {
		return x.fail(p)
	}
	switch x.call.page {
	case tokenPage:
		return x.json(x.token())
	case deviceCodePage:
		return x.json(x.device())
	case configurationPage:
		return x.json(x.configuration(), nil)
	case keysPage:
		return x.keys()
	case instancePage:
		return x.json(x.instance())
	case realmPage:
		return x.json(x.realm())
	case authorizePage:
		return x.authorize()
	case deviceAuthPage:
		return x.deviceAuth()
	case logoutPage:
		return x.logout()
	}
	return x.fail(refuse(badInput))
}

// judge refuses what no endpoint answers: another method, a tenant that there is
// not, parameters that cannot be told.
func (x *exchange) judge() *problem {
	c, method := x.call, x.r.Method
	switch c.page {
	case tokenPage, deviceCodePage:
		if method != http.MethodPost && !(method == http.MethodGet && x.getsDeviceCode()) {
			p := refuse(onlyPost, "POST", method)
			if method != http.MethodGet { // observed for GET alone
				p.status, p.allow = http.StatusMethodNotAllowed, x.methods()
			}
			return p
		}
	case authorizePage, logoutPage, deviceAuthPage:
		if method != http.MethodGet && method != http.MethodHead && method != http.MethodPost {
			p := refuse(onlyPost, "GET and POST", method)
			p.status, p.allow = http.StatusMethodNotAllowed, "GET, POST"
			return p
		}
	default:
		if method != http.MethodGet && method != http.MethodHead {
			p := refuse(onlyPost, "GET", method)
			p.status, p.allow = http.StatusMethodNotAllowed, "GET, OPTIONS"
			return p
		}
	}
	if p := x.judgeTenant(); p != nil {
		return p
	}
	return c.wrong
}

// The tenant of personal accounts.
const (
	consumers   = "consumers"
	consumersID = "9188040d-6c67-4c5b-b112-36a304b66dad"
)

// Personal tells whether a path's tenant is that of personal accounts, which every
// endpoint refuses.
func Personal(tenant string) bool {
	return strings.EqualFold(tenant, consumers) || strings.EqualFold(tenant, consumersID)
}

func (x *exchange) judgeTenant() *problem {
	name, t := x.call.Tenant, x.tenant
	switch {
	case Personal(name):
		return refuse(workAccountsOnly, graphID, "Microsoft Graph").
			help("personalAccounts", "tenant",
				"the education APIs have no personal accounts; ask for the tenant's id, one of its domains, or organizations")
	case strings.Trim(name, ".-") == "" || strings.ContainsFunc(name, func(r rune) bool {
		return r != '-' && r != '.' && r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}):
		return refuse(badTenantName, name)
	case !t.Known && !x.shared():
		return refuse(unknownTenant, name)
	}
	return nil
}

// shared tells whether the path names no tenant of its own.
func (x *exchange) shared() bool {
	return strings.EqualFold(x.call.Tenant, common) || strings.EqualFold(x.call.Tenant, "organizations")
}

// advise keeps the first thing that a strict server would have refused, with the
// first sentence of what it would have said.
func (x *exchange) advise(p *problem) {
	if x.advice == "" {
		said, _, _ := strings.Cut(p.words(), ". ")
		x.advice = "strict authentication would refuse this: " + strings.TrimSuffix(said, ".")
		if p.code == unknownApp && len(p.helps) > 0 {
			x.advice += "; " + p.helps[0].Message
		}
	}
}

// strictly returns p where the server is strict, and else keeps it as an advice.
func (x *exchange) strictly(p *problem) *problem {
	if p != nil && !x.tenant.Strict {
		x.advise(p)
		return nil
	}
	return p
}

// json is the answer of an endpoint that speaks JSON.
func (x *exchange) json(body any, p *problem) Reply {
	if p != nil {
		return x.fail(p)
	}
	b, err := json.Marshal(body)
	if err != nil {
		return x.fail(x.broken(err))
	}
	return x.reply(http.StatusOK, "application/json; charset=utf-8", b)
}

// broken is an error of this server: a key that cannot be used.
func (x *exchange) broken(err error) *problem {
	p := refuse(transientError).as("server_error").help("internal", "", "graphemu could not sign or seal: %v", err)
	p.status = http.StatusInternalServerError
	return p
}

// oauthError is an error's JSON, its members in the service's order (observed
// 2023). Details are graphemu's own.
type oauthError struct {
	Error       string   `json:"error"`
	Description string   `json:"error_description"`
	Codes       []int    `json:"error_codes"`
	Timestamp   string   `json:"timestamp"`
	Trace       string   `json:"trace_id"`
	Correlation string   `json:"correlation_id"`
	URI         string   `json:"error_uri,omitempty"`
	Suberror    string   `json:"suberror,omitempty"`
	Details     []detail `json:"details,omitempty"`
}

type detail struct {
	Code    string `json:"code"`
	Target  string `json:"target,omitempty"`
	Message string `json:"message"`
}

// fail is the answer to a request that is refused: a page where people look at
// it, else JSON.
func (x *exchange) fail(p *problem) Reply {
	var reply Reply
	if x.call.page.forPeople() {
		reply = x.errorPage(p)
	} else {
		body := oauthError{Error: p.name, Description: x.describe(p),
			Codes: []int{}, Timestamp: x.stamp(), Trace: x.trace, Correlation: x.corr, Suberror: p.suberror}
		if p.code != 0 {
			body.Codes, body.URI = []int{p.code}, p.uri()
		}
		for _, h := range p.helps {
			body.Details = append(body.Details, detail(h))
		}
		b, _ := json.Marshal(body) // strings and numbers
		reply = x.reply(p.status, "application/json; charset=utf-8", b)
	}
	if p.allow != "" {
		reply.Header.Set("Allow", p.allow)
	}
	if p.status == http.StatusUnauthorized && x.call.basic {
		reply.Header.Set("WWW-Authenticate", `Basic realm="`+x.tenant.ID+`"`) // RFC 6749, section 5.2
	}
	reply.Failure = p.failure()
	return reply
}

// describe is what tells an error. Observed: since 2023 the lines are one, with
// spaces in between.
func (x *exchange) describe(p *problem) string {
	return p.words() + " Trace ID: " + x.trace + " Correlation ID: " + x.corr + " Timestamp: " + x.stamp()
}

func (x *exchange) stamp() string { return x.tenant.Now.UTC().Format("2006-01-02 15:04:05Z") }

// uri is the page of Entra's that explains an error. Observed. It is the one
// address that leads out, for people who look it up.
func (p *problem) uri() string {
	return "https://login.microsoftonline.com/error?code=" + strconv.Itoa(p.code)
}

func (p page) forPeople() bool { return p == authorizePage || p == deviceAuthPage || p == logoutPage }

// reply has the headers of every answer. Observed: all of them on the token
// endpoint. Chosen: no-store for the metadata too, which Entra lets clients keep
// for a day: here the next run may be another server.
func (x *exchange) reply(status int, media string, body []byte) Reply {
	h := http.Header{}
	h.Set("Content-Type", media)
	h.Set("Cache-Control", "no-store, no-cache")
	h.Set("Pragma", "no-cache")
	h.Set("X-Content-Type-Options", "nosniff")
	if x.pinned() {
		h.Set("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
	}
	h.Set("x-ms-request-id", x.trace)
	if strings.EqualFold(cmp.Or(x.r.Header.Get("Return-Client-Request-Id"), x.call.params.get("return-client-request-id")), "true") {
		h.Set("client-request-id", x.corr)
	}
	if !x.call.page.forPeople() {
		x.crossOrigin(h)
	}
	return Reply{Status: status, Header: h, Body: body}
}

// pinned tells whether browsers may be told to use https for this host from now
// on. Entra tells them always. Chosen: never for a name or address of this
// machine, where it would take http away from every other server on it.
func (x *exchange) pinned() bool {
	host, secure := strings.CutPrefix(x.tenant.Origin, "https://")
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.ToLower(strings.Trim(host, "[]"))
	return secure && net.ParseIP(host) == nil && host != "localhost" && host != "host.docker.internal" &&
		!strings.HasSuffix(host, ".localhost") && strings.Contains(host, ".")
}

// crossOrigin lets scripts of any origin read the answer. Observed: * on the metadata,
// and on the token endpoint where a single-page app asks; there pages were able to read
// AADSTS9002326 too. Documented: a page that redeems for a redirect URI of another type
// cannot read the answer. Chosen: every answer has it, since a strict tenant gives such
// a page no token (see judgeOrigin), and a browser's own error would hide why.
func (x *exchange) crossOrigin(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Expose-Headers", "client-request-id, x-ms-request-id")
	h.Set("Access-Control-Allow-Methods", x.methods())
}

func (x *exchange) methods() string {
	switch {
	case x.getsDeviceCode():
		return "GET, POST, OPTIONS"
	case x.call.page == tokenPage, x.call.page == deviceCodePage:
		return "POST, OPTIONS"
	}
	return "GET, OPTIONS"
}

// preflight answers OPTIONS: what a browser asks before it sends a request of
// another origin.
func (x *exchange) preflight() Reply {
	reply := x.reply(http.StatusNoContent, "text/plain; charset=utf-8", nil)
	reply.Header.Del("Content-Type")
	reply.Header.Set("Allow", x.methods())
	if x.call.page.forPeople() {
		return reply
	}
	asked := x.r.Header.Get("Access-Control-Request-Headers")
	if len(asked) > 1024 || strings.ContainsFunc(asked, func(r rune) bool { return r < ' ' || r > '~' }) {
		asked = ""
	}
	reply.Header.Set("Access-Control-Allow-Headers", cmp.Or(asked, "*"))
	reply.Header.Set("Access-Control-Max-Age", "600")
	return reply
}
