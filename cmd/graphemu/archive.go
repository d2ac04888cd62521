//go:build archive

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra/doc"

	"github.com/graphemu/graphemu/emulator"
)

// A binary built with the tag "archive" does nothing but write what a release's archives have
// beside graphemu, man pages and completions: go run -tags archive ./cmd/graphemu DIR. It
// has a build of its own since what writes man pages (cobra's doc package and its Markdown
// parser) is 270 KB, which nobody who runs graphemu needs. The date in the pages is that of
// SOURCE_DATE_EPOCH.
func init() {
	if len(os.Args) != 2 || strings.HasPrefix(os.Args[1], "-") {
		fmt.Fprintln(os.Stderr, "this build of graphemu writes man pages and completions: name a folder")
		os.Exit(exitUsage)
	}
	if err := writeExtras(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "graphemu:", err)
		os.Exit(exitFailure)
	}
	os.Exit(0)
}

func writeExtras(dir string) error {
	root := newRoot(environment{lookup: os.LookupEnv, in: os.Stdin, out: os.Stdout, errOut: os.Stderr})
	root.DisableAutoGenTag = true // it would tell the day of the build
	pages, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
	for _, folder := range []string{pages, completions} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	header := doc.GenManHeader{Title: "GRAPHEMU", Section: "1", Source: "graphemu " + emulator.Version(), Manual: "graphemu"}
	if err := doc.GenManTree(root, &header, pages); err != nil {
		return err
	}
	const described = true
	for name, write := range map[string]func(file string) error{
		"graphemu.bash": func(file string) error { return root.GenBashCompletionFileV2(file, described) },
		"_graphemu":     root.GenZshCompletionFile, // the name that zsh looks for
		"graphemu.fish": func(file string) error { return root.GenFishCompletionFile(file, described) },
		"graphemu.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := write(filepath.Join(completions, name)); err != nil {
			return err
		}
	}
	return nil
}
