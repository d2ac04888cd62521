package storage

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Saved is the state of a Store as JSON, readable: what is UTF-8 is text, other
// bytes are Base64. The key is not in it; bodies that are being read are not
// either.
type Saved struct {
	Requests   uint64           `json:"requests,omitzero"`   // request ids minted
	Containers []SavedContainer `json:"containers,omitzero"` // by name
}

// SavedContainer is a container.
type SavedContainer struct {
	Name        string        `json:"name"`
	Blobs       []SavedBlob   `json:"blobs,omitzero"`       // by name
	Uncommitted []SavedStaged `json:"uncommitted,omitzero"` // by blob, then by id
}

// SavedData is bytes: the one of the two that is set, or none for no bytes.
type SavedData struct {
	Text   string `json:"text,omitzero"`
	Base64 []byte `json:"base64,omitzero"`
}

// SavedBlob is a committed blob.
type SavedBlob struct {
	Name     string    `json:"name"`
	Modified time.Time `json:"modified"`
	ETag     string    `json:"etag"` // with its quotes

	ContentType        string            `json:"contentType,omitzero"` // default: application/octet-stream
	ContentEncoding    string            `json:"contentEncoding,omitzero"`
	ContentLanguage    string            `json:"contentLanguage,omitzero"`
	ContentDisposition string            `json:"contentDisposition,omitzero"`
	CacheControl       string            `json:"cacheControl,omitzero"`
	MD5                []byte            `json:"md5,omitzero"`
	Metadata           map[string]string `json:"metadata,omitzero"`

	Blocks []SavedBlock `json:"blocks,omitzero"` // that it was committed from; none: it came whole
	SavedData
}

// SavedBlock is a piece of a committed blob's bytes, in their order.
type SavedBlock struct {
	ID   string `json:"id"`   // Base64
	Size int64  `json:"size"` // bytes
}

// SavedStaged is a block that waits for its list.
type SavedStaged struct {
	Blob    string    `json:"blob"`
	ID      string    `json:"id"`      // Base64
	Expires time.Time `json:"expires"` // with the SAS that brought it
	SavedData
}

func saveData(c content) SavedData {
	data := c.bytes()
	if utf8.Valid(data) {
		return SavedData{Text: string(data)}
	}
	return SavedData{Base64: data}
}

// content returns what was saved.
func (d SavedData) content() content {
	if d.Text != "" {
		return whole([]byte(d.Text))
	}
	return whole(d.Base64)
}

// Save returns the state of the store at one moment.
func (s *Store) Save() Saved {
	// Blobs and blocks never change, so they are copied out and encoded outside
	// the lock.
	type kept struct {
		name   string
		blobs  map[string]*blob
		staged map[string]map[string]staged
	}
	var all []kept
	s.mu.Lock()
	saved := Saved{Requests: s.requests}
	for _, name := range names(s.containers) {
		c := s.containers[name]
		k := kept{name, make(map[string]*blob, len(c.blobs)), make(map[string]map[string]staged, len(c.staged))}
		for n, b := range c.blobs {
			k.blobs[n] = b
		}
		for n, st := range c.staged {
			k.staged[n] = make(map[string]staged, len(st.blocks))
			for id, b := range st.blocks {
				k.staged[n][id] = b
			}
		}
		all = append(all, k)
	}
	s.unlock()
	for _, k := range all {
		c := SavedContainer{Name: k.name}
		for _, n := range names(k.blobs) {
			c.Blobs = append(c.Blobs, k.blobs[n].save())
		}
		for _, n := range names(k.staged) {
			for _, id := range names(k.staged[n]) {
				b := k.staged[n][id]
				c.Uncommitted = append(c.Uncommitted, SavedStaged{n, encodeID(id), b.expires, saveData(b.content)})
			}
		}
		saved.Containers = append(saved.Containers, c)
	}
	return saved
}

func (b *blob) save() SavedBlob {
	h := b.headers
	saved := SavedBlob{
		Name: b.name, Modified: b.modified, ETag: b.etag,
		ContentType: h.contentType, ContentEncoding: h.contentEncoding, ContentLanguage: h.contentLanguage,
		ContentDisposition: h.contentDisposition, CacheControl: h.cacheControl, MD5: h.md5,
		SavedData: saveData(b.content),
	}
	if len(h.metadata) > 0 {
		saved.Metadata = make(map[string]string, len(h.metadata))
	}
	for _, p := range h.metadata {
		saved.Metadata[p.name] = p.value
	}
	for _, p := range b.blocks {
		saved.Blocks = append(saved.Blocks, SavedBlock{encodeID(p.id), p.content.size})
	}
	return saved
}

// Restore puts a store where saved was taken, in place of what it held; uploads
// under way end with ContainerNotFound. It errs, and changes nothing, where saved
// is not a store's or does not fit into this store's limits; the error begins with
// the place, as "/containers/0/blobs/2/etag".
func (s *Store) Restore(saved Saved) error {
	next := &Store{limits: s.limits, containers: make(map[string]*container, len(saved.Containers))}
	for i := range saved.Containers {
		if err := next.restore(&saved.Containers[i]); err != nil {
			return fmt.Errorf("/containers/%d%w", i, err)
		}
	}
	if next.stored > s.limits.World {
		return fmt.Errorf(
			"/containers: with what their keeping costs, %d bytes are more than the %d that a world may have", next.stored, s.limits.World)
	}
	s.mu.Lock()
	defer s.unlock()
	s.containers, s.stored, s.sweepAt = next.containers, next.stored, next.sweepAt
	s.requests, s.ticks = saved.Requests, next.ticks
	return nil
}

// restore adds a container. s is not shared yet. Its errors begin with the place
// below the container, a colon and a blank.
func (s *Store) restore(saved *SavedContainer) error {
	if _, why := badContainerName(saved.Name); why != "" {
		return fmt.Errorf("/name: %s is no container's name: %s", words.Quote(saved.Name), why)
	}
	if s.containers[saved.Name] != nil {
		return fmt.Errorf("/name: there is another container %s", words.Quote(saved.Name))
	}
	c := s.create(saved.Name)
	for i := range saved.Blobs {
		b, err := s.restoreBlob(&saved.Blobs[i])
		if err != nil {
			return fmt.Errorf("/blobs/%d%w", i, err)
		}
		if c.blobs[b.name] != nil {
			return fmt.Errorf("/blobs/%d/name: there is another blob %s", i, words.Quote(b.name))
		}
		c.blobs[b.name] = b
		s.stored += b.cost()
	}
	for i, u := range saved.Uncommitted {
		if err := s.restoreStaged(c, u); err != nil {
			return fmt.Errorf("/uncommitted/%d%w", i, err)
		}
	}
	return nil
}

func (s *Store) restoreBlob(saved *SavedBlob) (*blob, error) {
	if why := badBlobName(saved.Name); why != "" {
		return nil, fmt.Errorf("/name: %s is no blob's name: %s", words.Quote(saved.Name), why)
	}
	tick, err := parseETag(saved.ETag)
	if err != nil {
		return nil, fmt.Errorf("/etag: %w", err)
	}
	s.ticks = max(s.ticks, tick)
	if saved.Text != "" && len(saved.Base64) > 0 {
		return nil, errors.New("/base64: there is a text too; one of the two holds the bytes")
	}
	b := &blob{name: saved.Name, content: saved.content(), modified: saved.Modified.UTC(), etag: saved.ETag}
	if b.content.size > s.limits.Blob {
		return nil, fmt.Errorf("/name: %s has %d bytes, more than the %d that a file may have",
			words.Quote(b.name), b.content.size, s.limits.Blob)
	}
	b.headers = headers{
		saved.ContentType, saved.ContentEncoding, saved.ContentLanguage, saved.ContentDisposition, saved.CacheControl, saved.MD5, nil,
	}
	for _, name := range names(saved.Metadata) {
		b.headers.metadata = append(b.headers.metadata, pair{name, saved.Metadata[name]})
	}
	rest := b.content.bytes()
	for i, p := range saved.Blocks {
		id, err := listedID(p.ID)
		if err != nil {
			return nil, fmt.Errorf("/blocks/%d/id: %s is not the Base64 of 1 to %d bytes", i, words.Quote(p.ID), maxBlockID)
		}
		if p.Size < 1 || p.Size > int64(len(rest)) {
			return nil, fmt.Errorf("/blocks/%d/size: %d is not within the %d bytes that are left", i, p.Size, len(rest))
		}
		b.blocks = append(b.blocks, part{id, whole(rest[:p.Size:p.Size])})
		rest = rest[p.Size:]
	}
	if len(saved.Blocks) > 0 && len(rest) > 0 {
		return nil, fmt.Errorf("/blocks: they leave %d bytes of the blob over", len(rest))
	}
	if len(b.blocks) > 0 {
		b.content = join(b.blocks) // so that bytes are held once
	}
	return b, nil
}

// parseETag returns the ticks that an ETag was made of.
func parseETag(etag string) (int64, error) {
	hex, found := strings.CutPrefix(strings.Trim(etag, `"`), "0x")
	tick, err := strconv.ParseInt(hex, 16, 64)
	if !found || err != nil || tick < 1 || tick > 1<<62 || etag != fmt.Sprintf(`"0x%X"`, tick) {
		return 0, fmt.Errorf(`%s is no ETag, as "0x8D4C2B6E5F1A000" with its quotes`, words.Quote(etag))
	}
	return tick, nil
}

func (s *Store) restoreStaged(c *container, saved SavedStaged) error {
	if why := badBlobName(saved.Blob); why != "" {
		return fmt.Errorf("/blob: %s is no blob's name: %s", words.Quote(saved.Blob), why)
	}
	raw, err := base64.StdEncoding.DecodeString(saved.ID)
	if err != nil || len(raw) == 0 || len(raw) > maxBlockID {
		return fmt.Errorf("/id: %s is not the Base64 of 1 to %d bytes", words.Quote(saved.ID), maxBlockID)
	}
	id, b := string(raw), staged{saved.content(), saved.Expires.UTC()}
	st := c.staged[saved.Blob]
	if st == nil {
		st = &staging{map[string]staged{}, len(id)}
		c.staged[saved.Blob] = st
	}
	if _, twice := st.blocks[id]; twice || st.idLength != len(id) {
		return fmt.Errorf("/id: %s is there twice, or longer or shorter than the others of its blob", words.Quote(saved.ID))
	}
	if b.content.size == 0 || b.content.size > s.limits.Blob || len(st.blocks) >= maxUncommitted {
		return fmt.Errorf("/id: a blob has at most %d blocks that wait, of 1 to %d bytes each", maxUncommitted, s.limits.Blob)
	}
	st.blocks[id] = b
	s.stored += b.cost()
	s.sweepBy(b.expires)
	return nil
}
