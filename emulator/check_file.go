package emulator

import (
	"cmp"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/emulator/scenario"
	"github.com/graphemu/graphemu/fixtures"
)

// FileReport is what Check found in one file.
type FileReport struct {
	File     string             `json:"file"`
	Kind     Kind               `json:"kind"`
	Problems []scenario.Problem `json:"problems,omitempty"`
	Warnings []scenario.Warning `json:"warnings,omitempty"`

	// Roster is what verification says of a roster; nil for what is none. Its
	// messages are among the problems, if errors, or the warnings.
	Roster *RosterReport `json:"roster,omitempty"`
}

// kindOf tells what a file is by the schema that it names, else by its names.
func kindOf(path string, text []byte, o scenariofile.Outline) Kind {
	named := cmp.Or(o.Text("$schema"), schemaComment(text))
	for kind, name := range map[Kind]string{KindScenario: "scenario", KindFixture: "fixture", KindConfig: "config",
		KindProfile: "educationSynchronizationProfile"} {
		if strings.HasSuffix(named, "/"+name+".schema.json") {
			return kind
		}
	}
	names := o.Names()
	has := func(some ...string) bool {
		return slices.ContainsFunc(some, func(n string) bool { return slices.Contains(names, n) })
	}
	switch {
	case has("dataProvider", "identitySynchronizationConfiguration"):
		return KindProfile
	case has("lifecycles", "faults", "throttle", "expect", "timeline"):
		return KindScenario
	case !o.Versioned():
		return KindOther // others say version: "3", if anything
	case has("profiles", "directory", "entities") || filepath.Base(path) == "fixture.json":
		return KindFixture
	}
	return KindScenario
}

// schemaComment returns the schema that the first line names for editors, as
// "graphemu scenario new" writes it, "" where it names none.
func schemaComment(text []byte) string {
	line, _, _ := strings.Cut(string(text[:min(len(text), 4096)]), "\n")
	_, schema, _ := strings.Cut(line, "# yaml-language-server: $schema=")
	return strings.TrimSpace(schema)
}

// take notes what an error tells of the file, and returns nil: it is reported.
func (f *FileReport) take(err error) error {
	var list scenario.Problems
	switch {
	case err == nil:
	case errors.As(err, &list):
		f.Problems = append(f.Problems, list...)
	default:
		for line := range strings.SplitSeq(err.Error(), "\n") {
			f.Problems = append(f.Problems, scenario.Problem{File: f.File,
				Message: strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(line, "scenario "), f.File+": "), f.File+" ")})
		}
	}
	return nil
}

func (f *FileReport) scenario(o scenariofile.Outline, text []byte, known func() operation.Known) error {
	options := scenarioOptions(known)
	options.Folder = filepath.Dir(f.File)
	s, err := scenariofile.Parse(f.File, text, options)
	if err != nil {
		return f.take(err)
	}
	f.Warnings = scenario.Overlaps(s)
	if s.Fixture != "" && !slices.Contains(options.Fixtures, s.Fixture) {
		if _, err := fixture.Load(s.Fixture, fixtures.FS, schema.Embedded); err != nil {
			f.Problems = append(f.Problems, o.Problem(f.File, "/fixture", err.Error()))
		}
	}
	return nil
}

// objects holds what a fixture brings against the model.
func (f *FileReport) objects(place func(file, pointer, message string) scenario.Problem, loaded *fixture.Fixture, models workload.Models) {
	if models == nil {
		models = builtIn
	}
	err := tryFixture(loaded, models)
	if err == nil {
		return
	}
	for line := range strings.SplitSeq(err.Error(), "\n") {
		pointer, message, _ := strings.Cut(line, ": ")
		f.Problems = append(f.Problems, place(f.File, pointer, message))
	}
	f.sort()
}

// sort brings problems in the order of their places.
func (f *FileReport) sort() {
	slices.SortStableFunc(f.Problems, func(a, b scenario.Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// schema holds JSON against a schema and, where it is the body of a create, the
// rules that no schema can tell. Whether an expirationDate is over depends on
// the clock of a world, so it is not told here.
func (f *FileReport) schema(name string, o scenariofile.Outline, text []byte) error {
	v, err := jsontree.Decode(text)
	if err != nil {
		return f.take(err)
	}
	body, _ := v.(map[string]any)
	if f.Kind == KindProfile {
		for _, violation := range profile.NewChange(body).Violations(time.Time{}, true) {
			f.Problems = append(f.Problems, o.Problem(f.File, violation.Pointer, violation.Message))
		}
	}
	set, err := schema.Embedded()
	if err != nil {
		return err
	}
	for _, failure := range set.Check(name, v, schema.Options{}) {
		f.Problems = append(f.Problems, o.Problem(f.File, failure.Pointer, failure.Message))
	}
	f.sort()
	return nil
}

// scenarioOptions is what a scenario may speak of.
func scenarioOptions(known func() operation.Known) scenariofile.Options {
	checks := new(schema.Payloads)
	names := func() objects.Names { return known().Model.(objects.Names) }
	return scenariofile.Options{
		Collection: func(path string, properties []string) (property, wrong string) {
			return names().Collection(path, properties)
		},
		Wrong:      func(pattern string) string { return known().Wrong(pattern) },
		Trigger:    func(operation string) (scenariofile.Trigger, string) { return names().Trigger(operation, checks) },
		WrongError: wrongError, Fixtures: fixture.Names(fixtures.FS)}
}
