package hostile

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/journal"
)

// sink is a log in memory.
type sink struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// What a client sends in a place for secrets comes out nowhere: not in an answer, not
// in the journal, not in the log of each request, not in a snapshot or a verdict.
func TestSecretsComeOutNowhere(t *testing.T) {
	const secret = "s3cr3tPASS"
	withURL := func(body, path, address string) string { return rig.Edit(t, body, path, address) }
	for name, ask := range map[string]func(g *rig.Rig) []rig.Answer{
		"user and password in a connectionUrl": func(g *rig.Rig) []rig.Answer {
			a := g.Post(t, rig.ProfilesAt,
				withURL(rig.OneRosterBody("a"), "dataProvider.connectionUrl", "https://ann:"+secret+"@sis.contoso.edu/api"))
			require.Equal(t, 202, a.Status, a.Body)
			got := g.Found(t, rig.At(a.Text("id")))
			assert.Equal(t, "https://sis.contoso.edu/api", got.Text("dataProvider.connectionUrl"))
			return []rig.Answer{a, got, g.Found(t, rig.ProfilesAt)}
		},
		"user and password in a tokenUrl": func(g *rig.Rig) []rig.Answer {
			a := g.Post(t, rig.ProfilesAt, withURL(rig.OneRosterBody("a"),
				"dataProvider.connectionSettings.tokenUrl", "https://ann:"+secret+"@sis.contoso.edu/token"))
			require.Equal(t, 202, a.Status, a.Body)
			return []rig.Answer{a}
		},
		"user and password where no address belongs": func(g *rig.Rig) []rig.Answer {
			a := g.Post(t, rig.ProfilesAt, rig.Edit(t, rig.CSVBody("a"), "expirationDate", "https://ann:"+secret+"@host"))
			require.Equal(t, 400, a.Status)
			return []rig.Answer{a}
		},
		"a connectionUrl that is none": func(g *rig.Rig) []rig.Answer {
			a := g.Post(t, rig.ProfilesAt, withURL(rig.OneRosterBody("a"), "dataProvider.connectionUrl", "https://ann:"+secret+"/x@host/ y"))
			return []rig.Answer{a}
		},
		"user and password in a filter": func(g *rig.Rig) []rig.Answer {
			return []rig.Answer{g.Get(t, rig.ProfilesAt+"?$filter="+url.QueryEscape("dataProvider/connectionUrl eq 'https://ann:"+secret+"@host'")),
				g.Get(t, rig.ProfilesAt+"?$filter="+url.QueryEscape("displayName eq https://ann:"+secret+"@host")),
				g.Get(t, rig.ProfilesAt+"?$orderby="+url.QueryEscape("https://ann:"+secret+"@host"))}
		},
		"keys of connection strings": func(g *rig.Rig) []rig.Answer {
			return []rig.Answer{g.Post(t, rig.ProfilesAt,
				rig.Edit(t, rig.CSVBody("a"), "expirationDate", "AccountName=a;AccountKey="+secret+"==;EndpointSuffix=x")),
				g.Post(t, rig.ProfilesAt,
					rig.Edit(t, rig.CSVBody("a"), "expirationDate", "Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey="+secret))}
		},
		"a path that carries one": func(g *rig.Rig) []rig.Answer {
			return []rig.Answer{g.Get(t, "/education/client_secret="+secret), g.Get(t, rig.At("sig="+secret)),
				g.Get(t, "/"+url.PathEscape("https://ann:"+secret+"@host"))}
		},
		"an address that makes several segments of a path": func(g *rig.Rig) []rig.Answer {
			return []rig.Answer{g.Get(t, rig.At("https://ann:"+secret+"@host")), g.Get(t, "/education/https://ann:"+secret+"@host/x")}
		},
		"a scope": func(g *rig.Rig) []rig.Answer {
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"a"}, "client_secret": {"b"},
				"scope": {"https://ann:" + secret + "@host/.default"}}
			return []rig.Answer{g.Send(t, "POST", "/"+emulator.DefaultTenant+"/oauth2/v2.0/token", form.Encode(),
				"Content-Type: application/x-www-form-urlencoded")}
		},
		"a token that names no world": func(g *rig.Rig) []rig.Answer {
			return []rig.Answer{g.Get(t, rig.ProfilesAt, "Authorization: Bearer world-"+secret+"/+=")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(sink)
			g := rig.New(t, emulator.Options{Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			for _, a := range ask(g) {
				assert.NotContains(t, a.Body, secret, "the answer")
				assert.NotContains(t, a.Header, secret)
			}
			entries := g.World().Journal().Entries(journal.Filter{})
			require.NotEmpty(t, entries)
			told, err := json.Marshal(entries)
			require.NoError(t, err)
			assert.NotContains(t, string(told), secret, "the journal")
			for _, e := range entries {
				assert.NotContains(t, e.Explain(), secret, "the explanation")
			}
			snapshot, err := g.World().Snapshot()
			require.NoError(t, err)
			assert.NotContains(t, string(snapshot), secret, "the snapshot")
			var report strings.Builder
			require.NoError(t, g.World().WriteReport(&report))
			assert.NotContains(t, report.String(), secret, "the report")
			require.Contains(t, log.String(), `"request"`)
			assert.NotContains(t, strings.ReplaceAll(log.String(), `\`, ""), secret, "the log")
		})
	}
}

func TestPublicURLWithAPassword(t *testing.T) {
	_, err := emulator.New(emulator.Options{PublicURL: "https://ann:s3cr3t@graph.example.test"})
	require.ErrorContains(t, err, "a user or a password")
	assert.NotContains(t, err.Error(), "s3cr3t")
}
