package azurego

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/graphemu/graphemu/emulator"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Clients that send their whole file before they look for an answer, as Python's
// do: an error must not break the connection under them.
func TestLateReaders(t *testing.T) {
	const fault = "version: 1\nfaults:\n  - {name: busy, operation: upload.putBlob, respond: {status: 503, retryAfter: 1s}}\n"
	for name, o := range map[string]struct {
		options emulator.Options
		code    string
	}{
		"a fault":           {emulator.Options{ScenarioText: fault}, "ServerBusy"},
		"over the limit":    {emulator.Options{Limits: emulator.Limits{Upload: 1 << 20}}, "RequestBodyTooLarge"},
		"another signature": {emulator.Options{}, "AuthenticationFailed"},
	} {
		t.Run(name, func(t *testing.T) {
			o.options.Clock, o.options.HTTP = "frozen", "127.0.0.1:0"
			_, w := open(t, o.options)
			given := w.uploadURL(w.provisioned())
			if o.code == "AuthenticationFailed" {
				given = strings.Replace(given, "sig=", "sig=A", 1)
			}
			for range 3 {
				assert.Equal(t, o.code, sendAll(t, given, 40<<20).Header.Get("x-ms-error-code"))
			}
		})
	}
}

// sendAll puts so many bytes, and reads the answer's head when all are sent.
func sendAll(t *testing.T, uploadURL string, bytes int) *http.Response {
	t.Helper()
	u, err := url.Parse(uploadURL)
	require.NoError(t, err)
	conn, err := net.Dial("tcp", u.Host)
	require.NoError(t, err)
	defer conn.Close()
	_, err = fmt.Fprintf(conn, "PUT %s/school.csv?%s HTTP/1.1\r\nHost: %s\r\nx-ms-blob-type: BlockBlob\r\nContent-Length: %d\r\n\r\n", u.Path,
		u.RawQuery, u.Host, bytes)
	require.NoError(t, err)
	piece := make([]byte, 1<<20)
	for sent := 0; sent < bytes; sent += len(piece) {
		_, err = conn.Write(piece)
		require.NoErrorf(t, err, "after %d of %d bytes", sent, bytes)
	}
	a, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
	return a
}
