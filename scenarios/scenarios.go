// Package scenarios holds the scenarios that are built in. A file's name
// without its ending is what --scenario takes; its form is that of
// schemas/scenario.schema.json.
package scenarios

import "embed"

// FS holds the scenario files at its root.
//
//go:embed *.yaml
var FS embed.FS
