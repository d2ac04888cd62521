package fault

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What the short forms make is what a scenario file would say.
func TestShortForms(t *testing.T) {
	for want, r := range map[string]Rule{
		`{"name":"once-profiles.start-429","operation":"profiles.start","calls":1,"respond":{"status":429}}`: Once(
			"profiles.start", 429),
		`{"name":"once-profiles.all-503","operation":"profiles.*","calls":1,"respond":{"status":503}}`: Once(
			"profiles.*", 503),
		`{"name":"3-times-profiles.get-500","operation":"profiles.get","calls":"first 3","respond":{"status":500}}`: Times(3,
			"profiles.get", 500),
		`{"name":"always-all-401","operation":"*","respond":{"status":401}}`: Always(
			"*", 401),
		`{"name":"throttled-profiles.start","operation":"profiles.start","calls":1,"respond":{"status":429,"retryAfter":"20s"}}`: Throttled(
			"profiles.start", 20*time.Second),
		`{"name":"delayed-profiles.list","operation":"profiles.list","delay":"300ms"}`: Delayed("profiles.list",
			300*time.Millisecond),
		`{"name":"dropped-profiles.create","operation":"profiles.create","calls":1,"then":"reset","handled":false}`: Dropped("profiles.create"),
	} {
		b, err := json.Marshal(r)
		require.NoError(t, err)
		assert.Equal(t, want, string(b))
		assert.Empty(t, r.Check(nil))
	}
	for _, r := range []Rule{Times(0, "a", 500), Times(-1, "a", 500), Once("a", 200), Once("", 500), Throttled("a", -1), Delayed("a", 0)} {
		assert.NotEmpty(t, r.Check(nil), r.Name)
	}
}
