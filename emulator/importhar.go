package emulator

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/har"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/importer"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
)

// ImportOptions say what an import makes of traffic.
type ImportOptions struct {
	Metadata  []string // as Options.Metadata
	KeepNames bool     // names, addresses, ids and texts stay as they were seen
}

// Imported is a fixture and a scenario made of recorded traffic.
type Imported struct {
	Fixture, Scenario []byte // the scenario names the fixture as ./fixture.json
	Calls             int    // of Graph that were found, parts of batches among them
	Objects, Faults   int    // that were made of them
	Unused            []Unused
}

// Unused is something of the traffic that could not be used, and why. It tells no name
// of the traffic but with KeepNames.
type Unused struct {
	What, Why string
	Count     int
	Entry     int // of the archive, from 1: where it was first
}

// ImportHAR makes a fixture and a scenario of an HTTP archive that was recorded against
// the service. The first state that was seen of an object wins, and what the traffic
// itself created is left out. Credentials are never kept. It errs where file is no
// archive, and where it has no call of Graph.
func ImportHAR(file string, o ImportOptions) (*Imported, error) {
	described, err := readService(o.Metadata, "")
	if err != nil {
		return nil, err
	}
	f, _, err := files.Open(file, har.MaxSize)
	if _, large := errors.AsType[*files.TooLargeError](err); large {
		return nil, fmt.Errorf("%s: an archive may have %d MiB", file, har.MaxSize>>20)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, words.Reason(err))
	}
	defer f.Close()
	h := newGraph(graph.Config{}, nil, described.models)
	trial := importTrial{h.Objects(), ids.NewStream(1, "import")}
	store, err := trial.tenant(directory.Seed{})
	if err != nil {
		return nil, err
	}
	r, err := importer.Import(f, importer.Config{Models: described.models, Rules: rulesOf(), KeepNames: o.KeepNames,
		Error: errorNamed,
		Seed: func(path string, v map[string]any) error {
			return trial.seed(store, objects.Seed{Path: path, Objects: []map[string]any{v}})
		},
		Check: trial.check})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	made := &Imported{Fixture: r.Fixture, Scenario: r.Scenario, Calls: r.Calls, Objects: r.Objects, Faults: r.Faults}
	if err := made.starts(o.Metadata); err != nil {
		return nil, fmt.Errorf("%s: no server starts with what was made of it: %w", file, err)
	}
	for _, u := range r.Unused {
		made.Unused = append(made.Unused, Unused(u))
	}
	return made, nil
}

// starts errs where no server starts with what was made.
func (i *Imported) starts(metadata []string) error {
	dir, err := os.MkdirTemp("", "graphemu-import-")
	if err != nil {
		return words.Reason(err)
	}
	defer os.RemoveAll(dir)
	scenario := filepath.Join(dir, "scenario.yaml")
	for name, text := range map[string][]byte{filepath.Join(dir, "fixture.json"): i.Fixture, scenario: i.Scenario} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			return words.Reason(err)
		}
	}
	return CheckOptions(Options{Metadata: metadata, Scenarios: []string{scenario}})
}

// errorNamed is how a scenario names an error of Graph that has that code: as the code
// itself, or with a small letter. "": it has no name.
func errorNamed(operation, code string) string {
	for _, name := range []string{code, strings.ToLower(code[:1]) + code[1:]} {
		if wrongError(operation, name) == "" {
			return name
		}
	}
	return ""
}

// rulesOf finds what the workloads know of a type.
func rulesOf() func(string) *workload.Rules {
	byType := map[string]*workload.Rules{}
	for _, w := range workloads.All {
		for _, r := range w.Rules {
			byType[r.Type] = r
		}
	}
	return func(name string) *workload.Rules { return byType[name] }
}

// importTrial makes what an import has found in stores that nobody uses, so that what a
// server would refuse is known before anything is written.
type importTrial struct {
	engine *objects.Engine
	ids    *ids.Stream
}

// tenant is a store as a world begins with it.
func (t importTrial) tenant(d directory.Seed) (*entity.Store, error) {
	s := entity.New(entity.Limits{})
	return s, directory.FillTenant(s, d, func(names ...string) string { return fixtureID(1, names...) }, seededAt)
}

func (t importTrial) seed(s *entity.Store, seeds ...objects.Seed) error {
	return t.engine.Seed(s, workload.V1, seededAt.Add(time.Second), t.ids.GUID, seeds)
}

// check makes all of a fixture.
func (t importTrial) check(text []byte) error {
	f, err := fixture.Parse("fixture", text, schema.Embedded)
	if err != nil {
		return err
	}
	s, err := t.tenant(directorySeed(f.Directory))
	if err != nil {
		return err
	}
	return t.seed(s, seedsOf(f)...)
}
