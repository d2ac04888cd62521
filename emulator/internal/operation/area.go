package operation

import "strings"

// Area is the part of the API that a pattern is about: of a name its first part, as "users"
// of "users.messages.list", of a call as the client sees it the first segment of its path.
// It is "" for a pattern that is about more than one. Chosen: uploads are of profiles, since
// a profile's files are all that is uploaded, and /me is a user.
func Area(pattern string) string {
	pattern = current(pattern)
	if pattern == Any || pattern == Graph {
		return ""
	}
	if _, path, ok := strings.Cut(pattern, " "); ok {
		return AreaOfPath(path)
	}
	area, _, _ := strings.Cut(pattern, ".")
	if area+"." == uploading {
		return profiles
	}
	return area
}

// AreaOf is the area of a call.
func (c Call) AreaOf() string {
	if c.Name != "" {
		return Area(c.Name)
	}
	return AreaOfPath(c.Path)
}

const profiles = "profiles"

// AreaOfPath is the area of a path below the version.
func AreaOfPath(path string) string {
	root, rest, _ := strings.Cut(strings.TrimLeft(path, "/ "), "/")
	root, _, _ = strings.Cut(root, "(")
	switch {
	case root == "*" || strings.HasPrefix(root, "{"):
		return ""
	case strings.EqualFold(root, "me"):
		return "users"
	case strings.EqualFold(root, "education") && len(rest) >= len(inEducation) && strings.EqualFold(rest[:len(inEducation)], inEducation):
		return profiles
	}
	return strings.ToLower(root[:min(1, len(root))]) + root[min(1, len(root)):]
}

const inEducation = "synchronizationProfiles"
