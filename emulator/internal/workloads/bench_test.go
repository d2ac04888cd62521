package workloads

import (
	"testing"

	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// What a call asks for is looked up at each call: it costs less than a walk of the path.
func BenchmarkNeed(b *testing.B) {
	e := engine()
	for name, segments := range map[string][]string{
		"user":    {"users", "11111111-1111-4111-8111-111111111111"},
		"members": {"groups", "11111111-1111-4111-8111-111111111111", "members", "$count"},
		"linked":  {"users", "11111111-1111-4111-8111-111111111111", "manager", "memberOf"},
	} {
		p, err := resource.Walk(Models.Of(workload.Beta), segments)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				e.Need("GET", p)
			}
		})
		b.Run(name+"-walk", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				resource.Walk(Models.Of(workload.Beta), segments)
			}
		})
	}
}
