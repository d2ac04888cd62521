package emulator

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/district"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/roster"
)

// RosterOptions says what made-up district WriteRoster writes. The zero value is
// one school with 60 students.
type RosterOptions struct {
	Schools  int    // default 1
	Students int    // default 60 a school; at most 71,428, which have 500,000 enrolments
	Seed     uint64 // default 1; the same options give the same bytes everywhere

	// Flaws are faults to put into it, by the names that RosterFlaws lists, and
	// how often. Default: none, and verification has nothing to say.
	Flaws map[string]int

	// Force lets a folder that has files keep them, but for the files of a roster:
	// those go. Without it, WriteRoster writes only into an empty or a new folder.
	Force bool
}

func (o RosterOptions) district() district.Options {
	return district.Options{Schools: o.Schools, Students: o.Students, Seed: o.Seed, Flaws: o.Flaws}
}

// RosterFile is one file of a district.
type RosterFile struct {
	Name string
	Rows int // without the header
}

// RosterFlaw is a kind of fault that a district can have.
type RosterFlaw struct {
	Name  string // as in RosterOptions.Flaws: file, fault and column
	Short string // another name for it, "" for most
	File  string // the file that has it, "" for one beside the six
	Gives string // what comes of N of them, for people
	Most  int    // how often it can be had; 0: as often as the file has room
}

// RosterFlaws returns every flaw that there is, file by file in the order of
// verification.
func RosterFlaws() []RosterFlaw {
	var list []RosterFlaw
	for _, f := range district.Flaws() {
		list = append(list, RosterFlaw{Name: f.Name, Short: f.Short, File: f.File, Gives: f.Gives, Most: f.Most})
	}
	return list
}

// ParseRosterFlaws reads flaws as a flag has them, as orphans=12,duplicates=3. It
// errs where a number is missing or a name comes twice; whether there is such a
// flaw, RosterFiles and WriteRoster tell.
func ParseRosterFlaws(text string) (map[string]int, error) { return district.ParseFlaws(text) }

// DocumentedRoster returns the options of the district whose verification gives
// exactly the ten messages that the service's documentation shows.
func DocumentedRoster() RosterOptions {
	d := district.Documented()
	return RosterOptions{Schools: d.Schools, Students: d.Students, Seed: d.Seed, Flaws: d.Flaws}
}

// RosterFiles returns what WriteRoster would write, in the order of
// verification. It errs where a file would be larger than the service takes, or a
// flaw is unknown or cannot be had so often.
func RosterFiles(o RosterOptions) ([]RosterFile, error) {
	files, err := district.Files(o.district())
	if err != nil {
		return nil, err
	}
	var list []RosterFile
	for _, f := range files {
		list = append(list, RosterFile{Name: f.Name, Rows: f.Rows})
	}
	return list, nil
}

// ErrFolderNotEmpty is what the error of WriteRoster wraps where the folder has
// files and Force is not set.
var ErrFolderNotEmpty = errors.New("the folder is not empty")

// WriteRoster writes the CSV files of a made-up district into a folder, which it
// makes where there is none. It errs, and changes nothing, where the folder has
// files and o.Force is not set, or the options cannot be met.
func WriteRoster(dir string, o RosterOptions) error {
	if _, err := district.Files(o.district()); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("cannot write a roster into %s: %w", dir, words.Reason(err))
	case len(entries) > 0 && !o.Force:
		return fmt.Errorf("%s has files already, %s among them, and was left as it is: %w", dir, entries[0].Name(), ErrFolderNotEmpty)
	}
	for _, e := range entries {
		// One of an earlier roster that this one lacks would count as a part of it.
		if !e.IsDir() && isRosterFile(e.Name()) {
			if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
				return fmt.Errorf("cannot replace %s: %w", filepath.Join(dir, e.Name()), words.Reason(err))
			}
		}
	}
	return district.Write(dir, o.district())
}

// isRosterFile tells whether a file of format V1 has that name.
func isRosterFile(name string) bool {
	entity, isCSV := strings.CutSuffix(strings.ToLower(name), ".csv")
	return isCSV && slices.Contains(roster.Entities(), roster.Entity(entity))
}
