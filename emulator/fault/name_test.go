package fault

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestDefaultNames(t *testing.T) {
	free := func(string) bool { return false }
	no := false
	for want, r := range map[string]Rule{
		"users.list-429":         {Operation: "users.list", Respond: &Respond{Status: 429}, Delay: Fixed(time.Second)},
		"all-503":                {Operation: "*", Respond: &Respond{Status: 503}},
		"graph.all-reset":        {Operation: "graph.*", Then: Reset},
		"PATCH-users-id-delay":   {Operation: "PATCH /users/{id}", Delay: Fixed(time.Second)},
		"all-me-all-cutAt":       {Operation: "* /me/*", Body: &Body{CutAt: Share(50)}, Then: Close},
		"profiles.get-lost":      {Operation: "profiles.get", Then: Reset, Handled: &no},
		"profiles.get-slow":      {Operation: "profiles.get", Slow: &Slow{Bytes: 1, Every: 1}},
		"GET-users-42-html":      {Operation: "GET /users('ü42')", Body: &Body{HTML: true}},
		"fault-nothing":          {Operation: "{}"},
		"profiles.start-nothing": {Operation: "profiles.start"},
	} {
		assert.Equal(t, want, r.DefaultName(free))
	}
	r := Rule{Operation: "GET /" + strings.Repeat("long/", 100), Respond: &Respond{Status: 429}}
	r.Name = r.DefaultName(free)
	for _, p := range r.Check(nil) {
		assert.NotEqual(t, "/name", p.Pointer, "%s: it is a name as any other", r.Name)
	}
	taken := map[string]bool{"all-503": true, "all-503-2": true}
	r = Rule{Operation: "*", Respond: &Respond{Status: 503}}
	assert.Equal(t, "all-503-3", r.DefaultName(func(name string) bool { return taken[name] }))
}

// Short forms of a call have names as those of an operation.
func TestShortFormsOfAddresses(t *testing.T) {
	for want, r := range map[string]Rule{
		"once-GET-users-id-429":     Once("GET /users/{id}", 429),
		"throttled-GET-me-messages": Throttled("GET /me/messages", time.Second),
		"once-profiles.all-503":     Once("profiles.*", 503),
	} {
		assert.Equal(t, want, r.Name)
		assert.Empty(t, r.Check(nil))
	}
}
