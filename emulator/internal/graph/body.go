package graph

import (
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// lacksLength tells whether the gateway before Graph refuses the call: a POST over
// HTTP/1 that does not say how long its body is, not even 0. A request that came over
// no connection, as httptest makes one, has met no gateway.
func (c *call) lacksLength() bool {
	r := c.Request
	return !c.InBatch && r.Method == http.MethodPost && r.ProtoMajor == 1 && r.ContentLength == 0 && r.TransferEncoding == nil &&
		r.Header["Content-Length"] == nil && c.at.version != "" && r.Context().Value(http.ServerContextKey) != nil
}

// lengthRequired is the gateway's answer, which knows nothing of Graph: neither of
// its headers nor of a token, and no scenario's fault comes before it.
func (c *call) lengthRequired() engine.Reply {
	c.Problem = c.problem(apierror.LengthRequired())
	return engine.Reply{Status: http.StatusLengthRequired, Media: apierror.MediaPage, Failed: true, Bare: true,
		Body: []byte(apierror.LengthRequiredPage)}
}

// readBody returns the whole body, decompressed. What is over the limit is
// refused as soon as it is, compressed or not.
func (s *Handler) readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	limit := s.cfg.MaxBody
	if r.ContentLength > limit {
		return nil, s.tooLarge()
	}
	var from io.Reader = http.MaxBytesReader(w, r.Body, limit)
	switch encoding := strings.ToLower(strings.TrimSpace(r.Header.Get("Content-Encoding"))); encoding {
	case "", "identity":
	case "gzip":
		z, err := gzip.NewReader(from)
		if err == io.EOF {
			return nil, nil // no body at all
		}
		if err != nil {
			return nil, s.unreadable(err)
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
			return nil, s.tooLarge()
		case err == io.EOF:
			return b, nil
		case err != nil:
			return nil, s.unreadable(err)
		case len(b) == cap(b):
			b = append(b, 0)[:len(b)]
		}
	}
}

func (s *Handler) tooLarge() error {
	return apierror.TooLarge(s.cfg.MaxBody).Help("limit", "",
		"the body may have %d bytes, after decompression too: graphemu serve --max-body raises the limit", s.cfg.MaxBody)
}

// unreadable explains a body that did not arrive whole.
func (s *Handler) unreadable(err error) error {
	var over *http.MaxBytesError
	switch {
	case errors.As(err, &over):
		return s.tooLarge()
	case errors.Is(err, os.ErrDeadlineExceeded):
		return &apierror.Error{Status: http.StatusRequestTimeout, Code: "RequestTimeout", Message: "The request body did not arrive in time."}
	}
	return apierror.UnreadablePayload().Help("unreadableBody", "", "the body ended early or is not what its headers say: %v", err)
}

// body returns the body of a call that is no part of a batch. It is read once.
func (c *call) body() ([]byte, error) {
	if !c.wasRead && !c.InBatch {
		c.wasRead = true
		c.payload, c.unread = c.handler.readBody(c.writer, c.Request)
	}
	return c.payload, c.unread
}

// readObject returns the body as a JSON object.
func (c *call) readObject() (map[string]any, error) {
	var text []byte
	switch v := c.decoded.(type) {
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
	if !isJSON(c.Header.Get("Content-Type")) {
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

// isJSON tells whether a Content-Type says application/json, with or without parameters.
func isJSON(contentType string) bool {
	kind, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(kind), "application/json")
}

// prefers tells whether a Prefer header names the preference.
func (c *call) prefers(preference string) bool {
	for _, v := range c.Header["Prefer"] {
		for p := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.ReplaceAll(strings.TrimSpace(p), " ", ""), preference) {
				return true
			}
		}
	}
	return false
}
