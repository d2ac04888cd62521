package control

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGuard(t *testing.T) {
	host := func(h string) func(*http.Request) { return func(r *http.Request) { r.Host = h } }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	peer := func(a string) func(*http.Request) { return func(r *http.Request) { r.RemoteAddr = a } }
	for name, c := range map[string]struct {
		status int
		as     func(*http.Request)
	}{
		"localhost":             {200, host("localhost")},
		"LOCALHOST:1":           {200, host("LOCALHOST:1")},
		"a.localhost":           {200, host("a.localhost:9400")},
		"127.0.0.1":             {200, host("127.0.0.1:9400")},
		"127.9.9.9":             {200, host("127.9.9.9")},
		"::1":                   {200, host("[::1]:9400")},
		"::1 without port":      {200, host("[::1]")},
		"docker":                {200, host("host.docker.internal:9400")},
		"--host":                {200, host("emu.test:9400")},
		"--host address":        {200, host("[FE80::1]")},
		"--public-url":          {200, host("graph.example.test")},
		"rebinding":             {421, host("evil.example:9400")},
		"rebinding, our prefix": {421, host("localhost.evil.example")},
		"rebinding, an address": {421, host("192.0.2.1:9400")},
		"no host":               {421, host("")},
		"a subdomain of ours":   {421, host("x.emu.test")},
		"odd host":              {421, host(`a"b<c>`)},

		"loopback peer":        {200, peer("127.0.0.1:1")},
		"loopback peer 6":      {200, peer("[::1]:1")},
		"loopback mapped to 6": {200, peer("[::ffff:127.0.0.1]:1")},
		"in memory":            {200, func(r *http.Request) { r.RemoteAddr, r.Host = "pipe", "graph.microsoft.com" }},
		"another machine":      {403, peer("192.0.2.7:1")},
		"another machine 6":    {403, peer("[2001:db8::1]:1")},
		"no peer":              {403, peer("")},
		"nonsense peer":        {403, peer("@")},

		"own page":                {200, header("Origin", "http://localhost:9400")},
		"own page's fetch":        {200, header("Sec-Fetch-Site", "same-origin")},
		"typed into the browser":  {200, header("Sec-Fetch-Site", "none")},
		"another origin":          {403, header("Origin", "http://evil.example")},
		"another port":            {403, header("Origin", "http://localhost:9401")},
		"origin null":             {403, header("Origin", "null")},
		"origin nonsense":         {403, header("Origin", "http://[")},
		"another site's fetch":    {403, header("Sec-Fetch-Site", "cross-site")},
		"a sibling site's fetch":  {403, header("Sec-Fetch-Site", "same-site")},
		"preflight of a page":     {403, func(r *http.Request) { r.Method = "OPTIONS"; r.Header.Set("Origin", "http://evil.example") }},
		"another origin, no peer": {403, func(r *http.Request) { r.Header.Set("Origin", "http://evil.example"); r.RemoteAddr = "192.0.2.7:1" }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t)
			w := b.send("POST", Prefix+"worlds/default/reset", "", c.as)
			if c.status == 200 {
				assert.Equal(t, 200, w.Code, w.Body)
				assert.Equal(t, 1, b.world.resets)
				return
			}
			problemOf(t, w, c.status)
			assert.Zero(t, b.world.resets, "nothing was done")
			assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
		})
	}
	remote := func(c *Config) { c.LoopbackOnly = false }
	assert.Equal(t, 200, newBench(t, remote).send("GET", Prefix+"health", "", peer("192.0.2.7:1")).Code)
	problemOf(t, newBench(t, remote).send("GET", Prefix+"health", "", peer("192.0.2.7:1"), host("evil.example")), 421)
}

// A page that was let in, and no other.
func TestOrigins(t *testing.T) {
	origins, err := NewOrigins([]string{"http://localhost:5173", "HTTPS://App.Test:443/", "capacitor://localhost", "http://[::1]:80"})
	require.NoError(t, err)
	let := func(c *Config) { c.Origins = origins }
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, origin := range []string{"http://localhost:5173", "https://app.test", "capacitor://localhost", "http://[::1]"} {
		b := newBench(t, let)
		w := b.send("OPTIONS", Prefix+"worlds/default/clock", "", header("Origin", origin), header("Sec-Fetch-Site", "cross-site"),
			header("Access-Control-Request-Method", "POST"),
			header("Access-Control-Request-Headers", "content-type"), header("Access-Control-Request-Private-Network", "true"))
		assert.Equal(t, 204, w.Code, w.Body)
		assert.Equal(t, []string{origin, "content-type", "true", "Origin"},
			[]string{w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Headers"),
				w.Header().Get("Access-Control-Allow-Private-Network"), w.Header().Get("Vary")})
		assert.Contains(t, w.Header().Get("Access-Control-Allow-Methods"), "POST")
		w = b.send("POST", Prefix+"worlds/default/reset", "", header("Origin", origin), header("Sec-Fetch-Site", "cross-site"))
		assert.Equal(t, []any{200, 1, origin}, []any{w.Code, b.world.resets, w.Header().Get("Access-Control-Allow-Origin")})
		w = b.send("GET", Prefix+"nothing", "", header("Origin", origin))
		problemOf(t, w, 404)
		assert.Equal(t, origin, w.Header().Get("Access-Control-Allow-Origin"), "the page reads why")
	}
	for _, origin := range []string{"http://localhost:5174", "https://localhost:5173", "http://localhost", "null", "http://x.app.test",
		"https://app.test.evil.example", "http://localhost:5173/"} {
		b := newBench(t, let)
		w := b.send("POST", Prefix+"worlds/default/reset", "", header("Origin", origin))
		assert.Contains(t, problemOf(t, w, 403), "--control-origin")
		assert.Zero(t, b.world.resets)
		assert.Empty(t, w.Header().Get("Access-Control-Allow-Origin"))
	}
	// It lets nobody else in: another machine, another name of the server.
	two := newBench(t, let).send("GET", Prefix+"health", "", header("Origin", "https://app.test"),
		func(r *http.Request) { r.Header.Add("Origin", "http://evil.example") })
	problemOf(t, two, 403)
	w := newBench(t, let).send("GET", Prefix+"health", "", header("Origin", "https://app.test"),
		func(r *http.Request) { r.RemoteAddr = "192.0.2.7:1" })
	problemOf(t, w, 403)
	w = newBench(t, let).send("GET", Prefix+"health", "", header("Origin", "https://app.test"),
		func(r *http.Request) { r.Host = "evil.example" })
	problemOf(t, w, 421)

	_, err = NewOrigins([]string{"*", "null", "", "localhost:5173", "http://", "http://a/b", "http://a?q", "http://u:p@a", "http://*.a.test",
		"http://a#f", "//a"})
	require.Error(t, err)
	assert.Equal(t, 10, strings.Count(err.Error(), "\n"), "all are told: %v", err)
}

func TestOff(t *testing.T) {
	w := httptest.NewRecorder()
	Off(w)
	assert.Contains(t, problemOf(t, w, 404), "--control off")
}

func TestPublicURLThatIsNone(t *testing.T) {
	_, err := NewHosts(nil, "http://[")
	assert.ErrorContains(t, err, "public URL")
}
