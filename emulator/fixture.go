package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/graphemu/graphemu/emulator/files"
	"github.com/graphemu/graphemu/emulator/internal/identity"
	"github.com/graphemu/graphemu/emulator/internal/schema"
	"github.com/graphemu/graphemu/emulator/internal/words"
	"github.com/graphemu/graphemu/emulator/internal/workloads/directory"
	"github.com/graphemu/graphemu/emulator/internal/workloads/sds/profile"
	"github.com/graphemu/graphemu/emulator/internal/world/fixture"
	"github.com/graphemu/graphemu/fixtures"
)

// start is what a world begins with.
type start struct {
	fixture *fixture.Fixture
	base    *base           // of the fixture
	given   json.RawMessage // the fixture as a reset gave it; nil: it is the scenario's
}

// startOf returns where a world of a scenario begins. It errs where given, which
// is JSON, is neither the name of a built-in fixture nor a fixture. A path is
// refused: who reaches the control API need not read this machine's files.
func (s *Server) startOf(sc *prepared, given json.RawMessage) (*start, error) {
	if given == nil {
		return &sc.start, nil
	}
	var f *fixture.Fixture
	var name string
	err := json.Unmarshal(given, &name)
	known := fixture.Names(fixtures.FS)
	switch {
	case err != nil:
		f, err = fixture.Parse("fixture", given, schema.Embedded)
	case !slices.Contains(known, name):
		err = fmt.Errorf("fixture: there is no built-in one %q%s; there are %s, and an object is a fixture itself",
			name, words.Hint(name, known), words.Join(known, "and"))
	default:
		f, err = s.fixture(name)
	}
	if err != nil {
		return nil, err
	}
	b, err := s.base(f)
	return &start{f, b, bytes.Clone(given)}, err
}

// fixture loads a fixture, or returns it where it was loaded before: a built-in
// one is as it was, and a file counts as it was when it was first named.
func (s *Server) fixture(ref string) (*fixture.Fixture, error) {
	key := ref
	if files.IsPath(ref) {
		if file, err := filepath.Abs(ref); err == nil {
			key = file // a path has many spellings
		}
	}
	s.fixtures.mu.Lock()
	defer s.fixtures.mu.Unlock()
	if f := s.fixtures.byRef[key]; f != nil {
		return f, nil
	}
	f, err := fixture.Load(ref, fixtures.FS, schema.Embedded)
	if err == nil && len(s.fixtures.byRef) < maxFixtures {
		s.fixtures.byRef[key] = f
	}
	return f, err
}

// maxFixtures is how many fixtures are remembered: a client that puts scenarios may
// name ever more of them.
const maxFixtures = 100

// redirectKinds are the members of applications that have the redirect URIs of a type.
var redirectKinds = map[identity.RedirectType]string{identity.Web: "web", identity.SPA: "spa", identity.Native: "publicClient"}

// directorySeed is a fixture's directory as the world's begins with.
func directorySeed(d fixture.Directory) directory.Seed {
	seed := directory.Seed{Domains: d.Domains, UsageLocation: d.UsageLocation}
	for _, sku := range d.SKUs {
		seed.SKUs = append(seed.SKUs, directory.SKU(sku))
	}
	for _, u := range d.Users {
		seed.Users = append(seed.Users, directory.User{
			ID: u.ID, PrincipalName: u.PrincipalName, DisplayName: u.DisplayName, UsageLocation: u.UsageLocation,
			GivenName: u.GivenName, Surname: u.Surname, Mail: u.Mail, MailNickname: u.MailNickname,
			EmployeeID: u.EmployeeID, ExternalID: u.ExternalID, Disabled: u.Disabled,
			Password: u.Password})
	}
	for _, a := range d.Apps {
		app := directory.App{ID: a.ID, DisplayName: a.DisplayName, Secret: a.Secret, Certificates: a.Certificates, Public: a.Public,
			Permissions: a.Permissions, DelegatedPermissions: a.DelegatedPermissions}
		for _, r := range a.RedirectURIs {
			app.Redirects = append(app.Redirects, directory.Redirect{URI: r.URI, Kind: redirectKinds[r.Type]})
		}
		seed.Apps = append(seed.Apps, app)
	}
	return seed
}

// addFixtureProfiles puts the fixture's profiles into a new world. It errs where they are
// larger than a world may be; what fits is there then.
func (st *state) addFixtureProfiles() error {
	now := st.Clock.Now()
	for i, p := range st.start.fixture.Profiles {
		r, err := st.Profiles.Seed(now, p)
		if err == nil && p.Files != nil {
			err = upload(st, r.ID, p.Files, now)
		}
		if err != nil {
			return fmt.Errorf("/profiles/%d: %w", i, err)
		}
	}
	return nil
}

// upload puts a fixture's files where a client would.
func upload(st *state, id string, files func() ([]profile.SeedFile, error), now time.Time) error {
	list, err := files()
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := st.Files.Put(id, f.Name, f.Text, now); err != nil {
			return err
		}
	}
	return nil
}

// app is the app whose name a token carries where no other is asked for.
func (s *Server) app() fixture.App {
	if apps := s.scenario.Load().fixture.Directory.Apps; len(apps) > 0 {
		return apps[0]
	}
	return fixture.App{}
}
