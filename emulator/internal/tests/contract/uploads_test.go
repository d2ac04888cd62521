package contract

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/ids"
	"github.com/graphemu/graphemu/emulator/internal/storage"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
)

// theOne is the profile of the fixture "one", in every world the same.
const theOne = "86904b1e-c7d0-4ead-b13a-98f11fc400ee"

// uploadURL asks for where the files of the fixture's profile go.
func uploadURL(t *testing.T, g *rig.Rig) string {
	t.Helper()
	return g.Found(t, rig.At(theOne)+"/uploadUrl").Text("value")
}

// forged is an upload URL that somebody made who knows no more than a seed.
func forged(g *rig.Rig, seed uint64) string {
	signer := storage.NewStore(ids.Key(seed, emulator.DefaultTenant, "sas"), storage.Limits{})
	return signer.UploadURL(g.Root(), theOne, g.World().Clock().Now())
}

// A person who knows the source of this program can sign no upload URL where there
// is something to guard, unless a seed was asked for.
func TestUploadURLsCannotBeForged(t *testing.T) {
	for name, c := range map[string]struct {
		o    emulator.Options
		want int
	}{
		"data folder":               {emulator.Options{DataDir: t.TempDir()}, 403},
		"strict":                    {emulator.Options{Auth: emulator.AuthStrict}, 403},
		"strict with a data folder": {emulator.Options{Auth: emulator.AuthStrict, DataDir: t.TempDir()}, 403},
		"in memory":                 {emulator.Options{}, 201},
		"a seed":                    {emulator.Options{Seed: 1, DataDir: t.TempDir()}, 201},
		"a seed, strict":            {emulator.Options{Seed: 7, Auth: emulator.AuthStrict, DataDir: t.TempDir()}, 201},
	} {
		t.Run(name, func(t *testing.T) {
			c.o.Fixture = "one"
			g := rig.New(t, c.o)
			own := uploadURL(t, g)
			a := g.Put(t, forged(g, max(c.o.Seed, 1)), "School.csv", "x")
			assert.Equal(t, c.want, a.Status, a.Body)
			if c.want == 403 {
				assert.Equal(t, "AuthenticationFailed", a.Header.Get("x-ms-error-code"))
			}
			assert.Equal(t, 201, g.Put(t, own, "School.csv", "x").Status, "its own is good")
		})
	}
}

// A secret changes nothing but the signatures: ids stay those of the seed.
func TestSecretChangesSignaturesAlone(t *testing.T) {
	signatureOf := func(to string) string { return to[strings.Index(to, "&sig=")+5 : strings.Index(to, "&se=")] }
	open := func(o emulator.Options) (id, sig string) {
		g := rig.New(t, o)
		id, to := g.Container(t)
		return id, signatureOf(to)
	}
	id, sig := open(emulator.Options{})
	again, same := open(emulator.Options{})
	assert.Equal(t, []string{id, sig}, []string{again, same}, "in memory all is as the seed says")
	dir := t.TempDir()
	for name, o := range map[string]emulator.Options{
		"folder": {DataDir: dir}, "another folder": {DataDir: t.TempDir()}, "strict": {Auth: emulator.AuthStrict},
	} {
		other, fresh := open(o)
		assert.Equal(t, id, other, name)
		assert.NotEqual(t, sig, fresh, name)
	}
	_, kept := open(emulator.Options{DataDir: dir})
	_, given := open(emulator.Options{DataDir: dir, Seed: 1})
	assert.Equal(t, sig, given)
	assert.NotEqual(t, sig, kept)
}

// An upload URL outlives the server with its data folder and its state, in each of
// several worlds that have the same container; with another folder it does not.
func TestUploadURLsSurviveARestart(t *testing.T) {
	dir, state := t.TempDir(), filepath.Join(t.TempDir(), "state.json")
	o := emulator.Options{Fixture: "one", DataDir: dir, State: state, Verify: emulator.VerifyOff}
	first := rig.New(t, o)
	urls := map[string]string{}
	for _, world := range []string{"default", "north", "south"} {
		urls[world] = uploadURL(t, first.As("world-"+world))
	}
	saved, err := first.World("north").Snapshot()
	require.NoError(t, err)
	require.NoError(t, first.Close())

	second := rig.New(t, o)
	for world, to := range urls {
		for _, name := range []string{"School.csv", "Section.csv"} {
			require.Equal(t, 201, second.Put(t, to, name, "x").Status, world)
		}
		assert.Len(t, second.World(world).Journal().Requests("upload.putBlob"), 2, world)
	}
	require.NoError(t, second.Close())

	o.DataDir = t.TempDir()
	third := rig.New(t, o)
	assert.Equal(t, 403, third.Put(t, urls["north"], "School.csv", "x").Status)

	whole, err := os.ReadFile(state)
	require.NoError(t, err)
	secret, err := os.ReadFile(filepath.Join(dir, "upload-key"))
	require.NoError(t, err)
	raw, err := hex.DecodeString(strings.TrimSpace(string(secret)))
	require.NoError(t, err)
	key := ids.Key(1, emulator.DefaultTenant, "sas", string(raw))
	for _, held := range []string{string(whole), string(saved)} {
		for _, b := range [][]byte{raw, key} {
			assert.NotContains(t, held, hex.EncodeToString(b))
			assert.NotContains(t, held, base64.StdEncoding.EncodeToString(b))
		}
	}
}

// Of worlds with the same container each gets its own uploads, also after a reset,
// and what is wrong with a URL stands in the journal of the world that gave it.
func TestUploadsFindTheirWorld(t *testing.T) {
	g := rig.New(t, emulator.Options{Fixture: "one"})
	urls := map[string]string{}
	for n := range 20 {
		world := fmt.Sprint("w", n)
		urls[world] = uploadURL(t, g.As("world-"+world))
	}
	for world, to := range urls {
		require.Equal(t, 201, g.Put(t, to, "School.csv", "x").Status)
		assert.Len(t, g.World(world).Journal().Requests("upload.putBlob"), 1, world)
	}
	to, w := urls["w7"], g.World("w7")
	w.Reset()
	require.Equal(t, 404, g.Put(t, to, "School.csv", "x").Status, "it has no container until a URL is asked for")
	assert.Equal(t, 403, g.Put(t, strings.Replace(to, "sp=w", "sp=rwl", 1), "School.csv", "x").Status)
	assert.Equal(t, 403, g.Storage(t, "GET", strings.Replace(to, "/"+theOne, "", 1), "", "comp=list", "").Status)
	require.NoError(t, w.Clock().Advance(2*time.Hour))
	assert.Equal(t, 403, g.Put(t, to, "School.csv", "x").Status)
	var found []string
	for _, e := range w.Journal().Requests("upload.*") {
		found = append(found, e.Operation+" "+e.Error.Code)
	}
	assert.Equal(t, []string{"upload.putBlob ContainerNotFound", "upload.putBlob AuthenticationFailed",
		"upload.listContainers AuthenticationFailed", "upload.putBlob AuthenticationFailed"}, found)
	assert.Empty(t, g.World().Journal().Requests("upload.*"))
	assert.Equal(t, 403, g.Put(t, forged(g, 3), "School.csv", "x").Status)
	assert.Len(t, g.World().Journal().Requests("upload.*"), 1, "nobody's is the default world's")
}

// A request of the account itself is answered by the account, over each way to it.
func TestAccountLevelCallsAreTheStorageAccounts(t *testing.T) {
	for way, o := range map[string]emulator.Options{"memory": {}, "tcp": {HTTP: "127.0.0.1:0"}, "tls": {HTTPS: "127.0.0.1:0"}} {
		t.Run(way, func(t *testing.T) {
			o.Fixture = "one"
			g := rig.New(t, o)
			_, sas, _ := strings.Cut(uploadURL(t, g), "?")
			for _, path := range []string{
				"/sdsstorage/?comp=list&", "/sdsstorage?restype=service&comp=properties&", "/?restype=account&comp=properties&",
			} {
				a := g.Get(t, g.Root()+path+sas, "Authorization:")
				assert.Equal(t, []any{403, "AuthenticationFailed"}, []any{a.Status, a.Header.Get("x-ms-error-code")}, path)
				assert.Equal(t, "application/xml", a.Header.Get("Content-Type"), path)
				assert.Contains(t, a.Body, "<Code>AuthenticationFailed</Code>")
				a = g.Send(t, "HEAD", g.Root()+path+sas, "", "Authorization:")
				assert.NotEmpty(t, a.Header.Get("x-ms-error-code"), path)
				assert.NotContains(t, a.Header, "Content-Type", path)
				assert.NotContains(t, a.Header, "Content-Length", path)
			}
		})
	}
}

// What a scenario answers to a HEAD has no body either.
func TestScenarioAnswersAHead(t *testing.T) {
	for name, respond := range map[string]string{
		"a status": `{"status": 503}`, "a code": `{"status": 500, "error": "OperationTimedOut"}`, "a body": `{"status": 500, "body": {"a": 1}}`,
	} {
		t.Run(name, func(t *testing.T) {
			scenario := `{"version": 1, "faults": [{"name": "x", "operation": "upload.*", "respond": ` + respond + `}]}`
			g := rig.New(t, emulator.Options{Fixture: "one", ScenarioText: scenario})
			a := g.Storage(t, "HEAD", uploadURL(t, g), "School.csv", "", "")
			assert.GreaterOrEqual(t, a.Status, 500)
			assert.NotContains(t, a.Header, "Content-Type")
			assert.NotContains(t, a.Header, "Content-Length")
		})
	}
}
