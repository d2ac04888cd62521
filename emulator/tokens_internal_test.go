package emulator

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// Two tokens that push each other out of the table cost a check of a signature with
// every request. So each of many worlds keeps the place of its token.
func TestTokensOfManyWorldsStayKnown(t *testing.T) {
	const worlds = 1000
	s := &Server{set: settings{now: func() time.Time { return time.Unix(0, 0) }}}
	c := newTokenCache()
	for i := range worlds {
		c.fit(i + 1)
		c.put(&knownToken{text: fmt.Sprint("token ", i), world: &World{server: s}})
	}
	lost := 0
	for i := range worlds {
		if c.get(fmt.Sprint("token ", i), 0) == nil {
			lost++
		}
	}
	assert.Zero(t, lost)
}
