package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func known(file string) authority {
	return authority{file: file, name: "graphemu local CA (0f1feade)", thumbprint: "A94A8FE5CCB19BA61C4C0873D391E987982FBBD3",
		sha256: "0F:1F:EA:DE", names: []string{"localhost and its subdomains", "127.0.0.0/8", "::1"}, end: "5 January 2036"}
}

var everything = []string{"curl", "go", "node", "deno", "bun", "python3", "dotnet", "pwsh", "php", "ruby"}

// What is printed on each kind of system, in testdata/trust. To write it: go
// test ./cmd/graphemu -run TestTrustText -update
func TestTrustText(t *testing.T) {
	const home = "/home/you/.config/graphemu/ca.pem"
	also := func(found ...string) []string { return append(found, everything...) }
	for name, tt := range map[string]struct {
		machine
		file string
	}{
		"debian": {machine{os: "linux", ids: []string{"ubuntu", "debian"}, found: also("update-ca-certificates"), javaHook: true, hasJava: true,
			cacerts: "/usr/lib/jvm/java-17/lib/security/cacerts", rootsFile: "/etc/ssl/certs/ca-certificates.crt",
			firefox: []string{"/home/you/.mozilla/firefox/ab.default"}, nssdb: true}, home},
		"alpine-in-a-container": {machine{os: "linux", ids: []string{"alpine"}, administrator: true,
			found:     []string{"update-ca-certificates", "node"},
			rootsFile: "/etc/ssl/certs/ca-certificates.crt"}, "/root/.config/graphemu/ca.pem"},
		"fedora": {machine{os: "linux", ids: []string{"fedora"},
			found:     []string{"update-ca-trust", "trust", fedoraAnchors, "certutil", "google-chrome", "go"},
			rootsFile: "/etc/pki/tls/certs/ca-bundle.crt"}, home},
		"suse": {machine{os: "linux", ids: []string{"opensuse-tumbleweed", "opensuse", "suse"},
			found:     []string{"update-ca-certificates", "trust", suseAnchors},
			rootsFile: "/etc/ssl/ca-bundle.pem"}, home},
		"arch": {machine{os: "linux", ids: []string{"arch"}, found: []string{"trust", "update-ca-trust", "chromium"},
			rootsFile: "/etc/ssl/certs/ca-certificates.crt"}, home},
		"nixos":   {machine{os: "linux", ids: []string{"nixos"}, found: []string{"curl"}, rootsFile: "/etc/ssl/certs/ca-certificates.crt"}, home},
		"without": {machine{os: "linux", ids: []string{"debian"}, found: []string{"python"}}, home},
		"bare":    {machine{os: "linux"}, "/data/ca.pem"},
		"wsl": {machine{os: "linux", ids: []string{"ubuntu", "debian"}, wsl: true, found: []string{"update-ca-certificates"},
			rootsFile: "/etc/ssl/certs/ca-certificates.crt"}, home},
		"roots-in-force": {machine{os: "linux", found: also(), rootsFile: "/etc/ssl/certs/ca-certificates.crt", hasJava: true,
			variables: map[string]string{
				"SSL_CERT_FILE": "/corp/roots.pem", "NODE_EXTRA_CA_CERTS": "/corp/proxy.pem", "JAVA_TOOL_OPTIONS": "-Xmx1g"}}, home},
		"pasted-before": {machine{os: "linux", found: also(), rootsFile: "/etc/ssl/certs/ca-certificates.crt", hasJava: true,
			cacerts: "/j/cacerts", variables: map[string]string{
				"SSL_CERT_FILE": "/home/you/.config/graphemu/roots.pem", "NODE_EXTRA_CA_CERTS": home,
				"JAVA_TOOL_OPTIONS": `-Djavax.net.ssl.trustStore="/home/you/.config/graphemu/java-roots" -Djavax.net.ssl.trustStorePassword=changeit`}}, home},
		"macos": {machine{os: "darwin", found: also(), rootsFile: "/etc/ssl/cert.pem", hasJava: true,
			firefox: []string{"/Users/you/Library/Application Support/Firefox/Profiles/ab.default"}},
			"/Users/you/Library/Application Support/graphemu/ca.pem"},
		"windows": {machine{os: "windows", found: []string{"curl", "go", "node", "python", "dotnet", "pwsh", "certutil"}, hasJava: true,
			firefox: []string{`C:\Users\O’Hara\AppData\Roaming\Mozilla\Firefox\Profiles\ab.default`}},
			`C:\Users\O’Hara\AppData\Roaming\graphemu\ca.pem`},
		"freebsd": {machine{os: "freebsd", found: []string{"curl"}, rootsFile: "/etc/ssl/cert.pem"}, home},
	} {
		t.Run(name, func(t *testing.T) {
			got, golden := trustText(tt.machine, known(tt.file)), filepath.Join("testdata", "trust", name+".txt")
			if *update {
				require.NoError(t, os.MkdirAll(filepath.Dir(golden), 0o755))
				require.NoError(t, os.WriteFile(golden, []byte(got), 0o644))
			}
			want, err := os.ReadFile(golden)
			require.NoError(t, err)
			assert.Equal(t, strings.ReplaceAll(string(want), "\r\n", "\n"), got)
			for line := range strings.Lines(got) {
				if strings.HasPrefix(line, "#") && !strings.HasPrefix(line, "#   ") && !strings.ContainsAny(line, `/\`) {
					assert.LessOrEqual(t, len([]rune(line)), 81, line)
				}
			}
			if sh, err := exec.LookPath("sh"); err == nil && tt.os != "windows" {
				c := exec.Command(sh, "-n")
				c.Stdin = strings.NewReader(got)
				said, err := c.CombinedOutput()
				assert.NoError(t, err, "%s", said)
			}
		})
	}
}

// A path is one word of a shell, whatever is in it.
func TestTrustQuotes(t *testing.T) {
	t.Run("a POSIX shell", func(t *testing.T) {
		sh, err := exec.LookPath("sh")
		if err != nil {
			t.Skip("there is none")
		}
		for _, path := range []string{"/a b/ca.pem", "/it's/$HOME/`id`/ca.pem", `/a\b/"c"/*/ca.pem`, "/a\nb/ca.pem"} {
			out, err := exec.Command(sh, "-c", "printf %s "+trusting{machine{os: "linux"}, known(path)}.quote(path)).Output()
			require.NoError(t, err)
			assert.Equal(t, path, string(out))
		}
	})
	w := trusting{machine{os: "windows"}, known(`C:\it's\ca.pem`)}
	assert.Equal(t, `'C:\it''s\$x’’\ca.pem'`, w.quote(`C:\it's\$x’\ca.pem`))
	assert.Equal(t, `C:\it's\roots.pem`, w.store("roots.pem"))
}

func TestFamily(t *testing.T) {
	for _, tt := range []struct {
		release string
		found   []string
		want    string
	}{
		{"ID=debian\n", []string{"update-ca-certificates"}, "debian"},
		{"NAME=\"Linux Mint\"\nID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", []string{"update-ca-certificates", "trust"}, "debian"},
		{"ID=alpine\n", []string{"update-ca-certificates"}, "alpine"},
		{"ID='alpine'\n", nil, "without"},
		{"ID_LIKE=\"suse opensuse\"\nID=\"opensuse-leap\"\n", []string{"update-ca-certificates", suseAnchors}, "suse"},
		{"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", []string{"update-ca-trust", "trust", fedoraAnchors}, "fedora"},
		{"ID=\"amzn\"\nID_LIKE=\"fedora\"\n", nil, "without"},
		{"ID=arch\n", []string{"trust", "update-ca-trust"}, "arch"},
		{"ID=nixos\n", []string{"trust"}, "nixos"},
		{"ID=mine\n", []string{"update-ca-certificates"}, "debian"},
		{"", nil, ""},
	} {
		assert.Equal(t, tt.want, machine{ids: releaseIDs(tt.release), found: tt.found}.family(), tt.release)
	}
}

func TestAuthorityIn(t *testing.T) {
	for name, content := range map[string]string{
		"no PEM":         "hello",
		"no certificate": "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
	} {
		_, err := authorityIn("ca.pem", []byte(content))
		assert.ErrorContains(t, err, "a server that starts writes it anew", name)
	}
}
