// Package config is the notation of graphemu.yaml: flags of the commands serve and
// exec by their names, for a folder. The commands read such a file; a server that is
// started from Go never does.
package config

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/document"
	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/schemas"
)

// Name is the name of a file that the commands find by themselves, in the working folder
// and nowhere else.
const Name = "graphemu.yaml"

// nearNames are what people call such a file, too. None is read unless it is named.
var nearNames = []string{"graphemu.yml", ".graphemu.yaml", ".graphemu.yml"}

// IsNear tells whether a file is called nearly as Name.
func IsNear(path string) bool { return slices.Contains(nearNames, filepath.Base(path)) }

// Passed returns what is to be said of a file in a folder that was probably meant to be
// found, and is not; "" where there is none.
func Passed(folder string) string {
	for _, name := range nearNames {
		if info, err := os.Lstat(filepath.Join(folder, name)); err == nil && !info.IsDir() {
			return NotFound(filepath.Join(folder, name))
		}
	}
	return ""
}

// NotFound says of a file with a near name that nothing finds it.
func NotFound(path string) string {
	return fmt.Sprintf("%s is not read: only a file called %s is found by itself; rename it, or say --config %s", path, Name, path)
}

// MaxSize is how many bytes a file may have. Nobody writes a hundredth of it (chosen).
const MaxSize = 256 << 10

// typeName is that of the JSON Schema of such a file.
const typeName = "config"

// File is a file that is right: every key is that of a flag, every value is of its type.
type File struct {
	Path     string
	Settings []Setting // in the order of the text
}

// Setting is what a file says of one flag.
type Setting struct {
	Key    string   // the flag's name
	Values []string // one, but for flags that may be repeated

	at document.Position // of the value
}

// Problem is one with the value of a setting. key is what to say before the message, ""
// where that says it.
func (f File) Problem(s Setting, key, message string) scenario.Problem {
	return scenario.Problem{File: f.Path, Line: s.at.Line, Column: s.at.Column, Path: key, Message: message}
}

// Read reads a file. It errs with scenario.Problems, all that is wrong with it, or where
// it is no regular file or cannot be read.
func Read(path string) (File, error) {
	text, err := files.Read(path, MaxSize)
	if err != nil {
		return File{}, fmt.Errorf("%s cannot be read: %w", path, words.Reason(err))
	}
	return Parse(path, text)
}

// ReadFound is Read of a file that nobody has named. It errs where the file is a link that
// leads out of its folder, and opens nothing: what is wrong with a file is told with its
// words, and those of another file are nobody's business.
func ReadFound(path string) (File, error) {
	if !inside(filepath.Dir(path), path) {
		return File{}, fmt.Errorf("%s is a link that leads out of its folder; if you mean it, say --config %s", path, path)
	}
	return Read(path)
}

// Parse reads the text of a file, YAML, or JSON where its path ends in .json. It errs as
// Read does. A file that has nothing but comments sets nothing.
func Parse(path string, text []byte) (File, error) {
	if len(text) > MaxSize {
		return File{}, scenario.Problems{{File: path, Message: fmt.Sprintf("the file has %d bytes; the most is %d", len(text), MaxSize)}}
	}
	f := File{Path: path}
	if strings.TrimSpace(string(text)) == "" {
		return f, nil
	}
	outline, err := scenariofile.Inspect(path, text)
	if err != nil {
		return f, err
	}
	root := outline.Root()
	if root == nil {
		return f, nil
	}
	top, isMapping := root.(map[string]any)
	if !isMapping {
		return f, scenario.Problems{outline.Problem(path, "", "want names of flags with their values, as scenario: throttled")}
	}
	problems, err := wrong(path, outline, top)
	if err != nil {
		return f, err
	}
	for name, value := range top {
		if name == "$schema" {
			continue
		}
		f.Settings = append(f.Settings, Setting{Key: name, Values: values(value), at: outline.At("/" + name)})
	}
	slices.SortFunc(f.Settings, func(a, b Setting) int { return order(a.at, b.at) })
	if len(problems) > 0 {
		return f, scenariofile.Sorted(problems)
	}
	return f, nil
}

func order(a, b document.Position) int {
	if a.Line != b.Line {
		return a.Line - b.Line
	}
	return a.Column - b.Column
}

// wrong finds all that is wrong with the keys and the values.
func wrong(path string, outline scenariofile.Outline, top map[string]any) (list scenario.Problems, err error) {
	known := Keys()
	right := map[string]any{}
	for name, value := range top {
		if name == "$schema" || slices.Contains(known, name) {
			right[name] = value
			continue
		}
		hint := words.Suggestion(strings.TrimLeft(name, "-"), known)
		if plain := strings.TrimLeft(name, "-"); slices.Contains(known, plain) {
			hint = "; write " + plain
		}
		list = append(list, outline.KeyProblem(path, "/"+pointerOf(name), "no flag of serve or exec is called "+words.Quote(name)+hint))
	}
	set, err := schema.Embedded()
	if err != nil {
		return nil, err
	}
	told := map[string]bool{}
	for _, failure := range set.Check(typeName, right, schema.Options{}) {
		key, _, _ := strings.Cut(strings.TrimPrefix(failure.Pointer, "/"), "/")
		if !told[failure.Pointer] { // what breaks two rules is told once
			list = append(list, outline.Problem(path, failure.Pointer, wanted(key, failure)))
		}
		told[failure.Pointer] = true
	}
	return list, nil
}

// pointerOf escapes a name for a JSON pointer.
func pointerOf(name string) string { return strings.NewReplacer("~", "~0", "/", "~1").Replace(name) }

// values are what a flag is given.
func values(value any) []string {
	list, isList := value.([]any)
	if !isList {
		list = []any{value}
	}
	var all []string
	for _, v := range list {
		switch v := v.(type) {
		case string:
			all = append(all, v)
		case bool:
			all = append(all, strconv.FormatBool(v))
		case float64:
			all = append(all, strconv.FormatFloat(v, 'f', -1, 64))
		}
	}
	return all
}

// Keys are the flags that a file may set, sorted: those that its JSON Schema has.
func Keys() []string { return slices.Sorted(maps.Keys(described())) }

// described is what the JSON Schema says of each key.
var described = sync.OnceValue(func() map[string]value {
	var s struct{ Properties map[string]value }
	text, err := fs.ReadFile(schemas.FS, typeName+".schema.json")
	if err == nil {
		err = json.Unmarshal(text, &s)
	}
	if err != nil {
		panic(err) // it is embedded
	}
	delete(s.Properties, "$schema")
	return s.Properties
})
