package redact

import (
	"regexp"
	"slices"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// A filter, or a search, that looks at a secret holds a guess at it: the value that it is
// compared with. Such a value is a secret too.

// operators are those of OData that compare.
const operators = `(?i:eq|ne|gt|ge|lt|le|in|has)`

// Each finds a name beside which a value may stand. The value itself is found by hand: a
// pattern with it would read the rest of the text again for each name.
var (
	beforeValue = words.Pattern(`([\w.\-]+)(?:[\s)]+` + operators + `\s+|[\s)]*,\s*)`)
	afterValue  = words.Pattern(`(?:\s+` + operators + `\s+(?:\w+\()*|\s*,\s*)(?:[\w.:]+/)*([\w.\-]+)`)
	namedValue  = words.Pattern(`"\s*([\w.\-]+)\s*:\s*`)
	comparison  = words.Pattern(`\s` + operators + `[\s(]`)
)

// compared returns a text less the values that names of secrets are compared with in it.
func compared(text string) string {
	if !strings.ContainsAny(text, `'":`) && !comparison().MatchString(text) {
		return text
	}
	keys := hasCredential(text)
	secret := func(name string) bool { return Name(name) || keys && strings.EqualFold(name, "key") }
	text = each(beforeValue(), text, secret, func(from, begin, end int) (int, int) {
		open := startsQuoted(text[end:]) || strings.HasPrefix(text[end:], "(")
		if !open && (strings.Contains(text[begin:end], ",") || english(text[begin:end])) {
			return end, end // a list of names, or a sentence
		}
		return end, literalEnd(text, end)
	})
	text = each(afterValue(), text, secret, func(from, begin, end int) (int, int) {
		at := literalBegin(text, from, begin)
		if (strings.Contains(text[begin:end], ",") || english(text[begin:end])) && !strings.ContainsAny(text[at:begin], `'"`) {
			return begin, begin
		}
		return at, begin
	})
	return each(namedValue(), text, secret, func(from, begin, end int) (int, int) {
		if i := strings.IndexByte(text[end:], '"'); i >= 0 {
			return end, end + i
		}
		return end, len(text)
	})
}

// each takes the values out of a text that stand beside secrets' names. value says where
// the value is, for a match that ends at end, in a text that is done up to from.
func each(re *regexp.Regexp, text string, secret func(string) bool, value func(from, begin, end int) (int, int)) string {
	var out strings.Builder
	from, at := 0, 0
	for at < len(text) {
		m := re.FindStringSubmatchIndex(text[at:])
		if m == nil {
			break
		}
		if secret(text[at+m[2] : at+m[3]]) {
			if begin, end := value(from, at+m[0], at+m[1]); end > begin && !strings.Contains(text[begin:end], Mark) {
				out.WriteString(text[from:begin])
				out.WriteString(Mark)
				from = end
			}
		}
		at = max(from, at+m[3])
	}
	if from == 0 {
		return text
	}
	out.WriteString(text[from:])
	return out.String()
}

// startsQuoted tells whether text begins with a literal in quotes, such as 'a' or binary'a'.
func startsQuoted(text string) bool {
	i := 0
	for i < len(text) && nameByte(text[i]) {
		i++
	}
	return i < len(text) && (text[i] == '\'' || text[i] == '"')
}

// literalEnd returns where the value ends that begins at i. One that is not closed goes to
// the end of the text: too far, rather than not far enough.
func literalEnd(text string, i int) int {
	if i < len(text) && text[i] == '(' { // a list
		if end := strings.IndexByte(text[i:], ')'); end >= 0 {
			return i + end + 1
		}
		return len(text)
	}
	if !startsQuoted(text[i:]) {
		return wordEnd(text, i)
	}
	i += strings.IndexAny(text[i:], `'"`)
	for quote := text[i]; ; {
		end := strings.IndexByte(text[i+1:], quote)
		if end < 0 {
			return len(text)
		}
		if i += end + 1; i+1 == len(text) || text[i+1] != quote {
			return i + 1
		}
		i++ // a quote within, doubled
	}
}

// literalBegin returns where the value begins that ends at end, no further back than from.
func literalBegin(text string, from, end int) int {
	i := end - 1
	if i < from {
		return end
	}
	if quote := text[i]; quote == '\'' || quote == '"' {
		for i > from {
			at := strings.LastIndexByte(text[from:i], quote)
			if at < 0 {
				return from
			}
			if i = from + at; i == from || text[i-1] != quote {
				break
			}
			i--
		}
	}
	for i > from && strings.IndexByte(" \t\r\n&;,\"'(=", text[i-1]) < 0 {
		i--
	}
	return i
}

// english tells whether the operator in a text is a word of sentences too.
func english(text string) bool {
	words := strings.Fields(fold(text))
	return slices.Contains(words, "in") || slices.Contains(words, "has")
}

func hasCredential(text string) bool { return strings.Contains(fold(text), "credential") }

// asks tells whether the value of an option of a query, decoded, looks at a secret. It is
// coarser than compared: what is compared, and how, does not matter, for it may be wrong.
func asks(option, clause string) bool {
	option = strings.TrimPrefix(fold(option), "$")
	if option == "select" || !Mentions(clause) {
		return false
	}
	search := option == "search"
	bare := clause
	if !search && strings.Count(clause, "'")%2 == 0 {
		bare = quoted().ReplaceAllString(clause, "''") // texts that speak of secrets are none
	}
	if !strings.ContainsAny(clause, `'":`) && !comparison().MatchString(clause) {
		return false
	}
	keys := hasCredential(bare)
	for _, at := range word().FindAllStringIndex(bare, -1) {
		name, rest := bare[at[0]:at[1]], strings.TrimLeft(bare[at[1]:], " \t")
		switch {
		case !Name(name) && !(keys && strings.EqualFold(name, "key")):
		case search && !strings.HasPrefix(rest, ":"):
		case strings.HasPrefix(rest, "/") && holder(name):
		default:
			return true
		}
	}
	return false
}

// asksIn tells whether an address has a query that asks so.
func asksIn(address string) bool {
	_, query, _ := strings.Cut(address, "?")
	for pair := range strings.SplitSeq(query, "&") {
		if name, value, has := strings.Cut(pair, "="); has && Mentions(pair) && asks(decode(name), decode(value)) {
			return true
		}
	}
	return false
}

var (
	quoted = words.Pattern(`'(?:[^']|'')*'`)
	word   = words.Pattern(`[\w.\-\x{80}-\x{10ffff}]+`)
)

// holder tells whether a property of that name has others in it, not all of which are
// secrets: keyCredentials, passwordProfile.
func holder(name string) bool {
	name = fold(name)
	return strings.HasSuffix(name, "credentials") || strings.HasSuffix(name, "profile")
}

// addCompared notes the values of a clause that looks at a secret: messages quote them
// alone.
func (s *Found) addCompared(clause string) {
	if s == nil {
		return
	}
	for _, text := range quoted().FindAllString(clause, maxSecrets) {
		s.add(strings.ReplaceAll(text[1:len(text)-1], "''", "'"))
	}
	if _, open, odd := strings.Cut(quoted().ReplaceAllString(clause, ""), "'"); odd {
		s.add(open)
	}
	if _, open, odd := strings.Cut(clause, `"`); odd {
		first, _, _ := strings.Cut(open, `"`)
		s.add(first)
	}
	for _, m := range besides().FindAllStringSubmatch(clause, maxSecrets) {
		for _, side := range m[1:] {
			if strings.ContainsAny(side, "/(") || Name(side) || len(side) < shortest {
				continue
			}
			s.add(side)
		}
	}
	for _, m := range namedValue().FindAllStringIndex(clause, maxSecrets) {
		value, _, _ := strings.Cut(clause[m[1]:], `"`)
		s.add(value)
	}
}

// besides finds what stands on both sides of an operator.
var besides = words.Pattern(`([^\s,()'"]+)[\s)]+` + operators + `[\s]+([^\s,()'"]+)`)
