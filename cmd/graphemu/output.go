package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/graphemu/graphemu/emulator/files"
)

// outputMode is what a file gets that people and other programs read.
const outputMode = 0o644

// writeFile writes a file with what write gives: all of it, or the file stays as it
// was. It errs, in one sentence with the file's name, where that fails.
func writeFile(file string, write func(io.Writer) error) error {
	var err error
	if device(file) {
		err = writeDevice(file, write)
	} else {
		err = files.Write(file, outputMode, func(f *os.File) error { return write(f) })
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", file, plain(err))
	}
	return nil
}

// checkOutput errs where writeFile cannot write a file, as far as that can be known
// before. What is written at the end is checked before the work.
func checkOutput(file string) error {
	if device(file) {
		return nil
	}
	target, err := files.Target(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s", filepath.Dir(file))
	}
	if err == nil {
		err = files.CheckRegular(target)
	}
	return plain(err)
}

// device tells whether a name is that of a stream or another device, like
// /dev/stdout. Nothing can take its place, be it a file in the end.
func device(file string) bool { return strings.HasPrefix(filepath.Clean(file), "/dev/") }

func writeDevice(file string, write func(io.Writer) error) error {
	f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
