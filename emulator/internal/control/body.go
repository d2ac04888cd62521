package control

import (
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/words"
)

// readBody returns the body, which the router has bounded.
func (c *Control) readBody(r *http.Request) ([]byte, error) {
	b, err := io.ReadAll(r.Body)
	if over := new(http.MaxBytesError); errors.As(err, &over) {
		return nil, c.tooLarge(over)
	}
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Unreadable body", "%v", err)
	}
	return b, nil
}

func (c *Control) tooLarge(over *http.MaxBytesError) error {
	if over.Limit == c.MaxBody {
		return problem(http.StatusRequestEntityTooLarge, "Too large", "The body may have %d bytes (--max-body).", over.Limit)
	}
	return problem(http.StatusRequestEntityTooLarge, "Too large", "A snapshot may have %d bytes.", over.Limit)
}

// readObject returns the body as an object with no other names than those
// known; an absent body is an empty object.
func (c *Control) readObject(r *http.Request, known ...string) (map[string]any, error) {
	b, err := c.readBody(r)
	if err != nil {
		return nil, err
	}
	if len(b) == 0 {
		return map[string]any{}, nil
	}
	o, err := object(b)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(o)) {
		if !slices.Contains(known, name) {
			return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: unknown; %s%s", name, thereAre(known), words.Suggestion(name, known))
		}
	}
	return o, nil
}

// thereAre tells which names a body may have.
func thereAre(known []string) string {
	switch len(known) {
	case 0:
		return "this call takes none"
	case 1:
		return "there is " + known[0]
	}
	return "there are " + strings.Join(known, ", ")
}

// object decodes a body that has to be a JSON object.
func object(b []byte) (map[string]any, error) {
	v, err := jsontree.Decode(b)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Invalid JSON", "%v", err)
	}
	o, ok := v.(map[string]any)
	if !ok {
		return nil, problem(http.StatusBadRequest, "Invalid JSON", "want an object")
	}
	return o, nil
}

// text returns a member of a body that has to be a text; "" where it is absent.
func text(o map[string]any, name, want string) (string, error) {
	v, given := o[name]
	s, ok := v.(string)
	if given && (!ok || s == "") {
		return "", problem(http.StatusBadRequest, "Invalid body", "/%s: want %s", name, want)
	}
	return s, nil
}

// texts returns a member of a body that has to be an array of texts.
func texts(o map[string]any, name string) ([]string, error) {
	v, given := o[name]
	if !given {
		return nil, nil
	}
	list, ok := v.([]any)
	var out []string
	for _, e := range list {
		s, isText := e.(string)
		ok = ok && isText && s != ""
		out = append(out, s)
	}
	if !ok {
		return nil, problem(http.StatusBadRequest, "Invalid body", "/%s: want an array of strings", name)
	}
	return out, nil
}

// query returns the query's parameters, none but those known and each once.
func query(r *http.Request, known ...string) (url.Values, error) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, problem(http.StatusBadRequest, "Invalid query", "%v", err)
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		switch {
		case !slices.Contains(known, name):
			return nil, problem(http.StatusBadRequest, "Invalid query",
				"%s: unknown; there are %s%s", name, strings.Join(known, ", "), words.Suggestion(name, known))
		case len(values[name]) > 1:
			return nil, problem(http.StatusBadRequest, "Invalid query", "%s: given %d times, want it once", name, len(values[name]))
		}
	}
	return values, nil
}

// oneOf returns the parameter's value, which has to be one of those known, the
// first where it is absent.
func oneOf(values url.Values, name string, known ...string) (string, error) {
	v := values.Get(name)
	if !values.Has(name) {
		return known[0], nil
	}
	if !slices.Contains(known, v) {
		return "", problem(http.StatusBadRequest, "Invalid query", "%s: %q, want %s%s", name, v,
			strings.Join(known, ", "), words.Suggestion(v, known))
	}
	return v, nil
}

// prefers returns which of the media types offered the client would rather have;
// the first where it does not say.
func prefers(r *http.Request, offered ...string) string {
	best, most := offered[0], 0.0
	for _, media := range offered {
		if q := quality(r.Header.Values("Accept"), media); q > most {
			best, most = media, q
		}
	}
	return best
}

// quality returns how much an Accept header wants a media type, 0 to 1: as the
// range says that names it most closely.
func quality(accept []string, media string) float64 {
	kind, _, _ := strings.Cut(media, "/")
	q, closeness := 0.0, 0
	for _, line := range accept {
		for part := range strings.SplitSeq(line, ",") {
			name, parameters, _ := strings.Cut(part, ";")
			near := 0
			switch strings.ToLower(strings.TrimSpace(name)) {
			case media:
				near = 3
			case kind + "/*":
				near = 2
			case "*/*":
				near = 1
			}
			if near > closeness {
				q, closeness = weight(parameters), near
			}
		}
	}
	return q
}

// weight reads the q of a range's parameters; 1 where there is none.
func weight(parameters string) float64 {
	for p := range strings.SplitSeq(parameters, ";") {
		if v, ok := strings.CutPrefix(strings.ToLower(strings.TrimSpace(p)), "q="); ok {
			if q, err := strconv.ParseFloat(v, 64); err == nil && q >= 0 && q <= 1 {
				return q
			}
		}
	}
	return 1
}
