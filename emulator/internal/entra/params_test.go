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
