package engine

import (
	"log/slog"
	"net/http"
	"runtime/debug"
)

// Answer takes a call past the scenario to its handler. It is the one place where the
// order of these is said: what the call asks for, what comes before any rule, whether
// it came early, rules, throttles, the handler. A panic on the way is the handler's
// Broken.
func (e *Engine) Answer(c *Call) (a Reply) {
	defer e.broken(c, &a)
	if c.World.Settle != nil {
		c.World.Settle(c.Now)
	}
	a, done := c.handler.Resolve()
	if c.Subject != "" {
		c.before = c.Standing()
	} else if c.Named != nil && !c.reads() {
		c.before = c.Named().standing()
	}
	if done {
		return a
	}
	if a, ok := e.scenario(c); !ok {
		return a
	}
	return c.handler.Handle()
}

// broken is deferred: it turns a panic into the handler's Broken.
func (e *Engine) broken(c *Call, a *Reply) {
	p := recover()
	if p == nil {
		return
	}
	if p == http.ErrAbortHandler {
		panic(p) // the server's own way to drop a connection
	}
	e.Log.Error("a handler panicked", slog.String("operation", c.Operation),
		slog.Any("panic", p), slog.String("stack", string(debug.Stack())))
	*a = c.handler.Broken()
}
