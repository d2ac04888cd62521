package main

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func commandTree() *cobra.Command {
	return newRoot(environment{out: &bytes.Buffer{}, errOut: &bytes.Buffer{}, lookup: func(string) (string, bool) { return "", false }})
}

var (
	codeSpan    = regexp.MustCompile("`([^`]+)`")
	flagName    = regexp.MustCompile(`(?:^|\s)--([a-z][a-z-]+)`)
	placeholder = regexp.MustCompile(`[…|\[]`)

	ofOthers = []string{"cacert"} // flags of other programs, which the prose names alone
)

// What the prose names of graphemu is there: commands, flags, tests, suites.
func TestDocumentsSay(t *testing.T) {
	var flags []string
	walkCommands(commandTree(), func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
		c.PersistentFlags().VisitAll(func(f *pflag.Flag) { flags = append(flags, f.Name) })
	})
	flags = append(flags, "help")
	for _, file := range documents(t) {
		if file == "emulator/FAITHFULNESS.md" {
			continue // generated, and about the service
		}
		prose, _ := read(t, file)
		for _, span := range codeSpan.FindAllStringSubmatch(prose, -1) {
			text := strings.Join(strings.Fields(span[1]), " ")
			if known, problem := namesTests(text); known {
				assert.NoError(t, problem, "%s: `%s`", file, text)
			}
			checkCommand(t, file, text)
			for _, name := range flagName.FindAllStringSubmatch(text, 1) {
				if strings.HasPrefix(text, "--") && !slices.Contains(ofOthers, name[1]) {
					assert.True(t, slices.Contains(flags, name[1]), "%s: there is no such flag: `%s`", file, text)
				}
			}
		}
	}
}

func walkCommands(c *cobra.Command, visit func(*cobra.Command)) {
	visit(c)
	for _, sub := range c.Commands() {
		walkCommands(sub, visit)
	}
}

// checkCommand looks at a command of graphemu without running it: that the command is
// there, and takes these flags. It passes over any other text.
func checkCommand(t *testing.T, where, text string) {
	t.Helper()
	text = strings.Replace(text, "go run ./cmd/graphemu", "graphemu", 1)
	words := strings.Fields(text)
	if len(words) < 2 || words[0] != "graphemu" || placeholder.MatchString(text) || words[1] == "COMMAND" {
		return
	}
	args := words[1:]
	if i := slices.Index(args, "--"); i >= 0 {
		args = args[:i]
	}
	if i := slices.IndexFunc(args, func(w string) bool { return strings.HasPrefix(w, ">") || w == "|" || w == "&" || w == "2>&1" }); i >= 0 {
		args = args[:i]
	}
	if args[0] == "completion" {
		return // cobra's own
	}
	if args[0] == "help" {
		assert.True(t, len(args) == 2 && (args[1] == "TOPIC" || slices.Contains(topicNames(), args[1])), "%s: there is no such topic: `%s`",
			where, text)
		return
	}
	found, rest, err := commandTree().Find(args)
	if !assert.NoError(t, err, "%s: `%s`", where, text) {
		return
	}
	assert.NotEqual(t, "graphemu", found.Name(), "%s: there is no such command: `%s`", where, text)
	if !slices.Contains(rest, "--help") {
		assert.NoError(t, found.ParseFlags(rest), "%s: `%s`", where, text)
	}
	if found.HasSubCommands() && len(found.Flags().Args()) > 0 {
		t.Errorf("%s: %s has no command %q", where, found.CommandPath(), found.Flags().Args())
	}
}

// page is a document of the project.
func page(t *testing.T, file string) string {
	text, err := os.ReadFile(filepath.Join(top, file))
	require.NoError(t, err)
	return string(text)
}

// cmd/graphemu/README.md has each command, each flag of serve and exec, and each of
// the exit codes of exec.
func TestDocumentsNameEveryCommandAndFlag(t *testing.T) {
	text := page(t, "cmd/graphemu/README.md")
	walkCommands(commandTree(), func(c *cobra.Command) {
		if c.HasParent() && c.Name() != "help" && c.Name() != "completion" && c.Parent().Name() != "completion" {
			name := c.CommandPath()[len("graphemu "):]
			assert.True(t, regexp.MustCompile("`"+name+"\\b").MatchString(text), "the table of commands lacks %s", name)
		}
		if c.Name() == "serve" || c.Name() == "exec" {
			c.Flags().VisitAll(func(f *pflag.Flag) {
				row := regexp.MustCompile("(?m)^\\|.*`--" + f.Name + "`.*").FindString(text)
				assert.True(t, row != "" || f.Name == "help", "the table of flags lacks --%s", f.Name)
				if d := f.DefValue; c.Name() == "serve" && d != "[]" && d != "false" && d != "0" && f.Name != "data-dir" {
					assert.Contains(t, strings.ReplaceAll(row, ",000", "000"), d, "the default of --%s", f.Name)
				}
			})
		}
	})
}

// emulator/README.md has each call of the control API.
func TestDocumentsControlAPI(t *testing.T) {
	text := page(t, "emulator/README.md")
	var openapi struct {
		Paths map[string]map[string]json.RawMessage
	}
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "")
	_, body := get(t, s.origin(t)+"/_graphemu/openapi.json", "")
	require.NoError(t, json.Unmarshal([]byte(body), &openapi))
	s.end(t)
	require.NotEmpty(t, openapi.Paths)
	for path, methods := range openapi.Paths {
		for method := range methods {
			if method == "parameters" || path == "/" {
				continue
			}
			row := "`" + strings.ToUpper(method) + " " + strings.TrimPrefix(strings.ReplaceAll(path, "{world}", "{w}"), "/") + "`"
			assert.True(t, strings.Contains(text, row), "the table of calls lacks %s", row)
		}
	}
}

// emulator/README.md has a map of the packages: each folder on it is there, and each
// package is on it.
func TestDocumentsMap(t *testing.T) {
	_, blocks := read(t, "emulator/README.md")
	var mapped []string
	var above []string // the folders around a line
	for line := range strings.Lines(blocks[0].text) {
		name := strings.Fields(line)[0]
		depth := (len(line) - len(strings.TrimLeft(line, " "))) / 2
		above = append(above[:depth], name)
		folder := strings.Join(above, "")
		info, err := os.Stat(filepath.Join(top, folder))
		assert.True(t, err == nil && info.IsDir(), "the map has %s, which is not there", folder)
		mapped = append(mapped, strings.TrimSuffix(folder, "/"))
	}
	require.NoError(t, filepath.WalkDir(filepath.Join(top, "emulator"), func(path string, d os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") && !strings.Contains(path, "testdata") {
			folder, _ := filepath.Rel(top, filepath.Dir(path))
			assert.True(t, slices.Contains(mapped, filepath.ToSlash(folder)), "the map lacks %s", folder)
		}
		return err
	}))
}

// README.md says how a request is answered that graphemu does not emulate.
func TestReadmeSaysWhatIsNotEmulated(t *testing.T) {
	text := page(t, "README.md")
	s := launch(t, nil, "--http", "127.0.0.1:0", "--https", "", "--auth", "off")
	defer s.end(t)
	for path, want := range map[string]int{"/me/messages": 501, "/users/delta": 501, "/groups": 200, "/me": 200, "/gruops": 400,
		"/users": 200, "/subscribedSkus": 200, "/education/schools": 200, "/users/00000000-0000-4000-8000-000000000000": 404} {
		status, body := get(t, s.origin(t)+"/beta"+path, "any")
		assert.Equal(t, want, status, "%s: %s", path, body)
		if want != http.StatusNotFound {
			assert.True(t, strings.Contains(text, "`"+path+"`"), "README.md lacks %s", path)
		}
	}
	answer, err := http.Post(s.origin(t)+"/beta/users", "application/json", strings.NewReader("{}"))
	require.NoError(t, err)
	assert.NoError(t, answer.Body.Close())
	assert.Equal(t, http.StatusBadRequest, answer.StatusCode, "a user needs a name")
}

var documentLink = regexp.MustCompile(`\]\(([^)#:\s]+\.md)`)

// From the first page links lead to every document.
func TestDocumentsAreFound(t *testing.T) {
	found := []string{"README.md"}
	for i := 0; i < len(found); i++ {
		prose, _ := read(t, found[i])
		for _, link := range documentLink.FindAllStringSubmatch(prose, -1) {
			if file := path.Join(path.Dir(found[i]), link[1]); !slices.Contains(found, file) {
				found = append(found, file)
			}
		}
	}
	assert.ElementsMatch(t, documents(t), found)
}

var ownWords = regexp.MustCompile(`(?i)\b(scenes?|doors?|believable|plays?|played|intake)\b`)

// Documents use the words of their field, one a thing: rule, lifecycle, proxy.
func TestDocumentsUsePlainWords(t *testing.T) {
	for _, file := range documents(t) {
		if file == "emulator/FAITHFULNESS.md" {
			continue // generated
		}
		prose, _ := read(t, file)
		assert.Empty(t, ownWords.FindAllString(prose, -1), file)
	}
}
