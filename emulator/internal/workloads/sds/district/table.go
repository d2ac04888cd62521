package district

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// table writes a file row by row, as RFC 4180 says but for the line ends, which
// are those of Microsoft's samples. The first error of its writer stays in it.
type table struct {
	out     *bufio.Writer
	spoiled spoiled
	order   []int // the columns to write, of the entity's
	rows    int   // written, the header too
	err     error
}

func newTable(out *bufio.Writer, s spoiled, columns []column) *table {
	t := &table{out: out, spoiled: s}
	for i := range columns {
		if !slices.Contains(s.drops, i) {
			t.order = append(t.order, i)
		}
	}
	t.order = append(t.order, s.repeats...)
	return t
}

// row writes a row, with raw after its last value.
func (t *table) row(values []string, raw string) {
	for i, c := range t.order {
		if i > 0 {
			t.out.WriteByte(',')
		}
		if v := values[c]; strings.ContainsAny(v, ",\"\r\n") {
			t.out.WriteString(`"` + strings.ReplaceAll(v, `"`, `""`) + `"`)
		} else {
			t.out.WriteString(v)
		}
	}
	t.out.WriteString(raw)
	if t.rows++; t.spoiled.mixed && t.rows%2 == 0 {
		t.out.WriteByte('\r')
	}
	t.err = t.out.WriteByte('\n') // a bufio.Writer's error stays
}

// widened writes what is written to it in UTF-16, little-endian with a byte order
// mark, as "Unicode text" of older programs is.
type widened struct {
	w     io.Writer
	begun bool
	rest  []byte // of a character that was cut
}

func (x *widened) Write(p []byte) (int, error) {
	var out []byte
	if !x.begun {
		x.begun = true
		out = append(out, 0xff, 0xfe)
	}
	text := append(x.rest, p...)
	for len(text) > 0 && utf8.FullRune(text) {
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		for _, unit := range utf16.AppendRune(nil, r) {
			out = append(out, byte(unit), byte(unit>>8))
		}
	}
	x.rest = append([]byte(nil), text...)
	if _, err := x.w.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}
