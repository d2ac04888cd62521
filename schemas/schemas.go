// Package schemas holds the JSON Schemas of everything that a client, a fixture
// author or an editor writes for the emulator: one file a type, named
// <type>.schema.json, draft 2020-12. They describe today's spelling; the other
// spellings that Graph takes are brought to it before they are asked.
package schemas

import "embed"

// FS holds the schema files, at its root. Their $id is
// https://graphemu.dev/schemas/ and the file's name, and they refer to one
// another by file name, so that a copy of the folder works as it stands.
//
//go:embed *.schema.json
var FS embed.FS
