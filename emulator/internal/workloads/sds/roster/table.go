package roster

import (
	"bytes"
	"fmt"
	"io"
)

// table is a file that is read: what its bytes are, its header, its rows.
type table struct {
	*scanner
	file   File
	closer io.Closer
	names  []string // of the columns, once header was called
	empty  bool     // the file has no row at all, not even a header
	mark   bool     // it begins with a byte order mark
	alien  string   // it is no text in UTF-8 but this; "": it is
	bad    fault    // what keeps the header from being read
}

// open opens a file. It must be closed.
func open(f File) (*table, error) {
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", f.Name, err)
	}
	return &table{scanner: newScanner(r), file: f, closer: r}, nil
}

func (t *table) close() error {
	if err := t.closer.Close(); err != nil {
		return fmt.Errorf("close %s: %w", t.file.Name, err)
	}
	return nil
}

// header reads the header, and tells whether rows can be read; else empty, alien
// or bad says why not.
func (t *table) header() (bool, error) {
	if err := t.sniff(); err != nil || t.alien != "" {
		return false, err
	}
	f, err := t.next()
	switch {
	case err == io.EOF:
		t.empty = true
		return false, nil
	case err != nil:
		return false, err
	case f != sound:
		t.bad = f
		return false, nil
	}
	t.names = make([]string, len(t.fields))
	for i, name := range t.fields {
		t.names[i] = string(name)
	}
	t.width = len(t.names)
	return true, nil
}

// next reads a row, and names the file in errors.
func (t *table) next() (fault, error) {
	f, err := t.scan()
	if err != nil && err != io.EOF {
		err = fmt.Errorf("read %s after line %d: %w", t.file.Name, t.ahead-1, err)
	}
	return f, err
}

// magic is how files begin that are no text in UTF-8: what people upload by
// mistake.
var magic = []struct{ begins, is string }{
	{"\xff\xfe\x00\x00", "text in UTF-32"},
	{"\x00\x00\xfe\xff", "text in UTF-32"},
	{"\xff\xfe", "text in UTF-16"},
	{"\xfe\xff", "text in UTF-16"},
	{"PK\x03\x04", "a ZIP archive, which an Excel workbook is too"},
	{"\x1f\x8b", "a gzip archive"},
	{"\xd0\xcf\x11\xe0", "a workbook of Excel 97 to 2003"},
	{"%PDF", "a PDF"},
}

// sniff looks at the first bytes: it passes over a byte order mark, and finds
// what is no text in UTF-8.
func (t *table) sniff() error {
	for t.end-t.pos < 4 {
		if more, err := t.fill(); err != nil {
			return fmt.Errorf("read %s: %w", t.file.Name, err)
		} else if !more {
			break
		}
	}
	data := t.buf[t.pos:t.end]
	if bytes.HasPrefix(data, []byte("\xef\xbb\xbf")) {
		t.pos += 3
		t.mark = true
		return nil
	}
	for _, m := range magic {
		if bytes.HasPrefix(data, []byte(m.begins)) {
			t.alien = m.is
			return nil
		}
	}
	// UTF-16 without a mark: every other byte of a header in ASCII is NUL.
	if len(data) >= 4 && (data[0] == 0) != (data[1] == 0) && (data[0] == 0) == (data[2] == 0) && (data[1] == 0) == (data[3] == 0) {
		t.alien = "text in UTF-16"
	}
	return nil
}

// describe tells more of a row that cannot be read. Its values are not shown: a
// password may be among them.
func (t *table) describe(f fault) []byte {
	if f != ragged {
		return nil
	}
	return fmt.Appendf(nil, "%d of %d values", t.count, t.width)
}
