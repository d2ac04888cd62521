package entra

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/url"
)

//go:embed page.css
var pageCSS string

// submitScript is the one script there is: on the page that posts an answer to an
// app.
const submitScript = "document.forms[0].submit()"

// pageData is what a page shows. All of it is escaped but Script.
type pageData struct {
	Title, Kind   string // Kind: "signin", "newPassword", "device", "formPost"; "" has a notice alone
	Notice        string
	Script        string // one of ours
	Tenant        string
	App           string
	Scopes        []string
	Users         []User
	More          int
	Hint          string
	Sealed        string
	Action        string
	UserCode      string
	Target        string // a redirect URI that maySend
	Fields        []field
	Error         string
	Details       []Help
	Trace, Client string
	Stamp         string
}

type field struct{ Name, Value string }

// html is a page. No script runs on it but the one that it names, no other site may
// frame it, and its forms go to this server, and from there to the redirect URI.
func (x *exchange) html(status int, d pageData, redirect string) Reply {
	d.Tenant = x.tenant.ID
	var b bytes.Buffer
	if err := d.view().Render(&b); err != nil {
		panic(err) // a buffer takes everything
	}
	reply := x.reply(status, "text/html; charset=utf-8", b.Bytes())
	policy := "default-src 'none'; style-src " + hashSource(pageCSS) +
		"; base-uri 'none'; frame-ancestors 'none'; form-action 'self'" + formSource(redirect)
	if d.Script != "" {
		policy += "; script-src " + hashSource(d.Script)
	}
	h := reply.Header
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Frame-Options", "DENY")
	// Not no-referrer: with that, browsers send "Origin: null" with the page's own
	// form, and it could not be told from another site's.
	h.Set("Referrer-Policy", "same-origin")
	return reply
}

func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// formSource is the source of a policy for a redirect URI. It names schemes rather
// than the URI's own host: browsers hold each redirect that follows a form to the
// policy, and an app may send the user on to anywhere from its redirect URI.
func formSource(redirect string) string {
	u, err := url.Parse(redirect)
	switch {
	case redirect == "" || err != nil || u.Scheme == "":
		return ""
	case u.Scheme == "http" || u.Scheme == "https":
		return " http: https:"
	}
	return " " + u.Scheme + ":"
}

// errorPage tells a person of an error. Entra's page has status 200; chosen: that of
// the error.
func (x *exchange) errorPage(p *problem) Reply {
	return x.html(p.status, pageData{Title: "Sign-in failed", Error: p.words(), Notice: p.name, Details: p.helps,
		Trace: x.trace, Client: x.corr, Stamp: x.stamp()}, "")
}
