package graph

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// start verifies the files of a CSV profile and begins its sync: 200 with the
// messages, or 400 with them where one is an Error (the page's text; its newer
// example shows 200, variant startErrorStatus). A profile that may not start is
// refused before the files are looked at (chosen).
func (s *Handler) start(c *call) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	messages, r, err := c.world.Intake.Start(c.Now, c.Subject, c.Scenario.Variants.Is("teacherSchools", "several"))
	status := http.StatusOK
	switch {
	case err != nil:
		return engine.Reply{}, err
	case r != nil:
		c.Lifecycle = r.Lifecycle()
	default:
		c.Outcome = refusedFiles(messages)
		if c.Scenario.Variants.Is("startErrorStatus", "400") {
			status = http.StatusBadRequest
		}
	}
	return engine.Reply{Status: status, Media: c.format.media(), Body: c.messages(messages)}, nil
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
		dst = c.context(dst, "education/Collection(microsoft.graph."+c.Scenario.Variants.Get("messageType")+")")
		dst = append(dst, `,"value":`...)
	}
	return append(jsontree.Append(dst, messages), '}')
}

// pause, resume and reset: 200 without a body. Documented.
func (s *Handler) pause(c *call) (engine.Reply, error) { return c.act(c.world.Profiles.Pause) }

func (s *Handler) resume(c *call) (engine.Reply, error) { return c.act(c.world.Profiles.Resume) }

func (s *Handler) reset(c *call) (engine.Reply, error) { return c.act(c.world.Intake.Reset) }

func (c *call) act(action func(now time.Time, id string) (*profile.Record, error)) (engine.Reply, error) {
	if err := c.noOptions(profile.Type); err != nil {
		return engine.Reply{}, err
	}
	r, err := action(c.Now, c.Subject)
	if err != nil {
		return engine.Reply{}, err
	}
	if c.Operation != "profiles.pause" { // which sets nothing going
		c.Lifecycle = r.Lifecycle()
	}
	return empty(http.StatusOK), nil
}
