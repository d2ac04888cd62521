package resource

import "strings"

// cut splits "name(inside)". ok is false for a segment without parentheses.
func cut(segment string) (name, inside string, ok bool) {
	open := strings.IndexByte(segment, '(')
	if open <= 0 || segment[len(segment)-1] != ')' {
		return segment, "", false
	}
	return segment[:open], segment[open+1 : len(segment)-1], true
}

// maxArguments is how many values the parentheses of a segment may hold (chosen: keys
// and functions of Graph have at most a handful).
const maxArguments = 32

// arguments reads what stands in a segment's parentheses: 'k', k, or name='k' and so
// on, separated by commas. In quotes a doubled quote is one, and a comma a character.
func arguments(inside string) ([]KeyValue, bool) {
	var list []KeyValue
	for rest := inside; ; {
		var kv KeyValue
		rest = strings.TrimLeft(rest, " ")
		if name, after, ok := strings.Cut(rest, "="); ok && identifier(strings.TrimRight(name, " ")) {
			kv.Name, rest = strings.TrimRight(name, " "), strings.TrimLeft(after, " ")
		}
		if strings.HasPrefix(rest, "'") {
			value, after, ok := quoted(rest)
			if !ok {
				return nil, false
			}
			kv.Value, kv.Quoted, rest = value, true, strings.TrimLeft(after, " ")
		} else {
			end := strings.IndexByte(rest, ',')
			if end < 0 {
				end = len(rest)
			}
			if kv.Value = strings.TrimSpace(rest[:end]); kv.Value == "" {
				return nil, false
			}
			rest = rest[end:]
		}
		if list = append(list, kv); len(list) > maxArguments {
			return nil, false
		}
		if rest == "" {
			return list, true
		}
		if rest[0] != ',' {
			return nil, false
		}
		rest = rest[1:]
	}
}

// quoted reads a text in quotes at the beginning of s.
func quoted(s string) (value, rest string, ok bool) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 < len(s) && s[i+1] == '\'' {
			i++
			continue
		}
		return strings.ReplaceAll(s[1:i], "''", "'"), s[i+1:], true
	}
	return "", "", false
}

func identifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}
