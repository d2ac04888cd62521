package scenario_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/graphemu/graphemu/emulator/scenario"
)

func TestOverlaps(t *testing.T) {
	life := func(rest string) string {
		return "version: 1\nlifecycles:\n" + rest
	}
	const ends = ", steps: [{status: success}]}\n"
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"same operation": {"version: 1\nfaults:\n- {name: a, operation: batch, delay: 1s}\n- {name: b, operation: batch, delay: 2s}\n- {name: c, operation: batch, delay: 2s}",
			[]string{`x.yaml:4:3: faults[1]: "b" never strikes: "a" (x.yaml:3:3) strikes each of its calls before`,
				`x.yaml:5:3: faults[2]: "c" never strikes: "a" (x.yaml:3:3) strikes each of its calls before`}},
		"group":      {"version: 1\nfaults:\n- {name: a, operation: 'profiles.*', delay: 1s}\n- {name: b, operation: profiles.get, delay: 2s, calls: 3}", []string{`x.yaml:4:3: faults[1]: "b" never strikes: "a" (x.yaml:3:3) strikes each of its calls before`}},
		"group last": {"version: 1\nfaults:\n- {name: a, operation: profiles.get, delay: 1s}\n- {name: b, operation: 'profiles.*', delay: 2s}", nil},
		"some calls": {"version: 1\nfaults:\n- {name: a, operation: batch, delay: 1s, calls: first 3}\n- {name: b, operation: batch, delay: 2s}", nil},
		"chance":     {"version: 1\nfaults:\n- {name: a, operation: batch, delay: 1s, chance: 0.5}\n- {name: b, operation: batch, delay: 2s}", nil},
		"chance of one": {"version: 1\nfaults:\n- {name: a, operation: batch, delay: 1s, chance: 1}\n- {name: b, operation: batch, delay: 2s}",
			[]string{`x.yaml:4:3: faults[1]: "b" never strikes: "a" (x.yaml:3:3) strikes each of its calls before`}},
		"condition": {"version: 1\nfaults:\n- {name: a, operation: profiles.get, delay: 1s, while: {status: success}}\n- {name: b, operation: profiles.get, delay: 2s}", nil},
		"same condition and more": {"version: 1\nfaults:\n- {name: a, operation: profiles.get, delay: 1s, while: {status: success}, where: {header: {X-A: b}}}\n- {name: b, operation: profiles.get, delay: 2s, while: {status: success}, where: {header: {x-a: b, c: d}}}",
			[]string{`x.yaml:4:3: faults[1]: "b" never strikes: "a" (x.yaml:3:3) strikes each of its calls before`}},
		"not in a batch": {"version: 1\nfaults:\n- {name: a, operation: profiles.get, then: hang}\n- {name: b, operation: profiles.get, delay: 2s}", nil},
		"lifecycle": {life("- {name: a, on: profiles.start" + ends + "- {name: b, on: profiles.start, where: {displayName: x}" + ends),
			[]string{`x.yaml:4:3: lifecycles[1]: "b" never runs: "a" (x.yaml:3:3) applies wherever it fits`}},
		"another call":   {life("- {name: a, on: profiles.start" + ends + "- {name: b, on: profiles.reset" + ends), nil},
		"narrower first": {life("- {name: a, on: profiles.start, where: {displayName: x}" + ends + "- {name: b, on: profiles.start" + ends), nil},
		"chain":          {life("- {name: a, on: profiles.start, next: b" + ends + "- {name: b, on: profiles.start" + ends), nil},
		"after a chain": {life("- {name: a, on: profiles.start, next: b" + ends + "- {name: b, on: profiles.start" + ends +
			"- {name: c, on: profiles.start" + ends), nil},
		"path": {life("- {name: a, on: profiles.start, where: {displyName: x, 'license*.#': 1, state: y, dataProvider.x: z, expiresOn: null}" +
			ends), []string{`x.yaml:3:3: lifecycles[0].where["displyName"]: no profile has "displyName", so this never fits; did you mean "displayName"?`}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, w := range scenario.Overlaps(parse(t, "x.yaml", c.text)) {
				got = append(got, w.String())
			}
			assert.Equal(t, c.want, got)
		})
	}
}
