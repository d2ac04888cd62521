package config

import "testing"

// Whatever a file says, it is read or refused, and nothing of it is found to be right
// that has no rule.
func FuzzParse(f *testing.F) {
	for _, text := range []string{"clock: x60", "scenario: [a, b.yaml]\nstate: ../s", "http: ':9400'", "a: &a [*a]", "{\"seed\": 1}",
		"metadata: =", "- a", "\xff", "each-scenario: ',,/'"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		c, err := Parse(Name, text)
		if err != nil {
			return
		}
		for _, s := range c.Settings {
			if _, known := rules[s.Key]; !known {
				t.Errorf("%s has no rule", s.Key)
			}
			c.Rebased(s)
		}
		_ = c.CheckFound()
	})
}
