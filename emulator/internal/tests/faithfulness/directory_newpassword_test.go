package faithfulness

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// browser is who signs in on the pages: it keeps the cookie and the page's hidden field.
type browser struct {
	g              *rig.Rig
	at             string
	cookie, sealed string
	page           string
}

var sealedField = regexp.MustCompile(`name="signin" value="([^"]+)"`)

// see takes over what a page carries.
func (b *browser) see(t *testing.T, a rig.Answer) rig.Answer {
	t.Helper()
	if c, _, _ := strings.Cut(a.Header.Get("Set-Cookie"), ";"); c != "" {
		b.cookie = c
	}
	if found := sealedField.FindStringSubmatch(a.Body); found != nil {
		b.sealed = html.UnescapeString(found[1])
	}
	b.page = a.Body
	return a
}

// openPage asks for the sign-in page of the sample app.
func openPage(t *testing.T, g *rig.Rig) *browser {
	t.Helper()
	b := &browser{g: g, at: g.Root() + "/common/oauth2/v2.0/authorize"}
	a := b.see(t, g.Get(t, b.at+rig.Query("client_id", rig.SampleApp, "response_type", "code", "redirect_uri", "http://localhost:8400",
		"scope", "openid EduAdministration.ReadWrite", "state", "s1"), "Authorization:"))
	require.Equal(t, 200, a.Status, a.Body)
	return b
}

// send posts a form of the page, and does not follow where it leads.
func (b *browser) send(t *testing.T, pairs ...string) rig.Answer {
	t.Helper()
	form := rig.Query(append([]string{"signin", b.sealed}, pairs...)...)
	r, err := http.NewRequestWithContext(t.Context(), "POST", b.at, strings.NewReader(strings.TrimPrefix(form, "?")))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Cookie", b.cookie)
	a, err := rig.Receive(&http.Client{Transport: b.g.HTTP.Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, r)
	require.NoError(t, err)
	return b.see(t, a)
}

// code is the authorization code that an answer leads back to the app with.
func code(t *testing.T, a rig.Answer) string {
	t.Helper()
	to, err := url.Parse(a.Header.Get("Location"))
	require.NoError(t, err)
	require.NotEmpty(t, to.Query().Get("code"), "%d %s", a.Status, a.Body)
	return to.Query().Get("code")
}

const secondPassword = "Second-Word-2"

// mustChange is a strict tenant with a user who has to change the password.
func mustChange(t *testing.T) *rig.Rig {
	t.Helper()
	g := administered(t)
	id := account(t, g, "new", "")
	require.Equal(t, 204, g.Send(t, "PATCH", "/users/"+id, `{"passwordProfile":{"forceChangePasswordNextSignIn":true}}`).Status)
	return g
}

// newPasswordStatements are about users who have to change the password first.
var newPasswordStatements = []statement{
	{"token.authorize", "new-password", "Who must change the password gets a form on the sign-in page: the current one, another one, " +
		"and that again; then the sign-in goes on, and the new password counts", "learn, reset a user's password; the page's words are " +
		"graphemu's", inferred, func(t *testing.T, _ *rig.Rig) {
		g := mustChange(t)
		b := openPage(t, g)
		page := b.send(t, "user", "new@contoso.edu")
		require.Equal(t, 200, page.Status, page.Body)
		assert.Equal(t, 3, strings.Count(page.Body, `type="password"`))
		assert.Contains(t, page.Body, "You need to update your password")
		a := b.send(t, "password", firstPassword, "newPassword", secondPassword, "confirmPassword", secondPassword)
		got := g.AskToken(t, "common", "grant_type", "authorization_code", "client_id", rig.SampleApp, "client_secret", rig.SampleSecret,
			"code", code(t, a), "redirect_uri", "http://localhost:8400")
		require.Equal(t, 200, got.Status, got.Body)
		user := g.Found(t, "/users/new@contoso.edu?$select=passwordProfile,lastPasswordChangeDateTime")
		assert.Equal(t, "false", user.JSON("passwordProfile.forceChangePasswordNextSignIn").Raw)
		assert.Equal(t, 200, signIn(t, g, "new", secondPassword).Status)
		rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50126)
		assert.NotEmpty(t, code(t, openPage(t, g).send(t, "user", "new@contoso.edu")), "no form any more")
		for _, e := range g.World().Journal().Entries(journal.Filter{}) {
			assert.NotContains(t, e.RequestBody+e.ResponseBody+e.Outcome, secondPassword)
			assert.NotContains(t, e.RequestBody+e.ResponseBody+e.Outcome, firstPassword)
		}
	}},
	{"token.authorize", "new-password-refused", "The form comes again with what is wrong: the current password (AADSTS50126), two that " +
		"differ, the same as before, one that is too simple; nothing is changed", "learn, password policies; the words are graphemu's",
		inferred, func(t *testing.T, _ *rig.Rig) {
			g := mustChange(t)
			b := openPage(t, g)
			b.send(t, "user", "new@contoso.edu")
			for _, c := range []struct{ before, next, again, says string }{
				{"Wrong-Word-1", secondPassword, secondPassword, "AADSTS50126"},
				{firstPassword, secondPassword, "Third-Word-3", "the two new passwords are not the same"},
				{firstPassword, firstPassword, firstPassword, "it is the password that you have"},
				{firstPassword, "simple", "simple", "does not comply with password complexity requirements"},
				{firstPassword, "", "", "does not comply with password complexity requirements"},
				{"", "", "", "AADSTS50126"},
			} {
				a := b.send(t, "password", c.before, "newPassword", c.next, "confirmPassword", c.again, "user", "ora@contoso.edu")
				assert.Equal(t, 400, a.Status)
				assert.Contains(t, html.UnescapeString(a.Body), c.says)
				assert.Equal(t, 3, strings.Count(a.Body, `type="password"`), "the form is there again")
				assert.Empty(t, a.Header.Get("Location"))
			}
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50055)
			assert.NotEmpty(t, code(t, b.send(t, "password", firstPassword, "newPassword", secondPassword, "confirmPassword", secondPassword)))
		}},
	{"token.authorize", "new-password-cancel", "Who cancels the form is sent back with `access_denied`; with prompt=none such a user is " +
		"`login_required`, AADSTS50055", "OpenID Connect, 3.1.2.6", inferred, func(t *testing.T, _ *rig.Rig) {
		g := mustChange(t)
		b := openPage(t, g)
		b.send(t, "user", "new@contoso.edu")
		assert.Contains(t, b.send(t, "action", "cancel").Header.Get("Location"), "error=access_denied")
		_, to := authorize(t, g, rig.SampleApp, "http://localhost:8400", "new", "openid EduAdministration.ReadWrite")
		assert.Equal(t, "login_required", to.Get("error"))
		assert.Contains(t, to.Get("error_description"), "AADSTS50055")
	}},
	{"token.authorize", "new-password-lenient", "With lenient authentication the user signs in, and the journal tells what strict would " +
		"refuse", "graphemu", chosen, func(t *testing.T, g *rig.Rig) {
		created(t, g, "/users", `{"accountEnabled":true,"displayName":"New","mailNickname":"new",`+
			`"userPrincipalName":"new@contoso.edu","passwordProfile":{"password":"`+firstPassword+`"}}`)
		assert.NotEmpty(t, code(t, openPage(t, g).send(t, "user", "new@contoso.edu")))
		assert.Contains(t, g.World().Journal().Entries(journal.Filter{Limit: 1})[0].Advice, "AADSTS50055")
	}},
	{"token.authorize", "foreign-form", "A form of another browser or of another site changes no password", "graphemu", chosen,
		func(t *testing.T, _ *rig.Rig) {
			g := mustChange(t)
			b := openPage(t, g)
			b.send(t, "user", "new@contoso.edu")
			b.cookie = ""
			a := b.send(t, "password", firstPassword, "newPassword", secondPassword, "confirmPassword", secondPassword)
			assert.Equal(t, 400, a.Status)
			rig.WantAADSTS(t, signIn(t, g, "new", firstPassword), 400, "invalid_grant", 50055)
		}},
}
