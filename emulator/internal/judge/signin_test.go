package judge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

// signIns makes entries of "operation app error", with - for no app and for a success,
// or a status instead of the error.
func signIns(lines ...string) []record.Entry {
	var names []string
	for _, line := range lines {
		names = append(names, strings.Fields(line)[0])
	}
	list := calls(names...)
	for i, line := range lines {
		words := strings.Fields(line)
		e := &list[i]
		e.Client, e.Status, e.Error = strings.TrimPrefix(words[1], "-"), 200, nil
		switch words[2] {
		case "-":
		case "0", "503":
			_, _ = fmt.Sscan(words[2], &e.Status)
		default:
			e.Status, e.Error = 400, &journal.Problem{Code: words[2], Message: "AADSTS1: no"}
		}
	}
	return list
}

func TestFailedSignIns(t *testing.T) {
	for name, c := range map[string]struct {
		entries []string
		expect  []journal.Expectation
		want    []string
	}{
		"followed by one that worked": {[]string{"token.clientCredentials a invalid_client", "token.clientCredentials A -", "profiles.get a -"},
			nil, nil},
		"hidden behind later 200s": {[]string{"token.clientCredentials a invalid_client", "profiles.get b -",
			"token.clientCredentials a invalid_scope", "profiles.get b -"}, nil,
			[]string{"signIn w: token.clientCredentials of the app a failed 2 times and did not work after that: invalid_scope, AADSTS1: no " +
				"(entries 1 and 3)"}},
		"another app works": {[]string{"token.clientCredentials a invalid_client", "token.clientCredentials b -"}, nil,
			[]string{"signIn w: token.clientCredentials of the app a failed once and did not work after that: invalid_client, AADSTS1: no " +
				"(entry 1)"}},
		"another grant works": {[]string{"token.authorizationCode a invalid_grant", "token.password a -"}, nil,
			[]string{"signIn w: token.authorizationCode of the app a failed once and did not work after that: invalid_grant, AADSTS1: no " +
				"(entry 1)"}},
		"no longer works": {[]string{"token.password a invalid_grant", "token.password a -", "token.password a invalid_grant"}, nil,
			[]string{"signIn w: token.password of the app a failed once and did not work after that: invalid_grant, AADSTS1: no (entry 3)"}},
		"a refresh, then a new sign-in": {[]string{"token.refreshToken a invalid_grant", "token.authorizationCode a -"}, nil, nil},
		"a refresh after that": {[]string{"token.authorizationCode a -", "token.refreshToken a invalid_grant"}, nil,
			[]string{"signIn w: token.refreshToken of the app a failed once and did not work after that: invalid_grant, AADSTS1: no (entry 2)"}},
		"a refresh for another app": {[]string{"token.refreshToken a -", "token.refreshToken b invalid_grant", "token.deviceCode b -"},
			nil, nil},
		"a refresh heals no sign-in": {[]string{"token.deviceCode a expired_token", "token.refreshToken a -"}, nil,
			[]string{"signIn w: token.deviceCode of the app a failed once and did not work after that: expired_token, AADSTS1: no (entry 1)"}},
		"no failures": {[]string{"token.deviceCode a authorization_pending", "token.deviceCode a slow_down",
			"token.authorize a login_required"}, nil, nil},
		"one that waits and one that fails": {[]string{"token.deviceCode a authorization_pending", "token.deviceCode a authorization_declined"},
			nil, []string{"signIn w: token.deviceCode of the app a failed once and did not work after that: authorization_declined, AADSTS1: " +
				"no (entry 2)"}},
		"no app": {[]string{"token.clientCredentials - invalid_request", "token.clientCredentials a -"}, nil,
			[]string{"signIn w: token.clientCredentials failed once and did not work after that: invalid_request, AADSTS1: no (entry 1)"}},
		"no answer": {[]string{"token.clientCredentials a 0"}, nil,
			[]string{"signIn w: token.clientCredentials of the app a failed once and did not work after that: no answer was sent (entry 1)"}},
		"a status": {[]string{"token.keys - 503"}, nil,
			[]string{"signIn w: token.keys failed once and did not work after that: status 503 (entry 1)"}},
		"tried again": {[]string{"token.clientCredentials a 503", "token.clientCredentials a -"}, nil, nil},
		"expected": {[]string{"token.clientCredentials a invalid_client"},
			[]journal.Expectation{{Operation: "token.clientCredentials", Status: "400"}}, nil},
		"expected to be called": {[]string{"token.clientCredentials a invalid_client"}, []journal.Expectation{{Operation: "token.*"}},
			[]string{"signIn w: token.clientCredentials of the app a failed once and did not work after that: invalid_client, AADSTS1: no " +
				"(entry 1)"}},
	} {
		t.Run(name, func(t *testing.T) {
			v := Verdict([]Record{{World: "w", Entries: signIns(c.entries...), Expect: c.expect}})
			assert.Equal(t, append([]string{}, c.want...), messages(v))
			assert.True(t, v.OK, "it is a warning")
		})
	}
}

// One world's sign-ins say nothing of another's.
func TestFailedSignInsByWorld(t *testing.T) {
	v := Verdict([]Record{{World: "a", Entries: signIns("token.password x invalid_grant")}, {World: "b",
		Entries: signIns("token.password x -")}})
	require.Len(t, v.Warnings, 1)
	assert.Equal(t, "a", v.Warnings[0].World)
}

// A client makes up as many apps as it likes.
func TestFailedSignInsAreBounded(t *testing.T) {
	var lines []string
	for i := range 200 {
		lines = append(lines, fmt.Sprintf("token.clientCredentials app%d invalid_client", i))
	}
	v := Verdict([]Record{{World: "w", Entries: signIns(lines...)}})
	require.Len(t, v.Warnings, maxGroups+1)
	assert.Equal(t, "further token calls failed 150 times and none like them worked after that", v.Warnings[maxGroups].Message)
}
