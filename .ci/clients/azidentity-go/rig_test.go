// Package azidentitygo tests graphemu with azidentity and MSAL for Go, which sign
// in, and with the Graph core SDK, which takes their tokens along.
package azidentitygo

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The user who signs in, of the fixture contoso. Any password is theirs.
const user = "ora.klein@contoso.edu"

var application = []string{"https://graph.microsoft.com/.default"}

// delegated asks for what the sample app may do for a user.
var delegated = []string{"https://graph.microsoft.com/EduAdministration.ReadWrite"}

// roles is a programme that the tests run under another name: this one again.
var roles = map[string]func() int{"browser": browse, "command": command}

func TestMain(m *testing.M) {
	if role := roles[os.Getenv("graphemu_test_role")]; role != nil {
		os.Exit(role())
	}
	os.Exit(m.Run())
}

// server is a strict server of the test's own, by its ready file.
type server struct {
	t                                    *testing.T
	HTTPS, CA, Tenant                    string
	ClientID, ClientSecret, Control, dir string

	wire *wire
}

// binary is the graphemu that .ci/clients/run has built.
func binary(t *testing.T) string {
	t.Helper()
	name := os.Getenv("graphemu")
	if name == "" {
		t.Skip("no binary: bash .ci/clients/run azidentity-go builds one")
	}
	return name
}

// serve starts a server with the fixture contoso and a clock that stands still. Its
// banner ends after the ready file is there. Flags come after those and replace them.
func serve(t *testing.T, flags ...string) *server {
	t.Helper()
	s := &server{t: t, dir: t.TempDir()}
	ready := filepath.Join(s.dir, "ready.json")
	c := exec.Command(binary(t), append([]string{"serve", "--auth", "strict", "--fixture", "contoso", "--clock", "frozen",
		"--http", "", "--https", "localhost:0", "--data-dir", filepath.Join(s.dir, "data"), "--ready-file", ready}, flags...)...)
	var log bytes.Buffer
	c.Stderr = &log
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		assert.NoError(t, c.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, c.Wait())
		if t.Failed() {
			t.Logf("the server logged:\n%s", log.String())
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() && !strings.HasPrefix(lines.Text(), "  curl ") {
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // its last words must not wait for a reader
	text, err := os.ReadFile(ready)
	require.NoError(t, err, "graphemu did not start")
	require.NoError(t, json.Unmarshal(text, s))
	pem, err := os.ReadFile(s.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(transport.CloseIdleConnections)
	s.wire = &wire{next: transport}
	return s
}

// options lead a credential to the server.
func (s *server) options() azcore.ClientOptions {
	return azcore.ClientOptions{
		Cloud:     cloud.Configuration{ActiveDirectoryAuthorityHost: s.HTTPS + "/"},
		Transport: s.client(),
		Retry:     policy.RetryOptions{MaxRetries: -1},
	}
}

func (s *server) client() *http.Client { return &http.Client{Transport: s.wire} }

// control calls the control API of the default world, or of the server where the
// path begins with a slash.
func (s *server) control(path, body string) (answer []byte) {
	s.t.Helper()
	if !strings.HasPrefix(path, "/") {
		path = "/worlds/default/" + path
	}
	r, err := http.NewRequestWithContext(s.t.Context(), "POST", s.HTTPS+"/_graphemu"+path, strings.NewReader(body))
	require.NoError(s.t, err)
	a, err := s.wire.next.RoundTrip(r)
	require.NoError(s.t, err)
	defer a.Body.Close()
	answer, err = io.ReadAll(a.Body)
	require.NoError(s.t, err)
	require.Lessf(s.t, a.StatusCode, 300, "%s", answer)
	return answer
}

const profiles = "/beta/education/synchronizationProfiles"

// draft is a profile as the documentation's example has it.
const draft = `{"displayName": "North", "dataProvider": {"@odata.type": "#microsoft.graph.educationCsvDataProvider"},
	"identitySynchronizationConfiguration": {"@odata.type": "#microsoft.graph.educationIdentityCreationConfiguration",
		"userDomains": [{"appliesTo": "student", "name": "contoso.edu"}, {"appliesTo": "teacher", "name": "contoso.edu"}]}}`

// ask calls Graph with a token, and returns the status and the message of a refusal.
func (s *server) ask(token, method, path, body string) (status int, message string) {
	s.t.Helper()
	status, text := s.fetch(token, method, path, body)
	var got struct{ Error struct{ Message string } }
	_ = json.Unmarshal(text, &got) // not every answer is JSON
	return status, got.Error.Message
}

func (s *server) fetch(token, method, path, body string) (status int, answer []byte) {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.HTTPS+path, strings.NewReader(body))
	require.NoError(s.t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	a, err := s.wire.next.RoundTrip(r)
	require.NoError(s.t, err)
	defer a.Body.Close()
	answer, err = io.ReadAll(a.Body)
	require.NoError(s.t, err)
	return a.StatusCode, answer
}

// token gets one, which must be good for listing profiles, and returns it.
func (s *server) token(cred azcore.TokenCredential, scopes []string) string {
	s.t.Helper()
	got, err := cred.GetToken(s.t.Context(), policy.TokenRequestOptions{Scopes: scopes, EnableCAE: true})
	require.NoError(s.t, err)
	s.good(got.Token)
	return got.Token
}

func (s *server) good(token string) {
	s.t.Helper()
	status, message := s.ask(token, "GET", profiles, "")
	require.Equal(s.t, http.StatusOK, status, message)
}

// wire is the transport of all clients, which remembers the forms that were posted
// to the token endpoint.
type wire struct {
	next http.RoundTripper
	mu   sync.Mutex
	sent []url.Values
}

func (w *wire) RoundTrip(r *http.Request) (*http.Response, error) {
	var form url.Values
	if strings.HasSuffix(r.URL.Path, "/oauth2/v2.0/token") {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(text))
		if form, err = url.ParseQuery(string(text)); err != nil {
			return nil, err
		}
	}
	if form != nil {
		w.mu.Lock()
		w.sent = append(w.sent, form)
		w.mu.Unlock()
	}
	return w.next.RoundTrip(r)
}

// forms are what was posted to the token endpoint since it was last asked.
func (w *wire) forms() []url.Values {
	w.mu.Lock()
	defer w.mu.Unlock()
	sent := w.sent
	w.sent = nil
	return sent
}
