package emulator

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/metadata"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/internal/report"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/journal"
)

// made are the files that the server's worlds come from, with hashes of them as they are
// now, so that who does the run again can tell whether they have the same.
func (s *Server) made() (list []report.Made) {
	add := func(what, file string) bool {
		sum, ok := hashOf(file)
		if ok {
			list = append(list, report.Made{What: what, Name: file, SHA256: sum})
		}
		return ok
	}
	for _, source := range s.set.Metadata {
		_, file, found := strings.Cut(source, "=")
		if !found || workload.ParseVersion(strings.SplitN(source, "=", 2)[0]) == 0 {
			file = source
		}
		if info, err := os.Stat(file); err == nil && info.IsDir() {
			for _, name := range []string{metadata.FileV1, metadata.FileBeta, metadata.FilePermissions} {
				add("metadata", filepath.Join(file, name))
			}
			continue
		}
		add("metadata", file)
	}
	if s.set.Permissions != "" {
		add("permissions", s.set.Permissions)
	}
	sc := s.scenario.Load()
	if ref := cmp.Or(s.set.Fixture, sc.file.Fixture); !sc.fixture.BuiltIn && !add("fixture", ref) {
		add("fixture", filepath.Join(ref, "fixture.json"))
	}
	if s.loaded != "" {
		list = append(list, report.Made{What: "state, by the checksum in it,", Name: s.set.State, SHA256: s.loaded})
	}
	return list
}

func hashOf(file string) (sum string, ok bool) {
	if files.CheckRegular(file) != nil {
		return "", false
	}
	f, err := os.Open(file)
	if err != nil {
		return "", false
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", false
	}
	return hex.EncodeToString(h.Sum(nil)), true
}

// again is the command that starts a server like this one.
func (s *Server) again() string {
	command := []string{"graphemu", "serve"}
	flag := func(name, value, usual string) {
		if value != usual {
			command = append(command, "--"+name, value)
		}
	}
	for _, source := range s.scenario.Load().sources {
		name := source.Name
		if name == textName {
			name = "scenario.yaml" // its text is in the report
		}
		flag("scenario", name, "default")
	}
	flag("fixture", s.set.Fixture, "")
	for _, m := range s.set.Metadata {
		flag("metadata", m, "")
	}
	flag("permissions", s.set.Permissions, "")
	flag("auth", s.set.Auth, AuthLenient)
	flag("clock", s.set.Clock, "")
	for _, name := range slices.Sorted(maps.Keys(s.set.Variants)) {
		flag("variant", name+"="+s.set.Variants[name], "")
	}
	flag("seed", strconv.FormatUint(s.set.Seed, 10), "1")
	flag("verify", s.set.Verify, VerifyWarn)
	flag("state", s.set.State, "")
	return CommandLine(command...)
}

// CommandLine joins words to a line for a shell, each quoted where that is needed. What
// looks like a secret is left out of it, as after --password.
func CommandLine(list ...string) string {
	line := make([]string, len(list))
	for i, word := range list {
		line[i] = redact.Text(word)
		if i == 0 || !strings.HasPrefix(list[i-1], "-") || strings.HasPrefix(word, "-") {
			continue
		}
		name := strings.TrimLeft(list[i-1], "-")
		if redact.Name(name) || (name == "u" || name == "user") && strings.Contains(word, ":") {
			line[i] = redact.Mark
		}
	}
	for i, word := range line {
		line[i] = words.Shell(word)
	}
	return strings.Join(line, " ")
}

// gathered is what a report takes the world's objects from. entries tell which of them
// clients have written, the newest first.
func (w *World) gathered(entries []journal.Entry) report.Tenant {
	state := w.current.Load()
	t := report.Tenant{
		Models:    map[string]*odata.Model{},
		Relations: state.Entities.View().Relations(),
	}
	for v := range w.server.models {
		t.Models[v.String()] = w.server.models.Of(v)
	}
	t.Get = func(path string) (json.RawMessage, error) { return w.Graph().Do(http.MethodGet, path, nil) }
	for _, e := range slices.Backward(entries) {
		if path := subjectOf(&e); path != "" && !slices.Contains(t.Touched, path) {
			if t.Touched = append(t.Touched, path); len(t.Touched) == report.MaxTouched {
				break
			}
		}
	}
	return t
}

// subjectOf is the path of the object that a call has written, with its version; "" where
// there is none.
func subjectOf(e *journal.Entry) string {
	version, rest, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/")
	if e.Method == http.MethodGet || rest == "" {
		return ""
	}
	if e.Profile != "" {
		return version + "/education/synchronizationProfiles/" + e.Profile
	}
	if e.Subject == nil || e.Subject.ID == "" {
		return ""
	}
	path := strings.Trim(e.Subject.Path, "/")
	of := path[:max(strings.LastIndexByte(path, '/'), 0)]
	return version + "/" + cmp.Or(of, path) + "/" + e.Subject.ID
}
