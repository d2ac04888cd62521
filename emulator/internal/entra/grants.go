package entra

import "slices"

// grantType is a way to get a token, as the parameter grant_type of a call names it.
type grantType struct {
	names     []string // the values of grant_type; metadata lists the first
	operation string
	run       func(*exchange) (any, *problem)
}

// grants are all that are served, in the order of the metadata. One that signs a user in
// anew stands in package judge too, which knows no protocol.
var grants = []grantType{
	{[]string{"client_credentials"}, clientCredentials, (*exchange).clientCredentials},
	{[]string{"authorization_code"}, authorizationCode, (*exchange).redeemCode},
	{[]string{"urn:ietf:params:oauth:grant-type:device_code",
		"device_code"}, // documented for v1, and taken by v2.0
		deviceCode, (*exchange).redeemDevice},
	{[]string{"refresh_token"}, refreshToken, (*exchange).refresh},
	{[]string{"password"}, password, (*exchange).password},
}

// grantNamed returns the grant that a value of grant_type names; nil: none.
func grantNamed(name string) *grantType {
	for i := range grants {
		if slices.Contains(grants[i].names, name) {
			return &grants[i]
		}
	}
	return nil
}

// grantTypes are the values of grant_type that metadata lists.
func grantTypes() []string {
	var list []string
	for _, g := range grants {
		list = append(list, g.names[0])
	}
	return list
}

// Operations returns the names of all operations that Parse tells, sorted.
func Operations() []string {
	list := []string{instance, userRealm}
	for _, p := range paths {
		list = append(list, p.operation)
	}
	for _, g := range grants {
		list = append(list, g.operation)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
