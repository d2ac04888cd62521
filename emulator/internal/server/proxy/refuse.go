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
func (p *Proxy) refuse(w http.ResponseWriter, status int, text string) {
	h := w.Header()
	h.Set("Connection", "close") // over HTTP/2, net/http turns it into a GOAWAY
	h.Set("Content-Type", "text/plain; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	io.WriteString(w, text)
}

// refuseTarget refuses a host, and tells the log once: many clients show no more
// of the answer than its status.
func (p *Proxy) refuseTarget(w http.ResponseWriter, t target) {
	why, advice := p.reasons(t)
	if p.news(t.String()) {
		p.cfg.Log.Info("the proxy refuses a host", "host", t.String(), "advice", advice)
	}
	p.refuse(w, http.StatusForbidden, fmt.Sprintf("graphemu's proxy refuses %s: %s.\n\n%s.\n", t, why, advice))
}

func (p *Proxy) reasons(t target) (why, advice string) {
	if p.answers(t.host) {
		return "it answers this host at https port 443 and http port 80 alone", "Leave the port out of the client's URL"
	}
	// A name is easier to read without the port that it is meant at anyway.
	name := t.String()
	if (t.port == "443" || t.port == "80") && !strings.Contains(t.host, ":") {
		name = t.host
	}
	return "it answers " + p.cfg.Known + " itself, and connects to nothing else",
		"Where the client needs this host, start graphemu with --proxy-allow " + name + ", which passes it through unread"
}

// maxRefused bounds the hosts that the log tells of.
const maxRefused = 256

// news tells whether the log has not yet told of a host.
func (p *Proxy) news(host string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refused[host] || len(p.refused) >= maxRefused {
		return false
	}
	p.refused[host] = true
	return true
}

func (p *Proxy) noServer() string {
	return "This is graphemu's proxy, not its server: name it to a client as its HTTPS proxy, as HTTPS_PROXY does.\n\n" +
		"It answers " + p.cfg.Known + ".\n"
}

func (p *Proxy) tooMany() string {
	return fmt.Sprintf("%d tunnels are open, which is all that graphemu's proxy allows: close idle connections.\n", p.cfg.MaxTunnels)
}

// debugLog takes what net/http says of single requests.
type debugLog struct{ log *slog.Logger }

func (l debugLog) Write(line []byte) (int, error) {
	l.log.Debug("proxy", "said", strings.TrimSpace(string(line)))
	return len(line), nil
}
