package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/schemas"
)

func newSchemas(env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "schemas DIR",
		Short: "Write all JSON Schemas into a folder",
		Long: `schemas writes the JSON Schemas of all bodies and files into a folder, which is
made where it is not there, for editors and other tools. Earlier ones are
replaced, and no other file.`,
		Example: "  graphemu schemas ./schemas",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("schemas takes one folder: graphemu schemas DIR")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return err
			}
			names, err := fs.Glob(schemas.FS, "*.json")
			if err != nil {
				return err
			}
			for _, name := range names {
				if err := outputSchema.check(filepath.Join(args[0], name)); err != nil {
					return fmt.Errorf("%s: %w", filepath.Join(args[0], name), err)
				}
			}
			for _, name := range names {
				b, err := fs.ReadFile(schemas.FS, name)
				if err != nil {
					return err
				}
				if err := files.WriteBytes(filepath.Join(args[0], name), outputMode, b); err != nil {
					return err
				}
			}
			fmt.Fprintf(env.out, "%d schemas written to %s\n", len(names), args[0])
			return nil
		},
	}
}
