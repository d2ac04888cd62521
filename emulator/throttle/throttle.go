// Package throttle counts requests as a throttling service does: so many in a
// window, for each app in each tenant.
package throttle

import "github.com/graphemu/graphemu/emulator/clock"

// Rule limits a group of operations. A world is a tenant, so "app" counts an
// app's requests in this tenant, and "tenant" those of all apps.
type Rule struct {
	Name       string         `json:"name"`
	Preset     string         `json:"preset,omitzero"`     // documented limits by name, in place of what follows: "education"
	Operations []string       `json:"operations,omitzero"` // as "profiles.start" or "profiles.*"; default: all but signing in
	Requests   int            `json:"requests,omitzero"`   // how many a window allows, at least 1
	Window     clock.Duration `json:"window,omitzero"`     // above 0, on the world's clock
	Per        string         `json:"per,omitzero"`        // "app" (default) or "tenant"
	Optional   bool           `json:"optional,omitzero"`   // no warning where it never fired
}
