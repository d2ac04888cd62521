// Package profile is the domain of School Data Sync (Classic): what a
// synchronization profile is, what it may do next, and the store that keeps
// the profiles of one world. It knows no HTTP.
package profile

import "time"

// Profile is an educationSynchronizationProfile. Its fields stand in the order
// of the founding document's response, which is the order on the wire.
type Profile struct {
	DisplayName  string              `json:"displayName"`
	State        State               `json:"state"`
	ID           string              `json:"id"`
	DataProvider DataProvider        `json:"dataProvider"`
	Identity     Identity            `json:"identitySynchronizationConfiguration"`
	Licenses     []LicenseAssignment `json:"licensesToAssign,omitzero"`

	// What the founding document does not show comes after what it does (chosen).
	HandleSpecialCharacterConstraint *bool  `json:"handleSpecialCharacterConstraint,omitzero"`
	ExpirationDate                   string `json:"expirationDate,omitzero"` // Edm.Date, "2026-07-31"
}

// Type names of the abstract parts, as they stand in "@odata.type".
const (
	TypeCSV              = "#microsoft.graph.educationCsvDataProvider"
	TypePowerSchool      = "#microsoft.graph.educationPowerSchoolDataProvider"
	TypeOneRoster        = "#microsoft.graph.educationOneRosterApiDataProvider"
	TypeOAuth1           = "#microsoft.graph.educationSynchronizationOAuth1ConnectionSettings"
	TypeOAuth2           = "#microsoft.graph.educationSynchronizationOAuth2ClientCredentialsConnectionSettings"
	TypeIdentityCreation = "#microsoft.graph.educationIdentityCreationConfiguration"
	TypeIdentityMatching = "#microsoft.graph.educationIdentityMatchingConfiguration"
)

// DataProvider is where the rosters come from: *CSV, *PowerSchool or *OneRoster.
type DataProvider interface{ customizations() **Customizations }

// CSV takes files that are uploaded before each start.
type CSV struct {
	Type           string          `json:"@odata.type"` // TypeCSV
	Customizations *Customizations `json:"customizations"`
}

// PowerSchool reads from a PowerSchool server. Its client secret is taken and
// forgotten: nothing here needs it, so nothing here can leak it.
type PowerSchool struct {
	Type                          string          `json:"@odata.type"` // TypePowerSchool
	ConnectionURL                 string          `json:"connectionUrl"`
	ClientID                      string          `json:"clientId"`
	SchoolsIDs                    []string        `json:"schoolsIds,omitzero"`
	SchoolYear                    string          `json:"schoolYear,omitzero"`
	AllowTeachersInMultipleSchool *bool           `json:"allowTeachersInMultipleSchools,omitzero"`
	Customizations                *Customizations `json:"customizations"`
}

// OneRoster reads from a server that speaks the OneRoster API.
type OneRoster struct {
	Type               string             `json:"@odata.type"` // TypeOneRoster
	ConnectionURL      string             `json:"connectionUrl"`
	ProviderName       string             `json:"providerName,omitzero"`
	SchoolsIDs         []string           `json:"schoolsIds,omitzero"`
	TermIDs            []string           `json:"termIds,omitzero"`
	ConnectionSettings ConnectionSettings `json:"connectionSettings"`
	Customizations     *Customizations    `json:"customizations"`
}

// ConnectionSettings is how a OneRoster server is signed in to, less the secret.
type ConnectionSettings struct {
	Type     string `json:"@odata.type"` // TypeOAuth1 or TypeOAuth2
	ClientID string `json:"clientId"`
	TokenURL string `json:"tokenUrl,omitzero"` // OAuth 2 only
	Scope    string `json:"scope,omitzero"`    // OAuth 2 only
}

func (p *CSV) customizations() **Customizations         { return &p.Customizations }
func (p *PowerSchool) customizations() **Customizations { return &p.Customizations }
func (p *OneRoster) customizations() **Customizations   { return &p.Customizations }

// Customizations says, for each kind of entity, what is synchronised.
type Customizations struct {
	School            *Customization `json:"school,omitzero"`
	Section           *Customization `json:"section,omitzero"`
	Student           *Customization `json:"student,omitzero"`
	Teacher           *Customization `json:"teacher,omitzero"`
	StudentEnrollment *Customization `json:"studentEnrollment,omitzero"`
	TeacherRoster     *Customization `json:"teacherRoster,omitzero"`
}

// Customization is the settings of one kind of entity.
type Customization struct {
	OptionalPropertiesToSync []string `json:"optionalPropertiesToSync,omitzero"` // nil: every property
	SynchronizationStartDate string   `json:"synchronizationStartDate,omitzero"` // as given; DefaultStart: at once
	IsSyncDeferred           bool     `json:"isSyncDeferred"`
	AllowDisplayNameUpdate   bool     `json:"allowDisplayNameUpdate"`
}

// Identity is how users are found or made: *IdentityCreation or *IdentityMatching.
type Identity interface{ identity() }

// IdentityCreation makes an account for every user of the source.
type IdentityCreation struct {
	Type        string       `json:"@odata.type"` // TypeIdentityCreation
	UserDomains []UserDomain `json:"userDomains"`
}

// UserDomain is the domain in which a role's accounts are made.
type UserDomain struct {
	AppliesTo string `json:"appliesTo"` // student or teacher
	Name      string `json:"name"`
}

// IdentityMatching links the source's users to accounts that exist.
type IdentityMatching struct {
	Type            string           `json:"@odata.type"` // TypeIdentityMatching
	MatchingOptions []MatchingOption `json:"matchingOptions"`
}

// MatchingOption is a role's rule. With no TargetDomain the source's value is
// compared as it stands, else value@TargetDomain.
type MatchingOption struct {
	AppliesTo          string  `json:"appliesTo"`
	SourcePropertyName string  `json:"sourcePropertyName"`
	TargetPropertyName string  `json:"targetPropertyName"`
	TargetDomain       *string `json:"targetDomain"` // shown as null where it is not given
}

func (*IdentityCreation) identity() {}
func (*IdentityMatching) identity() {}

// LicenseAssignment gives licences to the accounts of a role.
type LicenseAssignment struct {
	AppliesTo string   `json:"appliesTo"`
	SKUIDs    []string `json:"skuIds"`
}

// SyncStatus is an educationSynchronizationProfileStatus without its id.
type SyncStatus struct {
	Status         Status
	ErrorCount     int64
	LastActivity   time.Time // zero: never; the wire shows no property then
	LastSuccessful time.Time // lastSynchronizationDateTime; zero: never
	Message        string
}

// SyncError is an educationSynchronizationError.
type SyncError struct {
	ID                   string    `json:"id"`
	EntryType            string    `json:"entryType"`
	ErrorCode            string    `json:"errorCode"`
	ErrorMessage         string    `json:"errorMessage"`
	JoiningValue         string    `json:"joiningValue"`
	Recorded             time.Time `json:"-"` // recordedDateTime, in seven decimals
	ReportableIdentifier string    `json:"reportableIdentifier"`
}

// VerificationMessage is an educationFileSynchronizationVerificationMessage.
type VerificationMessage struct {
	Type        string `json:"type"` // Error, Warning or Information
	FileName    string `json:"fileName"`
	Description string `json:"description"`
}
