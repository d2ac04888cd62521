//go:build !race

// The race detector makes pools drop at random, so allocations count only without it.

package graph

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// A filter, a search and an order by what few have look at every profile, and
// allocate nothing for those that do not match.
func TestFilterAllocatesNothingForWhatDoesNotMatch(t *testing.T) {
	const few, many = 200, 1200
	for _, query := range []string{"$filter=startswith(displayName,'x')", `$search="x"`, "$filter=displayName eq 'x'&$orderby=displayName"} {
		allocations := func(n int) float64 {
			d := newDesk()
			for i := range n {
				change := profile.NewChange(map[string]any{"displayName": fmt.Sprint("Profile ", i),
					"dataProvider":                         map[string]any{"@odata.type": profile.TypeCSV},
					"identitySynchronizationConfiguration": map[string]any{"@odata.type": profile.TypeIdentityCreation}})
				_, err := d.world.Profiles.Create(dawn, change)
				require.NoError(t, err)
			}
			return testing.AllocsPerRun(20, func() {
				w := d.send("GET", "/beta/education/synchronizationProfiles?"+strings.ReplaceAll(query, " ", "%20"), "")
				require.Equal(t, 200, w.Code, w.Body)
			})
		}
		assert.InDelta(t, allocations(few), allocations(many), 20, query)
	}
}
