package main

import (
	"bytes"
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
			fmt.Fprintln(&b, "#   "+strings.ReplaceAll(c, "\n", "\n#   ")) // a variable may hold anything
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
	comment(b, "It can vouch for nothing else: its own key was thrown away once it had signed an intermediate, which is "+
		"limited to these names. OpenSSL, Go, Node, curl, Java and Firefox hold the intermediate to that, as tests show. "+
		"ca-key.pem, beside the certificate, has the intermediate's key: keep it to yourself, since anyone who has it "+
		"can pass for any of these names with those that trust it.")
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
