package graph

import (
	"net/http"
	"strings"
)

// Token returns the bearer token of a request, or "".
func Token(h http.Header) string {
	v := h["Authorization"]
	if len(v) == 0 {
		return ""
	}
	const scheme = "bearer "
	if len(v[0]) <= len(scheme) || !strings.EqualFold(v[0][:len(scheme)], scheme) {
		return ""
	}
	return strings.TrimSpace(v[0][len(scheme):])
}
