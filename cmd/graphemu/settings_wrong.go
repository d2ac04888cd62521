package main

import (
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator/config"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// wrongSettings returns what serve and exec would say of a file that sets their flags,
// with the place of the setting that brings it about. What is wrong with a scenario's file
// has its own place.
func wrongSettings(f config.File) scenario.Problems {
	err := trySettings(f)
	if err == nil {
		return nil
	}
	if list, ok := errors.AsType[scenario.Problems](err); ok {
		return list
	}
	var list scenario.Problems
	for line := range strings.SplitSeq(err.Error(), "\n") {
		list = append(list, blame(f, line))
	}
	return list
}

// blame finds the first setting without which a line would not be said. Some are said of
// two settings that do not fit, and of neither alone.
func blame(f config.File, line string) scenario.Problem {
	for i, s := range f.Settings {
		rest := f
		rest.Settings = slices.Delete(slices.Clone(f.Settings), i, i+1)
		err := trySettings(rest)
		if err == nil || !slices.Contains(strings.Split(err.Error(), "\n"), line) {
			return f.Problem(s, "", line)
		}
	}
	return scenario.Problem{File: f.Path, Message: line}
}

// trySettings errs as exec would with the flags of a file and no others, before it runs
// its command. serve says the same of those that it has. Nothing is started, written or
// removed.
func trySettings(f config.File) error {
	x := &execution{env: environment{lookup: func(string) (string, bool) { return "", false },
		in: strings.NewReader(""), out: io.Discard, errOut: io.Discard}}
	c := &cobra.Command{Use: "exec"}
	x.register(c)
	if err := fromFile(c.Flags(), f); err != nil {
		return err
	}
	o, err := x.options()
	if err != nil {
		return err
	}
	if err := x.flags.checkFiles(); err != nil {
		return err
	}
	list, err := x.trials(o)
	if err != nil {
		return err
	}
	for _, t := range list {
		if err := t.check(); err != nil {
			return err
		}
	}
	return nil
}

// placed says of an error of a run where in the file that sets flags it comes from, with
// the words of check.
func placed(err error, file string) error {
	_, own := errors.AsType[exit](err)
	_, late := errors.AsType[failure](err)
	_, told := errors.AsType[scenario.Problems](err)
	if err == nil || file == "" || own || late || told {
		return err
	}
	f, unread := config.Read(file)
	if unread != nil {
		return err
	}
	lines, found := strings.Split(err.Error(), "\n"), false
	for _, p := range wrongSettings(f) {
		if i := slices.Index(lines, p.Message); i >= 0 && p.Path == "" {
			lines[i], found = p.String(), true
		}
	}
	if !found {
		return err
	}
	return errors.New(strings.Join(lines, "\n"))
}
