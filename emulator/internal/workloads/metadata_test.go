package workloads

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// A model that was merged with the service's own metadata has everything that the
// emulated workloads rely on: each property with its kind and its marks, each member
// of an enumeration, each address.
func TestMergedWithTheServicesMetadata(t *testing.T) {
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "reference", "graph")
	}
	for file, own := range map[string]*odata.Model{
		"v1.0.csdl": Models.Of(workload.V1), "beta-2021-07.csdl": Models.Of(workload.Beta), "beta-subset.csdl": Models.Of(workload.Beta),
		"education-sync-2025-01-derived.csdl": Models.Of(workload.Beta),
	} {
		t.Run(file, func(t *testing.T) {
			b, err := os.ReadFile(filepath.Join(dir, file))
			if err != nil {
				t.Skipf("SKIPPED, NOT PASSED: no %s in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", file, dir)
			}
			base, err := odata.ReadCSDL(bytes.NewReader(b), file)
			require.NoError(t, err)
			before := string(own.CSDL())
			m, err := odata.Merge(base, own)
			require.NoError(t, err)
			assert.Equal(t, before, string(own.CSDL()), "it is shared, and stays as it is")
			for _, was := range own.Types {
				is := m.Type(was.Qualified())
				require.NotNil(t, is, was.Name)
				assert.NotSame(t, was, is)
				assert.Subset(t, is.Members, was.Members, was.Name)
				for _, p := range was.All() {
					q := is.Property(p.Name)
					if was.Name == "appRoleAssignment" && q == nil && file == "beta-2021-07.csdl" {
						continue // it was no directory object then
					}
					if !assert.NotNil(t, q, "%s.%s", was.Name, p.Name) {
						continue
					}
					if p.Unserved && p.Type.Name == "entity" {
						continue // its name alone is known
					}
					assert.Equal(t, p.TypeName(), q.TypeName(), "%s.%s", was.Name, p.Name)
					assert.Equal(t, []bool{p.ReadOnly, p.WriteOnly, p.Secret, p.Unserved, p.Contained},
						[]bool{q.ReadOnly, q.WriteOnly, q.Secret, q.Unserved, q.Contained}, "%s.%s", was.Name, p.Name)
				}
			}
			for _, s := range own.EntitySets {
				assert.NotNil(t, m.Set(s.Name), s.Name)
			}
			assert.NotNil(t, m.Singleton("education"))
			again, err := odata.ReadCSDL(bytes.NewReader(m.CSDL()), "merged.csdl")
			require.NoError(t, err)
			assert.Len(t, again.Types, len(m.Types))
		})
	}
}
