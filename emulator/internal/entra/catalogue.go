package entra

// The numbers of the errors, as in AADSTS700016.
const (
	noRedirect         = 900971
	redirectMismatch   = 50011
	replyMismatch      = 500112
	badAssertion       = 50027
	userUnknown        = 50034
	unknownInstance    = 50049
	passwordExpired    = 50055
	userDisabled       = 50057
	noSession          = 50058
	wrongPassword      = 50126
	missingVerifier    = 50148
	grantRevoked       = 50173
	verifierMismatch   = 501481
	badChallenge       = 501491
	unknownResource    = 500011
	noResource         = 500013
	redeemed           = 54005
	declined           = 65004
	noConsent          = 65001
	invalidGrant       = 70000
	unsupportedGrant   = 70003
	badResponseMode    = 70007
	grantExpired       = 70008
	badScope           = 70011
	pending            = 70016
	badUserCode        = 70018
	deviceCodeExpired  = 70020
	foreignCode        = 700005
	foreignGrant       = 7000012
	unknownApp         = 700016
	assertionSubject   = 700021
	assertionAudience  = 700023
	assertionTime      = 700024
	publicClient       = 700025
	assertionSignature = 700027
	badResponseType    = 700051
	idTokenType        = 700054
	appDisabled        = 7000112
	wrongSecret        = 7000215
	noCredential       = 7000216
	needsSecret        = 7000218
	noPrincipal        = 7000229
	refreshExpired     = 700082
	spaRefreshExpired  = 700084
	unknownTenant      = 90002
	badInput           = 90013
	badTenantName      = 900023
	unsupportedValue   = 90023
	transientError     = 90033
	badParameter       = 90100
	missingParameter   = 900144
	onlyPost           = 900561
	manyResources      = 28000
	foreignSignin      = 165000
	needsDefault       = 1002012
	malformed          = 9002313
	proofRequired      = 9002325
	notSPA             = 9002326
	spaOnly            = 9002327
	workAccountsOnly   = 9002332
	duplicateParameter = 9000411
)

// entry is what the service says for a number.
type entry struct {
	status int
	name   string // the OAuth error
	words  string // with a %s for each argument of refuse
}

// catalogue is every error that this surface gives. Beside each: where its words
// come from. "Observed" is a pasted answer of the service, in an issue, a
// recording or a test; "documented" the page of error codes of the identity
// platform or the troubleshooting pages of the Azure SDKs; "recalled" is known
// without a source at hand, to be checked. Statuses are 400, and 401 for
// invalid_client, where nothing else is said (RFC 6749, section 5.2).
var catalogue = map[int]entry{
	// Observed: number and words, in issues.
	noRedirect: {400, "invalid_request", "No reply address provided."},
	// Recalled; observed with older words. The page that the words name is Microsoft's;
	// no link is made of it.
	redirectMismatch: {400, "invalid_request",
		"The redirect URI '%s' specified in the request does not match the redirect URIs configured for the application '%s'. " +
			"Make sure the redirect URI sent in the request matches one added to your application in the Azure portal. " +
			"Navigate to https://aka.ms/redirectUriMismatchError to learn more about how to troubleshoot this error."},
	// Observed: words, with the number 50011, in 2018. Recalled: the number. Inferred:
	// the name, as for every code that does not fit.
	replyMismatch: {400, "invalid_grant",
		"The reply address '%s' does not match the reply address '%s' provided when requesting Authorization code."},
	// Observed: number and words, in issues.
	badAssertion: {401, "invalid_client", "JWT token is invalid or malformed."},
	// Observed: the troubleshooting page of 50034, which hides the account likewise.
	userUnknown: {400, "invalid_grant",
		"The user account {EUII Hidden} does not exist in the %s directory. " +
			"To sign into this application, the account must be added to the directory."},
	// Observed 2023: the page on instance discovery.
	unknownInstance: {400, "invalid_instance", "Unknown or invalid instance."},
	// Documented.
	passwordExpired: {400, "invalid_grant", "The password is expired."},
	// Documented.
	userDisabled: {400, "invalid_grant", "The user account is disabled."},
	// Recalled: the first sentence; Entra goes on about cookies. Documented: the name.
	noSession: {400, "login_required", "A silent sign-in request was sent but no user is signed in."},
	// Documented.
	wrongPassword: {400, "invalid_grant", "Error validating credentials due to invalid username or password."},
	// Observed: words. Inferred: that it is for an absent verifier.
	missingVerifier: {400, "invalid_grant",
		"The code_verifier does not match the code_challenge supplied in the authorization request for PKCE."},
	// Recalled: the first words of a longer text. Documented: number and cause.
	grantRevoked: {400, "invalid_grant",
		"The provided grant has expired due to it being revoked, a fresh auth token is needed. " +
			"The user might have changed or reset their password."},
	// Observed.
	verifierMismatch: {400, "invalid_grant", "The Code_Verifier does not match the code_challenge supplied in the authorization request."},
	// Documented.
	badChallenge: {400, "invalid_request", "Invalid size of Code_Challenge parameter."},
	// Observed: the first sentence. Recalled: the rest. Documented: the name.
	unknownResource: {400, "invalid_resource",
		"The resource principal named %s was not found in the tenant named %s. " +
			"This can happen if the application has not been installed by the administrator of the tenant " +
			"or consented to by any user in the tenant. " +
			"You might have sent your authentication request to the wrong tenant."},
	// Observed: number and words, in an issue of 2020; the name with the older number
	// 50001, in one of 2016.
	noResource: {400, "invalid_resource", "Resource identifier is not provided."},
	// Observed: the page on MSAL.NET's authorization code flow.
	redeemed: {400, "invalid_grant",
		"OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."},
	// Documented: words, and the name for device codes. Chosen: this number for them.
	declined: {400, "authorization_declined", "User declined to consent to access the app."},
	// Observed: MSAL.NET's page on exceptions.
	noConsent: {400, "invalid_grant",
		"The user or administrator has not consented to use the application with ID '%s' named '%s'. " +
			"Send an interactive authorization request for this user and resource."},
	// Recalled.
	invalidGrant: {400, "invalid_grant", "Provided grant is invalid or malformed."},
	// Observed 2024, and docs: the words up to the type, which follow in quotes.
	unsupportedGrant: {400, "unsupported_grant_type", "The app requested an unsupported grant type '%s'."},
	// Documented: the name of the error. Inferred: words.
	badResponseMode: {400, "invalid_request", "The app returned an unsupported value of 'response_mode' when requesting a token."},
	// Observed: azure-cli's answers, in tests.
	grantExpired: {400, "invalid_grant",
		"The provided authorization code or refresh token has expired due to inactivity. " +
			"Send a new interactive authorization request for this user and resource."},
	// Observed: the pages of the flows.
	badScope: {400, "invalid_scope", "The provided value for the input parameter 'scope' is not valid. The scope %s is not valid."},
	// Observed: a recording in MSAL for JavaScript.
	pending: {400, "authorization_pending", "OAuth 2.0 device flow error. Authorization is pending. Continue polling."},
	// Documented: number, name and cause. Inferred: that a device code that nobody gave out gets it.
	badUserCode: {400, "bad_verification_code", "Invalid verification code due to User typing in wrong user code for device code flow."},
	// Observed in a test of another project.
	deviceCodeExpired: {400, "expired_token",
		"The provided value for the input parameter 'device_code' is not valid. This device code has expired."},
	// Documented.
	foreignCode: {400, "invalid_grant", "Provided Authorization Code is intended to use against other tenant, thus rejected."},
	// Observed: answers to junk, in notes of other projects.
	foreignGrant: {400, "invalid_grant", "The grant was obtained for a different tenant."},
	// Observed: issues.
	unknownApp: {400, "unauthorized_client",
		"Application with identifier '%s' was not found in the directory '%s'. " +
			"This can happen if the application has not been installed by the administrator of the tenant " +
			"or consented to by any user in the tenant. " +
			"You may have sent your authentication request to the wrong tenant."},
	// Documented: the troubleshooting page of 7000112. Recalled: the word "is", and the name.
	appDisabled: {400, "unauthorized_client", "Application '%s'(%s) is disabled."},
	// Observed: number, name and words, in issues.
	noPrincipal: {401, "invalid_client", "The client application %s is missing service principal in the tenant %s."},
	// Documented. Observed: the name, in a test of MSAL.NET. A sentence that refers to
	// a page follows there.
	assertionSubject: {401, "invalid_client", "Client assertion application identifier doesn't match 'client_id' parameter."},
	// Documented, as above.
	assertionAudience: {401, "invalid_client", "Client assertion audience claim does not match Realm issuer."},
	// Observed 2023: a test of MSAL.NET.
	assertionTime: {401, "invalid_client",
		"Client assertion is not within its valid time range. Current time: %s, assertion valid from %s, expiry time of assertion %s."},
	// Observed: issues.
	publicClient: {401, "invalid_client", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."},
	// Observed: the first of the reasons that are used. Recalled: the second.
	assertionSignature: {401, "invalid_client", "Client assertion contains an invalid signature. [Reason - %s]"},
	// Observed for 'id_token', with 700054. Recalled: 700051, for 'token'.
	idTokenType:     {400, "unsupported_response_type", "response_type '%s' is not enabled for the application."},
	badResponseType: {400, "unsupported_response_type", "response_type '%s' is not enabled for the application."},
	// Observed: issues.
	wrongSecret: {401, "invalid_client",
		"Invalid client secret provided. " +
			"Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '%s'."},
	// Observed: a recording of azure-sdk-for-js.
	noCredential: {401, "invalid_client",
		"'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."},
	// Observed: azure-docs issue 30777.
	needsSecret: {401, "invalid_client", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."},
	// Observed: a page of Partner Center.
	refreshExpired: {400, "invalid_grant",
		"The refresh token has expired due to inactivity. The token was issued on %s and was inactive for 90.00:00:00."},
	// Observed: microsoft/chat-copilot issue 538, ParabolInc/parabol pull request 7097.
	// Inferred: of a later one, that the moment is the first one's.
	spaRefreshExpired: {400, "invalid_grant", "The refresh token was issued to a single page app (SPA), and therefore has a fixed, " +
		"limited lifetime of 1.00:00:00, which cannot be extended. It is now expired and a new sign in request must be sent by the SPA " +
		"to the sign in page. The token was issued on %s."},
	// Observed: words, and (masked, in a recording) the name for openid-configuration.
	// Chosen: the same name at the token endpoint, where invalid_request was seen.
	unknownTenant: {400, "invalid_tenant",
		"Tenant '%s' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. " +
			"Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant."},
	// Documented: number; words chosen where it is used.
	badInput: {400, "invalid_request", "Invalid input received from the user."},
	// Observed: words; documented too.
	badTenantName: {400, "invalid_request", "Specified tenant identifier '%s' is neither a valid DNS name, nor a valid external domain."},
	// Observed for 'prompt'.
	unsupportedValue: {400, "invalid_request", "Unsupported '%s' value."},
	// Documented: number and name. Observed: words, in other answers of the service.
	transientError: {503, "temporarily_unavailable", "A transient error has occurred. Please try again."},
	// Documented.
	badParameter: {400, "invalid_request", "The parameter is empty or not valid."},
	// Observed: issues.
	missingParameter: {400, "invalid_request", "The request body must contain the following parameter: '%s'."},
	// Observed: issues, for GET where POST is due.
	onlyPost: {400, "invalid_request", "The endpoint only accepts %s requests. Received a %s request."},
	// Observed: the first sentences, on a page about Azure AD B2C.
	foreignSignin: {400, "invalid_request",
		"Invalid Request: The request tokens do not match the user context. " +
			"Please do not copy the user context values (cookies; form fields; headers) between different requests or user sessions; " +
			"always maintain the ALL of the supplied values across a complete single user flow."},
	// Observed: words, in issues; inferred: the name.
	manyResources: {400, "invalid_scope",
		"Provided value for the input parameter scope is not valid because it contains more than one resource. Scope %s is not valid."},
	// Observed: phantom-artist/ms-email-reader issue 1.
	needsDefault: {400, "invalid_scope",
		"The provided value for scope %s is not valid. " +
			"Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."},
	// Observed, with invalid_grant for codes and refresh tokens that are none.
	malformed: {400, "invalid_request", "Invalid request. Request is malformed or invalid."},
	// Observed: issues, as azure-docs 93166, in the browser. Inferred: that the app is told.
	proofRequired: {400, "invalid_request", "Proof Key for Code Exchange is required for cross-origin authorization code redemption."},
	// Observed: umijs/umi-request issue 299; since 2025 the origin follows.
	notSPA: {400, "invalid_request", "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type. " +
		"Request origin: '%s'."},
	// Observed: microsoft-authentication-library-for-js issue 2482, sidebase/nuxt-auth issue 301.
	spaOnly: {400, "invalid_request", "Tokens issued for the 'Single-Page Application' client-type " +
		"may only be redeemed via cross-origin requests."},
	// Observed: words. Chosen: for every request of a personal account.
	workAccountsOnly: {400, "invalid_request",
		"Application '%s'(%s) is configured for use by Azure Active Directory users only. " +
			"Please do not use the /consumers endpoint to serve this request."},
	// Observed: issues and support pages.
	duplicateParameter: {400, "invalid_request", "The request is not properly formatted. The parameter '%s' is duplicated."},
}
