package proxy

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A client that knows nothing reaches our hosts by their own names, over HTTP/2
// where it can, and nothing was dialed for it.
func TestOwnHosts(t *testing.T) {
	r := newRig(t, nil)
	c := r.client(t)
	for address, want := range map[string]string{
		"https://graph.test/a?b=c":         "HTTP/2.0 GET https graph.test /a?b=c ",
		"https://graph.test:443/a%2Fb":     "HTTP/2.0 GET https graph.test /a%2Fb ",
		"https://GRAPH.test":               "HTTP/2.0 GET https graph.test / ",
		"https://account.blob.test/x":      "HTTP/2.0 GET https account.blob.test /x ",
		"http://graph.test/a":              "HTTP/1.1 GET http graph.test /a ",
		"http://graph.test:80":             "HTTP/1.1 GET http graph.test / ",
		"http://account.blob.test./x?y=%7": "HTTP/1.1 GET http account.blob.test /x?y=%7 ",
	} {
		status, body := get(t, c, address)
		assert.Equal(t, 200, status, address)
		assert.Equal(t, want, body, "%s: neither the password nor the scheme goes further", address)
	}
	assert.Empty(t, r.dials())
	old := r.client(t)
	old.Transport.(*http.Transport).ForceAttemptHTTP2 = false
	_, body := get(t, old, "https://graph.test/a")
	assert.Equal(t, "HTTP/1.1 GET https graph.test /a ", body)
}

// The certificate is of the proxy's CA and for the one host.
func TestTrust(t *testing.T) {
	r := newRig(t, nil)
	c := r.client(t)
	c.Transport.(*http.Transport).TLSClientConfig.RootCAs = nil
	_, err := c.Get("https://graph.test/")
	var unknown *tls.CertificateVerificationError
	assert.ErrorAs(t, err, &unknown)

	raw, _ := r.connect(t, "account.blob.test:443")
	tunnel := tls.Client(raw, &tls.Config{RootCAs: r.roots, ServerName: "account.blob.test"})
	require.NoError(t, tunnel.Handshake())
	require.Len(t, tunnel.ConnectionState().PeerCertificates, 3, "with the intermediate and the root")
	assert.Equal(t, []string{"account.blob.test"}, tunnel.ConnectionState().PeerCertificates[0].DNSNames)
}

// A client that asks for no name, as by an address, is shown the tunnel's host.
func TestNoServerName(t *testing.T) {
	r := newRig(t, nil)
	raw, _ := r.connect(t, "graph.test:443")
	tunnel := tls.Client(raw, &tls.Config{InsecureSkipVerify: true})
	require.NoError(t, tunnel.Handshake())
	assert.Equal(t, []string{"graph.test"}, tunnel.ConnectionState().PeerCertificates[0].DNSNames)
}

func TestServerNameIsTheTunnels(t *testing.T) {
	r := newRig(t, nil)
	cache := tls.NewLRUClientSessionCache(0)
	handshake := func(to, name string) error {
		raw, _ := r.connect(t, to)
		c := tls.Client(raw, &tls.Config{RootCAs: r.roots, ServerName: name, InsecureSkipVerify: true, ClientSessionCache: cache})
		err := c.Handshake()
		if err == nil {
			_, err = io.WriteString(c, "GET / HTTP/1.1\r\nHost: "+name+"\r\n\r\n")
			require.NoError(t, err)
			_, err = http.ReadResponse(bufio.NewReader(c), nil) // reads the session ticket too
		}
		return err
	}
	require.NoError(t, handshake("graph.test:443", "graph.test"))
	require.NoError(t, handshake("graph.test:443", "GRAPH.test"))
	assert.Error(t, handshake("graph.test:443", "a.blob.test"))
	assert.Error(t, handshake("a.blob.test:443", "graph.test"), "not by a resumed session either")
	assert.Error(t, handshake("graph.test:443", "evil.test"))
}

func TestHostInsideIsTheTunnels(t *testing.T) {
	r := newRig(t, nil)
	ask := func(text string) (int, string) {
		raw, _ := r.connect(t, "graph.test:443")
		c := tls.Client(raw, &tls.Config{RootCAs: r.roots, ServerName: "graph.test"})
		_, err := io.WriteString(c, text)
		require.NoError(t, err)
		w, err := http.ReadResponse(bufio.NewReader(c), nil)
		require.NoError(t, err)
		b, err := io.ReadAll(w.Body)
		require.NoError(t, err)
		return w.StatusCode, string(b)
	}
	for text, want := range map[string]int{
		"GET / HTTP/1.1\r\nHost: graph.test\r\n\r\n":                                  200,
		"GET / HTTP/1.1\r\nHost: Graph.Test:443\r\n\r\n":                              200,
		"GET / HTTP/1.1\r\nHost: graph.test.\r\n\r\n":                                 200,
		"GET / HTTP/1.0\r\n\r\n":                                                      200,
		"GET https://graph.test/ HTTP/1.1\r\nHost: graph.test\r\n\r\n":                200,
		"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n":                                   421,
		"GET / HTTP/1.1\r\nHost: a.blob.test\r\n\r\n":                                 421,
		"GET / HTTP/1.1\r\nHost: graph.test:8443\r\n\r\n":                             421,
		"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n":                                   421,
		"GET https://a.blob.test/ HTTP/1.1\r\nHost: graph.test\r\n\r\n":               421,
		"GET / HTTP/1.1\r\nHost: graph.test\r\nHost: evil.test\r\n\r\n":               400,
		"GET / HTTP/1.1\r\n\r\n":                                                      400,
		"CONNECT evil.test:443 HTTP/1.1\r\nHost: graph.test\r\n\r\n":                  421,
		"POST / HTTP/1.1\r\nHost: graph.test\r\nTransfer-Encoding: chunky\r\n\r\n":    501,
		"GET / HTTP/1.1\r\nHost: graph.test\r\nX: " + strings.Repeat("x", 2<<20) + "": 431,
	} {
		status, body := ask(text)
		assert.Equal(t, want, status, "%.80q: %s", text, body)
		if want == 421 {
			assert.Contains(t, body, "This tunnel leads to graph.test, and the request asks for the host")
		}
	}
	// Over HTTP/2 the authority is looked at in the same way.
	c := r.client(t)
	req, err := http.NewRequestWithContext(t.Context(), "GET", "https://graph.test/", nil)
	require.NoError(t, err)
	req.Host = "evil.test"
	w, err := c.Do(req)
	require.NoError(t, err)
	w.Body.Close()
	assert.Equal(t, 2, w.ProtoMajor)
	assert.Equal(t, 421, w.StatusCode)
}

func TestRefusals(t *testing.T) {
	r := newRig(t, map[string]string{"allowed.test:8443": ""})
	for text, want := range map[string]struct {
		status int
		says   string
	}{
		"CONNECT example.com:443 HTTP/1.1":                                    {403, "--proxy-allow example.com, which"},
		"CONNECT example.com:8443 HTTP/1.1":                                   {403, "--proxy-allow example.com:8443, which"},
		"CONNECT example.com:80 HTTP/1.0":                                     {403, "--proxy-allow example.com, which"},
		"CONNECT graph.test:80 HTTP/1.1":                                      {403, "https port 443 and http port 80 alone"},
		"CONNECT graph.test:8443 HTTP/1.1":                                    {403, "https port 443 and http port 80 alone"},
		"CONNECT allowed.test:443 HTTP/1.1":                                   {403, "--proxy-allow allowed.test, which"},
		"CONNECT 10.0.0.1:443 HTTP/1.1":                                       {403, "--proxy-allow 10.0.0.1, which"},
		"CONNECT 169.254.169.254:80 HTTP/1.1":                                 {403, "graphemu's proxy refuses 169.254.169.254:80"},
		"CONNECT 127.0.0.1:443 HTTP/1.1":                                      {403, "127.0.0.1"},
		"CONNECT [::1]:443 HTTP/1.1":                                          {403, "--proxy-allow [::1]:443, which"},
		"CONNECT localhost:443 HTTP/1.1":                                      {403, "localhost"},
		"CONNECT a.b.blob.test:443 HTTP/1.1":                                  {403, "it answers graph.test and *.blob.test itself"},
		"CONNECT blob.test:443 HTTP/1.1":                                      {403, "blob.test"},
		"CONNECT graph.test HTTP/1.1":                                         {403, "CONNECT wants HOST:PORT"},
		"CONNECT graph.test:0443 HTTP/1.1":                                    {403, "CONNECT wants HOST:PORT"},
		"CONNECT user@graph.test:443 HTTP/1.1":                                {403, "CONNECT wants HOST:PORT"},
		"CONNECT graph.test:443/path HTTP/1.1":                                {403, "CONNECT wants HOST:PORT"},
		"CONNECT graph.test:443?x HTTP/1.1":                                   {403, "CONNECT wants HOST:PORT"},
		"CONNECT /graph.test:443 HTTP/1.1":                                    {403, "CONNECT wants HOST:PORT"},
		"CONNECT http://graph.test:443 HTTP/1.1":                              {403, "CONNECT wants HOST:PORT"},
		"CONNECT graph.test:443 HTTP/1.1\r\nContent-Length: 5":                {400, "CONNECT has no body"},
		"CONNECT graph.test:443 HTTP/1.1\r\nTransfer-Encoding: chunked":       {400, "CONNECT has no body"},
		"GET http://example.com/ HTTP/1.1":                                    {403, "--proxy-allow example.com, which"},
		"GET http://example.com:81/ HTTP/1.1":                                 {403, "--proxy-allow example.com:81, which"},
		"GET http://graph.test:81/ HTTP/1.1":                                  {403, "port 80 alone"},
		"GET http://graph.test:443/ HTTP/1.1":                                 {403, "port 80 alone"},
		"GET http://169.254.169.254/metadata/instance HTTP/1.1":               {403, "refuses 169.254.169.254:80"},
		"GET http://[fd00::1]/ HTTP/1.1":                                      {403, "refuses [fd00::1]:80"},
		"GET https://graph.test/ HTTP/1.1":                                    {403, "for https:// it is sent CONNECT HOST:443"},
		"GET ftp://graph.test/ HTTP/1.1":                                      {403, "Only http:// URLs"},
		"GET http://user:word@graph.test/ HTTP/1.1":                           {400, "user name"},
		"GET http:/// HTTP/1.1":                                               {403, "wants a host"},
		"GET http:graph.test HTTP/1.1":                                        {403, "wants a host"},
		"GET / HTTP/1.1":                                                      {403, "This is graphemu's proxy, not its server"},
		"GET /_graphemu/health HTTP/1.1":                                      {403, "This is graphemu's proxy, not its server"},
		"GET /beta/education/synchronizationProfiles HTTP/1.1":                {403, "It answers graph.test and *.blob.test."},
		"POST http://graph.test/ HTTP/1.1\r\nContent-Length: 1, 2":            {400, ""},
		"POST http://graph.test/ HTTP/1.1\r\nTransfer-Encoding: x":            {501, ""},
		"POST http://graph.test/ HTTP/1.1\r\nTransfer-Encoding: identity":     {501, ""},
		"POST http://graph.test/ HTTP/1.1\r\nContent-Length: 1\r\nX : y":      {400, ""},
		"POST http://graph.test/ HTTP/1.1\r\n Content-Length: 1":              {400, ""},
		"POST http://graph.test/ HTTP/1.1\r\nContent-Length: +1":              {400, ""},
		"GET http://graph.test/ HTTP/1.1\r\nX: " + strings.Repeat("x", 2<<20): {431, ""},
	} {
		answers, bodies := r.say(t, text+"\r\nHost: graph.test\r\n\r\n")
		if !assert.Len(t, answers, 1, "%.80q", text) {
			continue
		}
		assert.Equal(t, want.status, answers[0].StatusCode, "%.80q: %s", text, bodies[0])
		assert.Contains(t, bodies[0], want.says, "%.80q", text)
		assert.True(t, answers[0].Close, "%.80q: and it hangs up", text)
		if want.says != "" {
			assert.Equal(t, "text/plain; charset=utf-8", answers[0].Header.Get("Content-Type"), text)
		}
	}
	assert.Empty(t, r.requests())
	assert.Empty(t, r.dials())
	assert.NotContains(t, r.log.String(), "level=ERROR")
}

// What follows a CONNECT before it was answered is the tunnel's: it is neither
// lost nor taken for a request.
func TestEarlyBytes(t *testing.T) {
	r := newRig(t, nil)
	c := &eager{Conn: r.dial(t), before: "CONNECT graph.test:443 HTTP/1.1\r\nHost: graph.test:443\r\n\r\n"}
	tunnel := tls.Client(c, &tls.Config{RootCAs: r.roots, ServerName: "graph.test"})
	require.NoError(t, tunnel.Handshake())
	_, err := io.WriteString(tunnel, "GET /early HTTP/1.1\r\nHost: graph.test\r\n\r\n")
	require.NoError(t, err)
	w, err := http.ReadResponse(bufio.NewReader(tunnel), nil)
	require.NoError(t, err)
	assert.Equal(t, 200, w.StatusCode)

	// Where the tunnel is refused, they are no request either.
	answers, _ := r.say(t, "CONNECT evil.test:443 HTTP/1.1\r\n\r\nGET http://graph.test/smuggled HTTP/1.1\r\nHost: graph.test\r\n\r\n")
	require.Len(t, answers, 1)
	assert.Equal(t, 403, answers[0].StatusCode)
	answers, _ = r.say(t,
		"CONNECT graph.test:443 HTTP/1.1\r\nContent-Length: 60\r\n\r\nGET http://graph.test/smuggled HTTP/1.1\r\nHost: graph.test\r\n\r\n")
	require.Len(t, answers, 1)
	assert.Equal(t, 400, answers[0].StatusCode)
	// And where it was granted, what is no handshake ends it.
	answers, _ = r.say(t, "CONNECT graph.test:443 HTTP/1.1\r\n\r\nGET http://graph.test/smuggled HTTP/1.1\r\nHost: graph.test\r\n\r\n")
	require.NotEmpty(t, answers)
	assert.Equal(t, []string{"HTTP/1.1 GET https graph.test /early"}, r.requests())
}

// eager sends its request for a tunnel together with what comes first, and reads
// the answer when it reads for the first time.
type eager struct {
	net.Conn
	before string
	reader *bufio.Reader
}

func (e *eager) Write(b []byte) (int, error) {
	if e.before == "" {
		return e.Conn.Write(b)
	}
	_, err := e.Conn.Write(append([]byte(e.before), b...))
	e.before = ""
	return len(b), err
}

func (e *eager) Read(b []byte) (int, error) {
	if e.reader == nil {
		e.reader = bufio.NewReader(e.Conn)
		if _, err := http.ReadResponse(e.reader, &http.Request{Method: "CONNECT"}); err != nil {
			return 0, err
		}
	}
	return e.reader.Read(b)
}

// RFC 9112, 3.2.2: beside a whole URL, the Host header does not count.
func TestURLBeforeHost(t *testing.T) {
	r := newRig(t, nil)
	answers, bodies := r.say(t,
		"GET http://graph.test/a HTTP/1.1\r\nHost: a.blob.test\r\nProxy-Authorization: Basic x\r\nProxy-Connection: close\r\nConnection: close\r\n\r\n")
	require.Len(t, answers, 1)
	assert.Equal(t, "HTTP/1.1 GET http graph.test /a ", bodies[0])
	answers, _ = r.say(t, "GET http://evil.test/a HTTP/1.1\r\nHost: graph.test\r\n\r\n")
	require.Len(t, answers, 1)
	assert.Equal(t, 403, answers[0].StatusCode)
}

// The log tells of each refused host once, and not without end.
func TestLogOfRefusals(t *testing.T) {
	r := newRig(t, nil)
	for range 3 {
		r.say(t, "CONNECT one.test:443 HTTP/1.1\r\n\r\n")
	}
	r.say(t, "CONNECT two.test:443 HTTP/1.1\r\n\r\n")
	log := r.log.String()
	assert.Equal(t, 1, strings.Count(log, "host=one.test:443"), log)
	assert.Equal(t, 1, strings.Count(log, "host=two.test:443"), log)
	assert.Contains(t, log, "level=INFO")
	assert.Contains(t, log, "--proxy-allow one.test")
	for i := range maxRefused + 10 {
		r.news(fmt.Sprint(i))
	}
	assert.Len(t, r.refused, maxRefused)
}

func TestTooManyTunnels(t *testing.T) {
	r := newRig(t, nil, func(c *Config) { c.MaxTunnels = 2 })
	one, w := r.connect(t, "graph.test:443")
	require.Equal(t, 200, w.StatusCode)
	_, w = r.connect(t, "graph.test:443")
	require.Equal(t, 200, w.StatusCode)
	answers, bodies := r.say(t, "CONNECT graph.test:443 HTTP/1.1\r\n\r\n")
	require.Len(t, answers, 1)
	assert.Equal(t, 503, answers[0].StatusCode)
	assert.Contains(t, bodies[0], "2 tunnels are open")
	// One that ends makes room.
	one.Close()
	r.vacant(t, 1)
	_, w = r.connect(t, "graph.test:443")
	assert.Equal(t, 200, w.StatusCode)
}

// Close ends tunnels in every state.
func TestClose(t *testing.T) {
	r := newRig(t, nil)
	silent, _ := r.connect(t, "graph.test:443")
	raw, _ := r.connect(t, "graph.test:443")
	shaken := tls.Client(raw, &tls.Config{RootCAs: r.roots, ServerName: "graph.test"})
	require.NoError(t, shaken.Handshake())
	require.NoError(t, r.Close())
	require.NoError(t, r.Close(), "a second time")
	for _, c := range []net.Conn{silent, raw} {
		_, err := io.Copy(io.Discard, c)
		_ = err // an end or a reset: it has ended
	}
	answers, _ := r.say(t, "CONNECT graph.test:443 HTTP/1.1\r\n\r\n")
	assert.Empty(t, answers, "and takes no more")
}
