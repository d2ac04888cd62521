package entra

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// params are the parameters of a request, each of them once, by name in lower case.
type params map[string]string

func (p params) get(name string) string { return p[name] }

// maxParams bounds how many parameters a request may have. Chosen.
const maxParams = 64

// limits are the longest values, in bytes, of parameters that differ from the
// rest. Chosen: more than any client sends, and little enough for what is made
// of them (a code carries the scope, the redirect URI and the nonce; the sign-in
// page all of its request) to be taken back.
var limits = map[string]int{
	"client_id": 256, "client_secret": 1024, "login_hint": 256, "username": 256, "user": 256, "password": 1024,
	"newpassword": 1024, "confirmpassword": 1024,
	"scope": 4096, "resource": 1024, "redirect_uri": 2048, "post_logout_redirect_uri": 2048, "state": 4096, "nonce": 1024,
	"code_challenge": 128, "code_verifier": 128,
	"code": 32 << 10, "refresh_token": 32 << 10, "device_code": 32 << 10, "client_assertion": 16 << 10, "id_token_hint": 16 << 10,
	"claims": 8 << 10, signinField: 128 << 10,
}

func limit(name string) int {
	if n := limits[name]; n > 0 {
		return n
	}
	return 2048
}

// parseParams decodes a query or a form. Entra takes a parameter's name in any
// letter case (observed: Microsoft's own Postman collections send userName). One
// that comes twice, in whatever case, is refused (RFC 6749, section 3.2; the words
// are observed), and so is one that is too long.
func parseParams(text string) (params, *problem) {
	if strings.Count(text, "&") >= maxParams {
		return nil, refuse(malformed).help("tooMany", "", "a request may have %d parameters", maxParams)
	}
	values, err := url.ParseQuery(text)
	if err != nil {
		return nil, refuse(malformed).help("encoding", "", "the parameters are not form-encoded")
	}
	p := make(params, len(values))
	for _, sent := range slices.Sorted(maps.Keys(values)) {
		all, name := values[sent], strings.ToLower(sent)
		if _, twice := p[name]; twice || len(all) > 1 {
			return nil, refuse(duplicateParameter, cut(sent))
		}
		if len(all[0]) > limit(name) {
			return nil, refuse(badParameter).help("tooLong", cut(name), "%s may have %d bytes", cut(name), limit(name))
		}
		if !utf8.ValidString(all[0]) {
			return nil, refuse(badParameter).help("encoding", cut(name), "%s is not UTF-8", cut(name))
		}
		p[name] = strings.Clone(all[0]) // what is kept of it must not keep the whole form
	}
	return p, nil
}

// cut is a client's text for a message: not long, valid UTF-8, and a text of its
// own, which does not keep the whole form.
func cut(text string) string {
	const longest = 80
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	return strings.Clone(strings.ToValidUTF8(text, ""))
}
