package config

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// named is a path that stands in a file which a setting names.
type named struct {
	by   string // the file
	text string // as it stands there
	path string // from the working folder on
}

// What follows reads no more than it must, and says nothing of files that it cannot read:
// a run tells that.

// namedByScenarios is namedByScenario of a file, or of all files of a folder.
func namedByScenarios(path string) (list []named) {
	info, err := os.Stat(path)
	if err != nil || !info.IsDir() {
		return namedByScenario(path)
	}
	entries, _ := os.ReadDir(path)
	for _, e := range entries {
		list = append(list, namedByScenario(filepath.Join(path, e.Name()))...)
	}
	return list
}

// namedByScenario are the fixture of a scenario's file, and what that names in turn.
func namedByScenario(path string) []named {
	if !slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path))) {
		return nil
	}
	text, err := files.Read(path, scenario.MaxSize)
	if err != nil {
		return nil
	}
	outline, _ := scenariofile.Inspect(path, text)
	if !outline.Known() {
		return nil
	}
	ref := outline.Text("fixture")
	if fixturePath(ref) == "" {
		return nil
	}
	n := named{by: path, text: ref, path: under(filepath.Dir(path), ref)}
	return append([]named{n}, namedByFixture(n.path)...)
}

// namedByFixture are the folders of CSV files of a fixture.
func namedByFixture(path string) (list []named) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		path = filepath.Join(path, fixture.FileName)
	}
	text, err := files.Read(path, fixture.MaxSize)
	if err != nil || !bytes.Contains(text, []byte("folder")) && !bytes.Contains(text, []byte(`\u`)) {
		return nil // it may have half a gigabyte, and is decoded only where it must be
	}
	root, err := jsontree.Decode(text)
	if err != nil {
		return nil
	}
	top, _ := root.(map[string]any)
	profiles, _ := top["profiles"].([]any)
	for _, p := range profiles {
		profile, _ := p.(map[string]any)
		of, _ := profile["files"].(map[string]any)
		if folder, _ := of["folder"].(string); folder != "" {
			list = append(list, named{by: path, text: folder, path: under(filepath.Dir(path), filepath.FromSlash(folder))})
		}
	}
	return list
}
