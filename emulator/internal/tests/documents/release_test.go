package documents

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const top = "../../../.."

func text(t *testing.T, file string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(top, file))
	require.NoError(t, err)
	return string(b)
}

// An image is built as a release is: with the same flags, and stamped with the version.
func TestImageIsBuiltAsReleases(t *testing.T) {
	flags := regexp.MustCompile(`-ldflags[= ]"([^"]+)"`)
	release := flags.FindStringSubmatch(text(t, ".ci/targets.bash"))
	image := flags.FindStringSubmatch(text(t, ".container/Dockerfile"))
	require.Len(t, release, 2)
	require.Len(t, image, 2)
	assert.Equal(t, strings.ReplaceAll(release[1], "$version", "$VERSION"), image[1])
	stamp := regexp.MustCompile(`-X (\S+)/([^/.\s]+)\.(\w+)=`).FindStringSubmatch(release[1])
	require.Len(t, stamp, 4)
	folder := strings.TrimPrefix(stamp[1], "github.com/graphemu/graphemu/") + "/" + stamp[2]
	assert.Contains(t, text(t, folder+"/version.go"), "\nvar "+stamp[3]+" string", "the linker stamps a variable that is there")
	for _, flag := range []string{"CGO_ENABLED=0", "-trimpath", "-buildvcs=false", "\nARG VERSION="} {
		assert.Contains(t, text(t, ".container/Dockerfile"), flag)
	}
}

// The action hands each of its inputs on, and asks for none that it does not have.
func TestActionInputs(t *testing.T) {
	file := text(t, ".github/actions/graphemu/action.yml")
	var action struct {
		Inputs map[string]struct {
			Description, Default string
			Required             bool
		}
		Runs struct {
			Using string
			Steps []struct{ Name, Shell, Run, Uses string }
		}
	}
	require.NoError(t, yaml.UnmarshalWithOptions([]byte(file), &action))
	assert.Equal(t, "composite", action.Runs.Using)
	used := map[string]bool{}
	for _, m := range regexp.MustCompile(`inputs\.([a-z0-9-]+)`).FindAllStringSubmatch(file, -1) {
		used[m[1]] = true
		assert.Contains(t, action.Inputs, m[1])
	}
	for name, input := range action.Inputs {
		assert.True(t, used[name], "nothing uses the input %s", name)
		assert.NotEmpty(t, input.Description, name)
	}
	for _, step := range action.Runs.Steps {
		if step.Uses != "" {
			continue
		}
		assert.Equal(t, "bash", step.Shell, step.Name)
		assert.NotContains(t, step.Run, "${{", "%s: what an input holds is never a part of a script", step.Name)
		script := regexp.MustCompile(`\$GITHUB_ACTION_PATH/(\w+)`).FindStringSubmatch(step.Run)
		if assert.Len(t, script, 2, step.Name) {
			assert.FileExists(t, filepath.Join(top, ".github/actions/graphemu", script[1]))
		}
	}
}

// The npm package asks for a package of each system that is built, and types say what is
// exported.
func TestPackagesOfSystems(t *testing.T) {
	targets := regexp.MustCompile(`targets='([^']+)'`).FindStringSubmatch(text(t, ".ci/targets.bash"))
	require.Len(t, targets, 2)
	names := strings.NewReplacer("windows/", "win32-", "amd64", "x64", "/", "-")
	for target := range strings.FieldsSeq(targets[1]) {
		name := names.Replace(target)
		assert.Contains(t, text(t, ".npm/lib/binary.js"), `"`+name+`"`)
	}
	exported := regexp.MustCompile(`module\.exports = \{ (.+) \}`).FindStringSubmatch(text(t, ".npm/lib/index.js"))
	require.Len(t, exported, 2)
	for name := range strings.SplitSeq(exported[1], ", ") {
		assert.Regexp(t, `(?m)^export (function|class) `+name+`\b`, text(t, ".npm/lib/index.d.ts"))
		assert.Regexp(t, `(?m)^export const \{.*\b`+name+`\b`, text(t, ".npm/lib/index.mjs"))
	}
}
