package rig

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// Compact is JSON without space between its parts.
func Compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, json.Compact(&b, []byte(text)))
	return b.String()
}

// UnknownID is the id of the documentation's example, which no new profile has.
const UnknownID = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// Failed is the profile of InEveryState with status error and five sync errors.
const Failed = "00000000-0000-4000-8000-000000000001"

// InEveryState is a rig whose world starts with a profile in every state: faithfulness/testdata.
func InEveryState(t *testing.T, options ...emulator.Options) *Rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.Fixture = "../faithfulness/testdata"
	return New(t, o)
}

// Act calls an action and wants what the pages promise: 200 without a body.
func (g *Rig) Act(t *testing.T, id, action string) {
	t.Helper()
	a := g.Post(t, At(id)+"/"+action, "")
	require.Equal(t, 200, a.Status, a.Body)
	WantEmpty(t, a, 200)
}

// Denied calls an action and wants a 400 in the envelope that changes nothing.
func (g *Rig) Denied(t *testing.T, id, action string) {
	t.Helper()
	before := g.Get(t, At(id)).Body + g.Get(t, At(id)+"/profileStatus").Body
	a := g.Post(t, At(id)+"/"+action, "")
	WantError(t, a, 400, "BadRequest", a.Text("error.message"))
	assert.Contains(t, a.Text("error.message"), action)
	assert.Equal(t, before, g.Get(t, At(id)).Body+g.Get(t, At(id)+"/profileStatus").Body, "a refused %s changes nothing", action)
}

// Lives checks which status a profile has after each step of time.
func (g *Rig) Lives(t *testing.T, id string, steps ...any) {
	t.Helper()
	for i := 0; i < len(steps); i += 2 {
		if d, err := time.ParseDuration(steps[i].(string)); assert.NoError(t, err) && d > 0 {
			g.Advance(t, d)
		}
		require.Equal(t, steps[i+1], g.Status(t, id), "step %d", i/2)
	}
}
