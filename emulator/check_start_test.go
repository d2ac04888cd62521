package emulator_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// What check says of a roster is what start says of the same files, for a profile
// that names its identities alone: the defaults that a create fills in choose
// columns, whose absence is warned of.
func TestCheckSaysWhatStartSays(t *testing.T) {
	type message struct{ Type, FileName, Description string }
	least := map[string]string{
		"School.csv":  "SIS ID,Name\n10001,North\n",
		"Section.csv": "SIS ID,School SIS ID,Section Name\n1,10001,Art\n",
		"Student.csv": "SIS ID,School SIS ID,Username\n13001,10001,OKlein\n",
		"Teacher.csv": "SIS ID,School SIS ID,Username\n14001,10001,CBeane\n",
	}
	documented := map[string]string{}
	dir := t.TempDir()
	require.NoError(t, emulator.WriteRoster(dir, emulator.DocumentedRoster()))
	names, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range names {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		documented[e.Name()] = string(text)
	}
	for roster, files := range map[string]map[string]string{
		"the least of columns": least, "all columns": rig.SmallRoster, "the documented messages": documented,
	} {
		for identity, create := range map[string]string{"creation": rig.CSVBody("North"),
			"matching": rig.ProfileBody("North", rig.CSV, rig.IdentityMatching)} {
			t.Run(roster+", "+identity, func(t *testing.T) {
				r, err := emulator.Checker{Matching: identity == "matching"}.Check(folder(t, files))
				require.NoError(t, err)
				require.Len(t, r.Files, 1)
				checked := []message{}
				for _, m := range r.Files[0].Roster.Messages {
					checked = append(checked, message{m.Type, m.FileName, m.Description})
				}

				g := rig.New(t, emulator.Options{})
				a := g.Post(t, rig.At(g.Uploaded(t, create, files))+"/start", "")
				started := []message{}
				for _, m := range append(a.JSON("value").Array(), a.JSON("error.details").Array()...) {
					if m.Get("fileName").Exists() {
						started = append(started, message{m.Get("type").String(), m.Get("fileName").String(), m.Get("description").String()})
					}
				}
				assert.Equal(t, started, checked, a.Body)
				assert.Equal(t, map[bool]int{true: 200, false: 400}[r.OK()], a.Status)
			})
		}
	}
}
