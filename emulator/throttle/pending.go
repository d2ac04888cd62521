package throttle

// Placeholder so that the tree builds while Counter is written: DELETE this file
// when the real types are here.

import "time"

type Counter struct{}
type Refusal struct {
	Rule, Burst string
	RetryAfter  time.Duration
}
type Saved struct{}

func New([]Rule) *Counter                                            { return &Counter{} }
func (*Counter) Take(string, string, time.Time) (r Refusal, no bool) { return }
func (*Counter) Save() Saved                                         { return Saved{} }
func (*Counter) Restore(Saved) error                                 { return nil }
func (*Counter) Fired() map[string]uint64                            { return nil }
func (*Rule) Check([]string) []Problem                               { return nil }

type Problem struct{ Pointer, Message string }

func (p Problem) Error() string { return p.Message }
