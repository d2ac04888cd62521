package roster

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// row is what a scan gave.
type row struct {
	line   int
	fault  fault
	values []string
}

// rows scans all of a text, in rows of this width; 0: as wide as each is.
func rows(t require.TestingT, r io.Reader, width int) []row {
	s := newScanner(r)
	s.width = width
	var all []row
	for {
		f, err := s.scan()
		if err == io.EOF {
			return all
		}
		require.NoError(t, err)
		one := row{line: s.at, fault: f}
		if f == sound {
			for _, v := range s.fields {
				one.values = append(one.values, string(v))
			}
		}
		all = append(all, one)
	}
}

func TestScan(t *testing.T) {
	long := strings.Repeat("x", maxRow)
	for name, c := range map[string]struct {
		text string
		want []row
	}{
		"nothing":                {"", nil},
		"blank lines":            {"\n\r\n\na,b\n\n", []row{{4, sound, []string{"a", "b"}}}},
		"no line end at the end": {"a,b\nc,d", []row{{1, sound, []string{"a", "b"}}, {2, sound, []string{"c", "d"}}}},
		"CR at the end":          {"a,b\r", []row{{1, sound, []string{"a", "b"}}}},
		"mixed line ends": {"a,b\r\nc,d\ne,f\r\n",
			[]row{{1, sound, []string{"a", "b"}}, {2, sound, []string{"c", "d"}}, {3, sound, []string{"e", "f"}}}},
		"empty values":         {",\n\"\",\"\"\n", []row{{1, sound, []string{"", ""}}, {2, sound, []string{"", ""}}}},
		"comma in marks":       {"\"a,b\",c\n", []row{{1, sound, []string{"a,b", "c"}}}},
		"doubled marks":        {"\"a\"\"b\"\"\",\"\"\"\"\n", []row{{1, sound, []string{"a\"b\"", "\""}}}},
		"doubled marks twice":  {"\"a\"\"\",\"b\"\"\"\n", []row{{1, sound, []string{"a\"", "b\""}}}},
		"marks and CR LF":      {"\"a\",\"b\"\r\n\"c\",d\r\n", []row{{1, sound, []string{"a", "b"}}, {2, sound, []string{"c", "d"}}}},
		"mark within":          {"a\"b,c\nd,e\n", []row{{1, badQuotes, nil}, {2, sound, []string{"d", "e"}}}},
		"mark behind a blank":  {"a, \"b\"\nd,e\n", []row{{1, badQuotes, nil}, {2, sound, []string{"d", "e"}}}},
		"text behind the mark": {"\"a\"b,c\nd,e\n", []row{{1, badQuotes, nil}, {2, sound, []string{"d", "e"}}}},
		"mark not closed": {"a,\"b\nc,d\ne,f\n",
			[]row{{1, badQuotes, nil}, {2, sound, []string{"c", "d"}}, {3, sound, []string{"e", "f"}}}},
		"mark not closed, CR LF": {"a,\"b\r\nc,d\r\n", []row{{1, badQuotes, nil}, {2, sound, []string{"c", "d"}}}},
		"closed by a later mark": {"a,\"b\nc,\"d\"\ne,f\n",
			[]row{{1, badQuotes, nil}, {2, sound, []string{"c", "d"}}, {3, sound, []string{"e", "f"}}}},
		"mark not closed at last":  {"a,b\nc,\"", []row{{1, sound, []string{"a", "b"}}, {2, badQuotes, nil}}},
		"line break":               {"a,\"b\nb\"\nc,d\n", []row{{1, lineBreak, nil}, {3, sound, []string{"c", "d"}}}},
		"two line breaks":          {"\"a\r\na\",\"b\nb\"\r\nc,d\n", []row{{1, lineBreak, nil}, {4, sound, []string{"c", "d"}}}},
		"CR alone":                 {"a,b\rc\nd,e\n", []row{{1, lineBreak, nil}, {2, sound, []string{"d", "e"}}}},
		"CR alone in marks":        {"a,\"b\rc\"\nd,e\n", []row{{1, lineBreak, nil}, {2, sound, []string{"d", "e"}}}},
		"NUL":                      {"a,b\x00\nd,e\n", []row{{1, nulByte, nil}, {2, sound, []string{"d", "e"}}}},
		"NUL in marks":             {"a,\"b\x00\"\nd,e\n", []row{{1, nulByte, nil}, {2, sound, []string{"d", "e"}}}},
		"not UTF-8":                {"a,M\xfcller\nd,\xc3\xa9\n", []row{{1, notUTF8, nil}, {2, sound, []string{"d", "é"}}}},
		"not UTF-8 in marks":       {"a,\"M\xfcller\"\nd,e\n", []row{{1, notUTF8, nil}, {2, sound, []string{"d", "e"}}}},
		"too few":                  {"a\nd,e\n", []row{{1, ragged, nil}, {2, sound, []string{"d", "e"}}}},
		"too many":                 {"a,b,c,d\n\"a\",b,c\nd,e\n", []row{{1, ragged, nil}, {2, ragged, nil}, {3, sound, []string{"d", "e"}}}},
		"as long as may be":        {"a," + long[2:] + "\nd,e\n", []row{{1, sound, []string{"a", long[2:]}}, {2, sound, []string{"d", "e"}}}},
		"too long":                 {"a," + long + "\nd,e\n", []row{{1, tooLong, nil}, {2, sound, []string{"d", "e"}}}},
		"too long in marks":        {"a,\"" + long + "\"\nd,e\n", []row{{1, tooLong, nil}, {2, sound, []string{"d", "e"}}}},
		"too long over lines":      {"a,\"" + strings.Repeat("x\n", maxRow/2+1) + "\"\n", nil},
		"far too long at the end":  {"d,e\na," + strings.Repeat(long, 9), []row{{1, sound, []string{"d", "e"}}, {2, tooLong, nil}}},
		"not closed, far too long": {"a,\"" + strings.Repeat(long, 9) + "\nd,e\n", []row{{1, tooLong, nil}, {2, sound, []string{"d", "e"}}}},
	} {
		t.Run(name, func(t *testing.T) {
			got := rows(t, strings.NewReader(c.text), 2)
			if name == "too long over lines" { // the row is given up, and each line judged
				assert.Equal(t, row{1, badQuotes, nil}, got[0])
				assert.Equal(t, row{2, ragged, nil}, got[1])
				assert.Len(t, got, maxRow/2+2)
				return
			}
			assert.Equal(t, c.want, got)
			assert.Equal(t, got, rows(t, iotest.DataErrReader(strings.NewReader(c.text)), 2), "with the end told early")
			if len(c.text) < maxRow {
				assert.Equal(t, got, rows(t, iotest.OneByteReader(strings.NewReader(c.text)), 2), "byte by byte")
			}
		})
	}
}

// A header of too many columns is not kept.
func TestScanWideHeader(t *testing.T) {
	assert.Equal(t, []row{{1, tooLong, nil}}, rows(t, strings.NewReader(strings.Repeat(",", maxColumns)), 0))
	got := rows(t, strings.NewReader(strings.Repeat(",", maxColumns-1)), 0)
	require.Len(t, got, 1)
	assert.Equal(t, sound, got[0].fault)
	assert.Len(t, got[0].values, maxColumns)
}

// A line of 100 MB is passed over within the buffer.
func TestScanEndlessLine(t *testing.T) {
	const size = 100 << 20
	for name, begin := range map[string]string{"plain": "a,", "in marks": "a,\"", "marks": "\"\""} {
		t.Run(name, func(t *testing.T) {
			s := newScanner(io.MultiReader(strings.NewReader(begin), io.LimitReader(endless{}, size), strings.NewReader("\nd,e\n")))
			s.width = 2
			f, err := s.scan()
			require.NoError(t, err)
			assert.Equal(t, tooLong, f)
			f, err = s.scan()
			require.NoError(t, err)
			assert.Equal(t, sound, f)
			assert.Equal(t, 2, s.at)
			assert.Len(t, s.buf, bufferSize, "the buffer does not grow")
		})
	}
}

// endless reads as x for ever.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

func TestScanReadError(t *testing.T) {
	broken := errors.New("the disk is gone")
	s := newScanner(io.MultiReader(strings.NewReader("a,b\nc"), iotest.ErrReader(broken)))
	_, err := s.scan()
	require.NoError(t, err)
	_, err = s.scan()
	assert.ErrorIs(t, err, broken)

	s = newScanner(silent{})
	_, err = s.scan()
	assert.ErrorIs(t, err, io.ErrNoProgress)
}

// silent is a reader that gives nothing, for ever.
type silent struct{}

func (silent) Read([]byte) (int, error) { return 0, nil }

// mixed is the first line that ends otherwise.
func TestScanLineEnds(t *testing.T) {
	for text, want := range map[string]int{
		"a\nb\nc\n": 0, "a\r\nb\r\n": 0, "a\r\nb": 0, "a\nb\r\nc\n": 2, "a\r\n\"b\"\r\n\"c\"\nd\r\n": 3, "a\n\r\n": 2,
	} {
		s := newScanner(strings.NewReader(text))
		for {
			if _, err := s.scan(); err != nil {
				break
			}
		}
		assert.Equal(t, want, s.mixed, "%q", text)
	}
}

// On what is well-formed, the reader agrees with encoding/csv.
func TestScanAgreesWithStandardLibrary(t *testing.T) {
	value := rapid.StringOf(rapid.SampledFrom([]rune{'a', ' ', ',', '"', 'é', '😀', ';', '\t'}))
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.IntRange(2, 5).Draw(t, "width")
		var text bytes.Buffer
		w := csv.NewWriter(&text)
		w.UseCRLF = rapid.Bool().Draw(t, "CRLF")
		for range rapid.IntRange(0, 8).Draw(t, "rows") {
			require.NoError(t, w.Write(rapid.SliceOfN(value, width, width).Draw(t, "row")))
			w.Flush()
			if rapid.IntRange(0, 5).Draw(t, "blank") == 0 {
				text.WriteString("\n")
			}
		}
		agree(t, text.Bytes())
	})
}

// agree reads text with both readers. Where encoding/csv finds nothing wrong, and
// no value has what it accepts and this format does not, the rows are the same;
// where it finds something wrong, so does the scanner, and not before.
func agree(t require.TestingT, text []byte) {
	std := csv.NewReader(bytes.NewReader(text))
	std.FieldsPerRecord = -1
	got := rows(t, bytes.NewReader(text), 0)
	for i := 0; ; i++ {
		want, err := std.Read()
		if err == io.EOF {
			require.Len(t, got, i)
			return
		}
		require.Greater(t, len(got), i, "%q", text)
		if err != nil {
			require.NotEqual(t, sound, got[i].fault, "%q", text)
			return
		}
		line, _ := std.FieldPos(0)
		require.Equal(t, line, got[i].line, "%q", text)
		if slices.ContainsFunc(want, func(v string) bool { return strings.ContainsAny(v, "\r\n\x00") || strings.ToValidUTF8(v, "") != v }) ||
			len(want) > maxColumns || got[i].fault == tooLong {
			require.NotEqual(t, sound, got[i].fault, "%q", text)
			if got[i].fault == badQuotes { // given up: from here on the two differ
				return
			}
			continue
		}
		require.Equal(t, row{line, sound, want}, got[i], "%q", text)
	}
}

func FuzzScan(f *testing.F) {
	for _, text := range []string{"a,b\nc,d\n", "\"a\"\"b\",\"c\nd\"\r\n", "\"\"\n\"\"\"\n", "a\rb\n", "\xef\xbb\xbfa", "a,\"\r\n", "\r",
		"\"a\r", "\"a\"\r", "a\"\n\x00,\xff\n"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		agree(t, text)
		require.Equal(t, rows(t, bytes.NewReader(text), 0), rows(t, iotest.HalfReader(bytes.NewReader(text)), 0))
	})
}
