package journal

// Needed is what a call asks for: any one of the alternatives for its kind of token, the
// least privileged first. None: the kind is not supported.
type Needed struct {
	Delegated, Application []Alternative
	By                     string // the path of the published table that says so; "": the operation itself
}

// Alternative is a permission that is enough, with one of others where it has some.
type Alternative struct {
	Name string
	With []string
}

// Held is what a token has in permissions. Delegated or Application says which kind they
// are; neither is of a token that has none, or is no JWT.
type Held struct {
	Delegated, Application bool
	Names                  []string
}
