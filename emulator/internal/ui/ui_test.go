package ui

import (
	"io/fs"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// read returns what a file answers.
func read(t *testing.T, name string) string {
	t.Helper()
	open := Open(name)
	require.NotNil(t, open, name)
	w := httptest.NewRecorder()
	open(w, httptest.NewRequest("GET", "/", nil))
	assert.Equal(t, Policy, w.Header().Get("Content-Security-Policy"), name)
	assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), name)
	assert.Equal(t, media[path.Ext(name)], w.Header().Get("Content-Type"), name)
	return w.Body.String()
}

func shellOf(t *testing.T, version string) string {
	t.Helper()
	w := httptest.NewRecorder()
	New("/_graphemu/", version).Page(w, httptest.NewRequest("GET", "/", nil))
	assert.Equal(t, Policy, w.Header().Get("Content-Security-Policy"))
	assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
	return w.Body.String()
}

func TestShellHoldsNoScriptAndNoStyle(t *testing.T) {
	page := shellOf(t, `v1"><script>`)
	assert.True(t, strings.HasPrefix(page, "<!doctype html>"))
	assert.Contains(t, page, "v1&#34;&gt;&lt;script&gt;")
	scripts := regexp.MustCompile(`<script[^>]*>[^<]*</script>`).FindAllString(page, -1)
	assert.Equal(t, []string{`<script type="module" src="/_graphemu/ui/app.js"></script>`}, scripts)
	assert.NotRegexp(t, `(?i)<style|\sstyle=|\son[a-z]+=|javascript:`, page)
	assert.NotContains(t, page, "://")
	for _, ref := range regexp.MustCompile(`(?:src|href)="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		if name, ok := strings.CutPrefix(ref[1], "/_graphemu/ui/"); ok {
			read(t, name)
		} else {
			assert.Regexp(t, `^(#|/_graphemu/worlds/)`, ref[1])
		}
	}
	for _, want := range []string{`lang="en"`, `aria-live="polite"`, `role="alert"`, `<label for="world">`, "<main", "<nav", "<noscript>",
		"<h1>"} {
		assert.Contains(t, page, want)
	}
}

func TestPolicyLetsInNothingFromElsewhere(t *testing.T) {
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'",
		"frame-ancestors 'none'", "base-uri 'none'",
		"form-action 'none'", "require-trusted-types-for 'script'"} {
		assert.Contains(t, Policy, want)
	}
	assert.NotRegexp(t, `unsafe|\*|http|data:`, Policy)
}

func TestFilesAskNoOtherHostAndMakeNoHTML(t *testing.T) {
	total := 0
	for _, name := range Names() {
		text := read(t, name)
		total += len(text)
		assert.Less(t, len(text), 16<<10, name)
		for _, url := range regexp.MustCompile(`[a-z]+://[^\s"'<)]*`).FindAllString(text, -1) {
			assert.Equal(t, "http://www.w3.org/2000/svg", url, "%s: a namespace, which is fetched by nobody", name)
		}
		assert.NotRegexp(t, `innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|createContextualFragment|\beval\(|new Function|srcdoc`, text, name)
		if path.Ext(name) != ".js" {
			assert.NotRegexp(t, `(?i)@import|url\(`, text, name)
		}
	}
	assert.Less(t, total, 80<<10)
}

// Every module that another one imports is there.
func TestModulesAreComplete(t *testing.T) {
	used := map[string]bool{"app.js": true}
	for _, name := range Names() {
		for _, m := range regexp.MustCompile(`from "([^"]+)"`).FindAllStringSubmatch(read(t, name), -1) {
			file, ok := strings.CutPrefix(m[1], "./")
			require.True(t, ok, "%s imports %s", name, m[1])
			assert.NotNil(t, Open(file), "%s imports %s", name, file)
			used[file] = true
		}
	}
	for _, name := range Names() {
		if path.Ext(name) == ".js" {
			assert.True(t, used[name], "nobody imports %s", name)
		}
	}
}

func TestOpenFindsNothingElse(t *testing.T) {
	for _, name := range []string{"", ".", "..", "../ui.go", "static", "none.js", "a/b.js", `..\ui.go`, "app.js/"} {
		assert.Nil(t, Open(name), name)
	}
	list, err := fs.ReadDir(files, "static")
	require.NoError(t, err)
	assert.Len(t, Names(), len(list))
}
