package rig

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"
)

// Part is a request of a batch; kv are further members, as "dependsOn", []string{"1"}.
func Part(id, method, url string, kv ...any) map[string]any {
	p := map[string]any{"id": id, "method": method, "url": url}
	for i := 0; i < len(kv); i += 2 {
		p[kv[i].(string)] = kv[i+1]
	}
	return p
}

// WritePart is a part with a JSON body.
func WritePart(id, method, url, body string, kv ...any) map[string]any {
	return Part(id, method, url,
		append(kv, "headers", map[string]string{"Content-Type": "application/json"}, "body", json.RawMessage(body))...)
}

// Batch runs parts and returns their responses by id.
func (g *Rig) Batch(t *testing.T, parts ...map[string]any) map[string]gjson.Result {
	t.Helper()
	a := g.Post(t, "/$batch", BatchText(parts...))
	require.Equal(t, 200, a.Status, a.Body)
	responses := map[string]gjson.Result{}
	for _, r := range a.JSON("responses").Array() {
		responses[r.Get("id").String()] = r
	}
	require.Len(t, responses, len(parts))
	return responses
}

// BatchText is the body of a batch.
func BatchText(parts ...map[string]any) string {
	return Must(json.Marshal(map[string]any{"requests": parts}))
}

// PartAnswer is the answer to a part, of which the body is an error or something else.
type PartAnswer struct {
	ID      string
	Status  int
	Headers map[string]string
	Body    struct{ Error *Complaint }
}

// Batched sends a batch and returns its answers by id.
func (g *Target) Batched(t *testing.T, parts ...map[string]any) map[string]PartAnswer {
	t.Helper()
	w, body := g.Hit(t, "POST", "/$batch", strings.NewReader(BatchText(parts...)))
	require.Equal(t, 200, w.StatusCode, "%s", body)
	var answer struct{ Responses []PartAnswer }
	require.NoError(t, json.Unmarshal(body, &answer))
	require.Len(t, answer.Responses, len(parts))
	byID := map[string]PartAnswer{}
	for _, r := range answer.Responses {
		byID[r.ID] = r
	}
	return byID
}
