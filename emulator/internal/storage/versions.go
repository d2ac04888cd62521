package storage

import "slices"

// versions are those of the service, oldest first [documented: "Versioning for
// Azure Storage", "Previous Azure Storage versions"; the newest as the SDKs name
// them]. The first is the one whose requests are like today's. Any other date is
// refused, as the service does [observed: azure-sdk-for-python pull request 41080
// for one that is to come, azure-rest-api-specs issue 8947 for one in between]. A
// new one is added here.
var versions = []string{
	"2009-09-19", "2011-08-18", "2012-02-12", "2013-08-15", "2014-02-14",
	"2015-02-21", "2015-04-05", "2015-07-08", "2015-12-11", "2016-05-31",
	"2017-04-17", "2017-07-29", "2017-11-09", "2018-03-28", "2018-11-09",
	"2019-02-02", "2019-07-07", "2019-10-10", "2019-12-12",
	"2020-02-10", "2020-04-08", "2020-06-12", "2020-08-04", "2020-10-02", "2020-12-06",
	"2021-02-12", "2021-04-10", "2021-06-08", "2021-08-06", "2021-10-04", "2021-12-02",
	"2022-11-02", "2023-01-03", "2023-05-03", "2023-08-03", "2023-11-03",
	"2024-02-04", "2024-05-04", "2024-08-04", "2024-11-04",
	"2025-01-05", "2025-05-05", "2025-07-05", "2025-11-05", "2026-02-06", "2026-04-06", "2026-06-06",
}

// chooseVersion finds the version that the request goes by: of its header, else
// of its api-version, else of its SAS [documented, as above].
func (x *exchange) chooseVersion() error {
	const api = "api-version"
	if v := x.r.Header.Get("X-Ms-Version"); v != "" {
		if !slices.Contains(versions, v) {
			return refuse("InvalidHeaderValue", headerName, "x-ms-version", headerValue, v, reason, noVersion())
		}
		x.version = v
	} else if v := x.call.Query.Get(api); v != "" {
		if !slices.Contains(versions, v) {
			return refuse("InvalidQueryParameterValue", queryName, api, queryValue, v, reason, noVersion())
		}
		x.version = v
	} else if v := x.call.Query.Get("sv"); slices.Contains(versions, v) {
		x.version = v
	}
	return nil
}

// noVersion tells a client that is newer than this emulator what to do.
func noVersion() string {
	return "not a version of the service, of which graphemu knows those from " + versions[0] + " to " + versions[len(versions)-1] +
		": give the client one of these (its SDK has an option for it), or take a newer graphemu"
}
