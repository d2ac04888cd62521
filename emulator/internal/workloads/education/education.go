// Package education is the schools, classes and users of /education. Documented: each is
// an object of the directory, with the same id: a school is an administrative unit, a
// class a group, an education user a user. So they are no objects of their own, but
// views of these, with what only education knows inside of them. Syncs make them, and
// clients.
package education

import (
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
)

// Workload is the objects of education.
var Workload = &workload.Workload{
	Model: model,
	Needs: needs,
	Rules: []*workload.Rules{{Type: "educationRoot", Absent: []string{"update"}}, schools, classes, users},
}

// PATCH answers with the object, and DELETE removes the group, unit or user behind it.
// Documented: the update and delete pages.
var (
	schools = &workload.Rules{Type: "educationSchool", View: "administrativeUnit", Inside: directory.Inside, Set: directory.SchoolSet,
		Family: entity.Directory, Required: []string{"displayName"}, PatchStatus: 200,
		Links: []workload.Link{
			{Name: "classes", Relation: directory.SchoolClasses, Bare: true},
			{Name: "users", Relation: directory.SchoolUsers},
			{Name: "administrativeUnit", Self: true}}}

	classes = &workload.Rules{Type: "educationClass", View: "group", Inside: directory.Inside, Set: directory.ClassSet,
		Family: entity.Directory, Required: []string{"displayName", "mailNickname"}, PatchStatus: 200, Create: newGroup,
		Links: []workload.Link{
			{Name: "members", Relation: directory.Members},
			{Name: "teachers", Relation: directory.Owners, Bare: true, Add: joinAsMember, Remove: leaveAsMember},
			{Name: "schools", Relation: directory.SchoolClasses, Reverse: true, ReadOnly: true},
			{Name: "group", Self: true}}}

	users = &workload.Rules{Type: "educationUser", View: "user", Inside: directory.Inside, Set: directory.UserSet,
		Family: entity.Directory, Required: []string{"primaryRole"}, PatchStatus: 200,
		Links: []workload.Link{
			{Name: "classes", Relation: directory.Members, Reverse: true, ReadOnly: true},
			{Name: "taughtClasses", Relation: directory.Owners, Reverse: true, ReadOnly: true},
			{Name: "schools", Relation: directory.SchoolUsers, Reverse: true, ReadOnly: true},
			{Name: "user", Self: true}}}
)

// newGroup makes the group of a class what it is. Documented: a Microsoft 365 group; that
// it is private is chosen.
func newGroup(_ *workload.Call, _ *entity.Tx, d *workload.Draft) error {
	d.Values["groupTypes"] = []any{"Unified"}
	d.Values["mailEnabled"], d.Values["securityEnabled"] = true, false
	d.Values["visibility"] = "Private"
	return nil
}

// joinAsMember lets a teacher be a member, too. Documented: a class's members are its
// students and teachers.
func joinAsMember(_ *workload.Call, tx *entity.Tx, class, teacher *entity.Object) error {
	if tx.Linked(directory.Members, class.Place, teacher.Place) {
		return nil
	}
	return tx.Link(directory.Members, class.Place, teacher.Place)
}

// leaveAsMember takes a teacher out of the class (chosen: the page says that the teacher
// is removed from the class).
func leaveAsMember(_ *workload.Call, tx *entity.Tx, class, teacher *entity.Object) error {
	if !tx.Linked(directory.Members, class.Place, teacher.Place) {
		return nil
	}
	return tx.Unlink(directory.Members, class.Place, teacher.Place)
}

// model is what the workload adds to the model of a version; the types are the
// directory's.
func model(v workload.Version) workload.Model {
	school, class, user := directory.EducationTypes(v)
	m := workload.Model{Bindings: bindings, Education: []odata.Property{
		odata.Contained("classes", class, true),
		odata.Contained("me", user, false),
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
