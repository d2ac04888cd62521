package entity

import "fmt"

// ConflictError says that another object has a unique key.
type ConflictError struct {
	Index, Key string
	Existing   Place
}

func (e *ConflictError) Error() string {
	return fmt.Sprintf("another object has %s %q", e.Index, e.Key)
}

// TakenError says that another object of the family has an id.
type TakenError struct {
	Family, ID string
	Existing   Place
}

func (e *TakenError) Error() string {
	return fmt.Sprintf("another object of %s has the id %q", e.Family, e.ID)
}

// MissingError says that no object has a place.
type MissingError struct{ Place Place }

func (e *MissingError) Error() string { return fmt.Sprintf("there is no object %d", e.Place) }

// LinkedError says that a link is there already.
type LinkedError struct {
	Relation string
	From, To Place
}

func (e *LinkedError) Error() string {
	return fmt.Sprintf("%s of object %d has object %d already", e.Relation, e.From, e.To)
}

// NotLinkedError says that a link is not there.
type NotLinkedError struct {
	Relation string
	From, To Place
}

func (e *NotLinkedError) Error() string {
	return fmt.Sprintf("%s of object %d does not have object %d", e.Relation, e.From, e.To)
}

// FullError says that a store has as many objects as it may have.
type FullError struct{ Max int }

func (e *FullError) Error() string {
	return fmt.Sprintf("there are as many objects as there may be, %d", e.Max)
}
