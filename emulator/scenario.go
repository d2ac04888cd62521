package emulator

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/faults"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/scenariofile"
	"github.com/graphemu/graphemu/emulator/internal/throttling"
	"github.com/graphemu/graphemu/emulator/internal/variant"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/journal"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// Source is the text of a scenario with the name that its problems carry.
type Source struct {
	Name string `json:"name"` // of the built-in scenario, or of the file
	Text string `json:"text"`
}

// prepared is a scenario that was read, checked and joined with the server's
// options. It is not named scenario, as the package of the notation is. It never
// changes: worlds share it.
type prepared struct {
	sources    []Source
	servers    bool           // the server's options name it; else it was put into a world
	file       *scenario.File // all sources in one
	variants   variant.Set    // the server's options go before the file's
	clock      clock.Setting
	perRequest time.Duration
	start              // where its worlds begin
	tenants    tenants // of the fixture
	script     *profile.Script
	objects    *objects.Script
}

// scenarioRefs are the scenarios that the options name.
func (s *settings) scenarioRefs() []string {
	switch {
	case len(s.Scenarios) > 0:
		return s.Scenarios
	case s.Scenario != "":
		return []string{s.Scenario}
	case s.ScenarioText != "":
		return nil
	}
	return []string{"default"}
}

// textName is what problems of Options.ScenarioText carry for a file name.
const textName = "scenario text"

// loadScenario reads the scenarios that the options name.
func (s *Server) loadScenario() (*prepared, error) {
	var sources []Source
	var files []*scenario.File
	var errs []error
	add := func(source Source, f *scenario.File, err error) {
		sources, files, errs = append(sources, source), append(files, f), append(errs, err)
	}
	for _, ref := range s.set.scenarioRefs() {
		name, text, err := scenario.Read(ref)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		f, err := s.parseScenario(name, text)
		add(Source{name, string(text)}, f, err)
	}
	if text := s.set.ScenarioText; text != "" {
		f, err := s.parseScenario(textName, []byte(text))
		add(Source{textName, text}, f, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	sc, err := s.prepare(sources, files, nil)
	if err != nil {
		return nil, err
	}
	sc.servers = true
	return sc, nil
}

// prepareTexts prepares the scenario that texts say, as a snapshot and the control API
// have them.
// variants goes before all others; nil is none.
func (s *Server) prepareTexts(sources []Source, variants map[string]string) (*prepared, error) {
	var files []*scenario.File
	var errs []error
	for _, source := range sources {
		f, err := s.parseScenario(source.Name, []byte(source.Text))
		files, errs = append(files, f), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return s.prepare(sources, files, variants)
}

// parseScenario reads a scenario. A fixture that it names by path is looked for
// beside its file.
func (s *Server) parseScenario(name string, text []byte) (*scenario.File, error) {
	o := scenarioOptions(s.operations)
	if filepath.Ext(name) != "" { // the file of a scenario has an ending
		o.Folder = filepath.Dir(name)
	}
	return scenariofile.Parse(name, text, o)
}

// prepare joins files and the server's options: what an option says goes
// before what a file says.
func (s *Server) prepare(sources []Source, files []*scenario.File, variants map[string]string) (*prepared, error) {
	f, err := scenariofile.Merge(files)
	if err != nil {
		return nil, err
	}
	sc := &prepared{sources: sources, file: f, perRequest: f.Clock.PerRequest.Std(), script: scenariofile.Script(f),
		objects: objectScript(f)}
	readings := maps.Clone(f.Variants)
	if readings == nil {
		readings = map[string]string{}
	}
	maps.Copy(readings, s.set.Variants)
	maps.Copy(readings, variants)
	if sc.variants, err = variant.NewSet(readings); err != nil {
		return nil, err
	}
	if sc.clock = f.Clock.Setting(); s.set.clock != nil {
		sc.clock = *s.set.clock
	}
	ref := "empty"
	switch {
	case s.set.Fixture != "":
		ref = s.set.Fixture
	case f.Fixture != "":
		ref = f.Fixture
	}
	if sc.fixture, err = s.fixture(ref); err == nil {
		sc.tenants = tenantsOf(&sc.fixture.Directory)
		if sc.base, err = s.base(sc.fixture); err != nil {
			err = fmt.Errorf("fixture %s: %w", ref, err)
		}
	}
	return sc, err
}

// objectScript is what a scenario says about the future of objects, as their engine takes
// it: all lifecycles but those of profiles.
func objectScript(f *scenario.File) *objects.Script {
	var list []objects.Lifecycle
	for i := range f.Lifecycles {
		l := &f.Lifecycles[i]
		if l.OfProfiles() {
			continue
		}
		one := objects.Lifecycle{Name: l.Name, On: l.On, Where: l.Where, Next: l.Next}
		for _, s := range l.Steps {
			one.Steps = append(one.Steps, objects.Step{After: s.After.Time.Std(), Reads: s.After.Reads, Set: s.Set})
		}
		list = append(list, one)
	}
	return objects.NewScript(list)
}

// begin returns what the requests of a world meet, with its counters at zero. o
// decides what chance does.
func (sc *prepared) begin(o idSeed) *engine.Scenario {
	begun := &engine.Scenario{Variants: sc.variants, PerRequest: sc.perRequest, PageSize: sc.file.PageSize,
		Faults: faults.NewSet(sc.file.Faults, binary.BigEndian.Uint64(ids.Key(o.Seed, o.From, "faults")))}
	if len(sc.file.Throttle) > 0 {
		begun.Throttle = throttling.New(sc.file.Throttle)
	}
	return begun
}

// scenario is the one that the world should run: its own, or the server's.
func (w *World) scenario() *prepared {
	if own := w.own.Load(); own != nil {
		return own
	}
	return w.server.scenario.Load()
}

// Scenario returns the sources of the scenario in force.
func (w *World) Scenario() []Source {
	_, sc, _ := w.inForce()
	return slices.Clone(sc.sources)
}

// SetScenario puts another scenario in force in this world only: YAML or JSON,
// with the name that its problems carry. Its counters begin at zero, runs under
// way keep their steps, and requests under way end under the old one. What was
// called before is judged by the scenario before; the chapter that begins has the
// name of the one that was open. Its clock counts at once; notes say what does not
// before the next Reset. It errs with all that is wrong with text, and changes
// nothing then.
func (w *World) SetScenario(name, text string) (notes []string, err error) {
	sc, err := w.server.prepareTexts([]Source{{name, text}}, nil)
	if err != nil {
		return nil, err
	}
	w.changing.Lock()
	defer w.changing.Unlock()
	w.own.Store(sc)
	return w.putInForce(sc), nil
}

// UnsetScenario puts the server's scenario in force again.
func (w *World) UnsetScenario() {
	w.own.Store(nil)
	w.useServersScenario()
}

// useServersScenario puts the server's scenario in force where the world has none of
// its own and still runs another.
func (w *World) useServersScenario() {
	w.changing.Lock()
	defer w.changing.Unlock()
	if sc := w.scenario(); sc != w.current.Load().prepared {
		w.putInForce(sc)
	}
}

// putInForce makes sc the world's scenario from now on. Must hold changing.
func (w *World) putInForce(sc *prepared) (notes []string) {
	state := w.current.Load()
	w.closeChapter(state, journal.CloseScenario)
	state.prepared = sc
	state.World.SetScenario(sc.begin(state.idSeed))
	now := state.Clock.Now()
	state.Profiles.Settle(now, 0) // what is due belongs to the script before
	state.Profiles.SetScript(sc.script)
	state.Futures.Settle(now, 0)
	state.Futures.SetScript(sc.objects)
	if sc.file.Clock.Given() && w.server.set.clock == nil {
		if err := state.Clock.Start(sc.clock); err != nil {
			w.server.set.Log.Warn("the scenario's clock was not set", "world", w.Name(), "error", err)
		}
	}
	if sc.fixture != state.start.fixture {
		notes = append(notes, fmt.Sprintf("the fixture %q counts from the next reset on", sc.fixture.Name))
	}
	for _, name := range storedVariants {
		if sc.variants.Get(name) != state.stored.Get(name) {
			notes = append(notes, fmt.Sprintf("the variant %s=%s counts from the next reset on", name, sc.variants.Get(name)))
		}
	}
	return notes
}

// storedVariants decide how profiles are kept, so they can't change under them.
var storedVariants = []string{"customizationDefaults", "typeHash"}

// ReloadScenario reads the scenarios that the options name once more, and puts
// them in force in every world that has no scenario of its own. It errs with all
// that is wrong with them, and the old ones stay then.
func (s *Server) ReloadScenario() error {
	sc, err := s.loadScenario()
	if err != nil {
		return fmt.Errorf("emulator: %w", err)
	}
	s.scenario.Store(sc)
	for _, w := range s.Worlds() {
		w.useServersScenario()
	}
	return nil
}
