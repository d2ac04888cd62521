package importer

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// fault is what went wrong with a call.
type fault struct {
	operation string
	address   bool // operation is of one object
	entry     int
	first     int // of the operation's calls, from 1
	last      int
	status    int // 0: only a delay
	code      string
	message   string
	retry     time.Duration
	waited    bool
	delay     time.Duration
	broken    bool // the answer did not come to its end
}

// slowly is from when on an answer is taken for a slow one. Chosen: a call of Graph over
// the internet takes a tenth to half a second.
const slowly = time.Second

// count counts a call among those of its operation.
func (m *importer) count(c *call) int {
	if at := c.address(strings.ToLower); at != "" {
		m.counted[at]++
	}
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
		retry: c.retry, waited: c.waited, delay: c.delay(), broken: c.broken}
	if body, ok := c.answer.(map[string]any); ok {
		e, _ := body["error"].(map[string]any)
		if code, _ := e["code"].(string); aCode().MatchString(code) {
			f.code = code
		}
		if m.KeepNames {
			f.message, _ = e["message"].(string)
		}
	}
	if c.status == http.StatusNotFound && !c.broken && m.notThere(c, f) {
		return
	}
	m.add(c, f)
}

// notThere looks at a 404. It tells that a replay needs no fault for it, since the traffic
// has deleted what was asked for; else what the fixture has decides later. What was
// answered 404 is no reason to make an object, and neither is what it would belong to: that
// may be what is missing. Only who signed in is there whatever is missing of them.
func (m *importer) notThere(c *call, f *fault) bool {
	p, ok := m.locate(c, c.path.Segments)
	for _, s := range p.over {
		if s.gone {
			return true
		}
		if s.made {
			return false // it was not there yet
		}
	}
	if ok && p.one != nil {
		p.one.absent = true
	}
	if ok && p.from != nil && p.from.id == m.me && !p.from.absent {
		p.from.needed = true
	}
	one := missing{fault: f, call: c, over: p.over, number: m.counted[c.address(strings.ToLower)]}
	if ok && p.one == nil && p.from != nil && !c.path.End().Many {
		one.from, one.link = p.from, p.link
	}
	m.missing = append(m.missing, one)
	return false
}

// missing is a 404 of what was there neither before the traffic nor by it.
type missing struct {
	*fault
	call   *call
	over   []step
	from   *object // of a link to a single object; nil: of something else
	link   string
	number int // among the calls of its address
}

// natural tells whether a server that begins with the fixture answers so by itself.
func (m *importer) natural(n missing) bool {
	for _, s := range n.over {
		if m.kept[s.object] == nil {
			return true
		}
		if s.from == nil || s.from.written[s.link+"/"+strings.ToLower(s.id)] {
			continue
		}
		l := m.linkOf(s.from.typ, s.link)
		follows := l != nil && (l.Reverse || l.Closure || l.Self) // from other links
		if !follows && !slices.Contains(s.from.links[s.link], s.object) {
			return true
		}
	}
	return n.from != nil && m.kept[n.from][n.link+"@odata.bind"] == nil
}

func (m *importer) add(c *call, f *fault) {
	if !c.tellable() {
		m.miss(c.entry, c.operation(), "what went wrong with a function that has arguments no scenario can tell apart")
		return
	}
	m.faults = append(m.faults, f)
}

// needed are the faults without which a replay would go otherwise. Those of one object's
// address come first, and what they strike counts for none that follows: so the others are
// numbered without it.
func (m *importer) needed() []*fault {
	natural, struck := map[*fault]bool{}, map[string][]int{}
	for _, one := range m.missing {
		f := one.fault
		if natural[f] = m.natural(one); natural[f] {
			continue
		}
		if at := one.call.address(m.fakes.id); at != "" {
			struck[f.operation] = append(struck[f.operation], f.first)
			f.operation, f.address, f.first, f.last = at, true, one.number, one.number
		}
	}
	faults := slices.DeleteFunc(m.faults, func(f *fault) bool { return natural[f] })
	for _, f := range faults {
		if !f.address {
			before, _ := slices.BinarySearch(struck[f.operation], f.first) // calls come in order
			f.first, f.last = f.first-before, f.last-before
		}
	}
	return faults
}

// maxFaults is how many a scenario may have.
const maxFaults = 5000

// scenario writes what went wrong, sorted by operation: of single objects first.
func (m *importer) scenario() (text []byte, count int, err error) {
	faults := m.needed()
	slices.SortStableFunc(faults, func(a, b *fault) int {
		first := func(f *fault) int {
			if f.address {
				return 0
			}
			return 1
		}
		return cmp.Or(first(a)-first(b), strings.Compare(a.operation, b.operation), a.first-b.first)
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
	if f.broken {
		b.WriteString("    body: {cutAt: 50%}\n    then: close\n") // chosen: how much comes matters to no client
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
