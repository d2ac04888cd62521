package rig

import (
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// Walk follows nextLink to the end and returns the pages.
func (g *Rig) Walk(t *testing.T, path string) []Answer {
	t.Helper()
	pages := []Answer{g.Found(t, path)}
	for next := pages[0].Text("@odata.nextLink"); next != ""; next = pages[len(pages)-1].Text("@odata.nextLink") {
		require.Less(t, len(pages), 100, "nextLink goes on for ever")
		pages = append(pages, g.Found(t, next))
	}
	return pages
}

// AllOf are the names on all pages.
func AllOf(pages []Answer) []string {
	var names []string
	for _, p := range pages {
		names = append(names, p.Names()...)
	}
	return names
}

// Sizes are how many objects each page has.
func Sizes(pages []Answer) []int {
	var n []int
	for _, p := range pages {
		n = append(n, len(p.JSON("value").Array()))
	}
	return n
}

// Numbered are the names p000, p001 and so on.
func Numbered(n int) []string {
	var names []string
	for i := range n {
		names = append(names, fmt.Sprintf("p%03d", i))
	}
	return names
}

// Encoded escapes the values of a query, and leaves the rest as it is.
func Encoded(query string) string {
	parts := strings.Split(query, "&")
	for i, p := range parts {
		if name, value, ok := strings.Cut(p, "="); ok {
			parts[i] = strings.ReplaceAll(url.QueryEscape(name), "%24", "$") + "=" + url.QueryEscape(value)
		}
	}
	return strings.Join(parts, "&")
}

// ListPath is where the profiles are on a server, and ProfilesAt where they are in the service.
const (
	ListPath   = "/beta" + ProfilesAt
	ProfilesAt = "/education/synchronizationProfiles"
)

// Unclean are spellings of a path that mean the same: a base that ends in a slash
// was joined with a path that begins with one, or a slash was added at the end.
func Unclean(path string) []string {
	return []string{path, "/" + path, path + "/", "//" + strings.Replace(path[1:], "/", "//", 1) + "//", strings.ReplaceAll(path, "/", "///")}
}
