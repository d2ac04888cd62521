package scenarios

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

const threeCounts = `{"requests": [
	{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles/$count"},
	{"id": "2", "method": "GET", "url": "/education/synchronizationProfiles/$count"},
	{"id": "3", "method": "GET", "url": "/education/synchronizationProfiles/$count"}]}`

// The parts of a batch were sent at once: none of them could know what another
// would be told. The next batch can.
func TestPartsOfABatchAreNotEarlyForOneAnother(t *testing.T) {
	for name, c := range map[string]struct {
		scenario     string
		first, again []int64
		wait         string // what the first part of the early batch is told
	}{
		"a fault": {"faults: [{name: busy, operation: profiles.count, calls: 1, respond: {status: 429, retryAfter: 20s}}]",
			[]int64{429, 200, 200}, []int64{200, 200, 200}, ""},
		"a fault that punishes": {"faults: [{name: busy, operation: profiles.count, calls: 1, respond: {status: 429, retryAfter: 20s, punishEarly: true}}]",
			[]int64{429, 200, 200}, []int64{429, 200, 200}, "40"},
		"a throttle": {"throttle: [{name: few, operations: [profiles.count], requests: 1, window: 20s}]",
			[]int64{200, 429, 429}, []int64{429, 429, 429}, "20"},
	} {
		t.Run(name, func(t *testing.T) {
			g := rig.WithScenario(t, "clock: {mode: frozen}\n"+c.scenario)
			send := func(want []int64) rig.Answer {
				a := g.Post(t, "/$batch", threeCounts)
				require.Equal(t, 200, a.Status, a.Body)
				for i, r := range a.JSON("responses").Array() {
					assert.Equal(t, want[i], r.Get("status").Int(), "part %d", i)
				}
				return a
			}
			early := func() (n int) {
				for _, e := range g.World().Journal().Entries(journal.Filter{}) {
					if e.Detail != nil && e.Detail.Early != nil {
						n++
					}
				}
				return n
			}
			send(c.first)
			assert.Zero(t, early())
			again := send(c.again)
			assert.Equal(t, c.wait, again.Text("responses.0.headers.Retry-After"))
			assert.Positive(t, early(), "the second batch came too soon")
			g.Advance(t, time.Hour)
			before := early()
			g.Post(t, "/$batch", threeCounts)
			assert.Equal(t, before, early(), "the third has waited")
		})
	}
}

// Whoever looks a batch up finds what its parts met.
func TestABatchIsExplainedWithItsParts(t *testing.T) {
	g := rig.WithScenario(t, "faults: [{name: busy, operation: profiles.count, calls: 2, respond: {status: 503}}]")
	a := g.Post(t, "/$batch", threeCounts)
	story := g.Control(t, "GET", "worlds/default/journal/"+a.Header.Get("X-Graphemu-Explain"), "").Body
	assert.Regexp(t, `(?m)^  3 .* profiles.count +503 .*fault busy: respond 503$`, story)
	assert.Contains(t, story, "No rule of the scenario had anything to do with the batch as a whole.")
}
