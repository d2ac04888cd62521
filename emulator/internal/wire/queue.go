package wire

import (
	"context"
	"net"
	"sync"
)

// Queue is a listener without a port, which is handed its connections. It is safe
// for concurrent use.
type Queue struct {
	name  string
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

// NewQueue returns a listener whose address says name.
func NewQueue(name string) *Queue {
	return &Queue{name: name, conns: make(chan net.Conn), done: make(chan struct{})}
}

// Put waits until somebody accepts c. It errs with net.ErrClosed where nobody does
// any more, or at the end of ctx; c is still the caller's then.
func (q *Queue) Put(ctx context.Context, c net.Conn) error {
	select {
	case q.conns <- c:
		return nil
	case <-q.done:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Accept returns the next connection.
func (q *Queue) Accept() (net.Conn, error) {
	select {
	case c := <-q.conns:
		return c, nil
	case <-q.done:
		return nil, net.ErrClosed
	}
}

// Close lets Accept and Put fail from now on.
func (q *Queue) Close() error {
	q.once.Do(func() { close(q.done) })
	return nil
}

// Addr names the listener, which has no address.
func (q *Queue) Addr() net.Addr { return address(q.name) }

type address string

func (a address) Network() string { return string(a) }
func (a address) String() string  { return string(a) }
