// Package variant names the points where the documentation of the API
// contradicts itself. Each has a name, a default and the other documented
// readings; a client is right only if it can live with all of them.
package variant

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Variant is one contradiction.
type Variant struct {
	Name     string   // as in --variant NAME=VALUE
	Readings []string // the documented ones; the first is the default
	Source   string   // where each reading stands
}

// Default returns the reading that holds where nothing else is chosen.
func (v Variant) Default() string { return v.Readings[0] }

// Table lists every variant, in the order of the documentation.
var Table = []Variant{
	{Name: "createStatus", Readings: []string{"202", "201"}, Source: "create page: its text; its example"},
	{Name: "startErrorStatus", Readings: []string{"400", "200"}, Source: "start page: its text; the newer example"},
	{Name: "deleteStatus", Readings: []string{"202", "204"}, Source: "delete page; the SDK's generic description"},
	{Name: "updateStatus", Readings: []string{"202", "200", "204"}, Source: "update page; the SDK's generic description"},
	{Name: "uploadUrlStatus", Readings: []string{"200", "201"}, Source: "uploadUrl page: its text; its example's status line"},
	{Name: "contextKeys", Readings: []string{"quoted", "plain"}, Source: "older pages; newer pages"},
	{Name: "typeHash", Readings: []string{"with", "without"}, Source: "create page's example; list page's example"},
	{Name: "customizationDefaults", Readings: []string{"seed", "legacy"}, Source: "newest create page; pages of 2017 to 2018"},
	{Name: "dataSyncNamespace", Readings: []string{"accepted", "refused"},
		Source: "create page's example; the service as seen in docs issue 17889"},
	{Name: "messageType", Readings: []string{"verificationMessage", "educationFileSynchronizationVerificationMessage"},
		Source: "start page's example; the declared type"},
	{Name: "errorsCount", Readings: []string{"always", "asked"}, Source: "errors page's example; OData"},
	{Name: "errorCode.unmatched", Readings: []string{"UnsynchronizableChange", "UnmatchedEntry"},
		Source: "errors page; newer remediation page"},
	{Name: "teacherSchools", Readings: []string{"one", "several"},
		Source: "SDS V1 CSV File Format; other pages, which let a teacher's School SIS ID list several schools"},
	{Name: "retirement", Readings: []string{"off", "on"}, Source: "before and after 31 December 2024 (inferred)"},
	{Name: "deprecationHeaders", Readings: []string{"off", "on"}, Source: "before and after June 2024"},
	{Name: "directoryQueries", Readings: []string{"strict", "lenient"},
		Source: "Graph's page of advanced query capabilities; OData, which lets a service answer more"},
	{Name: "permissions", Readings: []string{"2021", "2018"}, Source: "newer pages; the create page's generation"},
}

// Set is the readings in force. The zero value holds the defaults.
type Set struct{ chosen map[string]string }

// NewSet checks choices (name to reading) against the table. It errs with
// every unknown name and reading at once, and names the right ones.
func NewSet(choices map[string]string) (Set, error) {
	s := Set{chosen: make(map[string]string, len(Table))}
	for _, v := range Table {
		s.chosen[v.Name] = v.Default()
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(choices)) {
		i := slices.IndexFunc(Table, func(v Variant) bool { return v.Name == name })
		switch {
		case i < 0:
			errs = append(errs, fmt.Errorf("unknown variant %q%s; there are %s", name, words.Hint(name, names()), strings.Join(names(), ", ")))
		case !slices.Contains(Table[i].Readings, choices[name]):
			errs = append(errs, fmt.Errorf("variant %s has no reading %q; it has %s", name, choices[name], strings.Join(Table[i].Readings, ", ")))
		default:
			s.chosen[name] = choices[name]
		}
	}
	return s, errors.Join(errs...)
}

// Get returns the reading in force of the variant with that name. It panics
// where the table has no such variant: that is a misspelling in our own code.
func (s Set) Get(name string) string {
	if r, ok := s.chosen[name]; ok {
		return r
	}
	for _, v := range Table {
		if v.Name == name {
			return v.Default()
		}
	}
	panic("variant: no variant " + name)
}

// Is tells whether reading is in force for the variant with that name.
func (s Set) Is(name, reading string) bool { return s.Get(name) == reading }

// Readings returns the reading in force of every variant, by name.
func (s Set) Readings() map[string]string {
	m := make(map[string]string, len(Table))
	for _, v := range Table {
		m[v.Name] = s.Get(v.Name)
	}
	return m
}

func names() []string {
	var n []string
	for _, v := range Table {
		n = append(n, v.Name)
	}
	return n
}
