// Package surface is Microsoft Graph over HTTP: it routes, decodes, validates,
// calls the domain and encodes. Handlers return values; one place (answer)
// turns errors into Graph's envelope, and one (edge.go) turns answers into
// bytes.
package surface

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gorilla/mux"

	"github.com/graphemu/graphemu/emulator/internal/schema"
)

// Config is what the surface needs to know.
type Config struct {
	Auth      Auth
	PublicURL string                      // what absolute URLs are built on; "": the request's own scheme and Host
	MaxBody   int64                       // bytes of a request body, after decompression
	MaxBatch  int64                       // bytes of a batch's answer, after which no further part is carried out
	Schemas   func() (*schema.Set, error) // the JSON Schemas
	Log       *slog.Logger                // never nil
	Now       func() time.Time            // the wall clock
	Closing   context.Context             // done when the server closes
}

// Metrics counts requests and what struck them.
type Metrics interface {
	Observe(operation string, status int, took time.Duration)
	Fault(rule string)
}

// Surface answers Graph requests. It holds no state of its own but what is under way.
type Surface struct {
	cfg        Config
	log        *slog.Logger
	router     func() *mux.Router
	operations []string
	frequent   map[route]operation // the routes by their template
	metrics    Metrics             // nil: nobody counts
	unsent     atomic.Int64        // bytes of answers to batches that are being made or sent
}

// CountWith lets m count, from before the first request on.
func (s *Surface) CountWith(m Metrics) { s.metrics = m }

// New returns a surface with all its operations.
func New(cfg Config) *Surface {
	s := &Surface{cfg: cfg, log: cfg.Log}
	s.index()
	return s
}
