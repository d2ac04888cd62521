package odata

// Kind is what sort of value a property holds.
type Kind uint8

// The kinds of property a Model can declare.
const (
	KindString         Kind = iota + 1 // Edm.String
	KindBoolean                        // Edm.Boolean
	KindByte                           // Edm.Byte: 0 to 255, a JSON number as all numbers are
	KindSByte                          // Edm.SByte: -128 to 127
	KindInt16                          // Edm.Int16
	KindInt32                          // Edm.Int32
	KindInt64                          // Edm.Int64: a JSON number, or a string of digits
	KindSingle                         // Edm.Single: a JSON number, or "INF", "-INF", "NaN"
	KindDouble                         // Edm.Double: the same
	KindDecimal                        // Edm.Decimal: a JSON number, or a string of digits
	KindDateTimeOffset                 // Edm.DateTimeOffset: 2026-07-31T12:00:00.0000000Z
	KindDate                           // Edm.Date: 2026-07-31
	KindTimeOfDay                      // Edm.TimeOfDay: 12:00:00.0000000
	KindDuration                       // Edm.Duration: P1DT2H
	KindGuid                           // Edm.Guid: a string of 36 characters
	KindBinary                         // Edm.Binary: base64
	KindStream                         // Edm.Stream: bytes at an address of their own, never part of the JSON
	KindUntyped                        // Edm.Untyped: any JSON
	KindEnum                           // an enumeration of the model, named by its member
	KindComplex                        // a structured value without a key
	KindEntity                         // a structured value with a key; always a navigation
)

// kindNull is the kind of the literal null. No property has it.
const kindNull Kind = 0

var edmNames = [...]string{
	kindNull: "<null>", KindString: "Edm.String", KindBoolean: "Edm.Boolean",
	KindByte: "Edm.Byte", KindSByte: "Edm.SByte", KindInt16: "Edm.Int16", KindInt32: "Edm.Int32", KindInt64: "Edm.Int64",
	KindSingle: "Edm.Single", KindDouble: "Edm.Double", KindDecimal: "Edm.Decimal",
	KindDateTimeOffset: "Edm.DateTimeOffset", KindDate: "Edm.Date", KindTimeOfDay: "Edm.TimeOfDay", KindDuration: "Edm.Duration",
	KindGuid: "Edm.Guid", KindBinary: "Edm.Binary", KindStream: "Edm.Stream", KindUntyped: "Edm.Untyped",
	KindEnum: "Edm.EnumType", KindComplex: "Edm.ComplexType", KindEntity: "Edm.EntityType",
}

// String returns the kind's name in the Edm namespace, such as "Edm.Boolean".
func (k Kind) String() string {
	if int(k) < len(edmNames) {
		return edmNames[k]
	}
	return ""
}

// structured reports whether a value of this kind has properties.
func (k Kind) structured() bool { return k == KindComplex || k == KindEntity }
