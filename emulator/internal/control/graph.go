package control

import (
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/server"
)

// byHandler is an answer that a handler of its own writes.
type byHandler func(w http.ResponseWriter, r *http.Request)

// graph is Graph as another app uses it, for a test that arranges, acts as somebody
// else, or looks: worlds/{world}/graph/v1.0/users. Its answers are Graph's, errors too.
func (c *Control) graph(w World, r *http.Request) (any, error) {
	before, path, _ := strings.Cut(r.URL.EscapedPath(), "/graph/")
	base := originOf(r) + before + "/graph"
	return byHandler(func(rw http.ResponseWriter, r *http.Request) { w.Graph(rw, r, "/"+path, base) }), nil
}

// originOf is the origin that a request asked.
func originOf(r *http.Request) string {
	if server.Secure(r) {
		return "https://" + r.Host
	}
	return "http://" + r.Host
}
