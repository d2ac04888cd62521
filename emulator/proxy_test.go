package emulator_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// proxied is an emulator with a proxy, and a plain client of Go's that knows of it
// no more than HTTPS_PROXY and a bundle of certificates would say.
type proxied struct {
	*rig.Target
	through *http.Client
}

// newProxied starts one. Whatever the proxy dials fails the test, unless o says
// otherwise.
func newProxied(t *testing.T, o emulator.Options) *proxied {
	t.Helper()
	o.Proxy = "localhost:0"
	if len(o.ProxyAllow) == 0 {
		o = emulator.WithDial(o, func(_ context.Context, _, address string) (net.Conn, error) {
			t.Errorf("the proxy dials %s", address)
			return nil, io.EOF
		})
	}
	d := &proxied{Target: rig.NewTarget(t, o)}
	proxy, err := url.Parse(d.Origin("proxy"))
	require.NoError(t, err)
	d.through = &http.Client{Transport: &http.Transport{Proxy: http.ProxyURL(proxy), ForceAttemptHTTP2: true,
		TLSClientConfig: &tls.Config{RootCAs: d.roots(t)}}}
	t.Cleanup(d.through.CloseIdleConnections)
	return d
}

func (d *proxied) roots(t *testing.T) *x509.CertPool {
	t.Helper()
	pem, _, err := d.CA()
	require.NoError(t, err)
	pool := x509.NewCertPool()
	require.True(t, pool.AppendCertsFromPEM(pem))
	return pool
}

// ask sends a request with a token through the proxy.
func (d *proxied) ask(t *testing.T, method, address, body string, headers ...string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Content-Type", "application/json")
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		r.Header.Set(name, value)
	}
	w, err := d.through.Do(r)
	require.NoError(t, err)
	defer w.Body.Close()
	b, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	return w, b
}

const anyBearer = "Authorization: Bearer x"

// What a client whose hosts are fixed does from the first call to the files, over
// HTTP/2, without one name but the service's own.
func TestProxyServesAWholeClient(t *testing.T) {
	d := newProxied(t, emulator.Options{Clock: "frozen", PublicURL: "https://public.test"})
	w, body := d.ask(t, "POST", rig.GraphURL+rig.ListPath, rig.CSVBody("North"), anyBearer)
	require.Equal(t, 202, w.StatusCode, string(body))
	assert.Equal(t, 2, w.ProtoMajor)
	var p struct {
		ID      string
		Context string `json:"@odata.context"`
	}
	require.NoError(t, json.Unmarshal(body, &p))
	assert.True(t, strings.HasPrefix(p.Context, rig.GraphURL+"/beta/$metadata#"), "%s: not the public URL", p.Context)
	require.NoError(t, d.World().Clock().Advance(time.Minute))

	_, body = d.ask(t, "GET", rig.GraphURL+rig.ListPath+"/"+p.ID+"/uploadUrl", "", anyBearer)
	var upload struct{ Value string }
	require.NoError(t, json.Unmarshal(body, &upload))
	require.True(t, strings.HasPrefix(upload.Value, "https://sdsstorage.blob.core.windows.net/"+p.ID+"?sv="), upload.Value)
	container, sas, _ := strings.Cut(upload.Value, "?")
	w, body = d.ask(t, "PUT", container+"/a%20b/School.csv?"+sas, "SIS ID,Name\nS1,North\n", "x-ms-blob-type: BlockBlob")
	require.Equal(t, 201, w.StatusCode, string(body))
	assert.Equal(t, 2, w.ProtoMajor)
	// The same signature is good in path style, and a part of a batch tells the same.
	r, err := http.NewRequestWithContext(t.Context(), "PUT", d.Root+"/sdsstorage/"+p.ID+"/b.csv?"+sas, strings.NewReader("x"))
	require.NoError(t, err)
	r.Header.Set("x-ms-blob-type", "BlockBlob")
	w, err = d.Client().Do(r)
	require.NoError(t, err)
	w.Body.Close()
	assert.Equal(t, 201, w.StatusCode)
	_, body = d.ask(t, "POST", rig.GraphURL+"/beta/$batch",
		`{"requests":[{"id":"1","method":"GET","url":"/education/synchronizationProfiles/`+p.ID+`/uploadUrl"}]}`, anyBearer)
	assert.Contains(t, string(body), "https://sdsstorage.blob.core.windows.net/"+p.ID+"?sv=")

	// The journal speaks of the surfaces' own paths.
	paths := map[string]bool{}
	for _, e := range d.World().Journal().Entries(journal.Filter{}) {
		paths[e.Operation+" "+e.Path] = true
	}
	assert.True(t, paths["upload.putBlob /sdsstorage/"+p.ID+"/a b/School.csv"], "%v", paths)
	assert.True(t, paths["profiles.create "+rig.ListPath], "%v", paths)

	// Plain HTTP is answered as well.
	_, body = d.ask(t, "GET", "http://graph.microsoft.com"+rig.ListPath, "", anyBearer)
	assert.Contains(t, string(body), `"http://graph.microsoft.com/beta/$metadata#education/synchronizationProfiles"`)
}

func TestProxyHasNoControlAPI(t *testing.T) {
	d := newProxied(t, emulator.Options{HTTP: "127.0.0.1:0"})
	for _, base := range []string{rig.GraphURL, "http://graph.microsoft.com", "https://sdsstorage.blob.core.windows.net",
		"https://login.microsoftonline.com", "https://localhost.blob.core.windows.net"} {
		for _, path := range []string{"/_graphemu/health", "/_graphemu/worlds/default/reset", "/beta/../_graphemu/health", "//_graphemu/health",
			"/%5fgraphemu/health"} {
			for _, method := range []string{"GET", "POST"} {
				w, body := d.ask(t, method, base+path, "", anyBearer)
				assert.GreaterOrEqual(t, w.StatusCode, 400, "%s %s%s: %s", method, base, path, body)
				assert.NotEqual(t, "application/problem+json", w.Header.Get("Content-Type"), "%s %s%s", method, base, path)
			}
		}
	}
	// Nor does it lead to this server's own ports.
	for _, to := range []string{d.Host, "localhost:443", "127.0.0.1:443", strings.TrimPrefix(d.Origin("proxy"), "http://")} {
		c := d.atProxy(t)
		_, err := fmt.Fprintf(c, "CONNECT %s HTTP/1.1\r\n\r\n", to)
		require.NoError(t, err)
		w, _ := rig.ReadAnswer(t, c, "CONNECT")
		assert.Equal(t, 403, w.StatusCode, to)
	}
	// The paths of one surface are unknown to the others.
	w, body := d.ask(t, "PUT", rig.GraphURL+"/sdsstorage/container/a.csv", "x", anyBearer)
	rig.Refused(t, w, body, 400)
	w, _ = d.ask(t, "GET", "https://sdsstorage.blob.core.windows.net"+rig.ListPath, "", anyBearer)
	assert.Equal(t, "application/xml", w.Header.Get("Content-Type"))
}

// A host that is allowed, but is this server, is not reached: behind the proxy
// everybody would be a client of this machine.
func TestProxyDoesNotLeadBack(t *testing.T) {
	at := make(chan string, 3)
	o := emulator.WithDial(emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "localhost:0", ProxyAllow: []string{"disguise.test"}},
		func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, <-at)
		})
	d := newProxied(t, o)
	for text, scheme := range map[string]string{
		"CONNECT disguise.test:443 HTTP/1.1\r\n\r\n":                                    "https",
		"CONNECT disguise.test:80 HTTP/1.1\r\n\r\n":                                     "proxy",
		"GET http://disguise.test/_graphemu/health HTTP/1.1\r\nHost: localhost\r\n\r\n": "http",
	} {
		_, address, _ := strings.Cut(d.Origin(scheme), "://")
		at <- address
		c := d.atProxy(t)
		_, err := io.WriteString(c, text)
		require.NoError(t, err)
		w, body := rig.ReadAnswer(t, c, "GET")
		require.NotNil(t, w, text)
		assert.Equal(t, 502, w.StatusCode, "%s: %s", text, body)
		assert.Contains(t, string(body), "it is graphemu itself")
	}
}

// atProxy is a connection to the proxy.
func (d *proxied) atProxy(t *testing.T) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(d.Origin("proxy"), "http://"))
	require.NoError(t, err)
	require.NoError(t, c.SetDeadline(time.Now().Add(10*time.Second)), "no test hangs")
	t.Cleanup(func() { c.Close() })
	return c
}

func TestProxyPassesAllowedHosts(t *testing.T) {
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "from ", r.Host) }))
	defer host.Close()
	var dialed []string
	o := emulator.WithDial(emulator.Options{ProxyAllow: []string{"example.com"}},
		func(ctx context.Context, network, address string) (net.Conn, error) {
			dialed = append(dialed, address)
			return new(net.Dialer).DialContext(ctx, network, host.Listener.Addr().String())
		})
	d := newProxied(t, o)
	d.through.Transport.(*http.Transport).TLSClientConfig.RootCAs.AddCert(host.Certificate())
	_, body := d.ask(t, "GET", "https://example.com/", "")
	assert.Equal(t, "from example.com", string(body))
	_, err := d.through.Get("https://www.example.com/")
	assert.ErrorContains(t, err, "Forbidden")
	w, _ := d.ask(t, "GET", rig.GraphURL+rig.ListPath, "", anyBearer)
	assert.Equal(t, 200, w.StatusCode)
	d.through.CloseIdleConnections()
	require.NoError(t, d.Close())
	assert.Equal(t, []string{"example.com:443"}, dialed, "and nothing else")
}

// What a scenario does on the wire, it does behind the proxy.
func TestProxyAndFaults(t *testing.T) {
	for name, c := range map[string]struct {
		then string
		http int // the client's version
	}{"reset/1": {"reset", 1}, "reset/2": {"reset", 2}, "close/1": {"close", 1}, "close/2": {"close", 2}} {
		t.Run(name, func(t *testing.T) {
			d := newProxied(t, emulator.Options{Verify: emulator.VerifyOff, ScenarioText: `
version: 1
name: broken
faults:
  - {name: broken, operation: profiles.list, calls: first 3, body: {cutAt: 50%}, then: ` + c.then + `}`})
			d.through.Transport.(*http.Transport).ForceAttemptHTTP2 = c.http == 2
			for range 3 {
				r, err := http.NewRequestWithContext(t.Context(), "GET", rig.GraphURL+rig.ListPath, nil)
				require.NoError(t, err)
				r.Header.Set("Authorization", "Bearer x")
				w, err := d.through.Do(r)
				if err != nil {
					continue // it broke before the header was read
				}
				assert.Equal(t, c.http, w.ProtoMajor)
				_, err = io.ReadAll(w.Body)
				w.Body.Close()
				assert.Error(t, err)
			}
			w, _ := d.ask(t, "GET", rig.GraphURL+rig.ListPath, "", anyBearer)
			assert.Equal(t, 200, w.StatusCode)
			assert.Equal(t, 3, len(d.World().Journal().Requests("profiles.list"))-1)
		})
	}
}

// Close ends who hangs behind the proxy, and leaves nothing running.
func TestProxyCloses(t *testing.T) {
	rig.Warm(t)
	before := runtime.NumGoroutine()
	d := newProxied(t, emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0", Verify: emulator.VerifyOff, ScenarioText: `
version: 1
name: hangs
faults: [{name: hangs, operation: profiles.list, then: hang}]`})
	for _, text := range []string{"", "CONN", "CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n",
		"GET http://graph.microsoft.com" + rig.ListPath + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\n\r\n"} {
		_, err := io.WriteString(d.atProxy(t), text)
		require.NoError(t, err)
	}
	ended := make(chan error, 1)
	go func() {
		r, _ := http.NewRequest("GET", rig.GraphURL+rig.ListPath, nil)
		r.Header.Set("Authorization", "Bearer x")
		w, err := d.through.Do(r)
		if err == nil {
			w.Body.Close()
		}
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(d.World().Journal().Requests("profiles.list")) == 2 }, 10*time.Second, time.Millisecond)
	require.NoError(t, d.Close())
	assert.Error(t, <-ended)
	d.through.CloseIdleConnections()
	d.HTTP.CloseIdleConnections()
	assert.Eventually(t, func() bool { return runtime.NumGoroutine() <= before+1 }, 10*time.Second, time.Millisecond, "goroutines are left")
	_, err := net.Dial("tcp", strings.TrimPrefix(d.Origin("proxy"), "http://"))
	assert.Error(t, err, "the port is free")
}

// Shutdown lets a request behind the proxy end.
func TestProxyShutsDown(t *testing.T) {
	d := newProxied(t, emulator.Options{})
	w, _ := d.ask(t, "GET", rig.GraphURL+rig.ListPath, "", anyBearer)
	require.Equal(t, 200, w.StatusCode)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	assert.NoError(t, d.Shutdown(ctx))
	_, err := d.through.Get(rig.GraphURL)
	assert.Error(t, err)
}

// The proxy's CA is beside the local one, in the same bundle, and in no file.
func TestProxyCA(t *testing.T) {
	dir := t.TempDir()
	d := newProxied(t, emulator.Options{HTTP: "127.0.0.1:0", HTTPS: "127.0.0.1:0", DataDir: dir})
	both, file, err := d.CA()
	require.NoError(t, err)
	var names []string
	for block, rest := pem.Decode(both); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		names = append(names, strings.Split(c.Subject.CommonName, " (")[0])
		assert.True(t, c.PermittedDNSDomainsCritical)
		if len(names) == 2 {
			assert.ElementsMatch(t,
				[]string{"graph.microsoft.com", "login.microsoftonline.com", "login.microsoft.com", "login.windows.net", "sts.windows.net",
					"blob.core.windows.net"}, c.PermittedDNSDomains)
		}
	}
	assert.Equal(t, []string{"graphemu local CA", "graphemu proxy CA"}, names)
	assert.Equal(t, dir+"/ca.pem", file)
	w, err := d.HTTP.Get(d.Origin("http") + "/_graphemu/ca.pem")
	require.NoError(t, err)
	defer w.Body.Close()
	served, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	assert.Equal(t, both, served)

	// The local listener does not show the proxy's certificates, nor the proxy the local ones.
	_, err = tls.Dial("tcp", strings.TrimPrefix(d.Origin("https"), "https://"),
		&tls.Config{RootCAs: d.roots(t), ServerName: "graph.microsoft.com"})
	assert.Error(t, err)

	// Without a proxy, it is as it was.
	plain := rig.NewTarget(t, emulator.Options{HTTPS: "127.0.0.1:0"})
	one, _, err := plain.CA()
	require.NoError(t, err)
	assert.Equal(t, 1, bytes.Count(one, []byte("BEGIN CERTIFICATE")))
	assert.Empty(t, plain.Origin("proxy"))
}

func TestProxyOptions(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer taken.Close()
	for _, c := range []struct {
		o    emulator.Options
		want string
	}{
		{emulator.Options{ProxyAllow: []string{"a.test"}}, `proxy allow "a.test": there is no proxy`},
		{emulator.Options{Proxy: "localhost:0", ProxyAllow: []string{"*.test"}}, `proxy allow "*.test": there are no wildcards`},
		{emulator.Options{Proxy: "localhost:0", ProxyAllow: []string{"graph.microsoft.com"}}, "the proxy answers this host itself"},
		{emulator.Options{Proxy: "localhost:0", ProxyAllow: []string{"x.blob.core.windows.net:443"}}, "the proxy answers this host itself"},
		{emulator.Options{Proxy: "9480"}, `cannot listen on "9480": want HOST:PORT`},
		{emulator.Options{Proxy: taken.Addr().String(), HTTP: "127.0.0.1:0"}, "another program has that port"},
	} {
		_, err := emulator.New(c.o)
		require.ErrorContains(t, err, c.want)
	}
}

// The ordinary port is no proxy, and says where one is.
func TestConnectAtTheOrdinaryPort(t *testing.T) {
	d := newProxied(t, emulator.Options{HTTP: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	c := d.Connect(t)
	_, err := io.WriteString(c, "CONNECT graph.microsoft.com:443 HTTP/1.1\r\n\r\n")
	require.NoError(t, err)
	w, err := http.ReadResponse(bufio.NewReader(c), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(w.Body)
	require.NoError(t, err)
	assert.Equal(t, 405, w.StatusCode)
	assert.Contains(t, string(body), "--proxy")
}

// And so does each host behind the proxy.
func TestUncleanPathsThroughTheProxy(t *testing.T) {
	d := newProxied(t, emulator.Options{Clock: "frozen", Fixture: "contoso"})
	for _, path := range rig.Unclean(rig.ListPath) {
		w, body := d.ask(t, "GET", rig.GraphURL+path, "", anyBearer)
		assert.Equal(t, 200, w.StatusCode, "%s: %s", path, body)
	}
	for _, path := range rig.Unclean("/common/.well-known/openid-configuration") {
		w, body := d.ask(t, "GET", "https://login.microsoftonline.com"+path, "")
		assert.Equal(t, 200, w.StatusCode, "%s: %s", path, body)
	}
	id := d.World().Profiles()[0].ID
	_, body := d.ask(t, "GET", rig.GraphURL+rig.ListPath+"/"+id+"/uploadUrl", "", anyBearer)
	to := rig.Answer{Body: string(body)}.Text("value")
	require.Contains(t, to, "blob.core.windows.net/", string(body))
	base, sas, _ := strings.Cut(to, "?")
	w, body := d.ask(t, "PUT", strings.Replace(base, ".net/", ".net//", 1)+"/School.csv?"+sas, "x", "x-ms-blob-type: BlockBlob")
	assert.Equal(t, 201, w.StatusCode, string(body))
}
