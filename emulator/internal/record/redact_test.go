package record_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/judge"
	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/internal/redact"
	"github.com/graphemu/graphemu/emulator/journal"
)

var dawn, get, roomy, add, must = record.Dawn, record.Get, record.Roomy, record.Add, record.Must

// planted is a secret that no other text holds, with what may be escaped.
const planted = `pl4nt"ed'\s3cr&t %é`

// leaks tells whether text holds the secret, or a part that gives it away, in
// any spelling.
func leaks(text string) bool {
	for _, form := range []string{text, unescaped(text), unescaped(unescaped(text))} {
		if strings.Contains(form, "pl4nt") || strings.Contains(form, "s3cr") {
			return true
		}
	}
	return false
}

// unescaped undoes the percent escapes of a text.
func unescaped(text string) string {
	if plain, err := url.QueryUnescape(text); err == nil {
		return plain
	}
	return text
}

// toldAbout returns all that a journal and a verdict ever say.
func toldAbout(t *testing.T, j *record.Journal) string {
	var b bytes.Buffer
	for _, e := range j.Entries(journal.Filter{}) {
		one, ok := j.Get(e.ID)
		require.True(t, ok)
		text, err := json.Marshal(one)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%+v\n%s\n%s\n%+v %+v\n", e, text, one.Explain(), e.Error, e.Detail)
	}
	require.NoError(t, journal.WriteText(&b, j.Entries(journal.Filter{})))
	chapter, _ := j.Chapter()
	v := judge.Verdict([]judge.Record{{World: "default", Entries: chapter, Expect: []journal.Expectation{{Only: []string{"nothing"}}}}})
	require.NoError(t, v.WriteText(&b))
	require.NoError(t, v.WriteJUnit(&b))
	require.NoError(t, json.NewEncoder(&b).Encode(v))
	return b.String()
}

// A secret that is planted in any place for secrets, in any spelling, and quoted
// by an error or a near miss, comes out nowhere.
func TestAPlantedSecretComesOutNowhere(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	names := []string{"clientSecret", "client_secret", "PASSWORD", "access_token", "refreshToken", "assertion", "client_assertion",
		"dbCredentials", "apiKey", "sig"}
	// escaped spells a name with some of its letters as escapes.
	escaped := func(name, format string) string {
		var b strings.Builder
		for _, r := range name {
			if random.IntN(4) == 0 {
				fmt.Fprintf(&b, format, r)
			} else {
				b.WriteRune(r)
			}
		}
		return b.String()
	}
	for range 3000 {
		name := pick(names...)
		e := get()
		literal, err := json.Marshal(planted)
		require.NoError(t, err)
		object := fmt.Sprintf(`{"%s":%s}`, escaped(name, `\u%04x`), literal)
		for range random.IntN(4) {
			object = fmt.Sprintf(pick(`{"a":%s}`, `[1,%s,{"x":"y"}]`, ` {"x":"}","b":[[%s]]} `), object)
		}
		pairs := "x=1&" + escaped(name, "%%%02x") + "=" + url.QueryEscape(planted) + "&y=2"
		switch random.IntN(7) {
		case 0:
			e.Query = pairs
		case 1:
			e.RequestBody = object
		case 2:
			e.RequestBody = pairs
		case 3:
			e.RequestBody = object[:len(strings.TrimRight(object, "]} "))] // cut off
		case 4:
			nested, err := json.Marshal(object)
			require.NoError(t, err)
			e.RequestBody = `{"body":` + string(nested) + `}`
		case 5:
			e.RequestBody = `{"url":"/x?` + pairs + `"}`
		case 6:
			e.Query = "redirect=" + url.QueryEscape("https://host/?"+pairs)
		}
		echo := pick(planted, strconv.Quote(planted), string(literal), url.QueryEscape(planted), strings.ReplaceAll(planted, "'", "''"),
			planted[:9]+"…", `"`+planted[:11]+`..."`)
		if e.Query != "" && strings.HasPrefix(e.Query, "redirect") || strings.Contains(e.RequestBody, `"url"`) ||
			strings.HasPrefix(e.RequestBody, `{"body"`) {
			echo = "nothing" // an error would quote the whole of what holds it
		}
		e.Error = &journal.Problem{Code: "BadRequest", Message: "cannot read " + echo, Refused: true,
			Details: []journal.ProblemDetail{{Code: "badValue", Target: "/a/" + name, Message: "got " + echo + ", want another"}}}
		e.Detail = &journal.Detail{Misses: []journal.Miss{{Rule: "r",
			Why: "the body's " + name + " is " + strconv.Quote(echo) + `, the rule wants "7"`}}}
		j := roomy()
		add(j, e)
		out := toldAbout(t, j)
		require.False(t, leaks(out), "query %q\nbody %q\necho %q\n%s", e.Query, e.RequestBody, echo, out)
		require.Contains(t, out, "edacted", e.RequestBody)
	}
}

func TestSecretsAreFoundInOddPlaces(t *testing.T) {
	for name, change := range map[string]func(*journal.Entry){
		"path":                    func(e *journal.Entry) { e.Path = "/beta/x?sig=pl4nted-s3cret" },
		"path, the usual one":     func(e *journal.Entry) { e.Path = "/beta/education/synchronizationProfilesecret=pl4nted" },
		"profile":                 func(e *journal.Entry) { e.Profile = "an-id-that-is-longer-than-a-guid-is?sig=pl4nted-s3cret" },
		"message with a header":   func(e *journal.Entry) { e.Error = &journal.Problem{Message: "you sent Authorization: Bearer pl4nted"} },
		"message with an address": func(e *journal.Entry) { e.Error = &journal.Problem{Message: "cannot fetch http://h/?sig=pl4nted"} },
		"near miss with a header": func(e *journal.Entry) {
			e.Detail = &journal.Detail{Misses: []journal.Miss{{Rule: "r", Why: `header Authorization is "Bearer pl4nted"`}}}
		},
		"a word of a broken body": func(e *journal.Entry) {
			e.RequestBody, e.Error = `{"secret":pl4nted`, &journal.Problem{Message: "unexpected pl4nted at byte 10"}
		},
		"part of a long one": func(e *journal.Entry) {
			s := strings.Repeat("pl4nted-", 200)
			e.RequestBody, e.Error = `{"secret":"`+s+`"}`, &journal.Problem{Message: "not " + s + " at all"}
		},
		"more secrets than a few": func(e *journal.Entry) {
			e.RequestBody, e.Error = manySecrets(), &journal.Problem{Message: `not "pl4nted-99"`}
		},
		"a short one": func(e *journal.Entry) {
			e.RequestBody, e.Error = `{"secret":"s3c","a":"b"}`, &journal.Problem{Message: `not "s3c"; s3`}
		},
		"its number": func(e *journal.Entry) {
			e.RequestBody, e.Error = `{"pin":1,"password":{"a":["pl4nted"]}}`, &journal.Problem{Message: "got pl4nted"}
		},
		"body longer than is kept": func(e *journal.Entry) {
			e.RequestBody = `{"a":"` + strings.Repeat("x", journal.MaxBody) + `","secret":"pl4nted"}`
		},
	} {
		t.Run(name, func(t *testing.T) {
			j := roomy()
			e := get()
			change(&e)
			id := add(j, e)
			out := toldAbout(t, j)
			assert.NotContains(t, out, "pl4nt")
			assert.NotContains(t, out, "s3c")
			assert.Equal(t, must(j.Get(id)), must(j.Get(id)))
		})
	}
}

func manySecrets() string {
	list := make([]string, 100)
	for i := range list {
		list[i] = fmt.Sprintf(`{"secret":"pl4nted-%d"}`, i)
	}
	return "[" + strings.Join(list, ",") + "]"
}

func TestCallersEntryIsNotRedacted(t *testing.T) {
	e := get()
	e.RequestBody = `{"secret":"planted"}`
	e.Error = &journal.Problem{Message: "not planted", Details: []journal.ProblemDetail{{Message: "not planted"}}}
	e.Detail = &journal.Detail{Misses: []journal.Miss{{Rule: "r", Why: "not planted"}}}
	add(roomy(), e)
	assert.Equal(t, `{"secret":"planted"}`, e.RequestBody)
	assert.Equal(t, "not planted", e.Error.Message)
	assert.Equal(t, "not planted", e.Error.Details[0].Message)
	assert.Equal(t, "not planted", e.Detail.Misses[0].Why)
}

// Whatever surrounds it, a planted secret does not come out, and what was valid
// JSON stays it.
func FuzzRedact(f *testing.F) {
	f.Add(`{"a":"b"}`, "clientSecret", "x=1")
	f.Add(`[1,2,{"x":null}]`, "PASSWORD", "$filter=a%20eq%20'b'")
	f.Add(`"`, `tok\u0065n`, "%")
	f.Add(`{"a":"\`, "sig", "a=%2")
	f.Add("ſ%73\\u", "assertion", "&&=&")
	const secret = "pl4nted0secret1value2"
	f.Fuzz(func(t *testing.T, around, name, query string) {
		body := redact.Body(around)
		assert.Equal(t, body, redact.Body(around), "it is the same each time")
		if json.Valid([]byte(around)) {
			assert.True(t, json.Valid([]byte(body)), "%q", body)
		}
		redact.Text(around)
		redact.Query(query)

		if strings.Contains(around+name+query, "4nted0") {
			return
		}
		key, err := json.Marshal("a secret " + name)
		require.NoError(t, err)
		value := "null"
		if json.Valid([]byte(around)) {
			value = around
		}
		e := get()
		e.RequestBody = fmt.Sprintf(`{"around":%s,%s:"%s"}`, value, key, secret)
		e.Query = query + "&client_secret=" + secret
		e.Error = &journal.Problem{Message: "got " + secret + around}
		j := roomy()
		kept := must(j.Get(add(j, e)))
		text, err := json.Marshal(kept)
		require.NoError(t, err)
		assert.NotContains(t, string(text)+kept.Explain(), "4nted0")

		// Cut anywhere, nothing is left of it either.
		cut := e.RequestBody[:len(e.RequestBody)-1-len(query)%len(secret)]
		assert.NotContains(t, redact.Body(cut), "4nted0")
	})
}

func TestOneMarkForSecrets(t *testing.T) {
	assert.Equal(t, redact.Mark, journal.Redacted, "users know it by the journal's name")
}
