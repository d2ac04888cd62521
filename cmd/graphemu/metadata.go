package main

import (
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/graphemu/graphemu/emulator"
)

func newMetadata(env environment) *cobra.Command {
	c := &cobra.Command{
		Use:   "metadata",
		Short: "Download Graph's metadata, and look into it",
		Long: `metadata is about the documents that describe Graph: its entity sets and types, and
which permission each call asks for. "metadata get" downloads them into a folder for
serve --metadata, which serves all of it; "metadata show" tells what is at a path.`,
		Example: `  graphemu metadata get graph
  graphemu serve --metadata graph
  graphemu metadata show users/{id}/messages --metadata graph`,
		Args: noSuchCommand,
		RunE: func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newMetadataGet(env), newMetadataShow(env))
	return c
}

func newMetadataGet(env environment) *cobra.Command {
	var from emulator.MetadataSource
	c := &cobra.Command{
		Use:   "get DIR",
		Short: "Download Graph's metadata into a folder",
		Long: `get downloads into a folder, which is made where it is not there, what Graph
publishes of itself, without a sign-in: v1.0.csdl and beta.csdl, its metadata;
permissions.json, its table of permissions; SHA256SUMS, their hashes. HTTPS_PROXY is
obeyed. All of it is checked first: it writes everything, or nothing.`,
		Example: `  graphemu metadata get graph
  graphemu metadata get graph --permissions-from ''
  graphemu metadata get graph --from http://localhost:9400 --permissions-from ''`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 || args[0] == "" {
				return errors.New("get takes one folder: graphemu metadata get DIR")
			}
			return nil
		},
	}
	fl := c.Flags()
	fl.SortFlags = false
	fl.StringVar(&from.Graph, "from", emulator.PublishedGraph, "`URL` of Graph, or of a graphemu")
	fl.StringVar(&from.Permissions, "permissions-from", emulator.PublishedPermissions, "`URL` of the table of permissions; empty: left out")
	c.RunE = func(c *cobra.Command, args []string) error {
		if from.Graph == "" {
			return errors.New("--from is empty: want a URL like " + emulator.PublishedGraph)
		}
		begun := env.begin("downloading")
		list, err := emulator.GetMetadata(c.Context(), args[0], from)
		begun()
		if err != nil {
			return failure{err}
		}
		w := tabwriter.NewWriter(env.out, 0, 0, 2, ' ', 0)
		for _, f := range list {
			fmt.Fprintf(w, "%s\t%d bytes\t%s\n", f.Name, f.Size, f.What)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		_, err = fmt.Fprintf(env.out, "written to %s: graphemu serve --metadata %s\n", args[0], args[0])
		return err
	}
	return c
}

// metadataFlag adds --metadata to a command that starts no server.
func metadataFlag(c *cobra.Command, list *[]string) {
	c.Flags().StringArrayVar(list, "metadata", nil, "a `folder` of metadata get, or a CSDL file, VERSION=FILE for another version than v1.0 "+
		"(repeatable; default the emulated ones alone)")
	if err := c.RegisterFlagCompletionFunc("metadata", orFile(versions)); err != nil {
		panic(err) // the name is a constant
	}
	configFlag(c)
}

func newMetadataShow(env environment) *cobra.Command {
	var o emulator.MetadataOptions
	c := &cobra.Command{
		Use:   "show PATH",
		Short: "Tell what is at a path of Graph",
		Long: `show tells what is at a path: its type with properties, navigations, actions and
functions; what each method does there, by the name that scenarios know it by; how
much of it there is (emulated, generic or unsupported); and the permissions that it
asks for, the least privileged first. Keys are any text, as {id}. A path that begins
with v1.0 or beta is of that version.`,
		Example: `  graphemu metadata show users/{id}
  graphemu metadata show beta/education/synchronizationProfiles
  graphemu metadata show me/messages --metadata graph`,
		Args: one("show takes a path of Graph: graphemu metadata show users/{id}"),
	}
	fl := c.Flags()
	fl.SortFlags = false
	metadataFlag(c, &o.Metadata)
	fl.StringVar(&o.Permissions, "permissions", "", "`file` with the table of permissions (default permissions.json of the folder)")
	fl.BoolVar(&o.Beta, "beta", false, "a path without a version is one of beta")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if _, err := settle(fl, env); err != nil {
			return err
		}
		begun := env.begin("reading the metadata")
		text, err := emulator.ShowMetadata(args[0], o)
		begun()
		if err != nil {
			return err
		}
		_, err = fmt.Fprint(env.out, text)
		return err
	}
	return c
}
