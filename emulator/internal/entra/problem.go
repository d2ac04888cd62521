package entra

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/redact"
)

// problem is an error in the service's own vocabulary. Answer alone turns it
// into a Reply.
type problem struct {
	status   int
	name     string
	code     int
	message  string
	suberror string
	helps    []Help
	allow    string // the methods that the path has, for 405
}

// refuse returns the problem of a number of the catalogue. Arguments are text of
// a client or of the tenant; they are cut, less secrets that stand in them.
func refuse(code int, args ...string) *problem {
	e := catalogue[code]
	short := make([]any, len(args))
	for i, a := range args {
		short[i] = cut(redact.Text(a))
	}
	p := &problem{status: e.status, name: e.name, code: code, message: e.words}
	if strings.Contains(e.words, "%s") {
		p.message = fmt.Sprintf(e.words, short...)
	}
	return p
}

// as gives p another OAuth error, as an endpoint has it.
func (p *problem) as(name string) *problem { p.name = name; return p }

func (p *problem) because(suberror string) *problem { p.suberror = suberror; return p }

// help adds a hint of graphemu's.
func (p *problem) help(code, target, format string, args ...any) *problem {
	p.helps = append(p.helps, Help{Code: code, Target: target, Message: fmt.Sprintf(format, args...)})
	return p
}

func (p *problem) words() string {
	if p.code == 0 {
		return p.message
	}
	return "AADSTS" + strconv.Itoa(p.code) + ": " + p.message
}

func (p *problem) failure() *Failure {
	return &Failure{Error: p.name, Code: p.code, Message: p.message, Help: p.helps}
}

// tooLarge answers a body over MaxForm. Chosen: status and words.
func tooLarge() *problem {
	p := refuse(badParameter).help("tooLarge", "", "a body may have %d bytes", MaxForm)
	p.status = http.StatusRequestEntityTooLarge
	return p
}

// errorCodes are the numbers that stand for an OAuth error where only that is
// known: those of an injected fault. Documented: the names, on the pages of the
// flows. Chosen: which of several numbers; 0 where the service has none for it.
var errorCodes = map[string]int{
	"access_denied": declined, "authorization_declined": declined, "authorization_pending": pending, "bad_verification_code": badUserCode,
	"consent_required": noConsent, "expired_token": deviceCodeExpired, "interaction_required": 50076, "invalid_client": wrongSecret,
	"invalid_grant": grantExpired, "invalid_instance": unknownInstance, "invalid_request": malformed, "invalid_resource": unknownResource,
	"invalid_scope": badScope, "invalid_tenant": unknownTenant, "login_required": noSession, "server_error": transientError,
	"slow_down": 0, "temporarily_unavailable": transientError, "unauthorized_client": unknownApp,
	"unsupported_grant_type": unsupportedGrant, "unsupported_response_type": badResponseType,
}

// ErrorNames returns the OAuth errors that the service has words for, sorted.
func ErrorNames() []string { return slices.Sorted(maps.Keys(errorCodes)) }

// injected is the problem of a fault: what name says, or what suits the status.
func (x *exchange) injected(status int, name, message string) *problem {
	if name == "" {
		name = forStatus(status)
	}
	p := &problem{code: errorCodes[name]}
	switch c := x.call; p.code {
	case 0: // slow_down of RFC 8628, and names that the service does not have
		p.message = "The request was refused."
	case 50076: // observed: words
		p.message = "Due to a configuration change made by your administrator, " +
			"or because you moved to a new location, you must use multi-factor authentication to access '" + graphID + "'."
	case unknownApp:
		p = refuse(p.code, c.Client, x.tenant.ID)
	case wrongSecret:
		p = refuse(p.code, c.Client)
	case unknownTenant:
		p = refuse(p.code, c.Tenant)
	case noConsent:
		p = refuse(p.code, c.Client, c.Client).because("consent_required")
	case unknownResource:
		p = refuse(p.code, graphURL, x.tenant.ID)
	case badScope:
		p = refuse(p.code, c.params.get("scope"))
	case unsupportedGrant:
		p = refuse(p.code, c.params.get("grant_type"))
	case badResponseType:
		p = refuse(p.code, c.params.get("response_type"))
	default:
		p = refuse(p.code)
	}
	p.status, p.name = status, name
	if message != "" {
		p.message = message
	}
	return p
}

func forStatus(status int) string {
	switch {
	case status == http.StatusUnauthorized:
		return "invalid_client"
	case status == http.StatusForbidden:
		return "access_denied"
	case status == http.StatusTooManyRequests, status >= 500:
		return "temporarily_unavailable"
	}
	return "invalid_request"
}
