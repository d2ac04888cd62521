// Package ids draws identifiers from a seed, so that the same seed and the
// same requests give the same ids. Each kind of id has a stream of its own:
// reading a profile once more does not change the id of the next one created.
package ids

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
)

// Stream is a sequence of GUIDs. It is safe for concurrent use without a lock:
// the nth GUID depends on nothing but the stream's name and n.
type Stream struct {
	key uint64
	n   atomic.Uint64
}

// NewStream returns the stream that seed and names decide. Streams of other
// names (another world, another kind of id) share no GUID in practice: each
// GUID carries 122 bits of its own.
func NewStream(seed uint64, names ...string) *Stream {
	return &Stream{key: binary.BigEndian.Uint64(Key(seed, names...))}
}

// Position returns how many GUIDs were drawn, for SetPosition.
func (s *Stream) Position() uint64 { return s.n.Load() }

// SetPosition lets the stream go on as one from which n GUIDs were drawn.
func (s *Stream) SetPosition(n uint64) { s.n.Store(n) }

// GUID returns the next GUID, lower-case, of version 4.
func (s *Stream) GUID() string {
	var pcg rand.PCG
	pcg.Seed(s.key, s.n.Add(1))
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], pcg.Uint64())
	binary.BigEndian.PutUint64(b[8:], pcg.Uint64())
	return format(b)
}

// Derived returns the one GUID that belongs to names: the tenant id of a world
// that was given by name, for example.
func Derived(names ...string) string { return format([16]byte(Key(0, names...)[:16])) }

// Key returns 32 bytes that seed and names decide: a key to sign with, or a
// stream's start.
func Key(seed uint64, names ...string) []byte {
	h := sha256.New()
	h.Write(binary.BigEndian.AppendUint64(nil, seed))
	for _, n := range names {
		// The length keeps ("a", "bc") and ("ab", "c") apart.
		h.Write([]byte(strconv.Itoa(len(n)) + ":" + n))
	}
	return h.Sum(nil)
}

func format(b [16]byte) string {
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	var s [36]byte
	hex.Encode(s[:8], b[:4])
	hex.Encode(s[9:13], b[4:6])
	hex.Encode(s[14:18], b[6:8])
	hex.Encode(s[19:23], b[8:10])
	hex.Encode(s[24:], b[10:])
	s[8], s[13], s[18], s[23] = '-', '-', '-', '-'
	return string(s[:])
}

// IsGUID tells whether s has the form of a GUID, in any letter case.
func IsGUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case c >= '0' && c <= '9', c >= 'a' && c <= 'f', c >= 'A' && c <= 'F':
		default:
			return false
		}
	}
	return true
}
