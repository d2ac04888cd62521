package proxy

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var ownHosts = []string{"graph.test", "*.blob.test"}

func TestParseTarget(t *testing.T) {
	for text, want := range map[string]target{
		"graph.test:443":      {"graph.test", "443"},
		"Graph.TEST.:443":     {"graph.test", "443"},
		"my_host:1":           {"my_host", "1"},
		"10.0.0.1:80":         {"10.0.0.1", "80"},
		"[fd00::1]:65535":     {"fd00::1", "65535"},
		"169.254.169.254:443": {"169.254.169.254", "443"},
	} {
		got, ok := parseTarget(text)
		assert.True(t, ok, text)
		assert.Equal(t, want, got, text)
	}
	for _, text := range []string{
		"", ":", ":443", "graph.test", "graph.test:", "graph.test:0", "graph.test:0443", "graph.test:+443", "graph.test:65536",
		"graph.test:https",
		"graph.test:443/", "graph.test:443:443", "user@graph.test:443", "http://graph.test:443", "fd00::1:443", "[fe80::1%eth0]:443",
		"gra ph.test:443",
		"graph..test:443", "..:443", "*.test:443", "grаph.test:443", strings.Repeat("a", 64) + ".test:443",
		strings.Repeat("a.", 127) + "test:443", "\x00:443",
	} {
		_, ok := parseTarget(text)
		assert.False(t, ok, "%q", text)
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, text := range []string{"graph.test:443", "[::1]:80", "a@b:1", "*.x:2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := parseTarget(text)
		if !ok {
			return
		}
		again, ok := parseTarget(got.String())
		assert.True(t, ok, "%q", text)
		assert.Equal(t, got, again, "%q: it is what it says", text)
	})
}

func TestMatches(t *testing.T) {
	for host, want := range map[string]bool{
		"graph.test": true, "a.blob.test": true,
		"": false, "x.graph.test": false, "blob.test": false, ".blob.test": false, "a.b.blob.test": false, "ablob.test": false,
		"graph.test.evil": false,
	} {
		assert.Equal(t, want, Matches(ownHosts, host), host)
	}
}

func TestParseAllow(t *testing.T) {
	a, err := ParseAllow([]string{"Example.com", "a.test:8443", "10.0.0.1", "[fd00::1]:99", "fd00::2", "[fd00::3]"}, ownHosts)
	require.NoError(t, err)
	for text, want := range map[string]bool{
		"example.com:443": true, "example.com:80": true, "EXAMPLE.com.:443": true, "a.test:8443": true, "10.0.0.1:443": true,
		"[fd00::1]:99": true, "[fd00::2]:80": true, "[fd00::3]:443": true,
		"example.com:8443": false, "a.test:443": false, "www.example.com:443": false, "10.0.0.2:443": false, "[fd00::1]:443": false,
		"169.254.169.254:80": false,
	} {
		at, ok := parseTarget(text)
		require.True(t, ok, text)
		assert.Equal(t, want, a.permits(at), text)
	}
	assert.False(t, Allow{}.permits(target{"example.com", "443"}), "nothing by itself")
}

func TestParseAllowRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "it is empty",
		"https://example.com": "leave out the scheme",
		"*.example.com":       "no wildcards",
		"*":                   "no wildcards",
		"example.com/path":    "leave out the path",
		"10.0.0.0/8":          "leave out the path",
		"example.com:":        "want HOST or HOST:PORT",
		"example.com:https":   "want HOST or HOST:PORT",
		"a b":                 "want HOST or HOST:PORT",
		"graph.test":          "the proxy answers this host itself",
		"GRAPH.test:8443":     "the proxy answers this host itself",
		"a.blob.test":         "the proxy answers this host itself",
	} {
		_, err := ParseAllow([]string{"fine.test", text}, ownHosts)
		require.ErrorContains(t, err, want, text)
		assert.ErrorContains(t, err, `proxy allow "`+text+`"`)
	}
	_, err := ParseAllow([]string{"*", "ok.test", ""}, ownHosts)
	assert.Len(t, strings.Split(err.Error(), "\n"), 2, "all at once")
}
