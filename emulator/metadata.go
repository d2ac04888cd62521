package emulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/metadata"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// MetadataSource says where GetMetadata downloads from.
type MetadataSource struct {
	Graph       string       // the address of Graph; "": https://graph.microsoft.com
	Permissions string       // the address of the table of permissions; "": it is left out
	Client      *http.Client // nil: one that obeys HTTPS_PROXY
}

// Where Graph and its table of permissions are published.
const (
	PublishedGraph       = "https://graph.microsoft.com"
	PublishedPermissions = "https://raw.githubusercontent.com/microsoftgraph/microsoft-graph-devx-content/" +
		"master/permissions/new/permissions.json"
)

// MetadataFile is a file that GetMetadata wrote.
type MetadataFile struct {
	Name string
	Size int64  // in bytes
	What string // is in it, in words
}

// GetMetadata downloads the metadata of both versions of Graph, and its table of
// permissions, into a folder for Options.Metadata. All files are checked before any is
// written.
func GetMetadata(ctx context.Context, dir string, from MetadataSource) ([]MetadataFile, error) {
	if from.Graph == "" {
		from.Graph = PublishedGraph
	}
	list, err := metadata.Get(ctx, dir, metadata.Source(from))
	var files []MetadataFile
	for _, f := range list {
		files = append(files, MetadataFile(f))
	}
	return files, err
}

// MetadataOptions say what ShowMetadata looks at.
type MetadataOptions struct {
	Metadata    []string // as Options.Metadata
	Permissions string   // as Options.Permissions
	Beta        bool     // a path without a version is one of beta, not of v1.0
}

// ShowMetadata tells, in lines for people, what is at a path of Graph: its type with
// properties, navigations, actions and functions, and each method with the name, the
// level and the permissions of what it does. It errs where a segment is unknown.
func ShowMetadata(path string, o MetadataOptions) (string, error) {
	described, err := readService(o.Metadata, o.Permissions)
	if err != nil {
		return "", err
	}
	h := newGraph(graph.Config{Permissions: described.permissions}, nil, described.models)
	path, _, _ = strings.Cut(path, "?")
	path = "/" + strings.Trim(path, "/")
	first, _, _ := strings.Cut(path[1:], "/")
	version := workload.ParseVersion(first)
	if version == 0 {
		version = workload.V1
		if o.Beta {
			version = workload.Beta
		}
		path = "/" + version.String() + path
	}
	if path == "/"+first {
		return "", fmt.Errorf("%q is no path; want one like users/{id}/messages", first)
	}
	place, err := h.Describe(path)
	if err != nil {
		return "", fmt.Errorf("%s: %w", path, err)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s of %s: %s\n", place.Path, version, leadsTo(&place))
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	showOperations(w, &place, described.permissions != nil)
	showMembers(w, &place)
	_ = w.Flush() // a strings.Builder takes all
	return trailing().ReplaceAllString(b.String(), "\n"), nil
}

// trailing is what fills the last column of a table.
var trailing = words.Pattern(` +\n`)

// leadsTo is what a path leads to, in words.
func leadsTo(p *graph.Place) string {
	what := ""
	switch {
	case len(p.Overloads) > 0:
		o := p.Overloads[0]
		what = "an action"
		if o.Function() {
			what = "a function"
		}
		return what + ", " + signature(o)
	case p.Type == nil && p.Primitive != 0:
		what = p.Primitive.String()
	case p.Type == nil:
		return "no type of its own"
	default:
		what = p.Type.Qualified()
	}
	if p.Many {
		return "a collection of " + what
	}
	return "one " + what
}

// maxNeeds is how wide the column of permissions is: for users there are dozens.
const maxNeeds = 100

func showOperations(w *tabwriter.Writer, p *graph.Place, table bool) {
	fmt.Fprintln(w, "\noperations")
	for _, o := range p.Operations {
		needs := "a token"
		if o.Need != nil {
			needs = "delegated: " + namesOf(o.Need.Delegated) + "; application: " + namesOf(o.Need.Application)
			if o.By != "" {
				needs += " (published for " + o.By + ")"
			}
		} else if o.Level != workload.Emulated && table {
			needs = "a token (the published table does not have it)"
		}
		lines := words.Wrap(needs, maxNeeds)
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", o.Method, o.Name, o.Level, lines[0])
		for _, more := range lines[1:] {
			fmt.Fprintf(w, "  \t\t\t%s\n", more)
		}
	}
	if len(p.Operations) == 0 {
		fmt.Fprintln(w, "  none")
	}
}

// namesOf are choices in words, the least privileged first.
func namesOf(c identity.Choices) string {
	if len(c) == 0 {
		return "not supported"
	}
	return strings.Join(c.Names(), " or ")
}

// showMembers tells what the type of a path has.
func showMembers(w *tabwriter.Writer, p *graph.Place) {
	var properties, navigations []*odata.Property
	if p.Type != nil && !p.Type.Enum() {
		for _, m := range p.Type.All() {
			if m.Navigation {
				navigations = append(navigations, m)
			} else {
				properties = append(properties, m)
			}
		}
	}
	section := func(title string, list []*odata.Property, notes func(*odata.Property) []string) {
		if len(list) == 0 {
			return
		}
		slices.SortStableFunc(list, func(a, b *odata.Property) int { return strings.Compare(a.Name, b.Name) })
		fmt.Fprintf(w, "\n%s of %s\n", title, p.Type.Qualified())
		for _, m := range list {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", m.Name, m.TypeName(), strings.Join(notes(m), ", "))
		}
	}
	section("properties", properties, marksOf)
	section("navigations", navigations, func(m *odata.Property) []string {
		if m.Contained {
			return append([]string{"contained"}, marksOf(m)...)
		}
		return append([]string{"linked"}, marksOf(m)...)
	})
	if len(p.Bound) > 0 {
		fmt.Fprintln(w, "\nactions and functions")
	}
	for _, o := range p.Bound {
		kind := "action"
		if o.Function() {
			kind = "function"
		}
		fmt.Fprintf(w, "  %s\t%s\n", kind, signature(o))
	}
}

// marksOf is what is said of a property beyond its type.
func marksOf(p *odata.Property) (marks []string) {
	for _, m := range []struct {
		is   bool
		name string
	}{{p.Computed, "computed"}, {p.Immutable, "immutable"}, {p.ReadOnly, "read-only"}, {p.WriteOnly, "write-only"},
		{p.Secret, "secret"}, {p.Unserved, "not emulated"}} {
		if m.is {
			marks = append(marks, m.name)
		}
	}
	return marks
}

// signature is an action or a function with its parameters and what it returns.
func signature(o *odata.Operation) string {
	var parameters []string
	for i := range o.Parameters {
		parameters = append(parameters, o.Parameters[i].Name+" "+o.Parameters[i].TypeName())
	}
	text := words.Clean(o.Name) + "(" + strings.Join(parameters, ", ") + ")"
	if o.Returns != nil {
		text += " " + o.Returns.TypeName()
	}
	return text
}
