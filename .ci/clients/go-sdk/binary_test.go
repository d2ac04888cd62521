package gosdk

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"net/http"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// binary is what graphemu serve says of itself in its ready file.
type binary struct{ HTTP, HTTPS, CA, Token string }

// running returns the server that .ci/clients/run has started.
func running(t *testing.T) (b binary) {
	t.Helper()
	file := os.Getenv("ready")
	if file == "" {
		t.Skip("no server: bash .ci/clients/run go-sdk starts one")
	}
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &b))
	return b
}

// advance moves the clock of the default world by two seconds.
func (b binary) advance(t *testing.T) {
	t.Helper()
	r, err := http.Post(b.HTTP+"/_graphemu/worlds/default/clock", "application/json", bytes.NewBufferString(`{"advance":"2s"}`))
	require.NoError(t, err)
	defer r.Body.Close()
	require.Equal(t, http.StatusOK, r.StatusCode)
}

func TestBinary(t *testing.T) {
	b := running(t)
	pem, err := os.ReadFile(b.CA)
	require.NoError(t, err)
	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM(pem))
	trusting := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(trusting.CloseIdleConnections)

	for _, via := range []struct{ origin, protocol string }{{b.HTTP, "HTTP/1.1"}, {b.HTTPS, "HTTP/2.0"}} {
		t.Run(via.protocol, func(t *testing.T) {
			c := connect(t, via.origin, b.Token, trusting)
			made := c.create(via.protocol)
			assert.Equal(t, via.protocol, c.wire.answer.Proto)
			assert.Equal(t, "gzip", c.wire.request.Header.Get("Content-Encoding"))
			p, err := c.get(*made.id)
			require.NoError(t, err)
			assert.Equal(t, "provisioning", *p.state)
			b.advance(t)
			p, err = c.get(*made.id)
			require.NoError(t, err)
			assert.Equal(t, "provisioned", *p.state)
			assert.Contains(t, names(c.list(query{}).value), via.protocol)
		})
	}
}

func TestBinaryIsNotTrustedWithoutItsCA(t *testing.T) {
	b := running(t)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: x509.NewCertPool()}}
	_, err := connect(t, b.HTTPS, b.Token, transport).get(missing)
	var unknown x509.UnknownAuthorityError
	assert.ErrorAs(t, err, &unknown)
}
