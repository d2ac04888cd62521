package emulator

import (
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/keyfile"
	"github.com/graphemu/graphemu/emulator/internal/storage"
)

// uploadKey signs the upload URLs of a tenant. Anyone may know seed and tenant, so it
// draws on the server's secret as well where settings.secretive says so (see
// Options.Seed). It stands in no snapshot, and a restored world has its own.
func (s *Server) uploadKey(tenant string) []byte {
	if !s.set.secretive {
		return ids.Key(s.set.Seed, tenant, "sas")
	}
	return ids.Key(s.set.Seed, tenant, "sas", s.secret())
}

// openSecret reads or makes the secret of upload URLs.
func (s *Server) openSecret() string {
	secret, err := kept(s, "secret of upload URLs", func(dir string) (*keyfile.Secret, error) {
		return keyfile.OpenSecret(dir, "upload-key", "upload URLs given before are no longer good")
	})
	if err != nil {
		panic(err) // in memory there is no error
	}
	return secret.Key()
}

// signedFor returns the world that an upload is for: the one that has signed its
// URL. That world tells what else is wrong with the request, so that it stands in the
// journal where the client's other calls are. A signature that is not known, as after
// a restart, is tried with the key of each world that has the container. Where no
// world has signed it, the default one refuses it.
func (s *Server) signedFor(c *storage.Call) *World {
	sig := c.Query.Get("sig")
	if w := s.find(s.signatures.tenant(sig)); w != nil {
		w.use()
		return w
	}
	if w := s.signer(c); w != nil {
		s.signatures.note(sig, w.tenant)
		w.use()
		return w
	}
	return s.defaultWorld()
}

// signer returns the world whose key has made a call's signature; nil where there
// is none.
func (s *Server) signer(c *storage.Call) *World {
	s.worlds.mu.RLock()
	defer s.worlds.mu.RUnlock()
	for _, w := range s.worlds.byTenant {
		if blobs := w.current.Load().Files; blobs.Has(c.Container) && blobs.Signs(c.Container, c.Query) {
			return w
		}
	}
	return nil
}

// maxSignatures is how many of the last signatures are remembered at least; twice as
// many are at most, which take 2 MiB (chosen).
const maxSignatures = 8192

// signatures remembers which world has signed what, so that an upload finds its world
// without a look at any other. The container's name does not lead there: ids of
// profiles, and so names of containers, may be the same in all worlds of one fixture.
// A world is kept by its tenant. The zero value is empty.
type signatures struct {
	mu         sync.RWMutex      // guards the maps
	fresh, old map[string]string // signature to tenant; old ones make room
}

// tenant returns that of the world, "" where it is not known.
func (s *signatures) tenant(sig string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if t, ok := s.fresh[sig]; ok {
		return t
	}
	return s.old[sig]
}

func (s *signatures) note(sig, tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.fresh) >= maxSignatures || s.fresh == nil {
		s.old, s.fresh = s.fresh, make(map[string]string)
	}
	s.fresh[strings.Clone(sig)] = tenant // of a URL, which need not stay
}
