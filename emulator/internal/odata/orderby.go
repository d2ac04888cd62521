package odata

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// OrderItem is one part of $orderby.
type OrderItem struct {
	expr *node
	desc bool
}

// Descending reports whether the item orders from high to low.
func (o OrderItem) Descending() bool { return o.desc }

// ParseOrderBy reads the value of a $orderby over entities of type t: paths,
// /$count of a collection or functions, separated by commas, each followed by
// asc (the default), desc or nothing. The error is an *Error.
func ParseOrderBy(text string, t *Type) ([]OrderItem, error) {
	p, err := newParser("$orderby", "orderby", strings.TrimSpace(text), t)
	if err != nil {
		return nil, err
	}
	var items []OrderItem
	for {
		at := p.tok
		n, err := p.unary()
		if err != nil {
			return nil, err
		}
		if n.op == opLiteral {
			return nil, p.syntax(at.pos, "The name of a property should stand here, without quotes.")
		}
		if n.shape.coll || n.shape.kind.structured() || n.shape.kind == kindNull {
			return nil, p.fail("The $orderby expression must evaluate to a single value of primitive type.",
				"This is %s. %s", n.shape, form(n.shape))
		}
		if n.shape.kind == KindBinary {
			return nil, p.fail("The $orderby expression must evaluate to a value that has an order.", "Bytes have none.")
		}
		item := OrderItem{expr: n}
		if p.tok.word("asc") || p.tok.word("desc") {
			item.desc = p.tok.word("desc")
			if err := p.next(); err != nil {
				return nil, err
			}
		}
		if items = append(items, item); len(items) > MaxOrderBy {
			return nil, p.fail(fmt.Sprintf("More than %d properties.", MaxOrderBy), "This emulator orders by up to %d properties.", MaxOrderBy)
		}
		if p.tok.kind == tokenEnd {
			return items, nil
		}
		if !p.tok.is(",") {
			return nil, p.syntax(p.tok.pos, "After a property come asc, desc, a comma or the end.")
		}
		if err := p.next(); err != nil {
			return nil, err
		}
	}
}

// Key is what an entity is ordered by for one OrderItem. It owns its text, and
// survives JSON unchanged, so that a skip token can hold it.
type Key struct{ v value }

// Keys returns the keys of an entity, one per item.
func Keys(items []OrderItem, e Entity) []Key {
	s := enter(e)
	keys := make([]Key, len(items))
	for i, o := range items {
		v := s.eval(o.expr)
		switch v.kind {
		case KindEnum:
			v = value{kind: KindInt64, n: v.n} // members order by their value, not by name
		case KindGuid:
			v.kind = KindString
		case KindDate, KindTimeOfDay, KindDuration: // an item's keys are all of one kind
			v.kind = KindDateTimeOffset
		}
		v.s = strings.Clone(v.s) // it may still point into the entity's bytes
		keys[i].v = v
	}
	return keys
}

// CompareKeys compares two lists of keys that the same items made: negative if a
// comes first, positive if b does. Null comes first ascending and last
// descending (documented: OData 4.0, part 1, 11.2.5.2). Texts order without
// regard to case, the property id with it. Equal is possible; the caller breaks
// the tie. Keys that do not fit the items, as in a forged skip token, still have
// an order.
func CompareKeys(items []OrderItem, a, b []Key) int {
	for i, o := range items {
		var x, y value
		if i < len(a) {
			x = a[i].v
		}
		if i < len(b) {
			y = b[i].v
		}
		c := 0
		if kx, ky := class(x.kind), class(y.kind); kx != ky {
			c = int(kx) - int(ky) // null is the lowest kind
		} else if kx != kindNull {
			c = compare(x, y, o.expr.exact)
		}
		if o.desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return 0
}

// MarshalJSON writes null, a Boolean, a text or a number as itself, a time or a
// duration as [seconds,nanoseconds], and INF, -INF and NaN as ["INF"].
func (k Key) MarshalJSON() ([]byte, error) {
	switch k.v.kind {
	case KindBoolean:
		return strconv.AppendBool(nil, k.v.n == 1), nil
	case KindString:
		return json.Marshal(k.v.s)
	case KindInt64:
		return strconv.AppendInt(nil, k.v.n, 10), nil
	case KindDouble:
		if math.IsInf(k.v.f, 0) || k.v.nan() {
			return fmt.Appendf(nil, "[%q]", floatName(k.v.f)), nil
		}
		return strconv.AppendFloat(nil, k.v.f, 'g', -1, 64), nil
	case KindDateTimeOffset:
		return fmt.Appendf(nil, "[%d,%d]", k.v.n, k.v.nanos), nil
	}
	return []byte("null"), nil
}

// UnmarshalJSON reads what MarshalJSON wrote, and refuses anything else.
func (k *Key) UnmarshalJSON(b []byte) error {
	k.v = value{}
	switch text := string(b); {
	case text == "null":
	case text == "true", text == "false":
		k.v = boolean(text == "true")
	case strings.HasPrefix(text, `"`):
		k.v.kind = KindString
		return json.Unmarshal(b, &k.v.s)
	case strings.HasPrefix(text, `["`):
		var name []string
		if err := json.Unmarshal(b, &name); err != nil || len(name) != 1 {
			return errors.New("odata: no sort key")
		}
		f, ok := parseFloat(name[0])
		if !ok || floatName(f) == "" {
			return errors.New("odata: no sort key")
		}
		k.v = value{kind: KindDouble, f: f}
	case strings.HasPrefix(text, "["):
		var parts []int64
		if err := json.Unmarshal(b, &parts); err != nil {
			return err
		}
		if len(parts) != 2 || parts[1] < 0 || parts[1] > 999_999_999 {
			return errors.New("odata: no sort key")
		}
		k.v = value{kind: KindDateTimeOffset, n: parts[0], nanos: int32(parts[1])}
	default:
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			k.v = value{kind: KindInt64, n: n}
			return nil
		}
		f, ok := parseFloat(text)
		if !ok {
			return errors.New("odata: no sort key")
		}
		k.v = value{kind: KindDouble, f: f}
	}
	return nil
}

// floatName is what OData calls a number that has no digits, "" for any other.
func floatName(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "INF"
	case math.IsInf(f, -1):
		return "-INF"
	case math.IsNaN(f):
		return "NaN"
	}
	return ""
}
