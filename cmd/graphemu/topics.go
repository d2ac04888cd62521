package main

import (
	"embed"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// topicTexts are the topics of "graphemu help TOPIC". Each is the short form of a
// README, which a test writes from the parts that are marked there.
//
//go:embed topics/*.txt
var topicTexts embed.FS

// topic is something that is explained beside the commands.
type topic struct{ name, short string }

// topics are told in the order in which people meet them.
var topics = []topic{
	{"clients", "how a client finds graphemu and trusts it"},
	{"sign-in", "tokens, grants, users, and how strictly they are looked at"},
	{"proxy", "for clients whose hosts are fixed in their code"},
	{"worlds", "what is kept apart, and the commands that look and steer"},
	{"fixtures", "profiles, users and files to begin with"},
	{"scenarios", "futures and failures, and what a client must have done"},
	{"faults", "which calls are struck, and what is done to them"},
	{"time", "the clock of a world, and how it is moved"},
}

func topicNames() []string {
	var list []string
	for _, t := range topics {
		list = append(list, t.name)
	}
	return list
}

func writeTopic(w io.Writer, name string) error {
	text, err := topicTexts.ReadFile(path.Join("topics", name+".txt"))
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// topicList is what the help of graphemu itself says of them.
func topicList() string {
	var b strings.Builder
	b.WriteString("Topics, each explained by \"graphemu help TOPIC\":\n")
	for _, t := range topics {
		fmt.Fprintf(&b, "  %-11s %s\n", t.name, t.short)
	}
	return b.String()
}

// newHelp is cobra's help command that knows topics, too. A command goes before a
// topic of its name; a test holds that there is none.
func newHelp(root *cobra.Command, env environment) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND|TOPIC]",
		Short: "Explain a command or a topic",
		Long: `help explains a command, as --help does, or a topic. Without either it lists what
there is.`,
		Example: `  graphemu help exec
  graphemu help scenarios`,
		ValidArgsFunction: func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			var list []cobra.Completion
			for _, c := range within(root, args).Commands() {
				if c.IsAvailableCommand() && strings.HasPrefix(c.Name(), typed) {
					list = append(list, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			for _, t := range topics {
				if len(args) == 0 && strings.HasPrefix(t.name, typed) {
					list = append(list, cobra.CompletionWithDesc(t.name, t.short))
				}
			}
			return list, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 1 && slices.Contains(topicNames(), args[0]) {
				return writeTopic(env.out, args[0])
			}
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownTopic(c, strings.Join(args, " "))
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}

// within returns the command that the arguments lead to.
func within(c *cobra.Command, args []string) *cobra.Command {
	if found, _, err := c.Find(args); err == nil {
		return found
	}
	return c
}

// unknownTopic says what there is where help was asked of something else. c is where
// commands that are there have led.
func unknownTopic(c *cobra.Command, asked string) error {
	names := topicNames()
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	near := ""
	if name := nearest(asked, names); name != "" {
		near = fmt.Sprintf(" (did you mean %q?)", name)
	}
	return fmt.Errorf("there is no command and no topic %q%s; topics are %s, and graphemu --help lists the commands",
		asked, near, strings.Join(topicNames(), ", "))
}
