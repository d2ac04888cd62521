package odata

import "encoding/xml"

// The elements of CSDL, in the order in which Graph's own metadata has them.
// Names with a prefix are written literally, since encoding/xml would declare
// the edmx namespace again on every element.
type (
	xmlEdmx struct {
		XMLName xml.Name     `xml:"edmx:Edmx"`
		Version string       `xml:"Version,attr"`
		NS      string       `xml:"xmlns:edmx,attr"`
		Schemas []*xmlSchema `xml:"edmx:DataServices>Schema"`
	}
	xmlSchema struct {
		Namespace string         `xml:"Namespace,attr"`
		Alias     string         `xml:"Alias,attr,omitempty"`
		NS        string         `xml:"xmlns,attr"`
		Enums     []xmlEnum      `xml:"EnumType"`
		Entities  []xmlType      `xml:"EntityType"`
		Complexes []xmlType      `xml:"ComplexType"`
		Actions   []xmlOperation `xml:"Action"`
		Functions []xmlOperation `xml:"Function"`
		Container *xmlContainer  `xml:"EntityContainer"`
		Targets   []xmlTarget    `xml:"Annotations"`
	}
	xmlTarget struct {
		Target      string          `xml:"Target,attr"`
		Annotations []xmlAnnotation `xml:"Annotation"`
	}
	xmlAnnotation struct {
		Term string         `xml:"Term,attr"`
		Bool string         `xml:"Bool,attr,omitempty"`
		Keys *xmlCollection `xml:"Collection"`
	}
	// xmlCollection is a collection of records; those of alternate keys are two of
	// them within each other.
	xmlCollection struct {
		Records []xmlRecord `xml:"Record"`
	}
	xmlRecord struct {
		Type   string     `xml:"Type,attr"`
		Values []xmlValue `xml:"PropertyValue"`
	}
	xmlValue struct {
		Property   string         `xml:"Property,attr"`
		String     string         `xml:"String,attr,omitempty"`
		Path       string         `xml:"PropertyPath,attr,omitempty"`
		Collection *xmlCollection `xml:"Collection"`
	}
	xmlEnum struct {
		Name    string      `xml:"Name,attr"`
		Flags   string      `xml:"IsFlags,attr,omitempty"`
		Members []xmlMember `xml:"Member"`
	}
	xmlMember struct {
		Name  string `xml:"Name,attr"`
		Value string `xml:"Value,attr"`
	}
	xmlType struct {
		Name        string         `xml:"Name,attr"`
		BaseType    string         `xml:"BaseType,attr,omitempty"`
		Abstract    string         `xml:"Abstract,attr,omitempty"`
		Open        string         `xml:"OpenType,attr,omitempty"`
		HasStream   string         `xml:"HasStream,attr,omitempty"`
		Key         *xmlKey        `xml:"Key"`
		Properties  []xmlProperty  `xml:"Property"`
		Navigations []xmlProperty  `xml:"NavigationProperty"`
		Alternate   *xmlAnnotation `xml:"Annotation"`
	}
	xmlKey struct {
		Refs []xmlNamed `xml:"PropertyRef"`
	}
	xmlNamed struct {
		Name string `xml:"Name,attr"`
	}
	xmlProperty struct {
		Name     string         `xml:"Name,attr,omitempty"`
		Type     string         `xml:"Type,attr"`
		Nullable string         `xml:"Nullable,attr,omitempty"`
		Contains string         `xml:"ContainsTarget,attr,omitempty"`
		Optional *xmlAnnotation `xml:"Annotation"`
	}
	xmlOperation struct {
		Name       string        `xml:"Name,attr"`
		Result     string        `xml:"EntitySetPath,attr,omitempty"`
		Bound      string        `xml:"IsBound,attr,omitempty"`
		Composable string        `xml:"IsComposable,attr,omitempty"`
		Parameters []xmlProperty `xml:"Parameter"`
		Returns    *xmlProperty  `xml:"ReturnType"`
	}
	xmlSet struct {
		Name     string       `xml:"Name,attr"`
		Type     string       `xml:"EntityType,attr"`
		Bindings []xmlBinding `xml:"NavigationPropertyBinding"`
	}
	xmlContainer struct {
		Name       string      `xml:"Name,attr"`
		EntitySets []xmlSet    `xml:"EntitySet"`
		Singletons []xmlSingle `xml:"Singleton"`
		Actions    []xmlImport `xml:"ActionImport"`
		Functions  []xmlImport `xml:"FunctionImport"`
	}
	xmlImport struct {
		Name     string `xml:"Name,attr"`
		Action   string `xml:"Action,attr,omitempty"`
		Function string `xml:"Function,attr,omitempty"`
		Set      string `xml:"EntitySet,attr,omitempty"`
	}
	xmlSingle struct {
		Name     string       `xml:"Name,attr"`
		Type     string       `xml:"Type,attr"`
		Bindings []xmlBinding `xml:"NavigationPropertyBinding"`
	}
	xmlBinding struct {
		Path   string `xml:"Path,attr"`
		Target string `xml:"Target,attr"`
	}
)
