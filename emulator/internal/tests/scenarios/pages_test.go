package scenarios

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// pages reads a list to its end, and returns how many objects each page had.
func pages(t *testing.T, g *rig.Rig, url string) (sizes []int) {
	t.Helper()
	for url != "" {
		a := g.Send(t, "GET", url, "")
		require.Equal(t, 200, a.Status, a.Body)
		sizes = append(sizes, len(a.JSON("value").Array()))
		url = a.Text(`\@odata\.nextLink`)
	}
	return sizes
}

// A scenario makes the pages of all lists small: of documented workloads, and of what
// the metadata alone describes. The test itself reads as ever.
func TestSmallPages(t *testing.T) {
	g := withMetadata(t, emulator.Options{Scenario: "small-pages", Fixture: "contoso", Verify: emulator.VerifyOff,
		Entities: map[string][]any{"people": {map[string]any{"repeat": 5, "displayName": "Person {n}"}}}})
	people := g.Root() + "/v1.0/people"
	v := g.Verify()
	require.Len(t, v.Scenarios, 1)
	assert.False(t, v.Scenarios[0].Exercised, "no list had a second page")
	assert.Equal(t, []int{2, 2, 1}, pages(t, g, people))
	assert.Equal(t, []int{2, 2, 1}, pages(t, g, people+"?$top=4&$orderby=displayName%20desc"))
	assert.Equal(t, []int{1, 1, 1, 1, 1}, pages(t, g, people+"?$top=1"), "a smaller $top counts")
	assert.Equal(t, []int{2}, pages(t, g, people+"?$filter=displayName%20in%20('Person%201','Person%202')"))
	for _, at := range []string{"/beta/education/schools", "/beta/users", "/beta/education/synchronizationProfiles"} {
		sizes := pages(t, g, g.Root()+at)
		for _, n := range sizes {
			assert.LessOrEqual(t, n, 2, at)
		}
	}
	all, err := g.World().Entities("people")
	require.NoError(t, err)
	assert.Len(t, all, 5)
	body, err := g.World().Graph().Do("GET", "people", nil)
	require.NoError(t, err)
	assert.NotContains(t, string(body), "nextLink", "the test itself has whole pages")
	v = g.Verify()
	require.Len(t, v.Scenarios, 1)
	assert.True(t, v.Scenarios[0].Exercised)
}

func TestWrongPageSizes(t *testing.T) {
	for text, want := range map[string]string{
		"pageSize: 0":        "pageSize: expected at least 1",
		"pageSize: 1000":     "pageSize: ",
		"pageSize: two":      "pageSize: ",
		"pagesize: 2":        `write "pageSize"`,
		"pageSize: [2, 3]":   "pageSize: ",
		"pageSize: -1":       "pageSize: ",
		"pageSize: 2.5":      "pageSize: ",
		"pageSize: 9999e999": "too large",
	} {
		_, err := emulator.New(emulator.Options{ScenarioText: "version: 1\n" + text + "\n"})
		require.ErrorContains(t, err, "scenario text:2:", text)
		assert.ErrorContains(t, err, want, text)
	}
}
