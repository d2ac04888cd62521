package directory

// educationTypes are the types of schools, classes and users of education.
// Documented: Graph's metadata of v1.0 (2026).
const educationTypes = `
entity educationOrganization : entity abstract
  description displayName! externalSource:educationExternalSource externalSourceDetail
enum educationExternalSource sis manual unknownFutureValue
entity educationSchool : educationOrganization
  address:physicalAddress createdBy:identitySet externalId externalPrincipalId fax highestGrade lowestGrade phone principalEmail
    principalName schoolNumber
  links classes:[educationClass] users:[educationUser]
  links administrativeUnit:administrativeUnit
complex identitySet open
  application:identity device:identity user:identity
complex physicalAddress
  city countryOrRegion postalCode state street
entity educationClass : entity
  classCode course:educationCourse createdBy:identitySet description displayName! externalId externalName
    externalSource:educationExternalSource externalSourceDetail grade mailNickname! term:educationTerm
  links members:[educationUser] schools:[educationSchool] teachers:[educationUser]
  links group:group
  unserved assignmentCategories[] assignmentDefaults assignments[] assignmentSettings modules[]
complex educationCourse
  courseNumber description displayName externalId subject
complex educationTerm
  displayName endDate:Date externalId startDate:Date
entity educationUser : entity
  accountEnabled:Boolean assignedLicenses:[assignedLicense]! assignedPlans:[assignedPlan]! businessPhones:[String]!
    createdBy:identitySet department displayName externalSource:educationExternalSource externalSourceDetail givenName mail
    mailingAddress:physicalAddress mailNickname middleName mobilePhone officeLocation onPremisesInfo:educationOnPremisesInfo
    passwordPolicies passwordProfile:passwordProfile preferredLanguage primaryRole:educationUserRole!
    provisionedPlans:[provisionedPlan]! refreshTokensValidFromDateTime:DateTimeOffset relatedContacts:[relatedContact]
    residenceAddress:physicalAddress showInAddressList:Boolean student:educationStudent surname teacher:educationTeacher usageLocation
    userPrincipalName userType
  links classes:[educationClass] schools:[educationSchool]
  links taughtClasses:[educationClass] user:user
  unserved assignments[] rubrics[]
enum contactRelationship parent relative aide doctor guardian child other unknownFutureValue
enum educationGender female male other unknownFutureValue
complex educationOnPremisesInfo
  immutableId
complex educationStudent
  birthDate:Date externalId gender:educationGender grade graduationYear studentNumber
complex educationTeacher
  externalId teacherNumber
complex relatedContact
  accessConsent:Boolean displayName! emailAddress! mobilePhone relationship:contactRelationship!
`
