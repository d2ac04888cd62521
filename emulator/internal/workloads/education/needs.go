package education

import (
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/permission"
)

// Permissions. Documented, each on the page of the operation: of those that read, the
// first is the one that today's pages have; the others are on the pages of delta queries,
// which read the same. Only an app may write.
const (
	read     = "EduRoster.ReadBasic EduRoster.Read EduRoster.ReadWrite"
	readAll  = "EduRoster.ReadBasic.All EduRoster.Read.All EduRoster.ReadWrite.All"
	writeAll = "EduRoster.ReadWrite.All"
)

// needs are the permissions of schools, classes and users. Observed: the service's words
// on users of education differ.
var needs = []permission.Row{
	{
		Calls: `GET /education /education/schools /education/schools/{id} /education/schools/{id}/classes /education/schools/{id}/users
			/education/schools/{id}/administrativeUnit
			/education/classes /education/classes/{id} /education/classes/{id}/members /education/classes/{id}/teachers
			/education/classes/{id}/schools /education/classes/{id}/group`,
		Delegated: read, Application: readAll, Family: identity.Education,
	},
	{
		Calls: `POST /education/schools /education/schools/{id}/classes /education/schools/{id}/users
			/education/classes /education/classes/{id}/members /education/classes/{id}/teachers
			PATCH /education/schools/{id} /education/classes/{id}
			DELETE /education/schools/{id} /education/schools/{id}/classes/{id} /education/schools/{id}/users/{id}
			/education/classes/{id} /education/classes/{id}/members/{id} /education/classes/{id}/teachers/{id}`,
		Application: writeAll, Family: identity.Education,
	},
	{
		Calls: `GET /education/users /education/users/{id} /education/users/{id}/classes /education/users/{id}/taughtClasses
			/education/users/{id}/schools /education/users/{id}/user
			/education/me /education/me/classes /education/me/taughtClasses /education/me/schools /education/me/user`,
		Delegated: read, Application: readAll, Family: identity.EducationUsers,
	},
	{
		Calls:       "POST /education/users PATCH /education/users/{id} /education/me DELETE /education/users/{id}",
		Application: writeAll, Family: identity.EducationUsers,
	},
}
