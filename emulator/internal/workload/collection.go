package workload

import (
	"iter"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// Entity is a member of a collection.
type Entity interface {
	odata.Entity
	Seq() uint64     // its place in the order of creation, from 1
	Address() string // relative to the service's root

	// Keep returns an entity that stays as it is. A walk over all members may use one
	// entity for each in turn, so that a filter allocates nothing for what it leaves out.
	Keep() Entity
}

// Collection is what a list, a count or an expansion reads from.
type Collection struct {
	Type    *odata.Type
	Path    string // its address, relative to the service's root
	Context string // after "$metadata#"
	// a snapshot, in the order of creation; each is good until the next
	All       func(after uint64) iter.Seq[Entity]
	Page      func(after uint64, skip, limit int) (page []Entity, more bool) // the same, by index
	Len       func() int
	Counted   bool                                   // the count is given unasked
	Uncounted bool                                   // $count=true is not looked at
	CountOnce bool                                   // only the first page has the count
	Unpaged   bool                                   // all of it is one page, where $top asks for none
	Usual     *odata.Selection                       // what is shown without $select; nil: all
	Custom    []string                               // parameters of the address itself, which are no options of OData
	Finish    func(a *engine.Reply, o odata.Options) // sets further headers of a list; nil: none
}

// Numbered is a collection of n entities, of which one(i) has the sequence number
// i+1.
func Numbered(n int, one func(i int) Entity) Collection {
	return Collection{
		Len: func() int { return n },
		Page: func(after uint64, skip, limit int) (page []Entity, more bool) {
			first := min(int(after)+skip, n)
			end := min(first+limit, n)
			for i := first; i < end; i++ {
				page = append(page, one(i))
			}
			return page, end < n
		},
		All: func(after uint64) iter.Seq[Entity] {
			return func(yield func(Entity) bool) {
				for i := int(after); i < n; i++ {
					if !yield(one(i)) {
						return
					}
				}
			}
		},
	}
}

// Page sizes (chosen: nothing is known of this API's): $top is the size of a
// page, and nextLink goes on to the end, as Graph's paging page says.
const (
	defaultPage = 100
	MaxPage     = 999

	// A page that comes to so many bytes ends there, with a nextLink: else a small
	// request could ask for gigabytes. One entity is a page at least.
	maxPageBytes = 8 << 20
)

var listOptions = odata.Allowed{Filter: true, OrderBy: true, Select: true, Expand: true, Top: true, Skip: true,
	Count: true, Search: true, SkipToken: true, MaxTop: MaxPage, MaxExpand: MaxExpand}

// MaxExpand is how deep $expand may nest. Documented for the directory: one level.
const MaxExpand = 1

// List answers a collection with the query options of the request.
func (c *Call) List(col Collection) (engine.Reply, error) {
	allowed := listOptions
	allowed.Custom = col.Custom
	o, err := c.Options(col.Type, allowed)
	if err != nil {
		return engine.Reply{}, err
	}
	if col.Uncounted || col.CountOnce && o.SkipToken != "" {
		o.Count = false
	}
	rest := nextOptions(c.Query)
	p, err := c.read(col, o, rest)
	if err == nil {
		err = c.ended()
	}
	if err != nil {
		return engine.Reply{}, err
	}
	size := 512
	for _, row := range p.rows {
		size += len(row) + 1
	}
	dst := c.Room(size)
	if c.format.level == none {
		dst = append(dst, '{')
	} else {
		dst = append(c.Context(dst, col.Context+Selected(o.Select)), ',')
	}
	dst = c.annotations(dst, "", col, p, o.Count || col.Counted)
	dst = append(dst, `"value":[`...)
	for i, row := range p.rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = c.member(dst, p.entities[i], row, col.Type)
	}
	a := engine.Reply{Status: http.StatusOK, Media: c.Media(), Body: append(dst, "]}"...)}
	if col.Finish != nil {
		col.Finish(&a, o)
	}
	return a, nil
}

// ListRefs answers the addresses of a collection's entities in place of themselves.
func (c *Call) ListRefs(col Collection, address func(Entity) string) (engine.Reply, error) {
	o, err := c.Options(col.Type, odata.Allowed{Filter: true, OrderBy: true, Top: true, Skip: true, Count: true, Search: true,
		SkipToken: true, MaxTop: MaxPage})
	if err != nil {
		return engine.Reply{}, err
	}
	p, err := c.read(col, o, nextOptions(c.Query))
	if err == nil {
		err = c.ended()
	}
	if err != nil {
		return engine.Reply{}, err
	}
	dst := c.Room(512)
	if c.format.level == none {
		dst = append(dst, '{')
	} else {
		dst = append(c.Context(dst, col.Context), ',')
	}
	dst = c.annotations(dst, "", col, p, o.Count || col.Counted)
	dst = append(dst, `"value":[`...)
	for i, e := range p.entities {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(jsontree.Append(append(dst, `{"@odata.id":`...), address(e)), '}')
	}
	return engine.Reply{Status: http.StatusOK, Media: c.Media(), Body: append(dst, "]}"...)}, nil
}

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

// Count answers a $count segment: the number as plain text. Observed: clients
// ask with Accept: text/plain.
func (c *Call) Count(col Collection) (engine.Reply, error) {
	o, err := c.Options(col.Type, odata.Allowed{Filter: true, Search: true, Custom: col.Custom})
	if err != nil {
		return engine.Reply{}, err
	}
	n := 0
	if o.Filter == nil && o.Search == nil {
		n = col.Len()
	} else {
		for e := range c.watched(col.All)(0) {
			if matches(o, e) {
				n++
			}
		}
		if err := c.ended(); err != nil {
			return engine.Reply{}, err
		}
	}
	return engine.Reply{Status: http.StatusOK, Media: engine.MediaText, Body: strconv.AppendInt(c.Room(20), int64(n), 10)}, nil
}

// Options parses the request's query options. A navigation property in $select shows
// nothing (observed: msgraph-sdk-powershell issue 1737), and the journal says so.
func (c *Call) Options(t *odata.Type, allowed odata.Allowed) (odata.Options, error) {
	o, err := odata.Parse(c.Query, t, allowed)
	if err == nil {
		err = c.applyFormatOption(o.Format)
	}
	expanded := func(name string) bool {
		return slices.ContainsFunc(o.Expand, func(item odata.ExpandItem) bool { return item.Property.Name == name })
	}
	for _, name := range o.Select.Links() {
		if !expanded(name) {
			c.Advise("$select=" + name + " shows nothing, since it is a relation: $expand=" + name + " shows it")
		}
	}
	return o, err
}

// NoOptions refuses query options where there is nothing to query.
func (c *Call) NoOptions(t *odata.Type) error {
	if c.Query == "" {
		return nil
	}
	_, err := c.Options(t, odata.Allowed{})
	return err
}

// nextOptions is the caller's query as it goes on to the next page: as it was
// written, without what the first page used up.
func nextOptions(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(part, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || part == "" {
			continue // refused before
		}
		switch strings.ToLower(strings.TrimPrefix(name, "$")) {
		case "skip", "skiptoken":
		default:
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

// Selected is the addition that $select makes to a context URL. Documented:
// users(id,displayName).
func Selected(s *odata.Selection) string {
	if s == nil {
		return ""
	}
	return "(" + s.String() + ")"
}
