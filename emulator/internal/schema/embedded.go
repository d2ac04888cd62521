package schema

import (
	"sync"

	"github.com/graphemu/graphemu/schemas"
)

// Embedded returns the schemas that the program carries. They are compiled once in
// a process, when first needed.
var Embedded = sync.OnceValues(func() (*Set, error) { return New(schemas.FS) })
