package emulator_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// hostile is a name that would be markup, and end the element that it stands in.
const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`

// call sends a request as a client of a world does.
func call(t *testing.T, s *emulator.Server, world, method, path, body string) {
	t.Helper()
	r, err := http.NewRequest(method, strings.TrimSuffix(s.URL, "/beta")+path, strings.NewReader(body))
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer world-"+world)
	r.Header.Set("Content-Type", "application/json")
	a, err := s.Client().Do(r)
	require.NoError(t, err)
	_, err = io.Copy(io.Discard, a.Body)
	require.NoError(t, err)
	require.NoError(t, a.Body.Close())
}

// dataOf is what the views of a report read.
func dataOf(t *testing.T, text string) gjson.Result {
	t.Helper()
	m := regexp.MustCompile(`(?s)<script type="application/json" id="data">(.*?)</script>`).FindStringSubmatch(text)
	require.NotNil(t, m)
	require.True(t, gjson.Valid(m[1]))
	return gjson.Parse(m[1])
}

const busyScenario = `version: 1
name: busy
fixture: contoso
faults:
  - {name: busy, operation: users.list, calls: first 2, respond: {status: 429, retryAfter: 20s}}
expect:
  - {operation: "*", noEarlyRetry: true}
`

// start starts a server whose worlds stand still, and lets clients of two worlds call it.
func start(t *testing.T, o emulator.Options) *emulator.Server {
	t.Helper()
	o.ScenarioText, o.Clock = busyScenario, "frozen@2026-01-05T06:00:00Z"
	s, err := emulator.New(o)
	require.NoError(t, err)
	t.Cleanup(func() { s.Close() })
	call(t, s, "a", "GET", "/v1.0/groups", "")
	for range 2 {
		call(t, s, "b", "GET", "/v1.0/users?$top=1", "")
	}
	name, err := json.Marshal(hostile)
	require.NoError(t, err)
	call(t, s, "b", "POST", "/v1.0/groups", `{"displayName":`+string(name)+`,"mailEnabled":false,"mailNickname":"staff","securityEnabled":true,
		"members@odata.bind":["http://localhost/v1.0/users/`+someUser(t, s)+`"]}`)
	call(t, s, "b", "GET", "/v1.0/users/"+strings.ReplaceAll(hostile, "/", "%2F")+"?sig=s3cr3t", "")
	return s
}

func someUser(t *testing.T, s *emulator.Server) string {
	t.Helper()
	w, err := s.World("b")
	require.NoError(t, err)
	var list struct{ Value []struct{ ID string } }
	require.NoError(t, w.Graph().Get("users?$top=1", &list))
	return list.Value[0].ID
}

func reportOf(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, write(&b))
	return b.String()
}

func TestReportHasWhatThePageShows(t *testing.T) {
	s := start(t, emulator.Options{})
	text := reportOf(t, s.WriteReport)
	assert.NotContains(t, text, "<script>alert")
	assert.NotContains(t, text, "<img")
	assert.NotContains(t, text, "s3cr3t")
	assert.Contains(t, text, "<title>graphemu report: not passed</title>")
	assert.Contains(t, text, "graphemu serve --scenario scenario.yaml --clock frozen@2026-01-05T06:00:00Z")
	assert.Contains(t, text, "name: busy", "the scenario's text")

	worlds := dataOf(t, text).Get("worlds")
	assert.Equal(t, `["b","a"]`, worlds.Get("#.ref").Raw, "who failed is first")
	b := worlds.Get("0")
	assert.False(t, b.Get("verdict.ok").Bool())
	assert.Equal(t, "2026-01-05T06:00:00Z", b.Get("clock.now").Str)
	assert.Equal(t, `[1,2,3,4]`, b.Get("entries.#.id").Raw)
	assert.Equal(t, "20s", b.Get("entries.1.detail.early.by").Str)
	assert.Contains(t, b.Get("explanations.2").Str, "The client came too early")
	assert.NotContains(t, b.Get("explanations.3").Str, "The body of the request")
	assert.Contains(t, b.Get("entries.2.requestBody").Str, "onerror")
	assert.NotContains(t, text, `"duration"`, "no time of the wall clock")

	group := b.Get("entries.2.subject.id").Str
	require.NotEmpty(t, group)
	objects := b.Get("objects").Map()
	assert.Contains(t, objects["v1.0/groups/"+group].Get("displayName").Str, "onerror")
	assert.Len(t, objects["v1.0/groups/"+group+"/members"].Get("value").Array(), 1)
	assert.NotEmpty(t, objects["v1.0/users"].Get("value").Array())
	assert.NotEmpty(t, objects["beta/education/synchronizationProfiles"].Get("value").Array())
	assert.Regexp(t, `<EntityType Name="group"><Key/>.*<NavigationProperty Name="members" Type="Collection\(microsoft.graph.directoryObject\)"/>`, b.Get(`metadata.v1\.0`).Str)
	assert.Contains(t, b.Get("metadata.beta").Str, `<Singleton Name="education"`)
}

func TestReportOfOneWorldHasNoOther(t *testing.T) {
	s := start(t, emulator.Options{})
	w, err := s.World("a")
	require.NoError(t, err)
	text := reportOf(t, w.WriteReport)
	assert.Equal(t, `["a"]`, dataOf(t, text).Get("worlds.#.ref").Raw)
	assert.NotContains(t, text, "alert(2)")
}

func TestReportsOfSameRunsAreTheSame(t *testing.T) {
	var texts []string
	for range 2 {
		var lines bytes.Buffer
		s := start(t, emulator.Options{Journal: &lines, Now: ticking()})
		r := s.Report(1)
		require.NoError(t, s.Close())
		require.NoError(t, r.Requests(bytes.NewReader(lines.Bytes())))
		texts = append(texts, reportOf(t, func(w io.Writer) error { return emulator.WriteReport(w, "again", r) }))
	}
	assert.Equal(t, texts[0], texts[1])
}

// ticking is a wall clock that goes on with each look at it, each time another way.
func ticking() func() time.Time {
	now := time.Unix(int64(os.Getpid()), 0)
	return func() time.Time {
		now = now.Add(time.Duration(now.Nanosecond()%7+1) * time.Millisecond)
		return now
	}
}

// The lines of a journal have what a world's journal has forgotten.
func TestReportHasWhatWasBeforeAReset(t *testing.T) {
	var lines bytes.Buffer
	s := start(t, emulator.Options{Journal: &lines})
	b, err := s.World("b")
	require.NoError(t, err)
	require.NoError(t, b.ResetWith(emulator.ResetOptions{Name: "second"}))
	call(t, s, "b", "GET", "/v1.0/groups", "")
	call(t, s, "c", "GET", "/v1.0/groups", "")
	r, err := http.NewRequest("DELETE", strings.TrimSuffix(s.URL, "/beta")+"/_graphemu/worlds/c", nil)
	require.NoError(t, err)
	a, err := s.Client().Do(r)
	require.NoError(t, err)
	a.Body.Close()
	require.Equal(t, 204, a.StatusCode)

	shown := s.Report(1)
	require.NoError(t, s.Close())
	require.NoError(t, shown.Requests(bytes.NewReader(lines.Bytes())))
	shown.Ran(emulator.Command{Repeat: "again", Ended: "It ended.", Run: journal.CardRun{Result: journal.ResultFailed, Why: "exit code 7"}})
	text := reportOf(t, func(w io.Writer) error { return emulator.WriteReport(w, "", shown) })
	worlds := dataOf(t, text).Get("worlds")
	assert.Equal(t, `["b","a","c"]`, worlds.Get("#.ref").Raw)
	assert.Equal(t, `[1,2,3,4,5]`, worlds.Get("0.entries.#.id").Raw)
	assert.Equal(t, `[1]`, worlds.Get("2.entries.#.id").Raw)
	assert.True(t, worlds.Get("2.verdict.ok").Bool())
	assert.Contains(t, text, "It ended.")
	assert.Contains(t, text, "Not passed. exit code 7")

	assert.ErrorContains(t, shown.Requests(strings.NewReader("{\"id\":1}\nnonsense\n")), "the journal at byte 9")
}

func TestReportIsBounded(t *testing.T) {
	var lines bytes.Buffer
	e := json.NewEncoder(&lines)
	for id := range 700 {
		entry := journal.Entry{ID: uint64(id + 1), World: "default", Method: "POST", Path: "/v1.0/x", Status: 200,
			RequestBody: strings.Repeat("a", 8000), ResponseBody: strings.Repeat("<", 16000)}
		if id == 3 {
			entry.Status = 500
		}
		require.NoError(t, e.Encode(entry))
	}
	s, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	defer s.Close()
	for _, runs := range []int{1, 16} {
		r := s.Report(runs)
		require.NoError(t, r.Requests(bytes.NewReader(lines.Bytes())))
		text := reportOf(t, func(w io.Writer) error { return emulator.WriteReport(w, "", r) })
		assert.Less(t, len(text), 9<<20/runs+300<<10)
		w := dataOf(t, text).Get("worlds.0")
		ids := w.Get("entries.#.id").Array()
		assert.LessOrEqual(t, len(ids), 300)
		assert.EqualValues(t, 4, ids[0].Int(), "a failed one before newer ones")
		assert.EqualValues(t, 700, ids[len(ids)-1].Int())
		assert.Contains(t, w.Get("left").Str, fmt.Sprintf("%d more are left out", 700-len(ids)))
	}
}

func TestReportTellsWhatItWasMadeFrom(t *testing.T) {
	metadata, state := metadataFile(t), filepath.Join(t.TempDir(), "state.json")
	first, err := emulator.New(emulator.Options{State: state})
	require.NoError(t, err)
	call(t, first, "default", "GET", "/v1.0/users", "")
	require.NoError(t, first.Close())
	fixture := filepath.Join(t.TempDir(), "fixture.json")
	require.NoError(t, os.WriteFile(fixture, []byte(`{"version":1}`), 0o600))
	s, err := emulator.New(
		emulator.Options{Metadata: []string{"v1.0=" + metadata}, State: state, Fixture: fixture, Seed: 7,
			Variants: map[string]string{"createStatus": "201"}})
	require.NoError(t, err)
	defer s.Close()
	text := reportOf(t, s.WriteReport)
	for _, want := range []string{"--fixture " + fixture, "--metadata v1.0=" + metadata, "--variant createStatus=201", "--seed 7",
		"--state " + state,
		"metadata " + metadata, "fixture " + fixture, "state, by the checksum in it, " + state} {
		assert.Contains(t, text, want)
	}
	assert.Len(t, regexp.MustCompile(`SHA-256 [0-9a-f]{64}<`).FindAllString(text, -1), 3)
}

func TestCommandLineHoldsNoSecret(t *testing.T) {
	for want, words := range map[string][]string{
		"graphemu exec --scenario 'a b.yaml' -- sh -c 'echo \"it'\\''s\"'": {"graphemu", "exec", "--scenario", "a b.yaml", "--", "sh", "-c",
			`echo "it's"`},
		"x --password '(redacted)' --client-secret '(redacted)' -v": {"x", "--password", "hunter2", "--client-secret", "abc", "-v"},
		"curl -u '(redacted)' -H 'Authorization: (redacted)' y":     {"curl", "-u", "ann:pw", "-H", "Authorization: Bearer abc.def", "y"},
		"python -u x.py 'API_TOKEN=(redacted)' ''":                  {"python", "-u", "x.py", "API_TOKEN=abc", ""},
		"--token --other": {"--token", "--other"},
	} {
		assert.Equal(t, want, emulator.CommandLine(words...))
	}
}
