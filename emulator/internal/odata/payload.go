package odata

import "strings"

// Valid reports whether a JSON text can be a value of this kind. For kinds that are
// written as numbers, it tells of the texts that OData allows in place of one.
func (k Kind) Valid(text string) bool {
	switch k {
	case KindInt64:
		return text != "" && validDigits(text)
	case KindSingle, KindDouble, KindDecimal:
		_, ok := parseFloat(text)
		return ok
	case KindDateTimeOffset:
		_, _, ok := parseInstant(text)
		return ok
	case KindDate:
		_, ok := parseDate(text)
		return ok
	case KindTimeOfDay:
		_, _, ok := parseTime(text)
		return ok
	case KindDuration:
		_, _, ok := parseDuration(text)
		return ok
	case KindGuid:
		return isGuid(text)
	case KindBinary:
		return !readBinary(text).null()
	case KindBoolean, KindByte, KindSByte, KindInt16, KindInt32:
		return false
	}
	return true
}

func validDigits(text string) bool {
	if text[0] == '-' {
		text = text[1:]
	}
	if text == "" || len(text) > 19 {
		return false
	}
	for i := range len(text) {
		if !digit(text[i]) {
			return false
		}
	}
	return true
}

// Named returns the type of that name, as an "@odata.type" has it, where it is t or
// derives from t. known is whether the model has the type at all.
func (t *Type) Named(name string) (found *Type, known bool) {
	found = t.model.cast(name)
	if found == nil || !found.IsA(t) {
		return nil, found != nil
	}
	return found, true
}

// MemberName brings a value of an enumeration to the spelling of its members, in any
// letter case; with flags, several may stand with commas between. ok is false where a
// name is no member.
func (t *Type) MemberName(name string) (canonical string, ok bool) {
	if t.Flags && strings.Contains(name, ",") {
		var all []string
		for one := range strings.SplitSeq(name, ",") {
			member, ok := t.MemberName(strings.TrimSpace(one))
			if !ok || strings.Contains(member, ",") {
				return name, false
			}
			all = append(all, member)
		}
		return strings.Join(all, ","), true
	}
	for _, m := range t.Members {
		if strings.EqualFold(m, name) {
			return m, true
		}
	}
	return name, false
}
