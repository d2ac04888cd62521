package entra

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// maySend tells whether an answer with a code in it may go to a redirect URI: to a
// server on the user's own machine, or to what the app has registered, letter for
// letter. A strict tenant holds an app that has registered any to these alone, as
// Entra does; there, and there only, a loopback URI without a port stands for
// every port (documented).
func (t *Tenant) maySend(app *App, uri string) bool {
	if !sound(uri) {
		return false
	}
	if app == nil || len(app.RedirectURIs) == 0 {
		return loopback(uri)
	}
	return app.typeOf(uri) != "" || !t.Strict && loopback(uri)
}

// typeOf is the type of a redirect URI, "" for one that is not registered. Chosen:
// one that is registered letter for letter counts before one without a port, where
// Entra says that it takes any of them.
func (a *App) typeOf(uri string) identity.RedirectType {
	if a == nil {
		return ""
	}
	for _, same := range []func(registered, uri string) bool{func(r, uri string) bool { return r == uri }, samePortAside} {
		for _, r := range a.RedirectURIs {
			if same(r.URI, uri) {
				return r.Type
			}
		}
	}
	return ""
}

// someRedirects are the first n redirect URIs.
func (a *App) someRedirects(n int) (list []string) {
	for _, r := range a.RedirectURIs[:min(len(a.RedirectURIs), n)] {
		list = append(list, r.URI)
	}
	return list
}

// sound tells whether uri is one that every client reads alike, and that no
// browser takes for a script. A fragment is never allowed (RFC 6749, section 3.1.2).
func sound(uri string) bool {
	if len(uri) > limit("redirect_uri") ||
		strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("#\\<>\"`{}|^", r) }) {
		return false
	}
	u, err := url.Parse(uri)
	if err != nil || u.User != nil {
		return false
	}
	switch u.Scheme {
	case "", "javascript", "data", "vbscript", "file", "about", "blob", "view-source", "filesystem":
		return false
	case "http", "https":
		return u.Host != "" && !strings.HasSuffix(u.Host, ":") && port(u)
	}
	return true
}

func port(u *url.URL) bool {
	if u.Port() == "" {
		return true
	}
	n, err := strconv.Atoi(u.Port())
	return err == nil && n > 0 && n < 1<<16
}

// loopback tells whether a sound uri leads to the user's own machine (RFC 8252,
// section 7.3, and the name localhost).
func loopback(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Opaque != "" {
		return false
	}
	switch strings.ToLower(u.Host[:len(u.Host)-len(portSuffix(u))]) {
	case "localhost", "127.0.0.1", "[::1]":
		return true
	}
	return false
}

func portSuffix(u *url.URL) string {
	if u.Port() == "" {
		return ""
	}
	return ":" + u.Port()
}

// samePortAside tells whether uri is a registered loopback URI that has no port, on
// some port.
func samePortAside(registered, uri string) bool {
	if !sound(registered) || !loopback(registered) || !loopback(uri) {
		return false
	}
	r, _ := url.Parse(registered)
	u, _ := url.Parse(uri)
	return r.Port() == "" && r.Scheme == u.Scheme && strings.EqualFold(r.Hostname(), u.Hostname()) && r.RawQuery == u.RawQuery &&
		strings.TrimSuffix(r.EscapedPath(), "/") == strings.TrimSuffix(u.EscapedPath(), "/")
}

// The ways in which an answer goes to a redirect URI.
const (
	modeQuery    = "query"
	modeFragment = "fragment"
	modeForm     = "form_post"
)

// sendBack sends values to a redirect URI that maySend.
func (x *exchange) sendBack(uri, mode string, values url.Values) Reply {
	if mode == modeForm {
		return x.formPost(uri, values)
	}
	mark := "#"
	if mode != modeFragment {
		mark = "?"
		if strings.Contains(uri, "?") {
			mark = "&"
		}
	}
	if mark == "&" && (strings.HasSuffix(uri, "?") || strings.HasSuffix(uri, "&")) || len(values) == 0 {
		mark = ""
	}
	reply := x.html(http.StatusFound, pageData{Title: "Redirecting", Notice: "You are being sent back to the app."}, "")
	// A fragment is not a form: there, + may stay a plus.
	reply.Header.Set("Location", uri+mark+strings.ReplaceAll(values.Encode(), "+", "%20"))
	return reply
}

// formPost is a page whose form posts itself, or by hand where scripts are off.
func (x *exchange) formPost(uri string, values url.Values) Reply {
	d := pageData{Title: "Back to the app", Kind: "formPost", Target: uri, Script: submitScript}
	for _, name := range []string{"code", "state", "session_state", "client_info", "error", "error_description", "error_uri"} {
		if values.Has(name) {
			d.Fields = append(d.Fields, field{name, values.Get(name)})
		}
	}
	return x.html(http.StatusOK, d, uri)
}
