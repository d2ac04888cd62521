package scenarios

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// What is due survives a snapshot, is forgotten by a reset, and runs on under another scenario.
func TestFuturesOfObjectsAreState(t *testing.T) {
	const lifecycles = `
  - {name: first, on: people.create, steps: [{set: {mail: x, place: {city: Bern}}, after: 30s}, {set: {age: 1}, after: {reads: 1}}], next: second}
  - {name: second, on: people.update, steps: [{set: {mail: second}}]}
`
	g := living(t, lifecycles)
	ann := person(t, g, `{"displayName":"Ann"}`)
	g.Advance(t, 10*time.Second)
	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	assert.EqualValues(t, 1, gjson.GetBytes(saved, "futures.used.first").Int())

	other := living(t, lifecycles)
	require.NoError(t, other.World().Restore(saved))
	again, err := other.World().Snapshot()
	require.NoError(t, err)
	for _, part := range []string{"futures", "entities"} {
		assert.JSONEq(t, gjson.GetBytes(saved, part).Raw, gjson.GetBytes(again, part).Raw)
	}
	restored := strings.Replace(ann, g.Root(), other.Root(), 1)
	for _, w := range []struct {
		g  *rig.Rig
		at string
	}{{g, ann}, {other, restored}} {
		w.g.Advance(t, 20*time.Second)
		assert.Equal(t, "Bern", property(t, w.g, w.at, "place.city"))
		assert.Equal(t, "1", property(t, w.g, w.at, "age"))
		w.g.Send(t, "PATCH", w.at, `{"age":2}`)
		assert.Equal(t, "second", property(t, w.g, w.at, "mail"))
	}

	require.NoError(t, g.World().Restore(saved))
	_, err = g.World().SetScenario("other", "version: 1\nlifecycles:\n  - {on: people.create, steps: [{set: {mail: y}}]}\n")
	require.NoError(t, err)
	assert.Equal(t, "y", property(t, g, person(t, g, `{"displayName":"New"}`), "mail"))
	g.Advance(t, 20*time.Second)
	assert.Equal(t, "x", property(t, g, ann, "mail"), "what has begun keeps its steps")

	require.NoError(t, g.World().Restore(saved))
	g.World().Reset()
	assert.Equal(t, 404, g.Send(t, "GET", ann, "").Status)
	saved, err = g.World().Snapshot()
	require.NoError(t, err)
	assert.False(t, gjson.GetBytes(saved, "futures.objects").Exists())
}

// A snapshot with nonsense about what is due is refused, with its place.
func TestWrongFuturesOfASnapshot(t *testing.T) {
	g := living(t, "  - {on: people.create, steps: [{set: {mail: x}, after: 30s}]}\n")
	ann := person(t, g, `{"displayName":"Ann"}`)
	saved, err := g.World().Snapshot()
	require.NoError(t, err)
	future := gjson.GetBytes(saved, "futures.objects.0").Raw
	place := gjson.Get(future, "place").Raw
	for from, to := range map[string]string{
		`"after": "30s"`:             `"after": "-30s"`,
		`"version": "v1.0"`:          `"version": "v3"`,
		`"type": "microsoft.graph.`:  `"type": "", "lifecycle": "`,
		`"set": {`:                   `"reads": -1, "set": {`,
		`"place": ` + place + `,`:    `"place": ` + place + `, "reads": -2,`,
		`"objects": [` + "\n      {": `"objects": [` + compact(future) + `,{`,
	} {
		text := string(saved)
		i := strings.Index(text, `"futures": {`)
		require.Positive(t, i)
		broken := text[:i] + strings.Replace(text[i:], from, to, 1)
		require.NotEqual(t, text, broken, from)
		assert.ErrorContains(t, g.World().Restore([]byte(broken)), "/futures/objects/", to)
	}
	lost := strings.Replace(string(saved), `"futures": {`, `"futures": {"gone": 1,`, 1)
	assert.Error(t, g.World().Restore([]byte(lost)), "a name that is none")
	i := strings.Index(string(saved), `"futures": {`)
	elsewhere := string(saved[:i]) + strings.Replace(string(saved[i:]), `"place": `+place, `"place": 4000000000`, 1)
	require.NoError(t, g.World().Restore([]byte(elsewhere)), "the future of what is not there is left out")
	unknown := string(saved[:i]) + strings.Replace(string(saved[i:]), `"type": "microsoft.graph.`, `"type": "nobody.`, 1)
	require.NoError(t, g.World().Restore([]byte(unknown)))
	g.Advance(t, time.Minute)
	assert.Empty(t, property(t, g, ann, "mail"), "a type that there is not sets nothing")
}

// compact is JSON without its white space.
func compact(json string) string { return gjson.Parse(json).Get("@ugly").Raw }

// Clients that write while others look and the clock moves: each object gets its steps,
// once and in order.
func TestManyFuturesAtOnce(t *testing.T) {
	g := living(t, `
  - on: people.create
    steps: [{set: {age: 1}}, {set: {age: 2, mail: a}, after: 1s}, {set: {jobTitle: done}, after: 1s}]
`)
	const clients, each = 8, 20
	var wait sync.WaitGroup
	for n := range clients {
		wait.Go(func() {
			for i := range each {
				_, err := g.World().Graph().Create("people", map[string]any{"displayName": fmt.Sprint(n, " ", i)})
				assert.NoError(t, err)
				if i%5 == 0 {
					assert.NoError(t, g.World().Clock().Advance(400*time.Millisecond))
				}
				_, err = g.World().Snapshot()
				assert.NoError(t, err)
			}
		})
	}
	wait.Wait()
	g.Advance(t, time.Minute)
	people, err := g.World().Entities("people")
	require.NoError(t, err)
	require.Len(t, people, clients*each)
	for _, p := range people {
		assert.Equal(t, "2 a done", p.Get("age")+" "+p.Get("mail")+" "+p.Get("jobTitle"))
	}
}
