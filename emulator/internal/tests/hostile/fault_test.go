package hostile

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// A rule may call text JSON; in a batch, which is JSON itself, it travels as
// base64, and the other parts with it.
func TestTextThatSaysItIsJSONInABatch(t *testing.T) {
	g := rig.WithScenario(t, `
faults:
  - {name: text, operation: profiles.list, respond: {status: 503, body: not JSON, headers: {Content-Type: Application/JSON}}}
  - {name: torn, operation: profiles.get, body: {cutAt: 7}}
`)
	parts := g.Batch(t, rig.Part("1", "GET", "/education/synchronizationProfiles"),
		rig.Part("2", "GET", "/education/synchronizationProfiles/x"), rig.Part("3", "GET", "/education/synchronizationProfiles/$count"))
	require.Len(t, parts, 3)
	for id, want := range map[string]string{"1": "not JSON", "2": `{"error`, "3": "0"} {
		b, err := base64.StdEncoding.DecodeString(parts[id].Get("body").String())
		require.NoError(t, err, id)
		assert.Equal(t, want, string(b), id)
		assert.NotContains(t, strings.ToLower(parts[id].Get("headers.Content-Type").String()), "json", id)
	}
}

// Paths that double with each part would cost gigabytes with each call.
func TestPathsThatDoubleAreRefused(t *testing.T) {
	g := rig.New(t)
	for _, path := range []string{"@this" + strings.Repeat("|[@this,@this]", 30), "@tostr" + strings.Repeat("|@tostr", 30),
		"displayName|@pretty", strings.Repeat("a.", 1000) + "a"} {
		a := g.Control(t, "POST", "worlds/default/faults",
			`{"name":"dear","operation":"profiles.create","where":{"body":{"`+path+`":"x"}},"respond":{"status":503}}`)
		assert.Equal(t, 400, a.Status, path)
		assert.Contains(t, a.Text("detail"), "the path ", path)
	}
	assert.Empty(t, g.World().Faults().List())
}
