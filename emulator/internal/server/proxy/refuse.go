package proxy

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// isEnd tells whether a read ended since the other side has sent all.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }

// refuse answers with a text, and hangs up: what a client has sent in the hope
// of a tunnel must not be read as its next request.
func (d *Door) refuse(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Connection", "close") // over HTTP/2, net/http turns it into a GOAWAY
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// refuseTarget refuses a host, and tells the log once: many clients show no more
// of the answer than its status.
func (d *Door) refuseTarget(w http.ResponseWriter, t target) {
	why, advice := d.reasons(t)
	if d.news(t.String()) {
		d.cfg.Log.Info("the proxy refuses a host", "host", t.String(), "advice", advice)
	}
	d.refuse(w, http.StatusForbidden, fmt.Sprintf("graphemu's proxy refuses %s: %s.\n\n%s.\n", t, why, advice))
}

func (d *Door) reasons(t target) (why, advice string) {
	if d.answers(t.host) {
		return "it answers this host at https port 443 and http port 80 alone", "Leave the port out of the client's URL"
	}
	// A name is easier to read without the port that it is meant at anyway.
	name := t.String()
	if (t.port == "443" || t.port == "80") && !strings.Contains(t.host, ":") {
		name = t.host
	}
	return "it answers " + d.cfg.Known + " itself, and connects to nothing else",
		"Where the client needs this host, start graphemu with --proxy-allow " + name + ", which passes it through unread"
}

// maxRefused bounds the hosts that the log tells of.
const maxRefused = 256

// news tells whether the log has not yet told of a host.
func (d *Door) news(host string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.refused[host] || len(d.refused) >= maxRefused {
		return false
	}
	d.refused[host] = true
	return true
}

func (d *Door) noServer() string {
	return "This is graphemu's proxy, not its server: name it to a client as its HTTPS proxy, as HTTPS_PROXY does.\n\n" +
		"It answers " + d.cfg.Known + ".\n"
}

func (d *Door) tooMany() string {
	return fmt.Sprintf("%d tunnels are open, which is all that graphemu's proxy allows: close idle connections.\n", d.cfg.MaxTunnels)
}

// debugLog takes what net/http says of single requests.
type debugLog struct{ log *slog.Logger }

func (l debugLog) Write(line []byte) (int, error) {
	l.log.Debug("proxy", "said", strings.TrimSpace(string(line)))
	return len(line), nil
}
