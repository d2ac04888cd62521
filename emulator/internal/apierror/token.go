package apierror

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"time"
)

// Words that a scenario may ask for too (injected.go).
const (
	invalidToken = "Access token validation failure."
	tokenExpired = "Lifetime validation failed, the token is expired."
	tokenRevoked = "Continuous access evaluation resulted in claims challenge with result: " +
		"InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp"
	missingScopes     = "Required scp claim values are not provided."
	missingRoles      = "Required roles claim values are not provided."
	insufficientRight = "Insufficient privileges to complete the operation."
)

// What Graph answers to tokens that it does not take. Each is 401 with the code
// InvalidAuthenticationToken and a WWW-Authenticate header, or 403, unless said.

// EmptyToken answers a call without a bearer token. Observed; so is the header.
func EmptyToken() *Error { return unauthenticated("Access token is empty.") }

// InvalidToken answers a bearer token that cannot be used. Observed (2018) for a
// signature; that an issuer and a claim get the same words is inferred.
func InvalidToken() *Error { return unauthenticated(invalidToken) }

// MalformedToken answers a token that is no JWT. Observed since 2023:
// flutter_appauth#575.
func MalformedToken() *Error {
	return unauthenticated("IDX14100: JWT is not well formed, there are no dots (.).\n" +
		"The token needs to be in JWS or JWE Compact Serialization Format. (JWS): 'EncodedHeader.EncodedPayload.EncodedSignature'. " +
		"(JWE): 'EncodedProtectedHeader.EncodedEncryptedKey.EncodedInitializationVector.EncodedCiphertext.EncodedAuthenticationTag'.")
}

// UnknownTokenKey answers a token whose key the service does not know. Observed
// (2021): msgraph-sdk-javascript#451.
func UnknownTokenKey() *Error { return unauthenticated("Invalid x5t claim.") }

// InvalidAudience answers a token that is for another API. Observed: docs#16208;
// the status too, where a page of the documentation says 403.
func InvalidAudience() *Error {
	return unauthenticated("Access token validation failure. Invalid audience.")
}

// TokenExpired answers a token after its time. Observed, current: mail-archiver#267.
func TokenExpired() *Error {
	return unauthenticated(tokenExpired)
}

// TokenNotYetValid answers a token before its time. Observed in 2021 and 2022:
// tdi#24; today's words for it are not known.
func TokenNotYetValid() *Error {
	return unauthenticated("Access token has expired or is not yet valid.")
}

// UnknownApp answers a token of an app that the tenant has not. From the code of
// a client that meets it (canvas-lms, its specs of microsoft_sync).
func UnknownApp() *Error {
	e := unauthenticated("The identity of the calling application could not be established.")
	e.Code = "Authorization_IdentityNotFound"
	return e
}

// ClaimsChallenge answers a token that was revoked: the client is to get another
// one with the claims that the header has. Observed: the message
// (msgraph-sdk-powershell#1741). Documented: the header, on the page of claims
// challenges. The value is quoted: a client of kiota's for Go ends in a panic where it
// is not (its code).
func ClaimsChallenge(now time.Time) *Error {
	claims := fmt.Sprintf(`{"access_token":{"nbf":{"essential":true,"value":"%d"}}}`, now.Unix())
	e := unauthenticated(tokenRevoked)
	return e.header("WWW-Authenticate", fmt.Sprintf(`%s, error="insufficient_claims", claims="%s"`,
		bearer, base64.StdEncoding.EncodeToString([]byte(claims))))
}

// bearer is the header of each 401. Observed: tdi#24.
const bearer = `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", ` +
	`client_id="00000003-0000-0000-c000-000000000000"`

func unauthenticated(message string) *Error {
	e := &Error{Status: http.StatusUnauthorized, Code: "InvalidAuthenticationToken", Message: message}
	return e.header("WWW-Authenticate", bearer)
}

// MissingScopes answers a delegated token without the permission. Observed on
// education from 2018 to 2026: docs#16246.
func MissingScopes() *Error { return denied(missingScopes) }

// MissingRoles answers an application token without the permission. Observed on
// education: canvas-lms.
func MissingRoles() *Error { return denied(missingRoles) }

// MissingClaims is either, on users of education. Observed:
// dcblogdev/laravel-microsoft-graph#8.
func MissingClaims() *Error { return denied("Required claim values are not provided.") }

// NoPermissions answers a token with neither scopes nor roles. Observed:
// pnp/cli-microsoft365#1738.
func NoPermissions() *Error {
	return denied("Either scp or roles claim need to be present in the token.")
}

// InsufficientPrivileges is the directory's refusal. Observed: the batching page.
func InsufficientPrivileges() *Error {
	e := denied(insufficientRight)
	e.Code = "Authorization_RequestDenied"
	return e
}

func denied(message string) *Error {
	return &Error{Status: http.StatusForbidden, Code: "AccessDenied", Message: message}
}
