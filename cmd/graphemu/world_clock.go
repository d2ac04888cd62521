package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
)

// instant is how an instant is shown: to the millisecond, where it has any.
const instant = "2006-01-02T15:04:05.999Z07:00"

type clockView struct {
	Now    time.Time
	Mode   string
	Factor float64
}

// String tells the time and how it passes.
func (c clockView) String() string {
	how := c.Mode
	if c.Mode == "scaled" {
		how = "x" + strconv.FormatFloat(c.Factor, 'g', -1, 64)
	}
	return c.Now.Format(instant) + " " + how
}

// movedClock is what the control API answers to who moved a clock.
type movedClock struct {
	clockView
	Happened []event
	More     int
}

type event struct {
	At          time.Time
	Profile     string
	DisplayName string
	From, To    standing
	Lifecycle   string
	Errors      int

	Subject       string // path of an object that is no profile
	Before, After map[string]json.RawMessage
	Problem       string
}

type standing struct{ State, Status string }

// change tells what of the standing has changed, or of the properties.
func (e event) change() string {
	var parts []string
	if e.Problem != "" {
		return "not made: " + e.Problem
	}
	for _, name := range slices.Sorted(maps.Keys(e.After)) {
		parts = append(parts, name+": "+compact(e.Before[name])+" -> "+compact(e.After[name]))
	}
	if e.From.State != e.To.State {
		parts = append(parts, e.From.State+" -> "+e.To.State)
	}
	if e.From.Status != e.To.Status && e.To.Status != "" {
		parts = append(parts, cmp.Or(e.From.Status, "none")+" -> "+e.To.Status)
	}
	return strings.Join(parts, ", ")
}

// compact is JSON on one line.
func compact(v json.RawMessage) string {
	var b bytes.Buffer
	if json.Compact(&b, v) != nil {
		return string(v)
	}
	return b.String()
}

// write prints the time and what came due.
func (m movedClock) write(out io.Writer) error {
	fmt.Fprintln(out, m.clockView)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, e := range m.Happened {
		var notes []string
		if e.Errors > 0 {
			notes = append(notes, fmt.Sprintf("%d errors", e.Errors))
		}
		if e.Lifecycle != "" {
			notes = append(notes, "lifecycle "+e.Lifecycle)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%s\n", e.At.Format(instant), e.DisplayName, cmp.Or(e.Profile, e.Subject),
			e.change(), strings.Join(notes, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	switch {
	case m.More > 0:
		fmt.Fprintf(out, "  … and %d more steps\n", m.More)
	case len(m.Happened) == 0:
		fmt.Fprintln(out, "  nothing was due")
	}
	return nil
}

func newWorldClock(client *controlClient) *cobra.Command {
	c := &cobra.Command{
		Use: "clock", Short: "Tell the world's time, or move it", Args: noSuchCommand,
		Long: `clock tells the world's time and how it passes. Moving it prints what came due by
that: the steps in the lives of the profiles and other objects, in order.`,
		Example: `  graphemu world clock
  graphemu world clock freeze
  graphemu world clock advance 10m
  graphemu world clock advance idle
  graphemu world clock set 2026-01-05T06:00:00Z
  graphemu world clock scale 60`,
		RunE: func(c *cobra.Command, _ []string) error {
			var v clockView
			if err := client.call(c.Context(), http.MethodGet, client.of("clock"), nil, &v); err != nil {
				return err
			}
			_, err := fmt.Fprintln(client.env.out, v)
			return err
		},
	}
	move := func(c *cobra.Command, body map[string]any) error {
		var m movedClock
		if err := client.call(c.Context(), http.MethodPost, client.of("clock"), body, &m); err != nil {
			return err
		}
		return m.write(client.env.out)
	}
	c.AddCommand(
		&cobra.Command{
			Use: "advance DURATION|idle", Short: "Let time pass", Args: one("advance takes a duration like 90s or 2h30m, or idle"),
			Long:    "advance moves the clock on: by a duration, or until nothing is due any more.",
			Example: "  graphemu world clock advance 90s\n  graphemu world clock advance idle",
			RunE:    func(c *cobra.Command, args []string) error { return move(c, map[string]any{"advance": args[0]}) },
		},
		&cobra.Command{
			Use: "freeze", Short: "Let time stand still", Args: cobra.NoArgs,
			Long:    "freeze stops the clock. It stands still until it is advanced, set or scaled.",
			Example: "  graphemu world clock freeze",
			RunE:    func(c *cobra.Command, _ []string) error { return move(c, map[string]any{"freeze": true}) },
		},
		&cobra.Command{
			Use: "set INSTANT", Short: "Set the time", Args: one("set takes an instant like 2026-01-05T06:00:00Z"),
			Long:    "set moves the clock to an instant, written as 2026-01-05T06:00:00Z.",
			Example: "  graphemu world clock set 2026-01-05T06:00:00Z",
			RunE:    func(c *cobra.Command, args []string) error { return move(c, map[string]any{"set": args[0]}) },
		},
		&cobra.Command{
			Use: "scale FACTOR", Short: "Let time pass faster or slower", Args: one("scale takes a number like 60"),
			Long:    "scale lets so many of the world's seconds pass in a real one. 1 is real time.",
			Example: "  graphemu world clock scale 60",
			RunE: func(c *cobra.Command, args []string) error {
				n, err := strconv.ParseFloat(strings.TrimPrefix(args[0], "x"), 64)
				if err != nil || n != n || n > 1e300 {
					return fmt.Errorf("%q is no factor: want a number above 0, like 60", args[0])
				}
				return move(c, map[string]any{"scale": n})
			},
		},
	)
	return c
}

// one wants exactly one argument, and says so in the given words.
func one(words string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("%s", words)
		}
		return nil
	}
}
