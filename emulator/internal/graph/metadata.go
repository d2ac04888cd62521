package graph

import (
	"net/http"

	"github.com/graphemu/graphemu/emulator/internal/engine"
)

// metadata answers the model of a version as CSDL.
func (c *call) metadata() (engine.Reply, error) {
	return engine.Reply{Status: http.StatusOK, Media: "application/xml", Body: c.handler.csdl[c.Version]()}, nil
}
