package emulator

import (
	"cmp"
	"errors"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/ids"
)

// opaque is how a token that is no JWT names a world.
const opaque = "world-"

// opaqueClient is what a token that names no app is in journals and counts.
const opaqueClient = "opaque"

// knownToken is what a bearer token leads to. It does not change.
type knownToken struct {
	text       string
	client     string // the token's app; opaqueClient where it does not say
	world      *World
	found      *identity.Token // nil: nobody looks
	generation uint64          // of the keys that it was checked with
}

// lookUp returns what a bearer token leads to: the tenant of a JWT, the NAME of an
// opaque world-NAME, else the default world. No token leads there too. With strict
// authentication a token that is not this server's makes no world.
func (s *Server) lookUp(token string) (*knownToken, error) {
	generation := s.generation()
	if k := s.tokens.get(token, generation); k != nil {
		return k, nil
	}
	k := &knownToken{text: token, generation: generation}
	ref := DefaultWorld
	if token != "" {
		k.client = cmp.Or(identity.App(token), opaqueClient)
		if s.set.Auth != AuthOff {
			keys, err := s.keys()
			if err != nil {
				return k, err
			}
			k.found = keys.Check(token, s.origins.Has)
			k.generation = keys.Generation() // it may have read keys that others made
		}
	}
	if k.found == nil || k.found.Flaw == "" || s.set.Auth != AuthStrict {
		if name, ok := strings.CutPrefix(token, opaque); ok {
			ref = name
		} else if tenant := identity.Tenant(token); ids.IsGUID(tenant) {
			ref = tenant
		}
	}
	w, err := s.World(ref)
	var full *FullError
	switch {
	case errors.As(err, &full):
		return k, err
	case err != nil: // a token may be a secret, so it is not quoted
		return k, errors.New("the token begins with world-, but what follows can't be a world: " +
			"a name has 1 to 64 letters, digits, dots, dashes and underscores")
	}
	k.world = w
	if k.found == nil || k.found.Flaw != identity.FlawIssuer { // which may become ours: see server.Origins
		s.tokens.put(k)
	}
	return k, nil
}

// generation is that of the keys, zero before they were needed.
func (s *Server) generation() uint64 {
	if s.set.Auth == AuthOff {
		return 0
	}
	keys, err := s.keys()
	if err != nil {
		return 0
	}
	return keys.Generation()
}

// tokenCache remembers where tokens led and what was found in them: a client sends
// the same one with every request, and reading it takes longer than a GET. It is a
// table by a hash of the token, which grows with the worlds, and in which newer ones
// take the places of older ones. What was found counts until the keys change; the
// time, and what was revoked, are looked at with each request.
type tokenCache struct {
	seed maphash.Seed
	sets atomic.Pointer[[]tokenSet]
	next atomic.Uint32 // which place of a full set makes room

	growing sync.Mutex // held while the table is replaced, or a world is taken out of it
}

// tokenSet holds the tokens of one hash.
type tokenSet [ways]atomic.Pointer[knownToken]

// fewestSets is how long the table is at least.
const fewestSets = 128

// ways is how many tokens that fall into one place of the table are kept. The table has
// at least two places for each world. Of worlds with one token each, or four, hardly one
// place is then too small: two tokens that push each other out cost a check of a
// signature with every request.
const ways = 8

// maxCachedToken bounds the memory of a token in the table.
const maxCachedToken = 4 << 10

func newTokenCache() *tokenCache {
	c := &tokenCache{seed: maphash.MakeSeed()}
	sets := make([]tokenSet, fewestSets)
	c.sets.Store(&sets)
	return c
}

func (c *tokenCache) set(token string) *tokenSet {
	sets := *c.sets.Load()
	return &sets[maphash.String(c.seed, token)%uint64(len(sets))]
}

// fit makes the table long enough for so many worlds, each with a few tokens. A
// token that is put meanwhile may be lost, and is read once more.
func (c *tokenCache) fit(worlds int) {
	if 2*worlds <= len(*c.sets.Load()) {
		return
	}
	c.growing.Lock()
	defer c.growing.Unlock()
	before := *c.sets.Load()
	sets := make([]tokenSet, 3*worlds)
	c.sets.Store(&sets)
	for i := range before {
		for j := range before[i] {
			if k := before[i][j].Load(); k != nil {
				c.keep(k)
			}
		}
	}
}

// get returns nil where the token is not known, its world was dropped, or the keys
// are others by now.
func (c *tokenCache) get(token string, generation uint64) *knownToken {
	set := c.set(token)
	for i := range set {
		k := set[i].Load()
		if k == nil || k.text != token {
			continue
		}
		if k.world.dropped.Load() || k.generation != generation {
			set[i].CompareAndSwap(k, nil)
			return nil
		}
		k.world.use()
		return k
	}
	return nil
}

func (c *tokenCache) put(k *knownToken) {
	if len(k.text) > maxCachedToken {
		return
	}
	kept := *k
	kept.text = strings.Clone(k.text) // the header's text, of which it is a part, need not stay
	c.keep(&kept)
}

// keep gives a token its place, unless its world was dropped.
func (c *tokenCache) keep(k *knownToken) {
	set := c.set(k.text)
	var place *atomic.Pointer[knownToken]
	for i := range set {
		if old := set[i].Load(); old == nil || old.text == k.text {
			place = &set[i]
			break
		}
	}
	if place == nil { // the set is full
		place = &set[c.next.Add(1)%ways]
	}
	place.Store(k)
	if k.world.dropped.Load() { // meanwhile, and forget may have passed here before
		place.CompareAndSwap(k, nil)
	}
}

// forget lets go of a world that was dropped, which would stay in memory else.
func (c *tokenCache) forget(w *World) {
	c.growing.Lock()
	defer c.growing.Unlock()
	sets := *c.sets.Load()
	for i := range sets {
		for j := range sets[i] {
			if k := sets[i][j].Load(); k != nil && k.world == w {
				sets[i][j].CompareAndSwap(k, nil)
			}
		}
	}
}
