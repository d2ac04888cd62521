package azidentitygo

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	abs "github.com/microsoft/kiota-abstractions-go"
	khttp "github.com/microsoft/kiota-http-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// graph is an adapter as the typed SDK makes it, that signs in by itself.
type graph struct {
	t *testing.T
	*core.GraphRequestAdapterBase
}

func (s *server) graph(cred azcore.TokenCredential, scopes []string) graph {
	s.t.Helper()
	auth, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(cred, scopes, []string{"localhost"})
	require.NoError(s.t, err)
	options := core.GraphClientOptions{GraphServiceVersion: "beta", GraphServiceLibraryVersion: "0.120.0"}
	c := core.GetDefaultClient(&options)
	c.Transport = khttp.NewCustomTransportWithParentTransport(s.wire, core.GetDefaultMiddlewaresWithOptions(&options)...)
	a, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, options, nil, nil, c)
	require.NoError(s.t, err)
	a.SetBaseUrl(s.HTTPS + "/beta")
	return graph{s.t, a}
}

// send returns the decoded answer and, of one that failed, the status.
func (g graph) send(method abs.HttpMethod, body string) (answer map[string]any, status int, err error) {
	g.t.Helper()
	r := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(method, "{+baseurl}/education/synchronizationProfiles",
		map[string]string{})
	r.Headers.TryAdd("Accept", "application/json")
	if body != "" {
		r.SetStreamContentAndContentType([]byte(body), "application/json")
	}
	text, err := g.SendPrimitive(g.t.Context(), r, "[]byte", nil)
	if err != nil {
		var failed *abs.ApiError
		if errors.As(err, &failed) {
			status = failed.ResponseStatusCode
		}
		return nil, status, err
	}
	require.NoError(g.t, json.Unmarshal(text.([]byte), &answer))
	return answer, 0, nil
}

func (g graph) list() []any {
	g.t.Helper()
	answer, _, err := g.send(abs.GET, "")
	require.NoError(g.t, err)
	require.IsType(g.t, []any{}, answer["value"])
	return answer["value"].([]any)
}

func TestGraphAsAnApplication(t *testing.T) {
	s := serve(t)
	g := s.graph(s.secret(s.ClientSecret), application)
	assert.Len(t, g.list(), 12, "the fixture's")
	_, status, err := g.send(abs.POST, draft)
	assert.Error(t, err)
	assert.Equal(t, http.StatusForbidden, status)
	assert.Len(t, s.wire.forms(), 1)
}

func TestGraphAsAUser(t *testing.T) {
	s := serve(t)
	g := s.graph(s.device(approve(s)), delegated)
	made, _, err := g.send(abs.POST, draft)
	require.NoError(t, err)
	assert.Equal(t, "provisioning", made["state"])
	assert.Len(t, g.list(), 13)
}

// A token that Graph has revoked: the SDK hands the claims to azidentity, which asks
// for another token with them, and the caller notices nothing. A body is sent again.
func TestClaimsChallenge(t *testing.T) {
	for name, c := range map[string]struct {
		flags  []string
		scopes []string
		cred   func(*server) azcore.TokenCredential
		grant  string
		revoke bool // by a control call, else by the scenario, with the third call
	}{
		"application, revoked": {nil, application, func(s *server) azcore.TokenCredential { return s.secret(s.ClientSecret) },
			"client_credentials", true},
		"application, scenario": {[]string{"--scenario", "token-expires"}, application,
			func(s *server) azcore.TokenCredential { return s.secret(s.ClientSecret) }, "client_credentials", false},
		"user, revoked": {nil, delegated, func(s *server) azcore.TokenCredential { return s.device(approve(s)) }, "refresh_token", true},
		"user, scenario": {[]string{"--scenario", "token-expires"}, delegated,
			func(s *server) azcore.TokenCredential { return s.device(approve(s)) }, "refresh_token", false},
	} {
		t.Run(name, func(t *testing.T) {
			s := serve(t, c.flags...)
			g := s.graph(c.cred(s), c.scopes)
			g.list()
			g.list()
			first := s.wire.forms()
			require.NotEmpty(t, first)
			assert.Contains(t, strings.ToLower(first[len(first)-1].Get("claims")), `"xms_cc":{"values":["cp1"]}`,
				"azidentity says that it can be challenged")
			if c.revoke {
				s.control("revoke", "")
			}
			if c.grant == "refresh_token" { // who may create
				made, _, err := g.send(abs.POST, draft)
				require.NoError(t, err)
				assert.Equal(t, "North", made["displayName"])
			}
			g.list()
			g.list()
			forms := s.wire.forms()
			require.Len(t, forms, 1, "asked for once")
			assert.Equal(t, c.grant, forms[0].Get("grant_type"))
			var claims struct {
				AccessToken struct {
					NBF struct{ Essential bool }
					CC  struct{ Values []string } `json:"xms_cc"`
				} `json:"access_token"`
			}
			require.NoError(t, json.Unmarshal([]byte(forms[0].Get("claims")), &claims))
			assert.True(t, claims.AccessToken.NBF.Essential, forms[0])
			assert.Equal(t, []string{"CP1"}, claims.AccessToken.CC.Values, "in capitals, as azidentity for Go has it")
		})
	}
}

// New keys are no trouble: the tokens of those before stay good, until they are
// forgotten.
func TestKeysRotate(t *testing.T) {
	s := serve(t)
	old := s.token(s.secret(s.ClientSecret), application)
	s.control("/keys/rotate", "{}")
	s.good(old)
	fresh := s.token(s.secret(s.ClientSecret), application)
	assert.NotEqual(t, header(t, old)["kid"], header(t, fresh)["kid"])
	s.control("/keys/rotate", `{"forget":true}`)
	status, _ := s.ask(fresh, "GET", profiles, "")
	assert.Equal(t, http.StatusUnauthorized, status)
	s.token(s.secret(s.ClientSecret), application)
}

func header(t *testing.T, token string) (h map[string]any) {
	t.Helper()
	part, _, _ := strings.Cut(token, ".")
	text, err := base64.RawURLEncoding.DecodeString(part)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &h))
	return h
}

// command is a client under graphemu exec: what it knows comes from its environment,
// but for the one thing that no variable of azidentity's turns off.
func command() int {
	if err := listFromEnvironment(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func listFromEnvironment(which string) error {
	var cred azcore.TokenCredential
	cred, err := azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{DisableInstanceDiscovery: true})
	if which == "default" {
		cred, err = azidentity.NewDefaultAzureCredential(&azidentity.DefaultAzureCredentialOptions{DisableInstanceDiscovery: true})
	}
	if err != nil {
		return err
	}
	auth, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(cred, application, []string{"localhost"})
	if err != nil {
		return err
	}
	a, err := core.NewGraphRequestAdapterBase(auth, core.GraphClientOptions{GraphServiceVersion: "beta"})
	if err != nil {
		return err
	}
	a.SetBaseUrl(os.Getenv("GRAPHEMU_URL"))
	r := abs.NewRequestInformationWithMethodAndUrlTemplateAndPathParameters(abs.GET, "{+baseurl}/education/synchronizationProfiles",
		map[string]string{})
	text, err := a.SendPrimitive(context.Background(), r, "[]byte", nil)
	if err != nil {
		return err
	}
	var list struct{ Value []any }
	err = json.Unmarshal(text.([]byte), &list)
	fmt.Printf("%d profiles\n", len(list.Value))
	return err
}

func TestExec(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	for _, which := range []string{"environment", "default"} {
		t.Run(which, func(t *testing.T) {
			c := exec.Command(binary(t), "exec", "--auth", "strict", "--fixture", "contoso", "--clock", "frozen", "--", self, which)
			c.Env = append(os.Environ(), "graphemu_test_role=command")
			out, err := c.CombinedOutput()
			require.NoError(t, err, string(out))
			assert.Contains(t, string(out), "12 profiles")
		})
	}
}
