package main

import (
	"bytes"
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"path"
	"strings"
)

// authority is what a reader wants to know of the CA before trusting it.
type authority struct {
	file       string // its certificate
	made       bool   // just now
	name       string
	thumbprint string // its SHA-1, by which Windows and macOS look it up
	sha256     string
	names      []string // what it can vouch for
	end        string
}

// authorityIn reads the certificate that file holds.
func authorityIn(file string, content []byte) (authority, error) {
	block, _ := pem.Decode(content)
	if block == nil {
		return authority{}, fmt.Errorf("%s holds no certificate; a server that starts writes it anew", file)
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return authority{}, fmt.Errorf("%s: %w; a server that starts writes it anew", file, err)
	}
	short, long := sha1.Sum(c.Raw), sha256.Sum256(c.Raw)
	a := authority{file: file, name: c.Subject.CommonName, end: c.NotAfter.Format("2 January 2006"),
		thumbprint: fmt.Sprintf("%X", short), sha256: strings.ReplaceAll(fmt.Sprintf("% X", long), " ", ":")}
	for _, name := range c.PermittedDNSDomains {
		a.names = append(a.names, name+" and its subdomains")
	}
	for _, r := range c.PermittedIPRanges {
		a.names = append(a.names, strings.TrimSuffix(strings.TrimSuffix(r.String(), "/32"), "/128"))
	}
	return a, nil
}

// section is how one system or runtime is made to trust the CA, and how that is
// taken back.
type section struct {
	title    string
	says     []string // paragraphs
	commands []string
	undo     []string
}

// trustText returns the commands that make the machine m and its runtimes trust
// the CA a, with comments around them. Nothing but its arguments decides.
func trustText(m machine, a authority) string {
	t := trusting{m, a}
	sections := []section{t.system()}
	if m.wsl {
		sections = append(sections, t.windowsOfWSL())
	}
	sections = append(sections, t.bundle())
	for _, r := range []func() (section, bool){
		t.curl, t.golang, t.node, t.deno, t.bun, t.pythonLines, t.java, t.dotnet, t.powershell, t.php, t.ruby,
	} {
		if s, found := r(); found {
			sections = append(sections, s)
		}
	}
	sections = append(sections, t.browsers()...)

	var b bytes.Buffer
	t.head(&b)
	for _, s := range sections {
		if s.title == "" {
			continue
		}
		fmt.Fprintf(&b, "\n## %s\n", s.title)
		for _, paragraph := range s.says {
			comment(&b, paragraph)
		}
		for _, c := range s.commands {
			fmt.Fprintln(&b, c)
		}
		for i, c := range s.undo {
			if i == 0 {
				fmt.Fprintln(&b, "# Undo:")
			}
			fmt.Fprintln(&b, "#   "+c)
		}
	}
	return b.String()
}

// comment writes a paragraph in lines that fit a terminal.
func comment(b *bytes.Buffer, paragraph string) {
	line := "#"
	for word := range strings.FieldsSeq(paragraph) {
		if len(line)+1+len(word) > 80 && line != "#" {
			fmt.Fprintln(b, line)
			line = "#"
		}
		line += " " + word
	}
	fmt.Fprintln(b, line)
}

func (t trusting) head(b *bytes.Buffer) {
	made := ""
	if t.made {
		made = " (made just now)"
	}
	fmt.Fprintf(b, `# How to make this system trust graphemu's local CA. Nothing was changed: read,
# and run what you need.
#
#   certificate  %s%s
#   SHA-256      %s
#   ends         %s; in its last 30 days a server makes a new one
#   vouches for  %s
#
`, t.file, made, t.sha256, t.end, strings.Join(t.names, ",\n#                "))
	comment(b, "It can vouch for nothing else: OpenSSL, Go, Node and curl hold it to that, as tests show. Java does not: "+
		"it takes a trusted root as it is. Whoever has ca-key.pem, beside the certificate, could be any host to a Java "+
		"that trusts this CA, so keep that file to yourself.")
	b.WriteString("#\n")
	comment(b, "serve shows certificates of this CA. exec makes a CA for each run, and tells the usual variables of it; "+
		"for a command that looks at the system's store alone:")
	fmt.Fprintf(b, "#   graphemu exec --data-dir %s -- CMD\n", t.quote(t.dir()))
}

// trusting is the text in the making.
type trusting struct {
	machine
	authority
}

// dir is the folder of the certificate, which also takes what the commands make.
func (t trusting) dir() string { return t.folder(t.file) }

// store is a file that the commands make.
func (t trusting) store(name string) string { return t.join(t.dir(), name) }

// sudo is command as the system's administrator.
func (t trusting) sudo(command string) string {
	if t.administrator {
		return command
	}
	return "sudo " + command
}

// variable makes a section set a variable, and its undo what it was before.
func (t trusting) variable(s *section, name, value string) {
	was := t.variables[name]
	set := func(v string) string { return "export " + name + "=" + t.quote(v) }
	unset := "unset " + name
	if t.os == "windows" {
		set = func(v string) string { return "$env:" + name + " = " + t.quote(v) }
		unset = "Remove-Item Env:" + name
	}
	s.commands = append(s.commands, set(value))
	if was != "" && was != value {
		unset = set(was)
	}
	s.undo = append(s.undo, unset)
}

// system is the store that the system itself keeps.
func (t trusting) system() section {
	switch t.os {
	case "darwin":
		keychain := `"$HOME/Library/Keychains/login.keychain-db"`
		return section{"The system: your login keychain, for TLS alone",
			[]string{"Read by Safari, Chrome, Go, .NET, PowerShell and /usr/bin/curl. It asks for your password."},
			[]string{"security add-trusted-cert -r trustRoot -p ssl -k " + keychain + " " + t.quote(t.file)},
			[]string{"security remove-trusted-cert " + t.quote(t.file),
				"security delete-certificate -Z " + t.thumbprint + " " + keychain}}
	case "windows":
		return section{"The system: your own store of roots",
			[]string{"Read by Edge, Chrome, Go, .NET, PowerShell and Windows' curl.exe. Windows asks whether you mean it. " +
				"In PowerShell:"},
			[]string{`Import-Certificate -FilePath ` + t.quote(t.file) + ` -CertStoreLocation Cert:\CurrentUser\Root`,
				`# or, in any shell: certutil -user -addstore Root "` + t.file + `"`},
			[]string{`Remove-Item Cert:\CurrentUser\Root\` + t.thumbprint,
				"certutil -user -delstore Root " + t.thumbprint}}
	case "linux":
		return t.linux()
	}
	return section{title: "The system", says: []string{"Where this system keeps the roots it trusts is not known here. " +
		"The variables below do without."}}
}

// The files of a distribution's local roots, each with the command that reads
// them anew (documented: update-ca-certificates(8) of Debian and SUSE,
// update-ca-trust(8) of Fedora, trust(1) of p11-kit).
func (t trusting) linux() section {
	const reads = "Read by what has no roots of its own: curl, Go, .NET, PowerShell, PHP, Ruby, Python's ssl; not by Node, " +
		"requests and browsers."
	copied := func(name, file, update, afterwards string) section {
		s := section{"The system: " + name, []string{reads},
			[]string{t.sudo("cp " + t.quote(t.file) + " " + file), t.sudo(update)},
			[]string{t.sudo("rm " + file), t.sudo(afterwards)}}
		if t.javaHook {
			// Observed with ca-certificates-java 20230710: what leaves the store stays
			// in Java's, with --fresh and without.
			s.says = append(s.says, "Here it reaches Java as well, which ignores the limits of the CA (above) and does not forget it with the others.")
			s.undo = append(s.undo, t.sudo("keytool -delete -alias debian:graphemu.pem -storepass changeit -cacerts"))
		}
		return s
	}
	switch t.family() {
	case "debian":
		return copied("Debian's store", "/usr/local/share/ca-certificates/graphemu.crt", "update-ca-certificates", "update-ca-certificates --fresh")
	case "alpine":
		return copied("Alpine's store", "/usr/local/share/ca-certificates/graphemu.crt", "update-ca-certificates", "update-ca-certificates")
	case "suse":
		return copied("SUSE's store", "/etc/pki/trust/anchors/graphemu.pem", "update-ca-certificates", "update-ca-certificates")
	case "fedora":
		return copied("Fedora's store", "/etc/pki/ca-trust/source/anchors/graphemu.pem", "update-ca-trust extract", "update-ca-trust extract")
	case "arch":
		return section{"The system: Arch's store", []string{reads},
			[]string{t.sudo("trust anchor --store " + t.quote(t.file))},
			[]string{t.sudo("trust anchor --remove " + t.quote(t.file))}}
	case "nixos":
		return section{title: "The system: NixOS", says: []string{reads, "Put this line into configuration.nix and run nixos-rebuild switch; " +
			"to undo it, take it out again. A flake wants a copy of the file beside it."},
			commands: []string{"# security.pki.certificateFiles = [ " + nixPath(t.file) + " ];"}}
	case "without":
		return section{title: "The system", says: []string{"Its store is kept by the package ca-certificates, which is not here. " +
			"Install that and ask again, or do without: the variables below."}}
	}
	return section{title: "The system", says: []string{"Which tool keeps the store of this distribution is not known here. " +
		"The variables below do without."}}
}

// nixPath is a path as Nix's language has it; a path with other characters is a
// string there.
func nixPath(file string) string {
	if strings.Trim(file, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-+/") == "" {
		return file
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`).Replace(file) + `"`
}

func (t trusting) windowsOfWSL() section {
	return section{"Windows around this Linux",
		[]string{"Its browsers and programs reach this server as well, and have a store of their own. Windows asks whether you mean it."},
		[]string{`certutil.exe -user -addstore Root "$(wslpath -w ` + t.quote(t.file) + `)"`},
		[]string{"certutil.exe -user -delstore Root " + t.thumbprint}}
}

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
		s.says = append(s.says, "No file with the system's roots was found, so it holds this CA alone, and what is told of it trusts nothing else.")
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
		return section{title: "Go", says: []string{"Programs read the system's store (above). Up to Go 1.26 they look at no variable here."}}, t.has("go")
	}
	return t.bundled("Go", nil, "SSL_CERT_FILE"), t.has("go")
}

// node adds to its own roots. What was added before stays so.
func (t trusting) node() (section, bool) {
	s := t.extra("Node", "It has roots of its own. Newer ones can read the system's store instead: NODE_USE_SYSTEM_CA=1, from 22.19 and 24.6 on.")
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
	s := section{title: "Deno", says: []string{"It has roots of its own, and adds this one to them. DENO_TLS_CA_STORE=system reads the system's store instead."}}
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
	return t.bundled("Python", []string{"ssl, httpx and aiohttp read the first, requests the second."}, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"), t.python() != ""
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
	s := section{title: "PHP", says: []string{"Streams read openssl.cafile, the curl extension curl.cainfo. In php.ini they hold for all programs; for one:"},
		commands: []string{"# php -d openssl.cafile=" + t.quote(file) + " -d curl.cainfo=" + t.quote(file) + " SCRIPT"}}
	return s, t.has("php")
}

func (t trusting) ruby() (section, bool) {
	return t.bundled("Ruby", nil, "SSL_CERT_FILE"), t.has("ruby")
}

// java gets a store for the programs that are told of it, rather than all of
// them, since it does not hold the CA to its names. A password that the store
// does not need is no harm, and some kinds of store need it.
func (t trusting) java() (section, bool) {
	if !t.hasJava {
		return section{}, false
	}
	file, cacerts := t.store("java-roots"), t.quote(t.cacerts)
	s := section{title: "Java", says: []string{"A copy of its roots with this one, for the programs of this shell. They do not hold the CA to its names (above)."}}
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
	if len(t.firefox) > 0 {
		s := section{title: "Firefox"}
		if t.native() {
			s.says = []string{"It reads the system's store as well, where security.enterprise_roots.enabled in about:config is true, as it is unless you changed it. Else:"}
		}
		for _, profile := range t.firefox {
			t.nss(&s, profile)
		}
		list = append(list, t.withTool(s))
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

func (t trusting) nss(s *section, profile string) {
	s.commands = append(s.commands, "certutil -A -d "+t.quote("sql:"+profile)+" -n "+t.quote(t.name)+" -t C,, -i "+t.quote(t.file))
	s.undo = append(s.undo, "certutil -D -d "+t.quote("sql:"+profile)+" -n "+t.quote(t.name))
}

// withTool says where NSS's certutil comes from where it is not there. Windows
// has none: its own certutil is another program.
func (t trusting) withTool(s section) section {
	if t.os == "windows" {
		s.commands, s.undo = nil, nil
		s.says = []string{strings.TrimSuffix(s.says[0], " Else:")}
		return s
	}
	if !t.has("certutil") {
		from := map[string]string{"debian": "libnss3-tools", "fedora": "nss-tools", "alpine": "nss-tools", "suse": "mozilla-nss-tools", "arch": "nss"}[t.family()]
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

// quote makes a path one word of the system's shell, PowerShell on Windows.
func (t trusting) quote(s string) string {
	if t.os == "windows" {
		// PowerShell takes typographic quotes for plain ones.
		return "'" + strings.NewReplacer("'", "''", "‘", "‘‘", "’", "’’", "‚", "‚‚", "‛", "‛‛").Replace(s) + "'"
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// concatenate writes files, quoted as they are, into another. An empty line
// stands between them: not every file of certificates ends its last one.
func (t trusting) concatenate(first, second, to string) []string {
	if t.os == "windows" {
		files := second
		if first != "" {
			files = first + ", " + second
		}
		return []string{"Get-Content " + files + " | Set-Content -Encoding ascii " + t.quote(to)}
	}
	if first == "" {
		return []string{"cp " + second + " " + t.quote(to)}
	}
	return []string{"{ cat " + first + "; echo; cat " + second + "; } >" + t.quote(to)}
}

func (t trusting) remove(file string) string {
	if t.os == "windows" {
		return "Remove-Item " + t.quote(file)
	}
	return "rm " + t.quote(file)
}

func (t trusting) join(dir, name string) string {
	if t.os == "windows" {
		return dir + `\` + name
	}
	return path.Join(dir, name)
}

// folder is filepath.Dir of the system that the text is for.
func (t trusting) folder(file string) string {
	if t.os == "windows" {
		return file[:max(strings.LastIndexByte(file, '\\'), 0)]
	}
	return path.Dir(file)
}
