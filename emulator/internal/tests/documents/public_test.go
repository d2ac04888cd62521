package documents

import (
	"bytes"
	"go/importer"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whoever writes a test can name all that the public packages speak of: no exported
// declaration has a type of an internal package, or an unexported one.
func TestPublicPackagesNameNothingInternal(t *testing.T) {
	const module = "github.com/graphemu/graphemu/"
	out, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", module+"emulator/...").Output()
	require.NoError(t, err)
	exports := map[string]string{} // files of the build cache, by import path
	for line := range strings.Lines(string(out)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		exports[path] = file
	}
	from := importer.ForCompiler(token.NewFileSet(), "gc", func(path string) (io.ReadCloser, error) {
		text, err := os.ReadFile(exports[path])
		return io.NopCloser(bytes.NewReader(text)), err
	})
	known := 0
	for path := range exports {
		if !strings.HasPrefix(path, module+"emulator") || strings.Contains(path, "/internal/") {
			continue
		}
		known++
		p, err := from.Import(path)
		require.NoError(t, err)
		for _, name := range p.Scope().Names() {
			if o := p.Scope().Lookup(name); o.Exported() {
				for _, hidden := range hiddenIn(o) {
					assert.Fail(t, path, "%s names %s", name, hidden)
				}
			}
		}
	}
	assert.Greater(t, known, 8, "public packages")
}

// hiddenIn returns the types that an exported declaration names, and that nobody outside
// can.
func hiddenIn(o types.Object) []string {
	named, _ := o.Type().(*types.Named)
	if _, declares := o.(*types.TypeName); !declares || named == nil {
		return hidden(types.Unalias(o.Type()))
	}
	list := hidden(named.Underlying())
	methods := types.NewMethodSet(types.NewPointer(named)) // with those of what is embedded
	for i := range methods.Len() {
		if m := methods.At(i).Obj(); m.Exported() {
			list = append(list, hidden(m.Type())...)
		}
	}
	return list
}

// hidden walks what a type is written of, up to the names in it.
func hidden(t types.Type) (list []string) {
	switch t := t.(type) {
	case *types.Alias:
		return unseen(t.Obj())
	case *types.Named:
		list = unseen(t.Obj())
		for i := range t.TypeArgs().Len() {
			list = append(list, hidden(t.TypeArgs().At(i))...)
		}
	case *types.Map:
		return append(hidden(t.Key()), hidden(t.Elem())...)
	case interface{ Elem() types.Type }: // pointer, slice, array, channel
		return hidden(t.Elem())
	case *types.Signature:
		for _, vars := range []*types.Tuple{t.Params(), t.Results()} {
			for i := range vars.Len() {
				list = append(list, hidden(vars.At(i).Type())...)
			}
		}
	case *types.Struct:
		for i := range t.NumFields() {
			if f := t.Field(i); f.Exported() || f.Embedded() {
				list = append(list, hidden(f.Type())...)
			}
		}
	case *types.Interface:
		for i := range t.NumMethods() {
			list = append(list, hidden(t.Method(i).Type())...)
		}
	}
	return list
}

// unseen returns the type's name where it is internal to its module, or unexported.
func unseen(o *types.TypeName) []string {
	if o.Pkg() == nil || o.Exported() && !strings.Contains(o.Pkg().Path()+"/", "/internal/") {
		return nil
	}
	return []string{o.Pkg().Path() + "." + o.Name()}
}
