package ui

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	g "maragu.dev/gomponents"
)

func reportOf(t *testing.T, r Report) string {
	t.Helper()
	if r.Without == nil {
		r.Without = func() g.Node { return g.Text("") }
	}
	var b bytes.Buffer
	require.NoError(t, WriteReport(&b, r))
	return b.String()
}

// The script of a report is made of modules by patterns: nothing that they do not know may
// be in a module.
func TestEveryModuleCanBeBundled(t *testing.T) {
	script := bundle("report.js")
	assert.NotRegexp(t, `(?m)^\s*(import|export)\b`, script)
	names := regexp.MustCompile(`(?m)^modules\["([\w.]+)"\]`).FindAllStringSubmatch(script, -1)
	assert.Equal(t, "report.js", names[len(names)-1][1], "each comes after those that it needs")
	for _, absent := range []string{"api.js", "app.js", "steer.js", "worlds.js"} {
		assert.NotContains(t, script, `modules["`+absent+`"]`)
	}
	exports := map[string][]string{}
	for _, m := range names {
		text := page(m[1])
		lines := regexp.MustCompile(`(?m)^(?:import|export) `).FindAllString(text, -1)
		assert.Len(t, lines, len(exporting().FindAllString(text, -1))+len(importing().FindAllString(text, -1)), m[1])
		assert.NotRegexp(t, `(?m)^export (let|default|\{|const \w+ = [^;({]*,)`, text, "%s: one name each", m[1])
		for _, e := range exporting().FindAllStringSubmatch(text, -1) {
			exports[m[1]] = append(exports[m[1]], e[2])
		}
		for _, i := range importing().FindAllStringSubmatch(text, -1) {
			of := moduleOf(i[3])
			for name := range strings.SplitSeq(i[1], ",") {
				name, _, _ = strings.Cut(strings.TrimSpace(name), " as ")
				assert.True(t, name == "" || slices.Contains(exports[of], name), "%s has no %s, which %s imports", of, name, m[1])
			}
		}
	}
}

// All that a report needs stands in it, and its policy names that and nothing else.
func TestReportStandsAlone(t *testing.T) {
	text := reportOf(t, Report{Title: "t", Version: "v1", Verdict: "Passed."})
	policy := regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(text)
	require.NotNil(t, policy)
	said := strings.ReplaceAll(policy[1], "&#39;", "'")
	style := regexp.MustCompile(`(?s)<style>(.*?)</style>`).FindStringSubmatch(text)
	scripts := regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`).FindAllStringSubmatch(text, -1)
	require.Len(t, scripts, 2, "the data, and what reads them")
	assert.Equal(t, ` type="application/json" id="data"`, scripts[0][1])
	assert.Contains(t, said, "script-src "+source(scripts[1][2])+";")
	assert.Contains(t, said, "style-src "+source(style[1])+";")
	for _, want := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "trusted-types 'none'"} {
		assert.Contains(t, said, want)
	}
	assert.NotRegexp(t, `unsafe|\*|http|'self'|connect-src`, said)
	assert.Less(t, strings.Index(text, "Content-Security-Policy"), strings.Index(text, "<style"), "it holds for what comes after it")
	assert.NotRegexp(t, `(?i)\s(src|srcset|action|formaction)=|\sstyle=|\son[a-z]+="`, text)
	for _, ref := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(text, -1) {
		assert.Regexp(t, `^(#|data:image/svg\+xml;base64,)`, ref[1])
	}
	assert.Equal(t, said+"; frame-ancestors 'none'", ReportPolicy())
	assert.Equal(t, text, reportOf(t, Report{Title: "t", Version: "v1", Verdict: "Passed."}))
}

func TestReportHoldsHostileTexts(t *testing.T) {
	hostile := `</script><script>x</script><!--<script>"'` + "\u2028"
	text := reportOf(t, Report{Title: hostile, Version: hostile, Verdict: hostile, Run: g.Text(hostile),
		Data: map[string]string{"x": hostile}})
	assert.NotContains(t, text, "<script>x")
	assert.NotContains(t, text, "<!--")
	assert.Equal(t, 2, strings.Count(text, "</script"))
}
