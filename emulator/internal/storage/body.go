package storage

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash"
	"hash/crc64"
	"io"
	"strconv"
	"sync"
)

// pieceSize is how much of a body is made room for at a time: what a client only
// promises to send takes no memory.
const pieceSize = 256 << 10

// The polynomial of Azure's CRC64, as hash/crc64 writes it; the sum is sent as
// eight bytes, the lowest first, in Base64 [documented: x-ms-content-crc64; the
// polynomial as in the Azure SDKs].
var crcTable = sync.OnceValue(func() *crc64.Table { return crc64.MakeTable(0x9A6C9329AC4BC9B5) })

// crcVersion is the first service version that knows x-ms-content-crc64
// [documented].
const crcVersion = "2019-02-02"

// received is a body that was read, and counts against the world until it is
// stored or given back with release.
type received struct {
	content content
	md5     []byte // nil where it was not asked for
	crc     []byte // nil where it was not asked for
}

// receive reads the body, which may have limit bytes, and checks it against the
// request's sums. wantMD5: the answer or the blob needs it anyway. After an error
// nothing counts.
func (x *exchange) receive(limit int64, wantMD5 bool) (received, error) {
	want, err := x.sums()
	if err != nil {
		return received{}, err
	}
	n := x.r.ContentLength
	if n == 0 && x.r.ProtoMajor < 2 && x.r.Header["Content-Length"] == nil {
		n = -1 // net/http takes a request of HTTP/1 that does not say for an empty one
	}
	if n < 0 {
		return received{}, refuse("MissingContentLengthHeader", reason, "a body is sent with its length, not in chunks") // documented
	}
	if n > limit {
		return received{}, refuse("RequestBodyTooLarge", maxLimit, strconv.FormatInt(limit, 10), reason,
			fmt.Sprintf("the body has %d bytes", n)) // documented
	}
	var sums summer
	if wantMD5 || want.md5 != nil {
		sums.md5 = md5.New()
	}
	if x.version >= crcVersion || want.crc != nil {
		sums.crc = crc64.New(crcTable())
	}
	got := received{}
	if got.content, err = x.read(n, &sums); err != nil {
		return received{}, err
	}
	got.md5, got.crc = sums.results()
	if err := want.match(got); err != nil {
		x.store.release(got.content.size)
		return received{}, err
	}
	return got, nil
}

// read reads n bytes in pieces, making room for each before it comes.
func (x *exchange) read(n int64, sums *summer) (content, error) {
	s, c := x.store, content{}
	for c.size < n {
		size := min(pieceSize, n-c.size)
		if err := s.take(size, n); err != nil {
			s.release(c.size)
			return content{}, err
		}
		piece := make([]byte, size)
		x.began = true
		if got, err := io.ReadFull(x.body, piece); err != nil {
			s.release(c.size + size)
			return content{}, refuse("InvalidInput", reason,
				fmt.Sprintf("the body ended after %d of %d bytes", c.size+int64(got), n)) // chosen: nobody is left to be told
		}
		sums.add(piece)
		c.pieces, c.size = append(c.pieces, piece), c.size+size
	}
	return c, nil
}

// take makes room for n bytes of a body that has wanted in all. It errs where the
// world, or the server, has none.
func (s *Store) take(n, wanted int64) error {
	s.mu.Lock()
	defer s.unlock()
	if s.used()+n > s.limits.World {
		return s.full(wanted)
	}
	if err := s.limits.Memory.Fits(n); err != nil {
		return refuse("InsufficientStorage", reason, err.Error()+": graphemu serve --max-memory raises the limit") // chosen
	}
	s.reading += n
	return nil
}

// release gives n bytes of a body back.
func (s *Store) release(n int64) {
	s.mu.Lock()
	s.reading -= n
	s.unlock()
}

// summer adds up the sums that are wanted.
type summer struct{ md5, crc hash.Hash }

func (s *summer) add(p []byte) {
	if s.md5 != nil {
		s.md5.Write(p)
	}
	if s.crc != nil {
		s.crc.Write(p)
	}
}

func (s *summer) results() (md5, crc []byte) {
	if s.md5 != nil {
		md5 = s.md5.Sum(nil)
	}
	if s.crc != nil {
		crc = binary.LittleEndian.AppendUint64(nil, binary.BigEndian.Uint64(s.crc.Sum(nil)))
	}
	return md5, crc
}

// promised is what the request says of its body; nil where it says nothing.
type promised struct{ md5, crc []byte }

// sums reads Content-MD5 and x-ms-content-crc64.
func (x *exchange) sums() (promised, error) {
	var p promised
	var err error
	if p.md5, err = x.md5Header("Content-Md5"); err != nil {
		return p, err
	}
	if given := x.r.Header.Get("X-Ms-Content-Crc64"); given != "" {
		p.crc, err = base64.StdEncoding.DecodeString(given)
		if err != nil || len(p.crc) != 8 {
			return p, refuse("InvalidHeaderValue", headerName, "x-ms-content-crc64", headerValue, given)
		}
		if p.md5 != nil {
			return p, refuse("InvalidInput", reason, "Content-MD5 and x-ms-content-crc64 are not sent together") // documented: 400; its code: chosen
		}
	}
	return p, nil
}

// md5Header reads a header that holds an MD5 sum; nil where there is none.
func (x *exchange) md5Header(name string) ([]byte, error) {
	given := x.r.Header.Get(name)
	if given == "" {
		return nil, nil
	}
	sum, err := base64.StdEncoding.DecodeString(given)
	if err != nil || len(sum) != md5.Size {
		return nil, refuse("InvalidMd5", headerName, name, headerValue, given)
	}
	return sum, nil
}

// match tells whether what came is what was promised [documented, each; the
// names of the details: observed].
func (p promised) match(got received) error {
	text := base64.StdEncoding.EncodeToString
	if p.md5 != nil && !bytes.Equal(p.md5, got.md5) {
		return refuse("Md5Mismatch", "UserSpecifiedMd5", text(p.md5), "ServerCalculatedMd5", text(got.md5))
	}
	if p.crc != nil && !bytes.Equal(p.crc, got.crc) {
		return refuse("Crc64Mismatch", "UserSpecifiedCrc", text(p.crc), "ServerCalculatedCrc", text(got.crc))
	}
	return nil
}
