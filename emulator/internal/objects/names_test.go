package objects

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// graphModel is Graph's own, where it is.
func graphModel(t *testing.T) *odata.Model {
	dir := os.Getenv("GRAPHEMU_TEST_METADATA")
	if dir == "" {
		dir = "../../../../shared/reference/graph"
	}
	f, err := os.Open(filepath.Join(dir, "v1.0.csdl"))
	if err != nil {
		t.Skipf("SKIPPED, NOT PASSED: no v1.0.csdl in %s; GRAPHEMU_TEST_METADATA names a folder with Graph's metadata", dir)
	}
	defer f.Close()
	m, err := odata.ReadCSDL(f, "v1.0.csdl")
	require.NoError(t, err)
	return m
}

func TestNamesOfGraph(t *testing.T) {
	names := Names{graphModel(t)}
	for _, name := range []string{"groups.members.add", "users.messages.list", "teams.channels.create", "users.sendMail", "users.manager.set",
		"users.photo.value.get", "groups.members.ref", "users.delta", "directoryObjects.getByIds", "oauth2PermissionGrants.list",
		"users.assignLicense", "groups.transitiveMembers.count", "drives.items.children.list", "users.calendarView.list",
		"sites.lists.items.fields.update",
		"users.mailFolders.messages.attachments.delete", "reports.getEmailActivityUserDetail", "teams.members.add",
		"users.presence.setPresence"} {
		bad, known := names.Name(strings.Split(name, "."), false)
		assert.Equal(t, -1, bad, "%s: %v", name, known)
	}
	for name, at := range map[string]int{"users.mesages.list": 1, "usres.list": 0, "groups.members.ad": 2, "teams.channels": 2,
		"users.list.list": 1} {
		bad, _ := names.Name(strings.Split(name, "."), false)
		assert.Equal(t, at, bad, name)
	}
}

// Whatever a path's operation is called, its name is right.
func TestNamesAreThoseOfOperations(t *testing.T) {
	m := graphModel(t)
	e, names := New(workload.Models{workload.V1: workload.Made(m)}, nil), Names{m}
	n := 0
	check := func(path string) {
		p, err := resource.Walk(m, strings.Split(path, "/"))
		if err != nil {
			return
		}
		for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
			if op, ok := e.Operation(method, workload.V1, p); ok {
				bad, known := names.Name(strings.Split(op.Name, "."), false)
				require.Equal(t, -1, bad, "%s %s: %s: %v", method, path, op.Name, known)
				n++
			}
		}
	}
	for _, root := range []string{"users/1", "groups/1", "me", "teams/1", "sites/1", "drives/1/items/2", "applications/1", "deviceManagement",
		"education"} {
		p, err := resource.Walk(m, strings.Split(root, "/"))
		require.NoError(t, err)
		check(root)
		for _, member := range p.End().Type.All() {
			at := root + "/" + member.Name
			for _, path := range []string{at, at + "/1", at + "/$count", at + "/$value", at + "/1/$value", at + "/1/id",
				at + "/microsoft.graph.user"} {
				check(path)
			}
			if member.Navigation && !member.Contained {
				check(at + "/$ref")
				check(at + "/1/$ref")
			}
		}
	}
	assert.Greater(t, n, 1000)
}
