package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// watched is a watch under test.
type watched struct {
	file    string
	log     *lockedBuffer
	reloads chan string // what the file had when it was read again
}

// startWatch watches a file that begins as "one". A reload errs where it finds
// "wrong".
func startWatch(t *testing.T, scenarios ...string) *watched {
	t.Helper()
	w := &watched{file: filepath.Join(t.TempDir(), "nightly.yaml"), log: newLockedBuffer(), reloads: make(chan string, 8)}
	require.NoError(t, os.WriteFile(w.file, []byte("one"), 0o600))
	end, err := watch(t.Context(), append(scenarios, w.file), func() error {
		b, err := os.ReadFile(w.file)
		w.reloads <- string(b)
		if err != nil || bytes.Contains(b, []byte("wrong")) {
			return errors.New("emulator: nightly.yaml:1:2: name: one thing\nnightly.yaml:3:4: faults: another")
		}
		return nil
	}, slog.New(slog.NewTextHandler(w.log, nil)))
	require.NoError(t, err)
	t.Cleanup(end)
	return w
}

func (w *watched) write(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(w.file, []byte(text), 0o600))
}

func TestWatchReadsAChangedFileAgain(t *testing.T) {
	w := startWatch(t, "default")
	w.write(t, "two")
	assert.Equal(t, "two", <-w.reloads)
	w.log.wait(t, "the scenario was read again")
}

// As most editors save.
func TestWatchSeesAFileThatAnotherTookThePlaceOf(t *testing.T) {
	w := startWatch(t)
	for _, text := range []string{"two", "three"} {
		beside := w.file + "~"
		require.NoError(t, os.WriteFile(beside, []byte(text), 0o600))
		require.NoError(t, os.Rename(beside, w.file))
		assert.Equal(t, text, <-w.reloads)
	}
}

// As a volume of Kubernetes is changed: the link to the folder, not the file.
func TestWatchSeesALinkThatLeadsElsewhere(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a": "one", "b": "two"} {
		require.NoError(t, os.Mkdir(filepath.Join(dir, name), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name, "nightly.yaml"), []byte(text), 0o600))
	}
	if err := os.Symlink("a", filepath.Join(dir, "now")); err != nil {
		t.Skip(err)
	}
	file := filepath.Join(dir, "nightly.yaml")
	require.NoError(t, os.Symlink(filepath.Join("now", "nightly.yaml"), file))
	reloads := make(chan string, 8)
	end, err := watch(t.Context(), []string{file}, func() error {
		b, err := os.ReadFile(file)
		reloads <- string(b)
		return err
	}, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	defer end()
	require.NoError(t, os.Symlink("b", filepath.Join(dir, "next")))
	require.NoError(t, os.Rename(filepath.Join(dir, "next"), filepath.Join(dir, "now")))
	assert.Equal(t, "two", <-reloads)
}

// What did not change, and what lies beside it, is not read again; the next
// change is.
func TestWatchLeavesTheRestAlone(t *testing.T) {
	w := startWatch(t)
	require.NoError(t, os.WriteFile(filepath.Join(filepath.Dir(w.file), "other.yaml"), []byte("x"), 0o600))
	w.write(t, "one")
	w.write(t, "two")
	assert.Equal(t, "two", <-w.reloads)
	assert.Empty(t, w.reloads)
}

func TestWatchTellsEachProblem(t *testing.T) {
	w := startWatch(t)
	w.write(t, "wrong")
	w.log.wait(t, "faults: another")
	assert.Contains(t, w.log.String(), `level=ERROR msg="the changed scenario is wrong; the one before stays" problems=2`)
	assert.Contains(t, w.log.String(), `level=ERROR msg="nightly.yaml:1:2: name: one thing"`)
	assert.NotContains(t, w.log.String(), "read again")
	<-w.reloads
	w.write(t, "right")
	w.log.wait(t, "the scenario was read again")
}

func TestWatchEnds(t *testing.T) {
	file := filepath.Join(t.TempDir(), "nightly.yaml")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	end, err := watch(t.Context(), []string{file}, func() error { return nil }, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	end() // it waits for the goroutine
	_, err = watch(t.Context(), []string{filepath.Join(file, "no", "folder.yaml")}, nil, nil)
	assert.ErrorContains(t, err, "--watch: cannot watch the folder")
}

func TestScenarioFilesAreToldFromNames(t *testing.T) {
	assert.Equal(t, []string{"a.yaml", "b.YML", "c.json", "folder/d"},
		scenarioFiles([]string{"default", "a.yaml", "sync-errors", "b.YML", "c.json", "folder/d"}))
}
