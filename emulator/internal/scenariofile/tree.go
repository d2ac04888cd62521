package scenariofile

import (
	"slices"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// tokens returns the tokens of a JSON pointer.
func tokens(pointer string) []string { return slices.Collect(jsontext.Pointer(pointer).Tokens()) }

// find returns the value of a pointer, nil where there is none.
func find(v any, pointer string) any {
	for _, token := range tokens(pointer) {
		switch parent := v.(type) {
		case map[string]any:
			v = parent[token]
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(parent) {
				return nil
			}
			v = parent[i]
		default:
			return nil
		}
	}
	return v
}

// drop takes the value at the end of the tokens out of v. An item of a list
// becomes null, so that those after it keep their numbers.
func drop(v any, path []string) any {
	if len(path) == 0 {
		return nil
	}
	switch parent := v.(type) {
	case map[string]any:
		switch sub, ok := parent[path[0]]; {
		case !ok:
		case len(path) == 1:
			delete(parent, path[0])
		default:
			parent[path[0]] = drop(sub, path[1:])
		}
	case []any:
		if i, err := strconv.Atoi(path[0]); err == nil && i >= 0 && i < len(parent) {
			parent[i] = drop(parent[i], path[1:])
		}
	}
	return v
}
