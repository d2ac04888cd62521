package surface

import (
	"net/http"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/profile"
)

// start verifies the files of a CSV profile and begins its sync: 200 with the
// messages, or 400 with them where one is an Error (the page's text; its newer
// example shows 200, variant startErrorStatus). A profile that may not start is
// refused before the files are looked at (chosen).
func (s *Surface) start(c *call) (reply, error) {
	if err := c.noOptions(profileType); err != nil {
		return reply{}, err
	}
	messages, r, err := c.world.Intake.Start(c.now, c.id, c.play.Variants.Is("teacherSchools", "several"))
	status := http.StatusOK
	switch {
	case err != nil:
		return reply{}, err
	case r != nil:
		c.lifecycle = r.Lifecycle()
	case c.play.Variants.Is("startErrorStatus", "400"):
		status = http.StatusBadRequest
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

func (s *Surface) reset(c *call) (reply, error) { return c.act(c.world.Intake.Reset) }

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
