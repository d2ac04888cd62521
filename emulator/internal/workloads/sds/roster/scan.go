package roster

import (
	"bytes"
	"io"
	"unicode/utf8"
)

// Limits of the reader, chosen: a row of the widest file has 33 columns, and the
// longest value that is allowed has 256 characters.
const (
	maxRow     = 64 << 10 // bytes of a row
	maxColumns = 1024     // of a header
	bufferSize = 4 * maxRow
)

// fault is what keeps a row from being read.
type fault uint8

const (
	sound     fault = iota
	notUTF8         // its bytes are no UTF-8
	nulByte         // it has a NUL
	badQuotes       // a quotation mark is not closed, not doubled, or not at the edge of its value
	ragged          // it has not as many values as the header has columns
	lineBreak       // a value has a line break, or a CR alone
	tooLong         // it is longer than maxRow, or a header has more than maxColumns
)

// scanner reads rows of CSV as RFC 4180 has it: commas, quotation marks, LF or CR
// LF. It agrees with encoding/csv on what is well-formed, is strict about what is
// not, and never holds more than its buffer: a row over maxRow is passed over.
// After a fault it goes on with the line behind the one where the row began, so
// that one mark that was forgotten does not take the rest of the file with it.
type scanner struct {
	r     io.Reader
	buf   []byte
	pos   int // of the bytes not yet read
	end   int
	eof   bool
	ahead int // number of the line at pos

	width   int      // columns of the header; 0 while that is read
	at      int      // line where the row begins
	fields  [][]byte // its values, at most width; valid until the next scan
	count   int      // how many values it has
	scratch []byte   // values whose doubled marks were made single

	ends  [2]bool // lines that ended in LF, in CR LF
	mixed int     // the first line that ended otherwise than those before; 0: none
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, bufferSize), ahead: 1}
}

// fill reads more, and tells whether there is more.
func (s *scanner) fill() (bool, error) {
	if s.eof {
		return false, nil
	}
	if len(s.buf)-s.end < maxRow {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		switch {
		case err == io.EOF:
			s.eof = true
			return n > 0, nil
		case err != nil:
			return false, err
		case n > 0:
			return true, nil
		}
	}
	return false, io.ErrNoProgress
}

// class is what a byte means outside quotation marks.
var class = classes()

const (
	isPlain uint8 = iota
	isComma
	isMark
	isCR
	isNUL
	isHigh
)

func classes() (t [256]uint8) {
	for c := utf8.RuneSelf; c < len(t); c++ {
		t[c] = isHigh
	}
	t[','], t['"'], t['\r'], t[0] = isComma, isMark, isCR, isNUL
	return t
}

// scan reads the next row into fields. It returns io.EOF behind the last, and
// passes over blank lines, as encoding/csv does.
func (s *scanner) scan() (fault, error) {
	for {
		line, ended, err := s.line()
		switch {
		case err != nil:
			return sound, err
		case len(line) > maxRow:
			s.at = s.ahead
			return tooLong, s.skip()
		}
		size := len(line)
		if ended {
			size++
		}
		crlf := size > 0 && len(line) > 0 && line[len(line)-1] == '\r'
		if crlf {
			line = line[:len(line)-1]
		}
		if len(line) == 0 {
			s.step(size, ended, crlf)
			continue
		}
		s.at = s.ahead
		f, marks := s.split(line)
		if marks {
			return s.quoted()
		}
		s.step(size, ended, crlf)
		return s.judge(f), nil
	}
}

// line returns the bytes up to the next LF, not taking them, and whether there is
// an LF; more than maxRow bytes where it is farther than that.
func (s *scanner) line() (line []byte, ended bool, err error) {
	searched := 0
	for {
		rest := s.buf[s.pos:s.end]
		if i := bytes.IndexByte(rest[searched:], '\n'); i >= 0 {
			return rest[:searched+i], true, nil
		}
		if len(rest) > maxRow {
			return rest, false, nil
		}
		searched = len(rest)
		switch more, err := s.fill(); {
		case err != nil:
			return nil, false, err
		case !more && len(rest) == 0:
			return nil, false, io.EOF
		case !more:
			return rest, false, nil
		}
	}
}

// step goes over size bytes, one line.
func (s *scanner) step(size int, ended, crlf bool) {
	s.pos += size
	if !ended {
		return
	}
	kind := 0
	if crlf {
		kind = 1
	}
	if s.ends[1-kind] && s.mixed == 0 {
		s.mixed = s.ahead
	}
	s.ends[kind] = true
	s.ahead++
}

// skip goes behind the next LF, however far it is.
func (s *scanner) skip() error {
	for {
		if i := bytes.IndexByte(s.buf[s.pos:s.end], '\n'); i >= 0 {
			s.pos += i + 1
			s.ahead++
			return nil
		}
		s.pos = s.end
		if more, err := s.fill(); err != nil || !more {
			return err
		}
	}
}

// room is how many values are kept of a row.
func (s *scanner) room() int {
	if s.width == 0 {
		return maxColumns
	}
	return s.width
}

// split cuts a line without quotation marks at its commas. marks tells that it
// has some after all; then nothing is known of it yet.
func (s *scanner) split(line []byte) (f fault, marks bool) {
	s.fields, s.count = s.fields[:0], 0
	room, start, high := s.room(), 0, false
	for i, c := range line {
		switch class[c] {
		case isComma:
			if s.count++; s.count <= room {
				s.fields = append(s.fields, line[start:i])
			}
			start = i + 1
		case isMark:
			return sound, true
		case isHigh:
			high = true
		case isCR:
			f = max(f, lineBreak)
		case isNUL:
			f = max(f, nulByte)
		}
	}
	if s.count++; s.count <= room {
		s.fields = append(s.fields, line[start:])
	}
	if high && f == sound && !utf8.Valid(line) {
		f = notUTF8
	}
	return f, false
}

// judge adds what is wrong with the number of values.
func (s *scanner) judge(f fault) fault {
	switch {
	case f != sound:
		return f
	case s.width == 0 && s.count > maxColumns:
		return tooLong
	case s.width > 0 && s.count != s.width:
		return ragged
	}
	return sound
}

// quoted reads a row that has quotation marks. It looks at maxRow bytes at most,
// which may be several lines. Reading a line again after an unclosed mark costs
// little: the lines between have their marks in pairs, so none of them begins a
// value that would be searched as far again.
func (s *scanner) quoted() (fault, error) {
	for s.end-s.pos <= maxRow+2 {
		if more, err := s.fill(); err != nil {
			return sound, err
		} else if !more {
			break
		}
	}
	data := s.buf[s.pos:s.end]
	if len(data) > maxRow+2 {
		data = data[:maxRow+2]
	}
	size, f := s.parse(data)
	if f == badQuotes {
		first := len(data)
		ended := false
		if i := bytes.IndexByte(data, '\n'); i >= 0 {
			first, ended = i+1, true
		}
		if !ended && s.end-s.pos > len(data) {
			return tooLong, s.skip()
		}
		s.step(first, ended, first > 1 && ended && data[first-2] == '\r')
		return badQuotes, nil
	}
	row := data[:size]
	if f == sound {
		switch {
		case bytes.IndexByte(row, 0) >= 0:
			f = nulByte
		case !utf8.Valid(row):
			f = notUTF8
		}
	}
	ended := size > 0 && row[size-1] == '\n'
	s.ahead += bytes.Count(row, []byte{'\n'})
	if ended {
		s.ahead-- // step counts the last one
	}
	s.step(size, ended, ended && size > 1 && row[size-2] == '\r')
	return s.judge(f), nil
}

// parse cuts the row at the beginning of data, and returns its size with its line
// end.
func (s *scanner) parse(data []byte) (size int, f fault) {
	s.fields, s.count, s.scratch = s.fields[:0], 0, s.scratch[:0]
	room, i := s.room(), 0
	for {
		var value []byte
		if i < len(data) && data[i] == '"' {
			var broken bool
			var ok bool
			if value, i, broken, ok = s.unquote(data, i+1); !ok {
				return 0, badQuotes
			}
			if broken {
				f = lineBreak
			}
		} else {
			start := i
			for i < len(data) && data[i] != ',' && data[i] != '\n' {
				if data[i] == '"' {
					return 0, badQuotes
				}
				i++
			}
			value = data[start:i]
			if i == len(data) || data[i] == '\n' {
				value = bytes.TrimSuffix(value, []byte{'\r'})
			}
			if bytes.IndexByte(value, '\r') >= 0 {
				f = lineBreak
			}
		}
		if s.count++; s.count <= room {
			s.fields = append(s.fields, value)
		}
		switch {
		case i == len(data):
			if len(data) > maxRow {
				return 0, badQuotes // cut off: the caller finds the line's end
			}
			return i, f
		case data[i] == '\n':
			return i + 1, f
		}
		i++ // the comma
	}
}

// unquote reads a value from behind its first mark. It returns where the comma or
// the line's end is, and whether a line breaks within the value; not ok means that
// the closing mark is missing, or not followed by one of those.
func (s *scanner) unquote(data []byte, i int) (value []byte, end int, broken, ok bool) {
	start, kept := i, len(s.scratch)
	for {
		j := bytes.IndexByte(data[i:], '"')
		if j < 0 {
			return nil, 0, false, false
		}
		j += i
		if j+1 < len(data) && data[j+1] == '"' {
			s.scratch = append(s.scratch, data[i:j+1]...)
			i = j + 2
			continue
		}
		value = data[start:j]
		if i > start {
			s.scratch = append(s.scratch, data[i:j]...)
			value = s.scratch[kept:len(s.scratch):len(s.scratch)]
		}
		broken = bytes.IndexByte(value, '\n') >= 0 || bytes.IndexByte(value, '\r') >= 0
		end = j + 1
		if end < len(data) && data[end] == '\r' && (end+1 == len(data) || data[end+1] == '\n') {
			end++
		}
		ok = end == len(data) || data[end] == ',' || data[end] == '\n'
		return value, end, broken, ok
	}
}
