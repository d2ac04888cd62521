package entra

import (
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the journal and the pages keep of a request does not keep its whole form.
func TestNothingKeepsTheForm(t *testing.T) {
	for _, form := range []string{"client_id=app&scope=openid&filler=", "client_id=app&client_id=app&filler=", "filler="} {
		form += strings.Repeat("x", 1000)
		c, ok := Parse(posting("/common/oauth2/v2.0/devicecode", form))
		require.True(t, ok)
		begin := uintptr(unsafe.Pointer(unsafe.StringData(c.Form)))
		own := func(text string) bool {
			at := uintptr(unsafe.Pointer(unsafe.StringData(text)))
			return text == "" || at < begin || at >= begin+uintptr(len(c.Form))
		}
		assert.True(t, own(c.Client))
		for name, value := range c.params {
			assert.True(t, own(value), name)
		}
		if c.wrong != nil {
			for _, h := range c.wrong.helps {
				assert.True(t, own(h.Target))
			}
		}
	}
	c, _ := Parse(posting("/common/oauth2/v2.0/token", "state="+strings.Repeat("x", 5000)))
	begin := uintptr(unsafe.Pointer(unsafe.StringData(c.Form)))
	at := uintptr(unsafe.Pointer(unsafe.StringData(c.wrong.helps[0].Target)))
	assert.Equal(t, "state", c.wrong.helps[0].Target)
	assert.True(t, at < begin || at >= begin+uintptr(len(c.Form)))
}

func TestNamesInAnyCase(t *testing.T) {
	g := newRig(true)
	g.token(t, "Grant_Type", "client_credentials", "CLIENT_ID", secretApp, "Client_Secret", theSecret, "sCoPe", graphDefault).ok()
	a := g.token(t, "grant_type", "password", "client_id", publicApp, "userName", "Ann@contoso.edu", "PassWord", "any", "scope", "openid").ok()
	assert.NotEmpty(t, a.text("access_token"))
	for _, form := range []string{"scope=a&Scope=b", "Scope=a&scope=a", "scope=a&scope=b", "SCOPE=a&scope=b&Scope=c"} {
		p, wrong := parseParams(form)
		assert.Nil(t, p, form)
		if assert.NotNil(t, wrong, form) {
			assert.Equal(t, duplicateParameter, wrong.code, form)
		}
	}
	_, wrong := parseParams("State=" + strings.Repeat("x", 5000))
	assert.Equal(t, badParameter, wrong.code, "the limit is that of state")
	r := posting("/common/oauth2/v2.0/token", "Client_ID=app&GRANT_TYPE=password")
	c, _ := Parse(r)
	assert.Equal(t, "app", c.Client)
	assert.Equal(t, password, c.Operation)
}
