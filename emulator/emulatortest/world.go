package emulatortest

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/journal"
)

// World is a world as one test sees it: an emulator.World whose journal fails the
// test where it is asked for what cannot be.
type World struct {
	*emulator.World
	tb    testing.TB
	wrong func(operation string) string
}

// Journal returns the record of the world's requests, until its next Reset.
func (w *World) Journal() Journal {
	return Journal{Journal: w.World.Journal(), tb: w.tb, wrong: w.wrong}
}

// Journal is a journal.Journal that fails the test where an operation is asked for
// that does not exist: a slip of the pen would find no entry, and a test that wants
// none would pass.
type Journal struct {
	journal.Journal
	tb    testing.TB
	wrong func(operation string) string
}

// Requests returns the entries of an operation, sorted by id: "profiles.start", a
// group like "profiles.*", or "*" for all but signing in; "" returns all entries,
// also those of requests that are no operation. It fails the test, with what was
// probably meant, where there is no such operation, and returns nil then.
func (j Journal) Requests(operation string) []journal.Entry {
	j.tb.Helper()
	return j.Entries(journal.Filter{Operation: operation})
}

// Entries returns the entries that f lets through, sorted by id. It fails the test
// where a condition of f can hold for none, as that of an operation that does not
// exist, and returns nil then.
func (j Journal) Entries(f journal.Filter) []journal.Entry {
	j.tb.Helper()
	if err := f.CheckWith(j.wrong); err != nil {
		// No Fatal: this may be a goroutine that waits for an entry.
		j.tb.Errorf("emulator: the journal cannot be asked so: %v", err)
		return nil
	}
	return j.Journal.Entries(f)
}

// How long the parts of a made name are: the hash has 80 bits, which no two names
// of tests share by chance.
const (
	maxName    = 64
	hashLength = 20
)

// WorldName returns what the world that belongs to a test, or to any other text, is
// called. A text that can be the name of a world (1 to 64 letters, digits, dots,
// dashes and underscores, the first a letter or a digit) is its own name, and ""
// is emulator.DefaultWorld. Any other, as the name of a subtest with its slash,
// becomes what is readable of it and a hash: the same text always gives the same
// name, and no two names of tests share one. A program that the test runs reaches
// the world with the token "world-" and this name, unless the server is strict.
func WorldName(text string) string {
	if text == "" {
		return emulator.DefaultWorld
	}
	if readable(text, maxName) == text {
		return text
	}
	sum := sha256.Sum256([]byte(text))
	return readable(text, maxName-hashLength-1) + "-" + hex.EncodeToString(sum[:])[:hashLength]
}

// readable returns a name of at most that many bytes that looks like text.
func readable(text string, most int) string {
	legal := func(r rune) rune {
		if r < 0x80 && (letterOrDigit(byte(r)) || strings.ContainsRune("._-", r)) {
			return r
		}
		return '-'
	}
	name := strings.Map(legal, text)
	name = name[:min(len(name), most)]
	if name == "" || !letterOrDigit(name[0]) {
		name = ("w" + name)[:min(len(name)+1, most)]
	}
	return name
}

func letterOrDigit(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}
