package main

import "github.com/spf13/cobra"

func newWorldPermissions(client *controlClient) *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "permissions", Short: "Tell the smallest set of permissions that would do", Args: cobra.NoArgs,
		Long: `permissions tells what the calls since the last reset needed of permissions: each
operation, how often it was called, what would be enough for it, the least privileged
first; what the tokens had; and the smallest set that would do for all of it. Delegated
and application permissions are told apart; a call whose token had none that could be
read counts for both.

What emulated operations need, graphemu knows, in the order that Graph publishes; of all
others the published table tells, which serve --permissions names, or the folder of
--metadata has. A permission that does for several calls is in the set once.`,
		Example: `  graphemu world permissions
  graphemu world permissions --json`,
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print it as JSON")
	c.RunE = func(c *cobra.Command, _ []string) error {
		format := "?format=text"
		if asJSON {
			format = ""
		}
		return client.copy(c.Context(), client.of("permissions")+format, accept(asJSON), client.env.out)
	}
	return c
}
