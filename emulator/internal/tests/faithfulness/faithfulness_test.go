// Package faithfulness proves every statement of emulator/FAITHFULNESS.md, and writes that list.
package faithfulness

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// grade says how much is known of a statement.
type grade string

const (
	documented grade = "documented" // Microsoft's documentation, or source code that it published
	observed   grade = "observed"   // an answer of the real service that somebody pasted
	inferred   grade = "inferred"   // follows from these
	chosen     grade = "chosen"     // nothing was found: graphemu's own decision
)

// statement is a row of the faithfulness table: something that the emulation
// rests on, where it is from, and the test that proves that graphemu keeps it.
type statement struct {
	Operation string // as in Server.Operations; "any" holds for all of them
	Slug      string // names the test, together with Operation
	Statement string
	Source    string
	Grade     grade
	Test      func(t *testing.T, g *rig.Rig)
}

// any operation, or none in particular.
const anyOperation = "any"

// faithfulness is the table. Its parts stand beside this file, one for each theme.
func faithfulness() []statement {
	return slices.Concat(createStatements, createValueStatements, getStatements, updateStatements, lifeStatements,
		lifecycleStatements, listStatements, statusStatements,
		errorStatements, headerStatements, odataStatements, batchStatements, authStatements, tokenStatements,
		signInStatements, redirectStatements, worldStatements, educationStatements, educationWriteStatements, uploadStatements, uploadRefusals(),
		applicationStatements, principalStatements, grantStatements, invitationStatements, directorySignInStatements, newPasswordStatements,
		containedStatements(), extensionStatements(), extensionValueStatements, photoStatements(), fixtureAppStatements, permissionStatements,
		directoryUserStatements(), valueStatements, windowStatements, inheritedRows(), directoryGroupStatements(), directoryTenantStatements(),
		directoryObjectStatements())
}

func TestFaithfulness(t *testing.T) {
	for i, s := range faithfulness() {
		if rig.Race && i%3 != 0 { // each has a server of its own: one in three shows what they share
			continue
		}
		t.Run(s.Operation+"/"+s.Slug, func(t *testing.T) {
			t.Parallel()
			s.Test(t, newRig(t))
		})
	}
}

// No row without a test, no test with two rows, no operation without a row.
func TestFaithfulnessTable(t *testing.T) {
	server, err := emulator.New(emulator.Options{})
	require.NoError(t, err)
	defer server.Close()
	operations := append(server.Operations(), anyOperation)

	seen, said := map[string]bool{}, map[string]bool{}
	covered := map[string]int{}
	for i, s := range faithfulness() {
		name := s.Operation + "/" + s.Slug
		assert.Contains(t, operations, s.Operation, "row %d: unknown operation", i)
		assert.Regexp(t, `^[a-z0-9]+(-[a-z0-9]+)*$`, s.Slug, name)
		assert.NotEmpty(t, s.Statement, name)
		assert.NotEmpty(t, s.Source, name)
		assert.Contains(t, []grade{documented, observed, inferred, chosen}, s.Grade, name)
		assert.NotNil(t, s.Test, name)
		assert.False(t, strings.ContainsAny(s.Statement+s.Source, "\n<"), "%s: no cell of a Markdown table", name)
		assert.False(t, seen[name], "two rows are called %s", name)
		assert.False(t, said[s.Operation+s.Statement], "%s says what another row says", name)
		seen[name], said[s.Operation+s.Statement] = true, true
		covered[s.Operation]++
	}
	for _, op := range operations {
		assert.NotZero(t, covered[op], "no statement about %s", op)
	}
}

// FAITHFULNESS.md lists the table. To write it:
// go test ./emulator/internal/tests/faithfulness -run TestFaithfulnessList -update
func TestFaithfulnessList(t *testing.T) {
	rig.DocumentSays(t, "../../../FAITHFULNESS.md", "faithfulness", faithfulnessList(faithfulness()))
}

// faithfulnessList is the table as FAITHFULNESS.md shows it, sorted by operation: in
// the order in which the table first names it.
func faithfulnessList(table []statement) string {
	grades := map[grade]int{}
	byOperation := map[string][]statement{}
	var operations []string
	for _, s := range table {
		if byOperation[s.Operation] == nil {
			operations = append(operations, s.Operation)
		}
		byOperation[s.Operation] = append(byOperation[s.Operation], s)
		grades[s.Grade]++
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n%d statements, each with a test: %d documented, %d observed, %d inferred, %d chosen\n\n",
		len(table), grades[documented], grades[observed], grades[inferred], grades[chosen])
	b.WriteString("| operation | statement | grade | source |\n|---|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`).Replace
	for _, op := range operations {
		for _, s := range byOperation[op] {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", op, cell(s.Statement), s.Grade, cell(s.Source))
		}
	}
	return b.String()
}
