package azidentitygo

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/cache"
	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/public"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// form finds the first form that has a field of the given name; fields are its hidden
// ones.
func form(page *url.URL, text, name string) (action string, fields url.Values, ok bool) {
	for _, f := range regexp.MustCompile(`(?s)<form method="post" action="([^"]*)">(.*?)</form>`).FindAllStringSubmatch(text, -1) {
		if !strings.Contains(f[2], `name="`+name+`"`) {
			continue
		}
		fields = url.Values{}
		for _, h := range regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`).FindAllStringSubmatch(f[2], -1) {
			fields.Set(html.UnescapeString(h[1]), html.UnescapeString(h[2]))
		}
		to, err := page.Parse(html.UnescapeString(f[1]))
		return to.String(), fields, err == nil
	}
	return "", nil, false
}

// signIn does what a user does in a browser, with its cookies: opens the page, picks
// a user (or cancels, where that is ""), and lets the page that posts itself do so.
// It returns where it ends: an address of the app's.
func signIn(client *http.Client, address, who string) (end *url.URL, err error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	browser := &http.Client{Transport: client.Transport, Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		end = r.URL
		return http.ErrUseLastResponse
	}}
	read := func(a *http.Response, err error) (string, error) {
		if err != nil {
			return "", err
		}
		defer a.Body.Close()
		text, err := io.ReadAll(a.Body)
		if err == nil && a.StatusCode >= 400 {
			err = fmt.Errorf("%s answered %s: %s", a.Request.URL.Path, a.Status, text)
		}
		return string(text), err
	}
	at, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	page, err := read(browser.Get(address))
	if err != nil {
		return nil, err
	}
	button := url.Values{"user": {who}}
	if who == "" {
		button = url.Values{"action": {"cancel"}}
	}
	for name := range button {
		action, fields, ok := form(at, page, name)
		if !ok {
			return nil, errors.New("no sign-in form: " + page)
		}
		maps.Copy(fields, button)
		if page, err = read(browser.PostForm(action, fields)); err != nil || end != nil {
			return end, err
		}
	}
	action, fields, ok := form(at, page, "state")
	if !ok {
		return nil, errors.New("no form that posts itself: " + page)
	}
	if _, err = read(browser.PostForm(action, fields)); err != nil {
		return nil, err
	}
	return url.Parse(action)
}

// browse is the browser that MSAL starts. It trusts what SSL_CERT_FILE says.
func browse() int {
	if _, err := signIn(http.DefaultClient, os.Args[1], os.Getenv("graphemu_test_user")); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// opener puts a browser of ours where MSAL looks for one.
func (s *server) opener(who string) {
	s.t.Helper()
	self, err := os.Executable()
	require.NoError(s.t, err)
	dir := s.t.TempDir()
	script := "#!/bin/sh\ngraphemu_test_role=browser exec '" + self + "' \"$1\"\n"
	require.NoError(s.t, os.WriteFile(filepath.Join(dir, "xdg-open"), []byte(script), 0o700))
	s.t.Setenv("PATH", dir+string(filepath.ListSeparator)+os.Getenv("PATH"))
	s.t.Setenv("SSL_CERT_FILE", s.CA)
	s.t.Setenv("graphemu_test_user", who)
}

func (s *server) interactive() *azidentity.InteractiveBrowserCredential {
	s.t.Helper()
	cred, err := azidentity.NewInteractiveBrowserCredential(
		&azidentity.InteractiveBrowserCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true,
			TenantID: s.Tenant, ClientID: s.ClientID})
	require.NoError(s.t, err)
	return cred
}

func TestInteractiveBrowser(t *testing.T) {
	s := serve(t)
	s.opener(user)
	cred := s.interactive()
	record, err := cred.Authenticate(t.Context(), &policy.TokenRequestOptions{Scopes: delegated, EnableCAE: true})
	require.NoError(t, err)
	assert.Equal(t, user, record.Username)
	assert.Equal(t, s.Tenant, record.TenantID)
	s.token(cred, delegated)
	forms := s.wire.forms()
	require.Len(t, forms, 1)
	assert.Equal(t, "authorization_code", forms[0].Get("grant_type"))
	assert.NotEmpty(t, forms[0].Get("code_verifier"))
}

func TestInteractiveBrowserCancelled(t *testing.T) {
	s := serve(t)
	s.opener("")
	_, err := s.interactive().GetToken(t.Context(), policy.TokenRequestOptions{Scopes: delegated})
	assert.ErrorContains(t, err, "AADSTS65004")
}

// shelf keeps the cache of a client of MSAL's, so that a test may age it.
type shelf struct{ text []byte }

func (f *shelf) Replace(_ context.Context, c cache.Unmarshaler, _ cache.ReplaceHints) error {
	if f.text == nil {
		return nil
	}
	return c.Unmarshal(f.text)
}

func (f *shelf) Export(_ context.Context, c cache.Marshaler, _ cache.ExportHints) (err error) {
	f.text, err = c.Marshal()
	return err
}

// age makes every access token one that has expired.
func (f *shelf) age(t *testing.T) {
	t.Helper()
	var all map[string]map[string]map[string]any
	require.NoError(t, json.Unmarshal(f.text, &all))
	require.NotEmpty(t, all["AccessToken"])
	for _, token := range all["AccessToken"] {
		token["expires_on"], token["extended_expires_on"] = "1", "1"
	}
	var err error
	f.text, err = json.Marshal(all)
	require.NoError(t, err)
}

// An app that takes the code itself, with PKCE, as one with a page of its own does.
func TestAuthorizationCode(t *testing.T) {
	s := serve(t)
	f := &shelf{}
	c, err := public.New(s.ClientID, public.WithAuthority(s.HTTPS+"/"+s.Tenant), public.WithHTTPClient(s.client()),
		public.WithInstanceDiscovery(false), public.WithCache(f))
	require.NoError(t, err)
	const back = "http://localhost/signed-in"
	address, err := c.AuthCodeURL(t.Context(), s.ClientID, back, delegated)
	require.NoError(t, err)
	verifier := rand.Text() + rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	end, err := signIn(s.client(),
		address+"&state=a+b&code_challenge_method=S256&code_challenge="+base64.RawURLEncoding.EncodeToString(sum[:]), user)
	require.NoError(t, err)
	assert.Equal(t, back, end.Scheme+"://"+end.Host+end.Path)
	assert.Equal(t, "a b", end.Query().Get("state"))

	_, err = c.AcquireTokenByAuthCode(t.Context(), end.Query().Get("code"), back, delegated, public.WithChallenge(verifier+"x"))
	assert.ErrorContains(t, err, "AADSTS501481", "another verifier")
	got, err := c.AcquireTokenByAuthCode(t.Context(), end.Query().Get("code"), back, delegated, public.WithChallenge(verifier))
	require.NoError(t, err)
	s.good(got.AccessToken)
	assert.Equal(t, user, got.Account.PreferredUsername)
	assert.Equal(t, "Ora Klein", got.IDToken.Name)
	assert.Equal(t, s.Tenant, got.IDToken.TenantID)
	assert.Contains(t, got.GrantedScopes, delegated[0])

	// Two hours later, on both sides.
	s.control("clock", `{"advance":"2h"}`)
	f.age(t)
	s.wire.forms()
	fresh, err := c.AcquireTokenSilent(t.Context(), delegated, public.WithSilentAccount(got.Account))
	require.NoError(t, err)
	forms := s.wire.forms()
	require.Len(t, forms, 1)
	assert.Equal(t, "refresh_token", forms[0].Get("grant_type"))
	assert.NotEqual(t, got.AccessToken, fresh.AccessToken)
	s.good(fresh.AccessToken)
}
