package district

import "iter"

// Account is somebody's account in the directory of the district's tenant.
type Account struct {
	Name       string // the part of the sign-in name before the @: the person's Username
	ExternalID string // SIS ID
	GivenName  string
	Surname    string
}

// Accounts returns the accounts that the people of a district have where its
// profile matches identities: one each, but none for those of the flaws unmatched
// and two for those of the flaws ambiguous. It errs as Files does.
func Accounts(o Options) (iter.Seq[Account], error) {
	p, err := newPlan(o)
	if err != nil {
		return nil, err
	}
	return func(yield func(Account) bool) {
		for _, e := range []entity{student, teacher} {
			row := make([]string, len(columns[e]))
			for n := range p.rows(e) {
				word := ""
				if made := n - p.base(e); made >= 0 {
					word = p.flawOf(e, made).kind.word
				}
				if word == unmatched {
					continue
				}
				p.row(e, n, row)
				a := Account{Name: row[4], ExternalID: row[0], GivenName: row[2], Surname: row[3]}
				if !yield(a) {
					return
				}
				// A second one with the same SIS ID, as an earlier import leaves behind.
				if a.Name += ".2"; word == ambiguous && !yield(a) {
					return
				}
			}
		}
	}, nil
}
