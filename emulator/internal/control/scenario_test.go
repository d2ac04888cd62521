package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const scenarioPath = Prefix + "worlds/default/scenario"

func asJSON(r *http.Request) { r.Header.Set("Accept", "application/json") }

func TestScenarioIsShown(t *testing.T) {
	b := newBench(t)
	w := b.send("GET", scenarioPath, "")
	assert.Equal(t, []any{200, "application/yaml", "version: 1\n"}, []any{w.Code, w.Header().Get("Content-Type"), w.Body.String()})
	w = b.send("GET", scenarioPath, "", asJSON)
	assert.Equal(t, "application/json", w.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"name":"default","own":false,"sources":[{"name":"default","text":"version: 1\n"}]}`, w.Body.String())

	b.world.scenario.Sources = []Source{{"a.yaml", "version: 1\nname: a\n"}, {"b\nversion: 2", `{"version":1}`}}
	assert.Equal(t, "---\n# a.yaml\nversion: 1\nname: a\n---\n# b\ufffdversion: 2\n{\"version\":1}\n",
		b.send("GET", scenarioPath, "").Body.String())
	b.world.scenario.Sources = nil
	assert.Equal(t, 200, b.send("GET", scenarioPath, "").Code)
	assert.Contains(t, b.send("GET", scenarioPath, "", asJSON).Body.String(), `"sources": []`)
}

func TestScenarioIsPut(t *testing.T) {
	b := newBench(t)
	w := b.send("PUT", scenarioPath, "version: 1\r\n")
	require.Equal(t, 200, w.Code, w.Body)
	assert.JSONEq(t, `{"name":"put","own":true,"notes":["a note"]}`, w.Body.String())
	assert.Equal(t, []Source{{"scenario.yaml", "version: 1\r\n"}}, b.world.scenario.Sources)
	assert.Equal(t, "version: 1\r\n", b.send("GET", scenarioPath, "").Body.String(), "as it was put")

	b.send("PUT", scenarioPath+"?name="+url.QueryEscape("nächtlich 1.json"), `{"version":1}`)
	assert.Equal(t, []Source{{"nächtlich 1.json", `{"version":1}`}}, b.world.scenario.Sources)

	assert.Equal(t, 204, b.send("DELETE", scenarioPath, "").Code)
	assert.False(t, b.world.own)
	assert.Equal(t, 204, b.send("DELETE", scenarioPath, "").Code, "and again")
}

func TestScenarioThatIsRefused(t *testing.T) {
	b := newBench(t)
	for q, want := range map[string]string{
		"?name=a%0Ab":                       "name: want at most 256 bytes",
		"?name=%ff":                         "name: want at most 256 bytes",
		"?name=" + strings.Repeat("x", 257): "name: want at most 256 bytes",
		"?nam=x":                            "nam: unknown; there are name; did you mean name?",
	} {
		assert.Contains(t, problemOf(t, b.send("PUT", scenarioPath+q, "version: 1"), 400), want, q)
	}
	for _, empty := range []string{"", " \n\t"} {
		assert.Contains(t, problemOf(t, b.send("PUT", scenarioPath, empty), 400), "empty")
	}
	assert.Contains(t, problemOf(t, b.send("PUT", scenarioPath, strings.Repeat("#", 1001)), 413), "--max-body")

	b.world.fails = errors.New("s.yaml:1:1: version: 7\ns.yaml:2:1: fault: unknown\n")
	w := b.send("PUT", scenarioPath, "version: 7")
	var p Problem
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &p))
	assert.Equal(t, []ProblemError{{Detail: "s.yaml:1:1: version: 7"}, {Detail: "s.yaml:2:1: fault: unknown"}}, p.Errors)
	assert.Equal(t, "s.yaml:1:1: version: 7\ns.yaml:2:1: fault: unknown", problemOf(t, w, 400))

	b.world.fails = &Problem{Title: "t", Status: 409, Detail: "d"}
	assert.Equal(t, "d", problemOf(t, b.send("PUT", scenarioPath, "version: 1"), 409))
	assert.False(t, b.world.own)
}
