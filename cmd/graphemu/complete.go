package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// completer says what a value may be, for the shell.
type completer = func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective)

// words completes to one of a list, and to nothing else.
func words(list ...string) completer {
	return cobra.FixedCompletions(list, cobra.ShellCompDirectiveNoFileComp)
}

// orFile completes to one of a list, or to a file.
func orFile(list func() []string) completer {
	return func(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return list(), cobra.ShellCompDirectiveDefault
	}
}

// first completes the first argument alone.
func first(complete completer) completer {
	return func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return complete(c, args, typed)
	}
}

// afterCommas completes the last name of a list.
func afterCommas(list func() []string) completer {
	return func(_ *cobra.Command, _ []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		before := typed[:strings.LastIndexByte(typed, ',')+1]
		var all []string
		for _, name := range list() {
			all = append(all, before+name)
		}
		return all, cobra.ShellCompDirectiveNoSpace
	}
}

func everyScenario() []string { return append([]string{allScenarios}, scenario.Names()...) }

// versions are how a file of --metadata begins that is not of v1.0.
func versions() []string { return []string{"v1.0=", "beta="} }

// readings are the values of --variant.
func readings() []string {
	var list []string
	for _, v := range emulator.Variants() {
		for _, r := range v.Readings {
			list = append(list, v.Name+"="+r)
		}
	}
	return list
}

// completeServer tells the shell the values of the flags of a server.
func completeServer(c *cobra.Command) {
	for name, complete := range map[string]completer{
		"scenario":  orFile(scenario.Names),
		"fixture":   orFile(emulator.Fixtures),
		"metadata":  orFile(versions),
		"auth":      words(emulator.AuthLenient, emulator.AuthStrict, emulator.AuthOff),
		"clock":     words("real", "frozen", "x60"),
		"control":   words(emulator.ControlLoopback, emulator.ControlAny, emulator.ControlOff),
		"verify":    words(emulator.VerifyOff, emulator.VerifyWarn, emulator.VerifyStrict),
		"variant":   words(readings()...),
		"log":       words("text", "json"),
		"log-level": words("debug", "info", "warn", "error"),
	} {
		if err := c.RegisterFlagCompletionFunc(name, complete); err != nil {
			panic(err) // the names are constants
		}
	}
}
