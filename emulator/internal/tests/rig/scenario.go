package rig

import (
	"testing"

	"github.com/graphemu/graphemu/emulator"
)

// WithScenario starts a rig with a scenario, whose verdict the test itself looks at.
func WithScenario(t *testing.T, scenario string, options ...emulator.Options) *Rig {
	t.Helper()
	var o emulator.Options
	if len(options) > 0 {
		o = options[0]
	}
	o.ScenarioText, o.Verify = "version: 1\nname: test\n"+scenario, emulator.VerifyOff
	return New(t, o)
}

// EventfulScenario is a scenario with something of everything that a snapshot must keep.
const EventfulScenario = `version: 1
name: eventful
clock: {mode: frozen, start: 2026-01-05T06:00:00Z, perRequest: 700ms}
fixture: one
timeline: {provisioning: 3s, extracting: 2s}
lifecycles:
  - name: by-reads
    on: profiles.start
    steps:
      - {status: extracting}
      - {status: validating, after: {reads: 3}}
      - {status: inProgress, after: 4s, errors: 2}
      - {status: error, after: 5s, errors: 3}
    next: then-fine
  - name: then-fine
    on: profiles.start
    steps: [{status: inProgress, after: 1s}, {status: success, after: 6s}]
  - name: doomed
    on: profiles.create
    where: {displayName: Doomed}
    steps: [{state: provisioningFailed, after: 1s}]
  - name: sticky
    on: profiles.delete
    steps: [{state: deletionFailed, after: 2s}]
    next: gone
  - name: gone
    on: profiles.delete
    steps: [{state: gone, after: 1s}]
faults:
  - {name: chance, operation: profiles.list, chance: 0.3, respond: {status: 503}}
  - {name: every, operation: profiles.get, calls: every 4, respond: {status: 429, retryAfter: 3s, punishEarly: true}}
  - {name: corrupt, operation: profiles.status.get, chance: 0.2, body: {corrupt: 2}}
throttle:
  - {name: tight, operations: [profiles.errors.*], requests: 4, window: 10s}
`

// BusyScenarios are scenarios that take each other's place; each has rules of names that
// the others lack.
var BusyScenarios = []string{
	"version: 1\nfaults: [{name: slow, operation: profiles.list, calls: every 3, delay: 1ms}, " +
		"{name: cut, operation: profiles.get, chance: 0.3, body: {cutAt: 50%}, then: close}]\n",
	"version: 1\nclock: {mode: frozen, perRequest: 1s}\n" +
		"faults: [{name: early, operation: 'profiles.*', calls: every 2, respond: {status: 429, retryAfter: 5s, punishEarly: true}}]\n",
	"version: 1\nclock: {mode: scaled, factor: 1000}\nthrottle: [{name: tight, requests: 3, window: 2s}]\n" +
		"lifecycles: [{name: long, on: profiles.start, steps: [{status: extracting}, {status: error, after: {reads: 3}, errors: 2}]}]\n",
	"version: 1\nexpect: [{operation: profiles.list, noEarlyRetry: true, " +
		"minInterval: 1s}, {profile: {displayName: North}, status: success}]\n",
}
