package wire

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestUnaware(t *testing.T) {
	told := time.Date(2026, 1, 5, 6, 0, 0, 0, time.UTC)
	teller, before, after := &Conn{told.Add(-time.Hour)}, &Conn{told.Add(-time.Second)}, &Conn{told.Add(time.Microsecond)}
	for name, c := range map[string]struct {
		teller, conn *Conn
		at           time.Duration
		want         bool
	}{
		"a parallel worker":              {teller, before, time.Millisecond, true},
		"at the end of the grace":        {teller, before, Grace, false},
		"the same connection":            {teller, teller, time.Microsecond, false},
		"a connection opened afterwards": {teller, after, time.Millisecond, false},
		"the teller is not known":        {nil, before, 0, false},
		"the connection is not known":    {teller, nil, 0, false},
	} {
		assert.Equal(t, c.want, Unaware(c.teller, told, c.conn, told.Add(c.at)), name)
	}
}
