package workload

import (
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Shape appends an entity with what $select leaves of it and what $expand adds.
func (c *Call) Shape(dst []byte, e Entity, o odata.Options) []byte {
	if own, ok := e.(Shaper); ok {
		dst = own.Shape(dst, o.Select)
	} else if o.Select != nil {
		dst = o.Select.Apply(dst, e.JSON())
	} else {
		dst = append(dst, e.JSON()...)
	}
	from, ok := e.(Expander)
	if !ok || len(o.Expand) == 0 {
		return dst
	}
	dst = dst[:len(dst)-1] // the brace, to go on
	for _, item := range o.Expand {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = from.Expand(dst, item)
	}
	return append(dst, '}')
}

// Shaper is an entity whose JSON is not yet what an answer shows.
type Shaper interface {
	Entity
	Shape(dst []byte, s *odata.Selection) []byte // what is shown of it with that $select; nil: without one
}

// Expander is an entity with navigation properties that $expand may add.
type Expander interface {
	Entity
	// Expand appends an expanded property, with its context before it. Inferred:
	// Graph gives each expanded property its context.
	Expand(dst []byte, item odata.ExpandItem) []byte
}

// ExpandCollection appends the first page of a collection as the property that
// item expands.
func (c *Call) ExpandCollection(dst []byte, col Collection, item odata.ExpandItem) []byte {
	col.Usual = nil // what an expansion shows, its own $select says
	p, err := c.read(col, item.Options, nextOptions(item.Query()))
	if err != nil {
		panic(err) // only a skip token can be wrong, and none is allowed here
	}
	property := item.Property.Name
	dst = c.ExpandedContext(dst, property, col.Context+Selected(item.Options.Select))
	dst = c.annotations(dst, property, col, p, item.Options.Count || col.Counted)
	dst = append(append(append(dst, '"'), property...), `":[`...)
	for i, row := range p.rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, row...)
	}
	return append(dst, ']')
}

// ExpandedContext appends the context of an expanded property and a comma.
func (c *Call) ExpandedContext(dst []byte, property, path string) []byte {
	dst = append(append(append(dst, '"'), property...), `@odata.context":`...)
	return append(jsontree.Append(dst, c.Base()+"/$metadata#"+path), ',')
}
