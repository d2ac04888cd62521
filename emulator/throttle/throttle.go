// Package throttle is how a scenario limits requests, as a throttling service does: so
// many in a window of time, for each app or for the tenant. What is more is answered
// 429 with a Retry-After. A scenario file has the rules under throttle.
package throttle

import "github.com/graphemu/graphemu/emulator/clock"

// Rule limits the requests of some operations. It has a Preset, or Requests and a
// Window. A window begins with the first request that is counted in it. A world is a
// tenant, so "app" counts an app's requests in this tenant, and "tenant" those of all
// apps.
type Rule struct {
	Name       string         `json:"name"`                // unique in a scenario
	Preset     string         `json:"preset,omitzero"`     // documented limits by name, in place of what follows: "education"
	Operations []string       `json:"operations,omitzero"` // as "profiles.start", "profiles.*" or "GET /users"; default: all but signing in
	Requests   int            `json:"requests,omitzero"`   // how many a window allows, at least 1
	Window     clock.Duration `json:"window,omitzero"`     // above 0, on the world's clock
	Per        string         `json:"per,omitzero"`        // "app" (default) or "tenant"
	Optional   bool           `json:"optional,omitzero"`   // no warning where it never fired
}
