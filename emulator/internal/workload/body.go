package workload

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// readBody returns the whole body, decompressed. What is over the limit is
// refused as soon as it is, compressed or not.
func (c *Call) readBody(r *http.Request) ([]byte, error) {
	limit := c.MaxBody
	if r.ContentLength > limit {
		return nil, c.tooLarge()
	}
	var from io.Reader = http.MaxBytesReader(c.Writer, r.Body, limit)
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(from)
		if err == io.EOF {
			return nil, nil // no body at all
		}
		if err != nil {
			return nil, c.unreadable(err)
		}
		defer z.Close()
		from = io.LimitReader(z, limit+1)
	default:
		return nil, apierror.UnsupportedEncoding(encoding).Help("unsupportedEncoding", "Content-Encoding", "send the body plain or with gzip")
	}
	size := 512
	if r.ContentLength > 0 {
		size = int(r.ContentLength) + 1
	}
	b := make([]byte, 0, size)
	for {
		n, err := from.Read(b[len(b):cap(b)])
		b = b[:len(b)+n]
		switch {
		case int64(len(b)) > limit:
			return nil, c.tooLarge()
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, c.unreadable(err)
		case len(b) == cap(b):
			b = append(b, 0)[:len(b)]
		}
	}
}

func (c *Call) tooLarge() error {
	return apierror.TooLarge(c.MaxBody).Help("limit", "",
		"the body may have %d bytes, after decompression too: graphemu serve --max-body raises the limit", c.MaxBody)
}

// unreadable explains a body that did not arrive whole.
func (c *Call) unreadable(err error) error {
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return c.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &apierror.Error{Status: http.StatusRequestTimeout, Code: "RequestTimeout", Message: "The request body did not arrive in time."}
	}
	return apierror.UnreadablePayload().Help("unreadableBody", "", "the body ended early or is not what its headers say: %v", err)
}

// body returns the body of a call that is no part of a batch. It is read once.
func (c *Call) body() ([]byte, error) {
	if !c.wasRead && !c.InBatch {
		c.wasRead = true
		c.payload, c.unread = c.readBody(c.Request)
	}
	return c.payload, c.unread
}

// Bytes returns the body as it came, less its compression.
func (c *Call) Bytes() ([]byte, error) {
	switch v := c.Decoded.(type) {
	case nil:
		return c.body()
	case []byte:
		return v, nil
	}
	return []byte(c.Text()), nil
}

// Object returns the body as a JSON object.
func (c *Call) Object() (map[string]any, error) {
	var text []byte
	switch v := c.Decoded.(type) {
	case map[string]any:
		return v, nil
	case []byte:
		text = v
	case nil:
		var err error
		if text, err = c.body(); err != nil {
			return nil, err
		}
	default:
		return nil, notAnObject()
	}
	if len(text) == 0 {
		return nil, apierror.EmptyPayload()
	}
	if !IsJSON(c.Header.Get("Content-Type")) {
		return nil, apierror.UnreadablePayload().Help("contentType", "Content-Type",
			"want application/json, got %q", c.Header.Get("Content-Type"))
	}
	v, err := jsontree.Decode(text)
	if err != nil {
		return nil, apierror.UnreadablePayload().Help("invalidJSON", "", "%v", err)
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, notAnObject()
	}
	return o, nil
}

func notAnObject() error {
	return apierror.UnreadablePayload().Help("invalidJSON", "", "want a JSON object")
}

// IsJSON tells whether a Content-Type says application/json, with or without parameters.
func IsJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// Condition is the body as rules see it: what could not be read is empty there, and
// refused by the operation.
func (c *Call) Condition() []byte {
	if c.Decoded != nil {
		return []byte(c.Text())
	}
	b, err := c.body()
	if err != nil {
		return nil
	}
	return b
}

// Size is that of the request's body as it came.
func (c *Call) Size() int64 {
	if !c.InBatch && c.Request.ContentLength >= 0 {
		return c.Request.ContentLength
	}
	return int64(len(c.payload))
}

// Text is the request's body, decompressed, as far as it was read. Of a picture and the like,
// which is no text, it tells the size.
func (c *Call) Text() string {
	switch v := c.Decoded.(type) {
	case nil:
		return textOf(c.payload)
	case []byte:
		return textOf(v)
	default:
		return string(jsontree.Append(nil, v))
	}
}

func textOf(b []byte) string {
	if !utf8.Valid(b) {
		return fmt.Sprintf("(%d bytes, not kept: they are no text)", len(b))
	}
	return string(b)
}
