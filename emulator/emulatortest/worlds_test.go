package emulatortest_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	"github.com/graphemu/graphemu/emulator/journal"
)

func TestWorldName(t *testing.T) {
	const guid = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
	for text, want := range map[string]string{
		"":                       emulator.DefaultWorld,
		"default":                "default",
		"TestSync":               "TestSync",
		"a.b_c-D9":               "a.b_c-D9",
		guid:                     guid,
		strings.Repeat("a", 64):  strings.Repeat("a", 64),
		"TestSync/pause":         "TestSync-pause-f783ecf301016e626877",
		"TestSync/ä_#01":         "",
		"/":                      "",
		"-x":                     "",
		"\xff":                   "",
		"日本":                     "",
		strings.Repeat("a", 65):  "",
		strings.Repeat("ä/", 99): "",
	} {
		got := emulatortest.WorldName(text)
		if want != "" {
			assert.Equal(t, want, got, text)
		}
		assert.Equal(t, got, emulatortest.WorldName(text), "always the same")
		assert.Equal(t, got, emulatortest.WorldName(got), "what it gives is a name")
	}
	t.Run("no two meet", func(t *testing.T) {
		seen := map[string]string{}
		for _, text := range []string{"T/a", "T-a", "T a", "T_a", "T/a/", "T//a", "T\\a", "t/a", "T/A", "T/ä", "T/ö", "T/\xff", "T/\xfe",
			strings.Repeat("a", 65), strings.Repeat("a", 66), strings.Repeat("a", 64), "/a", "-a", "wa", "w-a"} {
			name := emulatortest.WorldName(text)
			assert.Empty(t, seen[name], "%q and %q", text, seen[name])
			seen[name] = text
		}
	})
}

func FuzzWorldName(f *testing.F) {
	for _, seed := range []string{"", "T/a", "\x00", "common", "ä", strings.Repeat("x", 100)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		assert.Regexp(t, `^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`, emulatortest.WorldName(text), "as Server.World wants it")
	})
}

// Any name of a test leads to a world, of the emulator of its parent too.
func TestSubtestsHaveWorldsByTheirNames(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	for _, name := range []string{"a b", "a/b", "a#b", "ä", strings.Repeat("long", 30), "a b"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			create(t, g.AuthorizedClient(t.Name()), g.URL)
			assert.Len(t, g.World(t.Name()).Profiles(), 1, "nobody else's")
		})
	}
}

func TestForIsTheSubtestsOwnWorld(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{Auth: emulator.AuthStrict})
	for i := range 5 {
		t.Run(fmt.Sprint("case ", i), func(t *testing.T) {
			t.Parallel()
			g := g.For(t)
			id := create(t, g.AuthorizedClient(), g.URL)
			require.Len(t, g.World().Profiles(), 1)
			assert.Equal(t, id, g.World().Profiles()[0].ID)
			assert.Equal(t, emulatortest.WorldName(t.Name()), g.World().Name())
			assert.NotEmpty(t, g.Token("EduAdministration.Read"))
			assert.Empty(t, g.World("").Profiles(), "the default world is there as well")
		})
	}
}

// There is room for the world of each test; who sets a limit has it.
func TestWorldsAreMany(t *testing.T) {
	g := emulatortest.Start(t, emulator.Options{})
	for i := range 1100 {
		g.World(fmt.Sprint("w", i))
	}
	text, failed := said("TestLimit", func(t *recorder) {
		g := emulatortest.Start(t, emulator.Options{Limits: emulator.Limits{Worlds: 1}})
		g.World("one")
		g.World("one more")
		t.Logf("not reached")
	})
	assert.True(t, failed)
	assert.Contains(t, text, "there are 1 worlds, the most there may be")
	assert.NotContains(t, text, "not reached")
}

func TestForFailsTheSubtest(t *testing.T) {
	const patient = "version: 1\nexpect:\n  - {operation: profiles.get, count: 0}\n"
	parent, parentFailed := said("TestParent", func(p *recorder) {
		g := emulatortest.Start(p, emulator.Options{ScenarioText: patient, Fixture: "one"})
		good, failed := said("TestParent/good", func(c *recorder) { list(t, g.For(c)) })
		assert.False(t, failed, good)
		assert.Empty(t, good)

		twice, _ := said("TestParent/twice", func(c *recorder) {
			list(t, g.For(c))
			g.For(c).For(c)
			c.failed = true
		})
		assert.Equal(t, 1, strings.Count(twice, "the journal of world"), twice)

		unused, failed := said("TestParent/unused", func(c *recorder) { g.For(c) })
		assert.False(t, failed, unused)

		bad, failed := said("TestParent/bad", func(c *recorder) {
			g := g.For(c)
			id := g.World().Profiles()[0].ID
			r, err := g.AuthorizedClient().Get(g.URL + "/education/synchronizationProfiles/" + id)
			require.NoError(t, err)
			r.Body.Close()
		})
		assert.True(t, failed)
		assert.Contains(t, bad, "FAILED  profiles.get")
		assert.Contains(t, bad, "the journal of world TestParent-bad-")
		assert.NotContains(t, bad, "TestParent-good-", "its own world alone")

		_, failed = said("TestParent/fatal", func(c *recorder) {
			g.For(c).Token("no such permission\n")
		})
		assert.True(t, failed, "errors are the subtest's")
		assert.False(t, p.failed, "so far")
	})
	assert.True(t, parentFailed, "it judges all worlds")
	assert.Contains(t, parent, "TestParent-bad-")
}

// The journal begins anew with a reset: the entries to blame of what was before it are
// in the verdict.
func TestForShowsWhatFailedBeforeAReset(t *testing.T) {
	_, _ = said("TestParent", func(p *recorder) {
		g := emulatortest.Start(p, emulator.Options{ScenarioText: "version: 1\nexpect:\n  - {never: true, operation: profiles.count}\n"})
		text, failed := said("TestParent/reset", func(c *recorder) {
			g := g.For(c)
			list(t, g)
			a, err := g.AuthorizedClient().Get(g.URL + "/education/synchronizationProfiles/$count")
			require.NoError(t, err)
			a.Body.Close()
			require.NoError(t, g.World().ResetWith(emulator.ResetOptions{Name: "second"}))
			list(t, g)
		})
		assert.True(t, failed)
		assert.Regexp(t, `in chapter 1 of world TestParent-reset-\w+, .*never.*:\n +2 +\S+ +profiles.count +200`, text)
		assert.Contains(t, text, "the last 1 requests", "of the open chapter")
	})
}

func authorized(t *testing.T, url, token string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(http.MethodGet, url, nil)
	require.NoError(t, err)
	r.Header.Set("Authorization", "Bearer "+token)
	return r
}

func list(t *testing.T, g *emulatortest.Emulator) {
	t.Helper()
	r, err := g.AuthorizedClient().Get(g.URL + "/education/synchronizationProfiles")
	require.NoError(t, err)
	r.Body.Close()
}

// A slip in a name finds no entry, and that must not pass for "none came".
func TestJournalRefusesWhatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		ask  func(emulatortest.Journal) []journal.Entry
		want string
	}{
		"operation": {func(j emulatortest.Journal) []journal.Entry { return j.Requests("profiles.craete") },
			`operation: there is no operation "profiles.craete"; did you mean profiles.create?`},
		"group": {func(j emulatortest.Journal) []journal.Entry { return j.Requests("profile.*") },
			`operation: the group "profile.*" names no operation; did you mean profiles.*?`},
		"half a group": {func(j emulatortest.Journal) []journal.Entry { return j.Requests("prof*") }, `"prof*" is no group`},
		"filter": {func(j emulatortest.Journal) []journal.Entry { return j.Entries(journal.Filter{Operation: "Batch"}) },
			`operation: there is no operation "Batch"; did you mean batch?`},
		"status": {func(j emulatortest.Journal) []journal.Entry { return j.Entries(journal.Filter{Status: "4x"}) },
			`status "4x": want a status`},
		"contains": {func(j emulatortest.Journal) []journal.Entry { return j.Entries(journal.Filter{Contains: "=x"}) }, "contains: "},
		"limit":    {func(j emulatortest.Journal) []journal.Entry { return j.Entries(journal.Filter{Limit: -1}) }, `limit "-1": want`},
	} {
		t.Run(name, func(t *testing.T) {
			text, failed := said("TestJournal", func(r *recorder) {
				g := emulatortest.Start(r, emulator.Options{})
				assert.Nil(t, c.ask(g.World().Journal()))
			})
			assert.True(t, failed)
			assert.Contains(t, text, "emulator: the journal cannot be asked so: ")
			assert.Contains(t, text, c.want)
		})
	}
	g := emulatortest.Start(t, emulator.Options{})
	list(t, g)
	for _, operation := range []string{"profiles.list", "profiles.*", "*", ""} {
		assert.Len(t, g.World().Journal().Requests(operation), 1, operation)
	}
	for _, operation := range g.Operations() {
		g.World().Journal().Requests(operation)
	}
}

// A test that fails for the token has the reason in its log.
func TestFailingStrictTestSaysWhy(t *testing.T) {
	text, failed := said("TestStrict", func(r *recorder) {
		g := emulatortest.Start(r, emulator.Options{Auth: emulator.AuthStrict})
		token := g.Token("User.Read")
		client := g.Client()
		for _, token := range []string{token, "world-default"} {
			request := authorized(t, g.URL+"/education/synchronizationProfiles", token)
			response, err := client.Do(request)
			require.NoError(t, err)
			response.Body.Close()
			if response.StatusCode != 200 {
				r.Errorf("got %s", response.Status)
			}
		}
	})
	assert.True(t, failed)
	assert.Contains(t, text, "was refused for the token: ", "the verdict's warnings, though it holds")
	assert.Regexp(t, `profiles\.list +403 +GET .* \(permission: profiles\.list needs .*\)`, text)
	assert.Regexp(t, `profiles\.list +401 +GET .* \(token: .*\)`, text)

	// Strict verification: what fails is a warning.
	text, failed = said("TestStrictVerify", func(r *recorder) {
		g := emulatortest.Start(r, emulator.Options{Verify: emulator.VerifyStrict,
			ScenarioText: "version: 1\nfaults:\n  - {name: never, operation: profiles.start, respond: {status: 503}}\n"})
		list(t, g)
	})
	assert.True(t, failed)
	assert.Contains(t, text, `FAILED  the fault "never" fired in no world`)
}
