package workload

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// level is how much control information an answer carries.
type level uint8

const (
	minimal level = iota
	full
	none
)

// format is what a request's Accept header asks of JSON.
type format struct {
	level   level
	ieee754 bool // 64-bit integers as strings
}

// mediaJSON[ieee754][level] is the Content-Type of a success. Observed for minimal.
var mediaJSON = [2][3]string{
	{mediaOf("minimal", "false"), mediaOf("full", "false"), mediaOf("none", "false")},
	{mediaOf("minimal", "true"), mediaOf("full", "true"), mediaOf("none", "true")},
}

func mediaOf(level, ieee string) string {
	return "application/json;odata.metadata=" + level + ";odata.streaming=true;IEEE754Compatible=" + ieee + ";charset=utf-8"
}

func (f format) media() string {
	if f.ieee754 {
		return mediaJSON[1][f.level]
	}
	return mediaJSON[0][f.level]
}

// Accept notes what an Accept header asks for.
func (c *Call) Accept(header string) { c.format = parseFormat(header) }

// Media is the Content-Type of a success.
func (c *Call) Media() string { return c.format.media() }

// parseFormat reads an Accept header, or the $format option where one is
// given. JSON is all that the API speaks, so other types are not refused
// (chosen); an unknown level means minimal (OData).
func parseFormat(accept string) format {
	if accept == "" || accept == "*/*" || accept == "application/json" {
		return format{}
	}
	var f format
	a := strings.ToLower(accept)
	switch {
	case strings.Contains(a, "odata.metadata=none"), strings.Contains(a, "odata=nometadata"):
		f.level = none
	case strings.Contains(a, "odata.metadata=full"), strings.Contains(a, "odata=fullmetadata"):
		f.level = full
	}
	f.ieee754 = strings.Contains(a, "ieee754compatible=true")
	return f
}

// applyFormatOption lets $format decide over the Accept header (OData).
func (c *Call) applyFormatOption(option string) error {
	o := strings.ToLower(option)
	switch {
	case o == "":
	case o == "json":
		c.format = format{ieee754: c.format.ieee754}
	case strings.HasPrefix(o, "application/json"):
		c.format = parseFormat(o + ";")
	default:
		return apierror.BadRequest("The value '%s' of $format is not supported.", option).
			Help("invalidQueryOption", "$format", "this API speaks JSON: use json or application/json;odata.metadata=minimal")
	}
	return nil
}

// Entity appends an entity as the answer's whole body: the context first, then what
// json holds. context is what comes after "$metadata#". address, relative to the
// service's root, is put together only where it is shown.
func (c *Call) Entity(dst []byte, context string, address func() string, json []byte, t *odata.Type) []byte {
	switch c.format.level {
	case none:
		return odata.AppendNone(dst, json)
	case full:
		dst = c.Context(dst, context)
		at := len(dst)
		dst = odata.AppendFull(dst, json, t, address())
		return splice(dst, at)
	}
	dst = c.Context(dst, context)
	at := len(dst)
	dst = append(dst, json...)
	return splice(dst, at)
}

// Value begins an answer that is a value of its own: `{"@odata.context":"…","value":`,
// which the caller ends with the value and a brace.
func (c *Call) Value(dst []byte, context string) []byte {
	if c.format.level == none {
		return append(dst, `{"value":`...)
	}
	return append(c.Context(dst, context), `,"value":`...)
}

// Int64AsString tells whether the client wants 64-bit integers as strings.
func (c *Call) Int64AsString() bool { return c.format.ieee754 }

// Context appends `{"@odata.context":"…"`.
func (c *Call) Context(dst []byte, path string) []byte {
	dst = append(append(append(dst, `{"@odata.context":"`...), c.Scheme...), c.Host...)
	dst = append(append(append(dst, '/'), c.Version.String()...), `/$metadata#`...)
	dst = append(dst, path...)
	return append(dst, '"')
}

// splice turns `{"a":1` followed by `{"b":2}` at position at into one object.
func splice(dst []byte, at int) []byte {
	if dst[at+1] == '}' {
		return append(dst[:at], '}')
	}
	dst[at] = ','
	return dst
}

// member appends an entity of a collection, of which json is what the query
// options left.
func (c *Call) member(dst []byte, e Entity, json []byte, t *odata.Type) []byte {
	switch c.format.level {
	case none:
		return odata.AppendNone(dst, json)
	case full:
		return odata.AppendFull(dst, json, t, e.Address())
	}
	return append(dst, json...)
}
