package directory

import (
	"strconv"

	"github.com/graphemu/graphemu/emulator/internal/engine"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/workload"
)

// licence is a subscribedSku as query options see it.
type licence struct {
	id   string
	json []byte
	at   int // its position in the fixture's list
}

func (l *licence) JSON() []byte             { return l.json }
func (l *licence) Navigation(string) []byte { return nil }
func (l *licence) Seq() uint64              { return uint64(l.at) + 1 }
func (l *licence) Keep() workload.Entity    { return l }
func (l *licence) Address() string          { return "subscribedSkus('" + l.id + "')" }

// enabledUnits is how many accounts may have a licence (chosen: it never runs out).
const enabledUnits = 1_000_000

// newLicence makes a subscribedSku of the tenant's licence. Documented: the
// properties; observed: the id is the tenant's and the sku's with a line between.
// A fixture does not know the plans within (chosen: there are none).
func newLicence(tenant string, sku SKUCount, at int) *licence {
	l := &licence{id: tenant + "_" + sku.ID, at: at}
	quote := func(text string) { l.json = jsontree.Append(l.json, text) }
	l.json = append(l.json, `{"accountId":`...)
	quote(tenant)
	l.json = append(l.json, `,"appliesTo":"User","capabilityStatus":"Enabled","consumedUnits":`...)
	l.json = strconv.AppendInt(l.json, int64(sku.Consumed), 10)
	l.json = append(l.json, `,"id":`...)
	quote(l.id)
	l.json = append(l.json, `,"skuId":`...)
	quote(sku.ID)
	l.json = append(l.json, `,"skuPartNumber":`...)
	quote(sku.PartNumber)
	l.json = append(l.json, `,"prepaidUnits":{"enabled":`...)
	l.json = strconv.AppendInt(l.json, enabledUnits, 10)
	l.json = append(l.json, `,"suspended":0,"warning":0,"lockedOut":0},"servicePlans":[],"subscriptionIds":[]}`...)
	return l
}

// listLicences: 200 with the tenant's licences. Documented without query options
// but $select; the others are taken too (chosen).
func listLicences(c *workload.Call) (engine.Reply, error) {
	of(c).Settle(c.Now)
	skus := of(c).Objects.SKUs()
	col := workload.Numbered(len(skus), func(i int) workload.Entity { return newLicence(c.Tenant.ID, skus[i], i) })
	col.Type, col.Path, col.Context = betaObjects.sku, "subscribedSkus", "subscribedSkus"
	return c.List(col)
}
