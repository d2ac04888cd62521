package surface

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// address is a profile relative to the service's root, as OData spells it.
func address(id string) string { return "education/synchronizationProfiles('" + id + "')" }

// contextKey is a profile in a context URL. Documented twice: older pages quote
// the key, newer pages make it a segment. Variant contextKeys.
func (c *call) contextKey(id string) string {
	if c.play.Variants.Is("contextKeys", "plain") {
		return "education/synchronizationProfiles/" + id
	}
	return address(id)
}

// getProfile: 200 with the profile. Documented.
func (s *Surface) getProfile(c *call) (reply, error) {
	r, err := c.world.Profiles.Get(c.now, c.id)
	if err != nil {
		return reply{}, err
	}
	if c.query == "" {
		c.world.Profiles.Read(c.now, c.id)
		return c.profile(http.StatusOK, r), nil
	}
	o, err := c.options(profile.Type, odata.Allowed{Select: true, Expand: true, MaxTop: maxPage})
	if err != nil {
		return reply{}, err
	}
	c.world.Profiles.Read(c.now, c.id)
	e := &profileEntity{c: c, record: r}
	body := c.entity(c.room(len(r.JSON())+256), "education/synchronizationProfiles"+selected(o.Select)+"/$entity",
		r.ID, "", c.shape(nil, e, o), profile.Type)
	a := reply{status: http.StatusOK, media: c.format.media(), body: body}
	c.applied(&a, o)
	return a, nil
}

// profile is a profile as the whole body of an answer.
func (c *call) profile(status int, r *profile.Record) reply {
	body := c.entity(c.room(len(r.JSON())+256), "education/synchronizationProfiles/$entity", r.ID, "", r.JSON(), profile.Type)
	return reply{status: status, media: c.format.media(), body: body}
}

// createProfile: 202 with the profile (the page's text), or 201 (its example),
// variant createStatus. 400 where the model's validation fails. All documented.
func (s *Surface) createProfile(c *call) (reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return reply{}, err
	}
	change, err := s.readChange(c, false)
	if err != nil {
		return reply{}, err
	}
	r, err := c.world.Profiles.Create(c.now, change)
	if err != nil {
		return reply{}, err
	}
	c.id, c.lifecycle = r.ID, r.Lifecycle()
	status := http.StatusAccepted
	if c.play.Variants.Is("createStatus", "201") {
		status = http.StatusCreated
	}
	a := c.changed(status, r)
	// The header is seen on other creates; its value here is a guess.
	location := c.base() + "/" + address(r.ID)
	a.set("Location", location)
	if a.status == http.StatusNoContent {
		a.set("OData-EntityId", location)
	}
	return a, nil
}

// patchProfile and putProfile: 202 with the profile; variant updateStatus.
// Documented: PATCH by the SDK, PUT by pages of 2017.
func (s *Surface) patchProfile(c *call) (reply, error) { return s.update(c, c.id, false) }

func (s *Surface) putProfile(c *call) (reply, error) { return s.update(c, c.id, true) }

// putProfileByBody is the update of the oldest page, PUT on the collection. It
// says nothing of how the profile is named; the body's id is the only way
// (chosen).
func (s *Surface) putProfileByBody(c *call) (reply, error) { return s.update(c, "", true) }

func (s *Surface) update(c *call, id string, whole bool) (reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return reply{}, err
	}
	if id != "" {
		// Before the body: what is not there needs no valid body.
		if _, err := c.world.Profiles.Get(c.now, id); err != nil {
			return reply{}, err
		}
	}
	change, err := s.readChange(c, !whole)
	if err != nil {
		return reply{}, err
	}
	switch inBody := change.ID(); {
	case id == "" && inBody == "":
		return reply{}, apierror.MissingValue("id", profile.Type.Name).
			Help("missingProperty", "/id",
				"PUT on the collection needs the id of the profile in the body; or use PATCH or PUT on /education/synchronizationProfiles/{id}")
	case id == "":
		id = inBody
		c.id = id
	case inBody != "" && inBody != id:
		return reply{}, apierror.InvalidValue("id", profile.Type.Name).
			Help(string(schema.BadValue), "/id", "the body's id is %q, the address's is %q; the id of a profile never changes", inBody, id)
	}
	r, err := c.world.Profiles.Update(c.now, id, change, whole)
	if err != nil {
		return reply{}, err
	}
	c.idle = change.Idle()
	status := http.StatusAccepted
	switch c.play.Variants.Get("updateStatus") {
	case "200":
		status = http.StatusOK
	case "204":
		return empty(http.StatusNoContent), nil
	}
	return c.changed(status, r), nil
}

// changed is the answer to a create or an update, with the preference
// return=minimal or return=representation respected (documented).
func (c *call) changed(status int, r *profile.Record) reply {
	if c.prefers("return=minimal") {
		a := empty(http.StatusNoContent)
		a.set("Preference-Applied", "return=minimal")
		return a
	}
	a := c.profile(status, r)
	if c.prefers("return=representation") {
		a.set("Preference-Applied", "return=representation")
	}
	return a
}

// readChange reads, validates and decodes the body of a create or an update.
func (s *Surface) readChange(c *call, partial bool) (profile.Change, error) {
	body, err := s.readObject(c)
	if err != nil {
		return profile.Change{}, err
	}
	schemas, err := s.cfg.Schemas()
	if err != nil {
		return profile.Change{}, err
	}
	failures := schemas.Check(profile.Type.Name, body, schema.Options{
		Partial: partial, RefuseDataSyncNamespace: c.play.Variants.Is("dataSyncNamespace", "refused")})
	if len(failures) >= schema.MaxFailures { // nobody asks what else is wrong
		return profile.Change{}, c.refuse(c.refusal(failures, nil))
	}
	change := profile.NewChange(body)
	if len(failures) > 0 {
		create := c.operation == "profiles.create"
		return profile.Change{}, c.refuse(c.refusal(failures, change.Violations(c.now, create)))
	}
	return change, nil
}

// deleteProfile: 202 without a body, or 204, variant deleteStatus. Documented.
func (s *Surface) deleteProfile(c *call) (reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return reply{}, err
	}
	r, err := c.world.Intake.Delete(c.now, c.id)
	if err != nil {
		return reply{}, err
	}
	c.lifecycle = r.Lifecycle()
	if c.play.Variants.Is("deleteStatus", "204") {
		return empty(http.StatusNoContent), nil
	}
	return empty(http.StatusAccepted), nil
}
