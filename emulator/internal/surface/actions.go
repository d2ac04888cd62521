package surface

import (
	"net/http"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/profile"
)

// start verifies the files of a CSV profile and begins its sync: 200 with the
// messages, or 400 with them where one is an Error (the page's text; its newer
// example shows 200, variant startErrorStatus). A profile that may not start is
// refused before the files are looked at (chosen).
func (s *Surface) start(c *call) (reply, error) {
	id := c.id
	if err := c.noOptions(profileType); err != nil {
		return reply{}, err
	}
	if _, err := c.world.Profiles.Allow(c.now, id, profile.CallStart); err != nil {
		return reply{}, err
	}
	// Files cannot be uploaded yet, so every container is empty; that is no error
	// where a scenario says how the sync goes (DESIGN.md).
	messages := profile.Missing()
	if c.world.Profiles.Scripted(c.now, id, profile.CallStart) {
		messages = []profile.VerificationMessage{}
	}
	status := http.StatusOK
	if slices.ContainsFunc(messages, func(m profile.VerificationMessage) bool { return m.Type == "Error" }) {
		if c.play.Variants.Is("startErrorStatus", "400") {
			status = http.StatusBadRequest
		}
	} else if r, err := c.world.Profiles.Start(c.now, id); err != nil {
		return reply{}, err
	} else {
		c.lifecycle = r.Lifecycle()
	}
	return reply{status: status, media: c.format.media(), body: c.messages(messages)}, nil
}

// messages is the collection that start answers with. The context's type name
// is the example's; the declared type has another, variant messageType.
func (c *call) messages(messages []profile.VerificationMessage) []byte {
	dst := c.room(256 + 160*len(messages))
	if c.format.level == none {
		dst = append(dst, `{"value":`...)
	} else {
		dst = c.context(dst, "education/Collection(microsoft.graph."+c.play.Variants.Get("messageType")+")")
		dst = append(dst, `,"value":`...)
	}
	return append(jsontree.Append(dst, messages), '}')
}

// pause, resume and reset: 200 without a body. Documented.
func (s *Surface) pause(c *call) (reply, error) { return c.act(c.world.Profiles.Pause) }

func (s *Surface) resume(c *call) (reply, error) { return c.act(c.world.Profiles.Resume) }

func (s *Surface) reset(c *call) (reply, error) { return c.act(c.world.Profiles.Reset) }

func (c *call) act(action func(now time.Time, id string) (*profile.Record, error)) (reply, error) {
	if err := c.noOptions(profileType); err != nil {
		return reply{}, err
	}
	r, err := action(c.now, c.id)
	if err != nil {
		return reply{}, err
	}
	if c.operation != "profiles.pause" { // which sets nothing going
		c.lifecycle = r.Lifecycle()
	}
	return empty(http.StatusOK), nil
}

// uploadURL is not there yet. What the real service refuses is refused first,
// so that a client's own checks can be tested.
func (s *Surface) uploadURL(c *call) (reply, error) {
	if err := c.noOptions(profileType); err != nil {
		return reply{}, err
	}
	if _, err := c.world.Profiles.Allow(c.now, c.id, profile.CallUploadURL); err != nil {
		return reply{}, err
	}
	return reply{}, graph.NotImplemented("graphemu does not take files yet: profiles.uploadUrl is not emulated.")
}
