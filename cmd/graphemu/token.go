package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newToken(env environment) *cobra.Command {
	var o emulator.TokenOptions
	var tenant, dir string
	client := &controlClient{env: env}
	c := &cobra.Command{
		Use:   "token",
		Short: "Print an access token",
		Long: `token prints a signed access token. The tenant decides which world it leads to: a
GUID, or a name. Without --scopes and --roles it is a delegated token with
EduAdministration.ReadWrite; without --expires it never expires.

Where --url or GRAPHEMU_CONTROL_URL names a running server, that one makes it: on
its world's clock, with the apps and users of its fixture. Else it is signed here,
with the key in the data folder, which a server with the same folder uses.

With --flaw something is wrong with it, to see how a client takes the refusal of
a server with --auth strict:
  form       it is no JWT                     key        signed with an unknown key
  claims     its claims cannot be read        signature  the signature is not good
  algorithm  it is not signed (alg none)      issuer     issued by somebody else
  audience   it is for another API`,
		Example: `  graphemu token
  graphemu token --tenant north --roles EduAdministration.ReadWrite.All
  graphemu token --scopes EduAdministration.Read --user ora.klein@contoso.edu
  graphemu token --expires -1h
  graphemu token --flaw signature`,
		Args: cobra.NoArgs,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&tenant, "tenant", emulator.DefaultWorld, "`tenant` or name of the world")
	fl.StringSliceVar(&o.Scopes, "scopes", nil,
		"delegated `permissions`, separated by commas (default EduAdministration.ReadWrite, unless --roles are named)")
	fl.StringSliceVar(&o.Roles, "roles", nil, "application `permissions`, separated by commas")
	fl.StringVar(&o.App, "app", "", "client `id` of the app (default the fixture's)")
	fl.StringVar(&o.User, "user", "", "sign-in `name` of a delegated token's user (default none is named)")
	fl.StringVar(&o.Audience, "audience", "",
		"`what` it is for, as 00000003-0000-0000-c000-000000000000 (default https://graph.microsoft.com)")
	fl.DurationVar(&o.Expires, "expires", 0, "how long it is good for, as `1h`; below zero, it has expired (default for ever)")
	fl.DurationVar(&o.After, "after", 0, "when it begins to be good, from now, as `1h` (default now)")
	fl.StringVar(&o.Flaw, "flaw", "", "`what` is wrong with it: "+strings.Join(emulator.TokenFlaws(), ", ")+" (default nothing)")
	fl.StringVar(&client.url, "url", "",
		"`URL` of the control API of a running server (default GRAPHEMU_CONTROL_URL, else none: it is signed here)")
	configFlag(c)
	dataDir(c, &dir, env)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if _, err := settle(fl, env); err != nil {
			return err
		}
		switch {
		case len(o.Scopes) > 0 && len(o.Roles) > 0:
			return errors.New("a token has --scopes (delegated) or --roles (application), not both")
		case o.Expires > 100*365*24*time.Hour || o.Expires < -10*365*24*time.Hour:
			return fmt.Errorf("--expires %v: want a duration of less than 100 years, or of less than 10 before now", o.Expires)
		case o.After < 0 || o.After > 100*365*24*time.Hour:
			return fmt.Errorf("--after %v: want a positive duration of less than 100 years", o.After)
		}
		trimAll(o.Scopes)
		trimAll(o.Roles)
		make := func() (string, error) { return localToken(dir, tenant, o) }
		if control, _ := env.lookup("GRAPHEMU_CONTROL_URL"); client.url != "" || control != "" {
			make = func() (string, error) { return client.token(c.Context(), tenant, o) }
		}
		token, err := make()
		if err != nil {
			return err
		}
		fmt.Fprintln(env.out, token)
		return nil
	}
	return c
}

// localToken signs a token with the key of a data folder.
func localToken(dir, tenant string, o emulator.TokenOptions) (string, error) {
	s, err := emulator.New(emulator.Options{DataDir: dir})
	if err != nil {
		return "", trim(err)
	}
	defer s.Close()
	w, err := s.World(tenant)
	if err != nil {
		return "", err
	}
	token, err := w.Token(o)
	if err != nil {
		return "", trim(err)
	}
	return token, nil
}

// token asks a running server for a token of a world.
func (c *controlClient) token(ctx context.Context, world string, o emulator.TokenOptions) (string, error) {
	c.world = world
	if err := c.open(); err != nil {
		return "", err
	}
	body := map[string]any{}
	for name, value := range map[string]string{"app": o.App, "user": o.User, "audience": o.Audience, "flaw": o.Flaw} {
		if value != "" {
			body[name] = value
		}
	}
	for name, list := range map[string][]string{"scopes": o.Scopes, "roles": o.Roles} {
		if len(list) > 0 {
			body[name] = list
		}
	}
	for name, d := range map[string]time.Duration{"expires": o.Expires, "after": o.After} {
		if d != 0 {
			body[name] = d.String()
		}
	}
	var a struct{ Token string }
	err := c.call(ctx, http.MethodPost, c.of("token"), body, &a)
	return a.Token, err
}

func trimAll(list []string) {
	for i := range list {
		list[i] = strings.TrimSpace(list[i])
	}
}
