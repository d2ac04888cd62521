package objects

import (
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/apierror"
	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/entity"
	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// unknownProperty answers a member of a body that the type does not have. Observed:
// PnP-Sites-Core issue 1807 (2018).
func unknownProperty(name string, t *odata.Type) error {
	e := workload.Refuse("Invalid property '%s'.", name)
	var known []string
	for _, p := range t.All() {
		known = append(known, p.Name)
	}
	if near := words.Nearest(name, known); near != "" {
		e.Help("unknownProperty", "/"+name, "did you mean '%s'?", near)
	} else {
		e.Help("unknownProperty", "/"+name, "%s has no such property", t.Qualified())
	}
	return e
}

// readOnly answers a property that no client sets. Observed: msgraph-beta-sdk-java
// issue 621 (2023).
func readOnly(name string) *apierror.Error {
	return workload.Refuse("Property '%s' is read-only and cannot be set.", name)
}

// invalidValue answers a value that a property cannot have. Observed: docs-contrib
// issue 6580.
func invalidValue(name string, t *odata.Type) error {
	e := workload.Refuse("Invalid value specified for property '%s' of resource '%s'.", name, apierror.ResourceName(t.Name))
	return e.Help("InvalidValue", name, "%s", e.Message)
}

// missingValue answers a property that has to have a value. Observed: Microsoft365DSC issue
// 3072 (2023), of a create.
func missingValue(name string, t *odata.Type) error {
	return workload.Refuse("A value is required for property '%s' of resource '%s'.", name, apierror.ResourceName(t.Name))
}

// inWords brings an error of the store into the service's words.
func (e *Engine) inWords(err error) error {
	var (
		conflict *entity.ConflictError
		taken    *entity.TakenError
		linked   *entity.LinkedError
		full     *entity.FullError
	)
	switch {
	case errors.As(err, &conflict): // observed: docs issue 1508
		_, property, _ := strings.Cut(conflict.Index, ".")
		a := workload.Refuse("Another object with the same value for property %s already exists.", property)
		return a.Help("ObjectConflict", property, "%s", a.Message)
	case errors.As(err, &taken):
		return workload.Refuse("Another object with the same value for property id already exists.")
	case errors.As(err, &linked): // observed: pnpframework issue 139
		name := linked.Relation[strings.LastIndexByte(linked.Relation, '.')+1:]
		return workload.Refuse("One or more added object references already exist for the following modified properties: '%s'.", name)
	case errors.As(err, &full):
		return apierror.StorageFull("The tenant's directory is full.").Help("limit", "", "%v", full)
	}
	return err
}

func sorted(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func itoa(n int) string { return strconv.Itoa(n) }

// text is an answer of plain text.
func text(c *workload.Call, s string) engine.Reply {
	return engine.Reply{Status: http.StatusOK, Media: engine.MediaText, Body: append(c.Room(len(s)), s...)}
}
