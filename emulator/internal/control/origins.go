package control

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
)

// Origins are those of pages whose scripts may use the control API, beside its own.
type Origins struct{ known map[string]bool }

// NewOrigins reads origins as a browser sends them, "http://localhost:5173". It errs
// with everything that is none.
func NewOrigins(list []string) (Origins, error) {
	o := Origins{known: map[string]bool{}}
	var errs []error
	for _, text := range list {
		origin, ok := asOrigin(text)
		if !ok {
			errs = append(errs, fmt.Errorf(
				"control origin %q: want scheme, host and port of a page alone, like http://localhost:5173", text))
			continue
		}
		o.known[origin] = true
	}
	return o, errors.Join(errs...)
}

// defaultPorts are left out of an origin.
var defaultPorts = map[string]string{"http": "80", "https": "443"}

// asOrigin brings an origin into the form of the Origin header: lower case, without
// the scheme's own port.
func asOrigin(text string) (string, bool) {
	u, err := url.Parse(strings.ToLower(strings.TrimSuffix(text, "/")))
	if err != nil || u.Scheme == "" || u.Hostname() == "" || strings.Contains(u.Host, "*") || u.Scheme+"://"+u.Host != u.String() {
		return "", false
	}
	if port := u.Port(); port != "" && port == defaultPorts[u.Scheme] {
		u.Host = strings.TrimSuffix(u.Host, net.JoinHostPort("", port))
	}
	return u.Scheme + "://" + u.Host, true
}

// allows tells whether a request comes from the script of a page that may. A browser
// says one origin.
func (o Origins) allows(r *http.Request) bool {
	said := r.Header.Values("Origin")
	return len(said) == 1 && o.known[said[0]]
}

// crossOrigin lets the browser show the answer to the page (CORS), and answers its
// question before a call. It tells whether that is all that was asked. Chosen: all
// that the API takes, for ten minutes.
func (c *Control) crossOrigin(w http.ResponseWriter, r *http.Request) (answered bool) {
	if !c.Origins.allows(r) {
		return false
	}
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", r.Header.Get("Origin"))
	h.Add("Vary", "Origin")
	h.Set("Access-Control-Expose-Headers", "Location")
	if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
		return false
	}
	h.Set("Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, DELETE")
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	if r.Header.Get("Access-Control-Request-Private-Network") == "true" {
		h.Set("Access-Control-Allow-Private-Network", "true") // the page is on the web, this server on the person's machine
	}
	h.Set("Access-Control-Max-Age", "600")
	w.WriteHeader(http.StatusNoContent)
	return true
}
