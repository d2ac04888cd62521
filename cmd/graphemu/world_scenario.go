package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator/scenario"
)

func newWorldScenario(client *controlClient) *cobra.Command {
	c := &cobra.Command{
		Use: "scenario", Short: "Show the world's scenario, or put another in force", Args: noSuchCommand,
		Long: `scenario prints the text of the scenario in force. Another one can be put in force
in this world alone: requests under way end under the old one.`,
		Example: `  graphemu world scenario
  graphemu world scenario set nightly.yaml
  graphemu world scenario set throttled --world north
  graphemu world scenario unset`,
		RunE: func(c *cobra.Command, _ []string) error {
			return client.copy(c.Context(), client.of("scenario"), "application/yaml", client.env.out)
		},
	}
	c.AddCommand(
		&cobra.Command{
			Use: "set NAME|FILE", Short: "Put a scenario in force in this world", Args: one("set takes the name of a built-in scenario or a file"),
			Long: `set puts a scenario in force in this world: a built-in one by its name, or a file.
Where something is wrong with it, the old one stays.`,
			Example: "  graphemu world scenario set throttled\n  graphemu world scenario set nightly.yaml",
			RunE: func(c *cobra.Command, args []string) error {
				name, text, err := scenario.Read(args[0])
				if err != nil {
					return err
				}
				a, err := client.do(c.Context(), http.MethodPut, client.of("scenario")+"?"+url.Values{"name": {name}}.Encode(),
					mediaJSON, bytes.NewReader(text))
				if err != nil {
					return err
				}
				defer a.Body.Close()
				var view struct {
					Name  string
					Notes []string
				}
				if err := json.NewDecoder(io.LimitReader(a.Body, maxAnswer)).Decode(&view); err != nil {
					return failure{err}
				}
				fmt.Fprintf(client.env.out, "scenario %s is in force in world %s\n", view.Name, client.world)
				for _, n := range view.Notes {
					fmt.Fprintf(client.env.out, "  %s\n", n)
				}
				return nil
			},
		},
		&cobra.Command{
			Use: "unset", Short: "Go back to the server's scenario", Args: cobra.NoArgs,
			Long:    "unset puts the scenario in force again that the server was started with.",
			Example: "  graphemu world scenario unset",
			RunE: func(c *cobra.Command, _ []string) error {
				if err := client.call(c.Context(), http.MethodDelete, client.of("scenario"), nil, nil); err != nil {
					return err
				}
				_, err := fmt.Fprintf(client.env.out, "the server's scenario is in force in world %s\n", client.world)
				return err
			},
		},
	)
	return c
}

// faultUse is a fault with how often it was met.
type faultUse struct {
	Rule struct {
		Name, Operation string
		Calls           any
	}
	Added          bool
	Matched, Fired uint64
}

func newWorldFaults(client *controlClient) *cobra.Command {
	c := &cobra.Command{
		Use: "faults", Short: "List the world's faults, add one, take one away", Args: noSuchCommand,
		Long: `faults lists the rules by which calls go wrong in this world, in the order in which
they are looked at, with how many calls each spoke of and how many it struck.`,
		Example: `  graphemu world faults
  graphemu world faults add '{"name":"late","operation":"profiles.list","delay":"2s"}'
  graphemu world faults remove late
  graphemu world faults clear`,
		RunE: func(c *cobra.Command, _ []string) error {
			var a struct{ Faults []faultUse }
			if err := client.call(c.Context(), http.MethodGet, client.of("faults"), nil, &a); err != nil {
				return err
			}
			if len(a.Faults) == 0 {
				_, err := fmt.Fprintf(client.env.out, "world %s has no faults\n", client.world)
				return err
			}
			w := tabwriter.NewWriter(client.env.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tOPERATION\tCALLS\tMATCHED\tFIRED\tFROM")
			for _, f := range a.Faults {
				from := "scenario"
				if f.Added {
					from = "added"
				}
				calls := "all"
				if f.Rule.Calls != nil {
					calls = fmt.Sprint(f.Rule.Calls)
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%d\t%d\t%s\n", f.Rule.Name, f.Rule.Operation, calls, f.Matched, f.Fired, from)
			}
			return w.Flush()
		},
	}
	done := func(words string, args ...any) error {
		_, err := fmt.Fprintf(client.env.out, words+"\n", args...)
		return err
	}
	c.AddCommand(
		&cobra.Command{
			Use: "add FAULT|FILE|-", Short: "Add a fault before those of the scenario",
			Args: one("add takes a fault, a file that holds one, or -"),
			Long: `add adds a fault, written as in a scenario file, as JSON or as YAML: the argument
itself where it begins with a brace, else a file, or standard input where it is "-".
Its operation is a name, as profiles.list, or the call as the client sees it. One
without a name is called by where it strikes and what it does.`,
			Example: `  graphemu world faults add '{"name":"late","operation":"profiles.list","delay":"2s"}'
  graphemu world faults add '{operation: "GET /users/{id}", respond: {status: 503}}'
  graphemu world faults add outage.yaml`,
			RunE: func(c *cobra.Command, args []string) error {
				var in io.Reader = strings.NewReader(args[0])
				if !strings.HasPrefix(strings.TrimSpace(args[0]), "{") {
					file, err := client.input(args[0])
					if err != nil {
						return err
					}
					defer file.Close()
					in = file
				}
				a, err := client.do(c.Context(), http.MethodPost, client.of("faults"), mediaJSON, in)
				if err != nil {
					return err
				}
				defer a.Body.Close()
				var use faultUse
				if err := json.NewDecoder(io.LimitReader(a.Body, maxAnswer)).Decode(&use); err != nil {
					return failure{err}
				}
				return done("fault %s was added to world %s", use.Rule.Name, client.world)
			},
		},
		&cobra.Command{
			Use: "remove NAME", Short: "Take a fault away", Args: one("remove takes the name of a fault"),
			Long:    "remove takes a fault away, be it added or the scenario's.",
			Example: "  graphemu world faults remove late",
			RunE: func(c *cobra.Command, args []string) error {
				if err := client.call(c.Context(), http.MethodDelete, client.of("faults", args[0]), nil, nil); err != nil {
					return err
				}
				return done("fault %s was removed from world %s", args[0], client.world)
			},
		},
		&cobra.Command{
			Use: "clear", Short: "Take all faults away", Args: cobra.NoArgs,
			Long:    "clear takes all faults away, those of the scenario too.",
			Example: "  graphemu world faults clear",
			RunE: func(c *cobra.Command, _ []string) error {
				if err := client.call(c.Context(), http.MethodDelete, client.of("faults"), nil, nil); err != nil {
					return err
				}
				return done("world %s has no faults any more", client.world)
			},
		},
	)
	return c
}
