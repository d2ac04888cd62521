package storage

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"strconv"
)

// sizes are what the service takes in one body, from a version on [documented:
// "Scalability and performance targets for Blob storage"], newest first.
var sizes = []struct {
	from        string
	blob, block int64
}{
	{"2019-12-12", 5000 << 20, 4000 << 20},
	{"2016-05-31", 256 << 20, 100 << 20},
	{versions[0], 64 << 20, 4 << 20},
}

// most returns the sizes of the request's version, within the store's own limit.
func (x *exchange) most() (blob, block int64) {
	for _, s := range sizes {
		if x.version >= s.from {
			blob, block = s.blob, s.block
			break
		}
	}
	return min(blob, x.store.limits.Blob), min(block, x.store.limits.Blob)
}

// created is the answer to a write. The service says from 2015-12-11 on that it
// encrypts [documented].
func (x *exchange) created(got received, sendMD5 bool) success {
	h := http.Header{}
	if sendMD5 && got.md5 != nil {
		h.Set("Content-Md5", base64.StdEncoding.EncodeToString(got.md5))
	}
	if x.version >= crcVersion && got.crc != nil {
		h.Set("X-Ms-Content-Crc64", base64.StdEncoding.EncodeToString(got.crc))
	}
	if x.version >= "2015-12-11" {
		h.Set("X-Ms-Request-Server-Encrypted", "true")
	}
	return success{status: http.StatusCreated, header: h}
}

// describe adds what tells one state of a blob from another.
func (d success) describe(b *blob) success {
	d.header.Set("Etag", b.etag)
	d.header.Set("Last-Modified", b.modified.Format(http.TimeFormat))
	return d
}

// putBlob is Put Blob: the whole blob in one request. It takes the place of what
// was there, and of the blocks that waited [documented].
func (x *exchange) putBlob(c *container) (success, error) {
	switch v := x.r.Header.Get("X-Ms-Blob-Type"); v {
	case "BlockBlob":
	case "":
		return success{}, refuse("MissingRequiredHeader", headerName, "x-ms-blob-type", reason, "send x-ms-blob-type: BlockBlob") // documented
	default:
		return success{}, refuse("InvalidHeaderValue", headerName, "x-ms-blob-type", headerValue, v, reason, "send x-ms-blob-type: BlockBlob")
	}
	h, err := x.blobHeaders(true)
	if err != nil {
		return success{}, err
	}
	limit, _ := x.most()
	got, err := x.receive(limit, true)
	if err != nil {
		return success{}, err
	}
	b := &blob{name: x.call.Blob, content: got.content, headers: h}
	if b.headers.md5 == nil {
		b.headers.md5 = got.md5
	}
	err = x.update(c, func() error {
		if !bytes.Equal(b.headers.md5, got.md5) { // documented: with Put Blob it is checked
			return promised{md5: b.headers.md5}.match(got)
		}
		return x.store.replace(x, c, b, got.content.size)
	})
	if err != nil {
		x.store.release(got.content.size)
		return success{}, err
	}
	return x.created(got, true).describe(b), nil
}

// replace commits b where the request's conditions and the world allow it; read
// of its bytes count as being read, and do so no more. Must hold mu.
func (s *Store) replace(x *exchange, c *container, b *blob, read int64) error {
	if err := x.conditions(c.blobs[b.name]); err != nil {
		return err
	}
	if s.used()-read-c.waiting(b.name)-c.costOf(b.name)+b.cost() > s.limits.World {
		return s.full(b.content.size)
	}
	s.reading -= read
	s.commit(c, b, x.now)
	return nil
}

// waiting is the cost of the blocks that wait for the blob of that name. Must
// hold mu.
func (c *container) waiting(name string) (n int64) {
	if st := c.staged[name]; st != nil {
		for _, b := range st.blocks {
			n += b.cost()
		}
	}
	return n
}

// What the service takes of blocks [documented: "Put Block", "Put Block List"].
const (
	maxBlockID     = 64      // bytes, decoded
	maxUncommitted = 100_000 // blocks of a blob
	maxListed      = 50_000  // blocks of a blob
)

// putBlock is Put Block: bytes that wait for a list that names them. A block of
// the same id is replaced; ids of one blob have one length [documented].
func (x *exchange) putBlock(c *container) (success, error) {
	id, err := x.blockID()
	if err != nil {
		return success{}, err
	}
	if x.r.ContentLength == 0 {
		return success{}, refuse("InvalidHeaderValue", headerName, "Content-Length", headerValue, "0",
			reason, "a block has at least one byte") // documented
	}
	_, limit := x.most()
	got, err := x.receive(limit, x.version < crcVersion)
	if err != nil {
		if full(err) {
			x.forget(c)
		}
		return success{}, err
	}
	b := staged{got.content, x.expires}
	if err := x.update(c, func() error { return x.store.stage(c, x.call.Blob, id, b) }); err != nil {
		x.store.release(got.content.size)
		if full(err) {
			x.forget(c)
		}
		return success{}, err
	}
	return x.created(got, x.version < crcVersion || x.r.Header.Get("Content-Md5") != ""), nil // documented, which sum when
}

// stage keeps b, whose bytes count as being read, and do so no more. Must hold mu.
func (s *Store) stage(c *container, name, id string, b staged) error {
	st := c.staged[name]
	if st == nil {
		st = &staging{blocks: map[string]staged{}, idLength: len(id)}
	}
	if st.idLength != len(id) {
		return refuse("InvalidBlobOrBlock", reason,
			fmt.Sprintf("the ids of a blob's blocks have one length: this one has %d bytes, others that wait have %d",
				len(id), st.idLength)) // observed
	}
	var oldCost int64
	if old, again := st.blocks[id]; again {
		oldCost = old.cost()
	} else if len(st.blocks) >= maxUncommitted {
		return refuse("BlockCountExceedsLimit")
	}
	if s.used()-b.content.size-oldCost+b.cost() > s.limits.World {
		return s.full(b.content.size)
	}
	s.reading -= b.content.size
	s.stored += b.cost() - oldCost
	st.blocks[id] = b
	c.staged[name] = st
	s.sweepBy(b.expires)
	return nil
}

// full tells whether err is of a limit on bytes.
func full(err error) bool {
	p, ok := err.(problem)
	return ok && (p.code == "RequestBodyTooLarge" || p.code == "InsufficientStorage")
}

// forget drops the blocks of an upload that did not fit: it leaves nothing.
func (x *exchange) forget(c *container) {
	x.store.mu.Lock()
	defer x.store.unlock()
	x.store.discard(c, x.call.Blob)
}

// blockID reads the blockid of the query: Base64 of at most 64 bytes
// [documented; the words of the refusals: observed].
func (x *exchange) blockID() (string, error) {
	given := x.call.Query.Get("blockid")
	if given == "" {
		return "", refuse("MissingRequiredQueryParameter", queryName, "blockid")
	}
	id, err := base64.StdEncoding.DecodeString(given)
	if err != nil || len(id) == 0 {
		return "", refuse("InvalidQueryParameterValue", queryName, "blockid", queryValue, given, reason, "Not a valid base64 string.")
	}
	if len(id) > maxBlockID {
		return "", refuse("InvalidQueryParameterValue", queryName, "blockid", queryValue, given,
			reason, "The id has more than "+strconv.Itoa(maxBlockID)+" bytes.")
	}
	return string(id), nil
}
