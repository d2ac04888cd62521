package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The documents of the project are tested like code: what they show is run, and what
// they say of commands and flags is compared with the commands. The tests of this
// file sort the blocks of code; documents_session_test.go runs those for a shell,
// documents_code_test.go the others, documents_say_test.go looks at the prose.

// block is what stands between two fences of a document.
type block struct {
	file     string // from the top folder on
	line     int    // of the fence
	language string
	text     string
	section  string // the prose around it, from one heading or fold to the next
}

func (b block) String() string { return fmt.Sprintf("%s:%d", b.file, b.line) }

// untested are the blocks that no test runs, and why. The document says so to its
// readers. Each is named by words that it holds.
var untested = []struct{ file, has, why string }{
	{"README.md", "graphemu metadata get graph", "needs the network"},
	{".container/README.md", "docker build", "needs Docker, and a network for the image it is built in"},
	{".container/README.md", "testcontainers", "needs Docker"},
	{".ci/README.md", ".ci/release v1.2.3", "takes minutes; .ci/cross-build does it for two systems"},
	{".npm/README.md", "npx graphemu serve", "needs packages of a release; the suite npm installs some that it packs"},
	{".ci/clients/README.md", "azcopy copy", "needs AzCopy"},
	{".ci/clients/README.md", "new ClientSecretCredentialOptions", "needs .NET"},
	{".ci/clients/README.md", "new ClientSecretCredentialBuilder()", "needs Java and Maven"},
	{".ci/clients/README.md", "from azure.identity.aio", "needs Python and packages"},
	{".ci/clients/README.md", "class WorldTest : IAsyncLifetime", "needs .NET"},
	{".ci/clients/README.md", "use Http\\Promise", "needs PHP and packages"},
	{".ci/clients/README.md", "Add-MgEnvironment", "needs PowerShell"},
}

// bySuites are the blocks that need packages from a registry: the suite of that name
// takes them out of the document and runs them.
var bySuites = []struct{ file, has, suite string }{
	{".ci/clients/README.md", "azidentity.NewClientSecretCredential", "azidentity-go"},
	{".ci/clients/README.md", "azidentity.NewDeviceCodeCredential", "azidentity-go"},
	{".ci/clients/README.md", "type token string", "azidentity-go"},
	{".ci/clients/README.md", "Client.init(", "azure-identity-js"},
	{".ci/clients/README.md", "new ClientSecretCredential(AZURE", "azure-identity-js"},
	{".ci/clients/README.md", "new DeviceCodeCredential(", "azure-identity-js"},
	{".ci/clients/README.md", "EnvHttpProxyAgent", "proxy"},
	{".ci/clients/README.md", "new PublicClientApplication(", "msal-browser"},
	{".ci/clients/README.md", "class World:", "pytest"},
	{".ci/clients/README.md", "def test_a_group_is_created_once", "pytest"},
	{".npm/README.md", ".ci/npm-pack v1.2.3", "npm"},
	{".npm/README.md", "import { after, test }", "npm"},
	{".npm/README.md", "import { defineConfig }", "npm"},
	{".npm/README.md", "export default async function setup", "npm"},
	{".npm/README.md", "beforeAll, beforeEach, expect, test }", "npm"},
	{".npm/README.md", "module.exports = async", "npm"},
	{".npm/README.md", `test("provisioning takes a while"`, "npm"},
	{".npm/README.md", "import { ClientSecretCredential }", "npm"},
}

// top is the project's first folder.
const top = "../.."

// documents returns the project's documents, as paths from the top folder on.
func documents(t *testing.T) []string {
	var all []string
	require.NoError(t, filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata"):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			name, err := filepath.Rel(top, path)
			all = append(all, filepath.ToSlash(name))
			return err
		}
		return nil
	}))
	require.Contains(t, all, "README.md")
	return all
}

// read returns a document's prose, where each block of code is an empty line, and its blocks.
func read(t *testing.T, file string) (prose string, blocks []block) {
	text, err := os.ReadFile(filepath.Join(top, file))
	require.NoError(t, err)
	var words, section strings.Builder
	begins := 0 // the first block of the section
	endSection := func() {
		for i := begins; i < len(blocks); i++ {
			blocks[i].section = section.String()
		}
		begins = len(blocks)
		section.Reset()
	}
	var open *block
	for i, line := range strings.Split(string(text), "\n") {
		fence, isFence := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case open == nil && isFence:
			open = &block{file: file, line: i + 1, language: fence}
			words.WriteByte('\n')
		case open != nil && isFence:
			blocks, open = append(blocks, *open), nil
		case open != nil:
			open.text += line + "\n"
		default:
			if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "<details>") || strings.HasPrefix(line, "</details>") {
				endSection()
			}
			section.WriteString(line + "\n")
			words.WriteString(line + "\n")
		}
	}
	require.Nil(t, open, "%s: a block of code does not end", file)
	endSection()
	return words.String(), blocks
}

// languages are the ways in which a block can be tested. A document shows nothing in
// another one, unless it is in one of the lists above.
var languages = map[string]func(*testing.T, block){
	"sh": nil, "console": nil, // a document's together: see TestDocumentsSessions
	"go": nil, // all together: see TestDocumentsGo
	"js": runJavaScript, "yaml": checkYAML, "json": checkFile,
	"text": func(*testing.T, block) {}, // a picture, or what another test generates
}

// Each block of code in a document is run, or is in a list of those that are not.
func TestDocumentsBlocks(t *testing.T) {
	used := map[string]bool{}
	for _, file := range documents(t) {
		_, blocks := read(t, file)
		for _, b := range blocks {
			if list, has := listedAs(b); list != "" {
				used[has] = true
				if list == "untested" {
					assert.Contains(t, b.section, "not run by our tests", "%s: the document has to say that of this block", b)
				}
				continue
			}
			run, ok := languages[b.language]
			if !assert.True(t, ok, "%s: no test knows how to run a block in %q", b, b.language) || run == nil {
				continue
			}
			t.Run(b.String(), func(t *testing.T) {
				t.Parallel()
				run(t, b)
			})
		}
	}
	for _, u := range untested {
		assert.True(t, used[u.has], "no block of %s has %q any more: take it out of the list", u.file, u.has)
	}
	for _, s := range bySuites {
		assert.True(t, used[s.has], "no block of %s has %q any more: take it out of the list", s.file, s.has)
		run, err := os.ReadFile(filepath.Join(top, ".ci/clients", s.suite, "run"))
		require.NoError(t, err)
		assert.Contains(t, string(run), "block '"+s.has+"'", "the suite %s takes the block out of the document", s.suite)
	}
}

// listedAs tells which list a block is in, and by which words.
func listedAs(b block) (list, has string) {
	for _, u := range untested {
		if u.file == b.file && strings.Contains(b.text, u.has) {
			return "untested", u.has
		}
	}
	for _, s := range bySuites {
		if s.file == b.file && strings.Contains(b.text, s.has) {
			return "suites", s.has
		}
	}
	return "", ""
}

// blocksIn returns the blocks of a document in these languages that are in no list.
func blocksIn(t *testing.T, file string, languages ...string) []block {
	_, blocks := read(t, file)
	return slices.DeleteFunc(blocks, func(b block) bool {
		list, _ := listedAs(b)
		return list != "" || !slices.Contains(languages, b.language)
	})
}

// The first page is read in one go.
func TestReadmeIsShort(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	require.NoError(t, err)
	assert.LessOrEqual(t, strings.Count(string(text), "\n"), 250, "lines of README.md: what is long stands beside what it describes")
}
