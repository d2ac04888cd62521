package workload

import (
	"iter"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

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
