package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"github.com/spf13/cobra"
)

func newWorldJournal(client *controlClient) *cobra.Command {
	var asJSON, follow bool
	var archive string
	var limit int
	filters := map[string]*string{}
	c := &cobra.Command{
		Use: "journal", Short: "List the requests that came", Args: noSuchCommand,
		Long: `journal lists the requests that came, oldest first: which operation each was, what
was answered, and what the scenario did to it. "journal show ID" explains one of
them; its ID is also in the answer's header x-graphemu-explain.

With --follow it goes on with each that comes, until it is interrupted, the server stops
or the world is dropped; --limit 10 begins with the last ten. Where more came than
the journal keeps before it was read, a line says how many are missing.

--har FILE writes them as an HTTP archive (HAR 1.2), which the developer tools of
browsers open. It has what the journal has: no secrets, long bodies cut, and few
headers; the parts of a batch stand in its entry's comment.`,
		Example: `  graphemu world journal
  graphemu world journal --operation profiles.start --status 4xx
  graphemu world journal --contains detail.fault.rule=throttle-start
  graphemu world journal --contains advice
  graphemu world journal --limit 20 --json
  graphemu world journal --follow --limit 10
  graphemu world journal --har traffic.har
  graphemu world journal show 17`,
	}
	fl := c.Flags()
	fl.SortFlags = false
	for _, f := range [][2]string{
		{"operation", "only this `operation`, as profiles.start, or a group, as profiles.*"},
		{"status", "only answers with this `status`, as 409 or 4xx; 0 is none"},
		{"since", "only what came after this `entry` (its id) or instant"},
		{"contains", "only entries in which this gjson `path` is there, or PATH=VALUE"},
	} {
		filters[f[0]] = fl.String(f[0], "", f[1])
	}
	fl.IntVar(&limit, "limit", 0, "only the newest of them, at most this `number` (default all)")
	fl.BoolVar(&asJSON, "json", false, "print the entries as JSON")
	fl.BoolVarP(&follow, "follow", "f", false, "go on with those that come; with --json a line each")
	fl.StringVar(&archive, "har", "", "write the entries to this `file`, as an HTTP archive")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if archive != "" {
			if follow || asJSON {
				return errors.New("--har writes a file that has an end: without --follow and --json")
			}
			if err := outputHAR.check(archive); err != nil {
				return fmt.Errorf("--har %s: %w", archive, err)
			}
		}
		q := url.Values{}
		for name, value := range filters {
			if fl.Changed(name) {
				q.Set(name, *value)
			}
		}
		if fl.Changed("limit") {
			q.Set("limit", strconv.Itoa(limit))
		}
		if follow {
			q.Set("follow", "true")
		}
		if archive != "" {
			q.Set("format", "har")
		}
		path := client.of("journal")
		if len(q) > 0 {
			path += "?" + q.Encode()
		}
		if follow {
			return client.follow(c.Context(), path, accept(asJSON))
		}
		if archive != "" {
			return client.save(c.Context(), path, archive, outputHAR)
		}
		return client.copy(c.Context(), path, accept(asJSON), client.env.out)
	}

	show := &cobra.Command{
		Use: "show ID", Short: "Explain one request", Args: one("show takes the id of an entry, as x-graphemu-explain has it"),
		Long: `show explains one request: what came, what matched, what nearly matched and why,
what changed, and what was answered.`,
		Example: "  graphemu world journal show 17",
	}
	showJSON := show.Flags().Bool("json", false, "print the entry as JSON")
	show.RunE = func(c *cobra.Command, args []string) error {
		return client.copy(c.Context(), client.of("journal", args[0]), accept(*showJSON), client.env.out)
	}
	c.AddCommand(show, &cobra.Command{
		Use: "clear", Short: "Forget the requests that came", Args: cobra.NoArgs,
		Long: `clear empties the journal: what was in it is judged no more, unless a reset has
closed its chapter before. The ids of entries go on.`,
		Example: "  graphemu world journal clear",
		RunE: func(c *cobra.Command, _ []string) error {
			if err := client.call(c.Context(), http.MethodDelete, client.of("journal"), nil, nil); err != nil {
				return err
			}
			_, err := fmt.Fprintf(client.env.out, "the journal of world %s was cleared\n", client.world)
			return err
		},
	})
	return c
}

// follow prints what comes until nobody wants more, or no more comes.
func (c *controlClient) follow(ctx context.Context, path, accept string) error {
	a, err := c.do(ctx, http.MethodGet, path, accept, nil)
	if ctx.Err() != nil {
		return nil // interrupted: nothing went wrong
	}
	if err != nil {
		return err
	}
	defer a.Body.Close()
	// A server that is ended by force breaks off in the middle, and is gone all the
	// same; what cannot be written is another matter.
	out := &tracked{to: c.env.out}
	io.Copy(out, a.Body)
	switch {
	case out.err != nil:
		return failure{out.err}
	case ctx.Err() == nil:
		fmt.Fprintf(c.env.errOut, "graphemu: no more comes: the server at %s has stopped, or the world %s was dropped\n", c.base, c.world)
	}
	return nil
}

// tracked remembers whether a writer failed.
type tracked struct {
	to  io.Writer
	err error
}

func (t *tracked) Write(b []byte) (int, error) {
	n, err := t.to.Write(b)
	t.err = err
	return n, err
}

func accept(asJSON bool) string {
	if asJSON {
		return mediaJSON
	}
	return mediaText
}
