package main

import (
	"cmp"
	"encoding/json"
	"strings"
)

// roots is what the bundle begins with, quoted: what was in force.
func (t trusting) roots() string {
	if f := t.variables["SSL_CERT_FILE"]; f != "" && f != t.store("roots.pem") {
		return t.quote(f)
	}
	switch {
	case t.rootsFile != "":
		return t.quote(t.rootsFile)
	case t.python() != "" && t.os == "windows":
		return "(" + t.python() + " -m certifi)"
	case t.python() != "":
		return `"$(` + t.python() + ` -m certifi)"`
	}
	return ""
}

// bundle is a file for the variables that replace a client's roots instead of
// adding to them.
func (t trusting) bundle() section {
	file := t.store("roots.pem")
	s := section{title: "A bundle: the roots that are in force and this one",
		says: []string{"For variables that replace a program's roots; sections below name it. It is not needed by what reads " +
			"the system's store, once that has the CA. Make it anew when the roots change."},
		commands: t.concatenate(t.roots(), t.quote(t.file), file), undo: []string{t.remove(file)}}
	if t.roots() == "" {
		s.says = append(s.says,
			"No file with the system's roots was found, so it holds this CA alone, and what is told of it trusts nothing else.")
	}
	return s
}

// bundled is a section that sets variables to the bundle.
func (t trusting) bundled(title string, says []string, variables ...string) section {
	s := section{title: title, says: says}
	for _, name := range variables {
		t.variable(&s, name, t.store("roots.pem"))
	}
	return s
}

// native says whether a runtime of .NET's or Go's kind asks the system itself
// and looks at no variable.
func (t trusting) native() bool { return t.os == "windows" || t.os == "darwin" }

func (t trusting) curl() (section, bool) {
	says := "For one call there is --cacert FILE; for all of this shell:"
	if t.os == "windows" {
		says = "Windows' own curl.exe reads the system's store (above), and no variable. Others, as Git's:"
	}
	return t.bundled("curl", []string{says}, "CURL_CA_BUNDLE"), t.has("curl")
}

func (t trusting) golang() (section, bool) {
	if t.native() {
		return section{title: "Go", says: []string{
			"Programs read the system's store (above). Up to Go 1.26 they look at no variable here."}}, t.has("go")
	}
	return t.bundled("Go", nil, "SSL_CERT_FILE"), t.has("go")
}

// node adds to its own roots. What was added before stays so.
func (t trusting) node() (section, bool) {
	s := t.extra("Node",
		"It has roots of its own. Newer ones can read the system's store instead: NODE_USE_SYSTEM_CA=1, from 22.19 and 24.6 on.")
	return s, t.has("node")
}

func (t trusting) bun() (section, bool) {
	s := t.extra("Bun", "It has roots of its own, and reads Node's variable.")
	return s, t.has("bun")
}

func (t trusting) extra(title, says string) section {
	s := section{title: title, says: []string{says}}
	before, file := t.variables["NODE_EXTRA_CA_CERTS"], t.store("node-roots.pem")
	if before == "" || before == t.file || before == file {
		t.variable(&s, "NODE_EXTRA_CA_CERTS", t.file)
		return s
	}
	s.commands = t.concatenate(t.quote(before), t.quote(t.file), file)
	t.variable(&s, "NODE_EXTRA_CA_CERTS", file)
	s.undo = append(s.undo, t.remove(file))
	return s
}

func (t trusting) deno() (section, bool) {
	s := section{title: "Deno", says: []string{
		"It has roots of its own, and adds this one to them. DENO_TLS_CA_STORE=system reads the system's store instead."}}
	t.variable(&s, "DENO_CERT", t.file)
	return s, t.has("deno")
}

// python is the name under which Python was found.
func (t trusting) python() string {
	for _, name := range []string{"python3", "python", "py"} {
		if t.has(name) {
			return name
		}
	}
	return ""
}

func (t trusting) pythonLines() (section, bool) {
	return t.bundled("Python", []string{"ssl, httpx and aiohttp read the first, requests the second."},
		"SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), t.python() != ""
}

func (t trusting) dotnet() (section, bool) {
	if t.native() {
		return section{title: ".NET", says: []string{"It reads the system's store (above), and no variable."}}, t.has("dotnet")
	}
	return t.bundled(".NET", nil, "SSL_CERT_FILE"), t.has("dotnet")
}

func (t trusting) powershell() (section, bool) {
	if t.native() {
		return section{title: "PowerShell", says: []string{"It reads the system's store (above), and no variable."}}, t.has("pwsh")
	}
	s := t.bundled("PowerShell", []string{"In the shell that starts pwsh:"}, "SSL_CERT_FILE")
	return s, t.has("pwsh")
}

func (t trusting) php() (section, bool) {
	file := t.store("roots.pem")
	s := section{title: "PHP", says: []string{
		"Streams read openssl.cafile, the curl extension curl.cainfo. In php.ini they hold for all programs; for one:"},
		commands: []string{"# php -d openssl.cafile=" + t.quote(file) + " -d curl.cainfo=" + t.quote(file) + " SCRIPT"}}
	return s, t.has("php")
}

func (t trusting) ruby() (section, bool) {
	return t.bundled("Ruby", nil, "SSL_CERT_FILE"), t.has("ruby")
}

// java gets a store for the programs that are told of it, rather than all of
// them: its own belongs to the system's package. A password that the store
// does not need is no harm, and some kinds of store need it.
func (t trusting) java() (section, bool) {
	if !t.hasJava {
		return section{}, false
	}
	file, cacerts := t.store("java-roots"), t.quote(t.cacerts)
	s := section{title: "Java", says: []string{"A copy of its roots with this one, for the programs of this shell:"}}
	if t.cacerts == "" {
		cacerts = `"$(/usr/libexec/java_home)/lib/security/cacerts"`
		if t.os != "darwin" {
			cacerts = `"$JAVA_HOME/lib/security/cacerts"`
		}
		if t.os != "darwin" {
			s.says = append(s.says, "Its roots were not found: JAVA_HOME must name its folder.")
		}
		if t.os == "windows" {
			cacerts = `"$env:JAVA_HOME\lib\security\cacerts"`
		}
	}
	imported := "keytool -importcert -noprompt -alias graphemu -storepass changeit -file " + t.quote(t.file)
	s.commands = []string{"install -m 600 " + cacerts + " " + t.quote(file)}
	if t.os == "windows" {
		s.commands = []string{"Copy-Item " + cacerts + " " + t.quote(file)}
	}
	s.commands = append(s.commands, imported+" -keystore "+t.quote(file))
	options := `-Djavax.net.ssl.trustStore="` + file + `" -Djavax.net.ssl.trustStorePassword=changeit`
	if before := t.variables["JAVA_TOOL_OPTIONS"]; before != "" && !strings.Contains(before, file) {
		options = before + " " + options
	} else if before != "" {
		options = before
	}
	t.variable(&s, "JAVA_TOOL_OPTIONS", options)
	s.commands = append(s.commands, "# or, for every program of this Java: "+imported+" -cacerts")
	s.undo = append(s.undo, t.remove(file), "keytool -delete -alias graphemu -storepass changeit -cacerts # where it is every program's")
	return s, true
}

// browsers are those that keep roots of their own in an NSS store.
func (t trusting) browsers() (list []section) {
	if len(t.firefox) > 0 || t.has("firefox") || t.has("firefox-esr") {
		list = append(list, t.firefoxSection())
	}
	if t.os == "linux" && t.chrome() {
		s := section{title: "Chrome and its kin"}
		if !t.nssdb {
			s.commands = []string{`mkdir -p -m 700 "$HOME/.pki/nssdb"`, `certutil -N --empty-password -d sql:"$HOME/.pki/nssdb"`}
		}
		s.commands = append(s.commands, `certutil -A -d sql:"$HOME/.pki/nssdb" -n `+t.quote(t.name)+` -t C,, -i `+t.quote(t.file))
		s.undo = []string{`certutil -D -d sql:"$HOME/.pki/nssdb" -n ` + t.quote(t.name)}
		list = append(list, t.withTool(s))
	}
	return list
}

// firefoxSection is for each profile that was found, and for all by policy
// (documented: policies.json of Firefox's administrator reference).
func (t trusting) firefoxSection() section {
	s := section{title: "Firefox"}
	if t.native() {
		s.says = []string{"It reads the system's store as well, where security.enterprise_roots.enabled in about:config is true, " +
			"as it is unless you changed it."}
		if len(t.firefox) > 0 && t.os != "windows" {
			s.says[0] += " Else:"
		}
	} else {
		s.says = []string{"It reads no store but its own, which each profile has. Close it first."}
	}
	for _, profile := range t.firefox {
		t.nss(&s, profile)
	}
	if len(t.firefox) > 0 {
		s = t.withTool(s)
	}
	if t.os == "linux" {
		file, _ := json.Marshal(t.file) // a string cannot fail
		policy, text := "/etc/firefox/policies/policies.json", `{"policies": {"Certificates": {"Install": [`+string(file)+`]}}}`
		s.commands = append(s.commands, "# or, for every profile, where there are no policies yet: "+
			t.sudo("mkdir -p /etc/firefox/policies")+" && echo "+t.quote(text)+" | "+t.sudo("tee "+policy))
		s.undo = append(s.undo, t.sudo("rm "+policy)+" # where it was made")
	}
	return s
}

func (t trusting) nss(s *section, profile string) {
	s.commands = append(s.commands, "certutil -A -d "+t.quote("sql:"+profile)+" -n "+t.quote(t.name)+" -t C,, -i "+t.quote(t.file))
	s.undo = append(s.undo, "certutil -D -d "+t.quote("sql:"+profile)+" -n "+t.quote(t.name))
}

// withTool says where NSS's certutil comes from where it is not there. Windows
// has none: its own certutil is another program.
func (t trusting) withTool(s section) section {
	if t.os == "windows" {
		s.commands, s.undo = nil, nil
		return s
	}
	if !t.has("certutil") {
		from := map[string]string{
			"debian": "libnss3-tools", "fedora": "nss-tools", "alpine": "nss-tools", "suse": "mozilla-nss-tools", "arch": "nss"}[t.family()]
		if t.os == "darwin" {
			from = "nss of Homebrew"
		}
		s.says = append(s.says, "certutil, which is not here, is in the package "+cmp.Or(from, "of NSS's tools")+".")
	}
	return s
}

func (t trusting) chrome() bool {
	for _, name := range []string{"google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "brave-browser"} {
		if t.has(name) {
			return true
		}
	}
	return t.nssdb
}
