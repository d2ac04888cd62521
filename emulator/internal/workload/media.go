package workload

import (
	"encoding/base64"
	"fmt"
	"hash/crc32"
	"mime"
	"strings"

	"github.com/tidwall/gjson"
)

// Media are the bytes of an object, or of a property of kind Edm.Stream.
type Media struct {
	Type  string // Content-Type
	Bytes []byte
}

// Binary is the type of bytes of which nothing else is known.
const Binary = "application/octet-stream"

// NewMedia returns bytes with the type that a client named. One that is none becomes Binary.
func NewMedia(contentType string, b []byte) *Media {
	name, parameters, err := mime.ParseMediaType(contentType)
	if err == nil {
		name = mime.FormatMediaType(name, parameters)
	}
	if err != nil || !strings.Contains(name, "/") {
		name = Binary
	}
	return &Media{Type: name, Bytes: b}
}

// ETag is that of the bytes. Documented in samples: eight digits. Which hash, is chosen.
func (m *Media) ETag() string { return fmt.Sprintf(`"%08X"`, crc32.ChecksumIEEE(m.Bytes)) }

// MediaMember is the member of a stored object that has its bytes, or with a slash and the name
// of a property behind it those of the property.
const MediaMember = "#media"

// Members of what stands there.
const (
	mediaType = "type"
	mediaETag = "etag"
	mediaData = "data" // in base64; absent: the object's rules make the bytes
)

// Stored is what a stored object has of the bytes. JSON that is none is Binary: a batch shows JSON
// as it is.
func (m *Media) Stored() map[string]any {
	kind := m.Type
	if IsJSON(kind) && !gjson.ValidBytes(m.Bytes) {
		kind = Binary
	}
	return map[string]any{mediaType: kind, mediaETag: m.ETag(), mediaData: base64.StdEncoding.EncodeToString(m.Bytes)}
}

// Unmade is what a stored object has of bytes that its rules make when they are asked for.
func Unmade(contentType, etag string) map[string]any {
	return map[string]any{mediaType: contentType, mediaETag: etag}
}

// MediaFacts returns what a stored object tells of bytes; ok is false where it has none.
func MediaFacts(json []byte, member string) (contentType, etag string, ok bool) {
	at := mediaAt(json, member)
	return at.Get(mediaType).Str, at.Get(mediaETag).Str, at.Exists()
}

// StoredMedia returns the bytes that a stored object holds; nil: it has none, or its rules make
// them.
func StoredMedia(json []byte, member string) []byte {
	text := mediaAt(json, member).Get(mediaData)
	if !text.Exists() {
		return nil
	}
	b, err := base64.StdEncoding.AppendDecode([]byte{}, []byte(text.Str))
	if err != nil {
		return nil // only an edited snapshot has such
	}
	return b
}

func mediaAt(json []byte, member string) (at gjson.Result) {
	gjson.ParseBytes(json).ForEach(func(key, v gjson.Result) bool {
		if key.Str == member {
			at = v
		}
		return !at.Exists()
	})
	return at
}
