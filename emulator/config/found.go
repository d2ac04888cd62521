package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/server"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/fixtures"
)

// rule is what is asked of a key in a file that nobody has named: who starts graphemu in
// a folder of somebody else's must not find the control API open, or a file
// overwritten elsewhere. All of it is chosen.
type rule struct {
	never   bool                      // it may not be set
	address func(value string) bool   // tells whether a value stays on this machine
	form    func(value string) error  // says what is wrong with an address that is none; nil: nothing can be
	path    func(value string) string // the path in a value, "" where it has none
	names   func(path string) []named // what the file at that path names itself; nil: nothing
}

var (
	free    = rule{}
	listens = rule{address: onLoopback, form: server.CheckAddress}
)

// rules has each key of the JSON Schema; a test holds that. What is not in it is never
// to be set.
var rules = map[string]rule{
	"control": {never: true}, "control-origin": {never: true}, "notify-allow": {never: true}, "proxy-allow": {never: true},
	"watch": {never: true}, // what a scenario names is checked once, before it is read

	"http": listens, "https": listens, "proxy": listens,
	"host": {address: isLoopback}, "public-url": {address: leadsToLoopback, form: isURL},

	"scenario": {path: scenarioPath, names: namedByScenario}, "each-scenario": {path: scenarioPath, names: namedByScenarios},
	"fixture": {path: fixturePath, names: namedByFixture}, "metadata": {path: metadataPath},
	"permissions": {path: itself}, "state": {path: itself}, "junit": {path: itself}, "journal": {path: itself}, "har": {path: itself},
	"report": {path: itself}, "ready-file": {path: itself}, "data-dir": {path: itself},

	"auth": free, "clock": free, "variant": free, "seed": free, "verify": free, "timeout": free, "each-variant": free,
	"log": free, "log-level": free, "quiet": free, "until-stdin-closes": free,
	"max-worlds": free, "max-profiles": free, "max-objects": free, "max-memory": free, "max-batch": free, "max-body": free,
	"max-upload": free, "max-uploads": free, "max-journal": free, "max-journal-bytes": free,
}

// CheckFound errs, with scenario.Problems, where the file sets what it may not, if
// nobody has named it: it was found in its folder. Links are followed, and what is named
// by scenarios and fixtures that it names.
func (f File) CheckFound() error {
	var list scenario.Problems
	for _, s := range f.Settings {
		r, known := rules[s.Key]
		for _, value := range s.parts() {
			why := r.refuses(value, filepath.Dir(f.Path))
			if !known || r.never {
				why = "it" + mayNot
			}
			if why == "" {
				continue
			}
			if rest, of := strings.CutSuffix(why, mayNot); of {
				why = fmt.Sprintf("%s%s by a file that was found and not named; if you mean it, say --config %s", rest, mayNot, f.Path)
			}
			list = append(list, f.Problem(s, s.Key, why))
			break
		}
	}
	if len(list) > 0 {
		return list
	}
	return nil
}

// mayNot ends what is refused only because nobody has named the file.
const mayNot = " may not be set"

// parts are the values one by one: a scenario of each-scenario may be a list.
func (s Setting) parts() []string {
	if s.Key == "each-scenario" {
		return strings.Split(strings.Join(s.Values, ","), ",")
	}
	return s.Values
}

func (r rule) refuses(value, folder string) (why string) {
	if r.form != nil {
		if err := r.form(value); err != nil {
			return err.Error()
		}
	}
	switch {
	case r.address != nil && value != "" && !r.address(value):
		return fmt.Sprintf("%q leads beyond this machine, which%s", value, mayNot)
	case r.path == nil || r.path(value) == "":
		return ""
	case !inside(folder, r.path(value)):
		return fmt.Sprintf("%q is outside of the file's folder, which%s", value, mayNot)
	case r.names == nil:
		return ""
	}
	for _, n := range r.names(under(folder, r.path(value))) {
		if !inside(folder, n.path) {
			return fmt.Sprintf("%s names %q, which is outside of the file's folder and%s", n.by, n.text, mayNot)
		}
	}
	return ""
}

// Rebased are the values of a setting with paths from the file's folder on.
func (f File) Rebased(s Setting) []string {
	folder := filepath.Dir(f.Path)
	r := rules[s.Key]
	if folder == "." || r.path == nil {
		return s.Values
	}
	list := slices.Clone(s.Values)
	for i, value := range list {
		if p := r.path(value); p != "" && !filepath.IsAbs(p) && !device(p) {
			list[i] = strings.TrimSuffix(value, p) + filepath.Join(folder, p)
		}
	}
	return list
}

func device(path string) bool { return strings.HasPrefix(path, "/dev/") }

func itself(value string) string { return value }

func scenarioPath(value string) string {
	if value == "all" || slices.Contains(scenario.Names(), value) {
		return ""
	}
	return value
}

func fixturePath(value string) string {
	if slices.Contains(fixture.Names(fixtures.FS), value) {
		return ""
	}
	return value
}

// metadataPath is the path of [VERSION=]FILE.
func metadataPath(value string) string {
	if version, path, ok := strings.Cut(value, "="); ok && workload.ParseVersion(version) != 0 {
		return path
	}
	return value
}

// inside tells whether a path is in a folder, links followed as far as there is
// something to follow: of a folder also those that stand in it, since its files are read
// and written by their names.
func inside(folder, path string) bool {
	if !leadsInto(folder, path) {
		return false
	}
	path = under(folder, path)
	entries, err := os.ReadDir(path)
	if err != nil {
		return true // no folder
	}
	for _, e := range entries {
		if e.Type()&fs.ModeSymlink != 0 && !leadsInto(folder, filepath.Join(path, e.Name())) {
			return false
		}
	}
	return true
}

// under is a path from the folder on.
func under(folder, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}

// leadsInto tells whether a path alone leads into a folder.
func leadsInto(folder, path string) bool {
	path = under(folder, path)
	base, err := resolved(folder)
	if err != nil {
		return false
	}
	target, err := resolved(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(base, target)
	return err == nil && filepath.IsLocal(rel)
}

// resolved is a path without links. What is not there yet is taken as it stands, but a
// link that leads to nothing is refused: who writes to it would make what it names.
func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	rest := ""
	for {
		real, err := filepath.EvalSymlinks(path)
		if err == nil {
			return filepath.Join(real, rest), nil
		}
		if !errors.Is(err, fs.ErrNotExist) || isLink(path) || path == filepath.Dir(path) {
			return "", err
		}
		path, rest = filepath.Dir(path), filepath.Join(filepath.Base(path), rest)
	}
}

func isLink(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// onLoopback tells whether an address to listen on is this machine's alone. A name below
// localhost is not: a name server may know it.
func onLoopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	return err == nil && isLoopback(host) && !strings.HasSuffix(strings.ToLower(strings.TrimSuffix(host, ".")), ".localhost")
}

// isLoopback tells whether a name or an IP address means this machine alone. What is
// more than one of them, for a flag that takes a list, is neither.
func isLoopback(host string) bool {
	if strings.ContainsAny(host, ", \t") {
		return false
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip := net.ParseIP(host); ip != nil {
		return ip.IsLoopback()
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func isURL(address string) error {
	if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "") {
		return fmt.Errorf("%q is no URL: want one like http://localhost:3000", address)
	}
	return nil
}

func leadsToLoopback(address string) bool {
	u, err := url.Parse(address)
	return err == nil && isLoopback(u.Hostname())
}
