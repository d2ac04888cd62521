package azurego

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// binary is what graphemu serve says of itself in its ready file.
type binary struct {
	HTTP, HTTPS, CA string
	PID             int
}

// running returns the server that .ci/clients/run has started.
func running(t *testing.T) binary {
	t.Helper()
	file := os.Getenv("ready")
	if file == "" {
		t.Skip("no server: bash .ci/clients/run azure-go starts one")
	}
	return read(t, file)
}

func read(t *testing.T, file string) (b binary) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &b))
	return b
}

// world connects to a world of the server, with a client that trusts roots only.
func (b binary) world(t *testing.T, origin, name string, roots *x509.CertPool) world {
	t.Helper()
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true, ExpectContinueTimeout: time.Second}
	t.Cleanup(transport.CloseIdleConnections)
	return world{t: t, origin: origin, name: name, client: &http.Client{Transport: transport}, retry: policy.RetryOptions{MaxRetries: -1}}
}

// trusted is the server's CA.
func (b binary) trusted(t *testing.T) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(b.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	return roots
}

// Over HTTP and over HTTPS with the CA; as localhost too, whose upload URL has the
// address in its place. Each has a world of its own: the signature leads there.
func TestBinary(t *testing.T) {
	b := running(t)
	roots := b.trusted(t)
	_, port, ok := strings.Cut(b.HTTPS, "127.0.0.1")
	require.True(t, ok, b.HTTPS)
	for name, origin := range map[string]string{"azure-http": b.HTTP, "azure-https": b.HTTPS, "azure-localhost": "https://localhost" + port} {
		t.Run(name, func(t *testing.T) {
			w := b.world(t, origin, name, roots)
			given := w.uploadURL(w.provisioned())
			assert.True(t, strings.HasPrefix(given, strings.Replace(origin, "localhost", "127.0.0.1", 1)+"/sdsstorage/"), given)
			flow(t, w)
		})
	}
}

func TestBinaryIsNotTrustedWithoutItsCA(t *testing.T) {
	b := running(t)
	w := b.world(t, b.HTTPS, "azure-untrusted", b.trusted(t))
	given := w.uploadURL(w.provisioned())
	err := upload(t, b.world(t, b.HTTPS, w.name, x509.NewCertPool()).storage(given), nil)
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
}

// command is the binary that .ci/clients/run has built.
func command(t *testing.T) string {
	t.Helper()
	name := os.Getenv("graphemu")
	if name == "" {
		t.Skip("no binary: bash .ci/clients/run azure-go builds one")
	}
	return name
}

// serve starts a server of the test's own, over HTTP with a frozen clock. Its banner
// ends after the ready file is there.
func serve(t *testing.T) binary {
	t.Helper()
	dir := t.TempDir()
	ready := filepath.Join(dir, "ready.json")
	c := exec.Command(command(t), "serve", "--http", "127.0.0.1:0", "--https", "", "--clock", "frozen", "--data-dir", "",
		"--ready-file", ready)
	out, err := c.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.Start())
	t.Cleanup(func() {
		assert.NoError(t, c.Process.Signal(syscall.SIGTERM))
		assert.NoError(t, c.Wait())
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "  curl ") {
			go func() {
				for lines.Scan() { // its last words must not wait for a reader
				}
			}()
			return read(t, ready)
		}
	}
	require.FailNow(t, "graphemu did not start")
	return binary{}
}

// The files that the command writes go the whole way without a word of complaint.
func TestRosterNew(t *testing.T) {
	b := running(t)
	dir := filepath.Join(t.TempDir(), "district")
	out, err := exec.Command(command(t), "roster", "new", dir, "--schools", "3", "--students", "300").CombinedOutput()
	require.NoError(t, err, string(out))
	w := b.world(t, b.HTTP, "azure-roster", nil)
	id, c := w.container()
	putFolder(t, c, dir)
	code, messages := w.start(id)
	assert.Equal(t, http.StatusOK, code)
	assert.Empty(t, messages)
	w.advance(time.Minute)
	assert.Equal(t, "success", w.status(id))
	assert.Len(t, list[school](w, "schools"), 3)
	assert.Len(t, list[user](w, "users", "$filter", "primaryRole eq 'student'"), 300)
}

// The documented ten again, from the command's files and on the wire.
func TestRosterNewDocumented(t *testing.T) {
	b := running(t)
	dir := filepath.Join(t.TempDir(), "district")
	out, err := exec.Command(command(t), "roster", "new", dir, "--documented").CombinedOutput()
	require.NoError(t, err, string(out))
	w := b.world(t, b.HTTP, "azure-documented", nil)
	id, c := w.container()
	putFolder(t, c, dir)
	code, messages := w.start(id)
	assert.Equal(t, http.StatusBadRequest, code)
	assert.Equal(t, ten, messages)
}
