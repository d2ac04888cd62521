package graph

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
)

// lacksLength tells whether the gateway before Graph refuses the call: a POST over
// HTTP/1 that does not say how long its body is, not even 0. A request that came over
// no connection, as httptest makes one, has met no gateway.
func (c *call) lacksLength() bool {
	r := c.Request
	return !c.InBatch && r.Method == http.MethodPost && r.ProtoMajor == 1 && r.ContentLength == 0 && r.TransferEncoding == nil &&
		r.Header["Content-Length"] == nil && c.Version != 0 && r.Context().Value(http.ServerContextKey) != nil
}

// lengthRequired is the gateway's answer, which knows nothing of Graph: neither of
// its headers nor of a token, and no scenario's fault comes before it.
func (c *call) lengthRequired() engine.Reply {
	c.Problem = c.problem(apierror.LengthRequired())
	return engine.Reply{Status: http.StatusLengthRequired, Media: apierror.MediaPage, Failed: true, Bare: true,
		Body: []byte(apierror.LengthRequiredPage)}
}
