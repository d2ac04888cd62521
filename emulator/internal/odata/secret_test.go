package odata

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No query looks at a secret, wherever it stands.
func TestSecretsAreNotQueried(t *testing.T) {
	secret := func(p Property) Property { p.Secret = true; return p }
	profile := &Type{Name: "passwordProfile", Properties: []Property{secret(Text("password")), Text("hint")}}
	user := &Type{Name: "user", Entity: true, Properties: []Property{
		Text("id"), Text("displayName"), WriteOnly(Text("pin")),
		{Name: "profile", Kind: KindComplex, Type: profile}, {Name: "profiles", Kind: KindComplex, Type: profile, Collection: true}}}
	user.Properties = append(user.Properties, Property{Name: "manager", Kind: KindEntity, Type: user, Navigation: true},
		Property{Name: "reports", Kind: KindEntity, Type: user, Navigation: true, Collection: true})
	m := &Model{Types: []*Type{profile, user}}
	require.NoError(t, m.Link())
	all := Allowed{Filter: true, OrderBy: true, Search: true, Expand: true, Select: true}
	for _, query := range []string{
		"$filter=pin eq '1'", "$filter=PIN eq '1'", "$filter=profile/password eq '1'", "$filter='1' eq profile/password",
		"$filter=startswith(profile/password,'1')", "$filter=tolower(profile/password) eq '1'", "$filter=profile/password in ('1')",
		"$filter=profile/password eq null", "$filter=not (profile/password ne '1')", "$filter=profiles/any(p:p/password eq '1')",
		"$filter=profiles/all(p:p/password eq '1')", "$filter=manager/profile/password eq '1'",
		"$filter=reports/any(r:r/profiles/any(p:p/password gt '1'))", "$filter=microsoft.graph.user/profile/password eq '1'",
		"$filter=$it/pin eq '1'", "$filter=contains(displayName,pin)",
		"$orderby=pin", "$orderby=displayName,profile/password desc", "$orderby=tolower(pin)", `$search="pin:1"`, `$search="Pin : 1"`,
		"$expand=reports($filter=pin eq '1')", "$expand=reports($orderby=pin)", `$expand=reports($search="pin:1")`,
		"$expand=manager($expand=reports($filter=profile/password eq '1'))",
	} {
		_, err := Parse(strings.ReplaceAll(query, " ", "%20"), user, all)
		var e *Error
		if assert.ErrorAs(t, err, &e, query) {
			assert.Equal(t, "Request_UnsupportedQuery", e.Code, query)
		}
	}
	o, err := Parse(`$search=abc`, user, all)
	require.NoError(t, err)
	assert.False(t, o.Search.Match(Object(`{"id":"1","pin":"abc"}`)), "a word is not looked for in a secret")
	for _, query := range []string{"$filter=profile/hint eq '1'", "$filter=profile ne null", "$filter=profiles/any()",
		"$select=pin,profile/password"} {
		_, err := Parse(strings.ReplaceAll(query, " ", "%20"), user, all)
		assert.NoError(t, err, query)
	}
}
