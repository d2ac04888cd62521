package graph

import (
	"encoding/base64"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// batchLimit is how many requests a batch may have. Documented.
const batchLimit = 20

// longBatch is the size in bytes from which on a batch's answer is worth a look
// whether the client still wants it.
const longBatch = 1 << 20

// batchesAtOnce is how many of the largest answers to batches may be under way
// together: who sends many at once takes no more memory than that.
const batchesAtOnce = 4

// part is one request of a batch.
type part struct {
	id, method, path, query string
	header                  http.Header
	body                    any // decoded JSON, or []byte of another content; nil: none
	dependsOn               []string
}

// batch answers POST /$batch: 200 whatever becomes of the parts. They are run
// in their order, so whatever a part depends on has been answered before it.
// Source: the JSON batching page; texts in the catalogue.
func (c *call) batch() (engine.Reply, error) {
	s := c.handler
	if c.InBatch {
		return engine.Reply{}, apierror.InvalidBatch().Help("invalidBatch", "", "a batch cannot hold a batch")
	}
	parts, err := s.readBatch(c)
	if err != nil {
		return engine.Reply{}, err
	}
	body := append(c.Room(1024), `{"responses":[`...)
	status := map[string]int{} // by folded id
	whole := false
	defer func() {
		if !whole { // it will not be sent
			s.unsent.Add(-c.unsent)
			c.unsent = 0
		}
	}()
	for i, p := range parts {
		if len(body) > longBatch && c.Gone() {
			return engine.Reply{}, apierror.ClientClosedRequest() // what is left is not carried out
		}
		part := c.part(p)
		var a engine.Reply
		switch failed := p.failedDependency(status); {
		case int64(len(body)) >= s.cfg.MaxBatch:
			a = part.fail(apierror.StorageFull("The response to the batch is too large.").Help("limit", "",
				"the parts before this one came to %d bytes: it was not carried out; "+
					"ask for less, or graphemu serve --max-batch raises the limit", len(body)))
		case s.unsent.Load() >= batchesAtOnce*s.cfg.MaxBatch:
			a = part.fail(apierror.StorageFull("The responses to batches are too large together.").Help("limit", "",
				"%d bytes are being made or sent for batches: it was not carried out; send fewer at once, "+
					"or graphemu serve --max-batch raises the limit", s.unsent.Load()))
		case failed != "":
			a = part.fail(apierror.FailedDependency().Help("failedDependency", "", "the request '%s', on which this one depends, failed", failed))
		default:
			a = part.Damaged(s.engine.Answer(part.engine()), workload.IsJSON)
			if level := part.belowEmulated(); level != "" {
				a.Header = maps.Clone(a.Header) // an error's may be shared
				a.Set(levelHeader, level)
			}
		}
		s.engine.Record(part.engine(), a)
		if p.method == http.MethodHead {
			a.Body = nil
		}
		status[fold(p.id)] = a.Status
		if i > 0 {
			body = append(body, ',')
		}
		body = appendPart(body, p.id, a)
		part.release() // its answer's body is copied
		s.unsent.Add(int64(len(body)) - c.unsent)
		c.unsent = int64(len(body))
	}
	whole = true
	c.Buffer = append(body, "]}"...) // it has grown: the next answer starts with the room
	return c.OK(http.StatusOK, c.Buffer), nil
}

// appendPart appends the answer to a part: its body as it is where it is JSON,
// anything else in base64. Documented.
func appendPart(dst []byte, id string, a engine.Reply) []byte {
	dst = appendText(append(dst, `{"id":`...), id)
	dst = strconv.AppendInt(append(dst, `,"status":`...), int64(a.Status), 10)
	dst = appendHeaders(append(dst, `,"headers":`...), a)
	switch {
	case len(a.Body) == 0:
	case workload.IsJSON(a.Media):
		dst = append(append(dst, `,"body":`...), a.Body...)
	default:
		dst = append(base64.StdEncoding.AppendEncode(append(dst, `,"body":"`...), a.Body), '"')
	}
	return append(dst, '}')
}

// part makes the call of a part: with the world, time, ids and token of the
// batch itself (ids shared by all parts: documented sample).
func (c *call) part(p part) *call {
	n := calls.Get().(*call)
	n.handler, n.world, n.token, n.ids = c.handler, c.world, c.token, c.ids
	c.BeginPart(n.engine(), n)
	n.Tenant, n.Decoded, n.User, n.AppOnly = c.Tenant, p.body, c.User, c.AppOnly
	n.Trusted = c.Trusted
	n.Method, n.Query, n.Header, n.Path = p.method, p.query, p.header, "/"+c.Version.String()+p.path
	n.ask(c.handler.canonical(n.Path), p.header.Get("Accept"))
	return n
}

func (p part) failedDependency(status map[string]int) string {
	for _, id := range p.dependsOn {
		if status[fold(id)] >= 400 {
			return id
		}
	}
	return ""
}

// fold is how ids compare. Documented: case-insensitive.
func fold(id string) string { return strings.ToLower(id) }

// appendHeaders appends the reduced set of headers that parts carry, by their names.
// Observed: Content-Type in exactly that case, which the Go SDK insists on. Most
// answers have no other, and need no map.
func appendHeaders(dst []byte, a engine.Reply) []byte {
	if len(a.Header) > 0 {
		return jsontree.Append(dst, partHeaders(a))
	}
	dst = append(dst, '{')
	if a.Media != "" {
		dst = appendText(append(dst, `"Content-Type":`...), a.Media)
	}
	if !a.Failed {
		if a.Media != "" {
			dst = append(dst, ',')
		}
		dst = append(dst, `"OData-Version":"4.0"`...)
	}
	return append(dst, '}')
}

func partHeaders(a engine.Reply) map[string]string {
	h := map[string]string{}
	for name, values := range a.Header {
		h[name] = strings.Join(values, ", ")
	}
	if a.Media != "" {
		h["Content-Type"] = a.Media
	}
	if !a.Failed {
		h["OData-Version"] = "4.0"
	}
	return h
}

// appendText appends a string as JSON: as it is where that will do.
func appendText(dst []byte, text string) []byte {
	for i := range len(text) {
		if c := text[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return jsontree.Append(dst, text)
		}
	}
	return append(append(append(dst, '"'), text...), '"')
}

// readBatch decodes the batch and refuses it whole where it is none.
func (s *Handler) readBatch(c *call) ([]part, error) {
	body, err := c.Object()
	if err != nil {
		if e, ok := err.(*apierror.Error); ok && e.Status == http.StatusBadRequest && !isLimit(e) {
			invalid := apierror.InvalidBatch()
			invalid.Details = e.Details
			return nil, invalid
		}
		return nil, err
	}
	list, _ := body["requests"].([]any)
	if len(list) == 0 {
		return nil, apierror.InvalidBatch().Help("invalidBatch", "/requests",
			`want {"requests": [{"id": "1", "method": "GET", "url": "/education/synchronizationProfiles"}]}`)
	}
	if len(list) > batchLimit {
		return nil, apierror.BatchTooLong(batchLimit).Help("invalidBatch", "/requests", "this batch has %d", len(list))
	}
	parts := make([]part, 0, len(list))
	seen := map[string]bool{}
	for i, v := range list {
		p, err := readPart(v, i)
		if err != nil {
			return nil, err
		}
		if seen[fold(p.id)] {
			return nil, apierror.DuplicateBatchID(p.id).Help("invalidBatch", pointer(i, "id"), "ids are compared without regard to letter case")
		}
		seen[fold(p.id)] = true
		parts = append(parts, p)
	}
	return parts, inOrder(parts)
}

// inOrder refuses what the service does not sequence. Observed: a batch is all
// parallel or one sequence, that is, after the first request that depends on
// another each must (docs issue 16280); and a request may only depend on ones
// before it (msgraph-sdk-dotnet-core#891). The first is told first: the batch of
// that docs issue breaks both.
func inOrder(parts []part) error {
	first := slices.IndexFunc(parts, part.depends)
	if first < 0 {
		return nil
	}
	for i, p := range parts[first:] {
		if !p.depends() {
			return apierror.MixedBatch().Help("invalidBatch", pointer(first+i, "dependsOn"),
				"the request '%s' depends on another one, so each after it must: let '%s' depend on one, or move it before '%s'",
				parts[first].id, p.id, parts[first].id)
		}
	}
	before := map[string]bool{}
	for i, p := range parts {
		for _, id := range p.dependsOn {
			if !before[fold(id)] {
				return apierror.InvalidBatchDependency(p.id).Help("invalidBatch", pointer(i, "dependsOn"),
					"it names '%s', but a request may only depend on ones before it", id)
			}
		}
		before[fold(p.id)] = true
	}
	return nil
}

func (p part) depends() bool { return len(p.dependsOn) > 0 }

func isLimit(e *apierror.Error) bool { return len(e.Details) > 0 && e.Details[0].Code == "limit" }

func pointer(i int, name string) string { return fmt.Sprintf("/requests/%d/%s", i, name) }

func invalidPart(i int, name, format string, args ...any) error {
	return apierror.InvalidBatch().Help("invalidBatch", pointer(i, name), format, args...)
}

func readPart(v any, i int) (part, error) {
	o, ok := v.(map[string]any)
	if !ok {
		return part{}, apierror.InvalidBatch().Help("invalidBatch", fmt.Sprintf("/requests/%d", i), "want an object")
	}
	p := part{header: http.Header{}}
	for _, field := range []struct {
		name string
		into *string
	}{{"id", &p.id}, {"method", &p.method}, {"url", &p.path}} {
		v := o[field.name]
		if field.name == "id" {
			v = idOf(v)
		}
		if *field.into, ok = v.(string); !ok || *field.into == "" {
			return part{}, invalidPart(i, field.name, "want a string")
		}
	}
	p.method = strings.ToUpper(p.method)
	if strings.Contains(p.path, "://") {
		return part{}, invalidPart(i, "url", "want a URL relative to the version, like /education/synchronizationProfiles")
	}
	p.path, _, _ = strings.Cut(p.path, "#")
	p.path, p.query, _ = strings.Cut(p.path, "?")
	p.path = "/" + strings.TrimPrefix(p.path, "/")
	if _, ok := o["atomicityGroup"]; ok {
		return part{}, invalidPart(i, "atomicityGroup", "Graph has no atomicity groups; use dependsOn")
	}
	headers, ok := o["headers"].(map[string]any)
	if !ok && o["headers"] != nil {
		return part{}, invalidPart(i, "headers", "want an object of strings")
	}
	for _, name := range slices.Sorted(maps.Keys(headers)) { // the last of two spellings counts
		text, ok := headers[name].(string)
		if !ok {
			return part{}, invalidPart(i, "headers/"+name, "want a string")
		}
		p.header.Set(name, text)
	}
	if err := p.readDependencies(o["dependsOn"], i); err != nil {
		return part{}, err
	}
	return p, p.readBody(o["body"], i)
}

// idOf is an id as text. Inferred: CLI for Microsoft 365 sends numbers ("entra group member
// add"), and works with the service.
func idOf(v any) any {
	if n, ok := v.(float64); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return v
}

func (p *part) readDependencies(v any, i int) error {
	list, ok := v.([]any)
	if !ok && v != nil {
		return invalidPart(i, "dependsOn", "want an array of ids")
	}
	for _, v := range list {
		id, ok := idOf(v).(string)
		if !ok {
			return invalidPart(i, "dependsOn", "want an array of ids")
		}
		p.dependsOn = append(p.dependsOn, id)
	}
	return nil
}

// readBody takes the part's body: JSON as it stands, anything else in base64.
// Observed: a write without a Content-Type is refused, even without a body.
func (p *part) readBody(v any, i int) error {
	contentType := p.header.Get("Content-Type")
	writes := p.method == http.MethodPost || p.method == http.MethodPatch || p.method == http.MethodPut
	if (writes || v != nil) && contentType == "" {
		return apierror.BatchWithoutContentType(p.id).Help("invalidBatch", pointer(i, "headers"),
			`add "headers": {"Content-Type": "application/json"}`)
	}
	if v == nil || workload.IsJSON(contentType) {
		p.body = v
		return nil
	}
	text, ok := v.(string)
	if !ok {
		return invalidPart(i, "body", "want a base64 string, since the Content-Type is %s", contentType)
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return invalidPart(i, "body", "not base64: %v", err)
	}
	p.body = b
	return nil
}
