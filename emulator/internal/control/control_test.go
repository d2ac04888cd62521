package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/journal"
)

var dawn = time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)

type bench struct {
	*Control
	server *fakeServer
	world  *fakeWorld
	log    *strings.Builder
}

func newBench(t *testing.T, change ...func(*Config)) *bench {
	t.Helper()
	setting, err := clock.Parse("frozen@2026-01-05T06:00:00Z")
	require.NoError(t, err)
	w := &fakeWorld{name: "default", tenant: "de7a0117-0000-4000-8000-000000000001",
		clock: clock.New(setting, func() time.Time { return dawn })}
	w.rules = []FaultUse{{Rule: fault.Rule{Name: "listed", Operation: "profiles.get"}, Matched: 3, Fired: 2}}
	w.scenario = Scenario{Name: "default", Sources: []Source{{"default", "version: 1\n"}}}
	w.journal = fakeJournal{position: 1,
		entries: []journal.Entry{{ID: 1, World: "default", At: dawn, Operation: "profiles.get", Method: "GET", Path: "/beta/x", Status: 200}}}
	b := &bench{server: &fakeServer{worlds: []*fakeWorld{w}}, world: w, log: &strings.Builder{}}
	hosts, err := NewHosts([]string{"Emu.Test", "[fe80::1]"}, "https://graph.example.test:444/x")
	require.NoError(t, err)
	cfg := Config{Server: b.server, Hosts: hosts, LoopbackOnly: true, MaxBody: 1000, Version: "v1.2.3",
		Scenarios: fstest.MapFS{"busy.yaml": {Data: []byte("version: 1\n")}, "README.md": {Data: []byte("x")}},
		Schemas:   fstest.MapFS{"a.schema.json": {Data: []byte(`{"a":1}`)}, "other.txt": {Data: []byte("x")}},
		Log:       slog.New(slog.NewTextHandler(b.log, nil))}
	for _, c := range change {
		c(&cfg)
	}
	b.Control = New(cfg)
	return b
}

func (b *bench) send(method, path, body string, change ...func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Host, r.RemoteAddr = "localhost:9400", "127.0.0.1:5000"
	for _, c := range change {
		c(r)
	}
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	return w
}

// problem checks that an answer is a whole problem document and returns its detail.
func problemOf(t *testing.T, w *httptest.ResponseRecorder, status int) string {
	t.Helper()
	require.Equal(t, status, w.Code, w.Body)
	assert.Equal(t, "application/problem+json", w.Header().Get("Content-Type"))
	assert.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	var p struct {
		Title, Detail string
		Status        int
		Errors        []ProblemError
	}
	d := json.NewDecoder(w.Body)
	d.DisallowUnknownFields()
	require.NoError(t, d.Decode(&p))
	assert.Equal(t, status, p.Status)
	assert.NotEmpty(t, p.Title)
	assert.NotEmpty(t, p.Detail)
	return p.Detail
}

func TestEveryEndpoint(t *testing.T) {
	world := `{"name":"default","tenant":"de7a0117-0000-4000-8000-000000000001","profiles":3,"clock":{"now":"2026-01-05T06:00:00Z","mode":"frozen","factor":0}}`
	for _, c := range []struct{ method, path, body, media, want string }{
		{"GET", "health", "", "application/json", `{"status":"ok","version":"v1.2.3"}`},
		{"GET", "worlds", "", "application/json", `{"worlds":[` + world + `]}`},
		{"POST", "worlds/default/reset", "", "application/json", world},
		{"POST", "worlds/de7a0117-0000-4000-8000-000000000001/reset", "{}", "application/json", world},
		{"GET", "worlds/default/clock", "", "application/json", `{"now":"2026-01-05T06:00:00Z","mode":"frozen","factor":0}`},
		{"GET", "worlds/default/due", "", "application/json",
			`{"due":[{"at":"2026-01-05T06:00:00Z","profile":"p","displayName":"North","from":{"state":"provisioning"}}],"more":4}`},
		{"POST", "worlds/default/token", "", "application/json",
			`{"token":"TOKEN","tenant":"de7a0117-0000-4000-8000-000000000001","world":"default"}`},
		{"GET", "schemas/", "", "application/json", `{"schemas":["a.schema.json"]}`},
		{"GET", "schemas/a.schema.json", "", "application/schema+json", `{"a":1}`},
	} {
		w := newBench(t).send(c.method, Prefix+c.path, c.body)
		assert.Equal(t, 200, w.Code, c.path)
		assert.Equal(t, c.media, w.Header().Get("Content-Type"), c.path)
		assert.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"))
		assert.JSONEq(t, c.want, w.Body.String(), c.path)
	}
	w := newBench(t).send("GET", Prefix+"ca.pem", "")
	assert.Equal(t, []any{200, "application/x-pem-file", "PEM"}, []any{w.Code, w.Header().Get("Content-Type"), w.Body.String()})

	// The index names what there is, and all of it answers.
	b := newBench(t)
	var index struct{ Control []string }
	require.NoError(t, json.Unmarshal(b.send("GET", Prefix, "").Body.Bytes(), &index))
	require.Len(t, index.Control, len(b.list())-1, "all but itself")
	for _, line := range index.Control {
		method, path, ok := strings.Cut(line, " ")
		require.True(t, ok, line)
		b := newBench(t)
		w := b.send(method, Prefix+strings.NewReplacer("{world}", "default", "{file}", "a.schema.json", "{scenario}", "busy", "{document}",
			"beta.json", "{name}", "listed", "{id}", "1", "{asset}", "app.js").Replace(path), "")
		assert.NotContains(t, []int{404, 405, 500}, w.Code, line)
		assert.Equal(t, "no-store", w.Header().Get("Cache-Control"), line)
		if method == "GET" {
			h := b.send("HEAD", Prefix+strings.NewReplacer("{world}", "default", "{file}", "a.schema.json", "{scenario}", "busy", "{document}",
				"beta.json", "{id}", "1", "{asset}", "app.js").Replace(path), "")
			assert.Equal(t, w.Code, h.Code, line)
			assert.Equal(t, w.Header().Get("Content-Type"), h.Header().Get("Content-Type"), line)
		}
	}
}

func TestReset(t *testing.T) {
	b := newBench(t)
	b.send("POST", Prefix+"worlds/default/reset", "")
	assert.Equal(t, 1, b.world.resets)
	problemOf(t, b.send("GET", Prefix+"worlds/default/reset", ""), 405)
	problemOf(t, b.send("POST", Prefix+"worlds/no%20such/reset", ""), 400)
	assert.Equal(t, 1, b.world.resets)
	for body, asked := range map[string]string{
		`{}`: `"" `, `{"name":"a/b \"c\""}`: `"a/b \"c\"" `, `{"fixture":"one"}`: `"" "one"`,
		`{"name":"x","fixture":{"version":1}}`: `"x" {"version":1}`, `{"seed":0}`: `"" `,
		`{"seed":9007199254740991}`: `""  seed 9007199254740991`,
	} {
		require.Equal(t, 200, b.send("POST", Prefix+"worlds/default/reset", body).Code, body)
		assert.Equal(t, asked, b.world.asked)
	}
	for _, wrong := range []string{`-1`, `1.5`, `"7"`, `null`, `9007199254740992`, `1e300`} {
		assert.Contains(t, problemOf(t, b.send("POST", Prefix+"worlds/default/reset", `{"seed":`+wrong+`}`), 400),
			"/seed: want a whole number", wrong)
	}
	b.world.fails = errors.New("/fixture/profiles/0: wrong\n/fixture: bad")
	assert.Equal(t, "/fixture/profiles/0: wrong\n/fixture: bad",
		problemOf(t, b.send("POST", Prefix+"worlds/default/reset", `{"fixture":"one"}`), 400))
}

func TestForget(t *testing.T) {
	b := newBench(t)
	assert.Equal(t, 204, b.send("DELETE", Prefix+"worlds/default/verify", "").Code)
	assert.Equal(t, "forget", b.world.asked)
	assert.Equal(t, 204, b.send("DELETE", Prefix+"verify", "").Code)
	assert.True(t, b.server.forgot)
}

func TestClock(t *testing.T) {
	path := Prefix + "worlds/default/clock"
	for body, want := range map[string]string{
		`{"freeze":true}`:                     "2026-01-05T06:00:00Z frozen 0",
		`{"advance":"90s"}`:                   "2026-01-05T06:01:30Z frozen 0",
		`{"advance":"2h30m"}`:                 "2026-01-05T08:30:00Z frozen 0",
		`{"advance":"0s"}`:                    "2026-01-05T06:00:00Z frozen 0",
		`{"advance":"1ns"}`:                   "2026-01-05T06:00:00.000000001Z frozen 0",
		`{"set":"2030-01-01T00:00:00Z"}`:      "2030-01-01T00:00:00Z frozen 0",
		`{"set":"2020-01-01T01:00:00+01:00"}`: "2020-01-01T00:00:00Z frozen 0",
		`{"scale":60}`:                        "2026-01-05T06:00:00Z scaled 60",
		`{"scale":1}`:                         "2026-01-05T06:00:00Z real 1",
		`{"scale":0.5}`:                       "2026-01-05T06:00:00Z scaled 0.5",
		`{"advance":"idle"}`:                  "2026-01-05T06:00:06Z frozen 0",
	} {
		b := newBench(t)
		b.world.steps = []time.Time{dawn.Add(2 * time.Second), dawn.Add(3 * time.Second), dawn.Add(6 * time.Second)}
		w := b.send("POST", path, body)
		require.Equal(t, 200, w.Code, "%s: %s", body, w.Body)
		var v clockView
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
		assert.Equal(t, want, fmt.Sprint(v.Now, " ", v.Mode, " ", v.Factor), body)
		var now clockView
		require.NoError(t, json.Unmarshal(b.send("GET", path, "").Body.Bytes(), &now))
		assert.Equal(t, v, now, body)
	}

	refused := map[string]string{
		``:                               `Want one of {"freeze":true}`,
		`{}`:                             "Want one of",
		`{"freeze":true,"scale":2}`:      "Want one of",
		`{"freeze":false}`:               "/freeze: want true",
		`{"freeze":"true"}`:              "/freeze: want true",
		`{"freeze":1}`:                   "/freeze: want true",
		`{"freeze":null}`:                "/freeze: want true",
		`{"advance":""}`:                 "/advance: want a duration",
		`{"advance":90}`:                 "/advance: want a duration",
		`{"advance":true}`:               "/advance: want a duration",
		`{"advance":"-1s"}`:              "/advance: want a duration",
		`{"advance":"1y"}`:               "/advance: want a duration",
		`{"advance":"Idle"}`:             "/advance: want a duration",
		`{"advance":["1s"]}`:             "/advance: want a duration",
		`{"advance":"9999999h99999h"}`:   "/advance: want a duration",
		`{"set":"tomorrow"}`:             `/set: want an instant such as 2026-01-05T06:00:00Z ("tomorrow" is none)`,
		`{"set":"2026-01-05"}`:           "/set: want an instant",
		`{"set":5}`:                      "/set: want an instant",
		`{"set":{}}`:                     "/set: want an instant",
		`{"set":"0000-01-01T00:00:00Z"}`: "/set: want an instant",
		`{"scale":0}`:                    "/scale: want a number above 0",
		`{"scale":-1}`:                   "/scale: want a number above 0",
		`{"scale":1e300}`:                "/scale: want a number above 0",
		`{"scale":"60"}`:                 "/scale: want a number above 0",
		`{"speed":2}`:                    "/speed: unknown; there are freeze, set, advance, scale",
		`{"c":2,"b":2,"a":1,"freeze":1}`: "/a: unknown",
		`{"advance":"1s","advance":2}`:   "duplicate",
		`[]`:                             "want an object",
		`null`:                           "want an object",
		`{"scale":NaN}`:                  "invalid character",
		`{`:                              "EOF",
		"{\"set\":\"\xff\"}":             "UTF-8",
		strings.Repeat("[", 500):         "levels of nesting",
	}
	for body, want := range refused {
		b := newBench(t)
		b.world.steps = []time.Time{dawn.Add(time.Hour)}
		assert.Contains(t, problemOf(t, b.send("POST", path, body), 400), want, body)
		assert.Equal(t, dawn, b.world.clock.Now(), "%s changed the clock", body)
		assert.Equal(t, clock.ModeFrozen, b.world.clock.Mode(), "%s changed the clock", body)
	}
	assert.Contains(t, problemOf(t, newBench(t).send("POST", path, `{"advance":"`+strings.Repeat("1", 1000)+`s"}`), 413), "--max-body")
	assert.Contains(t, problemOf(t, newBench(t).send("POST", path, `{"set":"9999-12-31T23:59:59.5Z"}`), 400), "years 1 to 9999")
}

func TestAdvanceOfAClockThatRuns(t *testing.T) {
	b := newBench(t)
	require.NoError(t, b.world.clock.Scale(60))
	b.world.steps = []time.Time{dawn.Add(time.Minute), dawn.Add(time.Hour)}
	assert.Equal(t, 200, b.send("POST", Prefix+"worlds/default/clock", `{"advance":"idle"}`).Code)
	assert.Equal(t, dawn.Add(time.Hour), b.world.clock.Now())
	assert.EqualValues(t, 60, b.world.clock.Factor())
}

func TestUnknownPathsAndMethods(t *testing.T) {
	b := newBench(t)
	for _, path := range []string{"nope", "worlds/default/nope", "worlds/default/profiles/x", "worlds/a/b/clock", "worlds/a%2Fb/clock",
		"schemas/x/y", "%00", "<script>"} {
		detail := problemOf(t, b.send("GET", Prefix+path, ""), 404)
		assert.Contains(t, detail, "GET /_graphemu/ lists what there is", path)
	}
	for _, name := range []string{"other.txtt", "..%5Cx", "a.schema.jso"} {
		problemOf(t, b.send("GET", Prefix+"schemas/"+name, ""), 404)
	}
	for _, c := range [][2]string{{"POST", "health"}, {"DELETE", "worlds"}, {"PUT", "worlds/default/clock"}, {"FOO", "ca.pem"},
		{"PATCH", "schemas/"},
		{"GET", "worlds/default"}, {"POST", "worlds/default/scenario"}, {"GET", "worlds/default/faults/x"}, {"PUT", "worlds/default/verify"}} {
		assert.Contains(t, problemOf(t, b.send(c[0], Prefix+c[1], ""), 405), "does not take "+c[0])
	}
	for path, allow := range map[string]string{"health": "GET, HEAD", "state": "POST", "worlds/a": "DELETE",
		"worlds/default/scenario": "DELETE, GET, HEAD, PUT",
		"worlds/default/faults":   "DELETE, GET, HEAD, POST", "worlds/default/faults/a/b": "DELETE"} {
		w := b.send("PATCH", Prefix+path, "")
		assert.Equal(t, allow, w.Header().Get("Allow"), path)
		assert.Contains(t, problemOf(t, w, 405), "It takes "+allow, path)
	}
	for _, name := range []string{"no such", "a%22b", "%F0%9F%99%82", strings.Repeat("x", 1000)} {
		problemOf(t, b.send("GET", Prefix+"worlds/"+strings.ReplaceAll(name, " ", "%20")+"/clock", ""), 400)
	}
}

func TestNoRoomForAWorld(t *testing.T) {
	b := newBench(t)
	for _, route := range b.list() {
		path, of := strings.CutPrefix(route.path, "worlds/{world}/")
		if !of {
			continue
		}
		answer := b.send(route.method, Prefix+"worlds/one-too-many/"+path, "")
		switch {
		case route.method == "GET" || route.name == "worlds.faults.remove":
			assert.Equal(t, "There is no world one-too-many; there are default. A world is made by the first call of a client that has its token, "+
				"or by a control call that sets something.", problemOf(t, answer, 404), route.name)
		case route.method == "DELETE" && route.name != "worlds.graph.delete":
			assert.Equal(t, 204, answer.Code, "%s: nothing is left", route.name)
		default:
			assert.Equal(t, "d", problemOf(t, answer, 507), route.name)
		}
	}
	assert.True(t, b.server.forgot, "of a world that was dropped, too")
	for _, method := range []string{"GET", "HEAD"} {
		assert.Equal(t, 200, b.send(method, Prefix+"worlds/dropped/verify", "").Code, "what is kept of it")
		assert.Equal(t, 404, b.send(method, Prefix+"worlds/dropped/verify?chapter=current", "").Code, "it has none")
		assert.Equal(t, 404, b.send(method, Prefix+"worlds/dropped/journal?follow=true", "").Code)
	}
	assert.Equal(t, 204, b.send("DELETE", Prefix+"worlds/one-too-many", "").Code, "to end a world that is not there needs no room")
}

func TestFaultsOfOurOwn(t *testing.T) {
	b := newBench(t)
	b.server.ca = errors.New("disk on fire")
	assert.Equal(t, "disk on fire", problemOf(t, b.send("GET", Prefix+"ca.pem", ""), 500))
	assert.Contains(t, b.log.String(), "disk on fire")

	b = newBench(t)
	b.server.panics = "boom"
	problemOf(t, b.send("GET", Prefix+"ca.pem", ""), 500)
	assert.Contains(t, b.log.String(), "level=ERROR")
	assert.Contains(t, b.log.String(), "boom")
	assert.Contains(t, b.log.String(), "control_test.go", "the stack is in the log")
	assert.Equal(t, 200, b.send("GET", Prefix+"health", "").Code, "and it goes on")

	b.server.panics = http.ErrAbortHandler
	assert.PanicsWithValue(t, http.ErrAbortHandler, func() { b.send("GET", Prefix+"ca.pem", "") })
}

func TestUnreadableBody(t *testing.T) {
	b := newBench(t)
	w := b.send("POST", Prefix+"worlds/default/clock", "", func(r *http.Request) {
		r.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"fr`), brokenReader{}))
	})
	assert.Contains(t, problemOf(t, w, 400), "cut")
	assert.Equal(t, dawn, b.world.clock.Now())
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errors.New("cut") }

func TestBuiltInScenariosAreListedAndRead(t *testing.T) {
	b := newBench(t)
	assert.JSONEq(t, `{"scenarios":["busy"]}`, b.send("GET", Prefix+"scenarios", "").Body.String())
	w := b.send("GET", Prefix+"scenarios/busy", "")
	assert.Equal(t, "version: 1\n", w.Body.String())
	assert.Equal(t, "application/yaml", w.Header().Get("Content-Type"))
	for _, name := range []string{"README", "none", "%2e%2e%2fbusy", "a%00b"} {
		problemOf(t, b.send("GET", Prefix+"scenarios/"+name, ""), 404)
	}
}
