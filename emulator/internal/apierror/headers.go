package apierror

import (
	"net/http"
)

// Values that never change are shared between answers; net/http only reads them.
var (
	noCache    = []string{"no-cache"}
	hsts       = []string{"max-age=31536000"}
	vary       = []string{"Accept-Encoding"}
	diagnostic = []string{`{"ServerInfo":{"DataCenter":"Local","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"GRAPHEMU00000000"}}`}
	version4   = []string{"4.0"}

	deprecation     = []string{"Sun, 30 Jun 2024 23:59:59 GMT"}
	sunset          = []string{"Tue, 31 Dec 2024 23:59:59 GMT"}
	deprecationLink = []string{`<https://developer.microsoft-tst.com/en-us/graph/changes` +
		`?$filterby=beta,Deprecated:SynchronizationProfiles&from=2024-06-01&to=2024-07-01>;rel="deprecation";type="text/html"`}
)

// SetCommon sets the headers that every answer of Graph has, errors too.
// Observed on answers of 2022 to 2026. The two ids keep their lower case on
// the wire. secure: the answer goes out by https. Only there has
// Strict-Transport-Security a place (RFC 6797, 7.2), and without it a usual answer has
// eight headers, which is as many as a map of Go's holds before it grows.
func SetCommon(h http.Header, ids IDs, secure bool) {
	h["Cache-Control"] = noCache
	if secure {
		h["Strict-Transport-Security"] = hsts
	}
	h["Vary"] = vary
	id := []string{ids.Request, ids.Client, ids.Entry}
	h["request-id"], h["client-request-id"] = id[:1:1], id[1:2:2]
	if ids.Entry != "" {
		h["x-graphemu-explain"] = id[2:] // graphemu's own: the place in its journal
	}
	h["x-ms-ags-diagnostic"] = diagnostic
}

// SetODataVersion marks a success. Observed: errors do not carry it.
func SetODataVersion(h http.Header) { h["OData-Version"] = version4 }

// SetDeprecation adds the headers of a deprecated API. Observed on other
// deprecated elements, errors included; the filter's name is the SDK's, the
// exact instants are inferred from "June 2024" and "December 31, 2024".
func SetDeprecation(h http.Header) {
	h["Deprecation"], h["Sunset"], h["Link"] = deprecation, sunset, deprecationLink
}

// SetPreflight answers a browser's question before a cross-origin call
// (chosen: everything that this API takes, for a day).
func SetPreflight(h http.Header, allow, requestHeaders string) {
	h.Set("Access-Control-Allow-Methods", allow)
	if requestHeaders != "" {
		h.Set("Access-Control-Allow-Headers", requestHeaders)
	}
	h.Set("Access-Control-Max-Age", "86400")
}
