package scenario

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/scenarios"
)

// MaxSize is how many bytes a scenario may have.
const MaxSize = 1 << 20

// Names returns the names of the built-in scenarios, sorted.
func Names() []string {
	files, err := fs.Glob(scenarios.FS, "*.yaml")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for i, f := range files {
		files[i] = strings.TrimSuffix(f, ".yaml")
	}
	return files
}

// Read returns the text of the scenario that ref means, a name of Names or the
// path of a file, with its name for problems. It errs where there is none, and
// where a file ends in something else than .yaml, .yml or .json, is no regular one
// or is too large.
func Read(ref string) (name string, text []byte, err error) {
	if slices.Contains(Names(), ref) {
		text, err := fs.ReadFile(scenarios.FS, ref+".yaml")
		return ref, text, err
	}
	ending := strings.ToLower(filepath.Ext(ref))
	if !slices.Contains([]string{".yaml", ".yml", ".json"}, ending) {
		if files.IsPath(ref) {
			return "", nil, fmt.Errorf("scenario %s: a scenario's file ends in .yaml, .yml or .json", ref)
		}
		return "", nil, fmt.Errorf("there is no scenario %q%s; built in are %s, and a path that ends in .yaml, .yml or .json leads to a file",
			ref, words.Hint(ref, Names()), strings.Join(Names(), ", "))
	}
	if text, err = files.Read(ref, MaxSize); err != nil {
		return "", nil, fmt.Errorf("scenario %s: %w", ref, words.Reason(err))
	}
	return ref, text, nil
}
