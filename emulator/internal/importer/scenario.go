package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// fault is what went wrong with a call.
type fault struct {
	operation string
	entry     int
	first     int // of the operation's calls, from 1
	last      int
	status    int // 0: only a delay
	code      string
	message   string
	retry     time.Duration
	waited    bool
	delay     time.Duration
}

// slowly is from when on an answer is taken for a slow one. Chosen: a call of Graph over
// the internet takes a tenth to half a second.
const slowly = time.Second

// count counts a call among those of its operation.
func (m *importer) count(c *call) int {
	m.counted[c.operation()]++
	return m.counted[c.operation()]
}

func (c *call) delay() time.Duration {
	if c.took < slowly {
		return 0
	}
	return c.took.Round(100 * time.Millisecond)
}

// slow notes a call that was answered late.
func (m *importer) slow(c *call, n int) {
	if d := c.delay(); d > 0 {
		m.add(c, &fault{operation: c.operation(), entry: c.entry, first: n, last: n, delay: d})
	}
}

// aCode is an error's code, which only the service chooses.
var aCode = words.Pattern(`^[A-Za-z][A-Za-z0-9_.]{0,99}$`)

// failed notes a call that was refused.
func (m *importer) failed(c *call, n int) {
	f := &fault{operation: c.operation(), entry: c.entry, first: n, last: n, status: c.status,
		retry: c.retry, waited: c.waited, delay: c.delay()}
	if body, ok := c.answer.(map[string]any); ok {
		e, _ := body["error"].(map[string]any)
		if code, _ := e["code"].(string); aCode().MatchString(code) {
			f.code = code
		}
		if m.KeepNames {
			f.message, _ = e["message"].(string)
		}
	}
	if c.status == http.StatusNotFound {
		// What is not in the fixture either is answered so by itself.
		if p, ok := m.locate(c, c.path.Segments); ok && (p.one != nil || p.from != nil) {
			m.missing = append(m.missing, missing{f, p.one, p.from, p.link})
			if p.from != nil {
				p.from.needed = true
			}
		}
	}
	m.add(c, f)
}

// missing is a 404 of an object, or of a link of one.
type missing struct {
	*fault
	of   *object
	from *object
	link string
}

// natural tells whether a server that begins with the fixture answers so by itself.
func (n missing) natural(kept map[*object]map[string]any) bool {
	if n.of != nil {
		return kept[n.of] == nil
	}
	return kept[n.from][n.link+"@odata.bind"] == nil
}

func (m *importer) add(c *call, f *fault) {
	for _, s := range c.path.Segments {
		if s.Kind == resource.Operation && len(s.Args) > 0 || strings.ContainsAny(s.Name, " ?#*{}") && s.Kind != resource.Key {
			m.miss(c.entry, c.operation(), "what went wrong with a function that has arguments no scenario can tell apart")
			return
		}
	}
	m.faults = append(m.faults, f)
}

// maxFaults is how many a scenario may have.
const maxFaults = 5000

// scenario writes what went wrong, in the order of the operations' first faults.
func (m *importer) scenario() (text []byte, count int, err error) {
	natural := map[*fault]bool{}
	for _, one := range m.missing {
		natural[one.fault] = one.natural(m.kept)
	}
	faults := slices.DeleteFunc(m.faults, func(f *fault) bool { return natural[f] })
	slices.SortStableFunc(faults, func(a, b *fault) int {
		return cmp.Or(strings.Compare(a.operation, b.operation), a.first-b.first)
	})
	var merged []*fault
	for _, f := range faults {
		if n := len(merged); n > 0 && merged[n-1].follows(f) {
			merged[n-1].last = f.last
			continue
		}
		merged = append(merged, f)
	}
	if len(merged) > maxFaults {
		for _, f := range merged[maxFaults:] {
			m.miss(f.entry, f.operation, "a scenario has at most 5,000 faults")
		}
		merged = merged[:maxFaults]
	}
	var b strings.Builder
	b.WriteString("# Made from recorded traffic by graphemu import: what went wrong, by call and by its number.\n" +
		"version: 1\nname: imported\ndescription: what went wrong in recorded traffic\nfixture: ./fixture.json\n")
	if len(merged) > 0 {
		b.WriteString("faults:\n")
	}
	before := map[string]int{}
	for _, f := range merged {
		from, to := f.first-before[f.operation], f.last-before[f.operation]
		before[f.operation] += f.last - f.first + 1
		f.write(&b, from, to, m.Error)
	}
	return []byte(b.String()), len(merged), nil
}

// follows tells whether next is the same, and of the next call.
func (f *fault) follows(next *fault) bool {
	one, other := *f, *next
	one.first, one.last, one.entry = other.first, other.last, other.entry
	return f.last+1 == next.first && one == other
}

// write writes a fault as YAML. Texts are JSON, which YAML takes.
func (f *fault) write(b *strings.Builder, from, to int, named func(operation, code string) string) {
	fmt.Fprintf(b, "  - operation: %s\n", quoted(f.operation))
	switch {
	case from == to:
		fmt.Fprintf(b, "    calls: %d\n", from)
	case from == 1:
		fmt.Fprintf(b, "    calls: first %d\n", to)
	default:
		fmt.Fprintf(b, "    calls: %d-%d\n", from, to)
	}
	if f.delay > 0 {
		fmt.Fprintf(b, "    delay: %v\n", f.delay)
	}
	if f.status == 0 {
		return
	}
	fmt.Fprintf(b, "    respond:\n      status: %d\n", f.status)
	if f.waited {
		fmt.Fprintf(b, "      retryAfter: %v\n", f.retry)
	}
	message := f.message
	if r := []rune(message); len(r) > 1000 {
		message = string(r[:1000])
	}
	switch {
	case f.code != "" && named(f.operation, f.code) != "":
		fmt.Fprintf(b, "      error: %s\n", quoted(named(f.operation, f.code)))
		if message != "" {
			fmt.Fprintf(b, "      message: %s\n", quoted(message))
		}
	case f.code != "":
		if message == "" {
			message = "An error that was seen in recorded traffic."
		}
		fmt.Fprintf(b, "      body: {error: {code: %s, message: %s}}\n", quoted(f.code), quoted(message))
	}
}

func quoted(s string) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(s) // a string encodes
	return strings.TrimSpace(b.String())
}
