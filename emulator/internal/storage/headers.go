package storage

import (
	"cmp"
	"crypto/md5"
	"encoding/base64"
	"net/http"
	"strings"
	"unicode"
)

const defaultContentType = "application/octet-stream" // documented

// headers are a blob's own: they are kept with it, and change nothing else.
type headers struct {
	contentType, contentEncoding, contentLanguage, contentDisposition, cacheControl string

	md5      []byte // nil where none is known: of a blob that was committed from blocks without one
	metadata []pair // sorted by name
}

// pair is one metadata entry. The name is lower-case: letter case does not
// survive an HTTP header in Go.
type pair struct{ name, value string }

// size is what the headers take of Limits.World.
func (h headers) size() int64 {
	n := len(h.contentType) + len(h.contentEncoding) + len(h.contentLanguage) + len(h.contentDisposition) + len(h.cacheControl) + len(h.md5)
	for _, p := range h.metadata {
		n += len(p.name) + len(p.value) + 64
	}
	return int64(n)
}

const metaPrefix = "X-Ms-Meta-"

// maxMetadata bounds the names and values of a blob's metadata [documented].
const maxMetadata = 8 << 10

// blobHeaders reads a blob's headers from its request [documented: "Put Blob",
// "Put Block List"]. own: the request's Content-Type and the like are the blob's
// where no x-ms-blob-content-… says otherwise, as with Put Blob; with Put Block
// List they are the list's.
func (x *exchange) blobHeaders(own bool) (headers, error) {
	get := func(name string) string {
		v := x.r.Header.Get("X-Ms-Blob-" + name)
		if v == "" && own {
			v = x.r.Header.Get(name)
		}
		return clean(v)
	}
	h := headers{
		contentType:        cmp.Or(get("Content-Type"), defaultContentType),
		contentEncoding:    get("Content-Encoding"),
		contentLanguage:    get("Content-Language"),
		cacheControl:       get("Cache-Control"),
		contentDisposition: clean(x.r.Header.Get("X-Ms-Blob-Content-Disposition")),
	}
	var err error
	if h.md5, err = x.md5Header("X-Ms-Blob-Content-Md5"); err != nil {
		return headers{}, err
	}
	h.metadata, err = metadata(x.r.Header)
	return h, err
}

// metadata reads the x-ms-meta- headers.
func metadata(header http.Header) ([]pair, error) {
	var pairs []pair
	size := 0
	for _, name := range names(header) {
		rest, found := strings.CutPrefix(name, metaPrefix)
		if !found {
			continue
		}
		if rest == "" {
			return nil, refuse("EmptyMetadataKey")
		}
		if strings.ContainsFunc(rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) }) ||
			unicode.IsDigit(rune(rest[0])) {
			return nil, refuse("InvalidMetadata", headerName, strings.ToLower(name), reason, "a name has letters, digits and _, and no digit first")
		}
		p := pair{strings.ToLower(rest), clean(strings.Join(header[name], ","))}
		size += len(p.name) + len(p.value)
		pairs = append(pairs, p)
	}
	if size > maxMetadata {
		return nil, refuse("MetadataTooLarge")
	}
	return pairs, nil
}

// clean is a header's value as text: JSON, into which it is saved, holds no
// other bytes.
func clean(value string) string { return strings.ToValidUTF8(value, "\ufffd") }

// write sets h in an answer.
func (h headers) write(to http.Header) {
	set := func(name, value string) {
		if value != "" {
			to.Set(name, headerText(value))
		}
	}
	set("Content-Type", h.contentType)
	set("Content-Encoding", h.contentEncoding)
	set("Content-Language", h.contentLanguage)
	set("Content-Disposition", h.contentDisposition)
	set("Cache-Control", h.cacheControl)
	set("Content-Md5", base64.StdEncoding.EncodeToString(h.md5))
	for _, p := range h.metadata {
		set(metaPrefix+p.name, p.value)
	}
}

// conditions tells whether the request may write over b, nil for a name that is
// free [documented: "Specifying conditional headers for Blob service operations"].
func (x *exchange) conditions(b *blob) error {
	get := x.r.Header.Get
	failed := refuse("ConditionNotMet")
	if v := get("If-Match"); v != "" && (b == nil || !matches(v, b.etag)) {
		return failed
	}
	if v := get("If-None-Match"); v != "" && b != nil && matches(v, b.etag) {
		if strings.TrimSpace(v) == "*" {
			return refuse("BlobAlreadyExists")
		}
		return failed
	}
	for _, name := range []string{"If-Modified-Since", "If-Unmodified-Since"} {
		v := get(name)
		if v == "" {
			continue
		}
		since, err := http.ParseTime(v)
		if err != nil {
			return refuse("InvalidHeaderValue", headerName, name, headerValue, v)
		}
		if b != nil && b.modified.After(since) != (name == "If-Modified-Since") {
			return failed
		}
	}
	return nil
}

// matches tells whether an If-Match names etag; quotes may be left out [observed:
// the SDKs pass them on, curl users forget them].
func matches(list, etag string) bool {
	for v := range strings.SplitSeq(list, ",") {
		if v = strings.TrimSpace(v); v == "*" || strings.Trim(v, `"`) == strings.Trim(etag, `"`) {
			return true
		}
	}
	return false
}

// sum is the MD5 sum of data.
func sum(data []byte) []byte {
	s := md5.Sum(data)
	return s[:]
}
