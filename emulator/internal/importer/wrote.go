package importer

import (
	"net/http"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// wrote notes what a call has written, so that it is not taken for the first state.
func (m *importer) wrote(c *call) {
	segments := c.path.Segments
	end := *c.path.End()
	body, _ := c.answer.(map[string]any)
	id, _ := body["id"].(string)
	switch end.Kind {
	case resource.Operation:
		segments = segments[:len(segments)-1]
		p, ok := m.locate(c, segments)
		if ok && p.one != nil {
			p.one.needed, p.one.frozen = true, true
		}
		if id != "" && (p.one == nil || !strings.EqualFold(p.one.id, id)) {
			m.wasMade(id)
		}
	case resource.Ref:
		p, ok := m.locate(c, without(segments))
		if !ok {
			return
		}
		if p.from == nil && len(segments) > 2 { // a key of a linked object stands before $ref
			p, ok = m.locate(c, segments[:len(segments)-2])
		}
		if ok && p.from != nil {
			p.from.needed = true
			at, _ := c.sent["@odata.id"].(string)
			if property := p.from.typ.Property(p.link); c.method == http.MethodPost && property != nil && property.Collection {
				p.from.written[p.link+"/"+strings.ToLower(lastID(at))] = true
			} else if property != nil && !property.Collection {
				p.from.written[p.link] = true
			}
		}
	case resource.Value, resource.Property:
		for end := len(segments) - 1; end > 0; end-- {
			if p, ok := m.locate(c, segments[:end]); ok && p.one != nil {
				p.one.frozen, p.one.needed = true, true
				return
			}
		}
	default:
		p, ok := m.locate(c, segments)
		switch {
		case !ok:
		case p.one != nil:
			p.one.needed = true
			for name := range c.sent {
				p.one.written[strings.TrimSuffix(name, "@odata.bind")] = true
			}
			if c.method == http.MethodDelete {
				p.one.frozen, p.one.gone = true, true
			}
		case c.method == http.MethodPost && id != "":
			m.wasMade(id)
			for o := p.parent; o != nil; o = o.parent {
				o.needed = true
			}
		}
	}
}

// lastID is the key at the end of an address.
func lastID(address string) string {
	return strings.Trim(address[strings.LastIndexAny(address, "/(")+1:], "')")
}

func without(segments []resource.Segment) []resource.Segment { return segments[:len(segments)-1] }

// wasMade notes that the traffic has created an object.
func (m *importer) wasMade(id string) {
	id = strings.ToLower(id)
	for _, o := range m.byID[id] {
		if len(o.props) > 0 {
			return // it was there before
		}
	}
	m.created[id] = true
	for _, o := range m.byID[id] {
		o.made = true
	}
}
