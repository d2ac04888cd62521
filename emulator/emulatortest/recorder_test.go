package emulatortest_test

import (
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
)

// recorder stands in for the t of a test: examples have none, and a test of what
// fails a test must not fail itself. It prints what it is told.
type recorder struct {
	testing.TB // nil: whatever is not below is not used
	name       string
	out        io.Writer
	failed     bool
	cleanups   []func()
}

// fatal is what Fatal ends the recorder's test with.
type fatal struct{}

func newT(name string) *recorder { return &recorder{name: name, out: os.Stdout} }

func (r *recorder) Helper()           {}
func (r *recorder) Name() string      { return r.name }
func (r *recorder) Failed() bool      { return r.failed }
func (r *recorder) Output() io.Writer { return io.Discard }
func (r *recorder) Cleanup(f func())  { r.cleanups = append(r.cleanups, f) }

func (r *recorder) Logf(format string, args ...any) { fmt.Fprintf(r.out, format+"\n", args...) }

func (r *recorder) Errorf(format string, args ...any) {
	r.Logf(format, args...)
	r.failed = true
}

func (r *recorder) Fatal(args ...any) {
	r.Errorf("%s", fmt.Sprintln(args...))
	panic(fatal{})
}

// end is the end of the test.
func (r *recorder) end() {
	for len(r.cleanups) > 0 {
		last := len(r.cleanups) - 1
		f := r.cleanups[last]
		r.cleanups = r.cleanups[:last]
		f()
	}
}

// said runs a test and returns what it was told, and whether it failed.
func said(name string, test func(t *recorder)) (text string, failed bool) {
	var b strings.Builder
	r := &recorder{name: name, out: &b}
	func() {
		defer func() {
			if e := recover(); e != nil && e != (fatal{}) {
				panic(e)
			}
		}()
		test(r)
	}()
	r.end()
	return b.String(), r.failed
}
