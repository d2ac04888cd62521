package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"
)

// mediaJSON and mediaText are what an answer is asked for as.
const (
	mediaJSON = "application/json"
	mediaText = "text/plain"
	mediaHTML = "text/html"
)

func newWorld(env environment) *cobra.Command {
	client := &controlClient{env: env}
	c := &cobra.Command{
		Use:   "world",
		Short: "Look into a running server and steer it",
		Long: `world asks the control API of a running server: what came in, how the clients did,
what time it is there. All state belongs to a world, which is a tenant; without
--world it is the default one. A command that looks or takes away makes no world; one
that sets something makes the world of --world where it is not there, and says so.

The server is the one at --url or GRAPHEMU_CONTROL_URL, which exec sets for its
command, else the one that "graphemu serve" starts without flags. Where the URL
is https, the CA in the file GRAPHEMU_CA is trusted.`,
		Example: `  graphemu world list
  graphemu world clock advance 10m
  graphemu world journal --status 4xx
  graphemu world journal show 17
  graphemu world verify --strict`,
		Args:              noSuchCommand,
		RunE:              func(c *cobra.Command, _ []string) error { return c.Help() },
		PersistentPreRunE: func(*cobra.Command, []string) error { return client.open() },
	}
	client.register(c.PersistentFlags())
	c.AddCommand(newWorldList(client), newWorldReset(client), newWorldDrop(client),
		newWorldRevoke(client), newWorldClock(client), newWorldJournal(client),
		newWorldVerify(client), newWorldReport(client), newWorldPermissions(client), newWorldState(client), newWorldScenario(client),
		newWorldFaults(client), newWorldGraph(client))
	return c
}

// noSuchCommand refuses an argument of a command that has only commands of its
// own, and names the nearest one.
func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	c.SuggestionsMinimumDistance = 2
	near := ""
	if s := c.SuggestionsFor(args[0]); len(s) > 0 {
		near = fmt.Sprintf(" (did you mean %q?)", s[0])
	}
	var names []string
	for _, sub := range c.Commands() {
		if sub.IsAvailableCommand() && sub.Name() != "help" {
			names = append(names, sub.Name())
		}
	}
	return fmt.Errorf("there is no %q in %q%s; there are %s", args[0], c.CommandPath(), near, strings.Join(names, ", "))
}

type worldView struct {
	Name     string
	Tenant   string
	Profiles int
	Clock    clockView
}

func (w worldView) String() string {
	profiles := "1 profile"
	if w.Profiles != 1 {
		profiles = fmt.Sprintf("%d profiles", w.Profiles)
	}
	return fmt.Sprintf("%s, clock %s", profiles, w.Clock)
}

func newWorldList(client *controlClient) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the worlds", Args: cobra.NoArgs,
		Long: `list prints the worlds that were used so far, with tenant, number of profiles and
clock.`,
		Example: "  graphemu world list",
		RunE: func(c *cobra.Command, _ []string) error {
			var a struct{ Worlds []worldView }
			if err := client.call(c.Context(), http.MethodGet, "worlds", nil, &a); err != nil {
				return err
			}
			w := tabwriter.NewWriter(client.env.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "NAME\tTENANT\tPROFILES\tCLOCK")
			for _, v := range a.Worlds {
				fmt.Fprintf(w, "%s\t%s\t%d\t%s\n", v.Name, v.Tenant, v.Profiles, v.Clock)
			}
			return w.Flush()
		},
	}
}

func newWorldReset(client *controlClient) *cobra.Command {
	var name, fixture string
	var seed uint64
	c := &cobra.Command{
		Use: "reset", Short: "Put the world back to its start", Args: cobra.NoArgs,
		Long: `reset puts the world back to its start: the fixture's profiles, the scenario's
clock, ids from the first one on, an empty journal.

What was called before is not forgotten: a reset closes a chapter, which is judged
then, by the clock and the journal of that time, and verify and exec judge all
chapters. Chapters in which nothing was called do not count. --name tells the
chapter that begins from others, as by the name of the test that it is for. Before
the first test "world verify --forget" drops what was judged so far.`,
		Example: `  graphemu world reset
  graphemu world reset --name "creates a profile"
  graphemu world reset --fixture contoso
  graphemu world reset --world north`,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&name, "name", "", "what the `chapter` is called that begins, as in the verdict and in JUnit")
	fl.StringVar(&fixture, "fixture", "",
		"start from this `fixture`, a built-in name or a file, until the next reset (default the scenario's)")
	fl.Uint64Var(&seed, "seed", 0, "draw ids and chance from this `number`, until the next reset (default the server's)")
	c.RunE = func(c *cobra.Command, _ []string) error {
		body := map[string]any{}
		if fl.Changed("seed") {
			body["seed"] = seed
		}
		if fl.Changed("name") {
			body["name"] = name
		}
		if fl.Changed("fixture") {
			given, err := client.fixture(fixture)
			if err != nil {
				return err
			}
			body["fixture"] = given
		}
		var w worldView
		if err := client.call(c.Context(), http.MethodPost, client.of("reset"), body, &w); err != nil {
			return err
		}
		_, err := fmt.Fprintf(client.env.out, "world %s was reset: %s\n", w.Name, w)
		return err
	}
	return c
}

// fixture returns what a reset is told of a fixture: a name, or what is in a
// file. The server reads no path that a call of its control API names.
func (c *controlClient) fixture(ref string) (any, error) {
	if !strings.ContainsAny(ref, `/\.`) {
		return ref, nil
	}
	file, err := c.input(ref)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	b, err := io.ReadAll(io.LimitReader(file, maxAnswer))
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", ref, plain(err))
	}
	if !json.Valid(b) {
		return nil, fmt.Errorf("%s is no fixture: it is not JSON", ref)
	}
	return json.RawMessage(b), nil
}

func newWorldDrop(client *controlClient) *cobra.Command {
	return &cobra.Command{
		Use: "drop", Short: "End the world", Args: cobra.NoArgs,
		Long: `drop ends the world. The next request to it makes it anew. What was called in it
is judged then, and stays in the verdict. The default world cannot be dropped; reset
does what there is to do.`,
		Example: "  graphemu world drop --world north",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := client.call(c.Context(), http.MethodDelete, client.of(), nil, nil); err != nil {
				return err
			}
			_, err := fmt.Fprintf(client.env.out, "world %s was dropped\n", client.world)
			return err
		},
	}
}

func newWorldRevoke(client *controlClient) *cobra.Command {
	return &cobra.Command{
		Use: "revoke", Short: "Take back the world's tokens", Args: cobra.NoArgs,
		Long: `revoke takes back every token that the world has issued so far: Graph answers them
with a claims challenge (continuous access evaluation), until the client comes with
a new one. Refresh tokens stay good.`,
		Example: "  graphemu world revoke",
		RunE: func(c *cobra.Command, _ []string) error {
			var a struct {
				World       string
				Revocations int
			}
			if err := client.call(c.Context(), http.MethodPost, client.of("revoke"), nil, &a); err != nil {
				return err
			}
			_, err := fmt.Fprintf(client.env.out, "the tokens of world %s were revoked\n", a.World)
			return err
		},
	}
}

func newWorldVerify(client *controlClient) *cobra.Command {
	var strict, asJSON, forget bool
	var junit string
	c := &cobra.Command{
		Use: "verify", Short: "Judge what the clients did", Args: cobra.NoArgs,
		Long: `verify judges what the clients did by the expectations of the scenario, and exits
with 1 where they did not do as expected or no rule of the scenario struck a call,
and with 2 where nobody can tell: no server answers, or a flag is wrong. Without
--world it is over all worlds, as exec does it.

A reset, a restored state, another scenario and the drop of a world each close a
chapter, which is judged by itself, when it is closed. Where one failed, the verdict
is "not verified", whatever came later. On a server that runs for long --forget
lets the next verdict begin anew: it empties the journals, too.`,
		Example: `  graphemu world verify
  graphemu world verify --strict --junit verdict.xml
  graphemu world verify --world north --json
  graphemu world verify --forget`,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.BoolVar(&strict, "strict", false, "warnings are failures")
	fl.BoolVar(&asJSON, "json", false, "print the verdict as JSON")
	fl.StringVar(&junit, "junit", "", "`file` that the verdict is written to, as JUnit XML")
	fl.BoolVar(&forget, "forget", false, "after that forget what was judged, so that the next verdict begins anew")
	c.RunE = func(c *cobra.Command, _ []string) error {
		path := "verify"
		if client.chosen {
			path = client.of("verify")
		}
		if junit != "" {
			if err := outputJUnit.check(junit); err != nil {
				return fmt.Errorf("--junit %s: %w", junit, err)
			}
		}
		v, err := client.verdict(c.Context(), path, strict)
		if err == nil && forget {
			err = client.call(c.Context(), http.MethodDelete, path, nil, nil)
		}
		if err != nil {
			return err
		}
		return tell(v, asJSON, junit, client.env.paint(client.env.out))
	}
	return c
}
