package odata

import (
	"bytes"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readEvery reads the CSDL of the project's own that has every construct.
func readEvery(t testing.TB) *Model {
	t.Helper()
	b, err := os.ReadFile("testdata/every.csdl")
	require.NoError(t, err)
	m, err := ReadCSDL(bytes.NewReader(b), "every.csdl")
	require.NoError(t, err)
	return m
}

// factsOf tells everything that a model holds, a line for each thing: all exported
// fields, a type by its name.
func factsOf(m *Model) []string {
	var lines []string
	show := func(v any) string {
		var b strings.Builder
		var one func(v reflect.Value)
		one = func(v reflect.Value) {
			if t, ok := v.Interface().(*Type); ok {
				if t != nil {
					b.WriteString(t.Qualified())
				}
				return
			}
			switch v.Kind() {
			case reflect.Pointer:
				if !v.IsNil() {
					one(v.Elem())
				}
			case reflect.Struct:
				for i := range v.NumField() {
					if f := v.Type().Field(i); f.IsExported() && !v.Field(i).IsZero() {
						fmt.Fprintf(&b, " %s=(", f.Name)
						one(v.Field(i))
						b.WriteString(")")
					}
				}
			case reflect.Slice:
				for i := range v.Len() {
					one(v.Index(i))
					b.WriteString("; ")
				}
			default:
				fmt.Fprint(&b, v)
			}
		}
		one(reflect.ValueOf(v))
		return b.String()
	}
	for _, t := range m.Types {
		lines = append(lines, "type "+t.Qualified()+show(reflect.ValueOf(t).Elem().Interface()))
	}
	add := func(what string, list any) {
		v := reflect.ValueOf(list)
		for i := range v.Len() {
			lines = append(lines, what+show(v.Index(i).Interface()))
		}
	}
	add("namespace", append([]Namespace{{m.Namespace, m.Alias}, {m.Container, ""}}, m.Namespaces...))
	add("action", m.Actions)
	add("function", m.Functions)
	add("set", m.EntitySets)
	add("singleton", m.Singletons)
	add("import", m.ActionImports)
	add("import", m.FunctionImports)
	slices.Sort(lines) // the order of sorts of things in a document is the writer's
	return lines
}

func TestReadCSDL(t *testing.T) {
	m := readEvery(t)
	facts := strings.Join(factsOf(m), "\n")
	for _, want := range []string{
		"type microsoft.graph.color Name=(color) Members=(red; green; unknownFutureValue; )\n",
		"type microsoft.graph.weekday Name=(weekday) Flags=(true) Members=(none; monday; tuesday; friday; ) Values=(0; 1; 2; 16; )",
		"Members=(first; second; also; third; ) Values=(-1; 0; 0; 30; )",
		"type microsoft.graph.nothingYet Name=(nothingYet) Enumeration=(true)",
		"type microsoft.graph.directoryObject Name=(directoryObject) Base=(microsoft.graph.entity) Entity=(true) Open=(true)",
		" Name=(deletedDateTime) Kind=(Edm.DateTimeOffset) Nullable=(true) Computed=(true);",
		" Name=(mail) Kind=(Edm.String) Nullable=(true);",
		" Name=(colors) Kind=(Edm.EnumType) Type=(microsoft.graph.color) Collection=(true);",
		" Name=(createdDateTime) Kind=(Edm.DateTimeOffset) Nullable=(true) Computed=(true);",
		" Name=(employeeId) Kind=(Edm.String) Nullable=(true) Immutable=(true);",
		" Name=(manager) Kind=(Edm.EntityType) Type=(microsoft.graph.directoryObject) Nullable=(true) Navigation=(true);",
		" Name=(drive) Kind=(Edm.EntityType) Type=(microsoft.graph.drive) Navigation=(true) Contained=(true);",
		" Name=(photos) Kind=(Edm.EntityType) Type=(microsoft.graph.photo) Collection=(true) Navigation=(true) Contained=(true);",
		"AlternateKeys=( Name=(mail) Alias=(mail); ;  Name=(employeeId) Alias=(employee);  Name=(enabled) Alias=(on); ; )",
		"type microsoft.graph.photo Name=(photo) Base=(microsoft.graph.entity) Entity=(true) HasStream=(true)",
		" Name=(content) Kind=(Edm.Stream)", " Name=(sbyte) Kind=(Edm.SByte)", " Name=(decimal) Kind=(Edm.Decimal)",
		" Name=(time) Kind=(Edm.TimeOfDay)", " Name=(durations) Kind=(Edm.Duration) Collection=(true)",
		" Name=(point) Kind=(Edm.Untyped)", " Name=(share) Kind=(Edm.Int32)",
		"Key=(tenantId; region; )",
		"type microsoft.graph.cabin Name=(cabin) Base=(microsoft.graph.address) Properties=( Name=(guests)",
		"action Name=(assign) Binding=(microsoft.graph.user) Parameters=( Name=(color) Kind=(Edm.EnumType) " +
			"Type=(microsoft.graph.color) Nullable=(true); " +
			" Name=(note) Kind=(Edm.String) Nullable=(true) Optional=(true); )",
		"function Name=(delta) Binding=(microsoft.graph.user) BindingCollection=(true) Composable=(true) ResultPath=(bindingParameter)",
		"function Namespace=(microsoft.graph.security) Name=(find) Parameters=( Name=(colors) Kind=(Edm.EnumType) " +
			"Type=(microsoft.graph.security.color)",
		"set Name=(users) Type=(microsoft.graph.user) Bindings=( Path=(manager) Target=(directoryObjects);  " +
			"Path=(microsoft.graph.user/reports) Target=(directoryObjects); )",
		"singleton Name=(me) Type=(microsoft.graph.user) Bindings=( Path=(manager)",
		"import Name=(ping) Operation=(microsoft.graph.ping)", "import Name=(found) Operation=(microsoft.graph.security.find) EntitySet=(users)",
		"namespace Name=(microsoft.graph) Alias=(graph)", "namespace Name=(microsoft.graph.security) Alias=(self)",
		"type microsoft.graph.security.alert Namespace=(microsoft.graph.security) Name=(alert) Base=(microsoft.graph.entity)",
		" Name=(color) Kind=(Edm.EnumType) Type=(microsoft.graph.security.color)",
		" Name=(color) Kind=(Edm.EnumType) Type=(microsoft.graph.termStore.color) Nullable=(true) Immutable=(true)",
	} {
		assert.Contains(t, facts, want)
	}
	assert.Equal(t, []string{
		`every.csdl:116: left out: partner.tag, whose type "Vendor.Vocabulary.tag" the document does not have`,
		`every.csdl:117: left out: partner.owner, whose type "graph.notInThisExtract" the document does not have`,
		`every.csdl:137: left out: the operation tagged, which uses the type "Vendor.Vocabulary.tag"`,
	}, m.LeftOut)
	assert.Len(t, m.Bound(m.Type("user"), true, "delta"), 2)
	assert.Len(t, m.Bound(m.Type("drive"), false, "browse"), 2, "an action and a function")
	assert.Len(t, m.Import("found"), 1)
}

// What is wrong with a document is said with its line, and nothing comes out.
func TestReadCSDLRefuses(t *testing.T) {
	wrap := func(types string) string {
		return `<edmx:Edmx Version="4.0" xmlns:edmx="x"><edmx:DataServices><Schema Namespace="microsoft.graph" Alias="graph">` + "\n" +
			`<EntityType Name="entity"><Property Name="id" Type="Edm.String"/></EntityType><EntityContainer Name="GraphService"/>` + "\n" +
			types + "\n</Schema></edmx:DataServices></edmx:Edmx>"
	}
	_, err := ReadCSDL(strings.NewReader(wrap("")), "x.csdl")
	require.NoError(t, err)
	chain := &strings.Builder{}
	for i := range 70 {
		fmt.Fprintf(chain, "<ComplexType Name=\"c%d\" BaseType=\"graph.c%d\"/>\n", i+1, i)
	}
	for name, c := range map[string]struct{ text, want string }{
		"nothing": {"", "x.csdl:1: the document ends before any element"},
		"JSON":    {`{"value":[]}`, `x.csdl:1: this is no XML: it begins with "{\"value\":[]}"`},
		"HTML": {"<!-- hm -->\n<html><body/></html>",
			"x.csdl:2: the root element is <html>; that of a metadata document is <edmx:Edmx>"},
		"older OData": {`<Edmx Version="1.0"/>`, `x.csdl:1: the document is of OData version "1.0"; Graph's is of 4.0`},
		"no XML": {wrap("<EnumType Name='a'>\n<Member Name=b/></EnumType>"),
			"x.csdl:4: this is no XML: unquoted or missing attribute value"},
		"bytes":        {"\xff\xfe<\x00", "x.csdl:1: this is no XML: invalid UTF-8"},
		"cut off":      {wrap("")[:160], "x.csdl:2: the document is cut off: it ends within <EntityType> of line 2"},
		"cut in a tag": {wrap("<EnumType Name=")[:230], "the document is cut off"},
		"crossed":      {wrap("<EnumType Name='a'></ComplexType>"), "x.csdl:3: </ComplexType> stands where <EnumType> of line 3 should end"},
		"two roots":    {wrap("") + "\n<a/>", "something follows the root element"},
		"text behind":  {wrap("") + "\nx", "something follows the root element"},
		"DOCTYPE":      {"<!DOCTYPE x [<!ENTITY a \"aaa\">]>\n" + wrap(""), "x.csdl:1: \"<!DOCTYPE x [<!ENTITY…\" has no place in metadata"},
		"entity":       {wrap("<EnumType Name='&lol;'/>"), "x.csdl:3: this is no XML: invalid character entity &lol;"},
		"encoding":     {`<?xml version="1.0" encoding="utf-16"?>`, `x.csdl:1: encoding "utf-16" declared`},
		"twice":        {wrap("<EnumType Name='a' Name='b'/>"), "x.csdl:3: <EnumType> has the attribute Name twice"},
		"deep":         {wrap(strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100)), "x.csdl:3: elements nest more than 64 deep"},
		"no name":      {wrap("<ComplexType/>"), "x.csdl:3: <ComplexType> needs the attribute Name"},
		"bad name":     {wrap("<ComplexType Name='a b'/>"), `x.csdl:3: type name "a b" is no identifier`},
		"bad flag":     {wrap("<ComplexType Name='a' OpenType='perhaps'/>"), `x.csdl:3: OpenType is "perhaps"; it is true or false`},
		"bad value": {wrap("<EnumType Name='a'><Member Name='b' Value='x'/></EnumType>"),
			`x.csdl:3: the value "x" of a.b is no whole number`},
		"no type": {wrap("<ComplexType Name='a'>\n<Property Name='b' Type='graph.c'/></ComplexType>"),
			`x.csdl:4: the document has no type "graph.c", that of a.b`},
		"no Edm type": {wrap("<ComplexType Name='a'><Property Name='b' Type='Edm.Strong'/></ComplexType>"),
			`x.csdl:3: the document has no type "Edm.Strong"`},
		"no base":        {wrap("<ComplexType Name='a' BaseType='graph.b'/>"), `x.csdl:3: the document has no type "graph.b", the base of a`},
		"foreign base":   {wrap("<ComplexType Name='a' BaseType='other.b'/>"), `x.csdl:3: the document has no type "other.b", the base of a`},
		"base of a sort": {wrap("<ComplexType Name='a' BaseType='graph.entity'/>"), "x.csdl:3: the base of a, entity, is not of its sort"},
		"circle": {wrap("<ComplexType Name='a' BaseType='graph.b'/>\n<ComplexType Name='b' BaseType='graph.a'/>"),
			"x.csdl:3: the type a derives from itself"},
		"itself":     {wrap("<ComplexType Name='a' BaseType='graph.a'/>"), "x.csdl:3: the type a derives from itself"},
		"long chain": {wrap(chain.String() + "<ComplexType Name='c0'/>"), "x.csdl:66: the type c64 has more than 64 bases above one another"},
		"type twice": {wrap("<ComplexType Name='a'/>\n<ComplexType Name='A'/>"),
			"x.csdl:4: the type A is declared a second time, after line 3"},
		"property twice": {wrap("<EntityType Name='a' BaseType='graph.entity'>\n<Property Name='ID' Type='Edm.String'/></EntityType>"),
			"x.csdl:4: a.ID is declared twice"},
		"no such key": {wrap("<EntityType Name='a'><Key><PropertyRef Name='k'/></Key></EntityType>"),
			`x.csdl:3: key "k" of a is none of its properties`},
		"plain property": {wrap("<ComplexType Name='a'><Property Name='b' Type='graph.entity'/></ComplexType>"),
			"x.csdl:3: a.b: exactly the properties of an entity type are navigations"},
		"bound to none": {wrap("<Action Name='a' IsBound='true'/>"), "x.csdl:3: a is bound, and has no parameter to say to what"},
		"parameter": {wrap("<Action Name='a'>\n<Parameter Name='b' Type='graph.c'/></Action>"),
			`x.csdl:4: the document has no type "graph.c", which a uses`},
		"two containers": {wrap("<EntityContainer Name='b'/>"), "x.csdl:3: the document has a second entity container"},
		"operation name": {wrap("<Action Name='a-b'/>"), `x.csdl:3: operation name "a-b" is no identifier`},
		"namespace":      {wrap("</Schema><Schema Namespace='a b'>"), `x.csdl:3: the namespace "a b" is no name with dots`},
	} {
		m, err := ReadCSDL(strings.NewReader(c.text), "x.csdl")
		assert.Nil(t, m, name)
		assert.ErrorContains(t, err, c.want, name)
	}
	set := strings.Replace(wrap(""), `<EntityContainer Name="GraphService"/>`, `<EntityContainer Name="c">`+"\n%s</EntityContainer>", 1)
	for _, c := range [][2]string{
		{"<EntitySet Name='a' EntityType='graph.b'/>", `x.csdl:3: the document has no entity type "graph.b", that of a`},
		{"<EntitySet Name='a' EntityType='graph.entity'/>\n<Singleton Name='A' Type='graph.entity'/>",
			"x.csdl:4: the entity container has A twice"},
		{"<ActionImport Name='a' Action='other.b'/>", `x.csdl:3: "other.b", the operation of a, is in no namespace of the document`},
		{"<FunctionImport Name='a'/>", "x.csdl:3: <FunctionImport> needs the attribute Function"},
	} {
		_, err := ReadCSDL(strings.NewReader(fmt.Sprintf(set, c[0])), "x.csdl")
		assert.ErrorContains(t, err, c[1])
	}
	_, err = ReadCSDL(strings.NewReader(strings.ReplaceAll(wrap(""), "microsoft.graph", "Microsoft.Dynamics")), "x.csdl")
	assert.EqualError(t, err, "x.csdl:1: the document has no entity type of microsoft.graph; "+
		"its namespaces are Microsoft.Dynamics: another service's metadata?")
	_, err = ReadCSDL(strings.NewReader(strings.ReplaceAll(wrap(""), "EntityContainer", "Box")), "x.csdl")
	assert.EqualError(t, err, "x.csdl:1: the document has no entity container: no address would lead to any of its 1 type")
	_, err = ReadCSDL(strings.NewReader(wrap(strings.Repeat("<ComplexType Name='a'/>\n", 20))), "x.csdl")
	assert.ErrorContains(t, err, "x.csdl:13: the type a is declared a second time, after line 3\nx.csdl: and 9 problems more")
	_, err = ReadCSDL(strings.NewReader("\ufeff"+wrap("")), "x.csdl")
	assert.NoError(t, err, "with a byte order mark")
}

// endless never ends its document.
type endless struct{ begun bool }

func (e *endless) Read(p []byte) (int, error) {
	if !e.begun {
		e.begun = true
		return copy(p, `<Edmx Version="4.0">`), nil
	}
	for i := range p {
		p[i] = 'x'
	}
	if len(p) > 9 {
		copy(p, "<!--")
		copy(p[len(p)-3:], "-->")
	}
	return len(p), nil
}

func TestReadCSDLStopsAtItsLimit(t *testing.T) {
	_, err := ReadCSDL(&endless{}, "x.csdl")
	assert.EqualError(t, err, "x.csdl:1: the document has more than 50 MB")
}

// What is written is read as the same model, and written as the same bytes.
func TestWrittenIsReadAsTheSame(t *testing.T) {
	same := func(t *testing.T, m *Model) {
		written := m.CSDL()
		again, err := ReadCSDL(bytes.NewReader(written), "written.csdl")
		require.NoError(t, err)
		assert.Equal(t, factsOf(m), factsOf(again))
		assert.True(t, bytes.Equal(written, again.CSDL()), "the bytes")
	}
	same(t, readEvery(t))
	for _, name := range []string{"v1.0.csdl", "beta-2021-07.csdl", "beta-subset.csdl"} {
		t.Run(name, func(t *testing.T) {
			m, err := ReadCSDL(bytes.NewReader(metadataFile(t, name)), name)
			require.NoError(t, err)
			same(t, m)
		})
	}
}

// The service's own documents, where they are at hand.
func TestReadCSDLOfTheService(t *testing.T) {
	for name, want := range map[string][]int{
		"v1.0.csdl":                           {3822, 857, 326, 41, 31, 205, 0},
		"beta-2021-07.csdl":                   {3475, 925, 335, 73, 35, 161, 0},
		"beta-subset.csdl":                    {2318, 710, 251, 58, 23, 8, 0},
		"education-sync-2021-07.csdl":         {46, 4, 4, 0, 1, 0, 9},
		"education-sync-2025-01-derived.csdl": {46, 4, 4, 0, 1, 0, 11},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := ReadCSDL(bytes.NewReader(metadataFile(t, name)), name)
			require.NoError(t, err)
			computed := 0
			for _, one := range m.Types {
				for i := range one.Properties {
					if one.Properties[i].Computed {
						computed++
					}
				}
			}
			assert.Equal(t, want, []int{
				len(m.Types), len(m.Actions), len(m.Functions), len(m.EntitySets), len(m.Singletons), computed, len(m.LeftOut),
			})
		})
	}
}

// Whatever comes, reading ends in a model or in an error; a model can be written and
// is the same when it is read again.
func FuzzReadCSDL(f *testing.F) {
	every, err := os.ReadFile("testdata/every.csdl")
	require.NoError(f, err)
	f.Add(every)
	f.Add(newCSDLSeed())
	for _, types := range []string{
		`<EnumType Name="a" IsFlags="true"><Member Name="b" Value="4"/><Member Name="c"/></EnumType>`,
		`<ComplexType Name="a" BaseType="s.b" OpenType="1"><Property Name="c" Type="Edm.Single"/></ComplexType>` +
			`<ComplexType Name="b"/>`,
		`<EntityType Name="a"><Key><PropertyRef Name="b"/></Key><Property Name="b" Type="s.c"/></EntityType>` +
			`<TypeDefinition Name="c" UnderlyingType="Edm.Byte"/>`,
		`<Function Name="a" IsBound="true"><Parameter Name="b" Type="s.e"/></Function>` +
			`<EntityContainer Name="c"><EntitySet Name="d" EntityType="s.e"/></EntityContainer>`,
	} {
		f.Add([]byte(`<Edmx Version="4.0"><DataServices><Schema Namespace="microsoft.graph" Alias="s"><EntityType Name="e"/>` +
			types + `</Schema></DataServices></Edmx>`))
	}
	f.Add([]byte(`<Edmx Version="4.0"><DataServices><Schema Namespace="microsoft.graph"><EntityType Name="a" BaseType="microsoft.graph.a"/>`))
	f.Fuzz(func(t *testing.T, document []byte) {
		m, err := ReadCSDL(bytes.NewReader(document), "x.csdl")
		if err != nil {
			assert.Nil(t, m)
			assert.Contains(t, err.Error(), "x.csdl:")
			return
		}
		again, err := ReadCSDL(bytes.NewReader(m.CSDL()), "y.csdl")
		require.NoError(t, err)
		assert.Equal(t, factsOf(m), factsOf(again))
	})
}

func newCSDLSeed() []byte {
	entity := &Type{Name: "entity", Entity: true, Properties: []Property{{Name: "id", Kind: KindString}}}
	m := &Model{Types: []*Type{entity}, EntitySets: []EntitySet{{Name: "things", Type: entity}}}
	if err := m.Link(); err != nil {
		panic(err)
	}
	return m.CSDL()
}
