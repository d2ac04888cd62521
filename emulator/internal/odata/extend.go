package odata

// With returns a type that is t with further properties: what one query may name beyond
// what the model has. It is like a type that derives from t, of the same name, and no
// model knows it.
func (t *Type) With(more []Property) *Type {
	return &Type{Namespace: t.Namespace, Name: t.Name, Base: t, Abstract: t.Abstract, Entity: t.Entity, Open: t.Open, HasStream: t.HasStream,
		Properties: more, model: t.model, qualified: t.qualified, derived: t.derived}
}
