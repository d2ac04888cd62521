package schema

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/schemas"
)

// BenchmarkCheck checks the founding request, its two type names as the
// founding document has them each time.
func BenchmarkCheck(b *testing.B) {
	s := newSet(b)
	v := decode(b, founding).(map[string]any)
	provider, identity := v["dataProvider"].(map[string]any), v["identitySynchronizationConfiguration"].(map[string]any)
	csv, creation := provider[odataType], identity[odataType]
	b.ReportAllocs()
	for b.Loop() {
		provider[odataType], identity[odataType] = csv, creation
		if f := s.Check(profileType, v, Options{}); f != nil {
			b.Fatal(f)
		}
	}
}

// BenchmarkCheckBad is the founding request with a misspelled property.
func BenchmarkCheckBad(b *testing.B) {
	s := newSet(b)
	v := decode(b, founding).(map[string]any)
	v["displayNam"] = "x"
	b.ReportAllocs()
	for b.Loop() {
		if f := s.Check(profileType, v, Options{}); len(f) != 1 {
			b.Fatal(f)
		}
	}
}

// BenchmarkPlainValidate asks the validator alone: what a check would cost without
// accepts.
func BenchmarkPlainValidate(b *testing.B) {
	s := newSet(b)
	v := decode(b, founding)
	require.Empty(b, s.Check(profileType, v, Options{}))
	plain := nodeOf(b, s, profileType).schema
	b.ReportAllocs()
	for b.Loop() {
		if err := plain.Validate(v); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirst is what the first body of a profile waits for.
func BenchmarkFirst(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := newSet(b).types[profileType](); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(schemas.FS); err != nil {
			b.Fatal(err)
		}
	}
}
