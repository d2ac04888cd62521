package emulator

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

const (
	stateKind    = "graphemu state"
	stateVersion = 2 // version 1 is the same without a checksum and revocations
)

// maxStateFile bounds what is read at start: 100 worlds of 10,000 profiles
// have room in it.
const maxStateFile = 4 << 30

// stateHead is what a state file begins with. It is read before the rest: a file
// that is none of ours may be large.
type stateHead struct {
	Kind    string `json:"kind"`
	Version int    `json:"version"`
	SHA256  string `json:"sha256"` // of the file's bytes, with zeros for these digits
}

// stateFile is all worlds of a server.
type stateFile struct {
	stateHead
	Revocations []revocations `json:"revocations"` // of worlds that were dropped
	Worlds      []snapshot    `json:"worlds"`
}

// ErrNoStateFile is what SaveState returns where Options.State names no file.
var ErrNoStateFile = errors.New("emulator: there is no state file (--state)")

// SaveState writes all worlds to the file that Options.State names. The file is
// replaced whole or not at all, and a link that leads to it stays one. It errs
// with ErrNoStateFile where no file is named, after Close, and where the file
// cannot be written.
func (s *Server) SaveState() error {
	if s.set.State == "" {
		return ErrNoStateFile
	}
	s.saving.Lock()
	defer s.saving.Unlock()
	if s.left {
		return errors.New("emulator: cannot save the state: the server is closed")
	}
	if err := files.Write(s.set.State, 0o600, s.writeState); err != nil {
		return fmt.Errorf("emulator: cannot save the state: %w", err)
	}
	return nil
}

// noDigits stands where the digits of the checksum come.
var noDigits = strings.Repeat("0", hex.EncodedLen(sha256.Size))

// writeState writes one world after the other, since all of them may be large.
func (s *Server) writeState(f *os.File) error {
	sum := sha256.New()
	out := bufio.NewWriter(io.MultiWriter(f, sum))
	head := fmt.Sprintf("{\n  \"kind\": %q,\n  \"version\": %d,\n  \"sha256\": \"", stateKind, stateVersion)
	fmt.Fprintf(out, "%s%s\",\n  \"revocations\": ", head, noDigits)
	var err error
	add := func(indent string, v any) {
		err = errors.Join(err, jsontree.Write(out, v, indent, false))
	}
	worlds, dropped := s.everyWorld()
	add("  ", append([]revocations{}, dropped...)) // [], not null
	out.WriteString(",\n  \"worlds\": [")
	for i, w := range worlds {
		out.WriteString([]string{"\n    ", ",\n    "}[min(i, 1)])
		add("    ", w.save())
	}
	out.WriteString("\n  ]\n}\n")
	if err := errors.Join(err, out.Flush()); err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(hex.EncodeToString(sum.Sum(nil))), int64(len(head)))
	return err
}

// openState takes the state file for this server alone and reads the worlds of
// it, if it is there. A file that is no state, or not whole, is refused and left
// as it is.
func (s *Server) openState() error {
	if s.set.State == "" {
		return nil
	}
	file, err := s.stateTarget()
	if err != nil {
		return err
	}
	if s.stateLock, err = s.lockState(file); err != nil {
		return fmt.Errorf("state %s: %w", s.set.State, err)
	}
	// Left by savers that were killed; the second pattern is that of earlier versions.
	files.Sweep(file, ".graphemu-state-*")
	return s.loadStateFile(file)
}

// tryState is openState that takes nothing: another server may have the file in use.
func (s *Server) tryState() error {
	if s.set.State == "" {
		return nil
	}
	file, err := s.stateTarget()
	if err != nil {
		return err
	}
	return s.loadStateFile(file)
}

// stateTarget is the file that links of Options.State lead to.
func (s *Server) stateTarget() (string, error) {
	file, err := files.Target(s.set.State)
	if errors.Is(err, fs.ErrNotExist) {
		// It will be written at the end: better to learn now that it can't be.
		return "", fmt.Errorf("state %s: there is no folder %s", s.set.State, filepath.Dir(s.set.State))
	}
	if err == nil {
		err = files.CheckRegular(file)
	}
	if err != nil {
		return "", fmt.Errorf("state %s: %w", s.set.State, words.Reason(err))
	}
	return file, nil
}

// loadStateFile makes the worlds of a state file, where it is there.
func (s *Server) loadStateFile(file string) error {
	state, err := readState(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil:
		s.loaded = state.SHA256
		err = s.loadState(state)
	}
	if err != nil {
		return fmt.Errorf("state %s: %w; the file is left as it is; move it away to begin anew", s.set.State, words.Reason(err))
	}
	return nil
}

// lockState takes the lock beside the state file: two servers on one file would
// each undo what the other saves.
func (s *Server) lockState(file string) (*files.Lock, error) {
	lock, err := files.TryLock(file + ".lock")
	if held, ok := errors.AsType[*files.HeldError](err); ok {
		who := "another graphemu"
		if held.PID != 0 {
			who = fmt.Sprintf("the graphemu with process id %d", held.PID)
		}
		return nil, fmt.Errorf("%s has this file in use (%s is locked); stop it, or name another file", who, held.Path)
	}
	if errors.Is(err, files.ErrNoLocks) {
		s.set.Log.Warn("the state file's file system has no locks: see to it yourself that no other server uses the file",
			"state", s.set.State, "error", err)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot make its lock %s.lock: %w", filepath.Base(file), words.Reason(err))
	}
	return lock, nil
}

// leaveState lets another server have the state file. Nothing is saved any more.
func (s *Server) leaveState() {
	s.saving.Lock()
	defer s.saving.Unlock()
	s.left = true
	s.stateLock.Unlock()
	s.stateLock = nil
}

// readState reads a state file. It errs where that is none, and where anything of
// it is not as it was written.
func readState(file string) (stateFile, error) {
	var state stateFile
	f, _, err := files.Open(file, maxStateFile)
	if err != nil {
		return state, err
	}
	_, err = readHead(io.LimitReader(f, 4<<10))
	f.Close()
	if err != nil {
		return state, err
	}
	b, err := files.Read(file, maxStateFile)
	if err != nil {
		return state, err
	}
	return parseState(b)
}

func parseState(b []byte) (state stateFile, err error) {
	head, err := readHead(bytes.NewReader(b))
	switch {
	case err != nil:
		return state, err
	case head.Version > 1 && !head.sound(b):
		return state, errors.New("it is damaged, or was changed by hand: its content does not match its checksum; " +
			`to use it all the same, take the line "sha256" out and set "version" to 1`)
	}
	if err := jsontree.Unmarshal(b, &state); err != nil {
		return state, notOurs(err)
	}
	return state, nil
}

func notOurs(err error) error { return fmt.Errorf("not a state file of graphemu: %w", err) }

// readHead reads what a state file begins with. It errs where this program cannot
// read the rest.
func readHead(r io.Reader) (stateHead, error) {
	h, err := leadingMembers(r)
	switch {
	case err != nil:
		err = notOurs(err)
	case h.Kind != stateKind:
		err = notOurs(fmt.Errorf("kind is %q, want %q", h.Kind, stateKind))
	case h.Version < 1 || h.Version > stateVersion:
		err = fmt.Errorf("version %d; this graphemu reads versions 1 to %d", h.Version, stateVersion)
	}
	return h, err
}

// leadingMembers reads the members of the head that come before any other.
func leadingMembers(r io.Reader) (h stateHead, err error) {
	d := json.NewDecoder(r)
	first, err := d.Token()
	if err == nil && first != json.Delim('{') {
		err = errors.New("it is no JSON object")
	}
	for err == nil && d.More() {
		var name json.Token
		if name, err = d.Token(); err != nil {
			break
		}
		switch name {
		case "kind":
			err = d.Decode(&h.Kind)
		case "version":
			err = d.Decode(&h.Version)
		case "sha256":
			err = d.Decode(&h.SHA256)
		default:
			return h, nil
		}
	}
	return h, jsontree.Ending(err)
}

// sound tells whether the bytes of a file are those of which head has the checksum.
func (h stateHead) sound(b []byte) bool {
	i := bytes.Index(b, []byte(`"sha256": "`+h.SHA256+`"`))
	if i < 0 || len(h.SHA256) != len(noDigits) {
		return false
	}
	i += len(`"sha256": "`)
	sum := sha256.New()
	sum.Write(b[:i])
	io.WriteString(sum, noDigits)
	sum.Write(b[i+len(noDigits):])
	return hex.EncodeToString(sum.Sum(nil)) == h.SHA256
}

// loadState makes the worlds of a state file.
func (s *Server) loadState(f stateFile) error {
	for i, r := range f.Revocations {
		if err := s.worlds.recall(r); err != nil {
			return fmt.Errorf("/revocations/%d: %w", i, err)
		}
	}
	// The default world last: it fits where the others fill all places, as it did
	// when they were saved.
	for _, last := range []bool{false, true} {
		for i := range f.Worlds {
			if saved := &f.Worlds[i]; (saved.Tenant == DefaultTenant) == last {
				if err := s.loadWorld(saved); err != nil {
					return fmt.Errorf("/worlds/%d: %w", i, err)
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
