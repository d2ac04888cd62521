package storage

// entry is an error's status and the service's own words for it.
type entry struct {
	status  int
	message string
}

// catalogue is every error of the surface, by code [documented: "Common REST API
// error codes" and "Blob service error codes"; where the wire has other words than
// those pages, the wire's: observed].
var catalogue = map[string]entry{
	"AuthenticationFailed": {403,
		"Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature."},
	"AuthorizationFailure":            {403, "This request is not authorized to perform this operation."},
	"AuthorizationPermissionMismatch": {403, "This request is not authorized to perform this operation using this permission."},
	"BlobAlreadyExists":               {409, "The specified blob already exists."},
	"BlobNotFound":                    {404, "The specified blob does not exist."},
	"BlockCountExceedsLimit":          {409, "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks."},
	"BlockListTooLong":                {400, "The block list may not contain more than 50,000 blocks."},
	"ConditionNotMet":                 {412, "The condition specified using HTTP conditional header(s) is not met."},
	"ContainerNotFound":               {404, "The specified container does not exist."},
	"CorsPreflightFailure":            {403, "CORS not enabled or no matching rule found for this request."},
	"Crc64Mismatch": {400,
		"The CRC64 value specified in the request did not match with the CRC64 value calculated by the server."},
	"EmptyMetadataKey":    {400, "The key for one of the metadata key-value pairs is empty."},
	"InsufficientStorage": {507, "The server has insufficient storage to complete the request."}, // chosen: it is never full
	"InternalError":       {500, "Server encountered an internal error. Please try again after some time."},
	"InvalidAuthenticationInfo": {401,
		"Server failed to authenticate the request. Please refer to the information in the www-authenticate header."},
	"InvalidBlobOrBlock": {400, "The specified blob or block content is invalid."},
	"InvalidBlobType":    {409, "The blob type is invalid for this operation."},
	"InvalidBlockId":     {400, "The specified block ID is invalid. The block ID must be Base64-encoded."},
	"InvalidBlockList":   {400, "The specified block list is invalid."},
	"InvalidHeaderValue": {400, "The value for one of the HTTP headers is not in the correct format."},
	"InvalidInput":       {400, "One of the request inputs is not valid."},
	"InvalidMd5": {400,
		"The MD5 value specified in the request is invalid. MD5 value must be 128 bits and base64 encoded."},
	"InvalidMetadata":                  {400, "The metadata specified is invalid. It has characters that are not permitted."},
	"InvalidQueryParameterValue":       {400, "Value for one of the query parameters specified in the request URI is invalid."},
	"InvalidRange":                     {416, "The range specified is invalid for the current size of the resource."},
	"InvalidResourceName":              {400, "The specifed resource name contains invalid characters."}, // the wire's own spelling
	"InvalidUri":                       {400, "The requested URI does not represent any resource on the server."},
	"InvalidXmlDocument":               {400, "XML specified is not syntactically valid."},
	"LeaseNotPresentWithBlobOperation": {412, "There is currently no lease on the blob."},
	"Md5Mismatch": {400,
		"The MD5 value specified in the request did not match with the MD5 value calculated by the server."},
	"MetadataTooLarge":              {400, "The metadata specified exceeds the maximum permissible limit (8KB)."},
	"MissingContentLengthHeader":    {411, "The Content-Length header was not specified."},
	"MissingRequiredHeader":         {400, "An HTTP header that's mandatory for this request is not specified."},
	"MissingRequiredQueryParameter": {400, "A query parameter that's mandatory for this request is not specified."},
	"NoAuthenticationInformation": {401,
		"Server failed to authenticate the request. Please refer to the information in the www-authenticate header."},
	"NotImplemented":        {501, "The requested operation is not implemented on the specified resource."},
	"OperationTimedOut":     {500, "Operation could not be completed within the specified time."},
	"OutOfRangeInput":       {400, "The specified resource name length is not within the permissible limits."},
	"RequestBodyTooLarge":   {413, "The request body is too large and exceeds the maximum permissible limit."},
	"ResourceAlreadyExists": {409, "The specified resource already exists."},
	"ResourceNotFound":      {404, "The specified resource does not exist."},
	"ServerBusy":            {503, "The server is busy."},
	"TooManyRequests":       {429, "Too many requests."},
	"UnsupportedHeader":     {400, "One of the HTTP headers specified in the request is not supported."},
	"UnsupportedHttpVerb":   {405, "The resource doesn't support specified Http Verb."},
}
