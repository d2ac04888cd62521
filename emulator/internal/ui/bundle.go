package ui

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"io"
	"strings"
	"sync"

	g "maragu.dev/gomponents"
	h "maragu.dev/gomponents/html"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// The modules that a report has beside those of the page, which it shares.
//
//go:embed report
var reportFiles embed.FS

// Report is what a report shows: one file, with all that the page would ask for.
type Report struct {
	Title, Version string
	First          g.Node        // before the verdict; nil: nothing
	Verdict        string        // in a sentence
	OK             bool          // it is good
	Run            g.Node        // how the runs came about, and how to repeat them
	Without        func() g.Node // what is there where no script may run
	Data           any           // what its modules read, see report/kept.js
}

// WriteReport writes a report. Its policy lets in the style and the script that stand in it
// and nothing else, from nowhere: it can be opened as a file.
func WriteReport(w io.Writer, r Report) error {
	data, err := json.Marshal(r.Data) // it escapes <, so no text ends the element
	if err != nil {
		return err
	}
	parts := inline()
	class := "bad"
	if r.OK {
		class = "good"
	}
	return frame{
		title: r.Title, version: r.Version,
		head: []g.Node{
			h.Meta(g.Attr("http-equiv", "Content-Security-Policy"), h.Content(parts.policy)),
			h.Link(h.Rel("icon"), h.Href(parts.icon)),
			h.StyleEl(g.Raw(parts.style)),
		},
		body:    []g.Node{h.Data("prefix", "")},
		first:   r.First,
		verdict: r.Verdict, class: class,
		views:   []view{{"requests", "Requests", nil}, {"timeline", "Timeline", nil}, {"objects", "Objects", nil}, {"run", "Run", r.Run}},
		without: r.Without,
		end: []g.Node{
			h.Script(h.Type("application/json"), h.ID("data"), g.Raw(string(data))),
			h.Script(g.Raw(parts.script)),
		},
	}.render().Render(w)
}

// ReportPolicy is the policy of a report, for the header of an answer that is one.
func ReportPolicy() string { return inline().policy + "; frame-ancestors 'none'" }

// parts are what stands in every report.
type parts struct{ policy, style, script, icon string }

var inline = sync.OnceValue(func() parts {
	style, icon := page("page.css"), page("icon.svg")
	p := parts{style: style, script: bundle("report.js"), icon: "data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString([]byte(icon))}
	p.policy = "default-src 'none'; script-src " + source(p.script) + "; style-src " + source(p.style) +
		"; img-src data:; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
	return p
})

// source is what a policy calls a text that stands in the page.
func source(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func page(name string) string {
	b, err := files.ReadFile("static/" + name)
	if err != nil {
		b, err = reportFiles.ReadFile("report/" + name)
	}
	if err != nil {
		panic(err) // they are in the program, and a test asks for all of them
	}
	return string(b)
}

// inPlace is what a report has in the place of a module of the page.
var inPlace = map[string]string{"api.js": "kept.js"}

var (
	importing = words.Pattern(`(?m)^import (?:\{([^}]*)\}|\* as (\w+)) from "\./([\w.]+)";$`)
	exporting = words.Pattern(`(?m)^export ((?:async )?(?:function|class|const) (\w+))`)
	renamed   = words.Pattern(` as `)
)

// bundle returns a module and all that it imports as one script: a file that is opened
// from a disk can import none. Each module is a function that returns what it exports.
// The modules are written so that these patterns find all that is to be found; a test
// holds them to it.
func bundle(entry string) string {
	var b strings.Builder
	b.WriteString("\"use strict\";\nconst modules = {};\n")
	done := map[string]bool{}
	var add func(name string)
	add = func(name string) {
		if done[name] {
			return
		}
		done[name] = true
		text := page(name)
		for _, m := range importing().FindAllStringSubmatch(text, -1) {
			add(moduleOf(m[3]))
		}
		var exports []string
		for _, m := range exporting().FindAllStringSubmatch(text, -1) {
			exports = append(exports, m[2])
		}
		text = importing().ReplaceAllStringFunc(text, func(line string) string {
			m := importing().FindStringSubmatch(line)
			names := m[2]
			if names == "" {
				names = "{" + renamed().ReplaceAllString(m[1], ": ") + "}"
			}
			return "const " + names + " = modules[\"" + moduleOf(m[3]) + "\"];"
		})
		b.WriteString("modules[\"" + name + "\"] = (() => {\n" + exporting().ReplaceAllString(text, "$1") +
			"return { " + strings.Join(exports, ", ") + " };\n})();\n")
	}
	add(entry)
	return strings.ReplaceAll(b.String(), "</script", `<\/script`)
}

func moduleOf(name string) string {
	if other := inPlace[name]; other != "" {
		return other
	}
	return name
}
