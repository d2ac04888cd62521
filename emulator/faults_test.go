package emulator

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWrongError(t *testing.T) {
	for _, c := range []struct{ operation, name, want string }{
		{"profiles.start", "tooManyRequests", ""},
		{"profiles.*", "claimsChallenge", ""},
		{"*", "serviceNotAvailable", ""},
		{"*", "ServerBusy", ""},
		{"upload.putBlock", "ServerBusy", ""},
		{"upload.*", "internalError", ""},
		{"token.refreshToken", "invalid_grant", ""},
		{"token.*", "temporarily_unavailable", ""},
		{"profiles.list", "invalid_grant", `"invalid_grant" is an error of token.*, not of profiles.list; there are accessDenied, `},
		{"token.*", "claimsChallenge", `"claimsChallenge" is an error of Graph, not of token.*; there are access_denied, `},
		{"profiles.list", "ServerBusy", `"ServerBusy" is an error of upload.*, not of profiles.list`},
		{"profiles.list", "tooManyRequest", `profiles.list has no error "tooManyRequest"; did you mean "tooManyRequests"?`},
		{"token.*", "invalid_grunt", `token.* has no error "invalid_grunt"; did you mean "invalid_grant"?`},
		{"profiles.list", "nonsense", `profiles.list has no error "nonsense"; there are `},
	} {
		got := wrongError(c.operation, c.name)
		if c.want == "" {
			assert.Empty(t, got, "%s %s", c.operation, c.name)
		} else {
			assert.Contains(t, got, c.want)
		}
	}
}
