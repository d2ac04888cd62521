package graph

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/identity"
)

// slowReader is a client that does not read its answer before it is let.
type slowReader struct {
	*httptest.ResponseRecorder
	writing, read chan struct{}
}

func (s slowReader) Write(b []byte) (int, error) {
	s.writing <- struct{}{}
	<-s.read
	return s.ResponseRecorder.Write(b)
}

// Answers to batches take memory until they are read. A client that sends many at
// once gets so many and no more; what was read makes room.
func TestBatchesAtOnceHaveOneLimit(t *testing.T) {
	d := newDesk(func(c *Config) { c.MaxBatch = 1000 })
	one := `{"requests":[` + strings.Repeat(`{"id":"%d","method":"GET","url":"/education/synchronizationProfiles"},`, 9) +
		`{"id":"9","method":"GET","url":"/education/synchronizationProfiles"}]}`
	one = fmt.Sprintf(one, 0, 1, 2, 3, 4, 5, 6, 7, 8)
	statuses := func(body string) string { return gjson.Get(body, "responses.#.status").Raw }

	alone := statuses(d.send("POST", "/beta/$batch", one).Body.String())
	require.Contains(t, alone, "200")
	require.Contains(t, alone, "507")
	require.Zero(t, d.unsent.Load())

	writing, read, done := make(chan struct{}), make(chan struct{}), make(chan struct{})
	for range batchesAtOnce {
		go func() {
			w := slowReader{httptest.NewRecorder(), writing, read}
			r := httptest.NewRequest("POST", "/beta/$batch", strings.NewReader(one))
			r.Header = http.Header{"Authorization": {"Bearer x"}, "Content-Type": {"application/json"}}
			d.Serve(w, r, d.world, Caller{Caller: engine.Caller{Client: "test"}, Token: &identity.Token{Flaw: identity.FlawForm}})
			done <- struct{}{}
		}()
		<-writing
	}
	refused := d.send("POST", "/beta/$batch", one).Body.String()
	assert.NotContains(t, statuses(refused), "200")
	assert.Contains(t, refused, "--max-batch")
	assert.Equal(t, 200, d.send("GET", "/beta/education/synchronizationProfiles", "").Code, "what is no batch is not refused")

	close(read)
	for range batchesAtOnce {
		<-done
	}
	assert.Zero(t, d.unsent.Load())
	assert.Equal(t, alone, statuses(d.send("POST", "/beta/$batch", one).Body.String()))
}
