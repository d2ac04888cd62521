package redact

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Secrets where nobody expects them.
func TestUnusualPlaces(t *testing.T) {
	for body, want := range map[string]string{
		`{"grant_type=x&client_secret=abc":""}`:       `{"(redacted)":""}`, // a form that was sent as JSON
		`{"https://ann:PASS@host":{"a":1}}`:           `{"(redacted)":{"a":1}}`,
		`{"password=abc":"def","b":2}`:                `{"(redacted)":"(redacted)","b":2}`,
		`{"clientSecret":{"password=abc":["d"]}}`:     `{"clientSecret":"(redacted)"}`,
		`{"a":"https:%2F%2Fann:PASS@host"}`:           `{"a":"(redacted)"}`,
		`{"a":"https:\u002f\u002fann:PASS@host"}`:     `{"a":"(redacted)"}`,
		`{"a":"https:\\u002f\\u002fann:PASS@host"}`:   `{"a":"(redacted)"}`,
		`{"a":"HTTPS%3A%2F%2Fann%3APASS%40[::1]/x"}`:  `{"a":"(redacted)"}`,
		`{"a":"HTTPS://ann:PASS@[::1]:8080/x"}`:       `{"a":"(redacted)"}`,
		`{"a":"https:/%2Fann:PASS@host"}`:             `{"a":"(redacted)"}`,
		`u=https:%2F%2Fann:PASS@host&b=1`:             `u=(redacted)&b=1`,
		`{"a":"/education%2Fschools","b":"/x%2F%2F"}`: `{"a":"/education%2Fschools","b":"/x%2F%2F"}`,
	} {
		assert.Equal(t, want, Body(body), body)
	}
	var s Found
	s.Body(`{"password=abcdef":"ghijkl"}`)
	assert.Equal(t, `no property "(redacted)", nor (redacted)`, s.Scrub(`no property "password=abcdef", nor ghijkl`))
}

// A large body that can't be read is not compared with ever more words of an address.
func TestLargeUnreadBody(t *testing.T) {
	var s Found
	assert.Contains(t, s.Body(`{"secret": "planted"`+strings.Repeat(" ", 4<<20)), "not kept")
	few := "/beta/education/schools and planted"
	assert.Equal(t, "/beta/education/schools and …", s.Scrub(few))
	many := strings.Repeat("/education", 1000)
	assert.Equal(t, "…", s.Scrub(many), "nobody looks so often")
	assert.Equal(t, "/beta/education/schools and …", s.Scrub(few), "each text for itself")
}

// hostile are bodies of some 4 MB that take long to look through. Each did before.
var hostile = map[string]string{
	"addresses":          `{"a":"` + strings.Repeat(`://:x`, 800_000) + `"}`,
	"addresses in texts": `[` + strings.Repeat(`"`+strings.Repeat(`://:x`, 1600)+` @",`, 500) + `1]`,
	"names":              `[` + strings.Repeat(`"`+strings.Repeat(`pwd`, 2600)+`",`, 500) + `1]`,
	"escapes":            "a=" + strings.Repeat(`%25`, 1_400_000),
	"secrets":            `{` + strings.Repeat(`"secret":"abcde",`, 1<<18) + `"a":1}`,
	"not closed":         `{"secret"` + strings.Repeat(`a`, 4<<20),
}

func BenchmarkHostile(b *testing.B) {
	path := strings.Repeat("/education/sync", 500)
	for name, body := range hostile {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				var s Found
				s.Body(body)
				s.Scrub(path)
			}
		})
	}
}

// Whatever comes, no walker panics, what was JSON stays JSON, a text that was gone
// through has nothing more to hide, and the same secret is found however it is escaped.
func FuzzWalkers(f *testing.F) {
	for body := range hostile {
		f.Add(hostile[body][:64], "a")
	}
	f.Add(`{"a":["https:\/\/u:p@h"]}`, `x`)
	f.Add(`{"a":"\ud800","eyJhbGciOiJub25l":1}`, "\u017f%")
	f.Add(`{"client_\u017fecret":{"a":[{}]},"b":"\\\"sig\\\":1"}`, `'`)
	f.Add("code=1&%73%69g=2&=&&a", `"`)
	f.Fuzz(func(t *testing.T, text, around string) {
		var s Found
		body := s.Body(text)
		if json.Valid([]byte(text)) {
			require.True(t, json.Valid([]byte(body)), "%q", body)
			assert.Equal(t, body, Body(body), "once more")
		}
		for _, whole := range []bool{true, false} {
			s.Answer(text, whole)
			s.Answer(around+text, whole)
		}
		s.Query(around)
		s.Scrub(around)
		Deep(text)
		if plain := Text(text); Text(plain) != plain {
			assert.Equal(t, Text(plain), Text(Text(plain)), "it comes to an end")
		}

		const secret = "pl4nted0secret1value2"
		if strings.Contains(text+around, "4nted0") || len(text)+len(around) > 1<<10 {
			return
		}
		value, err := json.Marshal(around + " https://user:" + secret + "@host " + around)
		require.NoError(t, err)
		for range 3 {
			assert.NotContains(t, Body(`{"a":`+string(value)+`}`), "4nted0")
			assert.NotContains(t, Body(`{`+string(value)+`:1}`), "4nted0")
			value, err = json.Marshal(string(value))
			require.NoError(t, err)
		}
	})
}
