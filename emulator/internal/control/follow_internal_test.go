package control

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/record"
	"github.com/graphemu/graphemu/emulator/journal"
)

func TestWhoFollowsReadsOfAGap(t *testing.T) {
	n := record.News{Missed: 3, Entries: []journal.Entry{{ID: 7, Operation: "profiles.list"}}}
	var text, lines strings.Builder
	require.NoError(t, writeLines(&text, n))
	require.NoError(t, writeJSONLines(&lines, n))
	assert.Regexp(t, "^… 3 entries came here that the journal keeps no more\n7 .+ profiles.list", text.String())
	assert.Regexp(t, `^{"id":7,.*}\n$`, lines.String(), "ids tell, and each line is an entry")
}
