package emulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/graphemu/graphemu/emulator/internal/version"
	"github.com/graphemu/graphemu/emulator/journal"
)

// Journal returns the record of the world's requests, until its next Reset.
func (w *World) Journal() *journal.Journal { return w.current.Load().Journal }

// Verify judges what the world's clients did by its scenario's expectations.
// Warnings fail too where Options.Verify is VerifyStrict.
func (w *World) Verify() journal.Verdict { return w.server.judge([]*World{w}, false) }

// Verify judges what the clients of all worlds did by the expectations of the
// scenarios that were in force. Warnings fail too where Options.Verify is
// VerifyStrict.
func (s *Server) Verify() journal.Verdict { return s.judge(s.Worlds(), false) }

func (s *Server) judge(worlds []*World, strict bool) journal.Verdict {
	records := make([]journal.Record, len(worlds))
	for i, w := range worlds {
		records[i] = w.record()
	}
	v := journal.Judge(records)
	v.Run, v.Properties = s.set.Run, s.properties()
	if strict || s.set.Verify == VerifyStrict {
		return v.Strict()
	}
	return v
}

// properties tell how the server was started, for whoever reads a verdict later.
func (s *Server) properties() []journal.Property {
	var names, readings []string
	for _, source := range s.scene.Load().sources {
		names = append(names, source.Name)
	}
	for name, reading := range s.set.Variants {
		readings = append(readings, name+"="+reading)
	}
	slices.Sort(readings)
	list := []journal.Property{{Name: "graphemu.version", Value: version.String()}, {Name: "run", Value: s.set.Run},
		{Name: "scenario", Value: strings.Join(names, ", ")}, {Name: "fixture", Value: s.scene.Load().fixture.Name},
		{Name: "variants", Value: strings.Join(readings, ", ")}, {Name: "clock", Value: s.set.Clock}, {Name: "auth", Value: s.set.Auth},
		{Name: "verify", Value: s.set.Verify}, {Name: "seed", Value: strconv.FormatUint(s.set.Seed, 10)}}
	return slices.DeleteFunc(list, func(p journal.Property) bool { return p.Value == "" })
}

// record is what the world is judged by.
func (w *World) record() journal.Record {
	state, sc, play := w.inForce()
	r := journal.Record{World: w.Name(), Tenant: w.tenant, Entries: state.Journal.Entries(journal.Filter{}), Lost: state.Journal.Lost(), Expect: sc.file.Expect}
	for _, u := range play.Faults.Rules() {
		r.Rules = append(r.Rules, journal.RuleUse{Name: u.Rule.Name, Kind: "fault", Fired: u.Fired, Optional: u.Rule.Optional})
	}
	used := state.Profiles.Used()
	for _, l := range sc.file.Lifecycles {
		r.Rules = append(r.Rules, journal.RuleUse{Name: l.Name, Kind: "lifecycle", Fired: used[l.Name], Optional: l.Optional})
	}
	if play.Throttle != nil {
		fired := play.Throttle.Fired()
		for _, t := range sc.file.Throttle {
			r.Rules = append(r.Rules, journal.RuleUse{Name: t.Name, Kind: "throttle", Fired: fired[t.Name], Optional: t.Optional})
		}
	}
	if !slices.ContainsFunc(r.Expect, func(e journal.Expectation) bool { return e.Profile != nil }) {
		return r // there may be a hundred thousand
	}
	for p := range state.Profiles.All(state.Clock.Now(), 0) {
		r.Profiles = append(r.Profiles, journal.ProfileView{JSON: p.JSON(), State: string(p.State), Status: string(p.Sync.Status)})
	}
	return r
}
