package graph

import (
	"net/http"
	"slices"
	"sync"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
)

// The CSDL documents are printed when they are first asked for.
var (
	betaCSDL = sync.OnceValue(betaModel.CSDL)
	v1CSDL   = sync.OnceValue(func() []byte {
		entity := &odata.Type{Name: "entity", Abstract: true, Entity: true, Properties: profile.EntityType.Properties}
		role := &odata.Type{Name: "educationUserRole", Members: profile.RoleType.Members[:4]} // without faculty
		objects := newObjectTypes(entity, role)
		root := &odata.Type{Name: "educationRoot", Entity: true, Properties: objects.inRoot()}
		return newModel(slices.Concat([]*odata.Type{role, entity}, objects.types, []*odata.Type{root}), objects, false).CSDL()
	})
)

// metadata answers the model as CSDL. That of v1.0 does not have
// synchronization profiles.
func (s *Handler) metadata(c *call) (engine.Reply, error) {
	document := betaCSDL
	if c.at.version == "v1.0" {
		document = v1CSDL
	}
	return engine.Reply{Status: http.StatusOK, Media: mediaXML, Body: document()}, nil
}
