package odata

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Options are the query options of a request, checked against a type.
type Options struct {
	Filter    *Filter      // nil: not given
	OrderBy   []OrderItem  // nil: not given
	Select    *Selection   // nil: not given
	Expand    []ExpandItem // nil: not given
	Top       int          // 1 or more; -1: not given
	Skip      int          // 0 where not given; at most math.MaxInt32
	Count     bool
	Search    *Search // nil: not given
	SkipToken string  // as given, "" where not
	Format    string  // as given, "" where not
}

// Allowed says which options an address takes. $format is taken everywhere.
type Allowed struct {
	Filter, OrderBy, Select, Expand, Top, Skip, Count, Search, SkipToken bool

	MaxTop    int // the highest $top; 0: math.MaxInt32
	MaxExpand int // how deep $expand may nest; 0: the package's MaxExpand

	Custom []string // parameters of the address itself, in any letter case; they are not read
}

// system names the options in the spelling of messages about them, which is that
// of the OData library.
var system = [...]string{"Filter", "OrderBy", "Select", "Expand", "Top", "Skip", "Count", "Search", "SkipToken", "Format"}

// systemNames are the same as a client writes them.
var systemNames = func() (names []string) {
	for _, s := range system {
		names = append(names, "$"+strings.ToLower(s))
	}
	return names
}()

// Parse reads a raw query, the part of a URL after "?", for entities of type t.
// The error is an *Error about the first thing that is wrong.
//
// Names of system options may be in any letter case and without the "$"
// (documented for Graph beta). Refused are: bad escapes, an option given twice,
// one that is not allowed, one that is unknown, and parameters that are no OData
// option at all (observed: "Query parameter x not allowed.").
func Parse(rawQuery string, t *Type, a Allowed) (Options, error) {
	q := query{t: t, allowed: a, options: Options{Top: -1}}
	for part := range strings.SplitSeq(rawQuery, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		decoded, err := decode(name)
		if err != nil {
			return Options{}, err
		}
		if value, err = decode(value); err != nil {
			return Options{}, err
		}
		if err := q.set(decoded, value); err != nil {
			return Options{}, err
		}
	}
	return q.options, nil
}

// decode undoes percent encoding; a plus sign is a blank.
func decode(s string) (string, error) {
	out, err := url.QueryUnescape(s)
	if err == nil && utf8.ValidString(out) {
		return out, nil
	}
	return "", refuse("", "The query specified in the URI is not valid. It holds an invalid escape sequence.",
		"'%s' is not valid percent encoding of UTF-8; a percent sign itself is written %%25.", strings.ToValidUTF8(echo(s), "\uFFFD"))
}

// query gathers options one by one.
type query struct {
	t       *Type
	allowed Allowed
	options Options
	seen    [len(system)]bool // by place in system
	depth   int               // of $expand
	within  string            // the target of errors where it is not the option itself
}

func (q *query) set(name, value string) error {
	err := q.option(name, value)
	if e, ok := err.(*Error); ok && q.within != "" {
		e.Target = q.within
	}
	return err
}

func (q *query) option(name, value string) error {
	bare, dollar := strings.CutPrefix(name, "$")
	at := slices.IndexFunc(system[:], func(s string) bool { return strings.EqualFold(s, bare) })
	if at < 0 && q.within == "" && slices.ContainsFunc(q.allowed.Custom, func(s string) bool { return strings.EqualFold(s, name) }) {
		return nil
	}
	if at < 0 {
		help := "Options are: " + strings.Join(systemNames, ", ") + "."
		if near := words.Nearest("$"+bare, systemNames); near != "" {
			help = "Did you mean '" + near + "'?"
		}
		if dollar || q.within != "" { // the OData library's words
			return refuse(echo(name), fmt.Sprintf("The query parameter '%s' is not supported.", echo(name)), "%s", help)
		}
		return refuse(echo(name), fmt.Sprintf("Query parameter %s not allowed.", echo(name)), "%s", help)
	}
	target := systemNames[at]
	if q.seen[at] { // the OData library's words
		return refuse(target, fmt.Sprintf("Query option '%s' was specified more than once, but it must be specified at most once.", target),
			"With and without the $ it is the same option.")
	}
	q.seen[at] = true
	if !q.permits(system[at]) {
		return notAllowed(target, system[at])
	}
	if len(value) > MaxClause {
		return (&clause{target, target[1:], value}).check()
	}
	return q.read(target, value)
}

func (q *query) permits(option string) bool {
	a := &q.allowed
	switch option {
	case "Filter":
		return a.Filter
	case "OrderBy":
		return a.OrderBy
	case "Select":
		return a.Select
	case "Expand":
		return a.Expand
	case "Top":
		return a.Top
	case "Skip":
		return a.Skip
	case "Count":
		return a.Count
	case "Search":
		return a.Search
	case "SkipToken":
		return a.SkipToken
	}
	return true
}

func notAllowed(target, option string) error {
	if option == "Filter" { // observed
		return refuse(target, "Filter not supported.", "There is nothing to filter at this address.")
	}
	return refuse(target, fmt.Sprintf("Query option '%s' is not allowed.", option), "%s means nothing at this address.", target)
}

func (q *query) read(target, value string) (err error) {
	o := &q.options
	switch target {
	case "$filter":
		o.Filter, err = ParseFilter(value, q.t)
	case "$orderby":
		o.OrderBy, err = ParseOrderBy(value, q.t)
	case "$select":
		o.Select, err = parseSelect(value, q.t)
	case "$expand":
		o.Expand, err = parseExpand(value, q.t, q.allowed, q.depth)
	case "$search":
		o.Search, err = ParseSearch(value, q.t)
	case "$top":
		o.Top, err = q.top(value)
	case "$skip":
		n, ok := natural(value)
		if !ok {
			return badNumber(target, value)
		}
		o.Skip = n
	case "$count":
		switch strings.ToLower(strings.TrimSpace(value)) {
		case "true":
			o.Count = true
		case "false":
		default:
			return refuse(target, fmt.Sprintf("Invalid value '%s' for $count query option found. Valid values are 'true' and 'false'.", echo(value)),
				"$count=true adds the number of all entities that the other options let through.")
		}
	case "$skiptoken":
		o.SkipToken = value
	case "$format":
		o.Format = value
	}
	return err
}

func (q *query) top(value string) (int, error) {
	limit := q.allowed.MaxTop
	if limit <= 0 {
		limit = math.MaxInt32
	}
	n, ok := natural(value)
	switch {
	case !ok:
		return 0, badNumber("$top", value)
	case n == 0: // documented: the minimum is 1; the words are chosen after those for a negative one
		return 0, refuse("$top", fmt.Sprintf("Invalid value '%s' for $top query option found. "+
			"The $top query option requires a positive integer value.", echo(value)),
			"The smallest $top is 1.")
	case n > limit || n == math.MaxInt32 && strings.TrimSpace(value) != strconv.Itoa(n):
		return 0, refuse("$top", fmt.Sprintf("The query specified in the URI is not valid. "+
			"The limit of '%d' for Top query has been exceeded. The value from the incoming request is '%s'.",
			limit, echo(strings.TrimSpace(value))),
			"The largest $top is %d; @odata.nextLink leads to the rest.", limit)
	}
	return n, nil
}

// badNumber has the OData library's words.
func badNumber(target, value string) error {
	return refuse(target, fmt.Sprintf("Invalid value '%s' for %s query option found. "+
		"The %s query option requires a non-negative integer value.", echo(value), target, target),
		"Write a number in plain digits: %s=10.", target)
}

// natural reads digits; what is more than math.MaxInt32 is as much as that.
func natural(s string) (int, bool) {
	s = strings.TrimSpace(s)
	for i := range len(s) {
		if !digit(s[i]) {
			return 0, false
		}
	}
	if s == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return math.MaxInt32, true
	}
	return int(n), true
}
