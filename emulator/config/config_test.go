package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func settingsOf(t *testing.T, text string) map[string][]string {
	t.Helper()
	f, err := Parse(Name, []byte(text))
	require.NoError(t, err, text)
	all := map[string][]string{}
	for _, s := range f.Settings {
		all[s.Key] = s.Values
	}
	return all
}

func TestParse(t *testing.T) {
	assert.Equal(t, map[string][]string{
		"scenario": {"throttled", "b.yaml"}, "clock": {"x60"}, "watch": {"true"}, "seed": {"7"}, "max-body": {"4194304"}, "max-upload": {"8MiB"},
		"host": {"a.test"}, "https": {""}, "timeout": {"90s"}, "metadata": nil,
	}, settingsOf(t, "# ours\nscenario: [throttled, b.yaml]\nclock: x60\nwatch: true\nseed: 7\nmax-body: 4194304\nmax-upload: 8MiB\n"+
		"host: a.test\nhttps: ''\ntimeout: 90s\nmetadata: []\n"))
	for _, nothing := range []string{"", " \n", "# all is commented out\n", "{}", "---\n"} {
		assert.Empty(t, settingsOf(t, nothing), "%q", nothing)
	}
	assert.Equal(t, map[string][]string{"seed": {"18446744073709551615"}}, settingsOf(t, `seed: "18446744073709551615"`))
}

// What is wrong is told with its place, all at once, and what was meant.
func TestParseRefuses(t *testing.T) {
	long := strings.Repeat("x", 4097)
	for text, want := range map[string]string{
		"clock: x60\nscenaro: a\n":     `graphemu.yaml:2:1: no flag of serve or exec is called "scenaro"; did you mean scenario?`,
		"--clock: x60":                 `graphemu.yaml:1:1: no flag of serve or exec is called "--clock"; write clock`,
		"a/b~c: 1":                     `graphemu.yaml:1:1: no flag of serve or exec is called "a/b~c"`,
		"clock: x60\nwatch: perhaps\n": `graphemu.yaml:2:8: watch: want true or false, as watch: true; got "perhaps"`,
		"seed: -1":                     `graphemu.yaml:1:7: seed: want a whole number from 0 to 18446744073709551615, as seed: 7; got the number -1`,
		"max-worlds: 1.5":              `graphemu.yaml:1:13: max-worlds: want a whole number from 1 to 2147483647, as max-worlds: 1000; got the number 1.5`,
		"max-body: 4XB":                `graphemu.yaml:1:11: max-body: want a size in bytes, or in KiB, MiB or GiB, as max-body: 4MiB; got "4XB"`,
		"timeout: soon":                `graphemu.yaml:1:10: timeout: want a time with a unit, as timeout: 90s; got "soon"`,
		"timeout: 90":                  `want a time with a unit, as timeout: 90s; got the number 90`,
		"scenario: {a: b}":             `graphemu.yaml:1:11: scenario: want a text or a list of texts, as scenario: [throttled, scenarios/nightly.yaml]; got names`,
		"scenario: [1]":                `graphemu.yaml:1:12: scenario[0]: want a text or a list of texts, as`,
		"verify: true":                 `graphemu.yaml:1:9: verify: want off, warn or strict, as verify: warn; got true`,
		"auth: strickt":                `got "strickt"; did you mean strict?`,
		"http:\n":                      `graphemu.yaml:1:7: http: want an address, HOST:PORT, as http: localhost:9400; got nothing`,
		"http: 9400":                   `http: want an address, HOST:PORT, as http: localhost:9400; got the number 9400`,
		"state: [a]":                   `state: want a text, as state: state.json; got a list`,
		"state: " + long:               `state: expected at most 4096 characters, got 4097`,
		"config: other.yaml":           `is called "config"`,
		"- a\n":                        `graphemu.yaml:1:1: want names of flags with their values`,
		"throttled":                    `graphemu.yaml:1:1: want names of flags with their values`,
		"clock: x60\nclock: real":      `graphemu.yaml:2:1: clock: the name "clock" stands twice, first in line 1`,
		"clock: !!str x60":             `graphemu.yaml:1:8: tags are not read`,
		"clock: x60\n---\nclock: real": `several documents`,
		"clock: [":                     `no YAML: `,
		"\xff":                         `no UTF-8`,
		strings.Repeat("#", MaxSize+1): `the most is 262144`,
		"a: &a [x]\n" + "b: *a\n":      `called "b"`,
	} {
		_, err := Parse(Name, []byte(text))
		assert.ErrorContains(t, err, want, "%.60q", text)
	}
	_, err := Parse(Name, []byte("scenaro: a\nwatch: 7\n"))
	assert.Equal(t, 1, strings.Count(err.Error(), "\n"), "both are told: %v", err)
}

// Aliases that double again and again are refused before they are followed.
func TestParseRefusesDoubling(t *testing.T) {
	var b strings.Builder
	b.WriteString("a0: &a0 [x, x]\n")
	for i := range 60 {
		n, m := string(rune('a'+i%26))+strings.Repeat("z", i/26), string(rune('a'+(i+1)%26))+strings.Repeat("z", (i+1)/26)
		if i == 0 {
			n = "a0"
		}
		b.WriteString(m + "q: &" + m + " [*" + n + ", *" + n + "]\n")
	}
	_, err := Parse(Name, []byte(b.String()))
	assert.ErrorContains(t, err, "more than 100000 values")
}

func TestRead(t *testing.T) {
	dir := t.TempDir()
	_, err := Read(filepath.Join(dir, "none.yaml"))
	assert.ErrorContains(t, err, "none.yaml cannot be read: no such file")
	_, err = Read(dir)
	assert.ErrorContains(t, err, "it is a folder, not a file")
}

// What a schema says for machines is not for people: each key tells what it takes, with an
// example, and no pattern.
func TestWrongTypesAreToldInWords(t *testing.T) {
	for _, key := range Keys() {
		for _, wrong := range []string{"{}", "[{}]", "!", "null"} {
			_, err := Parse(Name, []byte(key+": "+wrong))
			if wrong == "!" && err == nil {
				continue // any text will do
			}
			if assert.Error(t, err, "%s: %s", key, wrong) {
				assert.Regexp(t, `^graphemu\.yaml:1:\d+: `+key+`(\[0\])?: want .+, as `+key+`: [^;]+; got `, err.Error())
				assert.NotContains(t, err.Error(), `^`)
			}
		}
	}
}

// Each key of the schema has a rule, so that a new flag is thought about.
func TestEveryKeyHasARule(t *testing.T) {
	for _, key := range Keys() {
		assert.Contains(t, rules, key)
	}
}

func TestWhatAFoundFileMayNotSet(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "in"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "work", "sub"), 0o700))
	require.NoError(t, os.MkdirAll(filepath.Join(dir, "work", "plain"), 0o700))
	work := filepath.Join(dir, "work")
	require.NoError(t, os.Symlink(filepath.Join(dir, "in"), filepath.Join(work, "out")))
	require.NoError(t, os.Symlink(filepath.Join(dir, "gone"), filepath.Join(work, "sub", "dangling")))
	require.NoError(t, os.Symlink(work, filepath.Join(dir, "linked")))
	require.NoError(t, os.Symlink("loop", filepath.Join(work, "loop")))
	t.Chdir(work)
	for text, good := range map[string]bool{
		"control: loopback": false, "control: any": false, "control-origin: http://localhost:5173": false, "proxy-allow: [example.com]": false,
		"watch: true":          false,
		"http: localhost:9400": true, "http: 127.0.0.1:0": true, "https: '[::1]:9443'": true, "https: ''": true, "http: app.localhost:1": false,
		"http: ':9400'": false, "http: 0.0.0.0:9400": false, "http: '[::]:9400'": false, "https: 192.168.1.2:9443": false,
		"proxy: example.com:80":          false,
		"http: localhost.example.com:80": false, "host: app.localhost": true, "host: example.com": false,
		"host: 'example.com,app.localhost'": false, "host: 'example.com app.localhost'": false, "host: [localhost, example.com]": false,
		"public-url: http://localhost:3000": true, "public-url: https://example.com": false, "public-url: http://localhost@example.com": false,
		"public-url: //example.com": false,
		"scenario: throttled":       true, "scenario: sub/a.yaml": true, "scenario: ./a.yaml": true, "scenario: sub/../a.yaml": true,
		"scenario: ../a.yaml": false, "scenario: sub/../../a.yaml": false, "scenario: /etc/passwd": false, "scenario: out/a.yaml": false,
		"scenario: [throttled, ../a.yaml]": false, "fixture: contoso": true, "fixture: out": false, "fixture: plain": true,
		"fixture: sub": false, "data-dir: sub": false, "data-dir: plain": true, // a link in sub leads out
		"state: state.json": true, "state: sub/dangling": false, "state: out/new/deep.json": false, "state: new/deep.json": true, "state: loop": false,
		"state: " + filepath.Join(work, "s.json"): true, "state: " + filepath.Join(dir, "linked", "s.json"): true,
		"state: " + filepath.Join(dir, "s.json"): false,
		"journal: /dev/stdout":                   false, "junit: ../v.xml": false, "har: ../a.har": false, "ready-file: /tmp/r.json": false,
		"data-dir: ~/x": true,
		"data-dir: ..":  false, "data-dir: .": false, "metadata: graph": true, "metadata: beta=sub/b.csdl": true,
		"metadata: beta=../b.csdl": false,
		"metadata: v1.0=/b.csdl":   false, "metadata: x=/b.csdl": true, "permissions: ../p.json": false,
		"each-scenario: all": true, "each-scenario: 'default,../more'": false, "each-scenario: [default, ../more]": false,
		"each-scenario: [default, plain]": true,
		"clock: x60":                      true, "auth: off": true, "max-body: 1": true,
	} {
		f, err := Parse(Name, []byte("log: text\n"+text))
		require.NoError(t, err, text)
		err = f.CheckFound()
		if good {
			assert.NoError(t, err, text)
			continue
		}
		key, _, _ := strings.Cut(text, ":")
		if assert.Error(t, err, text) {
			assert.Regexp(t, `^graphemu\.yaml:2:\d+: `+key+`: .*; if you mean it, say --config graphemu\.yaml$`, err.Error(), text)
		}
	}
}

// An address that is none is told as that, not as one that leads elsewhere.
func TestWhatIsNoAddress(t *testing.T) {
	for text, want := range map[string]string{
		"http: '9400'":    `graphemu.yaml:1:7: http: cannot listen on "9400": want HOST:PORT, like localhost:9400 or 127.0.0.1:0`,
		"proxy: nonsense": `graphemu.yaml:1:8: proxy: cannot listen on "nonsense": want HOST:PORT, like localhost:9400 or 127.0.0.1:0`,
		"public-url: foo": `graphemu.yaml:1:13: public-url: "foo" is no URL: want one like http://localhost:3000`,
	} {
		f, err := Parse(Name, []byte(text))
		require.NoError(t, err)
		assert.EqualError(t, f.CheckFound(), want)
	}
}

// The same holds for what scenarios and fixtures name that the file names.
func TestWhatAFoundFileLeadsTo(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		name = filepath.Join(dir, "work", filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o700))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o600))
	}
	write("../out/fixture.json", `{"version": 1}`)
	write("sub/good.yaml", "version: 1\nfixture: contoso\n")
	write("sub/own.yaml", "version: 1\nfixture: ../f.json\n")
	write("sub/bad.yaml", "version: 1\nfixture: ../../out\n")
	write("f.json", `{"version": 1, "profiles": []}`)
	write("sub/csv.yaml", "version: 1\nfixture: csv\n")
	write("sub/csv/fixture.json", `{"version": 1, "profiles": [{"files": {"f\u006flder": "../../../out"}}]}`)
	write("sub/roster/fixture.json", `{"version": 1, "profiles": [{"files": {"folder": "csv"}}]}`)
	write("more/bad.yaml", "version: 1\nfixture: "+filepath.ToSlash(filepath.Join(dir, "out", "fixture.json"))+"\n")
	write("odd.yaml", "fixture: [")
	t.Chdir(filepath.Join(dir, "work"))
	for text, names := range map[string]string{
		"scenario: sub/good.yaml": "", "scenario: sub/own.yaml": "", "scenario: odd.yaml": "", "scenario: none.yaml": "", "fixture: f.json": "",
		"fixture: sub/roster": "", "each-scenario: all": "",
		"scenario: sub/bad.yaml":            `sub/bad.yaml names "../../out"`,
		"scenario: [default, sub/bad.yaml]": `sub/bad.yaml names "../../out"`,
		"scenario: sub/csv.yaml":            `sub/csv/fixture.json names "../../../out"`,
		"fixture: sub/csv":                  `sub/csv/fixture.json names "../../../out"`,
		"each-scenario: more":               `more/bad.yaml names "/`,
		"each-scenario: default,sub":        `sub/bad.yaml names "../../out"`,
	} {
		f, err := Parse(Name, []byte(text))
		require.NoError(t, err, text)
		err = f.CheckFound()
		if names == "" {
			assert.NoError(t, err, text)
			continue
		}
		assert.ErrorContains(t, err, names, text)
		assert.ErrorContains(t, err,
			", which is outside of the file's folder and may not be set by a file that was found and not named; if you mean it", text)
	}
}

// A name that is nearly right is told, and not read.
func TestPassed(t *testing.T) {
	dir := t.TempDir()
	assert.Empty(t, Passed(dir))
	require.NoError(t, os.WriteFile(filepath.Join(dir, "graphemu.yml"), []byte("["), 0o600))
	near := filepath.Join(dir, "graphemu.yml")
	assert.Equal(t, near+" is not read: only a file called graphemu.yaml is found by itself; rename it, or say --config "+near, Passed(dir))
}

// What is wrong with a file is told with its words; those of a file elsewhere are told to
// nobody.
func TestAFoundFileIsNoLinkOutOfItsFolder(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(dir, "work"), 0o700))
	secret := filepath.Join(dir, "secret")
	require.NoError(t, os.WriteFile(secret, []byte("root: x\n"), 0o600))
	t.Chdir(filepath.Join(dir, "work"))
	require.NoError(t, os.Symlink(secret, Name))
	_, err := ReadFound(Name)
	assert.EqualError(t, err, "graphemu.yaml is a link that leads out of its folder; if you mean it, say --config graphemu.yaml")
	require.NoError(t, os.Remove(Name))
	require.NoError(t, os.WriteFile("real.yaml", []byte("log: text\n"), 0o600))
	require.NoError(t, os.Symlink("real.yaml", Name))
	f, err := ReadFound(Name)
	require.NoError(t, err)
	assert.Len(t, f.Settings, 1)
}

// Paths of a file that is named are from its own folder on.
func TestRebased(t *testing.T) {
	f, err := Parse("ci/settings.yaml",
		[]byte("scenario: [throttled, a.yaml, ../b.yaml, /c.yaml]\nmetadata: beta=b.csdl\njournal: /dev/stderr\nclock: x60\nstate: ''\n"))
	require.NoError(t, err)
	got := map[string][]string{}
	for _, s := range f.Settings {
		got[s.Key] = f.Rebased(s)
	}
	assert.Equal(t, map[string][]string{"scenario": {"throttled", "ci/a.yaml", "b.yaml", "/c.yaml"}, "metadata": {"beta=ci/b.csdl"},
		"journal": {"/dev/stderr"}, "clock": {"x60"}, "state": {""}}, got)
}
