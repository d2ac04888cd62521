package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagError says what is wrong with a flag as a person typed it: of a name that is
// unknown the nearest one, of a value what it has to be.
func flagError(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		name := unknown.GetSpecifiedName()
		if letters := unknown.GetSpecifiedShortnames(); letters != "" {
			name = letters // a long flag with one dash
		}
		if near := nearestFlag(c, name); near != "" {
			return fmt.Errorf("%w; did you mean --%s?", err, near)
		}
		return fmt.Errorf("%w; %s --help lists those that there are", err, c.CommandPath())
	case errors.As(err, &invalid):
		return fmt.Errorf("--%s %s: %s", invalid.GetFlag().Name, invalid.GetValue(), wanted(invalid.GetFlag(), invalid.Unwrap()))
	}
	return err
}

// wanted says what the value of a flag has to be. cause is what its type said of one.
func wanted(f *pflag.Flag, cause error) string {
	switch f.Value.Type() {
	case "bool":
		return "want true or false"
	case "int":
		return "want a whole number"
	case "uint64":
		return "want a whole number from 0 to 18446744073709551615"
	case "duration":
		return "want a duration, as 90s or 5m"
	}
	return cause.Error()
}

// nearestFlag returns the flag of c that was meant by a misspelled name, "" where none
// is near.
func nearestFlag(c *cobra.Command, name string) string {
	name, _, _ = strings.Cut(name, "=")
	var names []string
	add := func(f *pflag.Flag) {
		if !f.Hidden {
			names = append(names, f.Name)
		}
	}
	c.LocalFlags().VisitAll(add)
	c.InheritedFlags().VisitAll(add)
	return nearest(name, names)
}

// nearest returns the name that was meant by a misspelled one, "" where none is near.
// cobra guesses among commands only, so each name is one here.
func nearest(misspelled string, names []string) string {
	guess := &cobra.Command{SuggestionsMinimumDistance: 2}
	for _, name := range names {
		guess.AddCommand(&cobra.Command{Use: name, Run: func(*cobra.Command, []string) {}})
	}
	if near := guess.SuggestionsFor(misspelled); len(near) > 0 {
		return near[0]
	}
	return ""
}
