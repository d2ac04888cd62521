package odata

import (
	"bufio"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Limits on a metadata document (chosen). The service's own has 4 MB and nests 11
// elements deep; its types derive through at most 6 others.
const (
	maxDocument  = 50 << 20
	maxElements  = 64 // how deep they nest
	maxBases     = 64
	maxProblems  = 10 // as many are told at once
	maxNoted     = 1000
	maxLooked    = 100 // of what linking finds, as many lines are looked for
	maxAttribute = 64 << 10
)

// element is the start of an XML element.
type element struct {
	name string // without prefix
	full xml.Name
	attr []xml.Attr
	line int
}

// get returns an attribute without prefix, "" where it is absent.
func (e *element) get(name string) string {
	for i := range e.attr {
		if e.attr[i].Name.Local == name && e.attr[i].Name.Space == "" {
			return e.attr[i].Value
		}
	}
	return ""
}

// problem is something wrong in a document.
type problem struct {
	line int
	text string
}

// document reads the elements of one XML document, in order, and keeps what is
// wrong with it.
type document struct {
	name     string
	decoder  *xml.Decoder
	source   *capped
	depth    int
	text     strings.Builder // what stands in the element that content reads
	collect  bool            // content is reading
	problems []problem
	more     int // problems that are only counted
	interned map[string]string
}

// capped reads up to a limit and remembers that there was more.
type capped struct {
	r    io.Reader
	left int
	over bool
}

func (c *capped) Read(p []byte) (int, error) {
	if c.left == 0 {
		c.over = true
		return 0, io.EOF
	}
	n, err := c.r.Read(p[:min(len(p), c.left)])
	c.left -= n
	return n, err
}

// newDocument skips the mark with which UTF-8 files may begin.
func newDocument(r io.Reader, name string) *document {
	d := &document{name: name, source: &capped{r: r, left: maxDocument}, interned: make(map[string]string, 1<<10)}
	buffered := bufio.NewReaderSize(d.source, 64<<10)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" {
		_, _ = buffered.Discard(3) // they are in the buffer
	}
	d.decoder = xml.NewDecoder(buffered)
	return d
}

// intern returns the one copy of a text: most names stand in a document many times.
func (d *document) intern(s string) string {
	if one, ok := d.interned[s]; ok {
		return one
	}
	d.interned[s] = s
	return s
}

// fail notes a problem with which reading can go on.
func (d *document) fail(line int, format string, args ...any) {
	if len(d.problems) >= maxNoted {
		d.more++
		return
	}
	d.problems = append(d.problems, problem{line, fmt.Sprintf(format, args...)})
}

// fatal is an error after which nothing more can be read.
func (d *document) fatal(line int, format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", d.name, line, fmt.Sprintf(format, args...))
}

func (d *document) line() int {
	line, _ := d.decoder.InputPos()
	return line
}

// token returns the next token. RawToken is half the cost of Token, which looks
// after namespaces and nesting; the first do not matter here, and each sees to the
// second.
func (d *document) token(in *element) (xml.Token, error) {
	tok, err := d.decoder.RawToken()
	switch {
	case err == nil:
		if directive, ok := tok.(xml.Directive); ok {
			return nil, d.fatal(d.line(), "%s has no place in metadata: no DOCTYPE, and no entities of the document's own, are read",
				words.Quote(words.Cut("<!"+string(directive), 24, "…")))
		}
		return tok, nil
	case d.source.over:
		return nil, d.fatal(d.line(), "the document has more than %d MB", maxDocument>>20)
	}
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, io.EOF) || errors.As(err, &syntax) && syntax.Msg == "unexpected EOF":
		if in == nil {
			return nil, d.fatal(d.line(), "the document ends before any element")
		}
		return nil, d.fatal(d.line(), "the document is cut off: it ends within <%s> of line %d", in.name, in.line)
	case errors.As(err, &syntax):
		return nil, d.fatal(syntax.Line, "this is no XML: %s", syntax.Msg)
	}
	return nil, d.fatal(d.line(), "%s", strings.TrimPrefix(err.Error(), "xml: "))
}

// children calls each for the elements within e, up to e's end. each must read its
// element to the end, by children, skip or texts.
func (d *document) children(e *element, each func(*element) error) error {
	if d.depth++; d.depth > maxElements {
		return d.fatal(e.line, "elements nest more than %d deep", maxElements)
	}
	defer func() { d.depth-- }()
	for {
		tok, err := d.token(e)
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			kid, err := d.start(tok)
			if err == nil {
				err = each(kid)
			}
			if err != nil {
				return err
			}
		case xml.EndElement:
			if tok.Name != e.full {
				return d.fatal(d.line(), "</%s> stands where <%s> of line %d should end", tok.Name.Local, e.name, e.line)
			}
			return nil
		case xml.CharData:
			if d.collect && d.text.Len() < maxAttribute {
				d.text.Write(tok)
			}
		}
	}
}

// start checks the start of an element: no attribute stands twice, and none is huge.
func (d *document) start(tok xml.StartElement) (*element, error) {
	e := &element{name: d.intern(tok.Name.Local), full: tok.Name, attr: tok.Attr, line: d.line()}
	for i, a := range e.attr {
		if len(a.Value) > maxAttribute {
			return nil, d.fatal(e.line, "the attribute %s has more than %d KB", a.Name.Local, maxAttribute>>10)
		}
		if i < 16 && slices.ContainsFunc(e.attr[:i], func(b xml.Attr) bool { return b.Name == a.Name }) {
			return nil, d.fatal(e.line, "<%s> has the attribute %s twice", e.name, a.Name.Local)
		}
	}
	return e, nil
}

// skip reads e to its end.
func (d *document) skip(e *element) error { return d.children(e, d.skip) }

// content reads e to its end and returns the text in it.
func (d *document) content(e *element) (string, error) {
	d.text.Reset()
	d.collect = true
	err := d.skip(e)
	d.collect = false
	return strings.TrimSpace(d.text.String()), err
}

// named returns the interned value of an attribute that must be there.
func (d *document) named(e *element, attribute string) string {
	v := e.get(attribute)
	if v == "" {
		d.fail(e.line, "<%s> needs the attribute %s", e.name, attribute)
	}
	return d.intern(v)
}

// flag reads an attribute that is true or false.
func (d *document) flag(e *element, attribute string, absent bool) bool {
	switch v := e.get(attribute); v {
	case "":
		return absent
	case "true", "1":
		return true
	case "false", "0":
		return false
	default:
		d.fail(e.line, "%s is %s; it is true or false", attribute, words.Quote(v))
		return absent
	}
}

// problem returns the first problems as one error, in the order of their lines.
func (d *document) problem() error {
	slices.SortStableFunc(d.problems, func(a, b problem) int { return cmp.Compare(a.line, b.line) })
	var errs []error
	for i, p := range d.problems {
		if i == maxProblems {
			errs = append(errs, fmt.Errorf("%s: and %s more", d.name, words.Count(len(d.problems)-i+d.more, "problem", "problems")))
			break
		}
		errs = append(errs, d.fatal(p.line, "%s", p.text))
	}
	return errors.Join(errs...)
}
