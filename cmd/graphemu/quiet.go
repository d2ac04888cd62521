package main

import (
	"bytes"
	"errors"
	"io"

	"github.com/spf13/pflag"
)

// quietFlag adds --quiet, which says what for.
func (f *serverFlags) quietFlag(flags *pflag.FlagSet, what string) {
	flags.BoolVar(&f.quiet, "quiet", false, what+"; of the log, errors alone, unless --log-level is given")
}

// hush lowers the log where little is to be said.
func (f *serverFlags) hush(flags *pflag.FlagSet) {
	if f.quiet && !flags.Changed("log-level") {
		f.level = "error"
	}
}

// maxHeld is how much is kept of what may have to be told in the end. A verdict on a
// hundred chapters has less (chosen).
const maxHeld = 1 << 20

// held keeps what is said, and says it where the run failed: quiet is for what went well.
type held struct {
	out  io.Writer
	kept bytes.Buffer
}

func (h *held) Write(b []byte) (int, error) {
	h.kept.Write(b[:min(len(b), max(maxHeld-h.kept.Len(), 0))])
	return len(b), nil
}

// release says all of it, or forgets it. err is how the run ended.
func (h *held) release(err error) error {
	if err == nil {
		return nil
	}
	_, failed := h.kept.WriteTo(h.out)
	return errors.Join(err, failed)
}

// begin tells of work of exec itself that takes long.
func (x *execution) begin(what string) (end func()) {
	if x.flags.quiet {
		return func() {}
	}
	return environment{lookup: x.env.lookup, errOut: x.commandErr}.begin(what)
}

// verdictTo is where a verdict is told at once. With --quiet only one is told that is not
// good: the warnings of a good one have nothing to do with why a command failed.
func (x *execution) verdictTo() io.Writer {
	if x.flags.quiet {
		return io.Discard
	}
	return x.env.errOut
}

// voice parts what exec says itself from what its command says, which has standard error
// as it is. It returns what is to be called with the error that exec ends with.
func (x *execution) voice() (end func(error) error) {
	x.commandErr = x.env.errOut
	x.env.errOut = x.env.paint(x.env.errOut)
	if !x.flags.quiet {
		return func(err error) error { return err }
	}
	h := &held{out: x.env.errOut}
	x.env.errOut = h
	return h.release
}
