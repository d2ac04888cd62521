// Package storage is the subset of Azure Blob storage that stands behind an
// upload URL: a container SAS that may only write, block blobs, and errors in
// Azure Storage's XML. It knows requests, but no Graph.
//
// Emulated: Put Blob, Put Block, Put Block List, Get Block List, Get Blob
// Properties, and the refusals that a write-only SAS meets elsewhere. Known, but
// refused by name: append and page blobs, copies, leases, snapshots, tags, reads.
//
// Grades of the behaviour, beside the code: documented (the REST reference of
// Azure Storage), observed (answers of the service that others published),
// inferred (from those), chosen (ours).
package storage

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/quota"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Account is the storage account of every world; it is the host's first label
// in the service, and the path's first segment here (Azurite's path style).
const Account = "sdsstorage"

// Host is where the service has the account: there the path does not name it.
const Host = Account + ".blob.core.windows.net"

// Prefix is where the surface is mounted: "/sdsstorage/{container}/{blob}".
const Prefix = "/" + Account + "/"

// Limits bound the memory of a Store, in bytes. Source: graphemu's own design.
type Limits struct {
	Memory *quota.Share // what all worlds keep together; nil: it is not counted

	Blob  int64 // of one blob; default 64 MiB
	World int64 // of all blobs and uncommitted blocks together; default 256 MiB
}

// The defaults of Limits, in bytes.
const (
	DefaultBlob  = 64 << 20
	DefaultWorld = 256 << 20
)

// What a blob and a block cost beside their bytes, so that a million empty ones
// do not slip below Limits.World.
const (
	blobCost  = 1024
	blockCost = 256
)

// Store holds the containers of one world. It is safe for concurrent use, and
// starts no goroutine.
type Store struct {
	// OnSign is told each signature that UploadURL makes; nil: nobody is. It is set
	// before the store is used.
	OnSign func(signature string)

	// MakeRoom is called before a request to a store that is half full: it drops the
	// containers that nobody needs any more. nil: there are none.
	MakeRoom func(now time.Time)

	key    []byte
	limits Limits

	mu         sync.Mutex            // guards everything below; never held while a body is read
	containers map[string]*container // keyed by name; nil until the first
	stored     int64                 // bytes of all blobs and uncommitted blocks, costs included
	reading    int64                 // bytes of bodies that are being read
	shared     int64                 // those of stored that belong to a fixture, which many worlds share
	counted    int64                 // what limits.Memory counts of them
	requests   uint64                // request ids minted
	ticks      int64                 // of the last write: each has an ETag of its own
	sweepAt    time.Time             // before it no uncommitted block goes; zero: there is none
}

// container is a profile's.
type container struct {
	blobs  map[string]*blob    // committed, keyed by name; a blob never changes, it is replaced
	staged map[string]*staging // uncommitted, keyed by the blob's name
}

// blob is a committed block blob.
type blob struct {
	name     string
	content  content
	blocks   []part // it was committed from; nil: it came in one piece
	shared   bool   // its bytes belong to a fixture
	modified time.Time
	etag     string // with its quotes
	headers  headers
}

// part is a block: its id, decoded, and its bytes.
type part struct {
	id      string
	content content
}

// staging is what was put for a blob and not yet committed. An empty one is
// taken away, so a blob of which nothing waits has none.
type staging struct {
	blocks   map[string]staged // keyed by the decoded id
	idLength int               // of every id, in bytes
}

// staged is a block that waits for its list.
type staged struct {
	content content
	expires time.Time // of the SAS that brought it
}

// cost is what b takes of Limits.World.
func (b *blob) cost() int64 {
	return blobCost + int64(len(b.name)) + b.headers.size() + b.content.size + int64(len(b.blocks))*blockCost
}

func (b staged) cost() int64 { return blockCost + b.content.size }

// NewStore returns an empty store that signs with key, the SAS key of its world
// (any length; worlds of the same key accept each other's URLs). A limit of 0 or
// less is its default.
func NewStore(key []byte, l Limits) *Store {
	if l.Blob <= 0 {
		l.Blob = DefaultBlob
	}
	if l.World <= 0 {
		l.World = DefaultWorld
	}
	return &Store{key: slices.Clone(key), limits: l}
}

// Limits returns the limits in force.
func (s *Store) Limits() Limits { return s.limits }

// Create makes a container where there is none of that name. UploadURL does so
// by itself.
func (s *Store) Create(name string) {
	s.mu.Lock()
	defer s.unlock()
	s.create(name)
}

// create is Create. Must hold mu.
func (s *Store) create(name string) *container {
	c := s.containers[name]
	if c == nil {
		c = &container{map[string]*blob{}, map[string]*staging{}}
		if s.containers == nil {
			s.containers = map[string]*container{}
		}
		s.containers[name] = c
	}
	return c
}

// Put commits a blob without a request, as a fixture's file; it replaces one of
// that name, and makes the container where there is none. The store keeps data,
// which must not be changed any more. It errs where the name cannot be a blob's
// or the limits are met.
func (s *Store) Put(container, name string, data []byte, now time.Time) error {
	if reason := badBlobName(name); reason != "" {
		return fmt.Errorf("file %s: %s", words.Quote(name), reason)
	}
	if int64(len(data)) > s.limits.Blob {
		return fmt.Errorf("file %s: its %d bytes are more than the %d that a file may have", words.Quote(name), len(data), s.limits.Blob)
	}
	h := headers{contentType: defaultContentType, md5: sum(data)}
	b := &blob{name: name, content: whole(data), headers: h, shared: true}
	s.mu.Lock()
	defer s.unlock()
	c := s.containers[container]
	if free := s.limits.World - s.used() + c.costOf(name); b.cost() > free {
		return fmt.Errorf("file %s: its %d bytes do not fit into the %d that the world has left", words.Quote(name), len(data), max(free, 0))
	}
	s.commit(s.create(container), b, now)
	return nil
}

// costOf is the cost of the blob of that name; 0 where there is none. A nil c
// has none.
func (c *container) costOf(name string) int64 {
	if c == nil || c.blobs[name] == nil {
		return 0
	}
	return c.blobs[name].cost()
}

// commit puts b in the place of what had its name; the blocks that wait for that
// name go with it [documented]. Must hold mu.
func (s *Store) commit(c *container, b *blob, now time.Time) {
	// An ETag is the time of the write in .NET ticks of 100 ns since year 1, in
	// hexadecimal [observed]. A clock that stands or goes back still gives each
	// write another one [chosen].
	s.ticks = max(s.ticks+1, ticks(now))
	b.etag = fmt.Sprintf(`"0x%X"`, s.ticks)
	b.modified = now.UTC().Truncate(time.Second)
	if old := c.blobs[b.name]; old != nil {
		s.remove(old)
	}
	s.discard(c, b.name)
	s.stored += b.cost()
	if b.shared {
		s.shared += b.content.size
	}
	c.blobs[b.name] = b
}

// remove counts b no more. Must hold mu.
func (s *Store) remove(b *blob) {
	s.stored -= b.cost()
	if b.shared {
		s.shared -= b.content.size
	}
}

// unlock ends every change: it tells limits.Memory what the store keeps by now,
// and gives mu back.
func (s *Store) unlock() {
	if keeps := s.used() - s.shared; keeps != s.counted {
		s.limits.Memory.Add(keeps - s.counted)
		s.counted = keeps
	}
	s.mu.Unlock()
}

// ticks is t in 100 ns since 0001-01-01.
func ticks(t time.Time) int64 {
	const untilUnix = 62_135_596_800
	return (t.Unix()+untilUnix)*10_000_000 + int64(t.Nanosecond()/100)
}

// discard drops the blocks that wait for the blob of that name. Must hold mu.
func (s *Store) discard(c *container, name string) {
	if st := c.staged[name]; st != nil {
		for _, b := range st.blocks {
			s.stored -= b.cost()
		}
		delete(c.staged, name)
	}
}

// Drop removes a container with all that is in it; a File that was handed out
// stays readable. An upload under way ends with ContainerNotFound.
func (s *Store) Drop(name string) {
	s.mu.Lock()
	defer s.unlock()
	c := s.containers[name]
	if c == nil {
		return
	}
	for _, b := range c.blobs {
		s.remove(b)
	}
	for blob := range c.staged {
		s.discard(c, blob)
	}
	delete(s.containers, name)
}

// Sweep drops the uncommitted blocks whose SAS has expired. Answer does so by
// itself; call it where no request comes and the memory is wanted back. Source:
// graphemu's own design; the service keeps them for a week.
func (s *Store) Sweep(now time.Time) {
	s.mu.Lock()
	defer s.unlock()
	s.sweep(now)
}

// sweep is Sweep. Must hold mu.
func (s *Store) sweep(now time.Time) {
	if s.sweepAt.IsZero() || now.Before(s.sweepAt) {
		return
	}
	s.sweepAt = time.Time{}
	for _, c := range s.containers {
		for name, st := range c.staged {
			for id, b := range st.blocks {
				if now.Before(b.expires) {
					s.sweepBy(b.expires)
					continue
				}
				s.stored -= b.cost()
				delete(st.blocks, id)
			}
			if len(st.blocks) == 0 {
				delete(c.staged, name)
			}
		}
	}
}

// sweepBy sees to it that a sweep at t finds work. Must hold mu.
func (s *Store) sweepBy(t time.Time) {
	if s.sweepAt.IsZero() || t.Before(s.sweepAt) {
		s.sweepAt = t
	}
}

// Used returns the bytes that count against Limits.World: committed,
// uncommitted and being read, and what their keeping costs.
func (s *Store) Used() int64 {
	s.mu.Lock()
	defer s.unlock()
	return s.used()
}

// used is Used. Must hold mu.
func (s *Store) used() int64 { return s.stored + s.reading }

// Containers returns the names of all containers, sorted.
func (s *Store) Containers() []string {
	s.mu.Lock()
	defer s.unlock()
	return names(s.containers)
}

// File is a committed blob as it was when Files was called. It never changes.
type File struct {
	Name     string
	Size     int64 // bytes
	Modified time.Time
	content  content
}

// Open returns a reader of the file's bytes from their start. Closing it is not
// needed; a File may be opened often and at the same time.
func (f File) Open() io.ReadCloser { return f.content.open() }

// Has tells whether there is a container of that name.
func (s *Store) Has(container string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.containers[container] != nil
}

// Files returns the committed blobs of a container at one moment, by name;
// nil where there is no such container.
func (s *Store) Files(container string) []File {
	s.mu.Lock()
	defer s.unlock()
	c := s.containers[container]
	if c == nil {
		return nil
	}
	files := make([]File, 0, len(c.blobs))
	for _, b := range c.blobs {
		files = append(files, File{b.name, b.content.size, b.modified, b.content})
	}
	slices.SortFunc(files, func(a, b File) int { return cmp.Compare(a.Name, b.Name) })
	return files
}

// requestID mints the id of a request: a GUID that the key and the number of
// requests before it decide.
func (s *Store) requestID() string {
	s.mu.Lock()
	s.requests++
	n := s.requests
	s.unlock()
	m := hmac.New(sha256.New, s.key)
	m.Write([]byte("request"))
	m.Write(binary.BigEndian.AppendUint64(nil, n))
	b := m.Sum(nil)
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

// names returns the keys of m, sorted: the order of a map decides nothing.
func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
