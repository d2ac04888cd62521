package entra

import (
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// asked is what a scope parameter asks for. All of it is of one resource.
type asked struct {
	resource string   // as the token's aud; "" where only the scopes of OpenID are asked for
	prefix   string   // what stood before each name, "https://graph.microsoft.com/" or ""
	names    []string // without what stands before them
	oidc     []string // openid, profile, email, offline_access
	all      bool     // .default
	words    []string // as asked, each once
}

const allOf = ".default"

// maxScopes bounds how many scopes a request may have. Chosen: more than Graph has.
const maxScopes = 1000

var oidcScopes = []string{"openid", "profile", "email", "offline_access"}

func (a asked) graph() bool {
	return a.resource == graphURL || a.resource == graphURL+"/" || a.resource == graphID
}

func (a asked) has(scope string) bool { return slices.Contains(a.oidc, scope) }

// parseScope reads a scope parameter.
func (x *exchange) parseScope(text string) (asked, *problem) {
	var a asked
	words := strings.Fields(text)
	switch {
	case len(words) == 0:
		return a, refuse(missingParameter, "scope")
	case len(words) > maxScopes:
		return a, refuse(badScope, text).help("tooMany", "scope", "a request may have %d scopes", maxScopes)
	}
	for _, word := range words {
		if slices.ContainsFunc(a.words, func(w string) bool { return strings.EqualFold(w, word) }) {
			continue
		}
		a.words = append(a.words, word)
		if i := slices.Index(oidcScopes, strings.ToLower(word)); i >= 0 {
			a.oidc = append(a.oidc, oidcScopes[i])
			continue
		}
		if p := x.addScope(&a, word, text); p != nil {
			return a, p
		}
	}
	if a.all && len(a.names) > 0 {
		p := refuse(badScope, text)
		p.message += " .default scope can't be combined with resource-specific scopes." // observed
		return a, p
	}
	return a, nil
}

// addScope adds one that is not of OpenID.
func (x *exchange) addScope(a *asked, word, text string) *problem {
	prefix, name := "", word
	if at := strings.LastIndexByte(word, '/'); at >= 0 {
		prefix, name = word[:at+1], word[at+1:]
	}
	resource, ok := graphURL, true
	if prefix != "" {
		resource, ok = x.resource(strings.TrimRight(prefix, "/"))
	}
	if !ok || name == "" || strings.ContainsFunc(word, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return refuse(badScope, word)
	}
	is := asked{resource: resource}
	if a.resource != "" && a.resource != resource && (!a.graph() || !is.graph()) {
		return refuse(manyResources, text)
	}
	if a.resource == "" {
		a.resource, a.prefix = resource, prefix
	}
	if name == allOf {
		a.all = true
	} else {
		a.names = append(a.names, name)
	}
	return nil
}

// resource is the aud of a token for what stands before a scope's name. An origin
// of ours means Graph: SDKs that are given another base URL make their scope of
// it, some of them without its port (seen in kiota's code).
func (x *exchange) resource(text string) (string, bool) {
	switch {
	case text == "":
		return "", false
	case strings.EqualFold(text, graphURL):
		return graphURL, true
	case strings.EqualFold(text, graphID):
		return graphID, true
	}
	u, err := url.Parse(text)
	if err != nil || u.User != nil || u.Fragment != "" || u.RawQuery != "" {
		return "", false
	}
	if u.Host != "" && (u.Path == "" || u.Path == "/beta" || u.Path == "/v1.0") && (x.ours(u.Scheme+"://"+u.Host) || x.portless(u)) {
		return graphURL, true
	}
	return text, true
}

// portless tells whether u is the origin that was asked, but for its port.
func (x *exchange) portless(u *url.URL) bool {
	scheme, host, _ := strings.Cut(x.tenant.Origin, "://")
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	return u.Port() == "" && strings.EqualFold(u.Scheme, scheme) && strings.EqualFold(u.Hostname(), strings.Trim(host, "[]"))
}

// applicationScope reads what client credentials ask for: one resource, with
// .default. The scopes of OpenID are passed over: MSAL for Go sends them with
// every grant (seen in its code).
func (x *exchange) applicationScope() (asked, *problem) {
	if x.call.v1 {
		return x.applicationResource()
	}
	text := x.call.params.get("scope")
	a, p := x.parseScope(text)
	switch {
	case p != nil:
		return a, p
	case !a.all || a.prefix == "":
		word := text
		if i := slices.IndexFunc(a.words, func(w string) bool { return !slices.Contains(oidcScopes, strings.ToLower(w)) }); i >= 0 {
			word = a.words[i]
		}
		return a, refuse(needsDefault, word).help("scope", "scope", "send scope=%s/.default", graphURL)
	}
	return a, x.judgeResource(a)
}

// judgeResource refuses another resource than Graph, in a strict tenant.
func (x *exchange) judgeResource(a asked) *problem {
	if a.graph() || a.resource == "" {
		return nil
	}
	return x.strictly(refuse(unknownResource, a.resource, x.tenant.ID).
		help("resource", x.scopeName(), "the one resource of this tenant is %s", graphURL))
}

// lenientScope is what .default gives where the tenant has nothing to say of it.
const lenientScope = "EduAdministration.ReadWrite"

// scopes are the delegated permissions that an app has for a user. Before it is known
// who signs in they are all that anybody gave it.
func (c client) scopes(user string) []string {
	all := slices.Clone(c.app.DelegatedPermissions)
	for _, id := range slices.Sorted(maps.Keys(c.app.PersonalPermissions)) {
		if user == "" || user == id {
			all = union(all, c.app.PersonalPermissions[id])
		}
	}
	return all
}

// delegate tells what a token for a user may carry, whose id is "" as long as nobody has
// signed in: the scopes of its claim scp, and what the answer's member scope says, which has what was asked in the form in
// which it was asked. MSAL compares the two, and takes what is missing as declined
// (seen in MSAL for Go).
func (x *exchange) delegate(c client, a asked, user string) (scp []string, scope string, p *problem) {
	if p := x.judgeResource(a); p != nil {
		return nil, "", p
	}
	words := slices.Clone(a.words)
	for _, name := range a.names {
		granted, p := x.permitted(c, a, name, user)
		if p != nil {
			return nil, "", p
		}
		scp = append(scp, granted)
	}
	if a.all {
		scp, p = x.everything(c, a, user)
		if p != nil {
			return nil, "", p
		}
		for _, name := range scp {
			words = append(words, a.prefix+name)
		}
	}
	for _, name := range a.oidc {
		if name != "offline_access" { // observed: never in scp
			scp = append(scp, name)
		}
	}
	if len(scp) == 0 {
		scp = []string{"openid"} // chosen: a delegated token has a scope
	}
	if x.call.v1 {
		words = scp // observed: the permissions themselves
	}
	return scp, strings.Join(words, " "), nil
}

// permitted is a scope as the app's registration spells it.
func (x *exchange) permitted(c client, a asked, name, user string) (string, *problem) {
	if c.app == nil || !a.graph() {
		return name, nil
	}
	has := c.scopes(user)
	if i := slices.IndexFunc(has, func(s string) bool { return strings.EqualFold(s, name) }); i >= 0 {
		return has[i], nil
	}
	return name, x.strictly(x.unconsented(c).help("permission", "scope",
		"this app is granted %s; add %s to the scope of an oauth2PermissionGrant, or to the delegatedPermissions of the fixture's app",
		words.Join(has[:min(len(has), 10)], "and"), cut(name)))
}

// everything is what .default stands for.
func (x *exchange) everything(c client, a asked, user string) ([]string, *problem) {
	switch {
	case !a.graph():
		return []string{"user_impersonation"}, nil // chosen: what most APIs of Azure call it
	case c.app == nil:
		return []string{lenientScope}, nil
	}
	if has := c.scopes(user); len(has) > 0 {
		return has, nil
	}
	return []string{lenientScope}, x.strictly(x.unconsented(c).help("permission", "scope",
		"this app is granted no delegated permission: it needs an oauth2PermissionGrant, or delegatedPermissions in the fixture"))
}

func (x *exchange) unconsented(c client) *problem {
	name := c.id
	if c.app != nil && c.app.DisplayName != "" {
		name = c.app.DisplayName
	}
	return refuse(noConsent, c.id, name).because("consent_required")
}
