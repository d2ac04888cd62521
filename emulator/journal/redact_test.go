package journal

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
)

func TestRedactQuery(t *testing.T) {
	for raw, want := range map[string]string{
		"":                                      "",
		"$top=5&$filter=state%20eq%201":         "$top=5&$filter=state%20eq%201",
		"$skiptoken=abc":                        "$skiptoken=abc",
		"sv=2015&sr=c&sig=ab%2Bc&sp=w":          "sv=2015&sr=c&sig=(redacted)&sp=w",
		"SIG=abc":                               "SIG=(redacted)",
		"%73ig=abc":                             "%73ig=(redacted)",
		"%2573ig=abc":                           "%2573ig=(redacted)",
		"a=1&code=abc&state=xyz":                "a=1&code=(redacted)&state=(redacted)",
		"client_secret=a=b&x=1":                 "client_secret=(redacted)&x=1",
		"access_token=abc":                      "access_token=(redacted)",
		"refresh_token=abc&password=x":          "refresh_token=(redacted)&password=(redacted)",
		"client_assertion=abc":                  "client_assertion=(redacted)",
		"client_assertion_type=urn":             "client_assertion_type=urn",
		"to=http%3A%2F%2Fx%3Fsig%3Dabc":         "to=(redacted)",
		"to=http%253A%253Fsig%253Dabc":          "to=(redacted)",
		"a=1;sig=abc":                           "a=(redacted)",
		"sig=":                                  "sig=",
		"sig":                                   "sig",
		"a&eyJhbGciOiJub25lIn0.e.&b":            "a&(redacted)&b",
		"%zz?%73ig%3Dabc&b=%zz?%2573ig%253Dabc": "(redacted)&b=(redacted)",
		"design=abc&cosig=1":                    "design=abc&cosig=1",
		"client_ſecret=abc":                     "client_ſecret=(redacted)",
		"broken%zz=1&s%69g=abc":                 "broken%zz=1&s%69g=(redacted)",
	} {
		assert.Equal(t, want, RedactQuery(raw), raw)
	}
}

func TestRedactBody(t *testing.T) {
	dropped := func(body string) string {
		return fmt.Sprintf("(%d bytes, not kept: neither whole JSON nor a form, and they may hold a secret)", len(body))
	}
	for body, want := range map[string]string{
		``:                         ``,
		`{"displayName":"North"}`:  `{"displayName":"North"}`,
		`{"clientSecret":"abc"}`:   `{"clientSecret":"(redacted)"}`,
		`{"CLIENTSECRET":"abc"}`:   `{"CLIENTSECRET":"(redacted)"}`,
		`{"\u0073ecret" : "abc"}`:  `{"\u0073ecret" : "(redacted)"}`,
		`{"ſecret":"abc"}`:         `{"ſecret":"(redacted)"}`,
		`{"toKen":"abc"}`:          `{"toKen":"(redacted)"}`,
		`{"secret":12345}`:         `{"secret":"(redacted)"}`,
		`{"secret":null,"a":1}`:    `{"secret":null,"a":1}`,
		`{"isPasswordSet":true}`:   `{"isPasswordSet":true}`,
		`{"secret":""}`:            `{"secret":""}`,
		`{"tokenUrl":"https://t"}`: `{"tokenUrl":"https://t"}`,
		`[{"a":[{"password":{"b":["c","]}"]}}]},{"token":"x"},"y"]`:                    `[{"a":[{"password":"(redacted)"}]},{"token":"(redacted)"},"y"]`,
		`{"secret":"a\"b\\","x":"\"secret\""}`:                                         `{"secret":"(redacted)","x":"\"secret\""}`,
		"\ufeff" + `{"secret":"abc"}`:                                                  `{"secret":"(redacted)"}`,
		`{"requests":[{"url":"/x?sig=abc","headers":{"Authorization":"Bearer abc"}}]}`: `{"requests":[{"url":"(redacted)","headers":{"Authorization":"(redacted)"}}]}`,
		`{"note":"{\"clientSecret\":\"abc\"}"}`:                                        `{"note":"(redacted)"}`,
		`{"note":"{\"client\\u0053ecret\":\"abc\"}"}`:                                  `{"note":"(redacted)"}`,
		`{"note":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig"}`:                                `{"note":"(redacted)"}`,
		`{"note":"what a secret garden, code 7"}`:                                      `{"note":"what a secret garden, code 7"}`,
		`"sig=abc"`: `"(redacted)"`,
		`grant_type=client_credentials&client_secret=abc&scope=x`: `grant_type=client_credentials&client_secret=(redacted)&scope=x`,
		`%63lient_secret=abc`:      `%63lient_secret=(redacted)`,
		`sig=abc`:                  `sig=(redacted)`,
		`code=abc&state=x`:         `code=(redacted)&state=(redacted)`,
		`{"clientSecret":"abc"`:    dropped(`{"clientSecret":"abc"`),
		`{"clientSecret":"abc"}}`:  dropped(`{"clientSecret":"abc"}}`),
		`<password>abc</password>`: dropped(`<password>abc</password>`),
		"my password is hunter2":   dropped("my password is hunter2"),
		"{\"a\":\"b\"":             "{\"a\":\"b\"",
		"plain text":               "plain text",
	} {
		assert.Equal(t, want, RedactBody(body), body)
	}
	deep := strings.Repeat(`[`, 1<<20)
	assert.Equal(t, dropped(deep+`"secret"`), RedactBody(deep+`"secret"`), "depth does no harm")
}

func TestRedactText(t *testing.T) {
	for text, want := range map[string]string{
		"nothing to hide": "nothing to hide",
		`unknown property "clientSecrt"; did you mean "clientSecret"?`: `unknown property "clientSecrt"; did you mean "clientSecret"?`,
		"clientSecret: a value is required":                            "clientSecret: a value is required",
		"send a bearer token":                                          "send a bearer token",
		"Authorization: Bearer abc.DEF":                                "Authorization: (redacted)",
		"the header is Bearer aBc1, which is wrong":                    "the header is Bearer (redacted), which is wrong",
		"client_secret=abc&x=1":                                        "client_secret=(redacted)&x=1",
		`{"password": "a b", "x": 1}`:                                  `{"password": (redacted), "x": 1}`,
		`{\"password\":\"a b`:                                          `{\"password\":(redacted)`,
		"https://h/c?sv=1&sig=a%2Bb&sp=w failed":                       "https://h/c?sv=1&sig=(redacted)&sp=w failed",
		"Cookie: a=b\nnext line":                                       "Cookie: (redacted)\nnext line",
		"no token:":                                                    "no token:",
		"bearer":                                                       "bearer",
		"sig='it' and on":                                              "sig=(redacted) and on",
		"http://localhost/?code=abc":                                   "http://localhost/?code=(redacted)",
		"open http://h/deviceauth?user_code=BCDF now":                  "open http://h/deviceauth?user_code=(redacted) now",
		"http://h/error?skucode=12 and ?a=b&sku_code=12":               "http://h/error?skucode=12 and ?a=b&sku_code=12",
		"error code=12 of design=3":                                    "error code=12 of design=3",
		"the token eyJhbGciOiJub25lIn0.eyJhIjoxfQ. is expired":         "the token (redacted) is expired",
		`password = {"a": "b"} and more`:                               `password = (redacted)`,
	} {
		assert.Equal(t, want, RedactText(text), text)
	}
	for _, w := range telling {
		assert.True(t, mentions("xy "+w.word+" z"), w.word)
		assert.True(t, mentions(strings.ToUpper(w.word)), w.word)
	}
}

// planted is a secret that no other text holds, with what may be escaped.
const planted = `pl4nt"ed'\s3cr&t %é`

// leaks tells whether text holds the secret, or a part that gives it away, in
// any spelling.
func leaks(text string) bool {
	for _, form := range []string{text, unescape(text), unquote(text), unquote(unquote(text)), unescape(unescape(text))} {
		if strings.Contains(form, "pl4nt") || strings.Contains(form, "s3cr") {
			return true
		}
	}
	return false
}

// toldAbout returns all that a journal and a verdict ever say.
func toldAbout(t *testing.T, j *Journal) string {
	var b bytes.Buffer
	for _, e := range j.Entries(Filter{}) {
		one, ok := j.Get(e.ID)
		require.True(t, ok)
		text, err := json.Marshal(one)
		require.NoError(t, err)
		fmt.Fprintf(&b, "%+v\n%s\n%s\n%+v %+v\n", e, text, one.Explain(), e.Error, e.Detail)
	}
	require.NoError(t, WriteText(&b, j.Entries(Filter{})))
	v := Judge([]Record{{World: "default", Entries: j.Entries(Filter{}), Expect: []Expectation{{Only: []string{"nothing"}}}}})
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
	names := []string{"clientSecret", "client_secret", "PASSWORD", "access_token", "refreshToken", "assertion", "client_assertion", "dbCredentials", "apiKey", "sig"}
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
		echo := pick(planted, strconv.Quote(planted), string(literal), url.QueryEscape(planted), strings.ReplaceAll(planted, "'", "''"), planted[:9]+"…", `"`+planted[:11]+`..."`)
		if e.Query != "" && strings.HasPrefix(e.Query, "redirect") || strings.Contains(e.RequestBody, `"url"`) || strings.HasPrefix(e.RequestBody, `{"body"`) {
			echo = "nothing" // an error would quote the whole of what holds it
		}
		e.Error = &Problem{Code: "BadRequest", Message: "cannot read " + echo, Refused: true,
			Details: []ProblemDetail{{Code: "badValue", Target: "/a/" + name, Message: "got " + echo + ", want another"}}}
		e.Detail = &Detail{Misses: []Miss{{Rule: "r", Why: "the body's " + name + " is " + strconv.Quote(echo) + `, the rule wants "7"`}}}
		j := roomy()
		add(j, e)
		out := toldAbout(t, j)
		require.False(t, leaks(out), "query %q\nbody %q\necho %q\n%s", e.Query, e.RequestBody, echo, out)
		require.Contains(t, out, "edacted", e.RequestBody)
	}
}

func TestSecretsAreFoundInOddPlaces(t *testing.T) {
	for name, change := range map[string]func(*Entry){
		"path":                    func(e *Entry) { e.Path = "/beta/x?sig=pl4nted-s3cret" },
		"path, the usual one":     func(e *Entry) { e.Path = "/beta/education/synchronizationProfilesecret=pl4nted" },
		"profile":                 func(e *Entry) { e.Profile = "an-id-that-is-longer-than-a-guid-is?sig=pl4nted-s3cret" },
		"message with a header":   func(e *Entry) { e.Error = &Problem{Message: "you sent Authorization: Bearer pl4nted"} },
		"message with an address": func(e *Entry) { e.Error = &Problem{Message: "cannot fetch http://h/?sig=pl4nted"} },
		"near miss with a header": func(e *Entry) { e.Detail = &Detail{Misses: []Miss{{"r", `header Authorization is "Bearer pl4nted"`}}} },
		"a word of a broken body": func(e *Entry) {
			e.RequestBody, e.Error = `{"secret":pl4nted`, &Problem{Message: "unexpected pl4nted at byte 10"}
		},
		"part of a long one": func(e *Entry) {
			s := strings.Repeat("pl4nted-", 200)
			e.RequestBody, e.Error = `{"secret":"`+s+`"}`, &Problem{Message: "not " + s + " at all"}
		},
		"more secrets than a few": func(e *Entry) { e.RequestBody, e.Error = manySecrets(), &Problem{Message: `not "pl4nted-99"`} },
		"a short one": func(e *Entry) {
			e.RequestBody, e.Error = `{"secret":"s3c","a":"b"}`, &Problem{Message: `not "s3c"; s3`}
		},
		"its number": func(e *Entry) {
			e.RequestBody, e.Error = `{"pin":1,"password":{"a":["pl4nted"]}}`, &Problem{Message: "got pl4nted"}
		},
		"body longer than is kept": func(e *Entry) { e.RequestBody = `{"a":"` + strings.Repeat("x", MaxBody) + `","secret":"pl4nted"}` },
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
	e.Error = &Problem{Message: "not planted", Details: []ProblemDetail{{Message: "not planted"}}}
	e.Detail = &Detail{Misses: []Miss{{"r", "not planted"}}}
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
		body := RedactBody(around)
		assert.Equal(t, body, RedactBody(around), "it is the same each time")
		if json.Valid([]byte(around)) {
			assert.True(t, json.Valid([]byte(body)), "%q", body)
		}
		RedactText(around)
		RedactQuery(query)

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
		e.Error = &Problem{Message: "got " + secret + around}
		j := roomy()
		kept := must(j.Get(add(j, e)))
		text, err := json.Marshal(kept)
		require.NoError(t, err)
		assert.NotContains(t, string(text)+kept.Explain(), "4nted0")

		// Cut anywhere, nothing is left of it either.
		cut := e.RequestBody[:len(e.RequestBody)-1-len(query)%len(secret)]
		assert.NotContains(t, RedactBody(cut), "4nted0")
	})
}
