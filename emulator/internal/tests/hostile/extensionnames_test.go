package hostile

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// An open extension is reached by the name that it was made with, whatever that is and
// however JSON and paths write it.
func TestOpenExtensionsOfOddNames(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "contoso", Verify: emulator.VerifyOff})
	list := "/users/" + g.Get(t, "/users?$top=1").Text("value.0.id") + "/extensions"
	for _, name := range []string{"a\u2028b", "\u2029", "a b", "a/b", "a%b", "a%2Fb", "a\\b", `a\u0041`, "a'b", `a"b`, "a?b", "a#b", "a+b",
		"<b>&", "a\tb", "a\u0001", "\u202e", "a\x7f", "é😀", "..", "$value", "(x)", "a(b)", "a.b", "null"} {
		text, err := json.Marshal(map[string]any{"extensionName": name, "x": 1})
		require.NoError(t, err)
		require.Equal(t, 201, g.Post(t, list, string(text)).Status, "%q", name)
		for _, at := range []string{list + "/" + url.PathEscape(name), list + "('" + url.PathEscape(strings.ReplaceAll(name, "'", "''")) + "')"} {
			a := g.Get(t, at)
			if assert.Equal(t, 200, a.Status, "%q: %s", at, a.Body) {
				assert.Equal(t, name, a.Text("id"))
			}
		}
		assert.Equal(t, 204, g.Send(t, "DELETE", list+"/"+url.PathEscape(name), "").Status, "%q", name)
		require.Empty(t, g.Get(t, list).Texts("value.#.id"))
	}
}
