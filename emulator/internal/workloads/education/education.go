// Package education is the schools, classes and users of /education, which syncs make:
// they are only read.
package education

import (
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

const (
	schools = "/education/schools"
	school  = schools + "/{object}"
	classes = "/education/classes"
	class   = classes + "/{object}"
	users   = "/education/users"
	user    = users + "/{object}"
)

// Permissions. Documented, each on the page of the operation: the first is the one that
// today's pages have; the others are on the pages of delta queries, which read the
// same. Observed: the service's words on users of education differ.
var (
	roster = identity.NewNeed(identity.Education, delegated, application)
	people = identity.NewNeed(identity.EducationUsers, delegated, application)
)

const (
	delegated   = "EduRoster.ReadBasic EduRoster.Read EduRoster.ReadWrite"
	application = "EduRoster.ReadBasic.All EduRoster.Read.All EduRoster.ReadWrite.All"
)

// Workload is the objects of education.
var Workload = &workload.Workload{
	Model: model,
	Operations: []workload.Operation{
		row("schools.list", schools, roster, directory.ListOf(directory.Schools)),
		row("schools.count", schools+"/$count", roster, directory.CountOf(directory.Schools)),
		row("schools.get", school, roster, directory.OneOf(directory.Schools)),
		row("schools.classes.list", school+"/classes", roster, directory.ListRelated(directory.SchoolClasses)),
		row("schools.classes.count", school+"/classes/$count", roster, directory.CountRelated(directory.SchoolClasses)),
		row("schools.users.list", school+"/users", roster, directory.ListRelated(directory.SchoolUsers)),
		row("schools.users.count", school+"/users/$count", roster, directory.CountRelated(directory.SchoolUsers)),
		row("classes.list", classes, roster, directory.ListOf(directory.Classes)),
		row("classes.count", classes+"/$count", roster, directory.CountOf(directory.Classes)),
		row("classes.get", class, roster, directory.OneOf(directory.Classes)),
		row("classes.members.list", class+"/members", roster, directory.ListRelated(directory.ClassMembers)),
		row("classes.members.count", class+"/members/$count", roster, directory.CountRelated(directory.ClassMembers)),
		row("classes.teachers.list", class+"/teachers", roster, directory.ListRelated(directory.ClassTeachers)),
		row("classes.teachers.count", class+"/teachers/$count", roster, directory.CountRelated(directory.ClassTeachers)),
		row("classes.schools.list", class+"/schools", roster, directory.ListRelated(directory.ClassSchools)),
		row("classes.schools.count", class+"/schools/$count", roster, directory.CountRelated(directory.ClassSchools)),
		row("users.list", users, people, directory.ListOf(directory.Users)),
		row("users.count", users+"/$count", people, directory.CountOf(directory.Users)),
		row("users.get", user, people, directory.OneOf(directory.Users)),
		row("users.classes.list", user+"/classes", people, directory.ListRelated(directory.UserClasses)),
		row("users.classes.count", user+"/classes/$count", people, directory.CountRelated(directory.UserClasses)),
		row("users.schools.list", user+"/schools", people, directory.ListRelated(directory.UserSchools)),
		row("users.schools.count", user+"/schools/$count", people, directory.CountRelated(directory.UserSchools)),

		{Path: "/education/me", Level: workload.Unsupported},
		{Path: class + "/group", Level: workload.Unsupported},
		{Path: school + "/administrativeUnit", Level: workload.Unsupported},
		{Path: user + "/taughtClasses", Level: workload.Unsupported},
		{Path: user + "/user", Level: workload.Unsupported},
	},
	ReadOnly: map[string]string{schools: directory.ReadOnly, classes: directory.ReadOnly, users: directory.ReadOnly},
}

// row is an operation of both versions. Documented: v1.0 has what syncs make.
func row(name, path string, needs *identity.Need, run directory.Run) workload.Operation {
	return workload.Operation{Name: "education." + name, Method: "GET", Path: path,
		Versions: workload.Beta | workload.V1, Needs: needs, Run: run}
}

// model is what the workload adds to the model of a version; the types are the
// directory's.
func model(v workload.Version) workload.Model {
	school, class, user := directory.EducationTypes(v)
	m := workload.Model{Bindings: bindings, Education: []odata.Property{
		odata.Contained("classes", class, true),
		odata.Unserved(odata.Contained("me", user, false)),
		odata.Contained("schools", school, true),
		odata.Contained("users", user, true),
	}}
	for _, t := range []*odata.Type{class, school, user} { // change tracking: 501 until it comes
		m.Functions = append(m.Functions, odata.Operation{Name: "delta", Binding: t, BindingCollection: true,
			Returns: &odata.Property{Kind: odata.KindEntity, Type: t, Collection: true, Nullable: true}})
	}
	return m
}

// bindings say where the navigations of /education lead to. Observed: beta
// of 2021-07, and v1.0 of today, which has the same.
var bindings = []odata.Binding{
	{Path: "classes/group", Target: "directoryObjects"},
	{Path: "classes/members", Target: "education/users"},
	{Path: "classes/schools", Target: "education/schools"},
	{Path: "classes/teachers", Target: "education/users"},
	{Path: "me/classes", Target: "education/classes"},
	{Path: "me/schools", Target: "education/schools"},
	{Path: "me/taughtClasses", Target: "education/classes"},
	{Path: "me/user", Target: "directoryObjects"},
	{Path: "schools/administrativeUnit", Target: "directoryObjects"},
	{Path: "schools/classes", Target: "education/classes"},
	{Path: "schools/users", Target: "education/users"},
	{Path: "users/classes", Target: "education/classes"},
	{Path: "users/schools", Target: "education/schools"},
	{Path: "users/taughtClasses", Target: "education/classes"},
	{Path: "users/user", Target: "directoryObjects"},
}
