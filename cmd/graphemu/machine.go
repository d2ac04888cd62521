package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
)

// machine is what was found of this system: all that the commands which make it
// trust the CA depend on.
type machine struct {
	os            string   // as runtime.GOOS
	ids           []string // of a Linux: what os-release says that it is, then what it is like
	wsl           bool     // a Linux under Windows
	administrator bool
	found         []string          // programs on the search path, and folders of stores
	variables     map[string]string // those of the environment that name roots
	rootsFile     string            // where the system keeps all roots in one file
	hasJava       bool
	cacerts       string   // Java's roots; "" where they were not found
	javaHook      bool     // the system's store is copied to Java
	firefox       []string // folders of profiles with a store of certificates
	nssdb         bool     // there is an NSS store in the home folder
}

// has says whether a program or a folder was found.
func (m machine) has(name string) bool { return slices.Contains(m.found, name) }

// Folders in which distributions keep the roots that their owner adds.
const (
	suseAnchors   = "/etc/pki/trust/anchors"
	fedoraAnchors = "/etc/pki/ca-trust/source/anchors"
)

var (
	// programs are looked for on the search path, and where administrators have
	// theirs, which is not on everyone's.
	programs = []string{
		"curl", "go", "node", "deno", "bun", "python3", "python", "py", "dotnet", "pwsh", "php", "ruby",
		"certutil", "firefox", "firefox-esr",
		"google-chrome", "google-chrome-stable", "chromium", "chromium-browser", "microsoft-edge", "brave-browser",
		"update-ca-certificates", "update-ca-trust", "trust",
	}
	administratorsFolders = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

	rootVariables = []string{"SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "DENO_CERT", "JAVA_TOOL_OPTIONS"}
)

// family names the tool that keeps the store of a Linux: "debian", "alpine",
// "suse", "fedora", "arch" or "nixos"; "without" where it is known but not
// there, "" where nothing is known. What is there counts more than a name,
// which every derivative makes up for itself.
func (m machine) family() string {
	is := func(ids ...string) bool {
		return slices.ContainsFunc(ids, func(id string) bool { return slices.Contains(m.ids, id) })
	}
	switch {
	case is("nixos"):
		return "nixos"
	case m.has("update-ca-certificates") && m.has(suseAnchors):
		return "suse"
	case m.has("update-ca-certificates") && is("alpine"):
		return "alpine"
	case m.has("update-ca-certificates"):
		return "debian"
	case m.has("update-ca-trust") && m.has(fedoraAnchors):
		return "fedora"
	case m.has("trust"):
		return "arch"
	case is("debian", "ubuntu", "alpine", "suse", "opensuse", "fedora", "rhel", "arch"):
		return "without"
	}
	return ""
}

// survey looks at this system. It runs nothing and asks nobody.
func survey(env environment) machine {
	m := machine{os: runtime.GOOS, administrator: os.Geteuid() == 0, variables: map[string]string{}}
	for _, name := range programs {
		if onSearchPath(name) {
			m.found = append(m.found, name)
		}
	}
	for _, name := range rootVariables {
		if value, _ := env.lookup(name); value != "" {
			m.variables[name] = value
		}
	}
	for _, file := range systemRoots {
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			m.rootsFile = file
			break
		}
	}
	m.surveyJava(env)
	home, err := os.UserHomeDir()
	if err == nil {
		m.surveyBrowsers(home)
	}
	if m.os == "linux" {
		m.surveyLinux(env)
	}
	return m
}

func (m *machine) surveyLinux(env environment) {
	for _, dir := range []string{suseAnchors, fedoraAnchors} {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			m.found = append(m.found, dir)
		}
	}
	_, m.wsl = env.lookup("WSL_DISTRO_NAME")
	m.javaHook = isFile("/etc/ca-certificates/update.d/jks-keystore")
	release, err := files.Read("/etc/os-release", maxRoots)
	if err != nil {
		return
	}
	m.ids = releaseIDs(string(release))
}

// releaseIDs returns what os-release(5) calls a system, then what it is like.
func releaseIDs(release string) (ids []string) {
	for _, key := range []string{"ID=", "ID_LIKE="} {
		for line := range strings.Lines(release) {
			if value, ok := strings.CutPrefix(strings.TrimSpace(line), key); ok {
				ids = append(ids, strings.Fields(strings.Trim(value, `"'`))...)
			}
		}
	}
	return ids
}

// surveyJava finds Java and its roots. What macOS has in its place, when there
// is none, does not count.
func (m *machine) surveyJava(env environment) {
	home, _ := env.lookup("JAVA_HOME")
	if java, err := exec.LookPath("java"); err == nil && home == "" && (m.os != "darwin" || java != "/usr/bin/java") {
		m.hasJava = true
		if java, err = filepath.EvalSymlinks(java); err == nil {
			home = filepath.Dir(filepath.Dir(java))
		}
	}
	if machines, _ := filepath.Glob("/Library/Java/JavaVirtualMachines/*"); m.os == "darwin" && len(machines) > 0 {
		m.hasJava = true
	}
	for _, file := range []string{filepath.Join(home, "lib", "security", "cacerts"),
		filepath.Join(home, "jre", "lib", "security", "cacerts")} {
		if home != "" && isFile(file) {
			m.hasJava, m.cacerts = true, file
			return
		}
	}
}

// surveyBrowsers finds the stores of browsers below the home folder.
func (m *machine) surveyBrowsers(home string) {
	m.nssdb = isFile(filepath.Join(home, ".pki", "nssdb", "cert9.db"))
	for _, profiles := range []string{
		".mozilla/firefox/*", "snap/firefox/common/.mozilla/firefox/*", ".var/app/org.mozilla.firefox/.mozilla/firefox/*",
		".config/mozilla/firefox/*", "Library/Application Support/Firefox/Profiles/*", "AppData/Roaming/Mozilla/Firefox/Profiles/*",
	} {
		stores, _ := filepath.Glob(filepath.Join(home, filepath.FromSlash(profiles), "cert9.db"))
		for _, store := range stores {
			m.firefox = append(m.firefox, filepath.Dir(store))
		}
	}
}

func onSearchPath(name string) bool {
	if _, err := exec.LookPath(name); err == nil {
		return true
	}
	return runtime.GOOS != "windows" && strings.HasPrefix(name, "update-ca-") &&
		slices.ContainsFunc(administratorsFolders, func(dir string) bool { return isFile(filepath.Join(dir, name)) })
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
