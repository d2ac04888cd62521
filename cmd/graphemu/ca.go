package main

import (
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newCA(env environment) *cobra.Command {
	var dir string
	var hosts []string
	var trust bool
	c := &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the local CA",
		Long: `ca prints, as PEM, the root certificate that clients must trust to use HTTPS. It
is the one in the data folder; where there is none yet, or it is no longer fit, it
is made. Its key is thrown away once it has signed an intermediate that can vouch
for localhost, loopback addresses, host.docker.internal and the --host names, and
for nothing else. Both end after ten years; for other names, and in the last 30
days, a new root takes their place, which clients have to trust anew.

With --trust it prints instead the commands that make this system trust the
certificate: the system's store, then each runtime and browser that was found.
It runs none of them. They are for the system's shell, PowerShell on Windows;
what is said around them stands in comments, and with each is how to undo it.`,
		Example: `  graphemu ca >ca.pem
  graphemu ca --trust
  graphemu ca --host school.test`,
		Args: cobra.NoArgs,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&hosts, "host", nil, "a further `name` or IP address that a CA made now covers (repeatable)")
	configFlag(c)
	fl.Lookup("config").Usage = "`file` that sets flags by their names; only one that is named: " +
		"what this prints is to be trusted (default none)"
	dataDir(c, &dir, env)
	fl.BoolVar(&trust, "trust", false, "print the commands that make this system and its runtimes trust the CA")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := settleNamed(fl, env); err != nil {
			return err
		}
		ca, err := emulator.StoredCA(dir, hosts)
		if err != nil {
			return trim(err)
		}
		for _, note := range ca.Notes {
			fmt.Fprintln(env.errOut, "graphemu:", note)
		}
		if !trust {
			_, err = env.out.Write(ca.PEM)
			return err
		}
		if strings.ContainsFunc(ca.File, unicode.IsControl) {
			return fmt.Errorf("--trust: the path %q has a line break or the like, which would end a comment among the commands", ca.File)
		}
		a, err := authorityIn(ca.File, ca.PEM)
		if err != nil {
			return err
		}
		a.made = ca.Made
		_, err = io.WriteString(env.out, trustText(survey(env), a))
		return err
	}
	return c
}
