package profile

import (
	"errors"
	"fmt"
)

// ErrNotFound is what every call on an unknown or vanished id returns.
var ErrNotFound = errors.New("no such profile")

// FullError says that a world holds as many profiles as it may.
type FullError struct{ Max int }

func (e *FullError) Error() string {
	return fmt.Sprintf("this world holds %d profiles, the most it may", e.Max)
}

// IllegalError says that a call makes no sense where the profile is now.
// Nothing was changed.
type IllegalError struct {
	Call   Call
	State  State
	Status Status
	Reason string // for people: what the call would need
}

func (e *IllegalError) Error() string {
	return fmt.Sprintf("%s is not possible while the profile is %s (%s): %s", e.Call, e.State, e.Status, e.Reason)
}

// InvalidError lists what is wrong with a change that its JSON Schema could
// not say. Nothing was changed.
type InvalidError struct{ Violations []Violation }

// Violation is one rule that a body breaks.
type Violation struct {
	Pointer  string // JSON pointer into the body
	Property string // the property concerned
	Message  string // for people: what was wrong, and what would be right
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("%s: %s", e.Violations[0].Pointer, e.Violations[0].Message)
}
