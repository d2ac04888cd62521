package files

import (
	"os"

	"golang.org/x/sys/windows"
)

var errHeld = windows.ERROR_LOCK_VIOLATION

// lock takes the lock of an open file. It is that of a byte far behind its end,
// since others may not read what is locked.
func lock(f *os.File) error {
	at := windows.Overlapped{Offset: 0, OffsetHigh: 0x7fffffff}
	return windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &at)
}

// removeLocked gives a lock back and then removes its file, which the system
// refuses where another has opened it meanwhile.
func removeLocked(f *os.File) {
	_ = f.Close()
	_ = os.Remove(f.Name())
}
