package odata

import (
	"cmp"
	"encoding/xml"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/words"
)

// ReadCSDL reads a metadata document of Graph (OASIS, CSDL XML 4.0) and returns its
// model, linked. name is the file's, for messages. It reads in one pass, keeps
// nothing of the document but names, and leaves out what the model has no use for:
// terms, descriptions and other annotations than Computed, Immutable, AlternateKeys
// and OptionalParameter.
//
// The error names file and line; it joins the first few problems. What only leads
// out of the document is no problem but left out, see Model.LeftOut.
func ReadCSDL(r io.Reader, name string) (*Model, error) {
	c := &csdlReader{
		document:     newDocument(r, name),
		vocabularies: map[string]bool{"Org.OData.Core.V1": true, "Org.OData.Community.Keys.V1": true},
		definitions:  map[string]Kind{},
	}
	if err := c.read(); err != nil {
		return nil, err
	}
	return c.resolve()
}

// csdlReader is a ReadCSDL in progress: everything in the document, with references
// still as texts.
type csdlReader struct {
	*document
	schemas      []*csdlSchema
	types        []*csdlType
	actions      []csdlOperation
	functions    []csdlOperation
	sets         []csdlTarget
	singletons   []csdlTarget
	imports      [2][]Import // of actions, of functions
	importLines  [2][]int
	container    string
	targets      []csdlAnnotated
	definitions  map[string]Kind // TypeDefinitions, by qualified name in lower case
	vocabularies map[string]bool // namespaces of the terms that count, and their aliases

	left           []problem // left out
	operationLines [2][]int  // of the model's actions and functions
	byName         map[string]*csdlType
	aliases        map[string]string
}

type (
	// csdlSchema is where a reference stands: its alias counts first.
	csdlSchema struct {
		namespace, alias string
		line             int
		found            map[string]found // what references of it were resolved to
	}
	csdlType struct {
		*Type
		schema *csdlSchema
		base   string
		line   int
		refs   []csdlRef // of Properties
		depth  int       // 1 + the base's; 0: not known yet, -1: being looked for
	}
	// csdlRef is the type of a property, a parameter or a result.
	csdlRef struct {
		typ  string
		line int
	}
	csdlOperation struct {
		Operation
		schema  *csdlSchema
		bound   bool
		line    int
		refs    []csdlRef // of Parameters, the binding one first
		returns csdlRef
	}
	csdlTarget struct {
		name     string
		bindings []Binding
		schema   *csdlSchema
		csdlRef
	}
	// csdlAnnotated is what the document says about the target of annotations.
	csdlAnnotated struct {
		schema              *csdlSchema
		target              string
		computed, immutable bool
		keys                [][]AlternateKey
	}
)

// read finds the root element.
func (c *csdlReader) read() error {
	for {
		tok, err := c.token(nil)
		if err != nil {
			return err
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if text := strings.TrimSpace(string(tok)); text != "" {
				return c.fatal(c.line(), "this is no XML: it begins with %s", words.Quote(text))
			}
		case xml.EndElement:
			return c.fatal(c.line(), "</%s> ends an element that never began", tok.Name.Local)
		case xml.StartElement:
			root, err := c.start(tok)
			if err != nil {
				return err
			}
			if root.name != "Edmx" {
				return c.fatal(root.line, "the root element is <%s>; that of a metadata document is <edmx:Edmx>", words.Cut(root.name, 40, "…"))
			}
			if v := root.get("Version"); !strings.HasPrefix(v, "4.") {
				return c.fatal(root.line, "the document is of OData version %s; Graph's is of 4.0", words.Quote(v))
			}
			if err := c.children(root, c.edmx); err != nil {
				return err
			}
			return c.end()
		}
	}
}

// end sees to it that nothing follows the root element.
func (c *csdlReader) end() error {
	for {
		tok, err := c.decoder.RawToken()
		switch tok := tok.(type) {
		case nil:
			if err == io.EOF && !c.source.over {
				return nil
			}
			return c.fatal(c.line(), "what follows the root element is no XML")
		case xml.CharData:
			if strings.TrimSpace(string(tok)) == "" {
				continue
			}
		case xml.Comment, xml.ProcInst:
			continue
		}
		return c.fatal(c.line(), "something follows the root element")
	}
}

func (c *csdlReader) edmx(e *element) error {
	switch e.name {
	case "DataServices", "Reference":
		return c.children(e, c.edmx)
	case "Include": // a vocabulary, under an alias
		if alias := e.get("Alias"); alias != "" && c.vocabularies[e.get("Namespace")] {
			c.vocabularies[alias] = true
		}
	case "Schema":
		return c.schema(e)
	}
	return c.skip(e)
}

func (c *csdlReader) schema(e *element) error {
	s := &csdlSchema{namespace: c.named(e, "Namespace"), alias: c.intern(e.get("Alias")), line: e.line, found: map[string]found{}}
	c.schemas = append(c.schemas, s)
	return c.children(e, func(e *element) error {
		switch e.name {
		case "EnumType":
			return c.enum(s, e)
		case "EntityType", "ComplexType":
			return c.structured(s, e)
		case "TypeDefinition":
			low := strings.ToLower(s.namespace + "." + c.named(e, "Name"))
			c.definitions[low] = edmKind(e.get("UnderlyingType"))
		case "Action":
			return c.operation(&c.actions, s, e)
		case "Function":
			return c.operation(&c.functions, s, e)
		case "EntityContainer":
			if c.container != "" {
				c.fail(e.line, "the document has a second entity container")
			}
			c.container = c.named(e, "Name")
			return c.children(e, func(e *element) error { return c.member(s, e) })
		case "Annotations":
			return c.annotations(s, e)
		}
		return c.skip(e)
	})
}

func (c *csdlReader) newType(s *csdlSchema, e *element) *csdlType {
	t := &csdlType{Type: &Type{Namespace: s.namespace, Name: c.named(e, "Name")}, schema: s, line: e.line, base: c.intern(e.get("BaseType"))}
	c.types = append(c.types, t)
	return t
}

// enum reads an enumeration. A member without a value is one more than the one
// before. Members are kept in the order of their values.
func (c *csdlReader) enum(s *csdlSchema, e *element) error {
	type member struct {
		name  string
		value int
	}
	var members []member
	t := c.newType(s, e)
	t.base, t.Enumeration, t.Flags = "", true, c.flag(e, "IsFlags", false)
	err := c.children(e, func(e *element) error {
		if e.name == "Member" {
			one := member{name: c.named(e, "Name")}
			if v := e.get("Value"); v != "" {
				n, err := strconv.ParseInt(v, 10, 64)
				if err != nil {
					c.fail(e.line, "the value %s of %s.%s is no whole number of 64 bits", words.Quote(v), t.Name, one.name)
				}
				one.value = int(n)
			} else if len(members) > 0 {
				one.value = members[len(members)-1].value + 1
			}
			members = append(members, one)
		}
		return c.skip(e)
	})
	slices.SortStableFunc(members, func(a, b member) int { return cmp.Compare(a.value, b.value) })
	gaps := false
	for i, m := range members {
		gaps = gaps || m.value != i
	}
	for _, m := range members {
		t.Members = append(t.Members, m.name)
		if gaps {
			t.Values = append(t.Values, m.value)
		}
	}
	t.Enumeration = len(members) == 0
	return err
}

// structured reads an entity type or a complex type.
func (c *csdlReader) structured(s *csdlSchema, e *element) error {
	t := c.newType(s, e)
	t.Entity, t.Abstract, t.Open = e.name == "EntityType", c.flag(e, "Abstract", false), c.flag(e, "OpenType", false)
	t.HasStream = c.flag(e, "HasStream", false)
	err := c.children(e, func(e *element) error {
		switch e.name {
		case "Key":
			return c.children(e, func(e *element) error {
				if e.name == "PropertyRef" {
					t.Key = append(t.Key, c.named(e, "Name"))
				}
				return c.skip(e)
			})
		case "Property", "NavigationProperty":
			p := Property{Name: c.named(e, "Name"), Nullable: c.flag(e, "Nullable", true), Navigation: e.name == "NavigationProperty"}
			p.Contained = p.Navigation && c.flag(e, "ContainsTarget", false)
			ref := csdlRef{c.named(e, "Type"), e.line}
			err := c.children(e, func(e *element) error { return c.marks(e, &p, nil) })
			t.Properties, t.refs = append(t.Properties, p), append(t.refs, ref)
			return err
		case "Annotation":
			return c.marks(e, &Property{}, &t.AlternateKeys)
		}
		return c.skip(e)
	})
	if len(t.Key) == 1 && t.Key[0] == "id" {
		t.Key = nil
	}
	return err
}

// operation reads an action or a function.
func (c *csdlReader) operation(list *[]csdlOperation, s *csdlSchema, e *element) error {
	o := csdlOperation{schema: s, line: e.line, bound: c.flag(e, "IsBound", false), Operation: Operation{
		Namespace: s.namespace, Name: c.named(e, "Name"),
		Composable: e.name == "Function" && c.flag(e, "IsComposable", false), ResultPath: c.intern(e.get("EntitySetPath"))}}
	err := c.children(e, func(e *element) error {
		switch e.name {
		case "Parameter":
			p := Property{Name: c.named(e, "Name"), Nullable: c.flag(e, "Nullable", true)}
			o.refs = append(o.refs, csdlRef{c.named(e, "Type"), e.line})
			err := c.children(e, func(e *element) error { return c.marks(e, &p, nil) })
			o.Parameters = append(o.Parameters, p)
			return err
		case "ReturnType":
			o.Returns = &Property{Nullable: c.flag(e, "Nullable", true)}
			o.returns = csdlRef{c.named(e, "Type"), e.line}
		}
		return c.skip(e)
	})
	if o.bound && len(o.refs) == 0 {
		c.fail(o.line, "%s is bound, and has no parameter to say to what", o.Name)
		o.bound = false
	}
	*list = append(*list, o)
	return err
}

// member reads what the entity container holds.
func (c *csdlReader) member(s *csdlSchema, e *element) error {
	switch e.name {
	case "EntitySet", "Singleton":
		typ, list := "EntityType", &c.sets
		if e.name == "Singleton" {
			typ, list = "Type", &c.singletons
		}
		t := csdlTarget{name: c.named(e, "Name"), schema: s, csdlRef: csdlRef{c.named(e, typ), e.line}}
		err := c.children(e, func(e *element) error {
			if e.name == "NavigationPropertyBinding" {
				t.bindings = append(t.bindings, Binding{Path: c.named(e, "Path"), Target: c.named(e, "Target")})
			}
			return c.skip(e)
		})
		*list = append(*list, t)
		return err
	case "ActionImport", "FunctionImport":
		kind, at := "Action", 0
		if e.name == "FunctionImport" {
			kind, at = "Function", 1
		}
		c.imports[at] = append(c.imports[at], Import{c.named(e, "Name"), c.named(e, kind), c.intern(e.get("EntitySet"))})
		c.importLines[at] = append(c.importLines[at], e.line)
	}
	return c.skip(e)
}
