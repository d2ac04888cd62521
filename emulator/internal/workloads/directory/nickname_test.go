package directory

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// An account of the fixture has a mailNickname: its own, or the part of its sign-in
// name before the @.
func TestEveryAccountHasANickname(t *testing.T) {
	s := New(Seed{Users: []User{{PrincipalName: "ora.klein@contoso.edu"}, {PrincipalName: "bo@contoso.edu", MailNickname: "bosse"}}}, func(names ...string) string { return names[1] })
	for id, want := range map[string]string{"ora.klein@contoso.edu": "ora.klein", "bo@contoso.edu": "bosse"} {
		e, ok := s.Get(Accounts, id)
		require.True(t, ok, id)
		assert.Equal(t, want, gjson.GetBytes(e.JSON, "mailNickname").String())
	}
}
