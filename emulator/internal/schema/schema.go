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
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

const suffix = ".schema.json"

// Set is a set of compiled schemas, one a type. It never changes once made and
// is safe for concurrent use.
type Set struct {
	types map[string]*node
	names []string
}

// New compiles every *.schema.json file at the root of fsys as draft 2020-12,
// with formats asserted. The name of the type is the name of the file. Files
// refer to one another by $id; nothing is loaded from elsewhere.
//
// It errs, for all files at once, where one is no JSON, no JSON Schema, refers
// to what is not there, or has an $id that does not end in the file's name.
func New(fsys fs.FS) (*Set, error) {
	roots, err := compile(fsys)
	if err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	s := &Set{types: make(map[string]*node, len(roots)), names: slices.Sorted(maps.Keys(roots))}
	p := newPreparation()
	for _, name := range s.names {
		s.types[name] = p.node(p.target(roots[name]))
	}
	if err := p.sound(); err != nil {
		return nil, fmt.Errorf("schemas: %w", err)
	}
	for _, n := range s.types {
		optional := *n.schema
		optional.Required = nil
		n.partial = &optional
	}
	return s, nil
}

// compile returns the schemas as published, by type name.
func compile(fsys fs.FS) (map[string]*jsonschema.Schema, error) {
	files, err := fs.Glob(fsys, "*"+suffix)
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, errors.New("no *" + suffix + " file")
	}
	c := jsonschema.NewCompiler()
	c.Draft = jsonschema.Draft2020
	c.AssertFormat = true
	c.ExtractAnnotations = true
	c.LoadURL = func(u string) (io.ReadCloser, error) { return nil, fmt.Errorf("no file has the $id %s", u) }

	var errs []error
	ids := make(map[string]string, len(files))
	for _, f := range files {
		id, err := add(c, fsys, f)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
			continue
		}
		ids[f] = id
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	roots := make(map[string]*jsonschema.Schema, len(files))
	for _, f := range files {
		s, err := c.Compile(ids[f])
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", f, err))
			continue
		}
		roots[strings.TrimSuffix(f, suffix)] = s
	}
	return roots, errors.Join(errs...)
}

func add(c *jsonschema.Compiler, fsys fs.FS, file string) (id string, err error) {
	text, err := fs.ReadFile(fsys, file)
	if err != nil {
		return "", err
	}
	var head struct {
		ID string `json:"$id"`
	}
	if err := json.Unmarshal(text, &head); err != nil {
		return "", err
	}
	if path.Base(head.ID) != file {
		return "", fmt.Errorf("$id %q does not end in the file's name", head.ID)
	}
	return head.ID, c.AddResource(head.ID, strings.NewReader(string(text)))
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
	n := s.types[typeName]
	if n == nil {
		return []Failure{{
			Kind: UnknownType, Value: quote(typeName, maxValue),
			Message: fmt.Sprintf("there is no schema of a type %s", quote(typeName, maxValue)),
			Nearest: words.Nearest(typeName, s.names),
		}}
	}
	c := check{options: o, path: make([]step, 0, 8)} // room for the deepest property of a profile
	c.walk(n, v, "")
	root := n.schema
	if o.Partial {
		root = n.partial
	}
	c.validate(root, n, v, "")
	return c.result()
}
