package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDropWorld(t *testing.T) {
	b := newBench(t)
	w := b.send("DELETE", Prefix+"worlds/default", "")
	assert.Equal(t, 204, w.Code)
	assert.Empty(t, w.Body.String())
	assert.Empty(t, w.Header().Get("Content-Type"))
	assert.True(t, b.world.dropped)
	assert.Equal(t, 204, b.send("DELETE", Prefix+"worlds/never-used", "").Code, "as good as ended")
	problemOf(t, b.send("DELETE", Prefix+"worlds/no%20such", ""), 400)

	b = newBench(t)
	b.world.fails = errors.New("the default world stays")
	assert.Equal(t, "the default world stays", problemOf(t, b.send("DELETE", Prefix+"worlds/default", ""), 409))
}

// What came due is told with the clock, whichever way it was moved.
func TestWhatHappenedIsTold(t *testing.T) {
	for body, want := range map[string]struct{ events, more int }{
		`{"advance":"3s"}`:               {2, 0},
		`{"advance":"1s"}`:               {0, 0},
		`{"advance":"idle"}`:             {3, 7},
		`{"set":"2026-01-05T06:00:02Z"}`: {1, 0},
		`{"set":"2020-01-01T00:00:00Z"}`: {0, 0},
		`{"freeze":true}`:                {0, 0},
		`{"scale":60}`:                   {0, 0},
	} {
		b := newBench(t)
		b.world.steps = []time.Time{dawn.Add(2 * time.Second), dawn.Add(3 * time.Second), dawn.Add(6 * time.Second)}
		w := b.send("POST", Prefix+"worlds/default/clock", body)
		require.Equal(t, 200, w.Code, w.Body)
		var v struct {
			Happened []json.RawMessage
			More     *int
		}
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &v))
		require.NotNil(t, v.Happened, "an empty list, not null")
		require.Len(t, v.Happened, want.events, body)
		require.NotNil(t, v.More)
		assert.Equal(t, want.more, *v.More, body)
		if want.events > 0 {
			assert.JSONEq(t, `{"at":"2026-01-05T06:00:02Z","profile":"p","displayName":"North","from":{"state":"provisioning","status":"paused"},"to":{"state":"gone"}}`, string(v.Happened[0]))
		}
		if want.events > 1 {
			assert.JSONEq(t, `{"at":"2026-01-05T06:00:03Z","displayName":"Ann","subject":"/users/1","lifecycle":"users.create",
				"before":{"accountEnabled":false},"after":{"accountEnabled":true}}`, string(v.Happened[1]), "what a profile has is left out")
		}
	}
	b := newBench(t)
	b.world.fails = errors.New("past the year 9999")
	assert.Contains(t, problemOf(t, b.send("POST", Prefix+"worlds/default/clock", `{"advance":"idle"}`), 400), "past the year 9999")
}

func TestForce(t *testing.T) {
	path := Prefix + "worlds/default/profiles/p1/force"
	for body, want := range map[string]string{
		`{"state":"provisioned"}`:                  `p1 "provisioned" ""`,
		`{"status":"error"}`:                       `p1 "" "error"`,
		`{"state":"provisioned","status":"error"}`: `p1 "provisioned" "error"`,
	} {
		b := newBench(t)
		w := b.send("POST", path, body)
		require.Equal(t, 200, w.Code, w.Body)
		assert.Equal(t, want, b.world.asked)
		var p ForcedProfile
		require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
		assert.Equal(t, []string{"p1", "North", "provisioned"}, []string{p.ID, p.DisplayName, p.State})
	}
	for body, want := range map[string]string{
		``:                    "Want {",
		`{}`:                  "Want {",
		`{"state":""}`:        "/state: want a state",
		`{"status":7}`:        "/status: want a status",
		`{"status":null}`:     "/status: want a status",
		`{"stats":"success"}`: "/stats: unknown; there are state, status; did you mean state?",
		`[]`:                  "want an object",
	} {
		b := newBench(t)
		assert.Contains(t, problemOf(t, b.send("POST", path, body), 400), want, body)
		assert.Empty(t, b.world.asked, body)
	}
	for _, c := range []struct {
		fails  error
		status int
		detail string
	}{
		{ErrNoProfile, 404, `There is no profile "p1" in the world default.`},
		{errors.New("/state: no such"), 400, "/state: no such"},
		{&Problem{Title: "t", Status: 409, Detail: "d"}, 409, "d"},
	} {
		b := newBench(t)
		b.world.fails = c.fails
		assert.Equal(t, c.detail, problemOf(t, b.send("POST", path, `{"state":"x"}`), c.status))
	}
}

func TestState(t *testing.T) {
	path := Prefix + "worlds/default/state"
	b := newBench(t)
	w := b.send("GET", path, "")
	assert.Equal(t, []any{200, "application/json", `{"kind":"graphemu world","version":1}`},
		[]any{w.Code, w.Header().Get("Content-Type"), w.Body.String()})
	w = b.send("PUT", path, w.Body.String())
	assert.Equal(t, 200, w.Code)
	assert.Equal(t, `{"kind":"graphemu world","version":1}`, b.world.restored)

	b.world.fails = errors.New("it ends in the middle")
	assert.Equal(t, "it ends in the middle", problemOf(t, b.send("PUT", path, "{"), 400))
	assert.PanicsWithError(t, http.ErrAbortHandler.Error(), func() { b.send("GET", path, "") }, "part of a snapshot is none")

	// A snapshot has a limit of its own.
	b = newBench(t, func(c *Config) { c.MaxState = 2000 })
	assert.Equal(t, 200, b.send("PUT", path, string(make([]byte, 2000))).Code)
	assert.Contains(t, problemOf(t, b.send("PUT", path, string(make([]byte, 2001))), 413), "2000 bytes")
	assert.EqualValues(t, 1<<30, newBench(t).MaxState)
}

func TestSaveState(t *testing.T) {
	b := newBench(t)
	w := b.send("POST", Prefix+"state", "")
	assert.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"status":"saved"}`, w.Body.String())
	assert.Equal(t, 1, b.server.saves)
	b.server.unsaid = ErrNoStateFile
	assert.Contains(t, problemOf(t, b.send("POST", Prefix+"state", ""), 409), "--state FILE")
	b.server.unsaid = errors.New("disk full")
	assert.Equal(t, "disk full", problemOf(t, b.send("POST", Prefix+"state", ""), 500))
	problemOf(t, b.send("GET", Prefix+"state", ""), 405)
	assert.Equal(t, 3, b.server.saves)
}

func TestMetrics(t *testing.T) {
	w := newBench(t).send("GET", Prefix+"metrics", "")
	assert.Equal(t, "text/plain; version=0.0.4; charset=utf-8", w.Header().Get("Content-Type"))
	assert.Equal(t, "graphemu_worlds 1\n", w.Body.String())
}

func TestVerify(t *testing.T) {
	b := newBench(t)
	for path, want := range map[string][2]string{
		"worlds/default/permissions":                     {"application/json", `{"lost":3}`},
		"worlds/default/permissions?format=text":         {"text/plain; charset=utf-8", "3 are lost"},
		"worlds/default/verify":                          {"application/json", `{"summary":"default","ok":false,"worlds":[],"warnings":[]}`},
		"worlds/default/verify?strict=true":              {"application/json", `{"summary":"default","ok":true,"worlds":[],"warnings":[]}`},
		"worlds/default/verify?format=json&strict=false": {"application/json", `{"summary":"default","ok":false,"worlds":[],"warnings":[]}`},
		"verify":             {"application/json", `{"summary":"all","ok":false,"worlds":[],"warnings":[]}`},
		"verify?strict=true": {"application/json", `{"summary":"all","ok":true,"worlds":[],"warnings":[]}`},
		"verify?format=text": {"text/plain; charset=utf-8", "text of all false"},
		"worlds/default/verify?format=junit&strict=true": {"application/xml", `<junit of="default" strict="true"/>`},
	} {
		w := b.send("GET", Prefix+path, "")
		require.Equal(t, 200, w.Code, path)
		assert.Equal(t, want[0], w.Header().Get("Content-Type"), path)
		if want[0] == "application/json" {
			assert.JSONEq(t, want[1], w.Body.String(), path)
		} else {
			assert.Equal(t, want[1], w.Body.String(), path)
		}
	}
	for q, want := range map[string]string{
		"strict=yes":              `strict: "yes", want false, true`,
		"strict=":                 `strict: "", want`,
		"strict=true&strict=true": "strict: given 2 times",
		"format=xml":              `format: "xml", want json, text, junit`,
		"format=jnit":             "did you mean junit?",
		"stric=true":              "stric: unknown; there are strict, format; did you mean strict?",
		"a;b":                     "semicolon",
		"a=%zz":                   "escape",
	} {
		assert.Contains(t, problemOf(t, b.send("GET", Prefix+"verify?"+q, ""), 400), want, q)
	}
}

func TestVerifyOneChapter(t *testing.T) {
	b := newBench(t)
	for q, want := range map[string]string{
		"":                            "text of default false",
		"chapter=all":                 "text of default false",
		"chapter=current":             "text of default since its reset false",
		"chapter=current&strict=true": "text of default since its reset true",
	} {
		w := b.send("GET", Prefix+"worlds/default/verify?format=text&"+q, "")
		assert.Equal(t, 200, w.Code, q)
		assert.Equal(t, want, w.Body.String(), q)
	}
	for q, want := range map[string]string{
		"chapter=curent": `chapter: "curent", want all, current; did you mean current?`,
		"chapter=":       `chapter: "", want all, current`,
		"chapte=current": "chapte: unknown; there are strict, format, chapter; did you mean chapter?",
	} {
		assert.Contains(t, problemOf(t, b.send("GET", Prefix+"worlds/default/verify?"+q, ""), 400), want, q)
	}
	assert.Contains(t, problemOf(t, b.send("GET", Prefix+"verify?chapter=current", ""), 400), "there are strict, format", "no reset is of all worlds")
}

func TestAcceptIsRead(t *testing.T) {
	for accept, want := range map[string]string{
		"":                                  "a/b",
		"*/*":                               "a/b",
		"c/d":                               "c/d",
		"C/D":                               "c/d",
		"c/*":                               "c/d",
		"a/b, c/d":                          "a/b",
		"a/b;q=0.5, c/d":                    "c/d",
		"a/b;q=0, */*":                      "c/d",
		"c/d;q=0.1, */*;q=0.2":              "a/b",
		"c/d;v=1;q=0.9, a/b;q=0.8":          "c/d",
		"a/b;q=x, c/d;q=0.1":                "a/b",
		"c/d;q=7,a/b;q=0.9":                 "c/d",
		"text/html, application/json;q=0.9": "a/b",
		",;=q,,":                            "a/b",
	} {
		r := &http.Request{Header: http.Header{}}
		if accept != "" {
			r.Header.Set("Accept", accept)
		}
		assert.Equal(t, want, prefers(r, "a/b", "c/d"), accept)
	}
	r := &http.Request{Header: http.Header{"Accept": {"a/b;q=0.2", "c/d"}}}
	assert.Equal(t, "c/d", prefers(r, "a/b", "c/d"), "two lines are one list")
}

func TestVerification(t *testing.T) {
	b := newBench(t)
	w := b.send("GET", Prefix+"worlds/default/profiles/p1/verification", "")
	assert.Equal(t, 200, w.Code)
	assert.JSONEq(t, `{"format": "V1", "rows": {"school": 1}, "messages": [{"type": "Error", "fileName": "section.csv",
		"description": "1 row(s) have missing data for the field - SIS ID", "column": "SIS ID", "count": 1, "rows": [{"line": 7, "text": ""}]}]}`, w.Body.String())
	for id, want := range map[string]string{"new": "were not verified yet; a start does it", "nobody": "There is no profile"} {
		w := b.send("GET", Prefix+"worlds/default/profiles/"+id+"/verification", "")
		assert.Equal(t, 404, w.Code)
		assert.Contains(t, w.Body.String(), want)
	}
}

// Graph's own calls go to Graph as they are, and their answers come back as it wrote them.
func TestGraphOfAWorld(t *testing.T) {
	b := newBench(t)
	for _, method := range []string{"GET", "POST", "PATCH", "PUT", "DELETE"} {
		w := b.send(method, Prefix+"worlds/default/graph/v1.0/users/a%2Fb/$value", "")
		assert.Regexp(t, `"`+method+` /v1\.0/users/a%2Fb/\$value http://[^/]+/_graphemu/worlds/default/graph"`, w.Body.String())
	}
}
