// Package apierror is what every answer of Microsoft Graph has in common: its
// errors, headers, context URLs and page links.
package apierror

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/redact"
)

// Error is what the Graph surface reports. Code and Message are the service's
// own words wherever these are known; Details are graphemu's help, which the
// real service never gives.
type Error struct {
	Status  int
	Code    string
	Message string
	Details []Detail
	Header  http.Header // further headers of the answer, or nil
}

// Detail is an entry of error.details.
type Detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitempty"` // a JSON pointer, a query option or a header
}

func (e *Error) Error() string { return fmt.Sprintf("%d %s: %s", e.Status, e.Code, e.Message) }

// Help returns e with one more detail.
func (e *Error) Help(code, target, format string, args ...any) *Error {
	e.Details = append(e.Details, Detail{Code: code, Target: target, Message: fmt.Sprintf(format, args...)})
	return e
}

// Inside returns e with help that leads to what it tells of from what contains that. It
// changes nothing of e.
func (e *Error) Inside(pointer string) *Error {
	outer := *e
	outer.Details = slices.Clone(e.Details)
	for i, d := range outer.Details {
		if d.Target == "" || strings.HasPrefix(d.Target, "/") {
			outer.Details[i].Target = pointer + d.Target
		}
	}
	return &outer
}

// WithoutSecrets returns e less secrets that it quotes of the request (chosen: an
// error ends up in logs and in issues). It changes nothing of e.
func (e *Error) WithoutSecrets() *Error {
	told := redact.Mentions(e.Message) || slices.ContainsFunc(e.Details, func(d Detail) bool {
		return redact.Mentions(d.Message) || redact.Mentions(d.Target)
	})
	if !told {
		return e
	}
	clean := *e
	clean.Message, clean.Details = redact.Text(e.Message), slices.Clone(e.Details)
	for i, d := range clean.Details {
		clean.Details[i].Message, clean.Details[i].Target = redact.Text(d.Message), redact.Text(d.Target)
	}
	return &clean
}

func (e *Error) header(name, value string) *Error {
	if e.Header == nil {
		e.Header = http.Header{}
	}
	e.Header.Set(name, value)
	return e
}

// The catalogue. Each entry says where its words come from: "observed" is a
// pasted answer of the service, "chosen" is ours since nothing is known.

// BadRequest is the base of every 400 with the code BadRequest.
func BadRequest(format string, args ...any) *Error {
	return &Error{Status: http.StatusBadRequest, Code: "BadRequest", Message: fmt.Sprintf(format, args...)}
}

// UnknownSegment answers a path that the API does not have. Observed: docs
// issues 4900 and 21648; still so in 2025.
func UnknownSegment(segment string) *Error {
	return BadRequest("Resource not found for the segment '%s'.", redact.Segment(segment))
}

// InvalidVersion answers a path outside /beta and /v1.0. Observed 2023.
func InvalidVersion() *Error { return BadRequest("Invalid version.") }

// NotFound answers an id that is not there. Nothing is known of the words for
// a synchronization profile; code and style follow the service's "InternalError
// / Failed to fetch profiles" (chosen).
func NotFound(kind, id string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "NotFound", Message: fmt.Sprintf("Failed to find %s '%s'", kind, id)}
}

// ResourceName is a type as the directory's errors name it: "User". It must not be empty.
func ResourceName(typ string) string { return strings.ToUpper(typ[:1]) + typ[1:] }

// ResourceNotFound answers an id that the directory does not have. Observed: docs
// issue 6059.
func ResourceNotFound(id string) *Error {
	return &Error{Status: http.StatusNotFound, Code: "Request_ResourceNotFound",
		Message: fmt.Sprintf("Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)}
}

// MethodNotAllowed answers a method that a path does not have. Documented:
// the words of the batching page. The header is HTTP's.
func MethodNotAllowed(allow []string) *Error {
	e := &Error{Status: http.StatusMethodNotAllowed, Code: "Request_BadRequest",
		Message: "Specified HTTP method is not allowed for the request target."}
	return e.header("Allow", strings.Join(allow, ", "))
}

// BatchMethodNotAllowed answers another method than POST on $batch. Observed:
// the gateway's own words.
func BatchMethodNotAllowed() *Error {
	e := &Error{Status: http.StatusMethodNotAllowed, Code: "UnknownError", Message: "Method not allowed"}
	return e.header("Allow", http.MethodPost)
}

// UnreadablePayload answers a body that is not JSON, or that does not say it is.
// Observed: docs-contrib issue 6337.
func UnreadablePayload() *Error {
	return BadRequest("Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.")
}

// EmptyPayload answers an absent body. Observed: docs-contrib issue 7083.
func EmptyPayload() *Error { return BadRequest("Empty Payload. JSON content expected.") }

// TooLarge answers a body over the limit. Observed, for 4 MB: docs issue 11806.
func TooLarge(limit int64) *Error {
	size := fmt.Sprintf("%d bytes", limit)
	if limit >= 1<<20 && limit%(1<<20) == 0 {
		size = fmt.Sprintf("%dMB", limit>>20)
	}
	return BadRequest("The maximum request length supported is %s.", size)
}

// UnsupportedEncoding answers a Content-Encoding that is neither gzip nor
// identity. The words are chosen; the status makes the Go SDK resend plainly.
func UnsupportedEncoding(encoding string) *Error {
	return &Error{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType",
		Message: fmt.Sprintf("The content encoding '%s' is not supported.", encoding)}
}

// UnknownProperty answers a property that the type does not have. Observed
// with another code on other workloads: msgraph-sdk-python issue 313.
func UnknownProperty(property, typeName string) *Error {
	return BadRequest(
		"The property '%s' does not exist on type 'microsoft.graph.%s'. "+
			"Make sure to only use property names that are defined by the type or mark the type as open type.",
		property, typeName)
}

// PatchedNavigation answers a PATCH with a navigation property in its body. The
// words are those of the OData library, observed on Graph's device management (2026)
// with the code ModelValidationFailure; here with the code of education (inferred).
func PatchedNavigation(property, typeName string) *Error {
	return BadRequest("Cannot apply PATCH to navigation property '%s' on entity type 'microsoft.graph.%s'.", property, typeName)
}

// UnknownType answers an "@odata.type" that is not one of the API. Observed:
// docs issue 17889.
func UnknownType(name string) *Error { return BadRequest(`Invalid OData type specified: "%s"`, name) }

// MissingType answers an abstract value without "@odata.type". Observed on the
// directory, code and words: docs-contrib issue 6272.
func MissingType() *Error {
	e := BadRequest(
		"A value without a type name was found and no expected type is available. " +
			"When the model is specified, each value in the payload must have a type which can be either specified in the payload, " +
			"explicitly by the caller or implicitly inferred from the parent value.")
	e.Code = "Request_BadRequest"
	return e
}

// NoChangeTracking answers a delta query. Observed on another type of
// education; the end of the words is inferred.
func NoChangeTracking(typeName string) *Error {
	return BadRequest("Unsupported request: Change tracking is not supported against 'microsoft.graph.%s'.", typeName)
}

// InvalidValue answers a value that a property can't have. The directory's
// words with the code of education (inferred).
func InvalidValue(property, typeName string) *Error {
	return BadRequest("Invalid value specified for property '%s' of resource '%s'.", property, typeName)
}

// MissingValue answers an absent property. The directory's words with the code
// of education (inferred).
func MissingValue(property, typeName string) *Error {
	return BadRequest("A value is required for property '%s' of resource '%s'.", property, typeName)
}

// IllegalState answers a call that makes no sense where the profile is now
// (chosen: the documentation knows only 400 for it).
func IllegalState(call, reason string) *Error {
	return BadRequest("The profile does not allow '%s' in its current state: %s.", call, reason)
}

// Processing answers a request that must wait for another one. The status is
// documented for uploadUrl; code and words are not known (chosen).
func Processing() *Error {
	return &Error{Status: http.StatusConflict, Code: "Conflict", Message: "A previous request is still being processed."}
}

// InvalidSkipToken answers a $skiptoken that this server did not make for this
// query (chosen).
func InvalidSkipToken() *Error { return BadRequest("The specified skip token is not valid.") }

// StorageFull answers a create beyond a limit of the emulator (chosen; the
// status and code are of the documentation's table).
func StorageFull(message string) *Error {
	return &Error{Status: http.StatusInsufficientStorage, Code: "quotaLimitReached", Message: message}
}

// ClientClosedRequest is what the journal has of a request whose client has gone
// before it was answered (chosen: nginx's status for the same).
func ClientClosedRequest() *Error {
	return &Error{Status: 499, Code: "ClientClosedRequest", Message: "The client has closed the connection."}
}

// NotImplemented answers what graphemu does not emulate yet (chosen).
func NotImplemented(what string) *Error {
	return &Error{Status: http.StatusNotImplemented, Code: "NotImplemented", Message: what}
}

// Internal answers a fault of graphemu itself, as Graph answers its own.
func Internal() *Error {
	return &Error{Status: http.StatusInternalServerError, Code: "InternalError", Message: "An internal server error occurred."}
}

// NoTarget answers a reference to an object at an address where education does not look.
// Observed: msgraph-sdk-dotnet issue 1757.
func NoTarget() *Error {
	return &Error{Status: http.StatusInternalServerError, Code: "InternalServerError", Message: "Unable to find target address"}
}

// Batch errors. Observed: json-batching captures of 2026 and PHP notes.

// InvalidBatch answers a batch that is none.
func InvalidBatch() *Error { return BadRequest("Invalid batch payload format.") }

// DuplicateBatchID answers an id that two parts have.
func DuplicateBatchID(id string) *Error {
	return BadRequest("Request Id %s has to be unique in a batch.", id)
}

// BatchWithoutContentType answers a part that writes and does not say what.
func BatchWithoutContentType(id string) *Error {
	return BadRequest("Write request with id '%s' does not contain a Content-Type header.", id)
}

// BatchTooLong answers more parts than a batch may have. The limit is
// documented, the words are the client SDK's (the service's are unknown).
func BatchTooLong(limit int) *Error {
	return BadRequest("Number of batch request steps exceeds the maximum value of %d.", limit)
}

// MixedBatch answers a batch in which some parts depend on others and a later one
// does not. Observed: docs issue 16280.
func MixedBatch() *Error {
	return BadRequest("Batch should be either fully sequential or fully parallel.")
}

// InvalidBatchDependency answers a part that depends on none before it. Observed as
// far as "Id" (msgraph-sdk-dotnet-core#891); the rest is that of its siblings (inferred).
func InvalidBatchDependency(id string) *Error {
	return BadRequest("Invalid dependency for request Id %s.", id)
}

// FailedDependency answers a part whose dependency failed. The status is
// documented; code and empty message follow third-party fakes.
func FailedDependency() *Error {
	return &Error{Status: http.StatusFailedDependency, Code: "FailedDependency", Message: ""}
}
