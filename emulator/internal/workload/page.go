package workload

import (
	"iter"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Page sizes (chosen: nothing is known of this API's): $top is the size of a
// page, and nextLink goes on to the end, as Graph's paging page says.
const (
	defaultPage = 100
	MaxPage     = 999

	// A page that comes to so many bytes ends there, with a nextLink: else a small
	// request could ask for gigabytes. One entity is a page at least.
	maxPageBytes = 8 << 20
)

// annotations appends count and nextLink, each followed by a comma. property
// is the name of an expanded property, "" for the answer itself.
func (c *Call) annotations(dst []byte, property string, col Collection, p page, count bool) []byte {
	if count {
		dst = append(append(append(dst, '"'), property...), `@odata.count":`...)
		if c.format.ieee754 {
			dst = append(strconv.AppendInt(append(dst, '"'), int64(p.count), 10), '"')
		} else {
			dst = strconv.AppendInt(dst, int64(p.count), 10)
		}
		dst = append(dst, ',')
	}
	if p.next != "" {
		dst = append(append(append(dst, '"'), property...), `@odata.nextLink":`...)
		dst = append(jsontree.Append(dst, c.Base()+"/"+col.Path+"?"+p.next), ',')
	}
	return dst
}

// page is a piece of a collection.
type page struct {
	entities []Entity
	rows     [][]byte    // what is shown of each entity
	keys     []odata.Key // of the last entity, where there is an order
	more     bool        // further entities follow
	count    int         // of all entities that filter and search let through; only where it was asked for
	next     string      // the query that leads on; "" at the end
}

// ended errs where a walk ended early, since the client has gone.
func (c *Call) ended() error {
	if c.left {
		return apierror.ClientClosedRequest()
	}
	return nil
}

// watched is a walk that ends when the client has gone.
func (c *Call) watched(all func(after uint64) iter.Seq[Entity]) func(after uint64) iter.Seq[Entity] {
	const between = 256 // entities from one look to the next
	return func(after uint64) iter.Seq[Entity] {
		return func(yield func(Entity) bool) {
			n := 0
			for e := range all(after) {
				if n++; n%between == 0 && c.Gone() {
					c.left = true
					return
				}
				if !yield(e) {
					return
				}
			}
		}
	}
}

// show renders the entities of p, and ends the page where it has enough bytes.
func (c *Call) show(p *page, o odata.Options, usual *odata.Selection) {
	if o.Select == nil {
		o.Select = usual
	}
	p.rows = make([][]byte, 0, len(p.entities))
	size := 0
	for i, e := range p.entities {
		row := e.JSON()
		if _, own := e.(Shaper); own || o.Select != nil || o.Expand != nil {
			row = c.Shape(nil, e, o)
		}
		if size += len(row); size > maxPageBytes && i > 0 {
			p.entities, p.more = p.entities[:i], true
			if o.OrderBy != nil {
				p.keys = odata.Keys(o.OrderBy, p.entities[i-1])
			}
			return
		}
		p.rows = append(p.rows, row)
	}
}

// read applies filter, search, ordering, count and paging. rest is the query
// that further pages carry beside their skip token.
func (c *Call) read(col Collection, o odata.Options, rest string) (page, error) {
	limit := defaultPage
	switch {
	case o.Top > 0:
		limit = o.Top
	case col.Unpaged:
		limit = math.MaxInt32
	}
	usual := limit
	if size := c.pageSize(); size > 0 {
		limit = min(limit, size)
	}
	scope := col.Path + "?" + rest
	if plain, err := url.QueryUnescape(scope); err == nil {
		scope = plain // a client may escape more of a nextLink than we did
	}
	var from cursor
	if o.SkipToken != "" {
		var err error
		if from, err = openCursor(o.SkipToken, c.Tenant.PageKey, scope); err != nil {
			return page{}, err
		}
		o.Skip = 0 // the first page has taken it
	}
	var p page
	col.All = c.watched(col.All)
	switch {
	case o.OrderBy != nil:
		p = sorted(col, o, from, limit)
	case o.Filter != nil || o.Search != nil:
		p = filtered(col, o, from, limit)
	default:
		p.entities, p.more = col.Page(from.Seq, o.Skip, limit)
		p.count = col.Len()
	}
	c.show(&p, o, col.Usual)
	if p.more {
		if limit < usual {
			c.Scenario.Pages.Add(1)
		}
		last := p.entities[len(p.entities)-1]
		token := cursor{Seq: last.Seq(), Keys: p.keys}.seal(c.Tenant.PageKey, scope)
		p.next = strings.TrimPrefix(rest+"&$skiptoken="+token, "&")
	}
	return p, nil
}

// pageSize is how large a scenario lets pages be; 0: it does not say, or it is the test
// itself that reads.
func (c *Call) pageSize() int {
	if c.Trusted || c.Scenario == nil {
		return 0
	}
	return c.Scenario.PageSize
}

func matches(o odata.Options, e Entity) bool {
	return (o.Filter == nil || o.Filter.Match(e)) && (o.Search == nil || o.Search.Match(e))
}

// filtered walks the collection in the order of creation, no further than it must.
func filtered(col Collection, o odata.Options, from cursor, limit int) (p page) {
	start := from.Seq
	if o.Count || col.Counted {
		start = 0 // the count is of all
	}
	for e := range col.All(start) {
		if !matches(o, e) {
			continue
		}
		p.count++
		switch {
		case e.Seq() <= from.Seq:
		case o.Skip > 0:
			o.Skip--
		case len(p.entities) < limit:
			p.entities = append(p.entities, e.Keep())
		default:
			p.more = true
			if start == from.Seq && !o.Count && !col.Counted {
				return p
			}
		}
	}
	return p
}

// sorted orders what matches. Entities with equal keys stand in the order of
// creation, so the order is total and a cursor can resume it.
func sorted(col Collection, o odata.Options, from cursor, limit int) (p page) {
	type row struct {
		e    Entity
		keys []odata.Key
	}
	compare := func(a, b row) int {
		if d := odata.CompareKeys(o.OrderBy, a.keys, b.keys); d != 0 {
			return d
		}
		return int(int64(a.e.Seq()) - int64(b.e.Seq()))
	}
	var rows []row
	for e := range col.All(0) {
		if !matches(o, e) {
			continue
		}
		p.count++
		r := row{e, odata.Keys(o.OrderBy, e)}
		if from.Seq > 0 {
			d := odata.CompareKeys(o.OrderBy, r.keys, from.Keys)
			if d < 0 || d == 0 && e.Seq() <= from.Seq {
				continue
			}
		}
		r.e = e.Keep()
		rows = append(rows, r)
	}
	slices.SortFunc(rows, compare)
	rows = rows[min(o.Skip, len(rows)):]
	if p.more = len(rows) > limit; p.more {
		rows = rows[:limit]
	}
	for _, r := range rows {
		p.entities = append(p.entities, r.e)
		p.keys = r.keys
	}
	return p
}
