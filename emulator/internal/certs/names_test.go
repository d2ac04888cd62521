package certs

import (
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestParseHost(t *testing.T) {
	for host, want := range map[string]string{
		"graphemu":           "graphemu",
		"Graph.Test.":        "graph.test",
		"my_service":         "my_service",
		"xn--mnchen-3ya.de":  "xn--mnchen-3ya.de",
		"1password.test":     "1password.test",
		"10.0.0.7":           "10.0.0.7",
		"fd00:0:0::7":        "fd00::7",
		"::ffff:192.168.1.2": "192.168.1.2",
	} {
		dns, addr, err := parseHost(host)
		require.NoError(t, err, host)
		if dns == "" {
			dns = addr.String()
		}
		assert.Equal(t, want, dns, host)
	}
}

func TestParseHostRefuses(t *testing.T) {
	for host, want := range map[string]string{
		"":                                "it is empty",
		"https://graph.test":              "leave out the scheme",
		"*.test":                          "leave out the wildcard",
		"graph.test:9443":                 "leave out the port",
		"10.0.0.1:9443":                   "leave out the port",
		"[::1]":                           "without brackets",
		"[::1]:80":                        "without brackets",
		"10.0.0.0/8":                      "without a path or a range",
		"graph.test/beta":                 "without a path or a range",
		"fe80::1%eth0":                    "leave out %eth0",
		"a..b":                            "empty part",
		".test":                           "empty part",
		".":                               "empty part",
		"-a.test":                         "hyphen",
		"a-.test":                         "hyphen",
		"münchen.de":                      "xn--",
		"a b":                             "no ' '",
		"a\x00b":                          `no '\x00'`,
		"10.0.0.256":                      "ends in a number",
		strings.Repeat("a", 64) + ".test": "longer than 63",
		strings.Repeat("a.", 130) + "b":   "longer than 253",
	} {
		_, _, err := parseHost(host)
		assert.ErrorContains(t, err, want, "%q", host)
	}
	_, err := parseHosts([]string{"", "ok.test", "a:1"})
	assert.ErrorContains(t, err, `host "": it is empty`)
	assert.ErrorContains(t, err, `host "a:1": leave out the port`, "all at once")
}

func TestConstraints(t *testing.T) {
	list := func(hosts ...string) string {
		n, err := parseHosts(hosts)
		require.NoError(t, err)
		return n.constraints().String()
	}
	const standard = "host.docker.internal, localhost, 127.0.0.0/8, ::1"
	assert.Equal(t, standard, list())
	assert.Equal(t, standard, list("localhost", "a.localhost", "127.3.4.5", "::1", "x.host.docker.internal"), "covered as it is")
	assert.Equal(t, "b.test, host.docker.internal, localhost, 10.0.0.1, 127.0.0.0/8, ::1, fd00::1",
		list("b.test", "10.0.0.1", "B.test.", "fd00::1"))
	assert.Equal(t, list("a", "b", "10.0.0.1", "10.0.0.2"), list("10.0.0.2", "b", "10.0.0.1", "a"), "order does not matter")

	n, err := parseHosts([]string{"b.test"})
	require.NoError(t, err)
	c := n.constraints()
	for name, want := range map[string]bool{
		"localhost": true, "x.y.localhost": true, "b.test": true, "a.b.test": true,
		"ab.test": false, "test": false, "": false, "notlocalhost": false, "localhost.test": false,
	} {
		assert.Equal(t, want, c.permitsDNS(name), name)
	}
	assert.True(t, c.permitsIP(netip.MustParseAddr("127.9.9.9")))
	assert.False(t, c.permitsIP(netip.MustParseAddr("128.0.0.1")))
	assert.False(t, c.permitsIP(netip.Addr{}))
}
