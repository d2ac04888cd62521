package version

import (
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestKnown(t *testing.T) {
	for name, c := range map[string]struct {
		info debug.BuildInfo
		ok   bool
		want string
	}{
		"installed": {debug.BuildInfo{Main: debug.Module{Path: module, Version: "v1.2.3"}}, true, "v1.2.3"},
		"checkout":  {debug.BuildInfo{Main: debug.Module{Path: module, Version: "(devel)"}}, true, ""},
		"a library": {debug.BuildInfo{Main: debug.Module{Path: "x", Version: "v9"},
			Deps: []*debug.Module{{Path: module, Version: "v1.0.0"}}}, true, "v1.0.0"},
		"no modules": {debug.BuildInfo{}, false, ""},
	} {
		assert.Equal(t, c.want, known(&c.info, c.ok), name)
	}
	stamped = "v3"
	defer func() { stamped = "" }()
	assert.Equal(t, "v3", String(), "what the linker was told goes first")
}
