package schema

import (
	"sync"

	"github.com/graphemu/graphemu/schemas"
)

// Embedded returns the schemas that the program carries: one set in a process, of which
// each is compiled when it is first needed.
var Embedded = sync.OnceValues(func() (*Set, error) { return New(schemas.FS) })
