package control

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode"
)

// Scenario is the scenario in force in a world.
type Scenario struct {
	Name    string   `json:"name"`
	Own     bool     `json:"own"` // it was put into this world; else it is the server's
	Sources []Source `json:"sources"`
}

// Source is a text that a scenario was read from, YAML or JSON.
type Source struct {
	Name string `json:"name"` // a file, or the name of a built-in scenario
	Text string `json:"text"`
}

// putScenarioView answers a scenario that was put.
type putScenarioView struct {
	Name  string   `json:"name"`
	Own   bool     `json:"own"`
	Notes []string `json:"notes"` // what works but may not be what was meant
}

const mediaYAML = "application/yaml"

// maxSourceName bounds what a scenario may be called: the name stands before
// each of its problems.
const maxSourceName = 256

// scenario answers the texts of the scenario in force: as a stream of YAML
// documents, or with their names where JSON is asked for.
func (c *Control) scenario(w World, r *http.Request) (any, error) {
	s := w.Scenario()
	if s.Sources == nil {
		s.Sources = []Source{}
	}
	if prefers(r, mediaYAML, mediaJSON) == mediaJSON {
		return s, nil
	}
	if len(s.Sources) == 1 {
		// As it was put, so that GET and PUT fit together.
		return raw{mediaYAML, []byte(s.Sources[0].Text)}, nil
	}
	var b bytes.Buffer
	for _, source := range s.Sources {
		fmt.Fprintf(&b, "---\n# %s\n%s", printable(source.Name), source.Text)
		if !strings.HasSuffix(source.Text, "\n") {
			b.WriteByte('\n')
		}
	}
	return raw{mediaYAML, b.Bytes()}, nil
}

// putScenario puts the body's scenario into a world. The parameter name is what
// its problems call it.
func (c *Control) putScenario(w World, r *http.Request) (any, error) {
	q, err := query(r, "name")
	if err != nil {
		return nil, err
	}
	name := cmp.Or(q.Get("name"), "scenario.yaml")
	if len(name) > maxSourceName || name != printable(name) {
		return nil, problem(http.StatusBadRequest, "Invalid query", "name: want at most %d bytes of printable text", maxSourceName)
	}
	b, err := c.readBody(r)
	if err != nil {
		return nil, err
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, problem(http.StatusBadRequest, "Invalid scenario",
			"The body is empty: want a scenario as YAML or JSON. DELETE goes back to the server's scenario.")
	}
	notes, err := w.PutScenario(name, b)
	if err != nil {
		var p *Problem
		if errors.As(err, &p) {
			return nil, p
		}
		return nil, several("Invalid scenario", lines(err))
	}
	s := w.Scenario()
	return putScenarioView{Name: s.Name, Own: s.Own, Notes: append([]string{}, notes...)}, nil
}

func (c *Control) dropScenario(w World, _ *http.Request) (any, error) {
	w.DropScenario()
	return nothing{}, nil
}

// printable returns s with a replacement for whatever would not stay on its line.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, strings.ToValidUTF8(s, "\ufffd"))
}
