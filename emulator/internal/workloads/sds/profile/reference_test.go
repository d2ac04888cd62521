package profile

import (
	"fmt"
)

// reference is a profile as a simple machine that counts seconds down. It knows
// no due steps and no queue: that is what it is held against.
type reference struct {
	id        string
	csv       bool
	state     State
	status    Status
	left      int // seconds to the next step; 0: none
	heldLeft  int
	held      Status // what a pause holds back; "": nothing
	started   bool
	locked    bool
	expires   int // second of the expiration; 0: none
	activity  int // second of lastActivityDateTime; 0: never
	succeeded int
	errors    int
	gone      bool
	name      string
}

// tick is what happens in the second now.
func (p *reference) tick(now int) {
	if p.left > 0 {
		if p.left--; p.left == 0 {
			p.step(now)
		}
	}
	if p.expires > 0 && p.expires <= now && !p.locked && p.state != Deleting && !p.gone {
		if p.state == Provisioned {
			p.hold(now)
		}
		p.locked = true
	}
}

func (p *reference) step(now int) {
	switch {
	case p.state == Provisioning:
		p.state = Provisioned
		p.startByItself(now)
	case p.state == Deleting:
		p.gone = true
	case p.status == Extracting:
		p.become(Validating, 1, now)
	case p.status == Validating:
		p.become(InProgress, 2, now)
	case p.status == InProgress:
		p.become(Success, 0, now)
		p.succeeded = now
	}
}

func (p *reference) become(s Status, left, now int) { p.status, p.left, p.activity = s, left, now }

func (p *reference) begin(now int) {
	p.started, p.held = true, ""
	p.become(Extracting, 1, now)
}

func (p *reference) startByItself(now int) {
	if !p.csv && !p.started && !p.locked && p.state == Provisioned {
		p.begin(now)
	}
}

func (p *reference) hold(now int) {
	if p.status != Paused {
		p.held, p.heldLeft = p.status, p.left
		p.become(Paused, 0, now)
	}
}

// call does what a client asks, and tells whether it is legal.
func (p *reference) call(c Call, now int) bool {
	switch c {
	case CallUpdate:
		return p.state != Deleting
	case CallDelete:
		if p.state == Deleting {
			return false
		}
		p.state, p.left, p.held = Deleting, 1, ""
		return true
	}
	if (c == CallStart || c == CallUploadURL) && !p.csv || p.state != Provisioned || p.locked && c != CallPause {
		return false
	}
	switch c {
	case CallStart:
		if p.status.Running() {
			return false
		}
		p.errors = 0
		p.begin(now)
	case CallPause:
		p.hold(now)
	case CallResume:
		switch {
		case p.status == ValidationError:
			p.become(InProgress, 2, now)
		case p.status != Paused:
			return false
		case p.held != "":
			s := p.held
			p.held = ""
			p.become(s, p.heldLeft, now)
		}
	case CallReset:
		p.errors = 0
		if p.started {
			p.begin(now)
		}
	}
	return true
}

func (p *reference) String() string {
	return fmt.Sprintf("%s %s/%s %q activity %d success %d errors %d", p.id, p.state, p.status, p.name, p.activity, p.succeeded, p.errors)
}
