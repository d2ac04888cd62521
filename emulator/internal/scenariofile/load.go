package scenariofile

import (
	"path/filepath"
	"slices"

	"github.com/graphemu/graphemu/emulator/scenario"
)

// Load reads the scenario that ref means, a name of scenario.Names or the path of a
// file. A fixture that the file names is looked for in the file's folder.
func Load(ref string, o Options) (*scenario.File, error) {
	name, text, err := scenario.Read(ref)
	if err != nil {
		return nil, err
	}
	if o.Folder == "" && name != "" && !slices.Contains(scenario.Names(), ref) {
		o.Folder = filepath.Dir(name)
	}
	return Parse(name, text, o)
}

// under returns a path that leads from folder.
func under(folder, path string) string {
	if folder == "" || folder == "." || filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(folder, path)
}
