package surface

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// start verifies the files of a CSV profile and begins its sync: 200 with the
// messages, or 400 with them where one is an Error (the page's text; its newer
// example shows 200, variant startErrorStatus). A profile that may not start is
// refused before the files are looked at (chosen).
func (s *Surface) start(c *call) (reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return reply{}, err
	}
	messages, r, err := c.world.Intake.Start(c.now, c.id, c.play.Variants.Is("teacherSchools", "several"))
	status := http.StatusOK
	switch {
	case err != nil:
		return reply{}, err
	case r != nil:
		c.lifecycle = r.Lifecycle()
	default:
		c.outcome = refusedFiles(messages)
		if c.play.Variants.Is("startErrorStatus", "400") {
			status = http.StatusBadRequest
		}
	}
	return reply{status: status, media: c.format.media(), body: c.messages(messages)}, nil
}

// maxOutcome bounds what of a message the journal's sentence has, in bytes.
const maxOutcome = 500

// refusedFiles says why verification let no sync begin: its first error, and how
// many more there are.
func refusedFiles(messages []profile.VerificationMessage) string {
	errors := slices.DeleteFunc(slices.Clone(messages), func(m profile.VerificationMessage) bool { return m.Type != roster.Error })
	if len(errors) == 0 {
		return ""
	}
	first := errors[0].Description
	if errors[0].FileName != "" {
		first = errors[0].FileName + ": " + first
	}
	if len(first) > maxOutcome {
		first = strings.ToValidUTF8(first[:maxOutcome], "") + "…"
	}
	text := "the start was refused for its files: " + strings.TrimSuffix(first, ".")
	if more := len(errors) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
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
	if err := c.noOptions(profile.Type); err != nil {
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
