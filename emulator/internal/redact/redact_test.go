package redact

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestQuery(t *testing.T) {
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
		assert.Equal(t, want, Query(raw), raw)
	}
}

func TestBody(t *testing.T) {
	dropped := func(body string) string {
		return fmt.Sprintf("(%d bytes, not kept: neither whole JSON nor a form, and they may hold a secret)", len(body))
	}
	for body, want := range map[string]string{
		``:                        ``,
		`{"displayName":"North"}`: `{"displayName":"North"}`,
		`{"clientSecret":"abc"}`:  `{"clientSecret":"(redacted)"}`,
		`{"CLIENTSECRET":"abc"}`:  `{"CLIENTSECRET":"(redacted)"}`,
		`{"\u0073ecret" : "abc"}`: `{"\u0073ecret" : "(redacted)"}`,
		`{"ſecret":"abc"}`:        `{"ſecret":"(redacted)"}`,
		`{"toKen":"abc"}`:         `{"toKen":"(redacted)"}`,
		`{"secret":12345}`:        `{"secret":"(redacted)"}`,
		`{"secret":null,"a":1}`:   `{"secret":null,"a":1}`,
		`{"isPasswordSet":true}`:  `{"isPasswordSet":true}`,
		`{"passwordPolicies":"None","lastPasswordChangeDateTime":"2026-01-05T06:00:00Z"}`: `{"passwordPolicies":"None",` +
			`"lastPasswordChangeDateTime":"2026-01-05T06:00:00Z"}`,
		`{"secret":""}`:            `{"secret":""}`,
		`{"tokenUrl":"https://t"}`: `{"tokenUrl":"https://t"}`,
		`[{"a":[{"password":{"b":["c","]}"]}}]},{"token":"x"},"y"]`: `[{"a":[{"password":"(redacted)"}]},` +
			`{"token":"(redacted)"},"y"]`,
		`{"secret":"a\"b\\","x":"\"secret\""}`: `{"secret":"(redacted)","x":"\"secret\""}`,
		"\ufeff" + `{"secret":"abc"}`:          `{"secret":"(redacted)"}`,
		`{"requests":[{"url":"/x?sig=abc","headers":{"Authorization":"Bearer abc"}}]}`: `{"requests":[{"url":"(redacted)",` +
			`"headers":{"Authorization":"(redacted)"}}]}`,
		`{"note":"{\"clientSecret\":\"abc\"}"}`:         `{"note":"(redacted)"}`,
		`{"note":"{\"client\\u0053ecret\":\"abc\"}"}`:   `{"note":"(redacted)"}`,
		`{"note":"eyJhbGciOiJub25lIn0.eyJhIjoxfQ.sig"}`: `{"note":"(redacted)"}`,
		`{"note":"what a secret garden, code 7"}`:       `{"note":"what a secret garden, code 7"}`,
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
		assert.Equal(t, want, Body(body), body)
	}
	deep := strings.Repeat(`[`, 1<<20)
	assert.Equal(t, dropped(deep+`"secret"`), Body(deep+`"secret"`), "depth does no harm")
}

func TestText(t *testing.T) {
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
		assert.Equal(t, want, Text(text), text)
	}
	for _, word := range telling {
		assert.True(t, Mentions("xy "+word+" z"), word)
		assert.True(t, Mentions(strings.ToUpper(word)), word)
	}
}

// An address with a user and a password loses them, wherever it stands.
func TestUserinfo(t *testing.T) {
	for text, want := range map[string]string{
		"https://ann:PASS@sis.contoso.edu/x":              "https://(redacted)@sis.contoso.edu/x",
		"see https://ann:PASS@host, and http://b:c@d":     "see https://(redacted)@host, and http://(redacted)@d",
		"https://token@host":                              "https://(redacted)@host",
		"https://ann:p@ss@host":                           "https://(redacted)@host",
		"https://ann:pa/ss@host/x":                        "https://(redacted)@host/x",
		"https://(redacted)@host":                         "https://(redacted)@host",
		"https://host:8080/users/ann@contoso.edu":         "https://host:8080/users/ann@contoso.edu",
		"https://[::1]:8080/users/ann@contoso.edu":        "https://[::1]:8080/users/ann@contoso.edu",
		"https://host/users/ann@contoso.edu?x=a@b":        "https://host/users/ann@contoso.edu?x=a@b",
		"the string \"https://ann:PASS@host\" is no date": "the string \"https://(redacted)@host\" is no date",
		"ann@contoso.edu":                                 "ann@contoso.edu",
		"a://":                                            "a://",
		"DefaultEndpointsProtocol=https;AccountName=a;AccountKey=aGk=;EndpointSuffix=x": "DefaultEndpointsProtocol=https;AccountName=a;" +
			"AccountKey=(redacted);EndpointSuffix=x",
		"Endpoint=sb://x/;SharedAccessKeyName=Root;SharedAccessKey=abc=": "Endpoint=sb://x/;SharedAccessKeyName=Root;" +
			"SharedAccessKey=(redacted)",
	} {
		assert.Equal(t, want, Text(text), text)
		assert.Equal(t, want, Text(Text(text)), "once more")
	}
	assert.Equal(t, `{"a":{"connectionUrl":"(redacted)"},"@odata.type":"#x"}`,
		Body(`{"a":{"connectionUrl":"https://ann:PASS@host"},"@odata.type":"#x"}`))
	assert.Equal(t, `{"url":"(redacted)"}`, Body(`{"url":"https:\/\/ann:PASS@host"}`))
	assert.Equal(t, "$filter=(redacted)&x=1", Query("$filter=connectionUrl%20eq%20'https%3A%2F%2Fann%3APASS%40host'&x=1"))
	assert.Equal(t, "$filter=(redacted)", Query("$filter=connectionUrl eq 'https://ann:PASS@host'"))
}

// A text of which only the end is secret is looked for where a message cut it; one
// that has no more than its harmless beginning is another text.
func TestScrubOfABeginning(t *testing.T) {
	for body, rows := range map[string]map[string]string{
		`{"complete":"https://h/deviceauth?user_code=ABCDEF"}`: {
			`{"page":"https://h/deviceauth"}`:          `{"page":"https://h/deviceauth"}`,
			`open "https://h/deviceauth?user_code=AB…`: `open "(redacted)…`,
		},
		`{"connectionUrl":"https://ann:hunter2@h"}`: {
			`the host of "https://" is missing`: `the host of "https://" is missing`,
			`got "https://ann:hun…"`:            `got "(redacted)…"`,
		},
		`{"secret":"hunter2hunter2"}`: {`got "hunter2…"`: `got "(redacted)…"`},
	} {
		for text, want := range rows {
			var s Found
			s.Body(body)
			assert.Equal(t, want, s.Scrub(text), body)
		}
	}
}

// What a secret's value has beside the secret, other bodies of the call have, too, and it is
// none there: names of properties, and instants.
func TestWhatStandsBesideASecret(t *testing.T) {
	var f Found
	f.Body(`{"passwordProfile":{"password":"hunter2x","note":"hunter3x","since":"2026-01-05T06:00:00Z"}}`)
	assert.Equal(t, `{"passwordPolicies":"None","createdDateTime":"2026-01-05T06:00:00Z","a":"(redacted)","b":"(redacted)","since":1}`,
		f.Scrub(`{"passwordPolicies":"None","createdDateTime":"2026-01-05T06:00:00Z","a":"hunter2x","b":"hunter3x","since":1}`))
}
