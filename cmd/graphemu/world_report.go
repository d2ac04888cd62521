package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

func newWorldReport(client *controlClient) *cobra.Command {
	return &cobra.Command{
		Use: "report FILE|-", Short: "Write all that there is to see as one file of HTML",
		Long: `report writes one file of HTML with what the page at /_graphemu/ shows: the verdict
with its first cause, the requests with their bodies and explanations, the timeline,
the objects, and how the server was started. "-" is standard output. Without --world
it is of all worlds, those first that did not do as expected.

The file needs no server, no network and no other file, so that it can be kept and
handed on. It has no secrets, at most 300 requests of a world, and says what it
leaves out. An old file is replaced whole or not at all.`,
		Example: `  graphemu world report report.html
  graphemu world report --world north north.html`,
		Args: one("report takes the file that it is to write, or -"),
		RunE: func(c *cobra.Command, args []string) error {
			path := "report"
			if client.chosen {
				path = client.of("report")
			}
			if args[0] == "-" {
				return client.copy(c.Context(), path, mediaHTML, client.env.out)
			}
			if args[0] == "" {
				return errors.New("report takes the file that it is to write, or -")
			}
			if err := outputReport.check(args[0]); err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if err := client.save(c.Context(), path, args[0], outputReport); err != nil {
				return err
			}
			_, err := fmt.Fprintf(client.env.out, "the report was written to %s\n", args[0])
			return err
		},
	}
}
