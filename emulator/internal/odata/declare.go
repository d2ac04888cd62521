package odata

// What follows declares properties of a Model. They are nullable, but for those
// that Required makes otherwise.

// Text is a property of Edm.String.
func Text(name string) Property { return Of(name, KindString) }

// Texts is a collection of Edm.String.
func Texts(name string) Property { return Many(Text(name)) }

// Of is a property of a primitive kind.
func Of(name string, kind Kind) Property { return Property{Name: name, Kind: kind, Nullable: true} }

// ComplexOf is a property of a complex type.
func ComplexOf(name string, t *Type) Property {
	return Property{Name: name, Kind: KindComplex, Type: t, Nullable: true}
}

// EnumOf is a property of an enumeration.
func EnumOf(name string, t *Type) Property {
	return Property{Name: name, Kind: KindEnum, Type: t, Nullable: true}
}

// Contained is a navigation property to what lives and dies with the object.
func Contained(name string, t *Type, collection bool) Property {
	return Property{Name: name, Kind: KindEntity, Type: t,
		Collection: collection, Nullable: !collection, Navigation: true, Contained: true}
}

// Required is p, which is not nullable.
func Required(p Property) Property { p.Nullable = false; return p }

// Many is a collection of p.
func Many(p Property) Property { p.Collection = true; return p }

// ReadOnly is p, which the service sets: what a client sends of it is not used.
func ReadOnly(p Property) Property { p.ReadOnly = true; return p }

// WriteOnly is p, which a client sends and no answer shows.
func WriteOnly(p Property) Property { p.WriteOnly = true; return p }
