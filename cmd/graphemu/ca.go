package main

import (
	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newCA(env environment) *cobra.Command {
	var dir string
	var hosts []string
	c := &cobra.Command{
		Use:   "ca",
		Short: "Print the certificate of the local CA",
		Long: `ca prints, as PEM, the certificate that clients must trust to use HTTPS. It is
the one in the data folder; where there is none yet, it is made. The CA can
vouch for localhost, loopback addresses, host.docker.internal and the --host
names, and for nothing else.`,
		Example: `  graphemu ca >ca.pem
  graphemu ca --host school.test`,
		Args: cobra.NoArgs,
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringArrayVar(&hosts, "host", nil, "a further `name` or IP address that a CA made now covers (repeatable)")
	dataDir(c, &dir, env)
	c.RunE = func(c *cobra.Command, _ []string) error {
		if err := fromEnvironment(fl, env); err != nil {
			return err
		}
		pem, err := emulator.StoredCA(dir, hosts)
		if err != nil {
			return trim(err)
		}
		_, err = env.out.Write(pem)
		return err
	}
	return c
}
