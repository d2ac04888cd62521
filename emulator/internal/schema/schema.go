// Package schema checks decoded JSON against the JSON Schemas of the emulator
// and brings it to canonical spelling on the way. Failures say where (a JSON
// pointer in the client's own spelling), what was wrong, what would be right
// and what was close.
//
// Graph takes names and values of properties in any letter case (documented),
// and type names of 2017 to 2018 (chosen, see [Set.Check]). The schemas know
// only today's spelling, so a plain JSON Schema validator with the same files
// gives the same verdict on a document in that spelling.
package schema

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

const suffix = ".schema.json"

// Set is a set of schemas, one a type. It never changes once made and is safe
// for concurrent use.
type Set struct {
	types map[string]func() (*node, error) // compiles the schema when it is first needed
	names []string
}

// New returns the set of all *.schema.json files at the root of fsys. The name of
// the type is the name of the file. Files refer to one another by $id; nothing is
// loaded from elsewhere. A file is read when its type is first asked for; see
// [Set.Compile]. It errs where there is no such file.
func New(fsys fs.FS) (*Set, error) {
	files, err := fs.Glob(fsys, "*"+suffix)
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	if len(files) == 0 {
		return nil, errors.New("schemas: no *" + suffix + " file")
	}
	s := &Set{types: make(map[string]func() (*node, error), len(files))}
	for _, file := range files {
		name := strings.TrimSuffix(file, suffix)
		s.names = append(s.names, name)
		s.types[name] = sync.OnceValues(func() (*node, error) {
			compiled, err := compile(fsys, file)
			if err != nil {
				return nil, err
			}
			return nodes{}.of(compiled), nil
		})
	}
	return s, nil
}

// Compile compiles every schema that nobody has asked for yet. It errs, for all
// at once, where a file is no JSON, no JSON Schema, refers to what is not there,
// or has an $id that does not end in the file's name.
func (s *Set) Compile() error {
	var errs []error
	for _, name := range s.names {
		if _, err := s.types[name](); err != nil {
			errs = append(errs, fmt.Errorf("%s%s: %w", name, suffix, err))
		}
	}
	return errors.Join(errs...)
}

// compile returns the schema of a file as draft 2020-12, with formats asserted.
func compile(fsys fs.FS, file string) (*jsonschema.Schema, error) {
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.ExtractAnnotations = true
	c.LoadURL = func(url string) (io.ReadCloser, error) {
		id, text, err := read(fsys, path.Base(url))
		if err != nil || id != url {
			return nil, fmt.Errorf("no file has the $id %s", url)
		}
		return io.NopCloser(bytes.NewReader(named().ReplaceAll(text, nil))), nil
	}
	id, _, err := read(fsys, file)
	if err != nil {
		return nil, err
	}
	return c.Compile(id)
}

// named are the values that an anyOf names for editors, a line each, before a last schema
// that takes any value. They change no verdict, and to look at hundreds of them for
// each operation of a scenario takes three times as long as all the rest of a check.
var named = words.Pattern(`(?m)^ *\{"const": "[^"]*", "description": ".*"\},\n`)

// read returns a file and the $id in it.
func read(fsys fs.FS, file string) (id string, text []byte, err error) {
	text, err = fs.ReadFile(fsys, file)
	if err != nil {
		return "", nil, err
	}
	var head struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return "", nil, err
	}
	if path.Base(head.ID) != file {
		return "", nil, fmt.Errorf("$id %q does not end in the file's name", head.ID)
	}
	return head.ID, text, nil
}

// Types returns the names of all types, sorted. The slice is the caller's own.
func (s *Set) Types() []string { return slices.Clone(s.names) }

// Options say how strict a check is. The zero value is that of a create.
type Options struct {
	// Partial: properties that the document's top level requires may be absent,
	// as in a PATCH. What it holds is checked in full, because a PATCH replaces
	// an abstract part whole (chosen).
	Partial bool

	// RefuseDataSyncNamespace: type names in Microsoft.Education.DataSync are
	// UnknownType, as the variant dataSyncNamespace=refused has it (observed).
	RefuseDataSyncNamespace bool
}

// Check brings v to canonical spelling in place and validates it against the
// schema of the type. It returns every failure, ordered by pointer, or nil if
// there is none. After a failure v may be left half way.
//
// v is decoded JSON: map[string]any, []any, string, float64, bool or nil. A
// typeName that the set does not have is a failure of kind UnknownType.
//
// Canonical spelling is:
//   - A name that equals a property but for letter case is renamed, and so is
//     the value of an enumeration (documented: both are case-insensitive).
//   - An "@odata.type" may be in any letter case, with or without "#", in the
//     namespace microsoft.graph, in Microsoft.Education.DataSync (the founding
//     document's) or in none, and may lack the prefix "education" (the names of
//     2017). It becomes "#microsoft.graph.educationX". Where only one type can
//     stand, it is removed after it was checked.
//   - Other control information ("@odata.etag", "members@odata.bind") of types
//     that have an "@odata.type" is removed (OData: what a service does not
//     understand it ignores). In a file format of our own it is an unknown
//     property like any other.
func (s *Set) Check(typeName string, v any, o Options) []Failure {
	get := s.types[typeName]
	if get == nil {
		return []Failure{{
			Kind: UnknownType, Value: quote(typeName, maxValue),
			Message: fmt.Sprintf("there is no schema of a type %s", quote(typeName, maxValue)),
			Nearest: words.Nearest(typeName, s.names),
		}}
	}
	n, err := get()
	if err != nil {
		panic(err) // schemas are a part of the program; a test compiles each of them
	}
	c := check{options: o, path: make([]step, 0, 8)} // room for the deepest property of a profile
	c.walk(n, v, "")
	c.validate(n, v)
	return c.result()
}
