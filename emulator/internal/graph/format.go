package graph

import (
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Content types of answers.
const (
	mediaError  = "application/json" // observed: errors come without OData's parameters
	mediaText   = "text/plain"
	mediaBinary = "application/octet-stream"
	mediaXML    = "application/xml"
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
func (c *call) applyFormatOption(option string) error {
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

// entity appends an entity as the answer's whole body: the context first, then
// what json holds. path is the context after "$metadata#"; the entity's own
// address is that of the profile id with what follows.
func (c *call) entity(dst []byte, path, id, follows string, json []byte, t *odata.Type) []byte {
	return c.whole(dst, path, func() string { return address(id) + follows }, json, t)
}

// whole is entity for one of any address, which is put together only where it is
// shown.
func (c *call) whole(dst []byte, path string, address func() string, json []byte, t *odata.Type) []byte {
	switch c.format.level {
	case none:
		return odata.AppendNone(dst, json)
	case full:
		dst = c.context(dst, path)
		at := len(dst)
		dst = odata.AppendFull(dst, json, t, address())
		return splice(dst, at)
	}
	dst = c.context(dst, path)
	at := len(dst)
	dst = append(dst, json...)
	return splice(dst, at)
}

// context appends `{"@odata.context":"…"`.
func (c *call) context(dst []byte, path string) []byte {
	dst = append(append(append(dst, `{"@odata.context":"`...), c.Scheme...), c.Host...)
	dst = append(append(append(dst, '/'), c.at.version...), `/$metadata#`...)
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
func (c *call) member(dst []byte, e entity, json []byte, t *odata.Type) []byte {
	switch c.format.level {
	case none:
		return odata.AppendNone(dst, json)
	case full:
		return odata.AppendFull(dst, json, t, e.address())
	}
	return append(dst, json...)
}
