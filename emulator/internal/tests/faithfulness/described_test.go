package faithfulness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v5"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/internal/jsontree"
	"github.com/graphemu/graphemu/emulator/internal/resource"
	"github.com/graphemu/graphemu/emulator/internal/tests/rig"
	"github.com/graphemu/graphemu/emulator/internal/workload"
	"github.com/graphemu/graphemu/emulator/internal/workloads"
)

// newRig is a rig of which every answer of Graph's is held against the OpenAPI document of
// its version.
func newRig(t *testing.T, options ...emulator.Options) *rig.Rig {
	t.Helper()
	g := rig.New(t, options...)
	root := g.Root()
	g.Seen = func(t *testing.T, method, address, body string, a rig.Answer) {
		t.Helper()
		if path, ok := strings.CutPrefix(address, root); ok {
			holdAnswer(t, method, path, body, a)
		}
	}
	return g
}

// holdAnswer holds an answer to the document, and so the parts of a batch.
func holdAnswer(t *testing.T, method, path, body string, a rig.Answer) {
	t.Helper()
	first, _, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	v := workload.ParseVersion(first)
	if v == 0 || method == "OPTIONS" || method == "HEAD" || a.Status < 200 || a.Status >= 300 && a.Status < 400 ||
		a.Header.Get("Content-Encoding") != "" {
		return
	}
	c := contracts[v]()
	if a.Status < 300 && a.Header.Get("X-Graphemu-Level") != "" {
		return // the document is of what is emulated
	}
	c.hold(t, method, path[1+len(first):], a.Status, a.Header.Get("Content-Type"), a.Body)
	if !strings.HasSuffix(path, "/$batch") || a.Status != 200 {
		return
	}
	for _, r := range gjson.Get(a.Body, "responses").Array() {
		if r.Get("status").Int() == 302 {
			continue
		}
		asked := gjson.Get(body, `requests.#(id==`+strconv.Quote(r.Get("id").Str)+`)`)
		media := ""
		r.Get("headers").ForEach(func(name, value gjson.Result) bool {
			if strings.EqualFold(name.Str, "Content-Type") {
				media = value.Str
			}
			return true
		})
		text := r.Get("body").Raw
		if media == "text/plain" || strings.HasPrefix(media, "text/") {
			text = r.Get("body").String()
		}
		c.hold(t, asked.Get("method").Str, "/"+strings.TrimPrefix(asked.Get("url").Str, "/"), int(r.Get("status").Int()), media, text)
	}
}

// contract is a document, ready to hold answers against.
type contract struct {
	version workload.Version
	paths   map[string]gjson.Result // by the path with keys as "{id}"
	at      map[string]string       // the same, to the path as it is written
	mu      sync.Mutex              // guards compiled and compiler
	from    *jsonschema.Compiler
	schemas map[string]*jsonschema.Schema
}

var keyInPath = regexp.MustCompile(`\{[^}]*\}`)

var contracts = map[workload.Version]func() *contract{
	workload.Beta: sync.OnceValue(func() *contract { return newContract(workload.Beta) }),
	workload.V1:   sync.OnceValue(func() *contract { return newContract(workload.V1) }),
}

const documentURL = "https://graphemu.test/openapi.json"

func newContract(v workload.Version) *contract {
	text, err := emulator.OpenAPI(emulator.OpenAPIOptions{Version: v.String()})
	if err != nil {
		panic(err)
	}
	c := &contract{version: v, paths: map[string]gjson.Result{}, at: map[string]string{}, from: jsonschema.NewCompiler(),
		schemas: map[string]*jsonschema.Schema{}}
	c.from.Draft, c.from.AssertFormat = jsonschema.Draft2020, true
	if err := c.from.AddResource(documentURL, bytes.NewReader(text)); err != nil {
		panic(err)
	}
	gjson.GetBytes(text, "paths").ForEach(func(path, item gjson.Result) bool {
		plain := keyInPath.ReplaceAllString(path.Str, "{id}")
		c.paths[plain], c.at[plain] = item, path.Str
		return true
	})
	return c
}

// canonical is a path as the document has it, with keys as "{id}"; "" for one that leads
// nowhere in the model.
func (c *contract) canonical(path string) string {
	path, _, _ = strings.Cut(path, "?")
	if path == "/$batch" || path == "/$metadata" {
		return path
	}
	segments := strings.Split(strings.Trim(path, "/"), "/")
	for i, s := range segments {
		if plain, err := url.PathUnescape(s); err == nil {
			segments[i] = plain
		}
	}
	p, err := resource.Walk(workloads.Models.Of(c.version), segments)
	if err != nil {
		return ""
	}
	for _, s := range p.Segments {
		if s.Kind == resource.Property || s.Kind == resource.Value || s.Kind == resource.Cast && !s.Many {
			return "" // single properties, and casts of one object, are left out
		}
	}
	return p.String()
}

func (c *contract) hold(t *testing.T, method, path string, status int, media, body string) {
	t.Helper()
	said := fmt.Sprintf("%s %s %s: %d %s", c.version, method, path, status, body)
	media, parameters, _ := strings.Cut(media, ";")
	plain := c.canonical(path)
	op := c.paths[plain].Get(strings.ToLower(method))
	response := op.Get("responses." + strconv.Itoa(status))
	if status >= 400 && !response.Exists() {
		if media == "application/json" {
			c.validate(t, "#/components/schemas/error", body, said)
		}
		return
	}
	if plain == "" {
		return
	}
	if !assert.True(t, op.Exists(), "not described: %s: %s", plain, said) {
		return
	}
	if !assert.True(t, response.Exists(), "no such status: %s: %s", plain, said) {
		return
	}
	content := response.Get("content")
	if body == "" {
		assert.True(t, !content.Exists() || op.Get("responses.204").Exists(), "no body: %s", said)
		return
	}
	kind := content.Get(strings.ReplaceAll(media, ".", `\.`))
	if !assert.True(t, kind.Exists(), "no such media type %s: %s", media, said) {
		return
	}
	if media == "application/json" && !strings.Contains(parameters, "IEEE754Compatible=true") {
		pointer := []string{"#", "paths", jsontree.Escape(c.at[plain]), strings.ToLower(method), "responses", strconv.Itoa(status), "content",
			jsontree.Escape(media), "schema"}
		c.validate(t, strings.Join(pointer, "/"), body, said)
	}
}

// validate holds a body against the schema at a pointer.
func (c *contract) validate(t *testing.T, pointer, body, said string) {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.schemas[pointer]
	if s == nil {
		var err error
		s, err = c.from.Compile(documentURL + strings.ReplaceAll(strings.ReplaceAll(pointer, "{", "%7B"), "}", "%7D"))
		require.NoError(t, err)
		c.schemas[pointer] = s
	}
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	var v any
	require.NoError(t, d.Decode(&v), said)
	if err := s.Validate(v); err != nil {
		assert.Fail(t, "not as described", "%#v\n%s", err, said)
	}
}
