package district

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Flaw is a kind of fault that a district can have.
type Flaw struct {
	Name string // as in Options.Flaws
	File string // the file that has it; "" for a file beside the six

	// Short is another name for it, "" for most.
	Short string

	// Gives says what comes of it, N times: the message of verification, or the
	// sync error where verification says nothing.
	Gives string

	// SyncError is the code of the sync error that each gives, "" for most. A sync
	// takes place only where verification had no Error.
	SyncError string

	// Most is how often it can be had; 0: as often as the file has room.
	Most int

	kind   *kind
	entity entity
	column int // in columns[entity], -1 for none
}

// kind is what flaws of several files and columns have in common.
type kind struct {
	word   string // of the name
	fits   func(e entity, c column) bool
	gives  string // COLUMN and FILE stand for theirs
	code   string // of a sync error
	most   int
	spoils func(s *spoiled, column int)                                 // the file as a whole, or
	change func(p *plan, e entity, column, made, last int, r *addedRow) // a row that is added
}

// addedRow is a row that a flaw adds: valid until the flaw changes it.
type addedRow struct {
	values []string
	raw    string // written after the last value as it stands
}

// spoiled is what is wrong with a file as a whole.
type spoiled struct {
	absent, empty, headless, bare, overfull, mark, mixed, wide bool

	drops, repeats []int // columns
}

// added is rows that one flaw adds to a file.
type added struct {
	kind          *kind
	column, count int
}

func has(r rule) func(entity, column) bool {
	return func(_ entity, c column) bool { return c.rule&r != 0 }
}

// columnKinds are the faults that a column may have. Each row at fault is one
// that is added, so that a fault draws no other after it.
var columnKinds = []kind{
	{word: "missing", fits: has(required | account | optional), gives: "N row(s) have missing data for the field - COLUMN",
		change: func(_ *plan, _ entity, column, _, _ int, r *addedRow) { r.values[column] = "" }},
	{word: "bad", fits: has(pattern), gives: "N row(s) have an invalid format for the field - COLUMN",
		change: func(_ *plan, e entity, column, made, _ int, r *addedRow) {
			r.values[column] = bad(columns[e][column], r.values[column], made)
		}},
	{word: "duplicate", fits: has(unique), gives: "N duplicates found in column COLUMN which requires values to be Unique.", code: "None",
		change: func(p *plan, e entity, column, _, last int, r *addedRow) {
			other := make([]string, len(r.values))
			p.row(e, last, other)
			r.values[column] = other[column]
		}},
	{word: "orphan", fits: has(reference), gives: "N row(s) have referenced data not found in source. Field - COLUMN",
		change: func(_ *plan, _ entity, column, made, _ int, r *addedRow) { r.values[column] = nobodys(made) }},
	{word: "without", fits: has(required | account), gives: "FILE lacks the required column COLUMN", most: 1,
		spoils: func(s *spoiled, column int) { s.drops = append(s.drops, column) }},
	{word: "twice", fits: has(required | account | optional), gives: "FILE has the column COLUMN twice", most: 1,
		spoils: func(s *spoiled, column int) { s.repeats = append(s.repeats, column) }},
}

// fileKinds are the faults that a file may have.
var fileKinds = []kind{
	{word: "no-file", gives: "FILE is missing", most: 1, spoils: func(s *spoiled, _ int) { s.absent = true }},
	{word: "empty-file", gives: "FILE is empty", most: 1, spoils: func(s *spoiled, _ int) { s.empty = true }},
	{word: "no-header", gives: "FILE begins with a row and no header", most: 1, spoils: func(s *spoiled, _ int) { s.headless = true }},
	{word: tooMany, gives: fmt.Sprintf("FILE has N rows more than %d", MaxRows), change: func(*plan, entity, int, int, int, *addedRow) {}},
	{word: "no-rows", gives: "FILE has a header alone", most: 1, spoils: func(s *spoiled, _ int) { s.bare = true }},
	{word: "byte-order-mark", gives: "FILE begins with a byte order mark", most: 1, spoils: func(s *spoiled, _ int) { s.mark = true }},
	{word: "mixed-line-ends", gives: "FILE ends lines in LF and in CR LF", most: 1, spoils: func(s *spoiled, _ int) { s.mixed = true }},
	{word: "utf16", gives: "FILE is in UTF-16", most: 1, spoils: func(s *spoiled, _ int) { s.wide = true }},
	{word: "ragged-rows", gives: "N rows of FILE have a value too many",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) { r.raw = ",surplus" }},
	{word: "broken-quotes", gives: "N rows of FILE have a quote in a value without quotes",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) { r.raw = `"` }},
	{word: "line-breaks", gives: "N rows of FILE have a line break in a value",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) {
			r.values[len(r.values)-1] = "\n" + r.values[len(r.values)-1]
		}},
	{word: "not-utf8", gives: "N rows of FILE are not in UTF-8",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) { r.values[len(r.values)-1] = "caf\xe9" }},
	{word: "nul-bytes", gives: "N rows of FILE have a NUL character",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) { r.values[len(r.values)-1] += "\x00" }},
	{word: "long-rows", gives: "N rows of FILE are too long",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) {
			r.values[len(r.values)-1] = strings.Repeat("long", 20_000)
		}},
}

// syncKinds are faults that only a sync meets. Nobody is enrolled where they
// are, so that each gives its own error and, where a person is concerned, one
// InvalidLookupReference for the person's place in the school.
//
// What the roster alone cannot bring about, a licence that the tenant does not
// have and an account without a usage location, is a matter of the directory.
var syncKinds = []kind{
	{word: "special-id", fits: only(section), code: "AzureActiveDirectoryInvalidPropertyValue",
		gives:  "N sync errors AzureActiveDirectoryInvalidPropertyValue, unless the profile has handleSpecialCharacterConstraint",
		change: func(_ *plan, _ entity, _, _, _ int, r *addedRow) { r.values[0] += "-X" }},
	{word: "bad-name", fits: only(section, student, teacher), code: "None",
		gives:  "N sync errors None, unless the profile has handleSpecialCharacterConstraint",
		change: func(_ *plan, e entity, _, _, _ int, r *addedRow) { r.values[nameColumn[e]] += " <new>" }},
	{word: unmatched, fits: only(student, teacher), code: "UnsynchronizableChange",
		gives:  "N sync errors UnsynchronizableChange where identities are matched: these people have no account",
		change: func(*plan, entity, int, int, int, *addedRow) {}},
	{word: ambiguous, fits: only(student, teacher), code: "DuplicateTargetEntries",
		gives:  "N sync errors DuplicateTargetEntries where identities are matched: these people have two accounts",
		change: func(*plan, entity, int, int, int, *addedRow) {}},
}

// The flaws that are about accounts, not about rows.
const unmatched, ambiguous = "unmatched", "ambiguous"

// nameColumn is where a display name is made from.
var nameColumn = [entities]int{school: 1, section: 2, student: 3, teacher: 3}

func only(list ...entity) func(entity, column) bool {
	return func(e entity, _ column) bool { return slices.Contains(list, e) }
}

// bad returns a value that breaks the pattern of a column.
func bad(c column, value string, made int) string {
	switch c.slug() {
	case "sis-id":
		return value + "|"
	case "username":
		return fmt.Sprintf("no user %d", made)
	case "birthdate", "term-startdate", "term-enddate":
		return "31.12.2025"
	}
	return "no address"
}

var shorts = map[string]string{
	"studentenrollment-orphan-sis-id": "orphans",
	"student-duplicate-sis-id":        "duplicates",
	"student-missing-username":        "missing",
	"student-bad-username":            "bad",
	"student-unmatched":               "unmatched",
}

// tooMany is the flaw that fills a file over its limit.
const tooMany = "too-many-rows"

// unknownFiles is the one flaw that is in none of the six files.
const unknownFiles = "unknown-files"

// Flaws returns every flaw there is: file by file, first those of columns, then
// those of the file, then what only a sync meets.
var Flaws = sync.OnceValue(func() []Flaw {
	var all []Flaw
	add := func(e entity, k *kind, i int) {
		f := Flaw{Name: e.String() + "-" + k.word, File: e.file(), SyncError: k.code, Most: k.most, kind: k, entity: e, column: i}
		f.Gives = strings.ReplaceAll(k.gives, "FILE", f.File)
		if i >= 0 {
			f.Name += "-" + columns[e][i].slug()
			f.Gives = strings.ReplaceAll(f.Gives, "COLUMN", columns[e][i].name)
		}
		f.Short = shorts[f.Name]
		all = append(all, f)
	}
	for e := range entities {
		for k := range columnKinds {
			for i, c := range columns[e] {
				if columnKinds[k].fits(e, c) {
					add(e, &columnKinds[k], i)
				}
			}
		}
		for k := range fileKinds {
			add(e, &fileKinds[k], -1)
		}
		for k := range syncKinds {
			if syncKinds[k].fits(e, column{}) {
				add(e, &syncKinds[k], -1)
			}
		}
	}
	return append(all, Flaw{Name: unknownFiles, Gives: "N files that are none of the six", Most: 100, column: -1})
})

// find returns the flaw of a name.
func find(name string) (Flaw, error) {
	all := Flaws()
	var names []string
	for _, f := range all {
		if name != "" && (f.Name == name || f.Short == name) {
			return f, nil
		}
		if names = append(names, f.Name); f.Short != "" {
			names = append(names, f.Short)
		}
	}
	hint := "a name is file, fault and column, as student-missing-grade"
	if near := words.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return Flaw{}, fmt.Errorf("there is no flaw %q; %s", name, hint)
}

// take plans the flaws.
func (p *plan) take(flaws map[string]int) error {
	counts := map[string]int{}
	for _, name := range sortedNames(flaws) {
		f, err := find(name)
		count := flaws[name]
		switch {
		case err != nil:
			return err
		case count < 1:
			return fmt.Errorf("the flaw %s needs a number from 1, not %d", name, count)
		case counts[f.Name] > 0:
			return fmt.Errorf("the flaw %s is given twice, as %s too", f.Name, f.Short)
		case f.Most == 1 && count > 1:
			return fmt.Errorf("the flaw %s can be had once, not %d times", name, count)
		case f.Most > 0 && count > f.Most:
			return fmt.Errorf("the flaw %s can be had %d times at most, not %d", name, f.Most, count)
		case count > MaxRows:
			return fmt.Errorf("the flaw %s cannot be had %d times: a file may have %d rows", name, count, MaxRows)
		}
		counts[f.Name] = count
	}
	for _, f := range Flaws() { // in their order, whatever that of the map
		count := counts[f.Name]
		switch {
		case count == 0:
		case f.Name == unknownFiles:
			p.unknownFiles = count
		case f.kind.spoils != nil:
			f.kind.spoils(&p.spoiled[f.entity], f.column)
		case f.kind.word == tooMany:
			p.spoiled[f.entity].overfull = true
		default:
			p.flaws[f.entity] = append(p.flaws[f.entity], added{f.kind, f.column, count})
		}
	}
	for e := range entities { // now it is known how many rows the others add
		if n := counts[e.String()+"-"+tooMany]; n > 0 && p.rows(e) <= MaxRows {
			f, err := find(e.String() + "-" + tooMany)
			if err != nil {
				return err
			}
			p.flaws[e] = append(p.flaws[e], added{f.kind, f.column, n + MaxRows - p.rows(e)})
		}
		p.stride[e] = strideOf(p.added(e))
	}
	return nil
}

// flawed makes the added row number made of a file; last is the row of base that
// stands before it.
func (p *plan) flawed(e entity, made, last int, r *addedRow) {
	p.row(e, p.base(e)+made, r.values)
	a := p.flawOf(e, made)
	a.kind.change(p, e, a.column, made, last, r)
}

// flawOf returns the flaw that adds the row number made. Flaws take turns: the
// stride has no part in common with their number, so that each row has its own.
func (p *plan) flawOf(e entity, made int) added {
	n := int(int64(made) * int64(p.stride[e]) % int64(p.added(e)))
	i := 0
	for ; n >= p.flaws[e][i].count; i++ {
		n -= p.flaws[e][i].count
	}
	return p.flaws[e][i]
}

// strideOf returns a number near the golden section of n that has no divisor in
// common with it.
func strideOf(n int) int {
	s := max(1, n*618/1000)
	for a, b := n, s; ; a, b = n, s {
		for b > 0 {
			a, b = b, a%b
		}
		if a == 1 || s == 1 {
			return s
		}
		s--
	}
}
