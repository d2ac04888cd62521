package directory

import (
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// objectTypes are the types of one version's model: a type belongs to one model.
type objectTypes struct {
	*declared

	school, class, educationUser, user, sku *odata.Type
	directoryObject                         *odata.Type
}

// newObjectTypes makes the types of a version. known are those that the tables do not declare.
func newObjectTypes(known []*odata.Type, tables ...string) *objectTypes {
	d := declare(known, append([]string{userTypes, groupTypes, applicationTypes, tenantTypes, educationTypes, operationTypes}, tables...)...)
	return &objectTypes{declared: d, school: d.byName["educationSchool"], class: d.byName["educationClass"],
		educationUser: d.byName["educationUser"], user: d.byName["user"], sku: d.byName["subscribedSku"],
		directoryObject: d.byName["directoryObject"]}
}

// The types of each version, made when they are first asked for.
var (
	betaObjects = sync.OnceValue(func() *objectTypes {
		return newObjectTypes([]*odata.Type{profile.EntityType, profile.RoleType}, betaTypes)
	})
	v1Objects = sync.OnceValue(func() *objectTypes { return newObjectTypes([]*odata.Type{v1Role, v1Entity}, v1Types) })

	v1Entity = &odata.Type{Name: "entity", Abstract: true, Entity: true, Properties: profile.EntityType.Properties}
	v1Role   = &odata.Type{Name: "educationUserRole", Members: profile.RoleType.Members[:4]} // without faculty
)

// typesOf are the types of a version, and all that the workload adds to its model.
func typesOf(v workload.Version) (o *objectTypes, types []*odata.Type) {
	if v == workload.Beta {
		return betaObjects(), betaObjects().types
	}
	return v1Objects(), append([]*odata.Type{v1Role, v1Entity}, v1Objects().types...)
}

// EducationTypes returns the types of schools, classes and users in a version.
func EducationTypes(v workload.Version) (school, class, user *odata.Type) {
	o, _ := typesOf(v)
	return o.school, o.class, o.educationUser
}
