package profile

import (
	"encoding/json"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/odata"
	"github.com/graphemu/graphemu/schemas"
)

// Each Go type has the properties that the description of its type has, of the same
// kind, less those that nothing shows.
func TestGoTypesHaveTheDescribedProperties(t *testing.T) {
	for described, goType := range map[*odata.Type]any{
		Type: Profile{}, csvType: CSV{}, powerSchoolType: PowerSchool{}, oneRosterType: OneRoster{}, connectionType: nil,
		oauth2Type: ConnectionSettings{}, customizationsType: Customizations{}, customizationType: Customization{},
		creationType: IdentityCreation{}, domainType: UserDomain{}, matchingType: IdentityMatching{}, optionsType: MatchingOption{},
		licenseType: LicenseAssignment{}, ErrorType: SyncError{}, MessageType: VerificationMessage{},
	} {
		if goType == nil {
			continue
		}
		fields := map[string]reflect.Type{}
		of := reflect.TypeOf(goType)
		for i, name := range wireNames(of) {
			fields[name] = of.Field(i).Type
		}
		if described == ErrorType {
			delete(fields, "-")
			fields["recordedDateTime"] = reflect.TypeFor[string]() // it is written by Append
		}
		for _, p := range described.All() {
			if p.Navigation || p.WriteOnly {
				assert.NotContains(t, fields, p.Name, described.Name)
				continue
			}
			f := fields[p.Name]
			if !assert.NotNil(t, f, "%s.%s", described.Name, p.Name) {
				continue
			}
			delete(fields, p.Name)
			if p.Collection {
				require.Equal(t, reflect.Slice, f.Kind(), "%s.%s", described.Name, p.Name)
				f = f.Elem()
			}
			if f.Kind() == reflect.Pointer {
				f = f.Elem()
			}
			want := []reflect.Kind{reflect.String}
			switch p.Kind {
			case odata.KindBoolean:
				want = []reflect.Kind{reflect.Bool}
			case odata.KindComplex:
				want = []reflect.Kind{reflect.Struct, reflect.Interface}
			}
			assert.Contains(t, want, f.Kind(), "%s.%s", described.Name, p.Name)
		}
		delete(fields, typeAnnotation)
		assert.Empty(t, fields, described.Name)
	}
}

// property is one of a JSON Schema.
type property struct {
	Ref      string `json:"$ref"`
	Type     any
	Format   string
	Enum     []string
	Items    *property
	ReadOnly bool
}

// stricter are the properties that a body must have though CSDL calls them nullable:
// nothing could be done without them (chosen).
var stricter = []string{
	"educationSynchronizationLicenseAssignment.appliesTo", "educationSynchronizationLicenseAssignment.skuIds",
	"educationFileSynchronizationVerificationMessage.type", "educationSynchronizationProfileStatus.status",
}

// Each JSON Schema has the properties that the description of its type has, of the
// same kind; the same ones are required, may be null and are read-only.
func TestSchemasHaveTheDescribedProperties(t *testing.T) {
	files, err := fs.Glob(schemas.FS, "education*.schema.json")
	require.NoError(t, err)
	for _, file := range files {
		name := strings.TrimSuffix(file, ".schema.json")
		i := slices.IndexFunc(Types, func(t *odata.Type) bool { return t.Name == name })
		require.GreaterOrEqual(t, i, 0, name)
		described := Types[i]
		text, err := fs.ReadFile(schemas.FS, file)
		require.NoError(t, err)
		var s struct {
			Required   []string
			Properties map[string]property
		}
		require.NoError(t, json.Unmarshal(text, &s))
		if described.Abstract {
			continue // it lists which types there are
		}
		for _, p := range described.All() {
			if p.Navigation {
				assert.NotContains(t, s.Properties, p.Name, name)
				continue
			}
			has, found := s.Properties[p.Name]
			if !assert.True(t, found, "%s.%s", name, p.Name) {
				continue
			}
			delete(s.Properties, p.Name)
			assert.Equal(t, p.ReadOnly, has.ReadOnly, "%s.%s is read-only", name, p.Name)
			required := !p.Nullable && !p.ReadOnly || slices.Contains(stricter, name+"."+p.Name)
			assert.Equal(t, required, slices.Contains(s.Required, p.Name), "%s.%s is required", name, p.Name)
			if has.Ref == "" && !p.ReadOnly {
				assert.Equal(t, !required, slices.Contains(types(has), any("null")), "%s.%s may be null", name, p.Name)
			}
			checkKind(t, name+"."+p.Name, p, has)
		}
		delete(s.Properties, typeAnnotation)
		assert.Empty(t, s.Properties, name)
	}
}

func checkKind(t *testing.T, at string, p *odata.Property, has property) {
	if p.Collection {
		assert.Contains(t, types(has), "array", at)
		if !assert.NotNil(t, has.Items, at) {
			return
		}
		has = *has.Items
	}
	switch p.Kind {
	case odata.KindComplex:
		assert.Equal(t, p.Type.Name+".schema.json", has.Ref, at)
	case odata.KindEnum:
		assert.Subset(t, p.Type.Members, has.Enum, at)
	case odata.KindBoolean:
		assert.Contains(t, types(has), "boolean", at)
	case odata.KindInt64:
		assert.Contains(t, types(has), "integer", at)
	case odata.KindDate:
		assert.Equal(t, "date", has.Format, at)
	case odata.KindDateTimeOffset:
		assert.Equal(t, "date-time", has.Format, at)
	default:
		assert.Contains(t, types(has), "string", at)
	}
}

// types returns the JSON types that a property may have.
func types(p property) []any {
	if list, ok := p.Type.([]any); ok {
		return list
	}
	return []any{p.Type}
}
