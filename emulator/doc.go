// Package emulator is a local Microsoft Graph, in memory: the directory and
// education, any other part by the service's own metadata, and School Data Sync's
// beta API /education/synchronizationProfiles, for clients that can no longer
// reach the service itself.
//
// What is emulated: every operation of these with its documented statuses,
// bodies, headers and errors, OData query options, $batch and $metadata, and a
// profile's life on a clock of its own; the files behind uploadUrl, their
// verification, and the schools, classes and users that a sync makes of them; the
// sign-in of Entra ID. Any text is a good token, unless Options.Auth is AuthStrict:
// then tokens are verified, and what they permit. What Graph has and this package
// does not is 501, never a success that was none. Where the
// documentation contradicts itself, a Variant chooses between its readings.
//
// A scenario says how the life of a profile goes, what goes wrong on the wire, and
// what is expected of the client; World.Journal tells what came, and Server.Verify
// judges it. See package scenario for the file, fault for what goes wrong, throttle
// for limits on requests, clock for time, journal for the record and the verdict.
//
// A client whose hosts are fixed in its code reaches a Server through its proxy
// (Options.Proxy), which answers https://graph.microsoft.com itself.
//
// A Server holds worlds, one for each tenant, which never see each other: a request
// reaches the one of its token. It is safe for concurrent use. Tests start one with
// package emulatortest.
package emulator
