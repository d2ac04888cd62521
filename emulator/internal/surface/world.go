package surface

import (
	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/mint"
	"github.com/graphemu/graphemu/emulator/internal/profile"
	"github.com/graphemu/graphemu/emulator/internal/variant"
)

// World is what the Graph surface needs of a world. A reset makes a new one.
type World struct {
	Profiles   *profile.Store
	Clock      *clock.Clock
	RequestIDs *mint.Stream
	PageKey    []byte // signs skip tokens, so that another world's are refused
	Variants   variant.Set
}
