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
	s := made(Seed{Users: []User{{PrincipalName: "ora.klein@contoso.edu"}, {PrincipalName: "bo@contoso.edu", MailNickname: "bosse"}}})
	for name, want := range map[string]string{"ora.klein@contoso.edu": "ora.klein", "bo@contoso.edu": "bosse"} {
		o := s.objects.View().Unique(principalNames, name)
		require.NotNil(t, o, name)
		assert.Equal(t, want, gjson.GetBytes(o.JSON, "mailNickname").String())
	}
}
