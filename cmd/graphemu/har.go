package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/files"
)

// privateMode is what a file gets that tells what clients did: it is nobody else's
// business.
const privateMode = 0o600

// save writes an answer to a file: all of it, or the file stays as it was.
func (c *controlClient) save(ctx context.Context, path, file string) error {
	if device(file) {
		return writeFile(file, func(w io.Writer) error { return c.copy(ctx, path, mediaJSON, w) })
	}
	err := files.Write(file, privateMode, func(f *os.File) error { return c.copy(ctx, path, mediaJSON, f) })
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return failure{fmt.Errorf("cannot write %s: %w", file, at.Err)}
	}
	return err
}

// traffic is the file of exec's --har while the command runs: the lines of the journal,
// in a temporary file. A world's journal forgets what was before a reset, and a world
// that is dropped has none.
type traffic struct {
	archive string
	lines   *os.File
}

// record lets a server of these options keep its journal's lines in a file of a folder,
// besides wherever they go already.
func record(archive, folder string, o *emulator.Options) (*traffic, error) {
	lines, err := os.OpenFile(filepath.Join(folder, "journal.jsonl"), os.O_RDWR|os.O_CREATE|os.O_EXCL, privateMode)
	if err != nil {
		return nil, err
	}
	if o.Journal == nil {
		o.Journal = lines
	} else {
		o.Journal = io.MultiWriter(o.Journal, lines)
	}
	return &traffic{archive, lines}, nil
}

// write writes the archive; the server, which was at origin, has been closed.
func (t *traffic) write(origin string) error {
	if _, err := t.lines.Seek(0, io.SeekStart); err != nil {
		return err
	}
	write := func(w io.Writer) error {
		return emulator.WriteHAR(w, t.lines, origin)
	}
	if device(t.archive) {
		return writeFile(t.archive, write)
	}
	if err := files.Write(t.archive, privateMode, func(f *os.File) error { return write(f) }); err != nil {
		return fmt.Errorf("cannot write %s: %w", t.archive, plain(err))
	}
	return nil
}
