// Package workloads is the one list of the workloads behind Graph.
package workloads

import (
	"net/http"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/education"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds"
)

// All are the workloads.
var All = []*workload.Workload{education.Workload, directory.Workload, sds.Workload}

// Permissions are the permissions of Graph that operations of the workloads ask for,
// sorted by name.
var Permissions = sync.OnceValue(func() (list []identity.Permission) {
	for _, w := range All {
		for i := range w.Operations {
			list = identity.Collect(list, w.Operations[i].Needs)
		}
		for i := range w.Needs {
			list = identity.Collect(list, w.Needs[i].Need())
		}
	}
	return list
})

// Models are the models of the versions. They decide what $select, $filter and the like
// may name, and are served as $metadata.
var Models = workload.Models{
	workload.Beta: sync.OnceValue(func() *odata.Model { return newModel(workload.Beta) }),
	workload.V1:   sync.OnceValue(func() *odata.Model { return newModel(workload.V1) }),
}

// newModel puts together what the workloads add.
func newModel(v workload.Version) *odata.Model {
	m := &odata.Model{Namespace: "microsoft.graph", Alias: "graph"}
	root := &odata.Type{Name: "educationRoot", Entity: true}
	var bindings []odata.Binding
	for _, w := range All {
		part := w.Model(v)
		m.Types = append(m.Types, part.Types...)
		m.EntitySets = append(m.EntitySets, part.Sets...)
		m.Singletons = append(m.Singletons, part.Singles...)
		m.Actions = append(m.Actions, part.Actions...)
		m.Functions = append(m.Functions, part.Functions...)
		for _, o := range w.Operations {
			switch {
			case o.Declares == nil || o.Versions&v == 0:
			case o.Method == http.MethodPost:
				m.Actions = append(m.Actions, *o.Declares)
			default:
				m.Functions = append(m.Functions, *o.Declares)
			}
		}
		root.Properties = append(root.Properties, part.Education...)
		bindings = append(bindings, part.Bindings...)
	}
	m.Types = append(m.Types, root)
	m.Singletons = append(m.Singletons, odata.Singleton{Name: "education", Type: root, Bindings: bindings})
	m.Tie()
	return m
}
