package entra

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// openID is the OpenID Connect metadata (observed: the members and their order).
type openID struct {
	Token            string   `json:"token_endpoint"`
	AuthMethods      []string `json:"token_endpoint_auth_methods_supported"`
	Keys             string   `json:"jwks_uri"`
	ResponseModes    []string `json:"response_modes_supported"`
	SubjectTypes     []string `json:"subject_types_supported"`
	Algorithms       []string `json:"id_token_signing_alg_values_supported"`
	ResponseTypes    []string `json:"response_types_supported"`
	Scopes           []string `json:"scopes_supported"`
	Issuer           string   `json:"issuer"`
	RequestURI       *bool    `json:"request_uri_parameter_supported,omitempty"` // of version 2.0
	MultiRefresh     *bool    `json:"microsoft_multi_refresh_token,omitempty"`   // of version 1
	Authorization    string   `json:"authorization_endpoint"`
	Device           string   `json:"device_authorization_endpoint"`
	HTTPLogout       bool     `json:"http_logout_supported"`
	FrontLogout      bool     `json:"frontchannel_logout_supported"`
	EndSession       string   `json:"end_session_endpoint"`
	Claims           []string `json:"claims_supported"`
	ChallengeMethods []string `json:"code_challenge_methods_supported"` // ours: Entra has PKCE and does not say so
	Grants           []string `json:"grant_types_supported"`            // ours
	Region           *string  `json:"tenant_region_scope"`
	CloudInstance    string   `json:"cloud_instance_name"`
	CloudGraph       string   `json:"cloud_graph_host_name"`
	GraphHost        string   `json:"msgraph_host"`
}

// configuration is the metadata of the tenant, every URL of it on the origin that
// was asked. Differences from Entra's: the response type is code alone, and there
// is neither userinfo_endpoint nor check_session_iframe, which are not emulated.
//
// For common and organizations the issuer has the text "{tenantid}" where the
// tenant's id is in tokens. Observed; MSAL for Go compares no more than its scheme
// and host (seen in its code).
func (x *exchange) configuration() openID {
	t := x.tenant
	tenant, issuer := t.ID, t.ID
	if x.shared() {
		tenant, issuer = strings.ToLower(x.call.Tenant), "{tenantid}"
	}
	base := t.Origin + "/" + tenant
	host := x.host()
	var region *string
	if !x.shared() { // observed: null for common
		world := "NA"
		region = &world
	}
	instance, oldGraph, graph := host, host, host // here, one host is all of them
	if x.byMicrosoft() {
		instance, oldGraph, graph = "microsoftonline.com", "graph.windows.net", "graph.microsoft.com" // observed
	}
	c := openID{
		AuthMethods:   []string{"client_secret_post", "private_key_jwt", "client_secret_basic"},
		ResponseModes: []string{"query", "fragment", "form_post"},
		SubjectTypes:  []string{"pairwise"}, Algorithms: []string{"RS256"}, ResponseTypes: []string{"code"},
		Issuer: x.issuer(issuer, false), HTTPLogout: true,
		ChallengeMethods: []string{"plain", "S256"},
		Grants:           grantTypes(),
		Region:           region, CloudInstance: instance, CloudGraph: oldGraph, GraphHost: graph,
	}
	oauth, yes, no := base+"/oauth2/v2.0/", true, false
	if x.call.v1 { // observed: what differs
		oauth, c.Keys, c.MultiRefresh, c.Scopes = base+"/oauth2/", base+"/discovery/keys", &yes, []string{"openid"}
		c.Claims = []string{"amr", "nonce", "email", "given_name", "family_name", "nickname"}
	} else {
		c.Keys, c.RequestURI, c.Scopes = base+"/discovery/v2.0/keys", &no, oidcScopes
		c.Claims = []string{"nonce", "preferred_username", "name", "tid", "ver", "at_hash", "c_hash", "email"}
	}
	c.Claims = slices.Concat(commonClaims, c.Claims)
	c.Token, c.Authorization, c.Device, c.EndSession = oauth+"token", oauth+"authorize", oauth+"devicecode", oauth+"logout"
	return c
}

// commonClaims are those that the documents of both versions begin with.
var commonClaims = []string{"sub", "iss", "cloud_instance_name", "cloud_instance_host_name", "cloud_graph_host_name", "msgraph_host",
	"aud", "exp", "iat", "auth_time", "acr"}

// host is the host, with its port, of the origin that was asked.
func (x *exchange) host() string {
	_, host, _ := strings.Cut(x.tenant.Origin, "://")
	return host
}

// keys answers with the published keys.
func (x *exchange) keys() Reply {
	set, err := x.tenant.Signer.KeySet()
	if err != nil {
		return x.fail(x.broken(err))
	}
	return x.reply(http.StatusOK, "application/json; charset=utf-8", set)
}

// Hosts are those that clients know as Entra's; they are one service. Documented,
// and seen in MSAL's code and in what its tests have instance discovery answer: the
// first is the preferred network, the second the preferred cache. A client that asks
// for one of them has been led here by its hosts file or a proxy, and stays here: the
// answer names our own endpoint.
var Hosts = []string{"login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"}

// discovered is the answer of instance discovery (documented, and observed).
type discovered struct {
	Endpoint string     `json:"tenant_discovery_endpoint"`
	Version  string     `json:"api-version"`
	Metadata []metadata `json:"metadata"`
}

type metadata struct {
	Network string   `json:"preferred_network"`
	Cache   string   `json:"preferred_cache"`
	Aliases []string `json:"aliases"`
}

// instance tells a client whether it may trust an authority: this server itself,
// and Entra's own.
func (x *exchange) instance() (any, *problem) {
	asked := x.call.params.get("authorization_endpoint")
	if asked == "" {
		return nil, refuse(missingParameter, "authorization_endpoint")
	}
	u, err := url.Parse(asked)
	if err != nil || u.User != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, refuse(unknownInstance)
	}
	host := strings.ToLower(u.Host)
	known := slices.Contains(Hosts, host)
	if !known && !x.ours(u.Scheme+"://"+host) {
		return nil, refuse(unknownInstance).help("instance", "authorization_endpoint", "%s is neither this server nor Entra", cut(u.Host))
	}
	tenant, rest, _ := strings.Cut(strings.TrimPrefix(u.Path, "/"), "/")
	if tenant == "" || len(tenant) > maxTenant || url.PathEscape(tenant) != tenant {
		return nil, refuse(unknownInstance)
	}
	d := discovered{Endpoint: x.tenant.Origin + "/" + tenant + "/v2.0/.well-known/openid-configuration", Version: "1.1",
		Metadata: []metadata{{Network: x.host(), Cache: x.host(), Aliases: []string{x.host()}}}}
	if x.byMicrosoft() {
		d.Metadata[0] = metadata{Network: Hosts[0], Cache: Hosts[1], Aliases: Hosts}
	}
	if strings.EqualFold(rest, "oauth2/authorize") {
		d.Endpoint = x.tenant.Origin + "/" + tenant + "/.well-known/openid-configuration"
	}
	switch {
	case known:
		// One entry: a client looks for the host that it was configured with.
		d.Metadata = []metadata{{Network: Hosts[0], Cache: Hosts[1], Aliases: append(slices.Clone(Hosts), x.host())}}
		if x.byMicrosoft() {
			d.Metadata[0].Aliases = Hosts
		}
	case !strings.EqualFold(host, x.host()):
		d.Metadata = append(d.Metadata, metadata{Network: host, Cache: host, Aliases: []string{host}})
	}
	return d, nil
}

// byMicrosoft tells whether Entra's own host was asked, through the proxy.
func (x *exchange) byMicrosoft() bool { return slices.Contains(Hosts, strings.ToLower(x.host())) }

// realmAnswer tells a client how a user signs in. Documented, and observed: it is
// what MSAL asks for before it sends a password.
type realmAnswer struct {
	Version  string `json:"ver"`
	Account  string `json:"account_type"`
	Domain   string `json:"domain_name"`
	Instance string `json:"cloud_instance_name"`
	Audience string `json:"cloud_audience_urn"`
}

// realm answers that every user's password is Entra's own. It does not tell whether
// there is such a user, as at Entra.
func (x *exchange) realm() (any, *problem) {
	_, domain, ok := strings.Cut(x.call.user, "@")
	if !ok || domain == "" || len(x.call.user) > limit("username") {
		return nil, refuse(badParameter).help("user", "user", "it must be a user's principal name, as someone@contoso.edu")
	}
	return realmAnswer{Version: "1.0", Account: "Managed", Domain: domain,
		Instance: "microsoftonline.com", Audience: "urn:federation:MicrosoftOnline"}, nil
}
