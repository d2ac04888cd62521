package identity

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jwt puts a payload between a header and a signature that nobody checks.
func jwt(payload string) string {
	return "eyJhbGciOiJub25lIn0." + base64.RawURLEncoding.EncodeToString([]byte(payload)) + ".c2ln"
}

func TestTenant(t *testing.T) {
	longest := strings.Repeat("t", maxClaim)
	fill := strings.Repeat("x", 48<<10)
	for name, tt := range map[string]struct{ token, want string }{
		"plain":                {jwt(`{"aud":"g","tid":"t-1","ver":"1.0"}`), "t-1"},
		"escaped":              {jwt(`{"tid":"t\u002d1\"é"}`), `t-1"é`},
		"nested is not meant":  {jwt(`{"a":{"tid":"no"},"b":["tid","no"],"c":"\"tid\":\"no\"","tid":"yes"}`), "yes"},
		"only nested":          {jwt(`{"a":{"tid":"no"}}`), ""},
		"number":               {jwt(`{"tid":1}`), ""},
		"null":                 {jwt(`{"tid":null}`), ""},
		"object":               {jwt(`{"tid":{"tid":"no"}}`), ""},
		"none":                 {jwt(`{"aud":"g"}`), ""},
		"empty object":         {jwt(`{}`), ""},
		"empty tid":            {jwt(`{"tid":""}`), ""},
		"array":                {jwt(`[{"tid":"no"}]`), ""},
		"text":                 {jwt(`"tid"`), ""},
		"longest":              {jwt(`{"tid":"` + longest + `"}`), longest},
		"too long":             {jwt(`{"tid":"` + longest + `t"}`), ""},
		"no signature":         {strings.TrimSuffix(jwt(`{"tid":"t"}`), "c2ln"), "t"},
		"large":                {jwt(`{"x":"` + fill[:40<<10] + `","tid":"t"}`), "t"},
		"over the limit":       {jwt(`{"tid":"t","x":"` + fill + `"}`), ""},
		"no header":            {"." + jwt(`{"tid":"t"}`), ""},
		"empty header":         {strings.TrimPrefix(jwt(`{"tid":"t"}`), "eyJhbGciOiJub25lIn0"), ""},
		"encrypted":            {jwt(`{"tid":"t"}`) + ".a.b", ""},
		"two parts":            {"a.eyJ0aWQiOiJ0In0", ""},
		"padded":               {"a.eyJ0aWQiOiJ0MSJ9==.b", ""},
		"standard alphabet":    {"a.++//.b", ""},
		"opaque":               {"world-NAME", ""},
		"opaque with dots":     {"a.b.c", ""},
		"empty":                {"", ""},
		"dots":                 {"..", ""},
		"deeply nested":        {jwt(strings.Repeat(`{"a":`, 6000) + strings.Repeat("}", 6000)), ""},
		"deeply nested arrays": {jwt(`{"a":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `,"tid":"t"}`), "t"},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, tt.want, Tenant(tt.token))
		})
	}
}

// What Tenant returned must not change when its buffer is used again.
func TestTenantKeepsItsResult(t *testing.T) {
	first := Tenant(jwt(`{"tid":"first"}`))
	for range 100 {
		require.Equal(t, "other", Tenant(jwt(`{"tid":"other"}`)))
	}
	assert.Equal(t, "first", first)
}

// FuzzTenant compares with the standard decoder wherever that accepts the
// payload, and elsewhere wants no panic.
func FuzzTenant(f *testing.F) {
	for _, s := range []string{
		jwt(`{"tid":"t"}`), jwt(`{"a":{"tid":"x"},"tid":"\u0074"}`), jwt(`{"tid":`), jwt(`{"tid":"}`), jwt(`{"tid":"\u}`), jwt(`{"":"","tid":1}`),
		"a.b.c", "..", "",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, token string) {
		got := Tenant(token)
		require.LessOrEqual(t, len(got), maxClaim)

		// The fuzzer finds JSON sooner if it does not have to find base64 first.
		got = Tenant(jwt(token))
		var claims map[string]any
		if !strings.HasPrefix(token, "{") || !strings.HasSuffix(token, "}") || json.Unmarshal([]byte(token), &claims) != nil ||
			!utf8.ValidString(token) {
			return
		}
		if strings.Count(token, "tid")+strings.Count(token, `\u`) > 1 {
			return // a name given twice, where decoders differ
		}
		want, _ := claims["tid"].(string)
		if len(want) > maxClaim {
			want = ""
		}
		require.Equal(t, want, got)
	})
}

func BenchmarkTenant(b *testing.B) {
	issued, err := openKeys(b, "").Issue(delegated())
	require.NoError(b, err)
	for name, token := range map[string]string{
		"issued": issued,
		"opaque": "world-NAME",
		"48KiB":  jwt(`{"x":"` + strings.Repeat("x", 46<<10) + `","tid":"t"}`),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Tenant(token)
			}
		})
	}
}
