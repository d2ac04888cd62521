package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sys/unix"

	"github.com/graphemu/graphemu/emulator/clock"
)

// adopting tells that all children of this process, but for the command, are
// orphans of the command's.
var adopting bool

// adoptOrphans makes this process the parent of whatever its children's children
// leave behind, wherever they have moved: into another process group, another
// session, or twice away as daemons do. From then on no other children may be
// waited for. Where the system refuses, process groups are all there is.
func adoptOrphans() { adopting = unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == nil }

// endOrphans ends all children of this process by force, and theirs, which are
// its own as soon as they are orphans. It gives up on those that do not go, as one
// of another user that is stuck in the kernel.
func endOrphans() {
	for range 500 {
		for {
			id, err := unix.Wait4(-1, nil, unix.WNOHANG, nil)
			if errors.Is(err, unix.ECHILD) {
				return
			}
			if id == 0 {
				break // those that are left have not ended yet
			}
		}
		for _, id := range children() {
			unix.Kill(id, unix.SIGKILL)
		}
		clock.Wait(context.Background(), time.Millisecond)
	}
}

// children returns the processes whose parent this one is.
func children() (ids []int) {
	own := []byte(strconv.Itoa(os.Getpid()))
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has just ended
		}
		// proc(5): the number, the name in parentheses, which may have any character
		// in it, the state, the parent.
		end := bytes.LastIndexByte(text, ')')
		if fields := bytes.Fields(text[end+1:]); end > 0 && len(fields) > 1 && bytes.Equal(fields[1], own) {
			if id, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				ids = append(ids, id)
			}
		}
	}
	return ids
}
