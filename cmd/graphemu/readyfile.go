package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/files"
)

// readyFiles are the files that this process has written for --ready-file, with
// what it wrote: only what is still that is removed at the end.
type readyFiles map[string][]byte

// maxReady bounds a ready file, and the bundle of certificates beside it.
const maxReady = 1 << 20

// bundleOf is the file beside a ready file that holds both CAs, where there is a
// proxy: that of the proxy has no file of its own.
func bundleOf(readyFile string) string { return readyFile + ".ca.pem" }

// checkReadyFile errs where a ready file cannot be written to path, or where it
// would replace what nobody wrote as one. It returns what an earlier server wrote there,
// nil for nothing.
func checkReadyFile(path string) (old *ready, err error) {
	refuse := func(err error) (*ready, error) { return nil, fmt.Errorf("--ready-file %s: %w", path, plain(err)) }
	if err := checkRegular(path); err != nil {
		return refuse(err)
	}
	if old, err = oldReady(path); err != nil {
		return refuse(err)
	}
	bundle, err := files.Read(bundleOf(path), maxReady)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("--ready-file: %s, beside it, is for the certificates of --proxy: %w", bundleOf(path), plain(err))
	case !bytes.HasPrefix(bundle, []byte("-----BEGIN CERTIFICATE-----")):
		return nil, fmt.Errorf("--ready-file: %s, beside it, is for the certificates of --proxy, but has something else in it; "+
			"it was left as it is", bundleOf(path))
	}
	return old, nil
}

// makeWay is checkReadyFile that removes the file of a server that is gone, so that nobody
// takes it for that of the next. That of one that runs stays until the next one answers in
// its stead.
func makeWay(path string) error {
	old, err := checkReadyFile(path)
	if err != nil || old == nil || old.PID != os.Getpid() && alive(old.PID) { // the first process of a container always has the same number
		return err
	}
	if whole, err := filepath.Abs(bundleOf(path)); err == nil && old.CA == whole {
		_ = os.Remove(whole)
	}
	target, err := files.Target(path)
	if err == nil {
		err = os.Remove(target)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("--ready-file %s: cannot remove the old one: %w", path, plain(err))
	}
	return nil
}

// oldReady returns what an earlier server wrote to path; nil where there is
// nothing, or an empty file, as mktemp makes it.
func oldReady(path string) (*ready, error) {
	b, err := files.Read(path, maxReady)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(b) == 0 {
		return nil, nil
	}
	if _, large := errors.AsType[*files.TooLargeError](err); err != nil && !large {
		return nil, err
	}
	var old ready
	if json.Unmarshal(b, &old) != nil || old.PID == 0 || old.Token == "" || old.Tenant == "" {
		return nil, errors.New("the file there is no ready file of graphemu, and was left as it is; name another, or remove it")
	}
	return &old, nil
}

// write writes the ready file and, where there is a proxy, the bundle that it
// names.
func (r *ready) write(file string, s *emulator.Server) error {
	r.files = readyFiles{}
	if r.Proxy != "" {
		pem, _, err := s.CA()
		if err != nil {
			return trim(err)
		}
		if r.CA, err = filepath.Abs(bundleOf(file)); err != nil { // a reader may run in another folder
			return err
		}
		if err := r.files.write(r.CA, 0o644, pem); err != nil {
			return err
		}
	}
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return r.files.write(file, 0o600, append(b, '\n')) // it has a token and a secret
}

func (f readyFiles) write(path string, perm fs.FileMode, content []byte) error {
	if err := files.WriteBytes(path, perm, content); err != nil {
		return err
	}
	f[path] = content
	return nil
}

// remove removes the files, but for those that another has written since: what
// ours say is no longer so.
func (f readyFiles) remove() {
	for path, written := range f {
		if now, err := files.Read(path, maxReady); err != nil || !bytes.Equal(now, written) {
			continue
		}
		if target, err := files.Target(path); err == nil {
			_ = os.Remove(target)
		}
	}
}
