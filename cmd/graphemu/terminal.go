package main

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"runtime"
	"sync"
)

// isTerminal tells whether people see at once what is written. A test's writer says so
// by itself.
func isTerminal(w io.Writer) bool {
	if own, ok := w.(interface{ isTerminal() bool }); ok {
		return own.isTerminal()
	}
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// dumb tells that a terminal knows no escape sequences. On Windows old consoles do not,
// and those that do are known by these variables.
func (env environment) dumb() bool {
	kind, _ := env.lookup("TERM")
	if runtime.GOOS == "windows" && kind == "" {
		_, terminal := env.lookup("WT_SESSION")
		_, ansi := env.lookup("ANSICON")
		return !terminal && !ansi
	}
	return kind == "dumb"
}

// colours tells whether what is written to w may have colours: where it is a terminal,
// unless NO_COLOR is set (no-color.org), and everywhere where CLICOLOR_FORCE is.
func (env environment) colours(w io.Writer) bool {
	if no, _ := env.lookup("NO_COLOR"); no != "" {
		return false
	}
	if force, _ := env.lookup("CLICOLOR_FORCE"); force != "" && force != "0" {
		return true
	}
	return isTerminal(w) && !env.dumb()
}

// paint returns a writer for verdicts and for what check says: where w may have colours,
// the words that tell good from bad get them.
func (env environment) paint(w io.Writer) io.Writer {
	if !env.colours(w) {
		return w
	}
	return &painter{out: w}
}

const (
	red     = "\x1b[1;31m"
	green   = "\x1b[32m"
	yellow  = "\x1b[33m"
	plainly = "\x1b[0m"
)

// marks are the words that get a colour, as the first group of each: how a line of a
// verdict, of a table of runs, or of check begins or goes on. Nothing else of a line is
// coloured, so that it can be read without.
var marks = sync.OnceValue(func() []mark {
	return []mark{
		{red, regexp.MustCompile(`^ *(FAILED|NOT verified|NOT exercised)\b`)},
		{red, regexp.MustCompile(`^\S+ {2,}(FAILED|NOT exercised|not exercised)\b`)},
		{green, regexp.MustCompile(`^ *(ok|verified)\b`)},
		{green, regexp.MustCompile(`^\S+ {2,}(passed)\b`)},
		{yellow, regexp.MustCompile(`^ *(warnings?)\b`)},
		{yellow, regexp.MustCompile(`^\S.*?:\d+: (warning):`)},
	}
})

type mark struct {
	colour string
	word   *regexp.Regexp
}

// painter colours whole lines; what has no end yet waits for it.
type painter struct {
	out  io.Writer
	line []byte
}

func (p *painter) Write(b []byte) (int, error) {
	p.line = append(p.line, b...)
	end := bytes.LastIndexByte(p.line, '\n') + 1
	var painted []byte
	for line := range bytes.Lines(p.line[:end]) {
		painted = append(painted, coloured(line)...)
	}
	p.line = append([]byte(nil), p.line[end:]...)
	if len(painted) == 0 {
		return len(b), nil
	}
	if _, err := p.out.Write(painted); err != nil {
		return 0, err
	}
	return len(b), nil
}

func coloured(line []byte) []byte {
	for _, m := range marks() {
		if at := m.word.FindSubmatchIndex(line); at != nil {
			return bytes.Join([][]byte{line[:at[2]], []byte(m.colour), line[at[2]:at[3]], []byte(plainly), line[at[3]:]}, nil)
		}
	}
	return line
}
