package directory

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// The tables are the service's types: names, kinds, collections, what may be null and
// what is contained, of every property and operation.
func TestTypesAreTheServices(t *testing.T) {
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "..", "shared", "reference", "graph")
	}
	text, err := os.ReadFile(filepath.Join(dir, "v1.0.csdl"))
	if err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no v1.0.csdl in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", dir)
	}
	service, err := odata.ReadCSDL(bytes.NewReader(text), "v1.0.csdl")
	require.NoError(t, err)
	require.NoError(t, service.Link())
	ours := NewModel(workload.V1)
	for _, own := range ours.Types {
		is := service.Type(own.Qualified())
		if !assert.NotNil(t, is, own.Name) {
			continue
		}
		assert.Equal(t, is.Enum(), own.Enum(), own.Name)
		assert.Equal(t, is.Flags, own.Flags, own.Name)
		assert.Equal(t, is.Members, own.Members, own.Name)
		assert.Equal(t, []bool{is.Entity, is.Abstract, is.Open, is.HasStream}, []bool{own.Entity, own.Abstract, own.Open, own.HasStream},
			own.Name)
		if is.Base != nil || own.Base != nil {
			require.NotNil(t, own.Base, own.Name)
			assert.Equal(t, is.Base.Name, own.Base.Name, own.Name)
		}
		byName := map[string]*odata.Property{}
		for i := range is.Properties {
			byName[is.Properties[i].Name] = &is.Properties[i]
		}
		for i := range own.Properties {
			p := &own.Properties[i]
			q := byName[p.Name]
			if !assert.NotNil(t, q, "%s.%s", own.Name, p.Name) {
				continue
			}
			delete(byName, p.Name)
			if p.Unserved && p.Type.Name == "entity" {
				assert.Equal(t, q.Collection, p.Collection, "%s.%s", own.Name, p.Name)
				continue // its name alone is known
			}
			assert.Equal(t, q.TypeName(), p.TypeName(), "%s.%s", own.Name, p.Name)
			assert.Equal(t, q.Navigation, p.Navigation, "%s.%s", own.Name, p.Name)
			if !p.Unserved {
				assert.Equal(t, q.Contained, p.Contained, "%s.%s", own.Name, p.Name)
			}
			if !p.Navigation {
				assert.Equal(t, q.Nullable, p.Nullable, "%s.%s may be null", own.Name, p.Name)
			}
		}
		for name := range byName {
			assert.Fail(t, "not in the tables", "%s.%s", own.Name, name)
		}
	}
	for _, list := range [][]odata.Operation{ours.Actions, ours.Functions} {
		for _, o := range list {
			if o.Name == "getUserOwnedObjects" {
				continue // on a page, and in the metadata of beta
			}
			assert.NotEmpty(t, service.Bound(service.Type(o.Binding.Qualified()), o.BindingCollection, o.Name), "%s of %s", o.Name, o.Binding.Name)
		}
	}
}

// Mistakes in a table are found when it is read.
func TestTablesAreRead(t *testing.T) {
	d := declare(nil, `
complex phone
  number kind:phoneKind tags:[String]!
enum phoneKind home work=3
entity thing open
  id! phone:phone
  links friends:[thing] boss:thing
  contains parts:[thing]
+ phoneKind other
action thing.call phone:phone! = Boolean
function [thing].delta = [thing]
`)
	thing := d.byName["thing"]
	assert.Equal(t, []string{"id", "phone", "friends", "boss", "parts"}, func() (names []string) {
		for _, p := range thing.Properties {
			names = append(names, p.Name)
		}
		return names
	}())
	assert.True(t, thing.Properties[4].Contained)
	assert.Equal(t, []int{0, 3, 4}, d.byName["phoneKind"].Values)
	assert.Equal(t, "call", d.actions[0].Name)
	assert.True(t, d.functions[0].BindingCollection)
	for _, bad := range []string{"entity a : b", "complex a\n  x:nothing", "entity a\nentity a", "enum a b=x"} {
		assert.Panics(t, func() { declare(nil, bad) }, strings.ReplaceAll(bad, "\n", " / "))
	}
}

func BenchmarkModel(b *testing.B) {
	for b.Loop() {
		NewModel(workload.V1)
	}
}
