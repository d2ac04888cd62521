package identity

import (
	"encoding/base64"
	"strings"
	"sync"

	"github.com/tidwall/gjson"
)

const (
	maxToken = 64 << 10 // bytes; Entra's are 1 to 3 KiB, and servers cap headers well below this
	maxClaim = 256      // bytes; a GUID or a domain name, which has 253 at most
)

// scratch is where claim decodes a payload of up to maxToken characters.
type scratch [maxToken * 3 / 4]byte

var scratches = sync.Pool{New: func() any { return new(scratch) }}

// Tenant returns the tenant id that token names, without checking anything
// else about it; the first one, if it names two. It is empty if token is not a signed JWT, is over 64 KiB, or has
// no tid that is a text of up to 256 bytes.
//
// It runs once per request, so it allocates nothing but its result and reads
// no more of the payload than it needs.
func Tenant(token string) string { return claim(token, "tid") }

// App returns the client id of the app that token was made for, as Tenant
// returns the tenant.
func App(token string) string { return claim(token, "appid") }

// claim returns a text of the payload.
func claim(token, name string) string {
	if len(token) > maxToken {
		return ""
	}
	header, rest, ok := strings.Cut(token, ".")
	if !ok || header == "" {
		return ""
	}
	payload, signature, ok := strings.Cut(rest, ".")
	// More dots would be an encrypted token (RFC 7516), which nobody but its
	// audience can read. An empty signature is fine here: alg "none".
	if !ok || strings.Contains(signature, ".") {
		return ""
	}
	buf := scratches.Get().(*scratch)
	defer scratches.Put(buf)
	n, err := base64.RawURLEncoding.Decode(buf[:], []byte(payload)) // the compiler makes no copy of it
	if err != nil || n < 2 || buf[0] != '{' || buf[n-1] != '}' {
		return ""
	}
	// GetBytes copies what it finds out of the buffer.
	c := gjson.GetBytes(buf[:n], name)
	if c.Type != gjson.String || len(c.Str) > maxClaim {
		return ""
	}
	return c.Str
}
