package faithfulness

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// administered is a strict rig whose token may change the directory.
func administered(t *testing.T) *rig.Rig {
	t.Helper()
	g := rig.Strict(t)
	token, err := g.World().Token(emulator.TokenOptions{Roles: []string{"Directory.ReadWrite.All", "User.ReadWrite.All",
		"Application.ReadWrite.All",
		"AppRoleAssignment.ReadWrite.All", "DelegatedPermissionGrant.ReadWrite.All"}})
	require.NoError(t, err)
	return g.As(token)
}

// signIn asks for the token of a user of contoso by the sample client.
func signIn(t *testing.T, g *rig.Rig, name, password string) rig.Answer {
	t.Helper()
	return signInTo(t, g, rig.SampleApp, name, password, "EduAdministration.ReadWrite")
}

func signInTo(t *testing.T, g *rig.Rig, app, name, password, scope string) rig.Answer {
	t.Helper()
	return g.AskToken(t, "organizations", "grant_type", "password", "client_id", app, "username", name+"@contoso.edu", "password",
		password, "scope", scope)
}

// asClient asks for the token of an application itself.
func asClient(t *testing.T, g *rig.Rig, app, secret string) rig.Answer {
	t.Helper()
	return g.AskToken(t, emulator.DefaultTenant, "grant_type", "client_credentials", "client_id", app, "client_secret", secret,
		"scope", rig.GraphScope)
}

// withSecret registers an application that has a secret.
func withSecret(t *testing.T, g *rig.Rig, name, more string) (r registration, secret string) {
	t.Helper()
	r = registered(t, g, name, more)
	a := g.Post(t, r.at+"/addPassword", "")
	require.Equal(t, 200, a.Status, a.Body)
	return r, a.Text("secretText")
}

// permission is the id of an app role of Microsoft Graph.
func permission(t *testing.T, g *rig.Rig, name string) (graph, role string) {
	t.Helper()
	a := g.Found(t, ofGraph)
	require.NotEmpty(t, a.Text("appRoles.#(value=="+name+").id"), name)
	return a.Text("id"), a.Text("appRoles.#(value==" + name + ").id")
}

// authorize asks for a code without a page, and returns where it leads and the page.
func authorize(t *testing.T, g *rig.Rig, app, redirect, hint, scope string) (int, url.Values) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", g.Root()+"/common/oauth2/v2.0/authorize"+rig.Query("client_id", app,
		"response_type", "code",
		"redirect_uri", redirect, "scope", scope, "prompt", "none", "login_hint", hint+"@contoso.edu",
		"code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method", "S256"), nil)
	require.NoError(t, err)
	a, err := g.HTTP.Transport.RoundTrip(r)
	require.NoError(t, err)
	a.Body.Close()
	to, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	return a.StatusCode, to.Query()
}

const oneTruth = "learn, identity platform: users and apps of the tenant"

// directorySignInStatements are about the one directory that Graph and sign-in have.
var directorySignInStatements = []statement{
	{"token.password", "created-user", "A user whom Graph created signs in with the password that came along: the token's oid is the " +
		"user's id, and `/me` is that user", oneTruth, documented,
		func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			a := signIn(t, g, "new", firstPassword)
			require.Equal(t, 200, a.Status, a.Body)
			assert.Equal(t, id, rig.Claims(t, a.Text("access_token")).Get("oid").String())
			user, err := g.World().Token(emulator.TokenOptions{User: "new@contoso.edu", Scopes: []string{"User.Read.All"}})
			require.NoError(t, err)
			assert.Equal(t, id, rig.Claims(t, user).Get("oid").String())
			assert.Equal(t, id, g.As(user).Found(t, "/me").Text("id"))
		}},
	{"token.password", "wrong-password", "A wrong password is `invalid_grant`, AADSTS50126; a new one counts at once",
		"learn, error codes", documented, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			rig.WantAADSTS(t, signIn(t, g, "new", "Wrong-Word-1"), 400, "invalid_grant", 50126)
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id,
				`{"passwordProfile":{"password":"Second-Word-2","forceChangePasswordNextSignIn":false}}`).Status)
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50126)
			assert.Equal(t, 200, signIn(t, g, "new", "Second-Word-2").Status)
		}},
	{"token.password", "disabled", "A user whom Graph disabled is `invalid_grant`, AADSTS50057, until enabled again",
		"learn, error codes", documented, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id, `{"accountEnabled":false}`).Status)
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50057)
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id, `{"accountEnabled":true}`).Status)
			assert.Equal(t, 200, signIn(t, g, "new", firstPassword).Status)
		}},
	{"token.password", "must-change", "Who must change the password first is `invalid_grant`, AADSTS50055", "learn, error codes",
		documented, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id, `{"passwordProfile":{"forceChangePasswordNextSignIn":true}}`).Status)
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50055)
			rig.WantAADSTS(t, signIn(t, g, "new", "Wrong-Word-1"), 400, "invalid_grant", 50126)
		}},
	{"token.password", "lenient-advice", "With lenient authentication all of these sign in, and the journal tells what strict would " +
		"refuse", "graphemu", chosen, func(t *testing.T, g *rig.Rig) {
		created(t, g, "/users", `{"accountEnabled":true,"displayName":"New","mailNickname":"new",`+
			`"userPrincipalName":"new@contoso.edu","passwordProfile":{"password":"`+firstPassword+`"}}`)
		for password, advice := range map[string]string{firstPassword: "AADSTS50055", "Wrong-Word-1": "AADSTS50126"} {
			a := signIn(t, g, "new", password)
			assert.Equal(t, 200, a.Status, a.Body)
			entry := g.World().Journal().Entries(journal.Filter{Limit: 1})[0]
			assert.Contains(t, entry.Advice, "strict authentication would refuse this: "+advice)
			assert.NotContains(t, entry.RequestBody, password)
		}
	}},
	{"token.password", "deleted", "A deleted user is unknown, AADSTS50034, and a refresh token of that user is no longer good",
		"learn, error codes", documented, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			first := signInTo(t, g, rig.SampleApp, "new", firstPassword, "offline_access EduAdministration.ReadWrite")
			require.Equal(t, 200, first.Status, first.Body)
			require.Equal(t, 204, g.Send(t, "DELETE", "/users/"+id, "").Status)
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50034)
			rig.WantAADSTS(t, g.AskToken(t, "common", "grant_type", "refresh_token", "client_id", rig.SampleApp, "refresh_token",
				first.Text("refresh_token")), 400, "invalid_grant", 50034)
			require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+id+"/restore", "").Status)
			assert.Equal(t, 200, signIn(t, g, "new", firstPassword).Status)
		}},
	{"token.authorize", "created-user", "A user whom Graph created is on the sign-in page and signs in there; a disabled one is not",
		oneTruth, inferred, func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			id := account(t, g, "new", "")
			page := func() string {
				a := g.Get(t, g.Root()+"/common/oauth2/v2.0/authorize"+rig.Query("client_id", rig.SampleApp, "response_type", "code",
					"redirect_uri", "http://localhost", "scope", "openid"), "Authorization:")
				require.Equal(t, 200, a.Status, a.Body)
				return a.Body
			}
			assert.Contains(t, page(), "new@contoso.edu")
			status, answer := authorize(t, g, rig.SampleApp, "http://localhost:8400", "new", "openid")
			assert.Equal(t, []any{302, true}, []any{status, answer.Has("code")})
			require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id, `{"accountEnabled":false}`).Status)
			assert.NotContains(t, page(), "new@contoso.edu")
			_, answer = authorize(t, g, rig.SampleApp, "http://localhost:8400", "new", "openid")
			assert.Equal(t, "login_required", answer.Get("error"))
		}},
	{"token.clientCredentials", "created-app", "A secret of `addPassword` gets a token until it is removed: the oid is the service " +
		"principal's id", oneTruth, documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		r, secret := withSecret(t, g, "Daemon", "")
		a := asClient(t, g, r.appID, secret)
		require.Equal(t, 200, a.Status, a.Body)
		c := rig.Claims(t, a.Text("access_token"))
		assert.Equal(t, []string{r.principal, r.appID}, []string{c.Get("oid").String(), c.Get("appid").String()})
		assert.False(t, c.Get("roles").Exists(), "nothing was granted yet")
		rig.WantAADSTS(t, asClient(t, g, r.appID, "wrong"), 401, "invalid_client", 7000215)
		key := g.Found(t, r.at).Text("passwordCredentials.0.keyId")
		require.Equal(t, 204, g.Post(t, r.at+"/removePassword", `{"keyId":"`+key+`"}`).Status)
		rig.WantAADSTS(t, asClient(t, g, r.appID, secret), 401, "invalid_client", 7000215)
	}},
	{"token.clientCredentials", "created-key", "A certificate among the keyCredentials proves an assertion that its key signed; " +
		"another key does not, AADSTS700027", oneTruth, documented, func(t *testing.T, _ *rig.Rig) {
		g, key := administered(t), newKeyPair(t)
		r := registered(t, g, "Daemon", `,"keyCredentials":[`+key.credential()+`]`)
		ask := func(k keyPair) rig.Answer {
			return g.AskToken(t, emulator.DefaultTenant, "grant_type", "client_credentials", "client_id", r.appID, "scope", rig.GraphScope,
				"client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_assertion", k.signed(t,
					jwt.Claims{Issuer: r.appID, Subject: r.appID,
						Audience: jwt.Audience{g.Root() + "/" + emulator.DefaultTenant + "/oauth2/v2.0/token"}, Expiry: jwt.NewNumericDate(forever)}))
		}
		a := ask(key)
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, r.principal, rig.Claims(t, a.Text("access_token")).Get("oid").String())
		rig.WantAADSTS(t, ask(newKeyPair(t)), 401, "invalid_client", 700027)
	}},
	{"token.clientCredentials", "granted-roles", "The app roles of Microsoft Graph that the service principal was given are the " +
		"token's `roles`, and Graph lets it do that and no more", oneTruth, documented,
		func(t *testing.T, _ *rig.Rig) {
			g := administered(t)
			r, secret := withSecret(t, g, "Daemon", "")
			graph, role := permission(t, g, "User.Read.All")
			created(t, g, r.principalAt+"/appRoleAssignments", `{"principalId":"`+r.principal+`","resourceId":"`+graph+`","appRoleId":"`+role+`"}`)
			token := asClient(t, g, r.appID, secret).Text("access_token")
			assert.Equal(t, []any{"User.Read.All"}, rig.Claims(t, token).Get("roles").Value())
			assert.Equal(t, 200, g.With(t, token, "GET", "/users", "").Status)
			assert.Equal(t, 403, g.With(t, token, "GET", rig.ProfilesAt, "").Status)
			rig.WantError(t, g.With(t, token, "GET", "/me", ""), 400, "BadRequest",
				"/me request is only valid with delegated authentication flow.")
		}},
	{"token.clientCredentials", "deleted-app", "A deleted application is `unauthorized_client`, AADSTS700016; one without a service " +
		"principal 401 `invalid_client`, AADSTS7000229", "Entra; troubleshooting pages of the Azure SDKs", observed, func(t *testing.T,
		_ *rig.Rig) {
		g := administered(t)
		r, secret := withSecret(t, g, "Daemon", "")
		require.Equal(t, 200, asClient(t, g, r.appID, secret).Status)
		require.Equal(t, 204, g.Send(t, "DELETE", r.at, "").Status)
		rig.WantAADSTS(t, asClient(t, g, r.appID, secret), 400, "unauthorized_client", 700016)
		require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+r.id+"/restore", "").Status)
		rig.WantAADSTS(t, asClient(t, g, r.appID, secret), 401, "invalid_client", 7000229)
		require.Equal(t, 200, g.Post(t, "/directory/deletedItems/"+r.principal+"/restore", "").Status)
		assert.Equal(t, 200, asClient(t, g, r.appID, secret).Status)
	}},
	{"token.password", "granted-scopes", "An AllPrincipals grant gives its scopes to all users, and what was not granted is " +
		"AADSTS65001", oneTruth, documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		account(t, g, "new", "")
		r := registered(t, g, "Desktop", `,"isFallbackPublicClient":true`)
		rig.WantAADSTS(t, signInTo(t, g, r.appID, "new", firstPassword, "User.Read.All"), 400, "invalid_grant", 65001)
		graph, _ := permission(t, g, "User.Read.All")
		created(t, g, grantsAt, consent(r.principal, graph, "User.Read.All", ""))
		a := signInTo(t, g, r.appID, "new", firstPassword, "https://graph.microsoft.com/.default")
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, "User.Read.All", rig.Claims(t, a.Text("access_token")).Get("scp").String())
		rig.WantAADSTS(t, signInTo(t, g, r.appID, "new", firstPassword, "Directory.Read.All"), 400, "invalid_grant", 65001)
	}},
	{"token.password", "personal-scopes", "A Principal grant counts for its user alone: by password, and on the sign-in page as " +
		"`consent_required`", oneTruth, documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		ann, _ := account(t, g, "ann", ""), account(t, g, "bob", "")
		r := registered(t, g, "Desktop", `,"isFallbackPublicClient":true,"publicClient":{"redirectUris":["http://localhost"]}`)
		graph, _ := permission(t, g, "User.Read.All")
		created(t, g, grantsAt, consent(r.principal, graph, "User.Read.All", ann))
		a := signInTo(t, g, r.appID, "ann", firstPassword, "User.Read.All")
		require.Equal(t, 200, a.Status, a.Body)
		assert.Equal(t, ann, g.As(a.Text("access_token")).Found(t, "/me").Text("id"))
		rig.WantAADSTS(t, signInTo(t, g, r.appID, "bob", firstPassword, "User.Read.All"), 400, "invalid_grant", 65001)
		_, answer := authorize(t, g, r.appID, "http://localhost:8400", "ann", "User.Read.All")
		assert.True(t, answer.Has("code"), answer)
		_, answer = authorize(t, g, r.appID, "http://localhost:8400", "bob", "User.Read.All")
		assert.Equal(t, "consent_required", answer.Get("error"))
	}},
	{"token.authorize", "registered-redirects", "The redirectUris of `web`, `spa` and `publicClient` are where a code may go; another " +
		"is AADSTS50011, and is not followed", oneTruth, documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		r := registered(t, g, "Web", `,"web":{"redirectUris":["https://web.example/cb"]},"spa":{"redirectUris":["https://spa.example/"]},`+
			`"publicClient":{"redirectUris":["http://localhost"]}`)
		graph, _ := permission(t, g, "User.Read.All")
		created(t, g, grantsAt, consent(r.principal, graph, "User.Read.All", ""))
		for _, uri := range []string{"https://web.example/cb", "https://spa.example/", "http://localhost:8400"} {
			status, answer := authorize(t, g, r.appID, uri, "ora.klein", "User.Read.All")
			assert.Equal(t, []any{302, true}, []any{status, answer.Has("code")}, uri)
		}
		for _, uri := range []string{"https://web.example/other", "https://evil.example/", "http://127.0.0.1:8400"} {
			status, answer := authorize(t, g, r.appID, uri, "ora.klein", "User.Read.All")
			assert.Equal(t, []any{400, 0}, []any{status, len(answer)}, uri)
		}
	}},
	{"token.authorize", "spa-redirect", "A code for a `spa` redirect URI is redeemed by a browser alone: without an Origin header it " +
		"is AADSTS9002327", "learn, error codes", documented, func(t *testing.T, _ *rig.Rig) {
		g := administered(t)
		r := registered(t, g, "Page", `,"spa":{"redirectUris":["https://spa.example/"]}`)
		_, answer := authorize(t, g, r.appID, "https://spa.example/", "ora.klein", "openid")
		redeem := func(headers ...string) rig.Answer {
			return g.Send(t, "POST", g.Root()+"/common/oauth2/v2.0/token", rig.Query("grant_type", "authorization_code", "client_id",
				r.appID, "redirect_uri", "https://spa.example/",
				"code", answer.Get("code"), "code_verifier", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")[1:], append(headers,
				"Authorization:", "Content-Type: application/x-www-form-urlencoded")...)
		}
		rig.WantAADSTS(t, redeem(), 400, "invalid_request", 9002327)
		assert.Equal(t, 200, redeem("Origin: https://spa.example").Status)
	}},
	{"users.get", "me", "`/me` is the user of a delegated token; of a token that names nobody the tenant's first user",
		"get user page; the latter is graphemu's", chosen, func(t *testing.T, g *rig.Rig) {
			a := g.Found(t, "/me")
			assert.Equal(t, "admin@testschool.edu", a.Text("userPrincipalName"))
			assert.Equal(t, g.URL+"/$metadata#users/$entity", a.Text("@odata.context"))
			assert.Equal(t, a.Text("id"), g.As("opaque").Found(t, "/me").Text("id"))
			ann := account(t, g, "ann", "")
			token, err := g.World().Token(emulator.TokenOptions{User: "ann@contoso.edu"})
			require.NoError(t, err)
			assert.Equal(t, ann, g.As(token).Found(t, "/me").Text("id"))
		}},
	{"directoryRoles.members.list", "administrator", "The first user of every tenant is its Global Administrator",
		"directory roles page: a tenant has one", inferred, func(t *testing.T, g *rig.Rig) {
			role := g.Found(t, "/directoryRoles"+rig.Query("$filter", "displayName eq 'Global Administrator'")).Text("value.0.id")
			assert.Equal(t, []string{"Administrator"}, g.Found(t, "/directoryRoles/"+role+"/members").Names())
		}},
}

// forever is when assertions of these tests expire: they are judged on the wall clock.
var forever = time.Date(2200, 1, 1, 0, 0, 0, 0, time.UTC)
