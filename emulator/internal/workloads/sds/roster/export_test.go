package roster

// Required returns the headers in format V1 of the columns that entity e has to
// have, where accounts are created or not, in the order of the messages.
func Required(e Entity, accountsToo bool) []string {
	var names []string
	for _, c := range columns[e] {
		if c.need == required || c.need == accounts && accountsToo {
			names = append(names, c.name)
		}
	}
	return names
}

// Optional returns the headers in format V1 of the columns of entity e that can
// be chosen for sync, in the order of the messages. Username, which a profile's
// lists may name too, is always required.
func Optional(e Entity) []string {
	var names []string
	for _, c := range columns[e] {
		if c.need == optional {
			names = append(names, c.name)
		}
	}
	return names
}

// Line returns the number of the line that the latest row begins in, where 1 is
// the header.
func (r *Reader) Line() int { return r.in.at }
