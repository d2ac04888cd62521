package faults

import (
	"math"
	"time"
)

// Felt returns how long a client waits in real time for d of a scenario, which
// is written in the time of a world that runs factor world seconds per real
// second: d on a clock that is real (1) or stands still (0), d divided by the
// factor on a scaled one. Delays are felt. Source: graphemu's own design.
func Felt(d time.Duration, factor float64) time.Duration {
	if factor == 1 || !(factor > 0) {
		return d
	}
	return bounded(float64(d) / factor)
}

// Told returns the wait that a client is told in Retry-After: Felt, and rounded
// up to whole seconds on a scaled clock, so that d of the world has passed for
// sure when the client comes back.
func Told(d time.Duration, factor float64) time.Duration {
	felt := Felt(d, factor)
	if factor == 1 || !(factor > 0) {
		return felt
	}
	if rest := felt % time.Second; rest > 0 && felt < math.MaxInt64-time.Second {
		felt += time.Second - rest
	}
	return felt
}

// Passed returns how much of the world's time passes while a client waits felt
// of real time: felt multiplied by the factor, and felt where the clock stands
// still, since somebody will have advanced it by as much. A client that was told
// to wait at the world's instant t may come back at t + Passed(Told(d, f), f).
func Passed(felt time.Duration, factor float64) time.Duration {
	if factor == 1 || !(factor > 0) {
		return felt
	}
	return bounded(float64(felt) * factor)
}

// bounded rounds to what a Duration can hold.
func bounded(nanoseconds float64) time.Duration {
	if nanoseconds >= math.MaxInt64 {
		return math.MaxInt64
	}
	return time.Duration(math.Round(nanoseconds))
}
