package apierror

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var (
	noon = time.Date(2026, 2, 20, 12, 46, 51, 999, time.FixedZone("", 3600))
	ids  = IDs{Request: "r", Client: "c"}
)

// The envelope, letter by letter. Observed in 2026.
func TestEnvelope(t *testing.T) {
	e := &Error{Status: 404, Code: "itemNotFound", Message: `<"Item" not found>`}
	assert.Equal(t, `{"error":{"code":"itemNotFound","message":"<\"Item\" not found>","innerError":{"date":"2026-02-20T11:46:51","request-id":"r","client-request-id":"c"}}}`,
		string(AppendError(nil, e, ids, noon)))
	e.Help("a", "/p", "100%% of %q", "x").Help("b", "", "no target")
	assert.Equal(t, `x{"error":{"code":"itemNotFound","message":"<\"Item\" not found>","details":[{"code":"a","message":"100% of \"x\"","target":"/p"},{"code":"b","message":"no target"}],`+
		`"innerError":{"date":"2026-02-20T11:46:51","request-id":"r","client-request-id":"c"}}}`, string(AppendError([]byte("x"), e, ids, noon)))
	assert.Equal(t, `404 itemNotFound: <"Item" not found>`, e.Error())
}

// Whatever a client puts into an error, the envelope stays JSON.
func TestEnvelopeStaysJSON(t *testing.T) {
	for _, nasty := range []string{`"`, `\`, "\x00\x1f", "\xff\xfe", "\u2028", "</script>", "%s%d%!", strings.Repeat("é", 1<<16)} {
		for _, e := range []*Error{UnknownSegment(nasty), NotFound("profile", nasty), UnsupportedEncoding(nasty), UnknownProperty(nasty, nasty),
			UnknownType(nasty),
			InvalidValue(nasty, nasty), MissingValue(nasty, nasty), IllegalState(nasty, nasty), DuplicateBatchID(nasty),
			BatchWithoutContentType(nasty),
			NotImplemented(nasty), BadRequest("x").Help(nasty, nasty, "%s", nasty)} {
			b := AppendError(nil, e, IDs{Request: nasty, Client: nasty}, noon)
			require.True(t, json.Valid(b), "%q", nasty)
			assert.NotContains(t, e.Message, "%!s(MISSING)")
		}
	}
}

// The catalogue: status, code and words, as they are known.
func TestCatalogue(t *testing.T) {
	for _, c := range []struct {
		e       *Error
		status  int
		code    string
		message string
	}{
		{UnknownSegment("x"), 400, "BadRequest", "Resource not found for the segment 'x'."},
		{InvalidVersion(), 400, "BadRequest", "Invalid version."},
		{NotFound("profile", "x"), 404, "NotFound", "Failed to find profile 'x'"},
		{MethodNotAllowed([]string{"GET"}), 405, "Request_BadRequest", "Specified HTTP method is not allowed for the request target."},
		{BatchMethodNotAllowed(), 405, "UnknownError", "Method not allowed"},
		{EmptyToken(), 401, "InvalidAuthenticationToken", "Access token is empty."},
		{InvalidToken(), 401, "InvalidAuthenticationToken", "Access token validation failure."},
		{UnreadablePayload(), 400, "BadRequest",
			"Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format."},
		{EmptyPayload(), 400, "BadRequest", "Empty Payload. JSON content expected."},
		{TooLarge(4 << 20), 400, "BadRequest", "The maximum request length supported is 4MB."},
		{TooLarge(1000), 400, "BadRequest", "The maximum request length supported is 1000 bytes."},
		{TooLarge(1<<20 + 1), 400, "BadRequest", "The maximum request length supported is 1048577 bytes."},
		{UnsupportedEncoding("br"), 415, "UnsupportedMediaType", "The content encoding 'br' is not supported."},
		{UnknownProperty("name", "recipient"), 400, "BadRequest",
			"The property 'name' does not exist on type 'microsoft.graph.recipient'. Make sure to only use property names that are defined by the type or mark the type as open type."},
		{UnknownType("Full.Type.Name"), 400, "BadRequest", `Invalid OData type specified: "Full.Type.Name"`},
		{MissingType(), 400, "Request_BadRequest",
			"A value without a type name was found and no expected type is available. When the model is specified, each value in the payload must have a type which can be either specified in the payload, explicitly by the caller or implicitly inferred from the parent value."},
		{InvalidValue("p", "t"), 400, "BadRequest", "Invalid value specified for property 'p' of resource 't'."},
		{MissingValue("p", "t"), 400, "BadRequest", "A value is required for property 'p' of resource 't'."},
		{IllegalState("start", "why"), 400, "BadRequest", "The profile does not allow 'start' in its current state: why."},
		{InvalidSkipToken(), 400, "BadRequest", "The specified skip token is not valid."},
		{StorageFull("full"), 507, "quotaLimitReached", "full"},
		{NotImplemented("no"), 501, "NotImplemented", "no"},
		{Internal(), 500, "InternalError", "An internal server error occurred."},
		{InvalidBatch(), 400, "BadRequest", "Invalid batch payload format."},
		{DuplicateBatchID("1"), 400, "BadRequest", "Request Id 1 has to be unique in a batch."},
		{BatchWithoutContentType("1"), 400, "BadRequest", "Write request with id '1' does not contain a Content-Type header."},
		{BatchTooLong(20), 400, "BadRequest", "Number of batch request steps exceeds the maximum value of 20."},
		{FailedDependency(), 424, "FailedDependency", ""},
	} {
		assert.Equal(t, []any{c.status, c.code, c.message}, []any{c.e.Status, c.e.Code, c.e.Message})
		assert.Empty(t, c.e.Details, "help is given by whoever knows more: %s", c.message)
	}
	assert.Equal(t, "GET, POST", MethodNotAllowed([]string{"GET", "POST"}).Header.Get("Allow"))
	assert.Equal(t, "POST", BatchMethodNotAllowed().Header.Get("Allow"))
	assert.Contains(t, EmptyToken().Header.Get("WWW-Authenticate"), `Bearer realm=""`)
	assert.NotSame(t, InvalidBatch(), InvalidBatch(), "help added to one is not on the next")
}

func TestHeaders(t *testing.T) {
	h := http.Header{}
	SetCommon(h, ids, true)
	SetODataVersion(h)
	SetDeprecation(h)
	SetPreflight(h, "GET", "x-a")
	for name, want := range map[string]string{
		"Cache-Control": "no-cache", "Strict-Transport-Security": "max-age=31536000", "request-id": "r", "client-request-id": "c",
		"OData-Version":                "4.0",
		"Access-Control-Allow-Methods": "GET", "Access-Control-Allow-Headers": "x-a", "Access-Control-Max-Age": "86400",
		"Deprecation": "Sun, 30 Jun 2024 23:59:59 GMT", "Sunset": "Tue, 31 Dec 2024 23:59:59 GMT",
	} {
		assert.Equal(t, []string{want}, h[name], name)
	}
	var diagnostic struct{ ServerInfo map[string]string }
	require.NoError(t, json.Unmarshal([]byte(raw(h, "x-ms-ags-diagnostic")[0]), &diagnostic))

	// The values that all answers share stay apart from those that one adds.
	other := http.Header{}
	SetCommon(other, IDs{Request: "2", Client: "3"}, false)
	h["request-id"] = append(raw(h, "request-id"), "more")
	assert.Equal(t, []string{"2"}, raw(other, "request-id"))
	assert.NotContains(t, other, "Strict-Transport-Security", "which has no place on plain HTTP")
	assert.Equal(t, []string{"c"}, raw(h, "client-request-id"), "appending to one id leaves the other")
	none := http.Header{}
	SetPreflight(none, "GET", "")
	assert.Empty(t, none.Values("Access-Control-Allow-Headers"))
}

// raw reads a header whose name keeps its lower case on the wire.
func raw(h http.Header, name string) []string { return h[name] }
