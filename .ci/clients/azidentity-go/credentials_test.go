package azidentitygo

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"math/big"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (s *server) secret(secret string) *azidentity.ClientSecretCredential {
	s.t.Helper()
	cred, err := azidentity.NewClientSecretCredential(s.Tenant, s.ClientID, secret,
		&azidentity.ClientSecretCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
	require.NoError(s.t, err)
	return cred
}

func TestClientSecret(t *testing.T) {
	s := serve(t)
	cred := s.secret(s.ClientSecret)
	token := s.token(cred, application)
	assert.Equal(t, token, s.token(cred, application), "the second comes from the cache")
	require.Len(t, s.wire.forms(), 1)

	status, message := s.ask(token, "POST", profiles, draft)
	assert.Equal(t, http.StatusForbidden, status, "an application may not create")
	assert.Equal(t, "Required scp claim values are not provided.", message)
}

// azidentity gives the service's own words, with their number, which is what people
// search for.
func TestRefusals(t *testing.T) {
	s := serve(t)
	for name, c := range map[string]struct {
		tenant, client, secret string
		scopes                 []string
		status, number         int
	}{
		"wrong secret":   {s.Tenant, s.ClientID, "wrong", application, 401, 7000215},
		"unknown app":    {s.Tenant, "11111111-2222-4333-8444-555555555555", "x", application, 400, 700016},
		"not .default":   {s.Tenant, s.ClientID, s.ClientSecret, []string{"https://graph.microsoft.com/EduAdministration.Read"}, 400, 1002012},
		"other resource": {s.Tenant, s.ClientID, s.ClientSecret, []string{"https://vault.example/.default"}, 400, 500011},
	} {
		t.Run(name, func(t *testing.T) {
			cred, err := azidentity.NewClientSecretCredential(c.tenant, c.client, c.secret,
				&azidentity.ClientSecretCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
			require.NoError(t, err)
			_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: c.scopes})
			var failed *azidentity.AuthenticationFailedError
			require.ErrorAs(t, err, &failed)
			require.NotNil(t, failed.RawResponse)
			assert.Equal(t, c.status, failed.RawResponse.StatusCode)
			assert.Contains(t, err.Error(), "AADSTS"+strconv.Itoa(c.number)+": ")
		})
	}
	// A domain: where a fixture lists no tenants, each GUID leads to one.
	t.Run("unknown tenant", func(t *testing.T) {
		cred, err := azidentity.NewClientSecretCredential("nowhere.example", s.ClientID, s.ClientSecret,
			&azidentity.ClientSecretCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
		require.NoError(t, err)
		_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: application})
		assert.ErrorContains(t, err, "AADSTS90002: ")
	})
}

// certificate makes one that an app could have registered.
func certificate(t *testing.T, key crypto.Signer) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "nightly sync"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2120, 1, 1, 0, 0, 0, 0, time.UTC)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	require.NoError(t, err)
	c, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	return c
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

const nightly = "22222222-3333-4444-8555-666666666666"

// The certificate goes into a fixture; MSAL signs its assertions with RS256 or PS256.
func TestClientCertificate(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	cert := certificate(t, key)
	fixture, err := json.Marshal(map[string]any{"version": 1, "directory": map[string]any{"apps": []any{map[string]any{
		"appId": nightly, "displayName": "Nightly sync", "permissions": []string{"EduAdministration.Read.All"},
		"certificates": []string{block("CERTIFICATE", cert.Raw)}}}}})
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(file, fixture, 0o600))
	s := serve(t, "--fixture", file)

	for _, chain := range []bool{false, true} {
		t.Run(fmt.Sprint("chain sent: ", chain), func(t *testing.T) {
			cred, err := azidentity.NewClientCertificateCredential(s.Tenant, nightly, []*x509.Certificate{cert}, key,
				&azidentity.ClientCertificateCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true, SendCertificateChain: chain})
			require.NoError(t, err)
			token := s.token(cred, application)
			status, message := s.ask(token, "DELETE", profiles+"/c0470500-0000-4000-8000-000000000001", "")
			assert.Equal(t, http.StatusForbidden, status, "it may read")
			assert.Equal(t, "Required roles claim values are not provided.", message)
		})
	}
	t.Run("by environment, from a file", func(t *testing.T) {
		private, err := x509.MarshalPKCS8PrivateKey(key)
		require.NoError(t, err)
		file := filepath.Join(t.TempDir(), "nightly.pem")
		require.NoError(t, os.WriteFile(file, []byte(block("PRIVATE KEY", private)+block("CERTIFICATE", cert.Raw)), 0o600))
		t.Setenv("AZURE_TENANT_ID", s.Tenant)
		t.Setenv("AZURE_CLIENT_ID", nightly)
		t.Setenv("AZURE_CLIENT_SECRET", "")
		t.Setenv("AZURE_CLIENT_CERTIFICATE_PATH", file)
		cred, err := azidentity.NewEnvironmentCredential(
			&azidentity.EnvironmentCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
		require.NoError(t, err)
		s.token(cred, application)
	})
	t.Run("another certificate", func(t *testing.T) {
		other, err := rsa.GenerateKey(rand.Reader, 2048)
		require.NoError(t, err)
		cred, err := azidentity.NewClientCertificateCredential(s.Tenant, nightly, []*x509.Certificate{certificate(t, other)}, other,
			&azidentity.ClientCertificateCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
		require.NoError(t, err)
		_, err = cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: application})
		assert.ErrorContains(t, err, "AADSTS700027: ")
	})
	t.Run("the library wants RSA", func(t *testing.T) {
		ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		require.NoError(t, err)
		_, err = azidentity.NewClientCertificateCredential(s.Tenant, nightly, []*x509.Certificate{certificate(t, ec)}, ec, nil)
		assert.Error(t, err)
	})
}

// Deprecated, and there.
func TestUsernamePassword(t *testing.T) {
	s := serve(t)
	cred, err := azidentity.NewUsernamePasswordCredential(s.Tenant, s.ClientID, user, "any", //nolint:staticcheck // it is what is tested
		&azidentity.UsernamePasswordCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true})
	require.NoError(t, err)
	s.token(cred, delegated)
	s.token(cred, delegated)
	assert.Len(t, s.wire.forms(), 1, "the second comes from the cache")
}

func (s *server) device(prompt func(context.Context, azidentity.DeviceCodeMessage) error) *azidentity.DeviceCodeCredential {
	s.t.Helper()
	cred, err := azidentity.NewDeviceCodeCredential(
		&azidentity.DeviceCodeCredentialOptions{ClientOptions: s.options(), DisableInstanceDiscovery: true,
			TenantID: s.Tenant, ClientID: s.ClientID, UserPrompt: prompt})
	require.NoError(s.t, err)
	return cred
}

// approve is a prompt whose user approves at once.
func approve(s *server) func(context.Context, azidentity.DeviceCodeMessage) error {
	return func(_ context.Context, m azidentity.DeviceCodeMessage) error {
		s.control("device", `{"userCode":"`+m.UserCode+`","user":"`+user+`"}`)
		return nil
	}
}

// The user approves while the app shows the code, so nobody polls for long.
func TestDeviceCode(t *testing.T) {
	s := serve(t)
	shown := 0
	cred := s.device(func(ctx context.Context, m azidentity.DeviceCodeMessage) error {
		shown++
		assert.Contains(t, m.Message, m.UserCode)
		assert.True(t, strings.HasPrefix(m.VerificationURL, s.HTTPS+"/"), m.VerificationURL)
		return approve(s)(ctx, m)
	})
	s.token(cred, delegated)
	s.wire.forms()

	// Two hours later Graph takes that token no more. The client asks again, and gets
	// another by its refresh token, without a word to the user.
	old := s.token(cred, delegated)
	s.control("clock", `{"advance":"2h"}`)
	status, message := s.ask(old, "GET", profiles, "")
	assert.Equal(t, http.StatusUnauthorized, status)
	assert.Equal(t, "Lifetime validation failed, the token is expired.", message)
	got, err := cred.GetToken(t.Context(),
		policy.TokenRequestOptions{Scopes: delegated, EnableCAE: true, Claims: `{"access_token":{"nbf":{"essential":true}}}`})
	require.NoError(t, err)
	s.good(got.Token)
	forms := s.wire.forms()
	require.Len(t, forms, 1)
	assert.Equal(t, "refresh_token", forms[0].Get("grant_type"))
	assert.Equal(t, 1, shown)
}

func TestDeviceCodeDeclined(t *testing.T) {
	s := serve(t)
	cred := s.device(func(_ context.Context, m azidentity.DeviceCodeMessage) error {
		s.control("device", `{"userCode":"`+m.UserCode+`","decline":true}`)
		return nil
	})
	_, err := cred.GetToken(t.Context(), policy.TokenRequestOptions{Scopes: delegated})
	var failed *azidentity.AuthenticationFailedError
	require.ErrorAs(t, err, &failed)
	// MSAL has read the body, to see whether it goes on, and leaves the caller none.
	assert.Equal(t, http.StatusBadRequest, failed.RawResponse.StatusCode)
	assert.Len(t, s.wire.forms(), 1, "it does not go on")
}
