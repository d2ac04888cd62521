package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/journal"
)

// ResetOptions say how a world begins anew. The zero value is what Reset does.
type ResetOptions struct {
	// Name is what the chapter is called that begins, as by a test's name: the
	// verdict tells by it which test it was. 1 to 500 bytes of printable text; "" is
	// no name.
	Name string

	// Fixture is the name of a built-in fixture that the world starts from, and
	// FixtureText a fixture as JSON. Both "": the scenario's. Only one may be given. It
	// counts until the next reset.
	Fixture, FixtureText string

	// Seed is what ids and chance are drawn from, until the next reset; 0: the server's
	// (see Options.Seed). The objects of a fixture keep their ids.
	Seed uint64
}

// Reset puts the world back to its start: the fixture's profiles, a new clock,
// ids from the first one on, an empty journal, and the scenario in force from its
// beginning. Requests under way end in the world as it was, and are not judged.
//
// What was called so far is not forgotten: it is a chapter that is judged now (see
// Verify), by the clock and the profiles as they are.
func (w *World) Reset() {
	if err := w.reset("", nil, 0); err != nil {
		panic(err) // only what a caller gives can be wrong
	}
}

// ResetWith is Reset with a name for the chapter that begins, and with another
// fixture or seed. It errs, and changes nothing, where one of them cannot be used.
func (w *World) ResetWith(o ResetOptions) error {
	var given json.RawMessage
	switch {
	case o.Fixture != "" && o.FixtureText != "":
		return errors.New("a reset takes Fixture or FixtureText, not both")
	case o.Fixture != "":
		given, _ = json.Marshal(o.Fixture)
	case o.FixtureText != "":
		given = json.RawMessage(o.FixtureText)
	}
	return w.reset(o.Name, given, o.Seed)
}

var errChapterName = errors.New("name: want 1 to 500 bytes of printable text, as the name of a test")

// reset puts the world back to its start. given is a fixture in place of the
// scenario's: as JSON, its name or the whole of it; nil for none. seed is one in place
// of the server's; 0 for none.
func (w *World) reset(name string, given json.RawMessage, seed uint64) error {
	if len(name) > 500 || !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errChapterName
	}
	var from *start
	if given != nil { // before the lock: it may be large
		var err error
		if from, err = w.server.startOf(nil, given); err != nil {
			return err
		}
	}
	w.changing.Lock()
	defer w.changing.Unlock()
	sc := w.scenario()
	if given == nil {
		from = &sc.start
	}
	drawn := w.server.idSeed(w.tenant)
	if seed != 0 {
		drawn.Seed = seed
	}
	state := w.server.newState(w, drawn, sc, from, sc.variants)
	if err := state.addFixtureProfiles(); err != nil {
		if given != nil {
			state.memory.Close()
			return fmt.Errorf("fixture: %w", err)
		}
		// Its profiles were checked when it was read; what is left is its size.
		w.server.set.Log.Error("the fixture does not fit into a world", "world", w.Name(), "error", err)
	}
	w.swap(state, journal.CloseReset)
	w.chapters.name = name
	return nil
}

// swap puts a new state in force, in a new chapter, and gives the memory of the one
// before back. by is what closes its chapter. Must hold changing.
func (w *World) swap(state *state, by string) {
	before := w.current.Load()
	if before != nil {
		state.Journal.ContinueFrom(before.Journal)
	}
	w.current.Store(state)
	if before != nil { // else the world is being made
		w.closeChapter(before, by) // after the swap: what comes from now on is in the new one
		before.memory.Close()
		before.Journal.End()
	}
	if w.dropped.Load() {
		state.memory.Close() // nobody will
	}
}
