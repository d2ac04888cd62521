package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/graphemu/graphemu/emulator/clock"
	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/scenario"
)

// quiet is how long the files must have been left alone before they are read
// again: an editor writes in several steps.
const quiet = 100 * time.Millisecond

// scenarioFiles returns those of the scenarios that are files, not names.
func scenarioFiles(scenarios []string) []string {
	var files []string
	for _, s := range scenarios {
		if slices.Contains([]string{".yaml", ".yml", ".json"}, strings.ToLower(filepath.Ext(s))) || strings.ContainsAny(s, `/\`) {
			files = append(files, s)
		}
	}
	return files
}

// watch calls reload whenever the scenario files have others contents, and logs
// how that went, until ctx is done or end is called; end waits for it to stop.
// It errs where the files' folders cannot be watched.
//
// It is the folders that are watched, not the files: an editor that saves by
// renaming puts another file in the old one's place, and what is mounted into a
// container is often a link to a link.
func watch(ctx context.Context, scenarios []string, reload func() error, log *slog.Logger) (end func(), err error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, fmt.Errorf("--watch: %w", err)
	}
	files := scenarioFiles(scenarios)
	for _, f := range files {
		if err := w.Add(filepath.Dir(f)); err != nil {
			w.Close()
			return nil, fmt.Errorf("--watch: cannot watch the folder %s: %w", filepath.Dir(f), err)
		}
	}
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	last := digest(files)
	go func() {
		defer close(done)
		defer w.Close()
		for happened(ctx, w, log) {
			now, ok := settled(ctx, files)
			if !ok {
				return
			}
			if now != last {
				last = now
				report(reload(), files, log)
			}
		}
	}()
	return func() { cancel(); <-done }, nil
}

// happened waits until something happened in one of the folders. It returns
// false where there is nothing more to wait for.
func happened(ctx context.Context, w *fsnotify.Watcher, log *slog.Logger) bool {
	select {
	case <-ctx.Done():
		return false
	case _, ok := <-w.Events:
		return ok
	case err, ok := <-w.Errors:
		if ok {
			log.Warn("some changes of the scenario's folder may have been missed", "error", err)
		}
		return ok // whatever was missed, the files tell
	}
}

// settled waits until the files stay as they are for a while, and returns their
// digest; false where ctx is done before. Other files of the folder, which may
// change all the time, don't matter.
func settled(ctx context.Context, files []string) (digested, bool) {
	for last := digest(files); ; {
		if clock.Wait(ctx, quiet) != nil {
			return digested{}, false
		}
		now := digest(files)
		if now == last {
			return now, true
		}
		last = now
	}
}

// digested tells one state of files from another.
type digested [sha256.Size]byte

// digest reads the files. One that cannot be read counts as a state of its own.
func digest(names []string) digested {
	h := sha256.New()
	for _, name := range names {
		size := int64(-1)
		if text, err := files.Read(name, scenario.MaxSize); err == nil {
			size = int64(len(text))
			h.Write(text)
		}
		fmt.Fprintf(h, "\n%q %d\n", name, size)
	}
	return digested(h.Sum(nil))
}

// report logs how reading anew went, each problem of a wrong file by itself.
func report(err error, files []string, log *slog.Logger) {
	if err == nil {
		log.Info("the scenario was read again", "files", files)
		return
	}
	problems := slices.Collect(strings.Lines(trim(err).Error()))
	log.Error("the changed scenario is wrong; the one before stays", "problems", len(problems))
	for _, p := range problems {
		log.Error(strings.TrimSpace(p))
	}
}
