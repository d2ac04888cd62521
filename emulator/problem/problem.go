// Package problem has the type that says what is wrong with a piece of JSON: where,
// and why.
package problem

// Problem is one thing that is wrong with a JSON value.
type Problem struct {
	Pointer string // JSON pointer (RFC 6901) into the value, as "/respond/status"; "" is all of it
	Message string // for people: the value, what would be right, the nearest name
}

// Error returns the pointer and the message.
func (p Problem) Error() string {
	if p.Pointer == "" {
		return p.Message
	}
	return p.Pointer + ": " + p.Message
}
