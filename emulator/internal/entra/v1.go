package entra

import (
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// The endpoints of version 1 take a resource in place of scopes: who asks gets all
// that the app's registration grants, which is what .default asks for at version
// 2.0. So a grant of one version may be redeemed at the other (documented for
// refresh tokens, which a client takes along from ADAL to MSAL; chosen for codes).

// azureADGraph is the resource of who asks for none. Observed in 2019 and 2020, for
// client credentials.
const azureADGraph = "00000002-0000-0000-c000-000000000000"

// answerV1 is a success of the token endpoint of version 1, its members in the
// service's order, numbers as text (observed).
type answerV1 struct {
	Type       string `json:"token_type"`
	Scope      string `json:"scope,omitempty"`
	Expires    string `json:"expires_in"`
	ExtExpires string `json:"ext_expires_in"`
	ExpiresOn  string `json:"expires_on"`
	NotBefore  string `json:"not_before"`
	Resource   string `json:"resource"`
	Access     string `json:"access_token"`
	Refresh    string `json:"refresh_token,omitempty"`
	ID         string `json:"id_token,omitempty"`
	Client     string `json:"client_info,omitempty"`
}

// inForm is an answer as the endpoint that was asked gives it. c is what its access
// token says.
func (x *exchange) inForm(a answer, c identity.Claims) any {
	if !x.call.v1 {
		return a
	}
	unix := func(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
	return answerV1{Type: a.Type, Scope: a.Scope, Expires: strconv.Itoa(a.Expires), ExtExpires: strconv.Itoa(a.ExtExpires),
		ExpiresOn: unix(c.Expires), NotBefore: unix(c.NotBefore), Resource: c.Audience,
		Access: a.Access, Refresh: a.Refresh, ID: a.ID, Client: a.Client}
}

// v1GivesID tells whether an answer has an ID token: always for a sign-in with a
// page (observed, and in the documented sample), else where openid was asked for
// (inferred: ADAL asks so).
func (x *exchange) v1GivesID() bool {
	switch x.call.Operation {
	case authorizationCode, deviceCode:
		return true
	}
	return x.v1AsksFor("openid")
}

// v1AsksFor looks for a word of scope, of which version 1 ignores all others
// (documented).
func (x *exchange) v1AsksFor(word string) bool {
	for _, w := range strings.Fields(x.call.params.get("scope")) {
		if strings.EqualFold(w, word) {
			return true
		}
	}
	return false
}

// scopeName is the parameter that says what a token is for.
func (x *exchange) scopeName() string {
	if x.call.v1 {
		return "resource"
	}
	return "scope"
}

// missing refuses a request without a parameter.
func (x *exchange) missing(name string) *problem {
	p := refuse(missingParameter, name)
	if name == "resource" {
		p.help("resource", "resource", "this endpoint is of version 1, which takes a resource in place of scopes: send resource=%s", graphURL)
	}
	return p
}

// newGrant is what a request that begins a sign-in asks for, before there is a
// user or a session.
func (x *exchange) newGrant(c client) grant {
	form := x.call.params
	g := grant{Client: c.id, Scope: form.get("scope")}
	if x.call.v1 {
		g.Resource, g.Scope = form.get("resource"), strings.Join(oidcScopes, " ")
		if g.Resource != "" {
			g.Scope = g.Resource + "/" + allOf + " " + g.Scope
		}
	}
	return g
}

// asks reads what a token is asked for: scope, or at version 1 the resource, which
// is that of the grant g where the request has none.
func (x *exchange) asks(scope string, g grant) (asked, *problem) {
	if !x.call.v1 {
		return x.parseScope(scope)
	}
	resource := x.call.params.get("resource")
	if resource == "" {
		resource = g.Resource
	}
	if resource == "" { // of version 2.0, or of a sign-in without a resource
		a, p := x.parseScope(g.Scope)
		if p != nil || a.resource == "" {
			return asked{}, refuse(noResource).help("resource", "resource", "send resource=%s", graphURL)
		}
		resource = a.resource
	}
	return x.forResource(resource)
}

// asksAtFirst is asks for the authorization endpoint, which needs no resource where
// the token endpoint is told of one (documented).
func (x *exchange) asksAtFirst(g grant) (asked, *problem) {
	if x.call.v1 && g.Resource == "" {
		return asked{}, nil
	}
	return x.asks(g.Scope, g)
}

// applicationResource reads the resource of client credentials.
func (x *exchange) applicationResource() (asked, *problem) {
	resource := x.call.params.get("resource")
	if resource == "" {
		return asked{resource: azureADGraph, all: true}, nil
	}
	a, p := x.forResource(resource)
	if p != nil {
		return a, p
	}
	return a, x.judgeResource(a)
}

// forResource asks for all that the app may do with a resource. The token names it
// as it was asked for (observed: with its slash at the end).
func (x *exchange) forResource(text string) (asked, *problem) {
	plain := strings.TrimRight(text, "/")
	resource, ok := x.resource(plain)
	if !ok || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return asked{}, refuse(unknownResource, text, x.tenant.ID).help("resource", "resource", "send resource=%s", graphURL)
	}
	if resource != graphID && plain != text && (resource == plain || strings.EqualFold(plain, graphURL)) {
		resource += "/"
	}
	return asked{resource: resource, prefix: plain + "/", all: true, words: []string{cut(text)}}, nil
}

// getsDeviceCode tells whether the endpoint takes GET, as ADAL for .NET asks it
// (seen in its code).
func (x *exchange) getsDeviceCode() bool { return x.call.v1 && x.call.page == deviceCodePage }

// authorizeAt is the path of the authorization endpoint behind the tenant.
func (x *exchange) authorizeAt() string {
	if x.call.v1 {
		return "/oauth2/authorize"
	}
	return "/oauth2/v2.0/authorize"
}

// deviceAnswerV1 is what a device shows and polls with (observed: the members,
// their order, and numbers as text).
type deviceAnswerV1 struct {
	UserCode string `json:"user_code"`
	Code     string `json:"device_code"`
	Page     string `json:"verification_url"`
	Expires  string `json:"expires_in"`
	Interval string `json:"interval"`
	Message  string `json:"message"`
}

func (d deviceAnswer) v1() deviceAnswerV1 {
	return deviceAnswerV1{UserCode: d.UserCode, Code: d.Code, Page: d.Page,
		Expires: strconv.Itoa(d.Expires), Interval: strconv.Itoa(d.Interval), Message: d.Message}
}
