package control

import (
	_ "embed"
	"errors"
	"io/fs"
	"net/http"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/metrics"
)

// document describes this API. Its paths are relative to Prefix, and what is a
// schema file of ours it refers to there.
//
//go:embed openapi.json
var document []byte

func (c *Control) openapi(*http.Request) (any, error) { return raw{mediaJSON, document}, nil }

// graphOpenAPI is what Graph answers here, as OpenAPI 3.1: of a version, openapi/beta.json.
func (c *Control) graphOpenAPI(r *http.Request) (any, error) {
	name := mux.Vars(r)["document"]
	version, ok := strings.CutSuffix(name, ".json")
	if version != "beta" && version != "v1.0" || !ok {
		return nil, problem(http.StatusNotFound, "No such document",
			"There is no description %q. GET %sopenapi/beta.json or %sopenapi/v1.0.json.", name, Prefix, Prefix)
	}
	generic := false
	if text := r.URL.Query().Get("generic"); text != "" {
		var err error
		if generic, err = strconv.ParseBool(text); err != nil {
			return nil, problem(http.StatusBadRequest, "Wrong parameter", "generic is %q; want true or false.", text)
		}
	}
	body, err := c.Server.OpenAPI(version, generic, originOf(r))
	return raw{mediaJSON, body}, err
}

func (c *Control) health(*http.Request) (any, error) {
	return map[string]string{"status": "ok", "version": c.Version}, nil
}

func (c *Control) metrics(*http.Request) (any, error) {
	return stream{metrics.ContentType, c.Server.WriteMetrics}, nil
}

func (c *Control) ca(*http.Request) (any, error) {
	pem, err := c.Server.CA()
	return raw{"application/x-pem-file", pem}, err
}

func (c *Control) schemas(*http.Request) (any, error) {
	names, err := fs.Glob(c.Schemas, "*.json")
	return map[string]any{"schemas": names}, err
}

func (c *Control) schema(r *http.Request) (any, error) {
	name := mux.Vars(r)["file"]
	body, err := fs.ReadFile(c.Schemas, name)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, problem(http.StatusNotFound, "No such schema", "There is no schema %q. GET %sschemas/ lists them.", name, Prefix)
	}
	return raw{"application/schema+json", body}, err
}

// builtIns answers the names of the scenarios that are built in.
func (c *Control) builtIns(*http.Request) (any, error) {
	names, err := fs.Glob(c.Scenarios, "*"+endOfScenario)
	for i, name := range names {
		names[i] = strings.TrimSuffix(name, endOfScenario)
	}
	return map[string]any{"scenarios": names}, err
}

const endOfScenario = ".yaml"

// builtIn answers the text of one, to be put into a world, changed or not.
func (c *Control) builtIn(r *http.Request) (any, error) {
	name := mux.Vars(r)["scenario"]
	body, err := fs.ReadFile(c.Scenarios, name+endOfScenario)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrInvalid) {
		return nil, problem(http.StatusNotFound, "No such scenario",
			"There is no built-in scenario %q. GET %sscenarios lists them.", name, Prefix)
	}
	return raw{mediaYAML, body}, err
}

// saveState writes all worlds to the server's state file.
func (c *Control) saveState(*http.Request) (any, error) {
	err := c.Server.SaveState()
	if errors.Is(err, ErrNoStateFile) {
		return nil, problem(http.StatusConflict, "No state file",
			"This server was started without a file for its state. Start it with --state FILE, or "+
				"save one world with GET %sworlds/NAME/state.", Prefix)
	}
	return map[string]string{"status": "saved"}, err
}
