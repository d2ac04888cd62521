package fault

import "time"

// Calls is which calls are struck, of those that match: From to To (both
// counted from 1; To 0: no end), or every Every-th. The zero value is all.
// Written "first N", "N", "N-M", "every N" or "all".
type Calls struct{ From, To, Every uint64 }

// Span is a duration, or a range from which one is drawn. Written "80ms" or
// "80ms-900ms".
type Span struct{ Min, Max time.Duration }

// Offset is a place in a body: a share of it, or a number of bytes. Written
// "50%" or 120. Given tells it from the zero value.
type Offset struct {
	Percent float64
	Bytes   int
	Given   bool
}
