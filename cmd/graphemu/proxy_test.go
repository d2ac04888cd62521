package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBesideProxy(t *testing.T) {
	for _, c := range []struct{ own, other, want string }{
		{"", "", "localhost,127.0.0.1,::1"},
		{"corp.test", "", "corp.test,localhost,127.0.0.1,::1"},
		{"corp.test, .intra.test", "x", "corp.test,.intra.test,localhost,127.0.0.1,::1"},
		{"127.0.0.1,localhost", "", "127.0.0.1,localhost,::1"},
		{"::1,127.0.0.1,localhost", "", "::1,127.0.0.1,localhost"},
		{"", "corp.test", "corp.test,localhost,127.0.0.1,::1"},
	} {
		assert.Equal(t, c.want, besideProxy(c.own, c.other), "%q, %q", c.own, c.other)
	}
}

func TestPastProxy(t *testing.T) {
	for list, want := range map[string]string{
		"":                                "",
		"localhost,127.0.0.1,::1":         "",
		"corp.test,example.microsoft.com": "",
		"*":                               "*",
		"a,*":                             "*",
		"graph.microsoft.com":             "graph.microsoft.com",
		"a,.microsoft.com":                ".microsoft.com",
		"*.Windows.net":                   "*.Windows.net",
		"microsoftonline.com,example.com": "microsoftonline.com",
		"notmicrosoft.com,soft.com,ph.microsoft.com": "",
	} {
		assert.Equal(t, want, pastProxy(list), list)
	}
}

// The ready file of a server with a proxy names a file with both CAs, which is
// gone with it.
func TestReadyFileWithProxy(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "ready.json")
	require.NoError(t, os.WriteFile(file+".ca.pem", []byte("-----BEGIN CERTIFICATE-----\nstale"), 0o600))
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--proxy", "localhost:0", "--ready-file", file)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	var r ready
	require.NoError(t, json.Unmarshal(b, &r))
	assert.Regexp(t, `^http://localhost:[0-9]+$`, r.Proxy)
	assert.Equal(t, file+".ca.pem", r.CA)
	bundle, err := os.ReadFile(r.CA)
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(bundle), "BEGIN CERTIFICATE"))
	assert.Contains(t, s.banner, "  Proxy    "+r.Proxy+"\n")
	assert.Contains(t, s.banner, "GET /_graphemu/ca.pem")
	_, served := get(t, r.HTTP+"/_graphemu/ca.pem", "")
	assert.Equal(t, string(bundle), served)
	s.end(t)
	for _, f := range []string{file, r.CA} {
		_, err := os.Stat(f)
		assert.ErrorIs(t, err, os.ErrNotExist)
	}
}

// Without a proxy nothing lies beside the ready file, and nothing speaks of one.
func TestReadyFileWithoutProxy(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ready.json")
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "127.0.0.1:0", "--ready-file", file)
	b, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.NotContains(t, string(b), "proxy")
	assert.NoFileExists(t, bundleOf(file))
	assert.NotContains(t, s.banner, "  Proxy ")
	s.end(t)
}
