package graph

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// address is a profile relative to the service's root, as OData spells it.
func address(id string) string { return "education/synchronizationProfiles('" + id + "')" }

// contextKey is a profile in a context URL. Documented twice: older pages quote
// the key, newer pages make it a segment. Variant contextKeys.
func (c *call) contextKey(id string) string {
	if c.Scenario.Variants.Is("contextKeys", "plain") {
		return "education/synchronizationProfiles/" + id
	}
	return address(id)
}

// getProfile: 200 with the profile. Documented.
func (s *Handler) getProfile(c *call) (engine.Reply, error) {
	r, err := c.world.Profiles.Get(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	if c.Query == "" {
		c.world.Profiles.Read(c.Now, c.Subject)
		return c.profile(http.StatusOK, r), nil
	}
	o, err := c.options(profile.Type, odata.Allowed{Select: true, Expand: true, MaxTop: maxPage})
	if err != nil {
		return engine.Reply{}, err
	}
	c.world.Profiles.Read(c.Now, c.Subject)
	e := &profileEntity{c: c, record: r}
	body := c.entity(c.room(len(r.JSON())+256), "education/synchronizationProfiles"+selected(o.Select)+"/$entity",
		r.ID, "", c.shape(nil, e, o), profile.Type)
	a := engine.Reply{Status: http.StatusOK, Media: c.format.media(), Body: body}
	c.applied(&a, o)
	return a, nil
}

// profile is a profile as the whole body of an answer.
func (c *call) profile(status int, r *profile.Record) engine.Reply {
	body := c.entity(c.room(len(r.JSON())+256), "education/synchronizationProfiles/$entity", r.ID, "", r.JSON(), profile.Type)
	return engine.Reply{Status: status, Media: c.format.media(), Body: body}
}

// createProfile: 202 with the profile (the page's text), or 201 (its example),
// variant createStatus. 400 where the model's validation fails. All documented.
func (s *Handler) createProfile(c *call) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	change, err := s.readChange(c, false)
	if err != nil {
		return engine.Reply{}, err
	}
	r, err := c.world.Profiles.Create(c.Now, change)
	if err != nil {
		return engine.Reply{}, err
	}
	c.Subject, c.Lifecycle = r.ID, r.Lifecycle()
	status := http.StatusAccepted
	if c.Scenario.Variants.Is("createStatus", "201") {
		status = http.StatusCreated
	}
	a := c.changed(status, r)
	// The header is seen on other creates; its value here is a guess.
	location := c.base() + "/" + address(r.ID)
	a.Set("Location", location)
	if a.Status == http.StatusNoContent {
		a.Set("OData-EntityId", location)
	}
	return a, nil
}

// idleAdvice is for an update that changes nothing. The typed Go SDK sends one when
// a client gets a profile and sends it back: its backing store holds no change.
const idleAdvice = "this update changed nothing: its body names no property that an update can change, only annotations, id or state; " +
	"an SDK with a backing store sends that when no property was set after the profile was read"

// patchProfile and putProfile: 202 with the profile; variant updateStatus.
// Documented: PATCH by the SDK, PUT by pages of 2017.
func (s *Handler) patchProfile(c *call) (engine.Reply, error) { return s.update(c, c.Subject, false) }

func (s *Handler) putProfile(c *call) (engine.Reply, error) { return s.update(c, c.Subject, true) }

// putProfileByBody is the update of the oldest page, PUT on the collection. It
// says nothing of how the profile is named; the body's id is the only way
// (chosen).
func (s *Handler) putProfileByBody(c *call) (engine.Reply, error) { return s.update(c, "", true) }

func (s *Handler) update(c *call, id string, whole bool) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	if id != "" {
		// Before the body: what is not there needs no valid body.
		if _, err := c.world.Profiles.Get(c.Now, id); err != nil {
			return engine.Reply{}, err
		}
	}
	change, err := s.readChange(c, !whole)
	if err != nil {
		return engine.Reply{}, err
	}
	switch inBody := change.ID(); {
	case id == "" && inBody == "":
		return engine.Reply{}, apierror.MissingValue("id", profile.Type.Name).
			Help("missingProperty", "/id",
				"PUT on the collection needs the id of the profile in the body; or use PATCH or PUT on /education/synchronizationProfiles/{id}")
	case id == "":
		id = inBody
		c.Subject = id
	case inBody != "" && inBody != id:
		return engine.Reply{}, apierror.InvalidValue("id", profile.Type.Name).
			Help(string(schema.BadValue), "/id", "the body's id is %q, the address's is %q; the id of a profile never changes", inBody, id)
	}
	r, err := c.world.Profiles.Update(c.Now, id, change, whole)
	if err != nil {
		return engine.Reply{}, err
	}
	if change.Idle() {
		c.advise(idleAdvice)
	}
	status := http.StatusAccepted
	switch c.Scenario.Variants.Get("updateStatus") {
	case "200":
		status = http.StatusOK
	case "204":
		return empty(http.StatusNoContent), nil
	}
	return c.changed(status, r), nil
}

// changed is the answer to a create or an update, with the preference
// return=minimal or return=representation respected (documented).
func (c *call) changed(status int, r *profile.Record) engine.Reply {
	if c.prefers("return=minimal") {
		a := empty(http.StatusNoContent)
		a.Set("Preference-Applied", "return=minimal")
		return a
	}
	a := c.profile(status, r)
	if c.prefers("return=representation") {
		a.Set("Preference-Applied", "return=representation")
	}
	return a
}

// readChange reads, validates and decodes the body of a create or an update.
func (s *Handler) readChange(c *call, partial bool) (profile.Change, error) {
	body, err := c.readObject()
	if err != nil {
		return profile.Change{}, err
	}
	schemas, err := s.cfg.Schemas()
	if err != nil {
		return profile.Change{}, err
	}
	failures := schemas.Check(profile.Type.Name, body, schema.Options{
		Partial: partial, RefuseDataSyncNamespace: c.Scenario.Variants.Is("dataSyncNamespace", "refused")})
	if len(failures) >= schema.MaxFailures { // nobody asks what else is wrong
		return profile.Change{}, c.refuse(c.refusal(failures, nil))
	}
	change := profile.NewChange(body)
	if len(failures) > 0 {
		create := c.Operation == "profiles.create"
		return profile.Change{}, c.refuse(c.refusal(failures, change.Violations(c.Now, create)))
	}
	return change, nil
}

// deleteProfile: 202 without a body, or 204, variant deleteStatus. Documented.
func (s *Handler) deleteProfile(c *call) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	r, err := c.world.Intake.Delete(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	c.Lifecycle = r.Lifecycle()
	if c.Scenario.Variants.Is("deleteStatus", "204") {
		return empty(http.StatusNoContent), nil
	}
	return empty(http.StatusAccepted), nil
}
