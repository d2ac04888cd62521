package resource_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
)

// everything is a model with each construct that Graph has.
func everything(t testing.TB) *odata.Model {
	t.Helper()
	f, err := os.Open("../odata/testdata/every.csdl")
	require.NoError(t, err)
	defer f.Close()
	m, err := odata.ReadCSDL(f, "every.csdl")
	require.NoError(t, err)
	return m
}

// A path of more segments than any of Graph's is refused before it is walked.
func TestLongPaths(t *testing.T) {
	m := everything(t)
	set := m.EntitySets[0].Name
	_, err := resource.Walk(m, strings.Split(set+strings.Repeat("/a", 199), "/"))
	var long *resource.TooLongError
	require.ErrorAs(t, err, &long)
	assert.Equal(t, 200, long.Segments)
}

// FuzzWalk: each path is walked to its end or refused with the place where it goes wrong,
// and what was walked says what it is.
func FuzzWalk(f *testing.F) {
	m := everything(f)
	for _, s := range m.EntitySets {
		for _, after := range []string{"", "/1", "('1')", "(id='it''s')", "/$count", "/1/$ref", "/1/$value", "/delta", "/delta()",
			"(a='1',b=2)", "()",
			"/1/" + s.Type.Qualified(), "/microsoft.graph.nope", "/1/microsoft.graph.delta(token='x')", "/(((", "/'", "/''", "/1//2", "/$",
			"/a=b,c"} {
			f.Add(s.Name + after)
		}
		for _, p := range s.Type.All() {
			f.Add(s.Name + "/1/" + p.Name)
			f.Add(s.Name + "/1/" + p.Name + "/2/" + p.Name + "/$count")
			f.Add(s.Name + "/1/" + p.Name + "/" + s.Type.Qualified() + "/$ref")
		}
	}
	for _, s := range m.Singletons {
		f.Add(s.Name)
		for _, p := range s.Type.All() {
			f.Add(s.Name + "/" + p.Name + "('\u20ac')/$value")
		}
	}
	for _, o := range append(m.Functions, m.Actions...) {
		for _, s := range m.EntitySets {
			f.Add(s.Name + "/1/" + o.Name + "(a=1)")
			f.Add(s.Name + "/" + strings.ToUpper(o.Name))
		}
	}
	f.Fuzz(func(t *testing.T, path string) {
		segments := strings.Split(path, "/")
		p, err := resource.Walk(m, segments)
		if err != nil {
			var (
				unknown  *resource.UnknownError
				unserved *resource.UnservedError
				long     *resource.TooLongError
			)
			switch {
			case errors.As(err, &unknown):
				require.Less(t, unknown.At, len(segments))
				require.Equal(t, segments[unknown.At], unknown.Segment)
			case errors.As(err, &unserved):
				require.NotEmpty(t, unserved.Segment)
			default:
				require.ErrorAs(t, err, &long)
			}
			return
		}
		require.LessOrEqual(t, len(p.Segments), 2*len(segments))
		require.NotEmpty(t, p.Name())
		for i := range p.Segments {
			s := &p.Segments[i]
			require.NotZero(t, s.Kind)
			switch s.Kind {
			case resource.Key:
				require.NotEmpty(t, s.Keys)
				require.True(t, p.Segments[i-1].Many, "a key follows a collection")
			case resource.Navigation, resource.Property:
				require.NotNil(t, s.Property)
			case resource.Operation:
				require.NotEmpty(t, s.Overload)
			case resource.Count, resource.Ref, resource.Value:
				require.Equal(t, len(p.Segments)-1, i, "nothing follows")
			}
		}
		// In the model's spelling and with any key the path means the same.
		again, err := resource.Walk(m, strings.Split(strings.ReplaceAll(p.String()[1:], "{id}", "1"), "/"))
		if err == nil && len(again.Segments) == len(p.Segments) {
			require.Equal(t, p.Name(), again.Name())
		}
	})
}
