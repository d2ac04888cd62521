package main

import (
	"fmt"
	"io"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

// writeVersion prints what "version" and --version do.
func writeVersion(out io.Writer) error {
	_, err := fmt.Fprintf(out, "graphemu %s\n%s %s/%s\nMicrosoft Graph v1.0 and beta\n",
		emulator.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func newVersion(env environment) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Long:    `version prints graphemu's version, Go's, and the API that it answers.`,
		Example: "  graphemu version",
		Args:    cobra.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return writeVersion(env.out) },
	}
}
