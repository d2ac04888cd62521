package graph

import (
	"encoding/xml"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
)

// schemaFacts are what a metadata document says, each as one line. Names of types are
// without namespace and alias. A property is "type.property Type", with "not null"
// behind it where it is not nullable, and "contained" where a navigation is.
type schemaFacts map[string]bool

func factsOf(t *testing.T, document []byte) schemaFacts {
	t.Helper()
	type property struct {
		Name     string `xml:",attr"`
		Type     string `xml:",attr"`
		Nullable string `xml:",attr"`
		Contains string `xml:"ContainsTarget,attr"`
	}
	type structured struct {
		Name        string     `xml:",attr"`
		BaseType    string     `xml:",attr"`
		Abstract    string     `xml:",attr"`
		Key         []struct{} `xml:"Key"`
		Properties  []property `xml:"Property"`
		Navigations []property `xml:"NavigationProperty"`
	}
	type operation struct {
		Name       string     `xml:",attr"`
		Parameters []property `xml:"Parameter"`
		Returns    *property  `xml:"ReturnType"`
	}
	var doc struct {
		Schema struct {
			Namespace string `xml:",attr"`
			Alias     string `xml:",attr"`
			Enums     []struct {
				Name    string `xml:",attr"`
				Members []struct {
					Name  string `xml:",attr"`
					Value string `xml:",attr"`
				} `xml:"Member"`
			} `xml:"EnumType"`
			Entities  []structured `xml:"EntityType"`
			Complexes []structured `xml:"ComplexType"`
			Actions   []operation  `xml:"Action"`
			Functions []operation  `xml:"Function"`
			Container struct {
				Singletons []struct {
					Name     string `xml:",attr"`
					Type     string `xml:",attr"`
					Bindings []struct {
						Path   string `xml:",attr"`
						Target string `xml:",attr"`
					} `xml:"NavigationPropertyBinding"`
				} `xml:"Singleton"`
			} `xml:"EntityContainer"`
		} `xml:"DataServices>Schema"`
	}
	require.NoError(t, xml.Unmarshal(document, &doc))
	facts := schemaFacts{}
	name := strings.NewReplacer("microsoft.graph.", "", "graph.", "").Replace
	say := func(format string, args ...any) { facts[strings.TrimSpace(fmt.Sprintf(format, args...))] = true }
	s := &doc.Schema
	say("schema %s alias %s", s.Namespace, s.Alias)
	for _, e := range s.Enums {
		for _, m := range e.Members {
			say("%s.%s = %s", e.Name, m.Name, m.Value)
		}
	}
	for _, x := range slices.Concat(s.Entities, s.Complexes) {
		say("type %s base %q abstract %q keys %d", x.Name, name(x.BaseType), x.Abstract, len(x.Key))
		for _, p := range x.Properties {
			null := ""
			if p.Nullable == "false" {
				null = "not null"
			}
			say("%s.%s %s %s", x.Name, p.Name, name(p.Type), null)
		}
		for _, p := range x.Navigations {
			contained := ""
			if p.Contains == "true" {
				contained = "contained"
			}
			say("%s.%s -> %s %s", x.Name, p.Name, name(p.Type), contained)
		}
	}
	for kind, list := range map[string][]operation{"action": s.Actions, "function": s.Functions} {
		for _, o := range list {
			returns := "nothing"
			if o.Returns != nil {
				returns = name(o.Returns.Type)
			}
			say("%s %s of %s returns %s", kind, o.Name, name(o.Parameters[0].Type), returns)
		}
	}
	for _, one := range s.Container.Singletons {
		say("singleton %s %s", one.Name, name(one.Type))
		for _, b := range one.Bindings {
			say("binding %s/%s -> %s", one.Name, b.Path, b.Target)
		}
	}
	return facts
}

// serviceFacts are facts of the service's own metadata about profiles. Observed: beta
// of 2021-07; the last three lines with the typings of 2025-01 and the pages of 2021-08.
var serviceFacts = strings.Split(strings.TrimSpace(`
schema microsoft.graph alias graph
educationSynchronizationProfileState.deleting = 2
educationSynchronizationProfileState.deletionFailed = 3
educationSynchronizationProfileState.provisioningFailed = 5
educationSynchronizationProfileState.provisioned = 6
educationSynchronizationProfileState.provisioning = 7
educationSynchronizationProfileState.unknownFutureValue = 8
educationSynchronizationStatus.paused = 0
educationSynchronizationStatus.inProgress = 1
educationSynchronizationStatus.success = 2
educationSynchronizationStatus.error = 3
educationSynchronizationStatus.validationError = 4
educationSynchronizationStatus.quarantined = 5
educationSynchronizationStatus.unknownFutureValue = 6
educationUserRole.student = 0
educationUserRole.teacher = 1
educationUserRole.none = 2
educationUserRole.unknownFutureValue = 3
educationUserRole.faculty = 4
type educationRoot base "" abstract "" keys 0
educationRoot.classes -> Collection(educationClass) contained
educationRoot.me -> educationUser contained
educationRoot.schools -> Collection(educationSchool) contained
educationRoot.synchronizationProfiles -> Collection(educationSynchronizationProfile) contained
educationRoot.users -> Collection(educationUser) contained
type educationSynchronizationProfile base "entity" abstract "" keys 0
educationSynchronizationProfile.dataProvider educationSynchronizationDataProvider not null
educationSynchronizationProfile.displayName Edm.String not null
educationSynchronizationProfile.expirationDate Edm.Date
educationSynchronizationProfile.handleSpecialCharacterConstraint Edm.Boolean
educationSynchronizationProfile.identitySynchronizationConfiguration educationIdentitySynchronizationConfiguration not null
educationSynchronizationProfile.licensesToAssign Collection(educationSynchronizationLicenseAssignment)
educationSynchronizationProfile.state educationSynchronizationProfileState
educationSynchronizationProfile.errors -> Collection(educationSynchronizationError) contained
educationSynchronizationProfile.profileStatus -> educationSynchronizationProfileStatus contained
type educationSynchronizationCustomizationsBase base "" abstract "true" keys 0
type educationSynchronizationCustomizations base "educationSynchronizationCustomizationsBase" abstract "" keys 0
educationIdentityCreationConfiguration.userDomains Collection(educationIdentityDomain) not null
educationIdentityDomain.appliesTo educationUserRole not null
educationIdentityDomain.name Edm.String not null
educationIdentityMatchingConfiguration.matchingOptions Collection(educationIdentityMatchingOptions) not null
educationIdentityMatchingOptions.appliesTo educationUserRole not null
educationIdentityMatchingOptions.sourcePropertyName Edm.String not null
educationIdentityMatchingOptions.targetDomain Edm.String
educationIdentityMatchingOptions.targetPropertyName Edm.String not null
educationOneRosterApiDataProvider.connectionSettings educationSynchronizationConnectionSettings not null
educationOneRosterApiDataProvider.connectionUrl Edm.String not null
educationOneRosterApiDataProvider.providerName Edm.String
educationPowerSchoolDataProvider.clientId Edm.String not null
educationPowerSchoolDataProvider.clientSecret Edm.String
educationPowerSchoolDataProvider.connectionUrl Edm.String not null
educationSynchronizationConnectionSettings.clientId Edm.String not null
educationSynchronizationConnectionSettings.clientSecret Edm.String
educationSynchronizationOAuth2ClientCredentialsConnectionSettings.scope Edm.String
educationSynchronizationOAuth2ClientCredentialsConnectionSettings.tokenUrl Edm.String not null
educationSynchronizationLicenseAssignment.appliesTo educationUserRole
educationSynchronizationLicenseAssignment.skuIds Collection(Edm.String)
function delta of Collection(educationClass) returns Collection(educationClass)
function delta of Collection(educationSchool) returns Collection(educationSchool)
function delta of Collection(educationUser) returns Collection(educationUser)
function uploadUrl of educationSynchronizationProfile returns Edm.String
action start of educationSynchronizationProfile returns Collection(educationFileSynchronizationVerificationMessage)
action pause of educationSynchronizationProfile returns nothing
action resume of educationSynchronizationProfile returns nothing
action reset of educationSynchronizationProfile returns nothing
singleton education educationRoot
binding education/classes/group -> directoryObjects
binding education/classes/members -> education/users
binding education/classes/schools -> education/schools
binding education/classes/teachers -> education/users
binding education/me/classes -> education/classes
binding education/me/schools -> education/schools
binding education/me/taughtClasses -> education/classes
binding education/me/user -> directoryObjects
binding education/schools/administrativeUnit -> directoryObjects
binding education/schools/classes -> education/classes
binding education/schools/users -> education/users
binding education/users/classes -> education/classes
binding education/users/schools -> education/schools
binding education/users/taughtClasses -> education/classes
binding education/users/user -> directoryObjects
educationSynchronizationStatus.extracting = 7
educationSynchronizationStatus.validating = 8
educationSynchronizationProfileStatus.errorCount Edm.Int64 not null
educationSynchronizationProfileStatus.statusMessage Edm.String not null
`), "\n")

func TestServiceFacts(t *testing.T) {
	ours := factsOf(t, workloads.Models.Of(workload.Beta).CSDL())
	for _, fact := range serviceFacts {
		assert.True(t, ours[fact], "$metadata does not say: %s", fact)
	}
}

// The document itself, where somebody has it: a folder with the service's metadata, by
// GRAPHEMU_TEST_METADATA or beside the repository.
func TestServiceMetadata(t *testing.T) {
	folder := os.Getenv("GRAPHEMU_TEST_METADATA")
	if folder == "" {
		folder = "../../../../shared/reference/graph"
	}
	for _, name := range []string{"education-sync-2021-07.csdl", "education-sync-2025-01-derived.csdl"} {
		t.Run(name, func(t *testing.T) {
			document, err := os.ReadFile(folder + "/" + name)
			if err != nil {
				t.Skipf("NOT COMPARED with the service's own metadata: %v; GRAPHEMU_TEST_METADATA names its folder", err)
			}
			theirs, ours := factsOf(t, document), factsOf(t, workloads.Models.Of(workload.Beta).CSDL())
			for _, fact := range serviceFacts[:len(serviceFacts)-4] {
				assert.True(t, theirs[fact], "the service does not say: %s", fact)
			}
			// All that it says of profiles, ours says too, and nothing else.
			ofProfiles := func(facts schemaFacts) []string {
				return slices.Sorted(maps.Keys(maps.Collect(func(yield func(string, bool) bool) {
					for fact := range facts {
						if aboutProfiles(fact) && !yield(fact, true) {
							return
						}
					}
				})))
			}
			missing := slices.DeleteFunc(ofProfiles(theirs), func(fact string) bool { return ours[fact] })
			assert.Empty(t, missing, "$metadata does not say it")
			later := serviceFacts[len(serviceFacts)-4:]
			more := slices.DeleteFunc(ofProfiles(ours), func(fact string) bool {
				otherDelta := strings.HasPrefix(fact, "function delta of") && !strings.Contains(fact, "education")
				return theirs[fact] || slices.Contains(later, fact) || otherDelta
			})
			assert.Empty(t, more, "only $metadata of ours says it")
		})
	}
}

// aboutProfiles tells whether a fact is about profiles, not about what syncs make.
func aboutProfiles(fact string) bool {
	subject := strings.TrimPrefix(fact, "type ")
	for _, prefix := range []string{"educationSynchronization", "educationIdentity", "educationCsv", "educationPowerSchool",
		"educationOneRoster", "educationFileSync", "educationUserRole."} {
		if strings.HasPrefix(subject, prefix) {
			return true
		}
	}
	return strings.Contains(fact, " of educationSynchronizationProfile ") || strings.HasPrefix(fact, "binding ") ||
		strings.HasPrefix(fact, "function delta of Collection(education")
}
