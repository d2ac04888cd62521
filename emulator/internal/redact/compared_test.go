package redact

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What a secret is compared with is one, however the comparison is written.
func TestComparedValues(t *testing.T) {
	for _, clause := range []string{
		`passwordProfile/password eq 'hunter2x'`, `passwordProfile/password  EQ	'hunter2x'`, `'hunter2x' eq passwordProfile/password`,
		`passwordProfile/password eq hunter2x`, `hunter2x eq password`, `password in ('a','hunter2x')`, `password in ('hunter2x'`,
		`startswith(passwordProfile/password,'hunter2x')`, `contains('hunter2x', passwordProfile/password)`,
		`tolower(passwordProfile/password) eq 'it''s hunter2x'`, `'it''s hunter2x' eq tolower(passwordProfile/password)`,
		`passwordCredentials/any(p:p/secretText eq 'hunter2x')`, `keyCredentials/any(k:k/key eq binary'hunter2x')`,
		`keyCredentials/any(k:binary'hunter2x' eq k/key)`, `not (passwordProfile/password ne 'hunter2x')`,
		`passwordProfile/password eq "hunter2x"`, `passwordProfile/password eq 'hunter2x`,
		`microsoft.graph.user/passwordProfile/password eq 'hunter2x' and displayName eq 'Ann'`,
	} {
		assert.NotContains(t, Text("Syntax error at position 7 in '"+clause+"'."), "hunter2x", clause)
		said := "hunter2x"
		if strings.Contains(clause, "''") {
			said = "it's hunter2x"
		}
		once, twice := url.QueryEscape(clause), url.QueryEscape(url.QueryEscape(clause))
		for _, raw := range []string{clause, once, twice, strings.ReplaceAll(once, "+", "%20")} {
			var found Found
			for _, name := range []string{"$filter=", "%24filter=", "filter=", "$fliter="} {
				out := found.Query("$top=5&" + name + raw + "&$select=id")
				assert.NotContains(t, out, "hunter2x", raw)
				assert.Contains(t, out, "$top=5&", raw)
				assert.Contains(t, out, "&$select=id", raw)
			}
			assert.NotContains(t, found.Scrub("no such value: "+said+"."), "hunter2x", raw)
			body := Body(`{"requests":[{"id":"1","method":"GET","url":"/users?$filter=` + strings.ReplaceAll(raw, `"`, `\"`) + `"}]}`)
			assert.NotContains(t, body, "hunter2x", raw)
		}
	}
	for _, search := range []string{`"password:hunter2x"`, `"displayName:a" OR "clientSecret: hunter2x"`} {
		assert.NotContains(t, Query("$search="+url.QueryEscape(search)), "hunter2x", search)
		assert.NotContains(t, Text("Invalid: "+search), "hunter2x", search)
	}
}

// What only speaks of a secret stays.
func TestComparisonsOfOtherProperties(t *testing.T) {
	for _, raw := range []string{
		"$filter=displayName eq 'my password'", "$select=passwordProfile,displayName", "$search=\"password\"",
		"$filter=passwordCredentials/any(p:p/displayName eq 'ci')", "$filter=keyCredentials/$count gt 1", "$orderby=displayName",
		"$filter=passwordCredentials/any()",
	} {
		assert.Equal(t, raw, Query(raw))
	}
	for _, text := range []string{"known names: displayName, passwordProfile, userPrincipalName", "the password is in the vault",
		"Access token has expired or is not yet valid.", "There is an error in password, and in secretText.",
		"A value is required for property 'password' of resource 'User'."} {
		assert.Equal(t, text, Text(text))
	}
}

// The work grows with the text.
func TestComparedIsLinear(t *testing.T) {
	for _, part := range []string{"a eq ''", "password eq ''", "'a' , ", "' eq password ", "\"password:", ", , ", "   ", "password,'"} {
		text := strings.Repeat(part, 1<<18/len(part))
		done := make(chan struct{})
		go func() { defer close(done); compared(text) }()
		select {
		case <-done:
		case <-time.After(time.Minute):
			t.Fatal(part)
		}
	}
}
