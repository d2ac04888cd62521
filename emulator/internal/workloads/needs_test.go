package workloads

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/objects"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/permission"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

func engine() *objects.Engine {
	return objects.New(Models, All)
}

func walked(t *testing.T, m *odata.Model, path string) resource.Path {
	t.Helper()
	const id = "11111111-1111-4111-8111-111111111111"
	p, err := resource.Walk(m, strings.Split(strings.ReplaceAll(path, "{id}", id)[1:], "/"))
	require.NoError(t, err, path)
	return p
}

// emulated are the calls of the operations that are emulated, those of /me among them.
func emulated() (list []objects.Emulated) {
	for _, op := range engine().Emulated() {
		list = append(list, op)
		rest, ofUser := strings.CutPrefix(op.Path, "/users/{id}")
		if ofUser && (rest != "" || op.Method == "GET" || op.Method == "PATCH") {
			list = append(list, objects.Emulated{Name: op.Name, Method: op.Method, Path: "/me" + rest})
		}
	}
	return list
}

// No operation that is emulated does with a mere token.
func TestEveryOperationNeedsPermissions(t *testing.T) {
	e := engine()
	calls := emulated()
	assert.Greater(t, len(calls), 350)
	for _, op := range calls {
		p := walked(t, Models.Of(workload.Beta), op.Path)
		found, ok := e.Operation(op.Method, workload.Beta, p)
		if assert.True(t, ok, "%s %s", op.Method, op.Path) {
			assert.Equal(t, op.Name, found.Name)
			assert.Equal(t, workload.Emulated, found.Level, op.Path)
		}
		need := e.Need(op.Method, p)
		if assert.NotNil(t, need, "%s %s", op.Method, op.Path) {
			assert.NotEmpty(t, slices.Concat(need.Delegated, need.Application), "%s %s", op.Method, op.Path)
		}
	}
	for _, w := range All {
		for _, op := range w.Operations {
			if op.Level != workload.Unsupported {
				assert.NotNil(t, op.Needs, op.Name)
			}
		}
	}
}

// differences are why what calls ask for is not what the published table has. A path
// stands for those that begin with it, with $ at its end for itself alone.
var differences = []struct{ calls, why string }{
	{"GET,POST,PATCH,PUT,DELETE /education/",
		"older pages, and those of delta queries, name further permissions that read; the table names only " +
			"the least delegated one"},
	{"GET,DELETE,POST /directory/deletedItems", "the table has a path for few types; the pages name those of the type that is deleted"},
	{"GET /directory$", "the table has the directory itself in no call; as for one of its objects"},
	{"GET /education$", "nor the root of education; as for a school"},
	{"PATCH,PUT /me", "the page of the update: with one's own profile, User.ReadWrite is the least"},
	{"POST /users/{id}/changePassword", "the table has it for /me alone, and it is a user's own"},
	{"POST /groups/{id}/members/$ref", "the table has no POST there; the page names what the DELETE asks for"},
	{"POST /groups/{id}/retryServiceProvisioning", "absent from the table; the page's"},
	{"GET,PATCH,PUT,DELETE /invitations", "the service has POST alone; here an invitation can be read, and it asks for the same"},
	{"GET,DELETE,POST /directoryObjects", "the table has few of them; the others read or delete any object of the directory"},
	{"PATCH,PUT /groups/{id}/appRoleAssignments/", "nobody changes an assignment: the refusal asks for what makes one"},
	{"PATCH,PUT /users/{id}/appRoleAssignments/", "the same"},
	{"PATCH,PUT /me/appRoleAssignments/", "the same"},
	{"PATCH,PUT /servicePrincipals/{id}/appRoleAssign", "the same"},
	{"PATCH,PUT /applications/{id}/extensionProperties/", "nobody changes one: the refusal asks for what makes one"},
	{"GET,POST,PATCH,DELETE /users/{id}/extensions", "the table has it for /me alone; the pages of openTypeExtension name the least ones"},
	{"GET,POST,PATCH,DELETE /me/extensions", "the table has the least privileged one alone"},
	{"GET,POST,PATCH,DELETE /groups/{id}/extensions", "absent from the table; the pages of openTypeExtension name the least ones"},
	{"GET,POST,PATCH,DELETE /devices/{id}/extensions", "the same"},
	{"GET,POST,PATCH,DELETE /organization/{id}/extensions", "the same"},
	{"GET,POST,PATCH,DELETE /directory/administrativeUnits/{id}/extensions", "absent from the table; as for a unit itself"},
	{"GET,POST,PATCH,DELETE /administrativeUnits/{id}/extensions", "the same"},
	{"GET,POST,PATCH,PUT,DELETE /servicePrincipals/{id}/federatedIdentityCredentials",
		"the table has those of applications, which are the same"},
}

func explained(method, path string) bool {
	return slices.ContainsFunc(differences, func(d struct{ calls, why string }) bool {
		names, begin, _ := strings.Cut(d.calls, " ")
		return slices.Contains(strings.Split(names, ","), method) && covers(begin, path)
	})
}

func covers(begin, path string) bool {
	alone, only := strings.CutSuffix(begin, "$")
	return only && alone == path || !only && strings.HasPrefix(path, begin)
}

// published is the service's table of permissions, which the project holds no copy of.
func published(t *testing.T) *permission.Table {
	t.Helper()
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "reference", "graph")
	}
	file := filepath.Join(dir, "permissions.json")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no permissions.json in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", dir)
	}
	table, err := permission.Open(file)
	require.NoError(t, err)
	return table
}

// What operations ask for is what the service publishes, in its order, or there is a
// reason beside it.
func TestNeedsArePublished(t *testing.T) {
	table, e := published(t), engine()
	same, unlike := 0, map[string]bool{}
	for version, m := range map[string]*odata.Model{"beta": Models.Of(workload.Beta), "v1.0": Models.Of(workload.V1)} {
		for _, op := range emulated() {
			p, err := resource.Walk(m, strings.Split(strings.ReplaceAll(op.Path, "{id}", "11111111-1111-4111-8111-111111111111")[1:], "/"))
			if err != nil {
				continue // beta alone has it
			}
			ours := e.Need(op.Method, p)
			theirs, _ := table.Need(op.Method, p)
			if theirs != nil && ours != nil && slices.Equal(ours.Delegated.Names(), theirs.Delegated.Names()) &&
				slices.Equal(ours.Application.Names(), theirs.Application.Names()) {
				same++
				continue
			}
			if theirs == nil && asOfAnyObject(t, e, m, op, ours) {
				continue
			}
			unlike[op.Method+" "+op.Path] = true
			if !explained(op.Method, op.Path) {
				assert.Equal(t, names(theirs), names(ours), "%s %s %s", version, op.Method, op.Path)
			}
		}
	}
	t.Logf("%d calls as published, %d operations explained", same, len(unlike))
	assert.Greater(t, same, 500)
	for _, d := range differences {
		used := false
		for call := range unlike {
			method, path, _ := strings.Cut(call, " ")
			_, begin, _ := strings.Cut(d.calls, " ")
			used = used || strings.Contains(d.calls, method) && covers(begin, path)
		}
		assert.True(t, used, "nothing differs any more: %s", d.calls)
	}
}

// asOfAnyObject tells whether an action of all directory objects, which the table has for few
// types, asks for what it asks for in directoryObjects.
func asOfAnyObject(t *testing.T, e *objects.Engine, m *odata.Model, op objects.Emulated, ours *identity.Need) bool {
	t.Helper()
	end := op.Path[strings.LastIndexByte(op.Path, '/'):]
	if strings.HasSuffix(op.Path, "{id}"+end) || strings.HasPrefix(op.Path, "/me/") {
		end = "/{id}" + end
	}
	if op.Method != "POST" || e.RulesOf(m.Type("directoryObject")).Actions[end[strings.LastIndexByte(end, '/')+1:]] == nil {
		return false
	}
	return slices.Equal(names(ours)[0], names(e.Need("POST", walked(t, m, "/directoryObjects"+end)))[0])
}

func names(n *identity.Need) [2][]string {
	if n == nil {
		return [2][]string{{"only a token"}}
	}
	return [2][]string{n.Delegated.Names(), n.Application.Names()}
}

// The permissions that are known are of the kinds that the service has them in, and no
// published name is taken for a slip of a known one.
func TestPermissionsArePublished(t *testing.T) {
	published := published(t).Permissions()
	kinds := map[string]identity.Permission{}
	for _, p := range published {
		kinds[p.Name] = p
	}
	// Of the retired API, and of older pages: the table does not have them.
	older := []string{"EduAdministration.Read", "EduAdministration.Read.All", "EduAdministration.ReadWrite", "EduAdministration.ReadWrite.All"}
	for _, p := range Permissions() {
		if slices.Contains(older, p.Name) {
			assert.Empty(t, kinds[p.Name].Name, "the table has it now")
			continue
		}
		assert.Equal(t, kinds[p.Name], p)
	}
	for _, p := range published {
		if p.Delegated {
			assert.Empty(t, identity.WrongPermission(p.Name, true, Permissions()))
		}
		if p.Application {
			assert.Empty(t, identity.WrongPermission(p.Name, false, Permissions()))
		}
	}
}

// What an operation has as a permission can be granted so.
func TestNeedsCanBeGranted(t *testing.T) {
	assert.True(t, slices.IsSortedFunc(Permissions(), func(a, b identity.Permission) int { return strings.Compare(a.Name, b.Name) }))
	for _, p := range Permissions() {
		assert.Equal(t, !p.Delegated, identity.WrongPermission(p.Name, true, Permissions()) != "", p.Name)
		assert.Equal(t, !p.Application, identity.WrongPermission(p.Name, false, Permissions()) != "", p.Name)
	}
}
