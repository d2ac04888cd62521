package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/config"
)

// choices are the flags that take one of a few words and nothing else.
var choices = []string{"auth", "control", "verify", "log", "log-level"}

// settingExamples show a value of flags whose default does not.
var settingExamples = map[string]any{
	"http": "localhost:9400", "https": "localhost:9443", "host": "graph.example.test", "public-url": "https://graph.example.test",
	"proxy": "localhost:9480", "proxy-allow": []string{"example.com"},
	"control-origin": []string{"http://localhost:5173"}, "scenario": []string{"throttled", "scenarios/nightly.yaml"}, "fixture": "contoso",
	"metadata": "graph", "permissions": "graph/permissions.json", "clock": "x60", "variant": []string{"createStatus=201"}, "seed": 7,
	"state": "state.json", "junit": "verdict.xml", "journal": "requests.jsonl", "har": "requests.har", "report": "report.html",
	"ready-file": "ready.json",
	"data-dir":   ".graphemu", "timeout": "90s", "each-scenario": []string{"throttled", "outage"},
}

// schemas/config.schema.json has each flag of serve and exec with its help. To write it:
// go test ./cmd/graphemu -run TestConfigSchema -update
func TestConfigSchema(t *testing.T) {
	properties := map[string]any{"$schema": map[string]any{
		"description": "Address of this schema, for editors. Not used.", "type": "string", "maxLength": 2048,
		"examples": []string{"https://graphemu.dev/schemas/config.schema.json"},
	}}
	walkCommands(commandTree(), func(c *cobra.Command) {
		if c.Name() != "serve" && c.Name() != "exec" {
			return
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && f.Name != "config" && properties[f.Name] == nil {
				properties[f.Name] = settingSchema(t, c, f)
			}
		})
	})
	schema := map[string]any{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "https://graphemu.dev/schemas/config.schema.json", "title": "config",
		"description": "graphemu.yaml: flags of graphemu serve and graphemu exec by their names. A flag and a variable go before it, a scenario and the default after it.",
		"$comment":    "A format of the emulator itself: everything here is chosen (chosen). Written by a test from the flags.",
		"type":        "object", "properties": properties, "additionalProperties": false,
		"examples": []any{map[string]any{"fixture": "contoso", "scenario": []string{"throttled"}, "clock": "x60", "verify": "strict"},
			map[string]any{}},
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	require.NoError(t, e.Encode(schema))
	file := filepath.Join(top, "schemas", "config.schema.json")
	if *update {
		require.NoError(t, os.WriteFile(file, []byte(text.String()), 0o600))
	}
	is, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, text.String(), string(is), "%s is not what the flags say: run this test with -update", file)
	for _, name := range config.Keys() {
		assert.NotNil(t, properties[name], name)
	}
}

// settingSchema describes the value of a flag.
func settingSchema(t *testing.T, c *cobra.Command, f *pflag.Flag) map[string]any {
	help := strings.ReplaceAll(f.Usage, "`", "")
	s := map[string]any{"description": strings.ToUpper(help[:1]) + help[1:] + "."}
	example := settingExamples[f.Name]
	switch f.Value.Type() {
	case "bool":
		s["type"], example = "boolean", true
	case "int":
		s["type"], s["minimum"], s["maximum"] = "integer", 1, 1<<31-1
	case "uint64":
		s["type"], s["minimum"], s["maximum"], s["pattern"] = []string{"integer", "string"}, 0, 1<<53, "^[0-9]{1,20}$"
	case "bytes":
		s["type"], s["minimum"], s["maximum"], s["pattern"] = []string{"integer", "string"}, 1, 1<<53, "^[1-9][0-9]{0,18} *([KMG]iB)?$"
	case "duration":
		s["type"], s["pattern"] = "string", "^([0-9]+(\\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$"
	case "string":
		s["type"], s["maxLength"] = "string", 4096
	default: // a list
		require.Contains(t, []string{"stringArray", "stringSlice"}, f.Value.Type(), f.Name)
		s["type"], s["maxLength"], s["maxItems"] = []string{"string", "array"}, 4096, 1000
		s["items"] = map[string]any{"type": "string", "maxLength": 4096}
	}
	if slices.Contains(choices, f.Name) {
		complete, ok := c.GetFlagCompletionFunc(f.Name)
		require.True(t, ok, f.Name)
		s["enum"], _ = complete(c, nil, "")
		delete(s, "maxLength")
	}
	if example == nil {
		example = f.DefValue
		if n := json.Number(f.DefValue); s["type"] == "integer" {
			example = n
		}
	}
	require.NotEqual(t, "", example, "settingExamples lacks %s", f.Name)
	s["examples"] = []any{example}
	return s
}
