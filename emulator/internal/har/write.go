package har

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/fault"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Source is what an archive is made of.
type Source struct {
	Creator string          // the version of graphemu
	Origin  string          // scheme and host, which a journal does not keep
	Lost    uint64          // how many entries there was no room for
	Entries []journal.Entry // in the order in which they came; parts of a batch after the batch's id
}

// Write writes an archive. What a journal has not, an archive of it has not: bodies are
// less secrets and cut, and of headers there are those that follow from an entry. A part
// of a batch is no request of its own on the wire, so it is told in the comment of its
// batch, and stands in the batch's bodies. Chosen.
func Write(w io.Writer, s Source) error {
	version := cmp.Or(s.Creator, "devel")
	about := "Made from graphemu's journal: times are of the world's clock, secrets are taken out, long bodies are cut, " +
		"and of headers there are those that the journal can tell."
	if s.Lost > 0 {
		about += fmt.Sprintf(" There was no room for %d more entries.", s.Lost)
	}
	parts := map[batch][]string{}
	for i := range s.Entries {
		if e := &s.Entries[i]; e.Batch != 0 {
			of := batch{e.World, e.Batch}
			parts[of] = append(parts[of], fmt.Sprintf("%d %s %s: %d", e.ID, e.Method, address(e), e.Status))
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	b.WriteString(`{"log":{"version":"` + Version + `","creator":`)
	if err := e.Encode(map[string]string{"name": "graphemu", "version": version}); err != nil {
		return err
	}
	b.WriteString(`,"comment":`)
	if err := e.Encode(about); err != nil {
		return err
	}
	b.WriteString(`,"pages":[],"entries":[`) // there are no pages, but Firefox takes no archive without the list
	for i, first := range chronological(s.Entries) {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
		if err := e.Encode(entryOf(first, s.Origin, parts[batch{first.World, first.ID}])); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1)                 // the encoder ends a line
		if _, err := b.WriteTo(w); err != nil { // one at a time: a journal has megabytes
			return err
		}
	}
	b.WriteString("\n]}}\n")
	_, err := b.WriteTo(w)
	return err
}

// batch names the entry of a batch.
type batch struct {
	world string
	id    uint64
}

// chronological are the requests of the wire, the oldest first, as the format wants it.
func chronological(all []journal.Entry) []*journal.Entry {
	var list []*journal.Entry
	for i := range all {
		if all[i].Batch == 0 {
			list = append(list, &all[i])
		}
	}
	slices.SortStableFunc(list, func(a, b *journal.Entry) int { return a.At.Compare(b.At) })
	return list
}

func entryOf(e *journal.Entry, origin string, parts []string) Entry {
	took := float64(time.Duration(e.Duration).Microseconds()) / 1000
	return Entry{
		Started:  e.At.UTC().Format("2006-01-02T15:04:05.000Z07:00"),
		Time:     took,
		Request:  requestOf(e, origin),
		Response: responseOf(e),
		Timings:  Timings{Blocked: -1, DNS: -1, Connect: -1, SSL: -1, Wait: took},
		Comment:  commentOf(e, parts),
		Resource: "fetch",
	}
}

func requestOf(e *journal.Entry, origin string) Request {
	r := Request{Method: e.Method, URL: origin + address(e), HTTPVersion: "HTTP/1.1", Cookies: []Pair{}, Headers: []Pair{},
		Query: []Pair{}, HeadersSize: -1, BodySize: e.RequestBytes}
	for option := range strings.SplitSeq(e.Query, "&") {
		if option != "" {
			name, value, _ := strings.Cut(option, "=")
			r.Query = append(r.Query, Pair{unescaped(name), unescaped(value)})
		}
	}
	if e.RequestBody != "" {
		media := "application/json"
		if strings.HasPrefix(e.Operation, "token.") {
			media = "application/x-www-form-urlencoded"
		}
		r.Headers = append(r.Headers, Pair{"Content-Type", media})
		r.Post = &PostData{MimeType: media, Text: e.RequestBody}
	}
	return r
}

// address is the path and the query of a request, as they were sent.
func address(e *journal.Entry) string {
	at := (&url.URL{Path: e.Path}).EscapedPath()
	if e.Query != "" {
		at += "?" + e.Query
	}
	return at
}

func unescaped(s string) string {
	if u, err := url.QueryUnescape(s); err == nil {
		return u
	}
	return s
}

func responseOf(e *journal.Entry) Response {
	media := mediaOf(e.ResponseBody)
	r := Response{Status: e.Status, StatusText: http.StatusText(e.Status), HTTPVersion: "HTTP/1.1", Cookies: []Pair{},
		Headers: []Pair{}, HeadersSize: -1, BodySize: e.ResponseBytes,
		Content: Content{Size: e.ResponseBytes, MimeType: media, Text: e.ResponseBody}}
	if e.Status == 0 {
		r.Comment = "no answer was sent"
		return r
	}
	cut(&r, e)
	if e.ResponseBytes > 0 {
		r.Headers = append(r.Headers, Pair{"Content-Type", media})
	}
	if e.RequestID != "" {
		r.Headers = append(r.Headers, Pair{"request-id", e.RequestID})
	}
	r.Headers = append(r.Headers, Pair{"x-graphemu-explain", strconv.FormatUint(e.ID, 10)})
	if e.Level != "" && e.Level != journal.LevelEmulated {
		r.Headers = append(r.Headers, Pair{"x-graphemu-level", e.Level})
	}
	if d := e.Detail; d != nil && d.RetryAfter != nil {
		r.Headers = append(r.Headers, Pair{"Retry-After", retryAfter(d, e.At)})
	}
	return r
}

// brokenOff are what Chromium says of answers whose ends are missing (observed).
var brokenOff = []string{"net::ERR_INCOMPLETE_CHUNKED_ENCODING", "net::ERR_CONTENT_LENGTH_MISMATCH", "net::ERR_CONNECTION_CLOSED",
	"net::ERR_CONNECTION_RESET"}

// Broken tells that the service, and not who asked, broke an answer off.
func (r *Response) Broken() bool {
	text, ok := r.Error.(string)
	return ok && slices.Contains(brokenOff, text)
}

// cut leaves of a body what a fault let through: the journal has all of it.
func cut(r *Response, e *journal.Entry) {
	if e.Detail == nil || e.Detail.Fault == nil {
		return
	}
	var cut string
	broken := false
	for _, effect := range e.Detail.Fault.Effects {
		if at, ok := strings.CutPrefix(effect, "cutAt "); ok {
			cut, _, _ = strings.Cut(at, " ") // "50%", or "120 bytes"
		}
		broken = broken || slices.Contains([]string{string(fault.Close), string(fault.Reset), string(fault.Hang)}, effect)
	}
	at, err := fault.ParseOffset(cut)
	if err != nil {
		return
	}
	sent := min(int64(at.Bytes), e.ResponseBytes)
	if at.Percent > 0 {
		sent = int64(float64(e.ResponseBytes) * at.Percent / 100)
	}
	r.BodySize, r.Content.Size = sent, sent
	r.Content.Text = strings.ToValidUTF8(e.ResponseBody[:min(int64(len(e.ResponseBody)), sent)], "")
	r.Comment = fmt.Sprintf("cut: the whole body has %d bytes", e.ResponseBytes)
	if broken {
		r.Error = brokenOff[0] // a journal does not tell whether the length was said before
	}
}

// retryAfter is the header as it was sent. A date was counted from the end of the call,
// which a journal does not keep: here it is so from its beginning.
func retryAfter(d *journal.Detail, at time.Time) string {
	wait := time.Duration(*d.RetryAfter)
	switch d.RetryFormat {
	case "date":
		return at.Add(wait).UTC().Format(http.TimeFormat)
	case "decimal":
		return strconv.FormatFloat(wait.Seconds(), 'f', -1, 64)
	}
	return strconv.FormatInt(int64((wait+time.Second-1)/time.Second), 10)
}

// mediaOf tells by its first character what an answer's body is: a journal does not keep
// its type.
func mediaOf(body string) string {
	switch start := strings.TrimLeft(body[:min(len(body), 200)], " \t\r\n"); {
	case start == "":
		return "x-unknown" // the specification asks for some type
	case start[0] == '{' || start[0] == '[':
		return "application/json"
	case start[0] != '<':
		return "text/plain"
	case strings.Contains(strings.ToLower(start), "<html"):
		return "text/html"
	}
	return "application/xml"
}

// commentOf tells what a journal knows of a request beyond what was on the wire.
func commentOf(e *journal.Entry, parts []string) string {
	said := []string{fmt.Sprintf("entry %d of the world %s", e.ID, e.World)}
	if e.Operation != "" {
		said = append(said, e.Operation)
	}
	if d := e.Detail; d != nil {
		if d.Fault != nil {
			said = append(said, fmt.Sprintf("fault %s struck: %s", d.Fault.Rule, strings.Join(d.Fault.Effects, ", ")))
		}
		if d.Throttled != "" {
			said = append(said, "throttle "+d.Throttled+" refused it")
		}
		if d.Early != nil {
			said = append(said, fmt.Sprintf("%v earlier than the answer of entry %d allowed", d.Early.By, d.Early.Entry))
		}
	}
	const told = 20 // the most that Graph takes in a batch
	if more := len(parts) - told; more > 0 {
		parts = append(parts[:told:told], fmt.Sprintf("and %d more", more))
	}
	if len(parts) > 0 {
		said = append(said, "parts: "+strings.Join(parts, ", "))
	}
	return strings.Join(said, "; ")
}
