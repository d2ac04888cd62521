package importer

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/har"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// call is one call of Graph, or a part of a batch.
type call struct {
	entry    int
	began    time.Time
	method   string
	model    *odata.Model
	path     resource.Path
	status   int
	sent     map[string]any // nil: no JSON object
	answer   any            // nil: no JSON
	retry    time.Duration  // Retry-After
	waited   bool           // Retry-After was there
	took     time.Duration
	selected bool
	broken   bool // its answer did not come to its end
}

// operation is the call as a scenario has it.
func (c *call) operation() string { return c.method + " " + c.path.String() }

// address is the call with the keys of its path, each as shown makes it; "": a fault cannot
// be about that address alone.
func (c *call) address(shown func(id string) string) string {
	if !c.tellable() {
		return ""
	}
	var b strings.Builder
	b.WriteString(c.method + " ")
	keys := false
	for _, s := range c.path.Segments {
		name := s.Name
		if s.Kind == resource.Key {
			if len(s.Keys) != 1 || s.Keys[0].Name != "" {
				return ""
			}
			if name = shown(s.Keys[0].Value); !aKey().MatchString(name) || strings.EqualFold(name, "delta") {
				return ""
			}
			keys = true
		}
		b.WriteString("/" + name)
	}
	if !keys || b.Len() > maxAddress {
		return ""
	}
	return b.String()
}

// tellable tells whether a fault can be about the call's operation.
func (c *call) tellable() bool {
	return !slices.ContainsFunc(c.path.Segments, func(s resource.Segment) bool {
		return s.Kind == resource.Operation && len(s.Args) > 0 || strings.ContainsAny(s.Name, " ?#*{}") && s.Kind != resource.Key
	})
}

// aKey is a key that means itself in the operation of a fault.
var aKey = words.Pattern(`^[A-Za-z0-9_=-][A-Za-z0-9_=@.-]*$`)

// maxAddress is the longest operation of a fault.
const maxAddress = 400

// graphHosts are where Graph is. Documented: the national clouds.
var graphHosts = []string{"graph.microsoft.com", "graph.microsoft.us", "dod-graph.microsoft.us", "microsoftgraph.chinacloudapi.cn"}

// signInHosts are where tokens come from.
var signInHosts = []string{"login.microsoftonline.com", "login.microsoftonline.us", "login.partner.microsoftonline.cn", "login.windows.net",
	"login.microsoft.com", "login.live.com"}

// graphHost tells whether Graph is there; that of this machine is an emulator.
func graphHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	ip := net.ParseIP(host)
	return slices.Contains(graphHosts, host) || host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// take keeps an entry that is a call of Graph.
func (m *importer) take(n int, e har.Entry) error {
	u, err := url.Parse(e.Request.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		m.miss(n, "an address that is none of http", "it cannot be read")
		return nil
	}
	host := strings.ToLower(u.Hostname())
	switch {
	case slices.Contains(signInHosts, host) || graphHost(host) && strings.Contains(u.Path, "/oauth2/"):
		m.miss(n, "a sign-in", "what signs in is no part of a fixture made of traffic")
		return nil
	case !graphHost(host):
		m.miss(n, "a request to "+m.shown(host, "another host"), "it is no host of Graph")
		return nil
	case e.Request.Method == http.MethodOptions:
		m.miss(n, "OPTIONS", "a browser's question before a call is none itself")
		return nil
	}
	began, err := time.Parse(time.RFC3339, e.Started)
	if err != nil {
		return fmt.Errorf("startedDateTime: %q is no date and time", e.Started)
	}
	c := &call{entry: n, began: began, method: strings.ToUpper(e.Request.Method), status: e.Response.Status,
		broken: e.Response.Broken()}
	if wait := max(e.Timings.Wait, 0) + max(e.Timings.Receive, 0); wait < 3600_000 {
		c.took = time.Duration(wait) * time.Millisecond
	}
	for _, h := range e.Response.Headers {
		if strings.EqualFold(h.Name, "Retry-After") {
			c.retry, c.waited = retryAfter(h.Value, began.Add(c.took))
		}
	}
	sent := ""
	if e.Request.Post != nil {
		sent = e.Request.Post.Text
	}
	c.sent, _ = decode(sent, "").(map[string]any)
	if e.Response.Content.Text != "" {
		if c.answer = decode(e.Response.Content.Text, e.Response.Content.Encoding); c.answer == nil && e.Response.Status < 300 && !c.broken {
			m.miss(n, "the body of an answer", "it is no JSON, or cut off")
		}
	}
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	v := workload.ParseVersion(segments[0])
	if v == 0 {
		m.miss(n, "a path without v1.0 or beta", "it is no call of Graph")
		return nil
	}
	if len(segments) == 2 && segments[1] == "$batch" {
		m.takeBatch(c, v)
		return nil
	}
	m.keep(c, v, segments[1:], u.RawQuery)
	return nil
}

// methods are those of Graph.
var methods = []string{http.MethodGet, http.MethodPost, http.MethodPatch, http.MethodPut, http.MethodDelete}

// keep walks the path of a call, and keeps what the model knows.
func (m *importer) keep(c *call, v workload.Version, segments []string, query string) {
	for i, s := range segments {
		u, err := url.PathUnescape(s)
		if err != nil || !utf8.ValidString(u) {
			m.miss(c.entry, "a path", "it cannot be read")
			return
		}
		segments[i] = u
	}
	if !slices.Contains(methods, c.method) {
		m.miss(c.entry, "a call", "its method is none of Graph's")
		return
	}
	if c.status < 100 || c.status > 599 {
		m.miss(c.entry, "a call without an answer", "what became of it the archive does not tell")
		return
	}
	c.model = m.Models.Of(v)
	var err error
	if c.path, err = resource.Walk(c.model, segments); err != nil {
		why := err.Error()
		if len(segments) > 0 {
			why = "the metadata in force does not have it; --metadata DIR brings more"
		}
		m.miss(c.entry, c.method+" "+m.shown(strings.Join(segments, "/"), "/"+firstOf(c.model, segments)), why)
		return
	}
	c.selected = strings.Contains(query, "select=")
	m.calls = append(m.calls, c)
}

// firstOf is the first segment of a path, where the model knows it: what it does not know
// may be anything.
func firstOf(m *odata.Model, segments []string) string {
	if len(segments) > 0 && (m.Set(segments[0]) != nil || m.Singleton(segments[0]) != nil) {
		return segments[0] + "/…"
	}
	return "…"
}

// takeBatch keeps the parts of a batch. Each began when the batch did.
func (m *importer) takeBatch(batch *call, v workload.Version) {
	body, _ := batch.answer.(map[string]any)
	answers := map[string]map[string]any{}
	list, _ := body["responses"].([]any)
	for _, one := range list {
		if r, ok := one.(map[string]any); ok {
			answers[fmt.Sprint(r["id"])] = r
		}
	}
	requests, _ := batch.sent["requests"].([]any)
	if len(requests) == 0 || len(answers) == 0 {
		m.miss(batch.entry, "a batch", "its parts cannot be read")
		return
	}
	for _, one := range requests {
		r, _ := one.(map[string]any)
		answer := answers[fmt.Sprint(r["id"])]
		method, _ := r["method"].(string)
		at, _ := r["url"].(string)
		status, _ := answer["status"].(float64)
		u, err := url.Parse(at)
		if err != nil || answer == nil {
			m.miss(batch.entry, "a part of a batch", "it has no answer, or no address")
			continue
		}
		c := &call{entry: batch.entry, began: batch.began, method: strings.ToUpper(method), status: int(status), answer: answer["body"]}
		c.sent, _ = r["body"].(map[string]any)
		headers, _ := answer["headers"].(map[string]any)
		for name, value := range headers {
			if text, ok := value.(string); ok && strings.EqualFold(name, "Retry-After") {
				c.retry, c.waited = retryAfter(text, batch.began.Add(batch.took))
			}
		}
		m.keep(c, v, strings.Split(strings.Trim(u.EscapedPath(), "/"), "/"), u.RawQuery)
	}
}

// decode reads a body that is JSON; nil: it is none.
func decode(text, encoding string) any {
	if strings.EqualFold(encoding, "base64") {
		b, err := base64.StdEncoding.DecodeString(text)
		if err != nil {
			return nil
		}
		text = string(b)
	}
	var v any
	if json.Unmarshal([]byte(text), &v) != nil {
		return nil
	}
	return v
}

// maxRetry is the longest Retry-After that is believed.
const maxRetry = 24 * time.Hour

// retryAfter reads a Retry-After: seconds, or a date.
func retryAfter(value string, now time.Time) (time.Duration, bool) {
	if s, err := strconv.ParseFloat(strings.TrimSpace(value), 64); err == nil && s >= 0 && s <= maxRetry.Seconds() {
		return time.Duration(s * float64(time.Second)).Round(time.Millisecond), true
	}
	if at, err := http.ParseTime(value); err == nil {
		return min(max(at.Sub(now), 0), maxRetry).Round(time.Second), true
	}
	return 0, false
}

// shown is a text of the traffic where names are kept, else what stands for it.
func (m *importer) shown(text, instead string) string {
	if m.KeepNames && len(text) <= 200 && utf8.ValidString(text) {
		return strconv.Quote(text)
	}
	return instead
}
