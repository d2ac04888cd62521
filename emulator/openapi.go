package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/graph"
	"github.com/graphemu/graphemu/emulator/internal/openapi"
	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
)

// OpenAPIOptions say what OpenAPI describes.
type OpenAPIOptions struct {
	Version  string   // "beta" or "v1.0"
	Generic  bool     // the operations that the metadata describes, too, and not the emulated ones alone
	Metadata []string // as Options.Metadata
	Origin   string   // of the server, in the document; "": http://localhost:9400
}

// OpenAPI returns an OpenAPI 3.1 document of what Graph answers here, as JSON. With the
// same options it is the same each time.
func OpenAPI(o OpenAPIOptions) ([]byte, error) {
	described, err := readService(o.Metadata, "")
	if err != nil {
		return nil, err
	}
	return describe(newGraph(graph.Config{Permissions: described.permissions}, nil, described.models), described.models, o)
}

func describe(h *graph.Handler, models workload.Models, o OpenAPIOptions) ([]byte, error) {
	v := workload.ParseVersion(o.Version)
	if v == 0 {
		return nil, fmt.Errorf("there is no version %q of Graph; want beta or v1.0", o.Version)
	}
	if o.Origin == "" {
		o.Origin = "http://localhost:9400"
	}
	return openapi.Write(openapi.Source{Graph: h, Models: models, Workloads: workloads.All},
		openapi.Options{Version: v, Generic: o.Generic, Origin: o.Origin, Release: version.String()})
}

// descriptions are the OpenAPI documents of a server. Those of emulated operations are made
// when they are first asked for, and kept. The others are large: they are made each time,
// one after the other.
type descriptions struct {
	mu   sync.Mutex        // held while one is made
	made map[string][]byte // by the version
}

// anyOrigin stands in a kept document for the origin that a client asks.
const anyOrigin = "https://origin.invalid"

func (c controlled) OpenAPI(version string, generic bool, origin string) ([]byte, error) {
	d := &c.s.described
	d.mu.Lock()
	defer d.mu.Unlock()
	if generic {
		return describe(c.s.graph, c.s.models, OpenAPIOptions{Version: version, Generic: true, Origin: origin})
	}
	if d.made[version] == nil {
		b, err := describe(c.s.graph, c.s.models, OpenAPIOptions{Version: version, Origin: anyOrigin})
		if err != nil {
			return nil, err
		}
		if d.made == nil {
			d.made = map[string][]byte{}
		}
		d.made[version] = b
	}
	quoted, err := json.Marshal(origin)
	if err != nil {
		return nil, err
	}
	return bytes.ReplaceAll(d.made[version], []byte(anyOrigin), quoted[1:len(quoted)-1]), nil
}
