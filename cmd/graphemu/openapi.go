package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/graphemu/graphemu/emulator"
)

func newOpenAPI(env environment) *cobra.Command {
	var o emulator.OpenAPIOptions
	c := &cobra.Command{
		Use:   "openapi FILE",
		Short: "Describe what Graph answers here as OpenAPI",
		Long: `openapi writes an OpenAPI 3.1 document of the emulated operations of one version of
Graph into a file, "-" for the output, for generators of clients and contract tests. An
earlier one is replaced. With --generic it has the operations that the metadata
describes, too, up to two navigations deep. A running server has the same at
/_graphemu/openapi/beta.json and /_graphemu/openapi/v1.0.json.`,
		Example: `  graphemu openapi graph.json
  graphemu openapi graph.json --version beta
  graphemu openapi - --metadata graph --generic`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return errors.New("openapi takes one file: graphemu openapi FILE")
			}
			return nil
		},
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&o.Version, "version", "v1.0", "the `version` of Graph: v1.0 or beta")
	fl.BoolVar(&o.Generic, "generic", false, "describe the operations of the metadata, too")
	metadataFlag(c, &o.Metadata)
	fl.StringVar(&o.Origin, "origin", "http://localhost:9400", "`URL` of the server, without a path")
	known := cobra.FixedCompletions([]string{"v1.0", "beta"}, cobra.ShellCompDirectiveNoFileComp)
	if err := c.RegisterFlagCompletionFunc("version", known); err != nil {
		panic(err) // the name is a constant
	}
	c.RunE = func(_ *cobra.Command, args []string) error {
		named := pflag.NewFlagSet("", pflag.ContinueOnError) // of the variables, GRAPHEMU_VERSION would be too easily another's
		named.AddFlag(fl.Lookup("metadata"))
		named.AddFlag(fl.Lookup("config"))
		if _, err := settle(named, env); err != nil {
			return err
		}
		if !strings.HasPrefix(o.Origin, "http://") && !strings.HasPrefix(o.Origin, "https://") {
			return fmt.Errorf("--origin is %q; want a URL like http://localhost:9400", o.Origin)
		}
		o.Origin = strings.TrimRight(o.Origin, "/")
		if args[0] != "-" {
			if err := outputOpenAPI.check(args[0]); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
		}
		begun := env.begin("describing Graph")
		text, err := emulator.OpenAPI(o)
		begun()
		if err != nil {
			return err
		}
		if args[0] == "-" {
			_, err = env.out.Write(text)
			return err
		}
		err = outputOpenAPI.write(args[0], func(w io.Writer) error {
			_, err := w.Write(text)
			return err
		})
		if err != nil {
			return failure{err}
		}
		_, err = fmt.Fprintf(env.out, "%s of Graph written to %s\n", o.Version, args[0])
		return err
	}
	return c
}
