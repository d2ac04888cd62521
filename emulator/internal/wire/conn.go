// Package wire tells what a client can have known when it sent a call.
package wire

import "time"

// Conn is a connection of a client. Two are the same where their addresses are.
type Conn struct {
	Opened time.Time // on the real clock
}

// Grace is how long after an answer a call may still be one that was sent at the
// same time (chosen: parallel workers start together, and a machine under load
// takes them one after the other).
const Grace = 100 * time.Millisecond

// Unaware tells whether a call that came at an instant over conn was sent by
// somebody who cannot have read an answer that was given at told over another
// connection: parallel workers, each on a connection that was open before. Who
// comes back on the same connection, or opens one after the answer, has read it.
// HTTP/2 sends all of a client's calls over one connection, so of those nothing can
// be told (a known limit). Either connection may be nil: not known.
func Unaware(teller *Conn, told time.Time, conn *Conn, at time.Time) bool {
	return teller != nil && conn != nil && teller != conn && conn.Opened.Before(told) && at.Sub(told) < Grace
}
