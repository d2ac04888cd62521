package deadline

import (
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// pair returns both ends of a connection; ours has cheap deadlines.
func pair(t *testing.T) (ours, theirs net.Conn) {
	a, b := net.Pipe()
	ours = &conn{Conn: a}
	t.Cleanup(func() { ours.Close(); b.Close() })
	return ours, b
}

// waits returns how long read or write waits until its deadline passes.
func waits(t *testing.T, do func([]byte) (int, error)) time.Duration {
	start := time.Now()
	_, err := do(make([]byte, 1))
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)
	return time.Since(start)
}

func in(d time.Duration) time.Time { return time.Now().Add(d) }

func TestDeadlinesPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t)
		require.NoError(t, c.SetReadDeadline(in(time.Minute)))
		assert.Equal(t, time.Minute, waits(t, c.Read))
		assert.Zero(t, waits(t, c.Read), "and stays past")
		require.NoError(t, c.SetWriteDeadline(in(2*time.Minute)))
		assert.Equal(t, 2*time.Minute, waits(t, c.Write))
		require.NoError(t, c.SetDeadline(in(time.Second)))
		assert.Equal(t, time.Second, waits(t, c.Read))
		assert.Zero(t, waits(t, c.Write))
	})
}

// The timer looks at the deadlines that count by then, earlier or later than those it
// was set for.
func TestTheLastDeadlineCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t)
		require.NoError(t, c.SetReadDeadline(in(time.Minute)))
		time.Sleep(30 * time.Second)
		require.NoError(t, c.SetReadDeadline(in(5*time.Minute)))
		assert.Equal(t, 5*time.Minute, waits(t, c.Read), "later")
		require.NoError(t, c.SetReadDeadline(in(5*time.Minute)))
		require.NoError(t, c.SetReadDeadline(in(time.Minute)))
		assert.Equal(t, time.Minute, waits(t, c.Read), "earlier")
		require.NoError(t, c.SetReadDeadline(in(time.Hour)))
		require.NoError(t, c.SetWriteDeadline(in(time.Minute)))
		assert.Equal(t, time.Minute, waits(t, c.Write), "of the other side")
		assert.Equal(t, 59*time.Minute, waits(t, c.Read))
	})
}

// Who sets a deadline in the past wakes a read that waits; without one it can go on.
// So net/http stops its own reads.
func TestPastDeadlinesWake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, other := pair(t)
		require.NoError(t, c.SetReadDeadline(in(time.Minute)))
		woken := make(chan error)
		go func() {
			_, err := c.Read(make([]byte, 1))
			woken <- err
		}()
		synctest.Wait()
		require.NoError(t, c.SetReadDeadline(time.Unix(1, 0)))
		assert.ErrorIs(t, <-woken, os.ErrDeadlineExceeded)
		require.NoError(t, c.SetReadDeadline(time.Time{}))
		go func() {
			time.Sleep(time.Hour)
			other.Write([]byte("x"))
		}()
		n, err := c.Read(make([]byte, 1))
		require.NoError(t, err, "the deadline of before does not count any more")
		assert.Equal(t, 1, n)
	})
}

func TestClosedConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, _ := pair(t)
		require.NoError(t, c.SetDeadline(in(time.Minute)))
		require.NoError(t, c.Close())
		assert.ErrorIs(t, c.SetReadDeadline(in(time.Minute)), net.ErrClosed)
		time.Sleep(2 * time.Minute) // the timer does nothing
	})
}

// What net/http and scenarios ask of TCP is asked of what is below.
func TestTCP(t *testing.T) {
	below, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	l := Listener(below)
	defer l.Close()
	client, err := net.Dial("tcp", l.Addr().String())
	require.NoError(t, err)
	defer client.Close()
	c, err := l.Accept()
	require.NoError(t, err)
	defer c.Close()
	require.NoError(t, c.(interface{ SetLinger(int) error }).SetLinger(0))
	require.NoError(t, c.(interface{ CloseWrite() error }).CloseWrite())
	n, err := client.Read(make([]byte, 1))
	assert.Zero(t, n)
	assert.ErrorContains(t, err, "EOF")
	require.NoError(t, c.Close())
	_, err = client.Write([]byte("x"))
	for err == nil { // until the reset is there
		_, err = client.Write([]byte("x"))
	}
	assert.Error(t, err)
}
