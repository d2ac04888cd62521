// Package urlpath brings the paths of requests to one form, for every surface
// alike. Clients join a base that ends in a slash with a path that begins with
// one, so a path may hold empty segments and end in a slash: these mean nothing.
//
// It reads paths as they are on the wire: an escaped slash (%2F) is a part of its
// segment. The segments . and .. are names like any other, since nothing here is a
// file. What a storage account has behind the container is no path but the name of
// a blob, in which every slash counts: see CleanFirst.
package urlpath

import (
	"net/http"
	"net/url"
	"strings"
)

// Clean returns path with one slash before each segment and none at the end; "/"
// where it has no segment.
func Clean(path string) string {
	switch {
	case isClean(path):
		return path
	case path == "":
		return "/"
	}
	clean, _ := first(path, -1)
	return clean
}

// CleanFirst cleans the first n segments and leaves what follows as it is, with
// the slash that it begins with.
func CleanFirst(path string, n int) string {
	clean, rest := first(path, n)
	if rest != "" && clean == "/" {
		return rest
	}
	return clean + rest
}

// First returns the first segment that is not empty, "" where there is none.
func First(path string) string {
	segment, _, _ := strings.Cut(strings.TrimLeft(path, "/"), "/")
	return segment
}

// Request returns r with a clean path: r itself where it has one.
func Request(r *http.Request) *http.Request {
	escaped := r.URL.EscapedPath()
	clean := Clean(escaped)
	if clean == escaped {
		return r
	}
	path, err := url.PathUnescape(clean)
	if err != nil {
		return r // net/http has refused such a path
	}
	with := *r.URL
	with.Path, with.RawPath = path, clean
	copied := *r
	copied.URL = &with
	return &copied
}

func isClean(path string) bool {
	return path == "/" || strings.HasPrefix(path, "/") && !strings.HasSuffix(path, "/") && !strings.Contains(path, "//")
}

// first returns the first n segments of path, clean, and the rest of it; all of
// them where n is negative.
func first(path string, n int) (clean, rest string) {
	var b strings.Builder
	b.Grow(len(path) + 1)
	for rest = path; n != 0; n-- {
		trimmed := strings.TrimLeft(rest, "/")
		if trimmed == "" {
			rest = ""
			break
		}
		end := strings.IndexByte(trimmed, '/')
		if end < 0 {
			end = len(trimmed)
		}
		b.WriteByte('/')
		b.WriteString(trimmed[:end])
		rest = trimmed[end:]
	}
	if b.Len() == 0 {
		return "/", rest
	}
	return b.String(), rest
}
