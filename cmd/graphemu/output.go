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

// privateMode is what a file gets that tells what clients did: it is nobody else's
// business.
const privateMode = 0o600

// fileKind is a kind of file that a command writes. An earlier one of the kind is replaced,
// as a run is repeated in CI, and nothing else.
type fileKind struct {
	files.Kind
	mode fs.FileMode
}

// The kinds, each with what all files of it begin with.
var (
	outputReport  = ownKind("report of graphemu", privateMode, `<!doctype html><html lang="en"><head>`, "<title>graphemu report")
	outputHAR     = ownKind("HTTP archive of graphemu", privateMode, `{"log":{"version":"1.2","creator":{"name":"graphemu"`)
	outputJUnit   = ownKind("verdict of graphemu", outputMode, `<?xml version="1.0" encoding="UTF-8"?>`+"\n"+`<testsuites name="graphemu"`)
	outputJournal = ownKind("journal of graphemu", privateMode, "{", `"id":`, `"world":"`, `"at":"`, `"method":"`)
	outputState   = ownKind("world of graphemu", privateMode, "{\n  \"kind\": \"graphemu world\"")
	outputOpenAPI = ownKind("OpenAPI document of graphemu", outputMode, "{\n \"openapi\": \"3.",
		`"title": "Microsoft Graph, as graphemu answers it"`)
	outputSchema = ownKind("JSON Schema of graphemu", outputMode, "{\n  \"$", `"$id": "https://graphemu.dev/schemas/`)
)

func ownKind(name string, mode fs.FileMode, marks ...string) fileKind {
	return fileKind{files.Kind{Name: name, Marks: marks}, mode}
}

// check errs where write cannot write a file, or would replace one of another kind, as far
// as that can be known before. What is written at the end is checked before the work.
func (o fileKind) check(file string) error {
	if device(file) {
		return nil
	}
	if err := checkOutput(file); err != nil {
		return err
	}
	return plain(o.Kind.Check(file))
}

// write writes a file with what give gives: all of it, or the file stays as it was. It
// errs, with the file's name, where that fails, and as give does. Meanwhile the command of
// exec may have written a file of that name, so it is checked again.
func (o fileKind) write(file string, give func(io.Writer) error) error {
	err := o.check(file)
	switch {
	case err != nil:
	case device(file):
		err = writeDevice(file, give)
	default:
		err = files.Write(file, o.mode, func(f *os.File) error { return give(f) })
	}
	_, system := errors.AsType[*fs.PathError](err)
	if system || errors.Is(err, files.ErrOtherKind) || errors.Is(err, files.ErrNotRegular) {
		return cannotWrite{fmt.Errorf("cannot write %s: %w", file, plain(err))}
	}
	return err
}

// cannotWrite is an error of the file, not of what was to be written.
type cannotWrite struct{ error }

func (e cannotWrite) Unwrap() error { return e.error }

// checkOutput errs where a file cannot be written, as far as that can be known before.
func checkOutput(file string) error {
	if device(file) {
		return nil
	}
	return checkRegular(file)
}

// checkRegular is checkOutput for what no device can take.
func checkRegular(file string) error {
	target, err := files.Target(file)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no folder %s", filepath.Dir(file))
	}
	if err == nil {
		err = files.CheckRegular(target)
	}
	return plain(err)
}

// distinct errs where two flags name the same file, of which one would replace the other.
func distinct(named map[string]string) error {
	flags := map[string]string{}
	for _, flag := range []string{"journal", "junit", "har", "report", "ready-file", "state"} {
		file := named[flag]
		if file == "" || device(file) {
			continue
		}
		target := whole(file)
		if led, err := files.Target(target); err == nil { // a link leads to it
			target = led
		}
		if other := flags[target]; other != "" {
			return fmt.Errorf("--%s and --%s name the same file, %s", other, flag, file)
		}
		flags[target] = flag
	}
	return nil
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
