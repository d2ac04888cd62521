package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What documents show for a shell is run, the blocks of a document in one session, in
// their order. In a block "console" a line with "$ " is a command and what follows is
// what it prints, where … stands for anything. In a block "sh" all are commands.
//
// "graphemu serve" starts a server on free ports, and from there on the default ports
// mean that one. Commands that take long, as go test, are not run: that what they name
// is there is checked instead.
func TestDocumentsSessions(t *testing.T) {
	needShell(t)
	for _, file := range documents(t) {
		blocks := blocksIn(t, file, "sh", "console")
		if len(blocks) == 0 || raced && file != "README.md" {
			continue
		}
		t.Run(file, func(t *testing.T) {
			t.Parallel()
			s := newSession(t)
			for _, b := range blocks {
				for _, c := range commands(b) {
					s.run(c)
				}
			}
		})
	}
}

func needShell(t *testing.T) {
	for _, command := range []string{"bash", "curl", "jq"} {
		if _, err := exec.LookPath(command); err != nil || runtime.GOOS == "windows" {
			t.Skip("needs bash, curl and jq")
		}
	}
}

// command is a command of a block, and what it prints there.
type command struct {
	where, text, prints string
	shows               bool // what it prints
}

func commands(b block) []command {
	var all []command
	lines := strings.Split(strings.TrimSuffix(b.text, "\n"), "\n")
	for i := 0; i < len(lines); i++ {
		text, isCommand := lines[i], b.language == "sh" && strings.TrimSpace(lines[i]) != ""
		if b.language == "console" {
			text, isCommand = strings.CutPrefix(text, "$ ")
		}
		if !isCommand {
			if len(all) > 0 && b.language == "console" {
				all[len(all)-1].prints += lines[i] + "\n"
			}
			continue
		}
		c := command{where: fmt.Sprintf("%s:%d", b.file, b.line+1+i), text: text, shows: b.language == "console"}
		for i+1 < len(lines) && !complete(c.text) {
			i++
			c.text += "\n" + lines[i]
		}
		all = append(all, c)
	}
	return all
}

// complete tells whether a command ends here: no line is to be continued, and no
// here-document and no loop is open.
func complete(text string) bool {
	if strings.Contains(text, "<<'EOF'") && !strings.HasSuffix(text, "\nEOF") {
		return false
	}
	return !strings.HasSuffix(text, `\`) && exec.Command("bash", "-n", "-c", text).Run() == nil
}

// session is a shell that is told one command after the other.
type session struct {
	t       *testing.T
	dir     string
	in      *os.File
	out     *bufio.Reader
	server  *serving
	toPorts *strings.Replacer // from the default ports to those of the server
	toText  *strings.Replacer // and back
}

func newSession(t *testing.T) *session {
	s := &session{t: t, dir: t.TempDir(), toPorts: strings.NewReplacer(), toText: strings.NewReplacer()}
	require.NoError(t, os.WriteFile(filepath.Join(s.dir, ".curlrc"), []byte("silent\n"), 0o600))
	// The commands come over a pipe of their own: standard input is the programs'.
	r, in, err := os.Pipe()
	require.NoError(t, err)
	bash := exec.Command("bash", "--norc", "/dev/fd/3") // it ends when there are no more commands
	bash.ExtraFiles = []*os.File{r}
	bash.Dir = s.dir
	bash.Env = []string{"HOME=" + s.dir, "PATH=" + os.Getenv("PATH"), "LC_ALL=C.UTF-8", "GORACE=atexit_sleep_ms=0",
		"NO_PROXY=localhost,127.0.0.1"}
	out, err := bash.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, bash.Start())
	require.NoError(t, r.Close())
	s.in, s.out = in, bufio.NewReader(out)
	t.Cleanup(func() {
		assert.NoError(t, in.Close())
		io.Copy(io.Discard, s.out)
		assert.NoError(t, bash.Wait())
		if s.server != nil {
			s.server.end(t)
		}
	})
	s.tell("exec 2>&1")
	return s
}

const endOfCommand = "\x01 "

// tell runs a command in the shell and returns what it printed, and its exit code.
func (s *session) tell(text string) (printed, code string) {
	_, err := fmt.Fprintf(s.in, "%s\nprintf '\\n%s%%d\\n' $?\n", text, `\001 `)
	require.NoError(s.t, err)
	var all strings.Builder
	for {
		line, err := s.out.ReadString('\n')
		require.NoError(s.t, err, "the shell ended after: %s\nit printed: %s", text, &all)
		if code, ok := strings.CutPrefix(line, endOfCommand); ok {
			return strings.TrimSpace(all.String()), strings.TrimSpace(code)
		}
		all.WriteString(line)
	}
}

var serveCommand = regexp.MustCompile(`^graphemu serve\b(.*)$`)

func (s *session) run(c command) {
	t := s.t
	t.Helper()
	text := strings.ReplaceAll(c.text, "go run ./cmd/graphemu", "graphemu")
	if known, problem := namesTests(text); known {
		assert.NoError(t, problem, "%s: %s", c.where, c.text)
		return
	}
	var printed string
	if m := serveCommand.FindStringSubmatch(text); m != nil {
		printed = s.serve(strings.Fields(m[1]))
	} else {
		var code string
		printed, code = s.tell(s.toPorts.Replace(text))
		assert.Equal(t, "0", code, "%s: the exit code of: %s\n%s", c.where, c.text, printed)
	}
	if c.shows {
		printed = s.toText.Replace(printed)
		assert.True(t, like(c.prints, printed), "%s: %s\nprints, by the document:\n%s\nbut it printed:\n%s", c.where, c.text, c.prints, printed)
	}
}

// like tells whether text is as pattern says, in which … stands for anything.
func like(pattern, text string) bool {
	parts := strings.Split(strings.TrimSpace(pattern), "…")
	for i := range parts {
		parts[i] = regexp.QuoteMeta(parts[i])
	}
	return regexp.MustCompile(`(?s)^` + strings.Join(parts, ".*") + `$`).MatchString(strings.TrimSpace(text))
}

var listens = regexp.MustCompile(`(?m)^  (HTTP|HTTPS) +https?://(\S+)/beta$`)

// serve starts a server in place of the one before, and leads the shell there.
func (s *session) serve(flags []string) (banner string) {
	if s.server != nil {
		s.server.end(s.t)
	}
	// The document's flags come last: where they name ports, these are free ones too.
	s.server = launch(s.t, nil, append([]string{"--http", "localhost:0", "--https", "localhost:0"}, flags...)...)
	found := listens.FindAllStringSubmatch(s.server.banner, -1)
	require.Len(s.t, found, 2, s.server.banner)
	http, https := found[0][2], found[1][2]
	s.toPorts = strings.NewReplacer("localhost:9400", http, "localhost:9443", https)
	s.toText = strings.NewReplacer(http, "localhost:9400", https, "localhost:9443",
		strings.Replace(http, "localhost", "127.0.0.1", 1), "127.0.0.1:9400")
	// What serve asks to paste.
	i := slices.IndexFunc(strings.Split(s.server.banner, "\n"), func(line string) bool { return strings.HasPrefix(line, "  TOKEN=") })
	require.Positive(s.t, i, s.server.banner)
	s.tell(strings.TrimSpace(strings.Split(s.server.banner, "\n")[i]))
	s.tell("export GRAPHEMU_CONTROL_URL=http://" + http + "/_graphemu/")
	return s.server.banner
}

var (
	testCommand  = regexp.MustCompile(`^go test ((?:\./\S+ ?)+)(.*)$`)
	testPattern  = regexp.MustCompile(`-(run|bench|fuzz) '?([^' ]+)'?`)
	suiteCommand = regexp.MustCompile(`^bash (\.ci/\S+)((?: [a-z-]+)*)$`)
)

// namesTests looks after commands that take too long to be run here: that there is what
// they name. It tells whether text is one of them.
func namesTests(text string) (known bool, problem error) {
	if m := suiteCommand.FindStringSubmatch(text); m != nil {
		_, err := os.Stat(filepath.Join(top, m[1]))
		for suite := range strings.FieldsSeq(m[2]) {
			if err == nil {
				_, err = os.Stat(filepath.Join(top, ".ci/clients", suite, "run"))
			}
		}
		return true, err
	}
	if text == "go install ./cmd/graphemu" {
		return true, nil
	}
	m := testCommand.FindStringSubmatch(text)
	if m == nil {
		return false, nil
	}
	var tests strings.Builder // of all packages that are named
	for folder := range strings.FieldsSeq(m[1]) {
		pattern := filepath.Join(top, folder, "*_test.go")
		if rest, all := strings.CutSuffix(folder, "..."); all {
			pattern = filepath.Join(top, rest, "*")
		}
		files, _ := filepath.Glob(pattern)
		if len(files) == 0 {
			return true, fmt.Errorf("there are no tests in %s", folder)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				b, err := os.ReadFile(file)
				if err != nil {
					return true, err
				}
				tests.Write(b)
			}
		}
	}
	kinds := map[string]string{"run": "Test", "bench": "Benchmark", "fuzz": "Fuzz"}
	for _, p := range testPattern.FindAllStringSubmatch(m[2], -1) {
		for alternative := range strings.SplitSeq(p[2], "|") {
			if name, _, _ := strings.Cut(alternative, "/"); name == "^$" || name == "." {
				continue
			} else if !strings.Contains(tests.String(), "\nfunc "+name) || !strings.HasPrefix(name, kinds[p[1]]) {
				return true, fmt.Errorf("%shas no %s %s", m[1], kinds[p[1]], name)
			}
		}
	}
	return true, nil
}

func TestCommandsOfABlock(t *testing.T) {
	b := block{file: "a.md", line: 4, language: "console",
		text: "$ cat >f <<'EOF'\n$ one\nEOF\n$ for f in *; do\n  echo $f\ndone\nf\n$ true \\\n  && true\n"}
	assert.Equal(t, []command{
		{where: "a.md:5", text: "cat >f <<'EOF'\n$ one\nEOF", shows: true},
		{where: "a.md:8", text: "for f in *; do\n  echo $f\ndone", prints: "f\n", shows: true},
		{where: "a.md:12", text: "true \\\n  && true", shows: true},
	}, commands(b))
	assert.Equal(t, []command{{where: "a.md:5", text: "echo a"}, {where: "a.md:7", text: "echo b"}},
		commands(block{file: "a.md", line: 4, language: "sh", text: "echo a\n\necho b\n"}))
}

func TestLike(t *testing.T) {
	assert.True(t, like("a … c\n", "a b\nb c"))
	assert.True(t, like("…", ""))
	assert.False(t, like("a", "a b"))
	assert.False(t, like("a.c", "abc"))
	assert.False(t, like("", "a"))
}

func TestNamedTests(t *testing.T) {
	for text, right := range map[string]bool{
		"go test ./...":                          true,
		"go test ./cmd/graphemu -run TestLike":   true,
		"go test ./cmd/graphemu -run 'TestLik$'": false,
		"go test ./cmd/graphemu -run TestGone":   false,
		"go test ./cmd/gone":                     false,
		"go test ./cmd/graphemu -bench TestLike": false,
		"bash .ci/clients/run curl":              true,
		"bash .ci/clients/run gone":              false,
		"bash .ci/gone":                          false,
	} {
		known, problem := namesTests(text)
		assert.True(t, known, text)
		assert.Equal(t, right, problem == nil, text)
	}
	known, _ := namesTests("graphemu serve")
	assert.False(t, known)
}
