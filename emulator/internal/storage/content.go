package storage

import (
	"bytes"
	"io"
)

// content is bytes that never change, in pieces as they were read.
type content struct {
	pieces [][]byte
	size   int64
}

// whole is the content of one piece of data.
func whole(data []byte) content {
	if len(data) == 0 {
		return content{}
	}
	return content{[][]byte{data}, int64(len(data))}
}

// join is the content of all parts, one after the other; the bytes are shared.
func join(parts []part) content {
	var c content
	for _, p := range parts {
		c.pieces = append(c.pieces, p.content.pieces...)
		c.size += p.content.size
	}
	return c
}

// bytes copies the content into one piece.
func (c content) bytes() []byte { return bytes.Join(c.pieces, nil) }

func (c content) open() io.ReadCloser { return &reader{pieces: c.pieces} }

// reader reads pieces, which it does not change.
type reader struct {
	pieces [][]byte
	off    int // into the first piece
}

func (r *reader) Read(p []byte) (int, error) {
	if len(r.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.pieces[0][r.off:])
	if r.off += n; r.off == len(r.pieces[0]) {
		r.pieces, r.off = r.pieces[1:], 0
	}
	return n, nil
}

// WriteTo hands the pieces to w without a copy.
func (r *reader) WriteTo(w io.Writer) (int64, error) {
	var sent int64
	for ; len(r.pieces) > 0; r.pieces, r.off = r.pieces[1:], 0 {
		n, err := w.Write(r.pieces[0][r.off:])
		if sent += int64(n); err != nil {
			r.off += n
			return sent, err
		}
	}
	return sent, nil
}

func (r *reader) Close() error { return nil }
