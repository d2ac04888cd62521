package record

import (
	"container/list"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/journal"
)

// maxPromises is how many a journal remembers. A client waits for a handful.
const maxPromises = 4096

// digest stands for a promise's key: keys hold what clients send, which may be
// long, or a secret in the wrong place.
type digest [16]byte

func digestOf(key string) digest {
	sum := sha256.Sum256([]byte(key))
	return digest(sum[:])
}

// promises is what clients were told to wait. The zero value is empty.
type promises struct {
	count atomic.Int64 // len(byKey), for whoever only asks whether there are any

	mu    sync.Mutex               // guards what follows
	byKey map[digest]*list.Element // of age
	age   list.List                // of *promise, the oldest first
}

type promise struct {
	key   digest
	entry uint64
	world time.Time
	real  time.Time // zero where it was restored
}

// Promise notes that the answer to entry told a client to wait until world on
// the world's clock, which is real on the wall clock. key is what an early call
// will have in common with this one; a new promise takes the place of an older
// one with the same key. Of more than 4,096 the oldest are forgotten.
func (j *Journal) Promise(key string, entry uint64, world, real time.Time) {
	j.promises.add(promise{digestOf(key), entry, world, real})
}

// Promising tells whether any client was told to wait: where not, no call can be
// early. It takes no lock.
func (j *Journal) Promising() bool { return j.promises.count.Load() > 0 }

// Early returns by how much a call with that key comes before the instant that
// an earlier answer told its client to wait for; nil where it does not. It is
// early only if it is so on both clocks, the world's and the wall clock: whoever
// advances the clock, and whoever really waits, is obedient. Of a restored
// promise only the world's clock is known. A promise that is over is forgotten.
func (j *Journal) Early(key string, now, real time.Time) *journal.Early {
	p, ok := j.promises.find(digestOf(key))
	if !ok {
		return nil
	}
	if !now.Before(p.world) || !p.real.IsZero() && !real.Before(p.real) {
		j.promises.drop(p)
		return nil
	}
	return &journal.Early{Entry: p.entry, By: clock.Duration(p.world.Sub(now))}
}

func (p *promises) add(n promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byKey == nil {
		p.byKey = map[digest]*list.Element{}
	}
	if old, ok := p.byKey[n.key]; ok {
		p.age.Remove(old)
	} else if len(p.byKey) == maxPromises {
		oldest := p.age.Front()
		p.age.Remove(oldest)
		delete(p.byKey, oldest.Value.(*promise).key)
	}
	p.byKey[n.key] = p.age.PushBack(&n)
	p.count.Store(int64(len(p.byKey)))
}

func (p *promises) find(key digest) (promise, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, ok := p.byKey[key]; ok {
		return *e.Value.(*promise), true
	}
	return promise{}, false
}

// drop forgets old, unless another promise has taken its place.
func (p *promises) drop(old promise) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, ok := p.byKey[old.key]; ok && *e.Value.(*promise) == old {
		p.age.Remove(e)
		delete(p.byKey, old.key)
		p.count.Store(int64(len(p.byKey)))
	}
}

// SavedRetries are the promises as a snapshot keeps them, the oldest first.
type SavedRetries []SavedRetry

// SavedRetry is a promise as a snapshot keeps it. The instant on the wall clock
// is not saved: it means nothing to another process.
type SavedRetry struct {
	Key   string    `json:"key"` // a digest, in hexadecimal
	Entry uint64    `json:"entry"`
	Until time.Time `json:"until"` // on the world's clock
}

// SaveRetries returns what clients were told to wait.
func (j *Journal) SaveRetries() SavedRetries {
	p := &j.promises
	p.mu.Lock()
	defer p.mu.Unlock()
	saved := SavedRetries{}
	for e := p.age.Front(); e != nil; e = e.Next() {
		v := e.Value.(*promise)
		saved = append(saved, SavedRetry{hex.EncodeToString(v.key[:]), v.entry, v.world})
	}
	return saved
}

// RestoreRetries puts saved promises in the place of those that there are. They
// count by the world's clock alone. It errs, and changes nothing, where a key is
// none that SaveRetries wrote.
func (j *Journal) RestoreRetries(saved SavedRetries) error {
	restored := make([]promise, len(saved))
	for i, s := range saved {
		restored[i] = promise{entry: s.Entry, world: s.Until}
		if n, err := hex.Decode(restored[i].key[:], []byte(s.Key[:min(len(s.Key), 2*len(digest{}))])); err != nil ||
			2*n != len(s.Key) || n != len(digest{}) {
			return fmt.Errorf("promise %d: the key %q is none: want %d hexadecimal digits", i, words.Cut(s.Key, 80, "…"), 2*len(digest{}))
		}
	}
	p := &j.promises
	func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		clear(p.byKey)
		p.age.Init()
		p.count.Store(0)
	}()
	for _, r := range restored {
		p.add(r)
	}
	return nil
}
