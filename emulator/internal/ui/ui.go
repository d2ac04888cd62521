// Package ui is the page that people see at /_graphemu/. It shows and does what the
// control API does, and calls nothing else. The files are served as they stand:
// there is no build step, and nothing comes from another host. Source of everything
// here: chosen.
package ui

import (
	"bytes"
	"embed"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// They are in the program and read where somebody asks: a start does nothing with them.
//
//go:embed static
var files embed.FS

// Policy lets the page load its own files and call its own server, and no more. No
// script stands in the HTML, and none can make HTML out of a text.
const Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// MediaHTML is what the page is asked for as.
const MediaHTML = "text/html"

// media are the types of the files, by the ends of their names.
var media = map[string]string{
	".css": "text/css; charset=utf-8",
	".js":  "text/javascript; charset=utf-8",
	".svg": "image/svg+xml",
}

// A UI serves the page and its files.
type UI struct{ page func() []byte }

// New returns the page of the control API at prefix, as "/_graphemu/". The page is
// written when somebody first asks for it.
func New(prefix, version string) *UI {
	return &UI{sync.OnceValue(func() []byte {
		var b bytes.Buffer
		shell(prefix, version).Render(&b) // a buffer takes all
		return b.Bytes()
	})}
}

// Page answers the page.
func (u *UI) Page(w http.ResponseWriter, _ *http.Request) {
	Send(w, MediaHTML+"; charset=utf-8", Policy, u.page())
}

// Names returns the names of the files.
func Names() (names []string) {
	list, _ := fs.ReadDir(files, "static") // it is in the program
	for _, f := range list {
		names = append(names, f.Name())
	}
	return names
}

// Open returns what answers a file; nil where there is none of that name.
func Open(name string) http.HandlerFunc {
	if strings.ContainsAny(name, "/\\") {
		return nil
	}
	body, err := files.ReadFile("static/" + name)
	kind := media[path.Ext(name)]
	if err != nil || kind == "" {
		return nil
	}
	return func(w http.ResponseWriter, _ *http.Request) { Send(w, kind, Policy, body) }
}

// Send writes an answer. A file gets a policy too: somebody may open it by itself.
func Send(w http.ResponseWriter, kind, policy string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	w.Write(body) // a client that went away needs no answer
}
