package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/config"
	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/fixtures"
)

// Kind is what a file is found to be.
type Kind string

// The kinds of files that Check tells apart.
const (
	KindScenario Kind = "scenario"
	KindFixture  Kind = "fixture"
	KindProfile  Kind = "profile" // the body of a create
	KindRoster   Kind = "roster"  // a folder of CSV files, or one file of it
	KindConfig   Kind = "config"  // graphemu.yaml: flags of the commands
	KindOther    Kind = "other"   // none of ours
)

// Report is what Check found, file by file, in the order of their paths.
type Report struct {
	Files []FileReport `json:"files"`
}

// OK tells whether there is no problem in any file; warnings are none.
func (r Report) OK() bool {
	return !slices.ContainsFunc(r.Files, func(f FileReport) bool { return len(f.Problems) > 0 })
}

// maxFiles is how many files of a folder Check reads.
const maxFiles = 10_000

// Checker checks files. The zero value is ready.
type Checker struct {
	// Matching verifies rosters as for a profile that matches identities. Default:
	// as for one that creates accounts, which asks for more: a roster that suits it
	// suits both. Either is a profile whose create named no customizations, so the
	// optional columns that a create chooses by itself are missed where they lack.
	Matching bool

	// Config is a file that sets flags and is named, as by --config. Another graphemu.yaml
	// is one that is found, which may not set all.
	Config string

	models workload.Models        // with documents of Graph's metadata; nil: the emulated workloads alone
	known  func() operation.Known // of models; nil: of the emulated workloads alone
}

// WithMetadata returns a checker that holds what scenarios speak of against documents of
// Graph's metadata, too, as a server with Options.Metadata does. It errs where one of
// them cannot be read.
func (c Checker) WithMetadata(metadata ...string) (Checker, error) {
	described, err := readService(metadata, "")
	if err != nil {
		return c, fmt.Errorf("check: %w", err)
	}
	c.models, c.known = described.models, known(described.models)
	return c, nil
}

// knownWith are the operations of the emulated workloads and of documents of metadata.
func knownWith(metadata []string) (func() operation.Known, error) {
	described, err := readService(metadata, "")
	return known(described.models), err
}

// Check is the Check of the zero Checker.
func Check(path string) (Report, error) { return Checker{}.Check(path) }

// Check validates a scenario, a fixture or the body of a create, as its content
// tells, or the CSV files of a folder, against the same schemas and rules as a
// server. Of a folder it takes every .yaml, .yml and .json file and every roster
// in it, and passes over what is none of ours. It errs only where path cannot be
// read; what is wrong with a file is in the report.
func (c Checker) Check(path string) (Report, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Report{}, fmt.Errorf("check %s: %w", path, words.Reason(err))
	}
	if !info.IsDir() {
		f, err := c.file(path)
		if err != nil {
			return Report{}, err
		}
		if f.Kind == KindOther && len(f.Problems) == 0 {
			f.Problems = append(f.Problems, scenario.Problem{File: path,
				Message: "it is neither a scenario, nor a fixture, nor the body of a create, nor a graphemu.yaml"})
		}
		return Report{Files: []FileReport{f}}, nil
	}
	return c.folder(path)
}

// folder walks in the order of names, past hidden folders and node_modules.
func (c Checker) folder(folder string) (Report, error) {
	var r Report
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return fmt.Errorf("check %s: %w", path, words.Reason(err))
		case d.IsDir() && path != folder && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules"):
			return fs.SkipDir
		case d.IsDir():
			names, err := tables(path)
			if err != nil || !isRoster(names) {
				return err
			}
			f, err := c.roster(path, names)
			r.Files = append(r.Files, f)
			return err
		case !d.Type().IsRegular() || !slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(path))):
			return nil
		case len(r.Files) == maxFiles:
			return fmt.Errorf("check %s: the folder holds more than %d files", folder, maxFiles)
		}
		f, err := c.file(path)
		if err == nil && f.Kind != KindOther {
			r.Files = append(r.Files, f)
		}
		return err
	})
	return r, err
}

func (c Checker) file(path string) (FileReport, error) {
	if strings.EqualFold(filepath.Ext(path), ".csv") {
		return oneTable(path)
	}
	if filepath.Base(path) == config.Name || config.IsNear(path) || c.named(path) {
		return c.config(path), nil
	}
	f := FileReport{File: path, Kind: KindScenario}
	text, err := files.Read(path, scenario.MaxSize)
	if _, large := errors.AsType[*files.TooLargeError](err); large {
		return c.large(path)
	}
	if err != nil {
		return f, fmt.Errorf("check %s: %w", path, words.Reason(err))
	}
	outline, err := scenariofile.Inspect(path, text)
	if outline.Known() {
		f.Kind = kindOf(path, text, outline)
	}
	if f.Kind == KindConfig {
		return c.config(path), nil
	}
	if err != nil && (f.Kind != KindScenario || !outline.Known()) {
		return f, f.take(err)
	}
	switch f.Kind {
	case KindScenario:
		k := c.known
		if k == nil {
			k = known(builtIn)
		}
		err = f.scenario(outline, text, k)
	case KindFixture:
		if err = f.schema("fixture", outline, text); err == nil && len(f.Problems) == 0 {
			loaded, err := fixture.Load(path, fixtures.FS, schema.Embedded)
			if err != nil {
				return f, f.take(err)
			}
			f.objects(outline.Problem, loaded, c.models)
		}
	case KindProfile:
		err = f.schema("educationSynchronizationProfile", outline, text)
	}
	return f, err
}

// large checks a file that is too large for a scenario: a fixture may have half a
// gigabyte. What is wrong is told without its line.
func (c Checker) large(path string) (FileReport, error) {
	f := FileReport{File: path, Kind: KindFixture}
	if !strings.EqualFold(filepath.Ext(path), ".json") {
		f.Kind = KindScenario
		_, _, err := scenario.Read(path)
		return f, f.take(err)
	}
	loaded, err := fixture.Load(path, fixtures.FS, schema.Embedded)
	if err != nil {
		return f, f.take(err)
	}
	f.objects(func(file, pointer, message string) scenario.Problem {
		return scenario.Problem{File: file, Path: pointer, Message: message}
	}, loaded, c.models)
	return f, nil
}

// config checks a file that sets flags: what is wrong with its text, and what it sets
// that it may not. What a run would say of its values, the command tells.
func (c Checker) config(path string) FileReport {
	f := FileReport{File: path, Kind: KindConfig}
	found := filepath.Base(path) == config.Name && !c.named(path)
	if config.IsNear(path) && !c.named(path) {
		f.Warnings = append(f.Warnings, scenario.Warning{Place: path, Message: config.NotFound(path)})
	}
	read := config.Read
	if found {
		read = config.ReadFound
	}
	set, err := read(path)
	if err == nil && found {
		err = set.CheckFound()
	}
	_ = f.take(err)
	return f
}

// named tells whether a file is the one that Config names.
func (c Checker) named(path string) bool {
	if c.Config == "" {
		return false
	}
	first, err := os.Stat(path)
	if err != nil {
		return false
	}
	second, err := os.Stat(c.Config)
	return err == nil && os.SameFile(first, second)
}

// LoadScenario reads a scenario for those who only look at it: the name of a
// built-in one or the path of a file. What it speaks of is held against documents of
// metadata, too, which are named as in Options.Metadata. It errs with
// scenario.Problems, all that is wrong with it, or where there is none.
func LoadScenario(ref string, metadata ...string) (*scenario.File, error) {
	k, err := knownWith(metadata)
	if err != nil {
		return nil, err
	}
	return scenariofile.Load(ref, scenarioOptions(k))
}

// StarterScenario returns the text of a scenario to begin with that is about an operation,
// as scenario.StarterFor. Where the operation is not emulated, its last fault answers with
// a success. It errs where there is no such operation, here or in documents of
// metadata, which are named as in Options.Metadata.
func StarterScenario(operation string, metadata ...string) (string, error) {
	described, err := readService(metadata, "")
	if err != nil {
		return "", err
	}
	k := known(described.models)
	if wrong := k().Wrong(operation); wrong != "" {
		return "", errors.New(wrong)
	}
	text := scenario.StarterFor(operation)
	if answer, ok := newGraph(graph.Config{}, nil, described.models).InsteadOf(operation); ok {
		text = scenario.StarterAnswering(operation, answer.Fault(operation))
	}
	_, err = scenariofile.Parse(operation, []byte(text), scenarioOptions(k))
	return text, err
}
