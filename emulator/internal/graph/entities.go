package graph

import (
	"iter"
	"net/http"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// profileEntity is a profile as query options see it.
type profileEntity struct {
	c      *call
	record *profile.Record
}

func (e *profileEntity) JSON() []byte    { return e.record.JSON() }
func (e *profileEntity) seq() uint64     { return e.record.Seq() }
func (e *profileEntity) address() string { return address(e.record.ID) }
func (e *profileEntity) keep() entity    { return &profileEntity{e.c, e.record} }

// Navigation returns what $filter and $orderby read beyond the profile itself.
func (e *profileEntity) Navigation(name string) []byte {
	switch name {
	case "profileStatus":
		// Filters may name every status, whatever the answer would show.
		return e.record.AppendStatus(nil, profile.StatusFormat{UnknownMembers: true})
	case "errors":
		dst := []byte{'['}
		for i := range e.record.Errors {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = e.c.appendError(dst, &e.record.Errors[i])
		}
		return append(dst, ']')
	}
	return nil
}

// errorEntity is a sync error as query options see it.
type errorEntity struct {
	json     []byte
	place    int // in the order of recording, from 1
	profile  string
	reported *profile.SyncError
}

func (e *errorEntity) JSON() []byte             { return e.json }
func (e *errorEntity) Navigation(string) []byte { return nil }
func (e *errorEntity) seq() uint64              { return uint64(e.place) }
func (e *errorEntity) keep() entity             { return e }
func (e *errorEntity) follows() string          { return "/errors('" + e.reported.ID + "')" }
func (e *errorEntity) address() string {
	return address(e.profile) + e.follows()
}

// profiles is the collection of a world's profiles.
func (c *call) profiles() collection {
	store := c.world.Profiles
	return collection{
		t: profile.Type, path: "education/synchronizationProfiles", context: "education/synchronizationProfiles",
		len: func() int { return store.Len(c.Now) },
		page: func(after uint64, skip, limit int) ([]entity, bool) {
			records, more := store.Page(c.Now, after, skip, limit)
			entities := make([]profileEntity, len(records))
			page := make([]entity, len(records))
			for i, r := range records {
				entities[i] = profileEntity{c, r}
				page[i] = &entities[i]
			}
			return page, more
		},
		all: func(after uint64) iter.Seq[entity] {
			return func(yield func(entity) bool) {
				e := &profileEntity{c: c}
				for e.record = range store.All(c.Now, after) {
					if !yield(e) {
						return
					}
				}
			}
		},
	}
}

// errors is the collection of a profile's sync errors. The page's example shows
// the count unasked, variant errorsCount.
func (c *call) errors(r *profile.Record) collection {
	one := func(i int) entity {
		return &errorEntity{json: c.appendError(nil, &r.Errors[i]), place: i + 1, profile: r.ID, reported: &r.Errors[i]}
	}
	col := numbered(len(r.Errors), one)
	col.t, col.path, col.context = profile.ErrorType, "education/synchronizationProfiles/"+r.ID+"/errors", c.contextKey(r.ID)+"/errors"
	col.counted = c.Scenario.Variants.Is("errorsCount", "always")
	return col
}

// unmatched are the two names that the pages have for the error of a user
// without an account, variant errorCode.unmatched.
const (
	unsynchronizableChange = "UnsynchronizableChange"
	unmatchedEntry         = "UnmatchedEntry"
)

func (c *call) appendError(dst []byte, e *profile.SyncError) []byte {
	if reading := c.Scenario.Variants.Get("errorCode.unmatched"); e.ErrorCode != reading &&
		(e.ErrorCode == unsynchronizableChange || e.ErrorCode == unmatchedEntry) {
		renamed := *e
		renamed.ErrorCode = reading
		e = &renamed
	}
	return e.Append(dst)
}

// shape appends an entity with what $select leaves of it and what $expand adds.
func (c *call) shape(dst []byte, e entity, o odata.Options) []byte {
	if o.Select != nil {
		dst = o.Select.Apply(dst, e.JSON())
	} else {
		dst = append(dst, e.JSON()...)
	}
	from, ok := e.(expander)
	if !ok || len(o.Expand) == 0 {
		return dst
	}
	dst = dst[:len(dst)-1] // the brace, to go on
	for _, item := range o.Expand {
		if dst[len(dst)-1] != '{' {
			dst = append(dst, ',')
		}
		dst = from.expand(dst, item)
	}
	return append(dst, '}')
}

// expander is an entity with navigation properties that $expand may add.
type expander interface {
	entity
	// expand appends an expanded property, with its context before it. Inferred:
	// Graph gives each expanded property its context.
	expand(dst []byte, item odata.ExpandItem) []byte
}

// expand adds the status, or the errors, in pages as at their own address.
func (e *profileEntity) expand(dst []byte, item odata.ExpandItem) []byte {
	c := e.c
	if item.Property.Name == "profileStatus" {
		status := e.record.AppendStatus(nil, c.statusFormat())
		if item.Options.Select != nil {
			status = item.Options.Select.Apply(nil, status)
		}
		dst = c.expandedContext(dst, "profileStatus", c.contextKey(e.record.ID)+"/profileStatus"+selected(item.Options.Select)+"/$entity")
		return append(append(dst, `"profileStatus":`...), status...)
	}
	return c.expandCollection(dst, c.errors(e.record), item)
}

// expandCollection appends the first page of a collection as the property that
// item expands.
func (c *call) expandCollection(dst []byte, col collection, item odata.ExpandItem) []byte {
	col.usual = nil // what an expansion shows, its own $select says
	p, err := c.read(col, item.Options, nextOptions(item.Query()))
	if err != nil {
		panic(err) // only a skip token can be wrong, and none is allowed here
	}
	property := item.Property.Name
	dst = c.expandedContext(dst, property, col.context+selected(item.Options.Select))
	dst = c.annotations(dst, property, col, p, item.Options.Count || col.counted)
	dst = append(append(append(dst, '"'), property...), `":[`...)
	for i, row := range p.rows {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, row...)
	}
	return append(dst, ']')
}

func (c *call) expandedContext(dst []byte, property, path string) []byte {
	dst = append(append(append(dst, '"'), property...), `@odata.context":`...)
	return append(jsontree.Append(dst, c.base()+"/$metadata#"+path), ',')
}

// statusFormat is how the client wants a status to be written.
func (c *call) statusFormat() profile.StatusFormat {
	return profile.StatusFormat{UnknownMembers: c.prefers(unknownMembers), Int64AsString: c.format.ieee754}
}

// unknownMembers is the preference for members that came to an enumeration
// after unknownFutureValue. Documented.
const unknownMembers = "include-unknown-enum-members"

// listProfiles, countProfiles: documented options $filter $orderby $top $skip $count.
func (s *Handler) listProfiles(c *call) (engine.Reply, error) { return c.list(c.profiles()) }

func (s *Handler) countProfiles(c *call) (engine.Reply, error) { return c.total(c.profiles()) }

func (s *Handler) listErrors(c *call) (engine.Reply, error) {
	r, err := c.world.Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	return c.list(c.errors(r))
}

func (s *Handler) countErrors(c *call) (engine.Reply, error) {
	r, err := c.world.Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	return c.total(c.errors(r))
}

// getError: 200 with one error, by its id.
func (s *Handler) getError(c *call) (engine.Reply, error) {
	r, err := c.world.Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	o, err := c.options(profile.ErrorType, odata.Allowed{Select: true})
	if err != nil {
		return engine.Reply{}, err
	}
	for e := range c.errors(r).all(0) {
		if found := e.(*errorEntity); found.reported.ID == c.at.keys.get("error") {
			body := c.entity(c.room(512), c.contextKey(r.ID)+"/errors"+selected(o.Select)+"/$entity",
				r.ID, found.follows(), c.shape(nil, e, o), profile.ErrorType)
			return engine.Reply{Status: http.StatusOK, Media: c.format.media(), Body: body}, nil
		}
	}
	return engine.Reply{}, apierror.NotFound("error", c.at.keys.get("error"))
}

// getStatus: 200 with the profile's status. Documented.
func (s *Handler) getStatus(c *call) (engine.Reply, error) {
	r, err := c.world.Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	o, err := c.options(profile.StatusType, odata.Allowed{Select: true})
	if err != nil {
		return engine.Reply{}, err
	}
	c.world.Profiles.Read(c.Now, c.Subject)
	json := r.AppendStatus(nil, c.statusFormat())
	if o.Select != nil {
		json = o.Select.Apply(nil, json)
	}
	body := c.entity(c.room(512), c.contextKey(r.ID)+"/profileStatus"+selected(o.Select)+"/$entity", r.ID, "/profileStatus", json, profile.StatusType)
	a := engine.Reply{Status: http.StatusOK, Media: c.format.media(), Body: body}
	c.appliedUnknownMembers(&a)
	return a, nil
}

// applied tells that a preference was respected, where an expanded status may
// show it.
func (c *call) applied(a *engine.Reply, o odata.Options) {
	if slices.ContainsFunc(o.Expand, func(i odata.ExpandItem) bool { return i.Property.Name == "profileStatus" }) {
		c.appliedUnknownMembers(a)
	}
}

func (c *call) appliedUnknownMembers(a *engine.Reply) {
	if c.prefers(unknownMembers) {
		a.Set("Preference-Applied", unknownMembers)
	}
}
