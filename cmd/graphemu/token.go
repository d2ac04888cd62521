package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newToken(env environment) *cobra.Command {
	var o emulator.TokenOptions
	var tenant, dir string
	c := &cobra.Command{
		Use:   "token",
		Short: "Print an access token",
		Long: `token prints a signed access token. The tenant decides which world it leads to: a
GUID, or a name. Without --scopes and --roles it is a delegated token with
EduAdministration.ReadWrite; without --expires it never expires. It is signed
with the key in the data folder, which a server with the same folder uses.`,
		Example: `  graphemu token
  graphemu token --tenant north --roles EduAdministration.ReadWrite.All
  graphemu token --expires 1h`,
		Args: cobra.NoArgs,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&tenant, "tenant", emulator.DefaultWorld, "`tenant` or name of the world")
	fl.StringSliceVar(&o.Scopes, "scopes", nil, "delegated `permissions`, separated by commas")
	fl.StringSliceVar(&o.Roles, "roles", nil, "application `permissions`, separated by commas")
	fl.StringVar(&o.App, "app", "", "client `id` of the app (default the fixture's)")
	fl.DurationVar(&o.Expires, "expires", 0, "how long it is good for, as `1h` (default for ever)")
	dataDir(c, &dir, env)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := fromEnvironment(fl, env); err != nil {
			return err
		}
		if len(o.Scopes) > 0 && len(o.Roles) > 0 {
			return fmt.Errorf("a token has --scopes (delegated) or --roles (application), not both")
		}
		if o.Expires < 0 || o.Expires > 100*365*24*time.Hour {
			return fmt.Errorf("--expires %v: want a positive duration of less than 100 years", o.Expires)
		}
		trimAll(o.Scopes)
		trimAll(o.Roles)
		s, err := emulator.New(emulator.Options{DataDir: dir})
		if err != nil {
			return trim(err)
		}
		defer s.Close()
		w, err := s.World(tenant)
		if err != nil {
			return err
		}
		token, err := w.Token(o)
		if err != nil {
			return failure{err}
		}
		fmt.Fprintln(env.out, token)
		return nil
	}
	return c
}

func trimAll(list []string) {
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
}
