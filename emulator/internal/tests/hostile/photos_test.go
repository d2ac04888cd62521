package hostile

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// drawing is a PNG of 200 × 200 pixels; saying is one that says another size.
func drawing(t *testing.T) []byte {
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200))))
	return b.Bytes()
}

func saying(t *testing.T, width, height uint32) []byte {
	b := drawing(t)
	binary.BigEndian.PutUint32(b[16:], width)
	binary.BigEndian.PutUint32(b[20:], height)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// scans is a JPEG with so many scans more, each of which goes over all pixels.
func scans(t *testing.T, more int) []byte {
	var b bytes.Buffer
	require.NoError(t, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 200, 200)), nil))
	return append(b.Bytes(), bytes.Repeat([]byte{0xff, 0xda}, more)...)
}

// A photo of a fixture that is none is refused with its place and the reason. No value
// names a file, whatever it looks like.
func TestFixturesOfBadPhotos(t *testing.T) {
	value := func(b []byte) map[string]any { return map[string]any{"$value": base64.StdEncoding.EncodeToString(b)} }
	user := func() map[string]any {
		return map[string]any{"displayName": "Ann", "userPrincipalName": "ann@contoso.edu", "mailNickname": "ann", "accountEnabled": true}
	}
	const base64 = "/$value: 400 BadRequest: The value of '$value' is not valid. (want the bytes in base64)"
	for _, c := range []struct {
		photo any
		want  string
	}{
		{value(saying(t, 60_000, 60_000)), ": 400 Request_BadRequest: The image is too large. " +
			"(it has 60000 × 60000 pixels; graphemu takes up to 67108864 bytes of them)"},
		{value(scans(t, 65)), ": 400 Request_BadRequest: The image is too large. (it has 66 scans; graphemu takes up to 64)"},
		{value(saying(t, 1<<31-1, 1<<31-1)), "dimension overflow)"},
		{value(saying(t, 0, 0)), "non-positive dimension)"},
		{value(saying(t, 1<<12, 1<<12)), "not enough pixel data)"},
		{value(drawing(t)[:60]), "(graphemu reads JPEG, PNG and GIF: "},
		{value(nil), "image: unknown format)"},
		{value([]byte("<svg xmlns='http://www.w3.org/2000/svg'/>")), "image: unknown format)"},
		{map[string]any{"$value": "!!!"}, base64},
		{map[string]any{"$value": nil}, base64},
		{map[string]any{"$value": 1.0}, base64},
		{map[string]any{"$value": map[string]any{"file": "/etc/passwd"}}, base64},
		{map[string]any{"$value": "../../../etc/passwd"}, base64},
		{map[string]any{"$value": "/etc/passwd"}, base64},
		{map[string]any{"$value": "file:///etc/passwd"}, base64},
		{map[string]any{"#media": map[string]any{"type": "text/html", "data": "eA=="}},
			"/#media: 400 Request_BadRequest: Invalid property '#media'."},
		{map[string]any{"x": 1.0}, "/x: 400 Request_BadRequest: Invalid property 'x'."},
	} {
		ann := user()
		ann["photo"] = c.photo
		for place, entities := range map[string]map[string][]any{
			`Options.Entities["users"]/0/photo`:                 {"users": {ann}},
			`Options.Entities["users/ann@contoso.edu/photo"]/0`: {"users": {user()}, "users/ann@contoso.edu/photo": {c.photo}},
		} {
			_, err := emulator.New(emulator.Options{Fixture: "one", Entities: entities})
			assert.ErrorContains(t, err, place)
			assert.ErrorContains(t, err, c.want)
		}
	}
	for path, want := range map[string]string{
		"users/../../etc/photo":              "no segment '..' here",
		"users/ann@contoso.edu/photo/$value": "is no collection that objects can be put into",
		"users/none@contoso.edu/photo":       "Resource 'none@contoso.edu' does not exist",
	} {
		_, err := emulator.New(emulator.Options{Fixture: "one", Entities: map[string][]any{"users": {user()}, path: {value(drawing(t))}}})
		assert.ErrorContains(t, err, `Options.Entities["`+path+`"]`)
		assert.ErrorContains(t, err, want)
	}
	for _, photo := range []any{"x", 1.0, []any{value(drawing(t))}} {
		ann := user()
		ann["photo"] = photo
		_, err := emulator.New(emulator.Options{Fixture: "one", Entities: map[string][]any{"users": {ann}}})
		assert.ErrorContains(t, err, `Options.Entities["users"]/0/photo: `)
		assert.ErrorContains(t, err, "(want an object)")
	}
}
