package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write what the scripts' comparisons saw into testdata")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"graphemu": main, "call": call, "prompt": prompt})
}

// The commands that end by themselves, as a person types them. serve, which
// does not, is in serve_test.go; a running server is what exec gives its command.
func TestScripts(t *testing.T) {
	scripts, err := filepath.Glob("testdata/*.txtar")
	require.NoError(t, err)
	require.Greater(t, len(scripts), 30)
	if raced {
		kept := scripts[:0]
		for i := 0; i < len(scripts); i += 3 {
			kept = append(kept, scripts[i])
		}
		scripts = kept
	}
	testscript.Run(t, testscript.Params{
		Files: scripts, UpdateScripts: *update, RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("XDG_CONFIG_HOME", e.WorkDir+"/config")
			e.Setenv("HOME", e.WorkDir+"/home")
			// A program under the race detector sleeps a second when it ends.
			e.Setenv("GORACE", "atexit_sleep_ms=0")
			return nil
		},
	})
}

// call is a client of the API, as small as can be: call [--https | --at URL] METHOD
// PATH [BODY]. It finds the API and a token as exec tells its command, trusts what
// the system's variables say, and prints status and body.
func call() {
	args, base := os.Args[1:], os.Getenv("GRAPHEMU_HTTP_URL")
	if len(args) > 0 && args[0] == "--https" {
		args, base = args[1:], os.Getenv("GRAPHEMU_URL")
	}
	if len(args) > 1 && args[0] == "--at" {
		base, args = args[1], args[2:]
	}
	body := ""
	if len(args) > 2 {
		body = args[2]
	}
	r, err := http.NewRequest(args[0], base+args[1], strings.NewReader(body))
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	r.Header.Set("Authorization", "Bearer "+os.Getenv("GRAPHEMU_TOKEN"))
	r.Header.Set("Content-Type", "application/json")
	a, err := http.DefaultClient.Do(r)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer a.Body.Close()
	fmt.Println(a.StatusCode)
	io.Copy(os.Stdout, a.Body)
	fmt.Println()
}

// prompt asks on the terminal and prints what was typed.
func prompt() {
	line, err := bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Printf("typed %q %v\n", line, err)
}
