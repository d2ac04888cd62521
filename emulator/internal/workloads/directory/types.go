package directory

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/odata"
)

// The types of the directory stand in tables of text: they are many, and a table is
// read faster than the Go code that would make it. Its notation:
//
//	entity user : directoryObject open     an entity type, its base, and what else is said of it: open, abstract, stream
//	complex phone                          a complex type
//	  number type:phoneType tags:[String]! properties: of Edm.String where no type is given; [x]: a collection; "!": not nullable;
//	                                         "*": a secret, which no query looks at
//	  links manager:directoryObject        navigations to objects that live elsewhere
//	  contains extensions:[extension]      navigations to what lives in the object
//	  unserved planner messages[]          navigations that the service has and graphemu does not: 501
//	enum phoneType home business=3         an enumeration; flags: one whose values are sets
//	+ user                                 further properties or members of a type that is there
//	action user.assignLicense skuId! = user       an action on a user, its parameters and what it returns
//	function [user].delta = [user]                a function of a collection of users
//
// What belongs to a type stands below it with blanks before; a line may go on in the next.

// declared is what tables of text declare.
type declared struct {
	types              []*odata.Type // in the order of the tables
	byName             map[string]*odata.Type
	actions, functions []odata.Operation
}

// declare reads tables. known are types that they refer to and do not declare. It
// panics at a mistake: the tables are constants, and every test reads them.
func declare(known []*odata.Type, tables ...string) *declared {
	d := &declared{byName: make(map[string]*odata.Type, 256)}
	for _, t := range known {
		d.byName[t.Name] = t
	}
	for _, table := range tables { // the names first: they are used before they are declared
		for line := range strings.SplitSeq(table, "\n") {
			kind, name, _ := head(line)
			switch kind {
			case "entity", "complex", "enum", "flags":
				if d.byName[name] != nil {
					panic("directory: type " + name + " is declared twice")
				}
				t := &odata.Type{Name: name, Entity: kind == "entity", Flags: kind == "flags"}
				t.Enumeration = kind == "enum" || t.Flags
				d.byName[name] = t
				d.types = append(d.types, t)
			}
		}
	}
	r := reader{declared: d}
	for _, table := range tables {
		for line := range strings.SplitSeq(table, "\n") {
			r.line(line)
		}
	}
	return d
}

// head takes the line apart that begins a type or an operation; kind is "" for others.
func head(line string) (kind, name, rest string) {
	if line == "" || line[0] == ' ' {
		return "", "", ""
	}
	kind, rest, _ = strings.Cut(line, " ")
	name, rest, _ = strings.Cut(rest, " ")
	return kind, name, rest
}

// reader fills in what the heads announced.
type reader struct {
	*declared
	at   *odata.Type
	mode string // what the words are that follow: properties, links, contains, unserved
}

func (r *reader) line(line string) {
	kind, name, rest := head(line)
	switch kind {
	case "":
		rest = line
	case "action":
		r.actions = append(r.actions, r.operation(name, rest))
		return
	case "function":
		r.functions = append(r.functions, r.operation(name, rest))
		return
	default:
		r.at, r.mode = r.typ(name), ""
	}
	words := strings.FieldsSeq(rest)
	base := false
	for word := range words {
		switch {
		case r.at.Enumeration:
			r.member(word)
		case kind == "entity" || kind == "complex":
			switch word {
			case ":":
				base = true
				continue
			case "open":
				r.at.Open = true
			case "abstract":
				r.at.Abstract = true
			case "stream":
				r.at.HasStream = true
			default:
				if !base {
					panic("directory: " + line)
				}
				r.at.Base = r.typ(word)
			}
		case word == "links" || word == "contains" || word == "unserved":
			r.mode = word
		default:
			r.at.Properties = append(r.at.Properties, r.property(word))
		}
	}
}

func (r *reader) typ(name string) *odata.Type {
	t := r.byName[name]
	if t == nil {
		panic("directory: no type " + name)
	}
	return t
}

// member adds a member of an enumeration.
func (r *reader) member(word string) {
	t := r.at
	name, value, given := strings.Cut(word, "=")
	next := 0
	if n := len(t.Members); n > 0 {
		if next = n; t.Values != nil {
			next = t.Values[n-1] + 1
		}
	}
	if given {
		v, err := strconv.Atoi(value)
		if err != nil {
			panic("directory: " + word)
		}
		if t.Values == nil && v != next {
			t.Values = make([]int, len(t.Members), len(t.Members)+8)
			for i := range t.Values {
				t.Values[i] = i
			}
		}
		next = v
	}
	t.Members = append(t.Members, name)
	if t.Values != nil {
		t.Values = append(t.Values, next)
	}
}

// kinds are the primitive kinds by their names in tables.
var kinds = map[string]odata.Kind{
	"": odata.KindString, "String": odata.KindString, "Boolean": odata.KindBoolean, "Int32": odata.KindInt32, "Int64": odata.KindInt64,
	"DateTimeOffset": odata.KindDateTimeOffset, "Date": odata.KindDate, "TimeOfDay": odata.KindTimeOfDay, "Guid": odata.KindGuid,
	"Binary": odata.KindBinary, "Stream": odata.KindStream, "Single": odata.KindSingle,
}

// property reads a property, in the mode that the words before set.
func (r *reader) property(word string) odata.Property {
	word, secret := strings.CutSuffix(word, "*")
	name, required := strings.CutSuffix(word, "!")
	name, of, typed := strings.Cut(name, ":")
	p := odata.Property{Name: name, Nullable: !required, Secret: secret}
	switch {
	case strings.HasSuffix(name, "[]"):
		p.Name, p.Collection = name[:len(name)-2], true
	case strings.HasPrefix(of, "["):
		of, p.Collection = of[1:len(of)-1], true
	}
	if kind, ok := kinds[of]; ok && (typed || r.mode == "") {
		p.Kind = kind
		return p
	}
	if r.mode == "" {
		p.Type = r.typ(of)
		switch {
		case p.Type.Enumeration || len(p.Type.Members) > 0:
			p.Kind = odata.KindEnum
		case p.Type.Entity: // of an operation
			p.Kind = odata.KindEntity
		default:
			p.Kind = odata.KindComplex
		}
		return p
	}
	p.Kind, p.Navigation, p.Nullable = odata.KindEntity, true, !p.Collection
	p.Contained, p.Unserved = r.mode == "contains", r.mode == "unserved"
	if of == "" {
		of = "entity" // which one, the model does not have
	}
	p.Type = r.typ(of)
	return p
}

// operation reads an action or a function: "user.assignLicense", and the rest of its line.
func (r *reader) operation(name, rest string) odata.Operation {
	on, name, _ := strings.Cut(name, ".")
	o := odata.Operation{Name: name, BindingCollection: on[0] == '['}
	o.Binding = r.typ(strings.Trim(on, "[]"))
	r.mode = ""
	returns := false
	for word := range strings.FieldsSeq(rest) {
		switch {
		case word == "=":
			returns = true
		case returns:
			p := r.property(":" + word)
			o.Returns = &p
		default:
			o.Parameters = append(o.Parameters, r.property(word))
		}
	}
	if returns && o.Returns == nil {
		panic(fmt.Sprintf("directory: %s returns nothing", name))
	}
	return o
}
