package contract

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// evident starts a server whose entries go to a file, and returns how to ask it.
func evident(t *testing.T, o emulator.Options) (s *emulator.Server, file *bytes.Buffer, ask func(method, path, token string) string) {
	file = &bytes.Buffer{}
	o.Journal = file
	s, err := emulator.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	client := s.Client()
	return s, file, func(method, path, token string) string {
		r, err := http.NewRequest(method, strings.TrimSuffix(s.URL, "/beta")+path, http.NoBody)
		require.NoError(t, err)
		r.Header.Set("Authorization", "Bearer "+token)
		a, err := client.Do(r)
		require.NoError(t, err)
		defer a.Body.Close()
		b, err := io.ReadAll(a.Body)
		require.NoError(t, err)
		return string(b)
	}
}

const profileOfOne = "/beta/education/synchronizationProfiles/86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// A start that was refused for its files has no error in its answer: the entry says
// why, and so does the list.
func TestJournalSaysWhyAStartWasRefused(t *testing.T) {
	s, _, ask := evident(t, emulator.Options{Fixture: "one"})
	body := ask("POST", profileOfOne+"/start", "x")
	w, err := s.World("")
	require.NoError(t, err)
	e := w.Journal().Requests("profiles.start")[0]
	assert.Equal(t, 400, e.Status)
	assert.Equal(t, body, e.ResponseBody)
	assert.Equal(t, "the start was refused for its files: school.csv: The file school.csv was not found in the source. It is required"+
		" (and 2 more)", e.Outcome)
	assert.Contains(t, e.Explain(), "The body of the answer:\n  {")
	var list strings.Builder
	require.NoError(t, journal.WriteText(&list, []journal.Entry{e}))
	assert.Contains(t, list.String(), "the start was refused for its files: school.csv")
}

// The file has every entry of every world in the shape of the control API, also of a
// journal that keeps one, and of before a reset.
func TestFileOfEntries(t *testing.T) {
	s, file, ask := evident(t, emulator.Options{Fixture: "one", Run: "outage", Limits: emulator.Limits{JournalEntries: 1}})
	ask("GET", profileOfOne, "x")
	ask("GET", profileOfOne+"/uploadUrl", "world-north")
	var one map[string]any
	require.NoError(t, json.Unmarshal([]byte(ask("GET", "/_graphemu/worlds/default/journal", "")), &one))
	ask("POST", "/_graphemu/worlds/default/reset", "")
	ask("GET", profileOfOne, "x")
	require.NoError(t, s.Close())

	var lines []map[string]any
	for line := range strings.Lines(file.String()) {
		var l map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &l))
		assert.Equal(t, "outage", l["run"])
		delete(l, "run")
		lines = append(lines, l)
	}
	require.Len(t, lines, 3)
	assert.Equal(t, one["entries"].([]any)[0], lines[0])
	assert.Equal(t, []any{"default", "north", "default"}, []any{lines[0]["world"], lines[1]["world"], lines[2]["world"]})
	assert.Contains(t, lines[1]["responseBody"], `"value":"(redacted)"`)
	assert.NotContains(t, file.String(), "sig=")
	assert.Equal(t, "outage", s.Verify().Run)
	assert.Contains(t, s.Verify().Properties, journal.Property{Name: "fixture", Value: "one"})
}

// Nobody's pages are in the journal: their hidden fields hold what a sign-in page needs.
func TestSignInPagesAreNotKept(t *testing.T) {
	s, _, ask := evident(t, emulator.Options{})
	page := ask("GET", "/common/oauth2/v2.0/authorize?client_id=0a9e7c5d-1111-4222-8333-94445555aaaa&response_type=code"+
		"&redirect_uri=http://localhost/&scope=openid", "")
	assert.Contains(t, page, "<html")
	w, err := s.World("")
	require.NoError(t, err)
	for _, e := range w.Journal().Entries(journal.Filter{}) {
		assert.Empty(t, e.ResponseBody)
	}
	assert.Equal(t, 1, w.Journal().Len())
}

// A journal that is followed gives what is there and what comes, goes on over a reset,
// and ends when the world is dropped or the server stops.
func TestFollowingAJournal(t *testing.T) {
	for name, end := range map[string]func(s *emulator.Server, ask func(method, path, token string) string){
		"drop": func(_ *emulator.Server, ask func(method, path, token string) string) {
			ask("DELETE", "/_graphemu/worlds/north", "")
		},
		"shutdown": func(s *emulator.Server, _ func(method, path, token string) string) {
			assert.NoError(t, s.Shutdown(context.Background()), "it does not wait for who follows")
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, _, ask := evident(t, emulator.Options{Fixture: "one"})
			ask("GET", profileOfOne, "world-north")
			a, err := s.Client().Get(strings.TrimSuffix(s.URL, "/beta") + "/_graphemu/worlds/north/journal?follow=true&status=2xx")
			require.NoError(t, err)
			defer a.Body.Close()
			assert.Equal(t, "application/jsonl", a.Header.Get("Content-Type"))
			in := bufio.NewScanner(a.Body)
			next := func() (e journal.Entry) {
				require.True(t, in.Scan(), in.Err())
				require.NoError(t, json.Unmarshal(in.Bytes(), &e))
				return e
			}
			assert.Equal(t, "profiles.get", next().Operation)
			ask("GET", profileOfOne+"x", "world-north") // 404: not asked for
			ask("GET", "/beta/education/synchronizationProfiles", "world-north")
			assert.Equal(t, "profiles.list", next().Operation)
			ask("POST", "/_graphemu/worlds/north/reset", "")
			ask("GET", profileOfOne+"/uploadUrl", "world-north")
			assert.Equal(t, "profiles.uploadUrl", next().Operation)
			var ended sync.WaitGroup
			ended.Go(func() { end(s, ask) })
			assert.False(t, in.Scan())
			assert.NoError(t, in.Err(), "the answer ends, it does not break off")
			ended.Wait()
		})
	}
}

func TestFollowIsAskedRightly(t *testing.T) {
	_, _, ask := evident(t, emulator.Options{})
	assert.Contains(t, ask("GET", "/_graphemu/worlds/default/journal?follow=yes", ""), `follow: \"yes\", want false, true`)
	assert.Contains(t, ask("GET", "/_graphemu/worlds/default/journal?follow=true&stat=1", ""), `\"stat\" is no filter`)
	assert.Contains(t, ask("GET", "/_graphemu/health", ""), `"version": "`+emulator.Version())
}
