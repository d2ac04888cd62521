package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"github.com/graphemu/graphemu/emulator"
)

// save writes an answer to a file: all of it, or the file stays as it was.
func (c *controlClient) save(ctx context.Context, path, file string, o fileKind) error {
	err := o.write(file, func(w io.Writer) error { return c.copy(ctx, path, mediaJSON, w) })
	if own, ok := errors.AsType[cannotWrite](err); ok {
		return failure{own}
	}
	return err
}

// traffic is what exec's --har and --report are made of: the lines of the journal, in a
// temporary file. A world's journal forgets what was before a reset, and a world
// that is dropped has none.
type traffic struct{ lines *os.File }

// record lets a server of these options keep its journal's lines in a file of a folder,
// besides wherever they go already.
func record(folder string, o *emulator.Options) (*traffic, error) {
	lines, err := os.OpenFile(filepath.Join(folder, "journal.jsonl"), os.O_RDWR|os.O_CREATE|os.O_EXCL, privateMode)
	if err != nil {
		return nil, err
	}
	also(lines, o)
	return &traffic{lines}, nil
}

// also lets a server's journal go to a further place.
func also(to io.Writer, o *emulator.Options) {
	if o.Journal == nil {
		o.Journal = to
		return
	}
	file, _ := o.Journal.(emptied)
	o.Journal = copies{io.MultiWriter(o.Journal, to), file}
}

// emptied is the file of --journal, or something that writes it among others.
type emptied interface{ empty() error }

type copies struct {
	io.Writer
	file emptied // nil: there is none
}

func (c copies) empty() error {
	if c.file == nil {
		return nil
	}
	return c.file.empty()
}

// write writes an archive; the server, which was at origin, has been closed.
func (t *traffic) write(archive, origin string) error {
	if _, err := t.lines.Seek(0, io.SeekStart); err != nil {
		return err
	}
	return outputHAR.write(archive, func(w io.Writer) error { return emulator.WriteHAR(w, t.lines, origin) })
}
