package emulator

import (
	"cmp"
	"hash/maphash"
	"strings"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/mint"
)

// opaque is how a token that is no JWT names a world.
const opaque = "world-"

// opaqueClient is what a token that names no app is in journals and counts.
const opaqueClient = "opaque"

// worldOf returns the world that a bearer token leads to: the tenant of a JWT,
// the NAME of an opaque world-NAME, else the default world. client is the
// token's app.
func (s *Server) worldOf(token string) (w *World, client string, err error) {
	if k := s.tokens.get(token); k != nil {
		return k.world, k.client, nil
	}
	ref := DefaultWorld
	if name, ok := strings.CutPrefix(token, opaque); ok {
		ref = name
	} else if tenant := identity.Tenant(token); mint.IsGUID(tenant) {
		ref = tenant
	}
	if token != "" {
		client = cmp.Or(identity.App(token), opaqueClient)
	}
	if w, err = s.World(ref); err == nil {
		s.tokens.put(token, w, client)
	}
	return w, client, err
}

// tokenCache remembers where tokens led: a client sends the same one with every
// request, and reading it takes a good part of a GET. It is a table of fixed
// size in which a newer token replaces an older one.
type tokenCache struct {
	seed  maphash.Seed
	slots [256]atomic.Pointer[knownToken]
}

type knownToken struct {
	token, client string
	world         *World
}

// maxCachedToken bounds the table's memory to 1 MiB.
const maxCachedToken = 4 << 10

func newTokenCache() *tokenCache { return &tokenCache{seed: maphash.MakeSeed()} }

func (c *tokenCache) slot(token string) *atomic.Pointer[knownToken] {
	return &c.slots[maphash.String(c.seed, token)%uint64(len(c.slots))]
}

// get returns nil where the token is not known, or its world was dropped.
func (c *tokenCache) get(token string) *knownToken {
	k := c.slot(token).Load()
	if k == nil || k.token != token || k.world.dropped.Load() {
		return nil
	}
	k.world.use()
	return k
}

func (c *tokenCache) put(token string, w *World, client string) {
	if len(token) <= maxCachedToken {
		// The header's text, of which token is a part, need not stay with it.
		c.slot(token).Store(&knownToken{strings.Clone(token), client, w})
	}
}
