package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator/files"
)

func newWorldState(client *controlClient) *cobra.Command {
	c := &cobra.Command{
		Use: "state", Short: "Save the world, or load a saved one", Args: noSuchCommand,
		Long: `state saves a world whole: profiles, what is due for them, clock, scenario and how
far ids and chance have been drawn. A world that is loaded goes on exactly as the
saved one would have. The file is JSON.`,
		Example: `  graphemu world state save before.json
  graphemu world state load before.json
  graphemu world state save - | jq .clock`,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(
		&cobra.Command{
			Use: "save [FILE|-]", Short: "Save the world to a file", Args: cobra.MaximumNArgs(1),
			Long: `save writes the world to a file, or to standard output where it is "-". An old file
is replaced whole or not at all. Without FILE the server saves all worlds to the
file that its flag --state names.`,
			Example: "  graphemu world state save before.json\n  graphemu world state save",
			RunE: func(c *cobra.Command, args []string) error {
				switch {
				case len(args) == 0:
					if err := client.call(c.Context(), http.MethodPost, "state", nil, nil); err != nil {
						return err
					}
					_, err := fmt.Fprintln(client.env.out, "the server saved all worlds")
					return err
				case args[0] == "-":
					return client.copy(c.Context(), client.of("state"), mediaJSON, client.env.out)
				}
				return client.saveState(c, args[0])
			},
		},
		&cobra.Command{
			Use: "load FILE|-", Short: "Put a saved world in place of this one", Args: one("load takes a file that \"state save\" wrote, or -"),
			Long: `load reads a file that "state save" wrote, or standard input where it is "-", and
puts that in place of the world. A file that is none, or not whole, changes
nothing.`,
			Example: "  graphemu world state load before.json\n  graphemu world state load --world north before.json",
			RunE: func(c *cobra.Command, args []string) error {
				return client.loadState(c, args[0])
			},
		},
	)
	return c
}

func (c *controlClient) saveState(cmd *cobra.Command, file string) error {
	if err := outputState.check(file); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	begun := c.env.begin("saving world " + c.world)
	err := c.save(cmd.Context(), c.of("state"), file, outputState)
	begun()
	if err != nil {
		return failure{err}
	}
	_, err = fmt.Fprintf(c.env.out, "world %s was saved to %s\n", c.world, file)
	return err
}

func (c *controlClient) loadState(cmd *cobra.Command, file string) error {
	in, err := c.input(file)
	if err != nil {
		return err
	}
	defer in.Close()
	begun := c.env.begin("loading world " + c.world)
	a, err := c.do(cmd.Context(), http.MethodPut, c.of("state"), mediaJSON, in)
	begun()
	if err != nil {
		return err
	}
	defer a.Body.Close()
	var w worldView
	b, err := io.ReadAll(io.LimitReader(a.Body, maxAnswer))
	if err = errors.Join(err, json.Unmarshal(b, &w)); err != nil {
		return failure{err}
	}
	_, err = fmt.Fprintf(c.env.out, "world %s was loaded: %s\n", c.world, w)
	return err
}

// maxSnapshot is how many bytes of a snapshot a server takes.
const maxSnapshot = 1 << 30

// input opens a file, or standard input where it is "-".
func (c *controlClient) input(file string) (io.ReadCloser, error) {
	if file == "-" {
		return io.NopCloser(c.env.in), nil
	}
	f, _, err := files.Open(file, maxSnapshot)
	if errors.Is(err, files.ErrNotRegular) {
		err = fmt.Errorf("%w; a dash (-) reads standard input", err)
	}
	return f, err
}
