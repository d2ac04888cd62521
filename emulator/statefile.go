package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const stateKind = "graphemu state"

// maxStateFile bounds what is read at start: 100 worlds of 10,000 profiles
// have room in it.
const maxStateFile = 4 << 30

// stateFile is all worlds of a server.
type stateFile struct {
	Kind    string     `json:"kind"`
	Version int        `json:"version"`
	Worlds  []snapshot `json:"worlds"`
}

// ErrNoStateFile is what SaveState returns where Options.State names no file.
var ErrNoStateFile = errors.New("emulator: there is no state file (--state)")

// SaveState writes all worlds to the file that Options.State names. The file is
// replaced whole or not at all: it is written beside, synced and renamed. It errs
// with ErrNoStateFile where no file is named, and where it cannot be written.
func (s *Server) SaveState() error {
	if s.set.State == "" {
		return ErrNoStateFile
	}
	s.saving.Lock() // two at once would race for the same name
	defer s.saving.Unlock()
	f := stateFile{Kind: stateKind, Version: snapshotVersion}
	for _, w := range s.Worlds() {
		f.Worlds = append(f.Worlds, w.save())
	}
	if err := replaceFile(s.set.State, f); err != nil {
		return fmt.Errorf("emulator: cannot save the state: %w", err)
	}
	return nil
}

func replaceFile(file string, v any) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(file), ".graphemu-state-*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails where it was renamed, as it should
	e := json.NewEncoder(tmp)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err = e.Encode(v)
	if err == nil {
		err = tmp.Sync()
	}
	if err = errors.Join(err, tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), file)
}

// loadState reads the worlds of the state file, if there is one. A file that is
// no state, or not whole, is refused and left as it is.
func (s *Server) loadState() error {
	if s.set.State == "" {
		return nil
	}
	file := s.set.State
	info, err := os.Stat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		// It will be written at the end: better to learn now that it can't be.
		if folder, err := os.Stat(filepath.Dir(file)); err != nil || !folder.IsDir() {
			return fmt.Errorf("state %s: there is no folder %s", file, filepath.Dir(file))
		}
		return nil
	case err != nil:
		return fmt.Errorf("state %w", err)
	case info.IsDir():
		return fmt.Errorf("state %s is a folder; want a file", file)
	case info.Size() > maxStateFile:
		return fmt.Errorf("state %s has %d bytes; the most is %d", file, info.Size(), int64(maxStateFile))
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("state %w", err)
	}
	refuse := func(err error) error {
		return fmt.Errorf("state %s: %w; the file is left as it is; move it away to begin anew", file, err)
	}
	var f stateFile
	if err := decodeStrict(b, &f); err != nil {
		return refuse(fmt.Errorf("not a state file of graphemu: %w", err))
	}
	if f.Kind != stateKind {
		return refuse(fmt.Errorf("not a state file of graphemu: kind is %q, want %q", f.Kind, stateKind))
	}
	if f.Version != snapshotVersion {
		return refuse(fmt.Errorf("version %d; this graphemu reads version %d", f.Version, snapshotVersion))
	}
	// The default world last: it fits where the others fill all places, as it did
	// when they were saved.
	for _, last := range []bool{false, true} {
		for i := range f.Worlds {
			if saved := &f.Worlds[i]; (saved.Tenant == DefaultTenant) == last {
				if err := s.loadWorld(saved); err != nil {
					return refuse(fmt.Errorf("/worlds/%d: %w", i, err))
				}
			}
		}
	}
	return nil
}

func (s *Server) loadWorld(saved *snapshot) error {
	w, err := s.World(saved.Tenant)
	if err == nil && saved.World != saved.Tenant {
		w, err = s.World(saved.World)
	}
	switch {
	case err != nil:
		return err
	case w.tenant != saved.Tenant:
		return fmt.Errorf("the tenant %s is not that of a world named %q", saved.Tenant, saved.World)
	}
	return w.restore(*saved)
}
