package sds

import (
	"iter"
	"net/http"
	"slices"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// profileEntity is a profile as query options see it.
type profileEntity struct {
	c      *workload.Call
	record *profile.Record
}

func (e *profileEntity) JSON() []byte          { return e.record.JSON() }
func (e *profileEntity) Seq() uint64           { return e.record.Seq() }
func (e *profileEntity) Address() string       { return address(e.record.ID) }
func (e *profileEntity) Keep() workload.Entity { return &profileEntity{e.c, e.record} }

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
			dst = appendError(e.c, dst, &e.record.Errors[i])
		}
		return append(dst, ']')
	}
	return nil
}

// errorEntity is a sync error as query options see it.
type errorEntity struct {
	json     []byte
	number   int // in the order of recording, from 1
	profile  string
	reported *profile.SyncError
}

func (e *errorEntity) JSON() []byte             { return e.json }
func (e *errorEntity) Navigation(string) []byte { return nil }
func (e *errorEntity) Seq() uint64              { return uint64(e.number) }
func (e *errorEntity) Keep() workload.Entity    { return e }
func (e *errorEntity) Address() string {
	return address(e.profile) + "/errors('" + e.reported.ID + "')"
}

// profiles is the collection of a world's profiles.
func allProfiles(c *workload.Call) workload.Collection {
	store := of(c).Profiles
	return workload.Collection{
		Type: profile.Type, Path: "education/synchronizationProfiles", Context: "education/synchronizationProfiles",
		Finish: func(a *engine.Reply, o odata.Options) { applied(c, a, o) },
		Len:    func() int { return store.Len(c.Now) },
		Page: func(after uint64, skip, limit int) ([]workload.Entity, bool) {
			records, more := store.Page(c.Now, after, skip, limit)
			entities := make([]profileEntity, len(records))
			page := make([]workload.Entity, len(records))
			for i, r := range records {
				entities[i] = profileEntity{c, r}
				page[i] = &entities[i]
			}
			return page, more
		},
		All: func(after uint64) iter.Seq[workload.Entity] {
			return func(yield func(workload.Entity) bool) {
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
func errorsOf(c *workload.Call, r *profile.Record) workload.Collection {
	one := func(i int) workload.Entity {
		return &errorEntity{json: appendError(c, nil, &r.Errors[i]), number: i + 1, profile: r.ID, reported: &r.Errors[i]}
	}
	col := workload.Numbered(len(r.Errors), one)
	col.Type, col.Path, col.Context = profile.ErrorType, "education/synchronizationProfiles/"+r.ID+"/errors", contextKey(c, r.ID)+"/errors"
	col.Counted = c.Scenario.Variants.Is("errorsCount", "always")
	return col
}

// unmatched are the two names that the pages have for the error of a user
// without an account, variant errorCode.unmatched.
const (
	unsynchronizableChange = "UnsynchronizableChange"
	unmatchedEntry         = "UnmatchedEntry"
)

func appendError(c *workload.Call, dst []byte, e *profile.SyncError) []byte {
	if reading := c.Scenario.Variants.Get("errorCode.unmatched"); e.ErrorCode != reading &&
		(e.ErrorCode == unsynchronizableChange || e.ErrorCode == unmatchedEntry) {
		renamed := *e
		renamed.ErrorCode = reading
		e = &renamed
	}
	return e.Append(dst)
}

// expand adds the status, or the errors, in pages as at their own address.
func (e *profileEntity) Expand(dst []byte, item odata.ExpandItem) []byte {
	c := e.c
	if item.Property.Name == "profileStatus" {
		status := e.record.AppendStatus(nil, statusFormat(c))
		if item.Options.Select != nil {
			status = item.Options.Select.Apply(nil, status)
		}
		dst = c.ExpandedContext(dst, "profileStatus",
			contextKey(c, e.record.ID)+"/profileStatus"+workload.Selected(item.Options.Select)+"/$entity")
		return append(append(dst, `"profileStatus":`...), status...)
	}
	return c.ExpandCollection(dst, errorsOf(c, e.record), item)
}

// statusFormat is how the client wants a status to be written.
func statusFormat(c *workload.Call) profile.StatusFormat {
	return profile.StatusFormat{UnknownMembers: c.Prefers(unknownMembers), Int64AsString: c.Int64AsString()}
}

// unknownMembers is the preference for members that came to an enumeration
// after unknownFutureValue. Documented.
const unknownMembers = "include-unknown-enum-members"

// listProfiles, countProfiles: documented options $filter $orderby $top $skip $count.
func listProfiles(c *workload.Call) (engine.Reply, error) { return c.List(allProfiles(c)) }

func countProfiles(c *workload.Call) (engine.Reply, error) { return c.Count(allProfiles(c)) }

func listErrors(c *workload.Call) (engine.Reply, error) {
	r, err := of(c).Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	return c.List(errorsOf(c, r))
}

func countErrors(c *workload.Call) (engine.Reply, error) {
	r, err := of(c).Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	return c.Count(errorsOf(c, r))
}

// getError: 200 with one error, by its id.
func getError(c *workload.Call) (engine.Reply, error) {
	r, err := of(c).Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	o, err := c.Options(profile.ErrorType, odata.Allowed{Select: true})
	if err != nil {
		return engine.Reply{}, err
	}
	for e := range errorsOf(c, r).All(0) {
		if found := e.(*errorEntity); found.reported.ID == c.Keys.Get("error") {
			body := c.Entity(c.Room(512), contextKey(c, r.ID)+"/errors"+workload.Selected(o.Select)+"/$entity",
				found.Address, c.Shape(nil, e, o), profile.ErrorType)
			return c.OK(http.StatusOK, body), nil
		}
	}
	return engine.Reply{}, apierror.NotFound("error", c.Keys.Get("error"))
}

// getStatus: 200 with the profile's status. Documented.
func getStatus(c *workload.Call) (engine.Reply, error) {
	r, err := of(c).Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	o, err := c.Options(profile.StatusType, odata.Allowed{Select: true})
	if err != nil {
		return engine.Reply{}, err
	}
	of(c).Profiles.Read(c.Now, c.Subject)
	json := r.AppendStatus(nil, statusFormat(c))
	if o.Select != nil {
		json = o.Select.Apply(nil, json)
	}
	address := func() string { return address(r.ID) + "/profileStatus" }
	body := c.Entity(c.Room(512), contextKey(c, r.ID)+"/profileStatus"+workload.Selected(o.Select)+"/$entity",
		address, json, profile.StatusType)
	a := c.OK(http.StatusOK, body)
	appliedUnknownMembers(c, &a)
	return a, nil
}

// applied tells that a preference was respected, where an expanded status may
// show it.
func applied(c *workload.Call, a *engine.Reply, o odata.Options) {
	if slices.ContainsFunc(o.Expand, func(i odata.ExpandItem) bool { return i.Property.Name == "profileStatus" }) {
		appliedUnknownMembers(c, a)
	}
}

func appliedUnknownMembers(c *workload.Call, a *engine.Reply) {
	if c.Prefers(unknownMembers) {
		a.Set("Preference-Applied", unknownMembers)
	}
}
