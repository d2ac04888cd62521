package control

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/ui"
)

func accepts(media string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Accept", media) }
}

const browsers = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

func TestPageIsForBrowsers(t *testing.T) {
	b := newBench(t)
	for _, accept := range []string{browsers, "text/html", "application/json;q=0.5, text/html"} {
		w := b.send("GET", Prefix, "", accepts(accept))
		require.Equal(t, 200, w.Code, accept)
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"), accept)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, ui.Policy, w.Header().Get("Content-Security-Policy"))
		assert.Contains(t, w.Body.String(), "v1.2.3")
	}
	for _, accept := range []string{"", "*/*", "application/json", "application/json, text/html", "text/html;q=0, */*", "text/plain"} {
		w := b.send("GET", Prefix, "", accepts(accept))
		assert.Equal(t, "application/json", w.Header().Get("Content-Type"), accept)
	}
}

func TestPageIsGuardedAsTheRestIs(t *testing.T) {
	for _, path := range []string{"", "ui/app.js"} {
		b := newBench(t)
		for status, change := range map[int]func(*http.Request){
			421: func(r *http.Request) { r.Host = "evil.test" },
			403: func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") },
		} {
			problemOf(t, b.send("GET", Prefix+path, "", accepts(browsers), change), status)
		}
		problemOf(t, b.send("GET", Prefix+path, "", accepts(browsers), func(r *http.Request) { r.Header.Set("Origin", "http://evil.test") }), 403)
		problemOf(t, b.send("GET", Prefix+path, "", accepts(browsers), func(r *http.Request) { r.RemoteAddr = "192.0.2.1:5" }), 403)
		w := b.send("POST", Prefix+path, "", accepts(browsers))
		problemOf(t, w, 405)
		assert.Equal(t, "GET, HEAD", w.Header().Get("Allow"))
	}
}

// A link on another page leads to the page, and to nothing that tells of a world.
func TestPageIsReachedByLinks(t *testing.T) {
	b := newBench(t)
	link := func(dest string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Sec-Fetch-Site", "cross-site")
			r.Header.Set("Sec-Fetch-Mode", "navigate")
			r.Header.Set("Sec-Fetch-Dest", dest)
		}
	}
	assert.Equal(t, 200, b.send("GET", Prefix, "", accepts(browsers), link("document")).Code)
	problemOf(t, b.send("GET", Prefix, "", accepts(browsers), link("iframe")), 403)
	problemOf(t, b.send("POST", Prefix, "", accepts(browsers), link("document")), 403)
	problemOf(t, b.send("GET", Prefix+"worlds", "", accepts(browsers), link("document")), 403)
	assert.Contains(t, ui.Policy, "frame-ancestors 'none'")
}

func TestPageHasItsFilesAndNoOther(t *testing.T) {
	b := newBench(t)
	for _, name := range ui.Names() {
		w := b.send("GET", Prefix+"ui/"+name, "")
		assert.Equal(t, 200, w.Code, name)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), name)
		assert.NotEmpty(t, w.Body.String(), name)
	}
	for _, name := range []string{"none.js", "%2e%2e%2fui.go", "..%2fapp.js", "a%00b"} {
		r := b.send("GET", Prefix+"ui/"+name, "")
		assert.Equal(t, 404, r.Code, name)
		assert.NotContains(t, r.Body.String(), "package ")
	}
}

// events follows the journal of the bench as a browser does, to the server's end.
func events(t *testing.T, b *bench, query string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	t.Helper()
	return b.send("GET", journalPath+"?follow=true"+query, "", append(change, accepts("text/event-stream"))...)
}

func stopped(c *Config) {
	over := make(chan struct{})
	close(over)
	c.Stopping = over
}

func TestJournalIsFollowedAsEvents(t *testing.T) {
	b := newBench(t, stopped)
	b.world.journal.entries[0].Path = "/a\nid: 9\n\ndata: x"
	w := events(t, b, "&status=4xx")
	assert.Equal(t, "text/event-stream", w.Header().Get("Content-Type"))
	text := w.Body.String()
	assert.True(t, strings.HasPrefix(text, "retry: 1000\nid: ABC.1\ndata: {\"id\":1,"), text)
	assert.True(t, strings.HasSuffix(text, "}\n\n"), text)
	assert.Equal(t, 4, strings.Count(text, "\n"), "what a client sent ends no line: %s", text)
	assert.Equal(t, "4xx", b.world.journal.asked.Status)
}

func TestEventsGoOnAfterABreak(t *testing.T) {
	last := func(id string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set("Last-Event-ID", id) }
	}
	b := newBench(t, stopped)
	b.world.journal.position = 1000
	events(t, b, "", last("950"))
	assert.EqualValues(t, 850, b.world.journal.asked.After, "some come again: they may have ended late")
	events(t, b, "&since=900", last("950"))
	assert.EqualValues(t, 900, b.world.journal.asked.After)
	events(t, b, "", last("7"))
	assert.Zero(t, b.world.journal.asked.After)
	events(t, b, "", last("soon"))
	assert.Zero(t, b.world.journal.asked.After)
	events(t, b, "", last("ABC.950"))
	assert.EqualValues(t, 850, b.world.journal.asked.After)
	events(t, b, "&last=ABC.940")
	assert.EqualValues(t, 840, b.world.journal.asked.After)
	events(t, b, "&last=ABC.940", last("ABC.950"))
	assert.EqualValues(t, 850, b.world.journal.asked.After, "the browser's own word is newer")
	problemOf(t, events(t, b, "&last=soon"), 400)
	problemOf(t, b.send("GET", journalPath+"?last=ABC.1", ""), 400)
	for _, id := range []string{"5000", "ABC.5000", "XYZ.950"} {
		w := events(t, b, "", last(id))
		assert.Zero(t, b.world.journal.asked.After)
		assert.True(t, strings.HasPrefix(w.Body.String(), "retry: 1000\nevent: reset\ndata: {}\n\n"), "%s is of another run", id)
	}
}

func TestEventsBeginAtOnce(t *testing.T) {
	b := newBench(t, stopped)
	b.world.journal.entries = nil
	assert.Equal(t, "retry: 1000\n: nothing yet\n\n", events(t, b, "").Body.String())
}

func TestReportIsAPageOfItsOwn(t *testing.T) {
	b := newBench(t)
	for path, want := range map[string]string{"report": "a report on all", "worlds/default/report": "a report on default"} {
		w := b.send("GET", Prefix+path, "")
		assert.Equal(t, 200, w.Code, path)
		assert.Equal(t, want, w.Body.String(), path)
		assert.Equal(t, "text/html; charset=utf-8", w.Header().Get("Content-Type"))
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		policy := w.Header().Get("Content-Security-Policy")
		assert.Contains(t, policy, "default-src 'none'; script-src 'sha256-")
		assert.Contains(t, policy, "frame-ancestors 'none'")
		problemOf(t, b.send("GET", Prefix+path, "", func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }), 403)
	}
	b.world.fails = errors.New("no room")
	problemOf(t, b.send("GET", Prefix+"worlds/default/report", ""), 500)
}
