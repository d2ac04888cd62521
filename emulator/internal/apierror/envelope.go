package apierror

import (
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
)

// IDs are the two ids that each answer carries.
type IDs struct {
	Request string // request-id
	Client  string // client-request-id: the caller's, or the same as Request where it sent none (observed)
	Entry   string // x-graphemu-explain: the request's entry in the journal, graphemu's own; "" for none
}

// AppendError appends Graph's error envelope to dst. Observed (2026): code,
// message, then innerError with date, request-id and client-request-id in that
// order; the date in seconds without a zone. details come between, where OData
// has them.
func AppendError(dst []byte, e *Error, ids IDs, now time.Time) []byte {
	type innerError struct {
		Date            string `json:"date"`
		RequestID       string `json:"request-id"`
		ClientRequestID string `json:"client-request-id"`
	}
	type body struct {
		Code       string     `json:"code"`
		Message    string     `json:"message"`
		Details    []Detail   `json:"details,omitempty"`
		InnerError innerError `json:"innerError"`
	}
	return jsontree.Append(dst, struct {
		Error body `json:"error"`
	}{body{e.Code, e.Message, e.Details, innerError{now.UTC().Format("2006-01-02T15:04:05"), ids.Request, ids.Client}}})
}
