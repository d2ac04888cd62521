package clock

import (
	"context"
	"time"
)

// Wait lets d of real time pass. It returns at once where d is not above zero,
// and ctx's error where ctx is done before.
func Wait(ctx context.Context, d time.Duration) error {
	if err := ctx.Err(); err != nil || d <= 0 {
		return err
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// AfterFunc calls f in a goroutine of its own when d has passed on the wall clock. The
// timer that it returns can be stopped or set anew, as one of time.AfterFunc.
func AfterFunc(d time.Duration, f func()) *time.Timer { return time.AfterFunc(d, f) }
