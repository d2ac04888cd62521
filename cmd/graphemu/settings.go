package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphemu/graphemu/emulator/config"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// configFlag adds --config to a command whose flags a file may set.
func configFlag(c *cobra.Command) {
	c.Flags().String("config", "", "`file` that sets flags by their names, one a line as scenario: throttled; empty: none "+
		"(default "+config.Name+" of the working folder, where it is there)")
	if err := c.MarkFlagFilename("config", "yaml", "yml", "json"); err != nil {
		panic(err) // the name is a constant
	}
}

// settle sets the flags that were not given: from their variables, else from the file
// that --config names or that is in the working folder. What then has no value has its
// default. It returns the path of the file, "" where there is none.
func settle(flags *pflag.FlagSet, env environment) (file string, err error) {
	return settleFrom(config.Name, flags, env)
}

// settleNamed is settle for a command that takes no file but one that is named, since it
// tells people what to trust.
func settleNamed(flags *pflag.FlagSet, env environment) error {
	_, err := settleFrom("", flags, env)
	return err
}

// settleFrom is settle with what is read where no file is named.
func settleFrom(path string, flags *pflag.FlagSet, env environment) (file string, err error) {
	if err := fromEnvironment(flags, env); err != nil {
		return "", err
	}
	warnOfStrays(flags, env)
	named := false
	if f := flags.Lookup("config"); f.Changed {
		path, named = f.Value.String(), true
	}
	if !named && path != "" {
		warnOfNear(path, flags, env)
	}
	if _, err := os.Lstat(path); path == "" || !named && errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	read := config.Read
	if !named {
		read = config.ReadFound
	}
	found, err := read(path)
	if err == nil && !named {
		err = found.CheckFound()
	}
	if err == nil {
		err = fromFile(flags, found)
	}
	if err != nil {
		return path, &settingsError{path, err}
	}
	return path, nil
}

// warnOfNear tells of a file that was probably meant to be found, and is not.
func warnOfNear(path string, flags *pflag.FlagSet, env environment) {
	if quiet := flags.Lookup("quiet"); quiet != nil && quiet.Value.String() == "true" {
		return
	}
	if passed := config.Passed(filepath.Dir(path)); passed != "" {
		fmt.Fprintf(env.errOut, "graphemu: warning: %s\n", passed)
	}
}

// settingsError is all that is wrong with a file that sets flags. It is told like the
// problems of a scenario, each on a line that begins with its place.
type settingsError struct {
	file string
	err  error
}

func (e *settingsError) Error() string {
	if text := e.err.Error(); strings.Contains(text, "\n") {
		return "the flags that a file sets cannot be used:\n" + text
	}
	return e.err.Error()
}

// fromFile sets the flags that nothing has set before. A key of a flag that this
// command does not have is for another one. It errs with scenario.Problems.
func fromFile(flags *pflag.FlagSet, found config.File) error {
	var list scenario.Problems
	for _, s := range found.Settings {
		f := flags.Lookup(s.Key)
		if f == nil || f.Changed {
			continue
		}
		for _, value := range found.Rebased(s) {
			if err := flags.Set(s.Key, value); err != nil {
				if invalid, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
					err = errors.New(wanted(f, invalid.Unwrap()))
				}
				list = append(list, found.Problem(s, s.Key, err.Error()))
			}
		}
	}
	if len(list) > 0 {
		return list
	}
	return nil
}
