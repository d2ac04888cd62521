package main

import (
	"bytes"
	"testing"

	"github.com/spf13/cobra"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
)

// options returns what a server is started with under these flags and variables.
func options(t *testing.T, variables map[string]string, args ...string) emulator.Options {
	t.Helper()
	var f serverFlags
	env := environment{out: &bytes.Buffer{}, errOut: &bytes.Buffer{},
		lookup: func(n string) (string, bool) { v, ok := variables[n]; return v, ok }}
	c := &cobra.Command{}
	f.register(c, env, "localhost:9400", "localhost:9443")
	dataDir(c, &f.options.DataDir, env)
	require.NoError(t, c.ParseFlags(args))
	require.NoError(t, fromEnvironment(c.Flags(), env))
	o, err := f.resolve(env)
	require.NoError(t, err)
	assert.NotNil(t, o.Log)
	o.Log = nil
	return o
}

func TestDefaults(t *testing.T) {
	assert.Equal(t, emulator.Options{
		HTTP: "localhost:9400", HTTPS: "localhost:9443", Auth: "lenient", Variants: map[string]string{},
		Control: "loopback", Verify: "warn", DataDir: "/config/graphemu",
		Limits: emulator.Limits{Worlds: 1000, Profiles: 100_000, Objects: 1_000_000, Body: 4 << 20, Upload: 64 << 20, Uploads: 256 << 20,
			Memory:         2 << 30,
			Batch:          64 << 20,
			JournalEntries: 10_000, JournalBytes: 16 << 20},
	}, options(t, map[string]string{"XDG_CONFIG_HOME": "/config"}))
}

// Each flag, and each variable, arrives where it belongs.
func TestEveryFlagIsAVariableToo(t *testing.T) {
	want := emulator.Options{
		HTTP: "127.0.0.1:1", HTTPS: "", Hosts: []string{"a.test", "10.0.0.7"}, PublicURL: "https://g.test", Auth: "off", Clock: "x60",
		Variants: map[string]string{"createStatus": "201", "typeHash": "without"}, Seed: 7, Fixture: "one", Proxy: "127.0.0.1:2",
		ProxyAllow: []string{"c.test", "d.test:8443"}, Control: "any", ControlOrigins: []string{"http://localhost:5173", "https://app.test"},
		DataDir: "/d", Metadata: []string{"graph", "beta=b.csdl"},
		Scenarios: []string{"throttled", "b.yaml"}, State: "s.json", Verify: "strict",
		Limits: emulator.Limits{Worlds: 2, Profiles: 3, Objects: 4, Body: 5 << 20, Upload: 8 << 20, Uploads: 9 << 20, Memory: 10 << 20,
			Batch:          11 << 20,
			JournalEntries: 6, JournalBytes: 7 << 10},
	}
	assert.Equal(t, want,
		options(t, nil, "--http", "127.0.0.1:1", "--https", "", "--proxy", "127.0.0.1:2", "--proxy-allow", "c.test", "--proxy-allow",
			"d.test:8443", "--host", "a.test", "--host", "10.0.0.7", "--public-url", "https://g.test",
			"--auth", "off", "--clock", "x60", "--variant", "createStatus=201", "--variant", "typeHash=without", "--seed", "7", "--fixture", "one",
			"--control", "any", "--control-origin", "http://localhost:5173", "--control-origin", "https://app.test", "--data-dir", "/d",
			"--max-worlds", "2", "--max-profiles", "3", "--max-objects", "4", "--metadata", "graph", "--metadata", "beta=b.csdl", "--max-body",
			"5MiB", "--max-upload", "8MiB", "--max-uploads", "9MiB",
			"--max-memory", "10MiB", "--max-batch", "11MiB", "--log", "json", "--log-level", "error",
			"--scenario", "throttled", "--scenario", "b.yaml", "--state", "s.json", "--verify", "strict", "--max-journal", "6",
			"--max-journal-bytes", "7KiB"))
	variables := map[string]string{
		"GRAPHEMU_HTTP": "127.0.0.1:1", "GRAPHEMU_HTTPS": "", "GRAPHEMU_PROXY": "127.0.0.1:2", "GRAPHEMU_PROXY_ALLOW": "c.test,d.test:8443",
		"GRAPHEMU_HOST": "a.test,10.0.0.7", "GRAPHEMU_PUBLIC_URL": "https://g.test",
		"GRAPHEMU_AUTH": "off", "GRAPHEMU_CLOCK": "x60", "GRAPHEMU_VARIANT": "createStatus=201,typeHash=without", "GRAPHEMU_SEED": "7",
		"GRAPHEMU_FIXTURE": "one", "GRAPHEMU_CONTROL": "any", "GRAPHEMU_CONTROL_ORIGIN": "http://localhost:5173,https://app.test",
		"GRAPHEMU_DATA_DIR": "/d", "GRAPHEMU_MAX_WORLDS": "2", "GRAPHEMU_MAX_PROFILES": "3",
		"GRAPHEMU_MAX_OBJECTS": "4", "GRAPHEMU_METADATA": "graph,beta=b.csdl",
		"GRAPHEMU_MAX_BODY": "5MiB", "GRAPHEMU_MAX_UPLOAD": "8MiB", "GRAPHEMU_MAX_UPLOADS": "9MiB", "GRAPHEMU_MAX_MEMORY": "10MiB",
		"GRAPHEMU_MAX_BATCH": "11MiB", "GRAPHEMU_LOG": "json", "GRAPHEMU_LOG_LEVEL": "error",
		"GRAPHEMU_SCENARIO": "throttled, b.yaml", "GRAPHEMU_STATE": "s.json", "GRAPHEMU_VERIFY": "strict",
		"GRAPHEMU_MAX_JOURNAL": "6", "GRAPHEMU_MAX_JOURNAL_BYTES": "7KiB",
	}
	assert.Equal(t, want, options(t, variables))
	want.Seed, want.Hosts = 8, []string{"b.test"}
	assert.Equal(t, want, options(t, variables, "--seed", "8", "--host", "b.test"), "a flag goes before its variable")
}
