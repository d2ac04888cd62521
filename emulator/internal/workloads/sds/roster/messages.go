package roster

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Rules that a message may be about. The first four and RuleMissingChosen are
// documented with their types and texts. That files, headers, required and doubled
// columns, encoding, quoting and the number of rows are checked is documented too,
// but not how it is told: those words, and all other rules, are chosen.
const (
	RuleMissing       = "missing-data"     // a required column is empty
	RuleFormat        = "invalid-format"   // a value does not have its pattern
	RuleDuplicate     = "duplicate"        // a value stands in an earlier row too
	RuleReference     = "reference"        // a value is no SIS ID of the file that it refers to
	RuleMissingChosen = "missing-chosen"   // a column chosen for sync is empty, or not there though it was named
	RuleFileMissing   = "file-missing"     // a file is not there
	RuleFileTwice     = "file-twice"       // a file is there in several letter cases
	RuleFileEmpty     = "file-empty"       // a file has no row at all, not even a header
	RuleFileAlien     = "file-alien"       // a file is no text in UTF-8
	RuleHeaderMissing = "header-missing"   // the first row names no column of the file
	RuleHeaderBroken  = "header-broken"    // the first row cannot be read
	RuleColumnMissing = "column-missing"   // a required column is not in the header
	RuleColumnTwice   = "column-twice"     // a column is in the header twice or more
	RuleNotUTF8       = "not-utf8"         // a row is no UTF-8
	RuleNUL           = "nul"              // a row has a NUL
	RuleQuotes        = "quotation-marks"  // a row's quotation marks are broken
	RuleRagged        = "ragged"           // a row has more or fewer values than the header
	RuleLineBreak     = "line-break"       // a value has a line break
	RuleTooLong       = "too-long"         // a row is too long
	RuleTooManyRows   = "too-many-rows"    // a file has too many rows
	RuleTooManyKeys   = "too-many-keys"    // the files have too many distinct values
	RuleNoRows        = "no-rows"          // a file has a header alone
	RuleLineEnds      = "line-ends"        // lines end in LF here, in CR LF there
	RuleMark          = "byte-order-mark"  // a file begins with one
	RuleOtherFile     = "other-file"       // a file is none of the format
	RuleSuccessor     = "successor-format" // a file is one of V2 or V2.1
)

// law is how a rule is told: its type, and its text, in which {count}, {column}
// and {line}, the first one, are filled in; or it has words of its own each time.
type law struct{ rule, kind, text string }

// laws are in the order of the messages of a file: the documented texts in the
// order of the documented example, then what concerns a file or its rows.
var laws = []law{
	{RuleMissing, Error, "{count} row(s) have missing data for the field - {column}"},
	{RuleFormat, Error, "{count} row(s) have an invalid format for the field - {column}"},
	{RuleDuplicate, Warning, "{count} duplicates found in column {column} which requires values to be Unique."},
	{RuleReference, Error, "{count} row(s) have referenced data not found in source. Field - {column}"},
	{RuleMissingChosen, Warning, "{count} row(s) have missing data for the field - {column}"},
	{RuleFileMissing, Error, ""},
	{RuleFileTwice, Error, ""},
	{RuleFileEmpty, Error, ""},
	{RuleFileAlien, Error, ""},
	{RuleHeaderMissing, Error, ""},
	{RuleHeaderBroken, Error, ""},
	{RuleColumnMissing, Error, ""},
	{RuleColumnTwice, Error, "The column {column} stands {count} times in the header. It may stand once."},
	{RuleNotUTF8, Error, "{count} row(s) are not encoded as UTF-8. First line - {line}"},
	{RuleNUL, Error, "{count} row(s) have a NUL character. First line - {line}"},
	{RuleQuotes, Error,
		"{count} row(s) have a quotation mark that is not closed, not doubled or not at the edge of its value. First line - {line}"},
	{RuleRagged, Error, "{count} row(s) have not as many values as the header has columns. First line - {line}"},
	{RuleLineBreak, Error, "{count} row(s) have a line break within a value. First line - {line}"},
	{RuleTooLong, Error, "{count} row(s) are longer than " + maxRowText + " bytes. First line - {line}"},
	{RuleTooManyRows, Error, ""},
	{RuleTooManyKeys, Error, ""},
	{RuleNoRows, Warning, "The file has a header and no rows."},
	{RuleLineEnds, Information, "Lines end in LF and in CR LF. First line that differs - {line}"},
	{RuleMark, Information, "The file begins with a byte order mark, which was passed over."},
	{RuleOtherFile, Warning, ""},
	{RuleSuccessor, Error, ""},
}

const maxRowText = "65,536"

// ruleOf is the rule that a fault of a row falls under.
var ruleOf = [...]string{notUTF8: RuleNotUTF8, nulByte: RuleNUL, badQuotes: RuleQuotes, ragged: RuleRagged,
	lineBreak: RuleLineBreak, tooLong: RuleTooLong}

// whyBroken is what is said of a header that cannot be read.
var whyBroken = [...]string{
	notUTF8:   "is not encoded as UTF-8",
	nulByte:   "has a NUL character",
	badQuotes: "has a quotation mark that is not closed, not doubled or not at the edge of its value",
	lineBreak: "has a line break within a name, or a CR without LF; end each line with CR LF or LF",
	tooLong:   "is longer than " + maxRowText + " bytes or has more than 1,024 columns",
}

// position is where a message stands among those of its file.
type position struct {
	rule  string
	order int // of the column
}

// tally collects what is to be said of one file.
type tally struct {
	file  string // in lower case
	found map[position]*Message
	most  int // highest order of a column
}

func newTally(file string) *tally {
	return &tally{file: lower(file), found: map[position]*Message{}}
}

// message returns the message for a rule and a column, made if need be.
func (t *tally) message(rule, column string, order int) *Message {
	p := position{rule, order}
	m := t.found[p]
	if m == nil {
		m = &Message{FileName: t.file, Rule: rule, Column: column}
		t.found[p] = m
		t.most = max(t.most, order)
	}
	return m
}

// row counts a row, keeps it if it is one of the first, and returns the message.
func (t *tally) row(rule, column string, order, line int, value []byte) *Message {
	m := t.message(rule, column, order)
	m.Count++
	if len(m.Rows) < MaxMessageRows {
		m.Rows = append(m.Rows, Row{Line: line, Text: shown(column, value)})
	}
	return m
}

// say tells a thing in words of its own.
func (t *tally) say(rule, column string, order int, format string, args ...any) *Message {
	m := t.message(rule, column, order)
	m.Description = fmt.Sprintf(format, args...)
	return m
}

// messages returns them all in their order, with type and text.
func (t *tally) messages() []Message {
	var all []Message
	for _, l := range laws {
		for order := range t.most + 1 {
			m := t.found[position{l.rule, order}]
			if m == nil {
				continue
			}
			m.Type = l.kind
			if m.Description == "" {
				m.Description = l.describe(m)
			}
			all = append(all, *m)
		}
	}
	return all
}

func (l law) describe(m *Message) string {
	line := 0
	if len(m.Rows) > 0 {
		line = m.Rows[0].Line
	}
	return strings.NewReplacer("{count}", strconv.Itoa(m.Count), "{column}", m.Column, "{line}", strconv.Itoa(line)).Replace(l.text)
}

// shown is how a value is shown: cut, and never a password.
func shown(column string, value []byte) string {
	if column == password {
		return ""
	}
	return cut(string(value))
}

// cut returns at most 64 characters of text.
func cut(text string) string {
	const most = 64
	if len(text) <= most || utf8.RuneCountInString(text) <= most {
		return text
	}
	n := 0
	for i := range text {
		if n++; n == most {
			return text[:i] + "…"
		}
	}
	return text
}

// thousands writes n with commas: 500,000.
func thousands(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// quote puts text from a file between marks, cut.
func quote(text string) string { return strconv.Quote(cut(text)) }
