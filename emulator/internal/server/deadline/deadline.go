// Package deadline makes deadlines of connections cheap. net/http sets half a dozen for
// each request, and nearly all are replaced long before they pass; each costs the
// runtime a timer. Here they are only noted, and one timer a connection looks at them
// when the earliest could have passed.
package deadline

import (
	"net"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
)

// Listener returns l with connections whose deadlines are cheap.
func Listener(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &conn{Conn: c}, nil
}

// conn is a connection that keeps its deadlines itself. The one below has either none,
// or one that is past: then what waits there ends.
type conn struct {
	net.Conn

	mu          sync.Mutex // guards the rest
	read, write side
	timer       *time.Timer // nil: it was not needed yet
	due         time.Time   // when the timer looks next; zero: it does not
	closed      bool
}

// side is one direction of a connection.
type side struct {
	deadline time.Time // zero: none
	past     bool      // the connection below was told
}

func (c *conn) SetDeadline(t time.Time) error {
	if err := c.SetReadDeadline(t); err != nil {
		return err
	}
	return c.SetWriteDeadline(t)
}

func (c *conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set(&c.read, t, c.Conn.SetReadDeadline)
}

func (c *conn) SetWriteDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.set(&c.write, t, c.Conn.SetWriteDeadline)
}

// set notes a deadline. below sets that of the connection below.
func (c *conn) set(s *side, t time.Time, below func(time.Time) error) error {
	if c.closed {
		return net.ErrClosed
	}
	s.deadline = t
	if !t.IsZero() && (c.due.IsZero() || t.Before(c.due)) { // else the timer looks early enough
		left := t.Sub(clock.Real())
		if left <= 0 {
			s.past = true
			return below(t)
		}
		c.look(t, left)
	}
	if s.past {
		s.past = false
		return below(time.Time{})
	}
	return nil
}

// look lets the timer look at the deadlines at an instant, which is so far away.
func (c *conn) look(at time.Time, left time.Duration) {
	c.due = at
	if c.timer == nil {
		c.timer = clock.AfterFunc(left, c.fire)
		return
	}
	c.timer.Reset(left)
}

// fire ends what waits on a side whose deadline has passed.
func (c *conn) fire() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.due = time.Time{}
	c.check(&c.read, c.Conn.SetReadDeadline)
	c.check(&c.write, c.Conn.SetWriteDeadline)
}

func (c *conn) check(s *side, below func(time.Time) error) {
	if s.deadline.IsZero() || s.past {
		return
	}
	left := s.deadline.Sub(clock.Real())
	if left <= 0 {
		s.past = true
		below(s.deadline) // a connection that is broken waits for nothing
	} else if c.due.IsZero() || s.deadline.Before(c.due) {
		c.look(s.deadline, left)
	}
}

func (c *conn) Close() error {
	c.mu.Lock()
	c.closed = true
	if c.timer != nil {
		c.timer.Stop()
	}
	c.mu.Unlock()
	return c.Conn.Close()
}

// CloseWrite lets net/http say that no more comes, so that a client that is still
// sending reads the answer before the connection is closed.
func (c *conn) CloseWrite() error {
	if w, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return w.CloseWrite()
	}
	return nil
}

// SetLinger lets a scenario reset the connection. There is no NetConn: who closed what
// is below would leave the timer behind.
func (c *conn) SetLinger(sec int) error {
	if l, ok := c.Conn.(interface{ SetLinger(int) error }); ok {
		return l.SetLinger(sec)
	}
	return nil
}
