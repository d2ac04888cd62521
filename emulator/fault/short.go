package fault

import (
	"fmt"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Once answers the first call of an operation with an HTTP status:
//
//	world.Faults().Add(fault.Once("profiles.start", 429))
//
// The rule's name says what it does, as "once-profiles.start-429"; set Name where a
// world needs two of the kind.
func Once(operation string, status int) Rule {
	return answers(fmt.Sprintf("once-%s-%d", operation, status), operation, First(1), status)
}

// Times answers the first n calls of an operation with an HTTP status. n is at least
// 1.
func Times(n int, operation string, status int) Rule {
	return answers(fmt.Sprintf("%d-times-%s-%d", n, operation, status), operation, First(uint64(max(n, 0))), status)
}

// Always answers every call of an operation with an HTTP status.
func Always(operation string, status int) Rule {
	return answers(fmt.Sprintf("always-%s-%d", operation, status), operation, All(), status)
}

// Throttled answers the first call of an operation with 429 and a Retry-After, in
// the client's time.
func Throttled(operation string, retryAfter time.Duration) Rule {
	r := answers("throttled-"+operation, operation, First(1), 429)
	r.Respond.RetryAfter = clock.Duration(retryAfter)
	return r
}

// Delayed lets every call of an operation wait, in the client's time.
func Delayed(operation string, d time.Duration) Rule {
	return Rule{Name: nameOf("delayed-" + operation), Operation: operation, Delay: Fixed(d)}
}

// Dropped resets the connection of the first call of an operation before it is
// carried out: nothing has changed when the client tries again.
func Dropped(operation string) Rule {
	return Rule{Name: nameOf("dropped-" + operation), Operation: operation, Calls: First(1), Then: Reset, Handled: new(bool)}
}

func answers(name, operation string, calls Calls, status int) Rule {
	return Rule{Name: nameOf(name), Operation: operation, Calls: calls, Respond: &Respond{Status: status}}
}
