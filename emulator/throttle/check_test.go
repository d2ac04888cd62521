package throttle

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/clock"
)

func rule(requests int, window time.Duration, operations ...string) Rule {
	return Rule{Name: fmt.Sprint(requests, " in ", window), Requests: requests, Window: clock.Duration(window), Operations: operations}
}

func TestCheck(t *testing.T) {
	operations := []string{"profiles.list", "profiles.errors.list"}
	for _, good := range []Rule{rule(1, time.Second), rule(1, time.Hour, "*"), rule(1, time.Hour, "profiles.*", "profiles.errors.list"),
		{Name: "e", Preset: "education"}} {
		assert.Empty(t, good.Check(operations), "%+v", good)
	}
	for want, bad := range map[string]Rule{
		`/name: a throttle needs a name`:                                                   {Requests: 1, Window: clock.Duration(time.Second)},
		`/requests: want a number from 1`:                                                  rule(0, time.Second),
		`/window: want a duration from 1s`:                                                 rule(1, time.Millisecond),
		`/operations/0: there is no operation "profiles.lst"; did you mean profiles.list?`: rule(1, time.Second, "profiles.lst"),
		`/operations/0: the group "upload.*" names no operation`:                           rule(1, time.Second, "upload.*"),
		`/preset: there is no preset "educatoin"; did you mean "education"?`:               {Name: "e", Preset: "educatoin"},
		`/preset: a preset stands in place`:                                                {Name: "e", Preset: "education", Requests: 5},
		`/per: want app or tenant, got "user"`: {Name: "p", Requests: 1,
			Window: clock.Duration(time.Second), Per: "user"},
	} {
		problems := bad.Check(operations)
		require.Len(t, problems, 1, "%v", problems)
		assert.Contains(t, problems[0].Error(), want)
	}
	f := Rule{Name: "e", Preset: "education"}.Filled()
	assert.Equal(t, 35_000, f.Requests)
	assert.Equal(t, 10*time.Second, f.Window.Std())
}
