package permission

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// MaxSize is how large a table may be, in bytes (chosen: ten times the published one).
const MaxSize = 32 << 20

// What a table may have (chosen: the published one has 917 permissions, 7,343 paths and
// 18,867 lines of them).
const (
	maxNames   = 20_000
	maxEntries = 500_000
	maxText    = 2_000 // bytes of a name or a path
)

// Open reads the table of a file.
func Open(file string) (*Table, error) {
	b, err := files.Read(file, MaxSize)
	if err != nil {
		return nil, fmt.Errorf("permissions: %s: %w", file, words.Reason(err))
	}
	return Read(b, file)
}

// Read reads a table. name is the file's, for messages: the error names file, line and
// column.
func Read(text []byte, name string) (*Table, error) {
	r := &reader{text: text, dec: jsontext.NewDecoder(bytes.NewReader(text)),
		table: &Table{paths: map[string]*row{}}, spelled: map[string]*row{}}
	if err := r.document(); err != nil {
		line, column := r.place(err)
		if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
			err = syntax.Err
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			err = wrong("the text ends in the middle")
		}
		return nil, fmt.Errorf("permissions: %s:%d:%d: %w", name, line, column, err)
	}
	return r.table, nil
}

// reader is a Read in progress.
type reader struct {
	text    []byte
	dec     *jsontext.Decoder
	table   *Table
	spelled map[string]*row // by path, as the table spells it
	entries int

	at int64 // where the value began that is being read
}

// wrong is a mistake of the table's, and no JSON that is broken.
type wrong string

func (w wrong) Error() string { return string(w) }

func wrongf(format string, args ...any) error { return wrong(fmt.Sprintf(format, args...)) }

// place is where an error is, from 1.
func (r *reader) place(err error) (line, column int) {
	at := r.at
	if syntax := (*jsontext.SyntacticError)(nil); errors.As(err, &syntax) {
		at = syntax.ByteOffset
	} else if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at = int64(len(r.text))
	}
	before := r.text[:min(int(at), len(r.text))]
	return bytes.Count(before, []byte("\n")) + 1, len(before) - bytes.LastIndexByte(before, '\n')
}

func (r *reader) document() error {
	if len(r.text) > MaxSize {
		return wrongf("the table has %d bytes; the most is %d", len(r.text), MaxSize)
	}
	found := false
	err := r.object("the table", func(name string) error {
		if name != "permissions" {
			return r.dec.SkipValue()
		}
		found = true
		return r.object("permissions", r.permission)
	})
	switch {
	case err != nil:
		return err
	case !found:
		return wrong(`this is no table of permissions: it has no "permissions"`)
	}
	if _, err := r.dec.ReadToken(); err != io.EOF {
		return wrong("something follows the table")
	}
	return nil
}

// permission reads a member of permissions.
func (r *reader) permission(name string) error {
	number := len(r.table.names)
	if number >= maxNames {
		return wrongf("the table has more than %d permissions", maxNames)
	}
	t := r.table
	t.names, t.levels, t.schemes = append(t.names, name), append(t.levels, 0), append(t.schemes, 0)
	return r.object(name, func(member string) error {
		switch member {
		case "schemes":
			return r.object(name+".schemes", func(scheme string) error {
				r.table.schemes[number] |= schemes[scheme]
				return r.object(name+".schemes", func(detail string) error {
					if detail != "privilegeLevel" || r.dec.PeekKind() != '0' {
						return r.dec.SkipValue()
					}
					token, err := r.dec.ReadToken()
					if err == nil {
						if level, err := token.Int(); err == nil { // else it says nothing
							r.table.levels[number] = max(r.table.levels[number], uint8(min(max(level, 0), 255)))
						}
					}
					return err
				})
			})
		case "pathSets":
			return r.array(name+".pathSets", func() error { return r.pathSet(name, uint16(number)) })
		}
		return r.dec.SkipValue()
	})
}

// pathSet reads a set of paths, whose schemes and methods may stand after them.
func (r *reader) pathSet(name string, number uint16) error {
	var e entry
	type path struct{ path, marks string }
	var paths []path
	err := r.object(name+".pathSets", func(member string) error {
		switch member {
		case "schemeKeys":
			return r.array(name+".schemeKeys", func() error {
				key, err := r.string("a scheme")
				e.schemes |= schemes[key] // of further ones nothing is known
				return err
			})
		case "methods":
			return r.array(name+".methods", func() error {
				method, err := r.string("a method")
				if i := slices.Index(methods, strings.ToUpper(method)); i >= 0 {
					e.methods |= 1 << i
				}
				return err
			})
		case "paths":
			return r.object(name+".paths", func(p string) error {
				marks, err := r.string("what is said of a path")
				paths = append(paths, path{p, marks})
				if err == nil && !strings.HasPrefix(p, "/") {
					err = wrongf("the path %s of %s does not begin with a slash", words.Quote(p), name)
				}
				return err
			})
		}
		return r.dec.SkipValue()
	})
	if err != nil {
		return err
	}
	if r.entries += len(paths); r.entries > maxEntries {
		return wrongf("the table has more than %d lines of paths", maxEntries)
	}
	for _, p := range paths {
		one := e
		one.permission = number
		one.marks(p.marks)
		r.add(p.path, one)
	}
	return nil
}

// marks reads what is said of a path: "least=DelegatedWork,Application;AlsoRequires=A,B".
func (e *entry) marks(text string) {
	for part := range strings.SplitSeq(text, ";") {
		name, list, _ := strings.Cut(part, "=")
		for value := range strings.SplitSeq(list, ",") {
			switch value = strings.TrimSpace(value); {
			case value == "":
			case strings.EqualFold(name, "least"):
				e.least |= schemes[value]
			case strings.EqualFold(name, "AlsoRequires"):
				e.with = append(e.with, value)
			}
		}
	}
}

func (r *reader) add(path string, e entry) {
	at := r.spelled[path]
	if at == nil {
		k := normal(path)
		if at = r.table.paths[k]; at == nil {
			at = &row{path: path}
			r.table.paths[k] = at
		}
		r.spelled[path] = at
	}
	at.entries = append(at.entries, e)
}

// normal brings a path of the table into the form of key.
func normal(path string) string {
	path, _, _ = strings.Cut(path, "?")
	var b strings.Builder
	for segment := range strings.SplitSeq(strings.Trim(path, "/"), "/") {
		segment = plain(segment)
		name, inside, args := strings.Cut(segment, "(")
		inside = strings.TrimSuffix(inside, ")")
		b.WriteByte('/')
		switch {
		case strings.HasPrefix(segment, "{") && strings.HasSuffix(segment, "}"):
			b.WriteString("{}")
		case args && strings.HasPrefix(inside, "{") && !strings.Contains(inside, "="): // a key in parentheses
			b.WriteString(name + "/{}")
		case args && inside != "":
			var names []string
			for arg := range strings.SplitSeq(inside, ",") {
				before, _, _ := strings.Cut(arg, "=")
				names = append(names, strings.ToLower(strings.TrimSpace(before))+"={}")
			}
			slices.Sort(names)
			b.WriteString(name + "(" + strings.Join(names, ",") + ")")
		default:
			b.WriteString(name)
		}
	}
	return strings.ToLower(b.String())
}

// object reads an object: each member's value is read by each.
func (r *reader) object(what string, each func(name string) error) error {
	if err := r.begin('{', what, "an object"); err != nil {
		return err
	}
	for r.dec.PeekKind() != '}' {
		name, err := r.string("a name")
		if err == nil {
			err = each(name)
		}
		if err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *reader) array(what string, each func() error) error {
	if err := r.begin('[', what, "a list"); err != nil {
		return err
	}
	for r.dec.PeekKind() != ']' {
		if err := each(); err != nil {
			return err
		}
	}
	_, err := r.dec.ReadToken()
	return err
}

func (r *reader) begin(kind jsontext.Kind, what, want string) error {
	token, err := r.dec.ReadToken()
	r.at = r.dec.InputOffset()
	if err == nil && token.Kind() != kind {
		return wrongf("%s has to be %s, and is %s", what, want, token.Kind())
	}
	return err
}

func (r *reader) string(what string) (string, error) {
	token, err := r.dec.ReadToken()
	r.at = r.dec.InputOffset()
	switch {
	case err != nil:
		return "", err
	case token.Kind() != '"':
		return "", wrongf("%s has to be a text, and is %s", what, token.Kind())
	}
	text := token.String()
	if len(text) > maxText {
		return "", wrongf("%s has %d bytes; the most is %d", what, len(text), maxText)
	}
	return text, nil
}
