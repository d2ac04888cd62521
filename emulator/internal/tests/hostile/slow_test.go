package hostile

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// slowly runs a test in a bubble, where minutes pass in no time; the bubble also
// sees to it that no goroutine is left.
func slowly(t *testing.T, run func(t *testing.T, g *rig.Target, c net.Conn)) {
	rig.Warm(t) // what a process starts once is not of the bubble
	synctest.Test(t, func(t *testing.T) {
		g := rig.NewTarget(t, emulator.Options{})
		run(t, g, g.Connect(t))
		g.Unharmed(t, 0)
	})
}

// hangsUp waits until the server closes the connection and returns after how long.
func hangsUp(t *testing.T, c net.Conn) (after time.Duration, said []byte) {
	t.Helper()
	start := time.Now()
	said, _ = io.ReadAll(c)
	return time.Since(start), said
}

func TestSlowHeaders(t *testing.T) {
	slowly(t, func(t *testing.T, g *rig.Target, c net.Conn) {
		_, err := io.WriteString(c, "GET "+rig.ListPath+" HTTP/1.1\r\nHost: x\r\nAuthor")
		require.NoError(t, err)
		after, _ := hangsUp(t, c)
		assert.LessOrEqual(t, after, readTimeout)
	})
}

// A client that says something now and then is no better.
func TestDrippingHeaders(t *testing.T) {
	slowly(t, func(t *testing.T, g *rig.Target, c net.Conn) {
		start := time.Now()
		_, err := io.WriteString(c, "GET "+rig.ListPath+" HTTP/1.1\r\n")
		for err == nil {
			time.Sleep(5 * time.Second) // of the bubble
			_, err = io.WriteString(c, "X: y\r\n")
		}
		assert.LessOrEqual(t, time.Since(start), readTimeout+10*time.Second)
	})
}

func TestSilentConnections(t *testing.T) {
	slowly(t, func(t *testing.T, g *rig.Target, c net.Conn) {
		after, said := hangsUp(t, c)
		assert.LessOrEqual(t, after, readTimeout)
		assert.Empty(t, said)
	})
}

func TestSlowBodies(t *testing.T) {
	for name, rest := range map[string]string{"plain": "Content-Length: 5000\r\n\r\n{",
		"in chunks": "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"dis"} {
		t.Run(name, func(t *testing.T) {
			slowly(t, func(t *testing.T, g *rig.Target, c net.Conn) {
				start := time.Now()
				_, err := io.WriteString(c,
					"POST "+rig.ListPath+" HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer x\r\nContent-Type: application/json\r\n"+rest)
				require.NoError(t, err)
				w, body := rig.ReadAnswer(t, c, "POST")
				require.NotNil(t, w)
				assert.Equal(t, "RequestTimeout", *rig.Refused(t, w, body, http.StatusRequestTimeout).Code)
				assert.LessOrEqual(t, time.Since(start), readTimeout)
				after, _ := hangsUp(t, c)
				assert.LessOrEqual(t, after, time.Second, "and the connection is of no more use")
			})
		})
	}
}

// A body that nobody needs is not waited for.
func TestSlowBodiesOfRefusedRequests(t *testing.T) {
	slowly(t, func(t *testing.T, g *rig.Target, c net.Conn) {
		start := time.Now()
		_, err := io.WriteString(c, "POST "+rig.ListPath+" HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n{")
		require.NoError(t, err)
		w, body := rig.ReadAnswer(t, c, "POST")
		require.NotNil(t, w)
		rig.Refused(t, w, body, 401)
		assert.Zero(t, time.Since(start))
	})
}

func TestClientsThatDoNotRead(t *testing.T) {
	rig.Warm(t)
	synctest.Test(t, func(t *testing.T) {
		g := rig.NewTarget(t, emulator.Options{})
		for range 100 {
			w, _ := g.Hit(t, "POST", rig.ProfilesAt, strings.NewReader(rig.CreateRequest))
			require.Equal(t, 202, w.StatusCode)
		}
		c := g.Connect(t)
		_, err := io.WriteString(c, lines(g, "GET "+rig.ListPath+" HTTP/1.1"))
		require.NoError(t, err)
		time.Sleep(writeTimeout + time.Second) // of the bubble
		w, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err == nil {
			_, err = io.ReadAll(w.Body)
		}
		assert.Error(t, err, "the server has hung up")
		g.Unharmed(t, 100)
	})
}
