package odata

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// Error says why a query option was refused. It is the client's fault, a 400 on the
// wire, unless it says otherwise.
type Error struct {
	Code    string // Graph's code: "BadRequest" (observed) unless the refusal has one of its own
	Message string // in the service's words where they are known
	Target  string // the option it is about, such as "$filter"; "" where it is the query as a whole
	Help    string // our own words on what would be right; never empty

	Unserved bool // it is nobody's fault: the service could answer, and nothing here can; 501 on the wire
}

// Error returns the message.
func (e *Error) Error() string { return e.Message }

// Limits on what a client may send (chosen). They keep parsing and matching
// short whatever comes, and are far above what a real query needs.
const (
	// MaxClause is the longest value of one query option, in bytes.
	MaxClause = 16 << 10
	// MaxDepth is how deep parentheses, not, functions and lambdas may nest.
	MaxDepth = 64
	// MaxLambdas is how deep any and all may nest.
	MaxLambdas = 3
	// MaxOrderBy is how many properties $orderby may name.
	MaxOrderBy = 16
	// MaxExpand is how deep $expand may nest.
	MaxExpand = 3
)

// maxEcho is how much of a clause a message repeats, in bytes.
const maxEcho = 1 << 10

func refuse(target, message, help string, args ...any) *Error {
	return &Error{Code: "BadRequest", Message: message, Target: target, Help: fmt.Sprintf(help, args...)}
}

// notServed refuses a property that the model declares and nothing here holds.
func (p *Property) notServed(target string) error {
	return &Error{Unserved: true, Code: "NotImplemented", Target: target,
		Message: fmt.Sprintf("graphemu does not emulate the property '%s'.", p.Name),
		Help:    "The service has it; leave it out of " + target + "."}
}

// unseen tells whether no query may look at the property: else a client could ask for a
// secret letter by letter.
func (p *Property) unseen() bool { return p.WriteOnly || p.Secret }

// unseen refuses such a property. The words are observed for properties that no index has;
// that secrets are refused as these are is inferred.
func (p *parser) unseen(prop *Property) error {
	const help = "'%s' is a secret: no query looks at it."
	if p.target != "$filter" {
		return &Error{Code: unsupported, Message: "Sorting not supported for current query.", Target: p.target,
			Help: fmt.Sprintf(help, prop.Name)}
	}
	return &Error{Code: unsupported, Target: p.target, Help: fmt.Sprintf(help, prop.Name),
		Message: fmt.Sprintf("Unsupported or invalid query filter clause specified for property '%s' of resource '%s'.", prop.Name,
			strings.ToUpper(p.root.Name[:1])+p.root.Name[1:])}
}

const unsupported = "Request_UnsupportedQuery"

// clause is the text of one option while it is parsed, and the place where its
// errors get their form.
type clause struct {
	target string // "$filter"
	name   string // "filter", as in "Invalid filter clause"
	text   string
}

// fail reports a clause that can be read but means nothing.
func (c *clause) fail(message, help string, args ...any) error {
	return refuse(c.target, "Invalid "+c.name+" clause: "+message, help, args...)
}

// syntax reports a clause that cannot be read. Its words are observed; pos is a
// byte offset, shown as a number of characters from 0.
func (c *clause) syntax(pos int, help string, args ...any) error {
	pos = min(pos, len(c.text))
	return c.fail(fmt.Sprintf("Syntax error at position %d in '%s'.", utf8.RuneCountInString(c.text[:pos]), echo(c.text)), help, args...)
}

// check refuses a clause before any work is spent on it.
func (c *clause) check() error {
	if len(c.text) > MaxClause {
		return c.fail(fmt.Sprintf("The clause is longer than %d bytes.", MaxClause),
			"%s has %d bytes; this emulator reads up to %d.", c.target, len(c.text), MaxClause)
	}
	return nil
}

// tooDeep has the OData library's words.
func (c *clause) tooDeep() error {
	return c.fail("Recursion depth exceeded allowed limit.",
		"Parentheses, not, functions and lambdas may nest %d deep, any and all %d deep.", MaxDepth, MaxLambdas)
}

// missing says which property there is not, in words that are observed.
func missing(name, typeName string) string {
	return fmt.Sprintf("Could not find a property named '%s' on type '%s'.", echo(name), typeName)
}

// suggest is the help on an unknown name: the nearest one, or all of them.
func suggest(name string, candidates []string) string {
	if near := words.Nearest(name, candidates); near != "" {
		return fmt.Sprintf("Did you mean '%s'?", near)
	}
	if len(candidates) == 0 {
		return "There is nothing that could be named here."
	}
	const most = 200 // a type may have thousands of others derived from it
	if len(candidates) > most {
		return "Known names: " + strings.Join(candidates[:most], ", ") + fmt.Sprintf(" and %d more.", len(candidates)-most)
	}
	return "Known names: " + strings.Join(candidates, ", ") + "."
}

// echo is client's text as a message repeats it.
func echo(text string) string {
	if len(text) <= maxEcho {
		return text
	}
	cut := maxEcho
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + "…"
}
