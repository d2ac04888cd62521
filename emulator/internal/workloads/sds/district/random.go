package district

// source draws the values of one row. It is SplitMix64, written out here, so
// that no change of a library changes a district.
type source struct{ state uint64 }

// draw returns the source of one row: what a row holds depends on the seed, the
// file and the row's number alone.
func draw(seed uint64, e entity, row int) source {
	s := source{seed*0x9E3779B97F4A7C15 + uint64(e)<<56 + uint64(row)}
	return source{s.next()}
}

func (s *source) next() uint64 {
	s.state += 0x9E3779B97F4A7C15
	z := s.state
	z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
	z = (z ^ z>>27) * 0x94D049BB133111EB
	return z ^ z>>31
}

// below returns a number from 0 to n-1. n is small, so its bias is nothing.
func (s *source) below(n int) int { return int(s.next() % uint64(n)) }

// one returns one of the choices.
func one[T any](s *source, choices []T) T { return choices[s.below(len(choices))] }
