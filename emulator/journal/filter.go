package journal

import (
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator/internal/match"
	"github.com/graphemu/graphemu/emulator/internal/operation"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Filter says which entries are wanted. Every condition that is set must hold;
// the zero value wants all.
type Filter struct {
	Operation string    // as "profiles.start"; "profiles.*" is a group, "*" all but signing in; or "GET /users/{id}"
	Status    string    // "409", "4xx", or "0" for a request that got no answer; any other text matches none
	After     uint64    // an id: the entries after it
	Batch     uint64    // the id of a batch: its parts; 0: all
	Since     time.Time // on the world's clock: the entries from that instant on

	// Contains is a gjson path into the entry's JSON that must lead to
	// something, as "detail.fault.rule" or
	// `error.details.#(code=="unknownProperty")`; with "=" and a text after it to
	// that text, as "detail.fault.rule=throttle-start".
	Contains string

	Limit int // the newest so many; 0: all
}

// Check errs where a condition can hold for no entry: an operation that is none of
// operations, or a status, a path or a limit that cannot be read. Where operations
// is nil it does not know which there are. Entries takes any Filter, and finds
// nothing where this errs.
func (f Filter) Check(operations []string) error {
	return f.CheckWith(func(name string) string { return operation.Wrong(name, operations) })
}

// CheckWith is Check where wrong says what is wrong with an operation, "" for nothing.
func (f Filter) CheckWith(wrong func(operation string) string) error {
	if f.Operation != "" {
		if wrong := wrong(f.Operation); wrong != "" {
			return fmt.Errorf("operation: %s", wrong)
		}
	}
	if _, ok := parseStatus(f.Status); f.Status != "" && !ok {
		return fmt.Errorf("status %q: %s", show(f.Status), statusForms)
	}
	if path, _, valued := cutValue(f.Contains); f.Contains != "" {
		if wrong := match.WrongPath(path); wrong != "" {
			hint := ""
			if !valued {
				hint = "; for such a character in a value write path=value"
			}
			return fmt.Errorf("contains: %s%s", wrong, hint)
		}
	}
	if f.Limit < 0 {
		return fmt.Errorf("limit %q: %s", strconv.Itoa(f.Limit), limitForm)
	}
	return nil
}

const limitForm = "want how many of the newest entries, 1 or more"

// filters are the names that ParseFilter knows.
var filters = []string{"contains", "limit", "operation", "since", "status"}

// ParseFilter reads a filter from the query of an address: operation, status,
// since (an entry's id, or an instant in RFC 3339), contains and limit. It errs
// where a name is unknown or comes twice, or a value cannot be read. Whether an
// operation exists it does not know.
func ParseFilter(query url.Values) (f Filter, err error) {
	names := make([]string, 0, len(query))
	for name := range query {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		value := query[name][0]
		switch {
		case !slices.Contains(filters, name):
			return Filter{}, unknownFilter(name)
		case len(query[name]) > 1:
			return Filter{}, fmt.Errorf("the filter %s is given %d times; give it once", name, len(query[name]))
		case value == "":
			return Filter{}, fmt.Errorf("the filter %s is empty; leave it out to see everything", name)
		}
		switch name {
		case "operation":
			f.Operation = value
		case "status":
			f.Status = value
		case "since":
			if f.After, f.Since, err = parseSince(value); err != nil {
				return Filter{}, err
			}
		case "contains":
			f.Contains = value
		case "limit":
			n, err := strconv.Atoi(value)
			if err != nil || n < 1 {
				return Filter{}, fmt.Errorf("limit %q: %s", show(value), limitForm)
			}
			f.Limit = n
		}
	}
	if err := f.Check(nil); err != nil {
		return Filter{}, err
	}
	return f, nil
}

func unknownFilter(name string) error {
	if near := words.Nearest(name, filters); near != "" {
		return fmt.Errorf("%q is no filter; did you mean %q?", show(name), near)
	}
	return fmt.Errorf("%q is no filter; there are %s", show(name), strings.Join(filters, ", "))
}

func parseSince(value string) (after uint64, since time.Time, err error) {
	if after, err = strconv.ParseUint(value, 10, 64); err == nil {
		return after, since, nil
	}
	// A plus sign that was not escaped arrives as a blank.
	if since, err = time.Parse(time.RFC3339Nano, strings.Replace(value, " ", "+", 1)); err == nil {
		return 0, since, nil
	}
	return 0, time.Time{}, fmt.Errorf("since %q: want an entry's id, like 17, or an instant, like 2026-01-05T06:00:00Z", show(value))
}

// Matches tells whether every condition of the filter holds for e. Limit is none.
func (f Filter) Matches(e *Entry) bool {
	status, known := parseStatus(f.Status)
	return (f.Operation == "" || f.means(e)) &&
		(f.Status == "" || known && status.has(e.Status)) &&
		e.ID > f.After && (f.Batch == 0 || e.Batch == f.Batch) && !e.At.Before(f.Since) && f.contains(e)
}

// means tells whether the operation is the one asked for.
func (f *Filter) means(e *Entry) bool {
	p := operation.Compile(f.Operation)
	return p.Means(operation.Asked(e.Operation, e.Method, e.Path))
}

// contains tells whether Contains holds for e.
func (f Filter) contains(e *Entry) bool {
	if f.Contains == "" {
		return true
	}
	path, want, compare := cutValue(f.Contains)
	if match.WrongPath(path) != "" {
		return false
	}
	text, err := json.Marshal(e)
	if err != nil {
		return false // an instant that RFC 3339 cannot write
	}
	found := gjson.GetBytes(text, path)
	if !compare {
		return found.Exists() && found.Type != gjson.Null && found.Raw != "[]"
	}
	return found.Exists() && found.String() == want
}

// cutValue splits "path=value". An equals sign within a query, as in
// "#(code==a)", belongs to the path.
func cutValue(contains string) (path, value string, has bool) {
	depth, quoted := 0, false
	for i := 0; i < len(contains); i++ {
		switch b := contains[i]; {
		case b == '\\':
			i++
		case b == '"' && depth > 0:
			quoted = !quoted
		case quoted:
		case b == '(':
			depth++
		case b == ')':
			depth--
		case b == '=' && depth <= 0:
			return contains[:i], contains[i+1:], true
		}
	}
	return contains, "", false
}
