// Package subject has the words for where the subject of a call stands, a
// synchronization profile: rules, expectations and lifecycles name them, and the
// profiles have them.
package subject

// States and Statuses are the values that a profile's state and its sync's status may
// have, in the order of the documented enumerations, less unknownFutureValue, which
// nothing is in.
var (
	States   = []string{"provisioning", "provisioned", "provisioningFailed", "deleting", "deletionFailed"}
	Statuses = []string{"paused", "inProgress", "success", "error", "validationError", "quarantined", "extracting", "validating"}
)
