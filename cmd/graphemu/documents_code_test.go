package main

import (
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// checkFile lets graphemu check a scenario, a fixture or the body of a create.
func checkFile(t *testing.T, b block) {
	file := filepath.Join(t.TempDir(), "block."+b.language)
	require.NoError(t, os.WriteFile(file, []byte(b.text), 0o600))
	c := exec.Command("graphemu", "check", file)
	c.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=0")
	out, err := c.CombinedOutput()
	assert.NoError(t, err, "%s: %s", b, out)
}

// checkYAML also knows the files of CI: what their steps run is looked at as prose is,
// and a step that starts a server is run.
func checkYAML(t *testing.T, b block) {
	if !strings.Contains(b.text, "script:") && !strings.Contains(b.text, "run:") {
		checkFile(t, b)
		return
	}
	var content any
	require.NoError(t, yaml.Unmarshal([]byte(b.text), &content), b.String())
	for _, step := range steps(content) {
		for line := range strings.Lines(step) {
			checkCommand(t, b.String(), strings.TrimSpace(line))
		}
		if strings.Contains(step, "graphemu serve") {
			runStep(t, step)
		}
	}
}

// steps are the scripts of a file of CI.
func steps(content any) (all []string) {
	switch v := content.(type) {
	case map[string]any:
		for name, value := range v {
			if text, ok := value.(string); ok && name == "run" {
				all = append(all, text)
			} else if lines, ok := value.([]any); ok && name == "script" {
				for _, line := range lines {
					all = append(all, line.(string))
				}
			} else {
				all = append(all, steps(value)...)
			}
		}
	case []any:
		for _, value := range v {
			all = append(all, steps(value)...)
		}
	}
	return all
}

// runStep runs a step that starts a server in the background, as GitHub does, and then
// a client by what the step has left for those that follow.
func runStep(t *testing.T, step string) {
	needShell(t)
	dir := t.TempDir()
	const client = `
set -a; . "$GITHUB_ENV"
curl -sf -o /dev/null -H "Authorization: Bearer any" "$GRAPHEMU_HTTP_URL/education/synchronizationProfiles"
graphemu world verify
kill "$(jq -r .pid ready.json)"; wait
`
	c := exec.CommandContext(t.Context(), "bash", "-e", "-c", step+client)
	c.Dir = dir
	c.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "GITHUB_ENV=" + filepath.Join(dir, "env"), "GORACE=atexit_sleep_ms=0"}
	out, err := c.CombinedOutput()
	assert.NoError(t, err, "%s", out)
	assert.Contains(t, string(out), "verified")
}

// runJavaScript runs what needs no package, under an emulator, where node is there.
func runJavaScript(t *testing.T, b block) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("needs node")
	}
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "block.test.mjs"), []byte(b.text), 0o600))
	c := exec.CommandContext(t.Context(), "graphemu", "exec", "--verify", "strict", "--", node, "block.test.mjs")
	c.Dir = dir
	c.Env = []string{"HOME=" + dir, "PATH=" + os.Getenv("PATH"), "GORACE=atexit_sleep_ms=0"}
	out, err := c.CombinedOutput()
	assert.NoError(t, err, "%s: %s", b, out)
}

var moduleLine = regexp.MustCompile(`(?m)^module .*`)

// What documents show in Go are whole files. Each is a package of one module that
// knows this one by its folder; a file of tests is run, any other is vetted.
func TestDocumentsGo(t *testing.T) {
	if raced {
		t.Skip("another go command runs these tests, which the detector does not watch")
	}
	t.Parallel()
	dir := t.TempDir()
	here, err := filepath.Abs(top)
	require.NoError(t, err)
	mod, err := os.ReadFile(filepath.Join(top, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(top, "go.sum"))
	require.NoError(t, err)
	const module = "github.com/graphemu/graphemu"
	text := moduleLine.ReplaceAllString(string(mod), "module documents.test") +
		"\nrequire " + module + " v0.0.0\nreplace " + module + " => " + here + "\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte(text), 0o600))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o600))
	found := 0
	for _, file := range documents(t) {
		for _, b := range blocksIn(t, file, "go") {
			require.True(t, strings.HasPrefix(b.text, "package "), "%s: a block in Go is a whole file, so that it can be compiled and copied", b)
			found++
			name := filepath.Join(dir, strings.NewReplacer("/", "-", ":", "-", ".", "").Replace(b.String()), "block.go")
			if strings.Contains(b.text, "testing.T") {
				name = strings.TrimSuffix(name, ".go") + "_test.go"
			}
			require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
			require.NoError(t, os.WriteFile(name, []byte(b.text), 0o600))
			formatted, err := format.Source([]byte(b.text))
			assert.NoError(t, err, b.String())
			assert.Equal(t, string(formatted), b.text, "%s is not as gofmt writes it", b)
		}
	}
	require.NotZero(t, found)
	c := exec.CommandContext(t.Context(), "go", "test", "-mod=mod", "./...")
	c.Dir = dir
	c.Env = append(os.Environ(), "GOFLAGS=", "GOPROXY=off", "GOWORK=off")
	out, err := c.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}
