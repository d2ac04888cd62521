package resource

import "strings"

// Name is a path as rules, scenarios and the journal name what is done with it: the
// names of its sets, navigations, properties and operations, dotted, without keys,
// casts and namespaces. "/me" is "users", "/education/me" "education.users".
func (p Path) Name() string {
	var b strings.Builder
	for _, s := range p.Segments {
		name := s.Name
		switch s.Kind {
		case Key, Cast, Count, Ref:
			continue
		case Value:
			name = "value"
		case Singleton, Navigation:
			if s.Name == "me" {
				name = "users"
			}
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(name)
	}
	return b.String()
}

// String is the path in the model's spelling, with each key where "{id}" stands:
// "/groups/{id}/members/$ref".
func (p Path) String() string {
	var b strings.Builder
	for _, s := range p.Segments {
		name := s.Name
		if s.Kind == Key {
			name = "{id}"
		}
		b.WriteByte('/')
		b.WriteString(name)
	}
	return b.String()
}
