package sds

import (
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// model is what the workload adds to the model of a version. v1.0 never had
// synchronization profiles. Documented. Actions and functions are declared in the rows of
// the operations.
func model(v workload.Version) workload.Model {
	if v != workload.Beta {
		return workload.Model{}
	}
	return workload.Model{
		Types: profile.Types,
		Education: []odata.Property{
			odata.Contained("synchronizationProfiles", profile.Type, true),
		},
	}
}
