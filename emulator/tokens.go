package emulator

import (
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/mint"
)

// opaque is how a token that is no JWT names a world.
const opaque = "world-"

// worldOf returns the world that a bearer token leads to: the tenant of a JWT,
// the NAME of an opaque world-NAME, else the default world.
func (s *Server) worldOf(token string) (*World, error) {
	if w := s.tokens.get(token); w != nil {
		return w, nil
	}
	ref := DefaultWorld
	if name, ok := strings.CutPrefix(token, opaque); ok {
		ref = name
	} else if tenant := identity.Tenant(token); mint.IsGUID(tenant) {
		ref = tenant
	}
	w, err := s.World(ref)
	if err == nil {
		s.tokens.put(token, w)
	}
	return w, err
}

// tokenCache remembers where tokens led: a client sends the same one with every
// request, and reading it takes a good part of a GET. It is a table of fixed
// size in which a newer token replaces an older one.
type tokenCache struct {
	seed  maphash.Seed
	slots [256]atomic.Pointer[knownToken]
}

type knownToken struct {
	token string
	world *World
}

// maxCachedToken bounds the table's memory to 1 MiB.
const maxCachedToken = 4 << 10

func newTokenCache() *tokenCache { return &tokenCache{seed: maphash.MakeSeed()} }

func (c *tokenCache) slot(token string) *atomic.Pointer[knownToken] {
	return &c.slots[maphash.String(c.seed, token)%uint64(len(c.slots))]
}

// get returns nil where the token is not known, or its world was dropped.
func (c *tokenCache) get(token string) *World {
	k := c.slot(token).Load()
	if k == nil || k.token != token || k.world.dropped.Load() {
		return nil
	}
	k.world.use()
	return k.world
}

func (c *tokenCache) put(token string, w *World) {
	if len(token) <= maxCachedToken {
		// The header's text, of which token is a part, need not stay with it.
		c.slot(token).Store(&knownToken{strings.Clone(token), w})
	}
}
