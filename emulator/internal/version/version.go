// Package version tells which graphemu this is.
package version

import (
	"cmp"
	"runtime/debug"
)

const module = "github.com/graphemu/graphemu"

// stamped is what the linker was told, for builds that see no version control, as
// those of an image:
//
//	go build -ldflags "-X github.com/graphemu/graphemu/emulator/internal/version.stamped=v1.2.3"
var stamped string

// String returns the module's version: as it was stamped, else as the Go toolchain
// knows it, whether graphemu is the program or a library in it; "devel" where nobody
// knows.
func String() string {
	info, ok := debug.ReadBuildInfo()
	return cmp.Or(stamped, known(info, ok), "devel")
}

func known(info *debug.BuildInfo, ok bool) string {
	if !ok {
		return ""
	}
	for _, m := range append([]*debug.Module{&info.Main}, info.Deps...) {
		if m.Path == module && m.Version != "(devel)" {
			return m.Version
		}
	}
	return ""
}
