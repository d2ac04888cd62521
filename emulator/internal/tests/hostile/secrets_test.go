package emulator_test

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
	withURL := func(body, path, address string) string { return edit(t, body, path, address) }
	for name, ask := range map[string]func(g *rig) []answer{
		"user and password in a connectionUrl": func(g *rig) []answer {
			a := g.post(t, profilesAt, withURL(oneRosterBody("a"), "dataProvider.connectionUrl", "https://ann:"+secret+"@sis.contoso.edu/api"))
			require.Equal(t, 202, a.status, a.body)
			got := g.found(t, at(a.text("id")))
			assert.Equal(t, "https://sis.contoso.edu/api", got.text("dataProvider.connectionUrl"))
			return []answer{a, got, g.found(t, profilesAt)}
		},
		"user and password in a tokenUrl": func(g *rig) []answer {
			a := g.post(t, profilesAt, withURL(oneRosterBody("a"),
				"dataProvider.connectionSettings.tokenUrl", "https://ann:"+secret+"@sis.contoso.edu/token"))
			require.Equal(t, 202, a.status, a.body)
			return []answer{a}
		},
		"user and password where no address belongs": func(g *rig) []answer {
			a := g.post(t, profilesAt, edit(t, csvBody("a"), "expirationDate", "https://ann:"+secret+"@host"))
			require.Equal(t, 400, a.status)
			return []answer{a}
		},
		"a connectionUrl that is none": func(g *rig) []answer {
			a := g.post(t, profilesAt, withURL(oneRosterBody("a"), "dataProvider.connectionUrl", "https://ann:"+secret+"/x@host/ y"))
			return []answer{a}
		},
		"user and password in a filter": func(g *rig) []answer {
			return []answer{g.get(t, profilesAt+"?$filter="+url.QueryEscape("dataProvider/connectionUrl eq 'https://ann:"+secret+"@host'")),
				g.get(t, profilesAt+"?$filter="+url.QueryEscape("displayName eq https://ann:"+secret+"@host")),
				g.get(t, profilesAt+"?$orderby="+url.QueryEscape("https://ann:"+secret+"@host"))}
		},
		"keys of connection strings": func(g *rig) []answer {
			return []answer{g.post(t, profilesAt, edit(t, csvBody("a"), "expirationDate", "AccountName=a;AccountKey="+secret+"==;EndpointSuffix=x")),
				g.post(t, profilesAt, edit(t, csvBody("a"), "expirationDate", "Endpoint=sb://x/;SharedAccessKeyName=r;SharedAccessKey="+secret))}
		},
		"a path that carries one": func(g *rig) []answer {
			return []answer{g.get(t, "/education/client_secret="+secret), g.get(t, at("sig="+secret)),
				g.get(t, "/"+url.PathEscape("https://ann:"+secret+"@host"))}
		},
		"an address that makes several segments of a path": func(g *rig) []answer {
			return []answer{g.get(t, at("https://ann:"+secret+"@host")), g.get(t, "/education/https://ann:"+secret+"@host/x")}
		},
		"a scope": func(g *rig) []answer {
			form := url.Values{"grant_type": {"client_credentials"}, "client_id": {"a"}, "client_secret": {"b"},
				"scope": {"https://ann:" + secret + "@host/.default"}}
			return []answer{g.send(t, "POST", "/"+emulator.DefaultTenant+"/oauth2/v2.0/token", form.Encode(),
				"Content-Type: application/x-www-form-urlencoded")}
		},
		"a token that names no world": func(g *rig) []answer {
			return []answer{g.get(t, profilesAt, "Authorization: Bearer world-"+secret+"/+=")}
		},
	} {
		t.Run(name, func(t *testing.T) {
			log := new(sink)
			g := newRig(t, emulator.Options{Log: slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
			for _, a := range ask(g) {
				assert.NotContains(t, a.body, secret, "the answer")
				assert.NotContains(t, a.header, secret)
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
