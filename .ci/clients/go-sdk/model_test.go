package gosdk

import (
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
)

// The models that the typed SDK had until v0.120.0, as far as the tests need
// them, in the shape that its generator gives them.

type fields = map[string]func(serialization.ParseNode) error

// text parses a string property.
func text(into **string) func(serialization.ParseNode) error {
	return func(n serialization.ParseNode) (err error) {
		*into, err = n.GetStringValue()
		return err
	}
}

// profile is an educationSynchronizationProfile.
type profile struct {
	id, displayName, state *string
	dataProvider           *typed
	identity               *typed
}

func newProfile(serialization.ParseNode) (serialization.Parsable, error) { return &profile{}, nil }

func (p *profile) Serialize(w serialization.SerializationWriter) error {
	if err := w.WriteStringValue("displayName", p.displayName); err != nil {
		return err
	}
	if p.dataProvider != nil {
		if err := w.WriteObjectValue("dataProvider", p.dataProvider); err != nil {
			return err
		}
	}
	if p.identity == nil {
		return nil
	}
	return w.WriteObjectValue("identitySynchronizationConfiguration", p.identity)
}

func (p *profile) GetFieldDeserializers() fields {
	object := func(into **typed) func(serialization.ParseNode) error {
		return func(n serialization.ParseNode) error {
			v, err := n.GetObjectValue(newTyped)
			if v != nil {
				*into = v.(*typed)
			}
			return err
		}
	}
	return fields{"id": text(&p.id), "displayName": text(&p.displayName), "state": text(&p.state),
		"dataProvider": object(&p.dataProvider), "identitySynchronizationConfiguration": object(&p.identity)}
}

// typed is an abstract part: what it is, its @odata.type says.
type typed struct {
	odataType *string
	domains   []serialization.Parsable
}

func newTyped(serialization.ParseNode) (serialization.Parsable, error) { return &typed{}, nil }

func (p *typed) Serialize(w serialization.SerializationWriter) error {
	if err := w.WriteStringValue("@odata.type", p.odataType); err != nil || p.domains == nil {
		return err
	}
	return w.WriteCollectionOfObjectValues("userDomains", p.domains)
}

func (p *typed) GetFieldDeserializers() fields {
	return fields{
		"@odata.type": text(&p.odataType),
		"userDomains": func(n serialization.ParseNode) (err error) {
			p.domains, err = n.GetCollectionOfObjectValues(newDomain)
			return err
		},
	}
}

// domain is an educationIdentityDomain.
type domain struct{ appliesTo, name *string }

func newDomain(serialization.ParseNode) (serialization.Parsable, error) { return &domain{}, nil }

func (d *domain) Serialize(w serialization.SerializationWriter) error {
	if err := w.WriteStringValue("appliesTo", d.appliesTo); err != nil {
		return err
	}
	return w.WriteStringValue("name", d.name)
}

func (d *domain) GetFieldDeserializers() fields {
	return fields{"appliesTo": text(&d.appliesTo), "name": text(&d.name)}
}

// page is a collection response. The page iterator asks for GetValue and
// GetOdataNextLink.
type page[T serialization.Parsable] struct {
	create   serialization.ParsableFactory
	value    []T
	nextLink *string
	count    *int64
}

func newPage[T serialization.Parsable](create serialization.ParsableFactory) serialization.ParsableFactory {
	return func(serialization.ParseNode) (serialization.Parsable, error) { return &page[T]{create: create}, nil }
}

func (p *page[T]) GetValue() []T             { return p.value }
func (p *page[T]) GetOdataNextLink() *string { return p.nextLink }

func (p *page[T]) Serialize(serialization.SerializationWriter) error { return nil }

func (p *page[T]) GetFieldDeserializers() fields {
	return fields{
		"@odata.nextLink": text(&p.nextLink),
		"@odata.count": func(n serialization.ParseNode) (err error) {
			p.count, err = n.GetInt64Value()
			return err
		},
		"value": func(n serialization.ParseNode) error {
			list, err := n.GetCollectionOfObjectValues(p.create)
			p.value = abs.CollectionApply(list, func(v serialization.Parsable) T { return v.(T) })
			return err
		},
	}
}

// message is an educationFileSynchronizationVerificationMessage.
type message struct{ kind, fileName, description *string }

func newMessage(serialization.ParseNode) (serialization.Parsable, error) { return &message{}, nil }

func (m *message) Serialize(serialization.SerializationWriter) error { return nil }

func (m *message) GetFieldDeserializers() fields {
	return fields{"type": text(&m.kind), "fileName": text(&m.fileName), "description": text(&m.description)}
}

// status is an educationSynchronizationProfileStatus.
type status struct {
	id, status *string
	errorCount *int64
}

func newStatus(serialization.ParseNode) (serialization.Parsable, error) { return &status{}, nil }

func (s *status) Serialize(serialization.SerializationWriter) error { return nil }

func (s *status) GetFieldDeserializers() fields {
	return fields{"id": text(&s.id), "status": text(&s.status),
		"errorCount": func(n serialization.ParseNode) (err error) {
			s.errorCount, err = n.GetInt64Value()
			return err
		}}
}
