package apierror

import (
	"maps"
	"net/http"
	"slices"
	"time"
)

// Revoked is the name of the error that ClaimsChallenge makes.
const Revoked = "claimsChallenge"

// words are an error's code and message.
type words struct{ code, message string }

// named are the errors that a scenario may ask for by name. Sources: seen on
// the wire unless said otherwise; see also the table of base codes in the
// concept page "errors".
var named = map[string]words{
	"accessDenied":               {"AccessDenied", missingScopes},                            // education, delegated
	"accessDeniedApp":            {"AccessDenied", missingRoles},                             // education, application
	"activityLimitReached":       {"activityLimitReached", "The request has been throttled"}, // OneDrive
	"authorizationRequestDenied": {"Authorization_RequestDenied", insufficientRight},         // directory
	Revoked:                      {"InvalidAuthenticationToken", tokenRevoked},               // with a header of its own
	"badRequest":                 {"BadRequest", "Bad request."},                             // chosen
	"concurrencyViolation": {"Directory_ConcurrencyViolation",
		"Conflicting object with one or more of the specified values."}, // documented code, chosen words
	"failedToFetchProfiles":      {"InternalError", "Failed to fetch profiles"},           // this API, docs issue 7278
	"internalError":              {"InternalError", "An internal server error occurred."}, // chosen words
	"invalidAuthenticationToken": {"InvalidAuthenticationToken", invalidToken},
	"notFound":                   {"NotFound", "Resource not found."},                                    // chosen
	"quotaLimitReached":          {"quotaLimitReached", "Insufficient quota to complete the operation."}, // documented code, chosen words
	"serviceNotAvailable":        {"serviceNotAvailable", "The service is not available."},               // documented code, chosen words
	"tokenExpired":               {"InvalidAuthenticationToken", tokenExpired},
	"tooManyRequests":            {"TooManyRequests", "Too many requests."},
	"unhealthy":                  {"UnknownError", "SystemMemoryProtectionUtilizationMonitor is unhealthy"},
	// the gateway, when a backend does not speak Graph
	"unknownError":         {"UnknownError", ""},
	"unsupportedMediaType": {"UnsupportedMediaType", "The media type is not supported."}, // chosen
}

// usual is the error that the service sends with a status where nothing more
// is known of the cause.
var usual = map[int]string{
	http.StatusBadRequest: "badRequest", http.StatusUnauthorized: "invalidAuthenticationToken", http.StatusForbidden: "accessDenied",
	http.StatusNotFound: "notFound", http.StatusConflict: "concurrencyViolation", http.StatusUnsupportedMediaType: "unsupportedMediaType",
	http.StatusTooManyRequests: "tooManyRequests", http.StatusInternalServerError: "internalError",
	http.StatusInsufficientStorage: "quotaLimitReached",
}

// ErrorNames returns the names that Named knows, sorted.
func ErrorNames() []string { return slices.Sorted(maps.Keys(named)) }

// Named returns the error of that name with that status; "" is what the service
// sends with the status, which is the gateway's UnknownError for those that no
// table has (observed for 502, 503 and 504). A name that is not in ErrorNames
// is taken as unknownError. now is what a claims challenge tells.
func Named(name string, status int, now time.Time) *Error {
	if name == "" {
		name = usual[status]
	}
	w, ok := named[name]
	if !ok {
		w = named["unknownError"]
	}
	e := &Error{Status: status, Code: w.code, Message: w.message}
	switch {
	case status == http.StatusUnauthorized && name == Revoked:
		e.Header = ClaimsChallenge(now).Header
	case status == http.StatusUnauthorized:
		e.Header = unauthenticated("").Header
	}
	return e
}

// Throttled answers a client that asked too often. Observed: contrib issue 1975.
func Throttled() *Error { return Named("tooManyRequests", http.StatusTooManyRequests, time.Time{}) }
