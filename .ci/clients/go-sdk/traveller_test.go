package gosdk

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/graphemu/graphemu/emulator/emulatortest"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go-core/authentication"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// traveller is a client on a journey.
type traveller struct {
	*client
	road  *road
	poll  time.Duration
	rest  func(time.Duration)
	seen  []string
	again int // calls that it repeated after the SDK had given up
}

// road is the wire under the SDK's middleware. It hands on a copy of each body:
// the SDK rewinds its own while net/http may still be reading it.
type road struct {
	next    http.RoundTripper
	retries int
	body    string // that was sent last
}

func (r *road) RoundTrip(q *http.Request) (*http.Response, error) {
	if q.Header.Get("Retry-Attempt") != "" {
		r.retries++
	}
	if q.Body != nil {
		body, err := io.ReadAll(q.Body)
		if err != nil {
			return nil, err
		}
		r.body = string(body)
		q = q.WithContext(q.Context())
		q.Body = io.NopCloser(strings.NewReader(r.body))
	}
	return r.next.RoundTrip(q)
}

// inOrder is connect with middleware in the given order. The SDK's default order
// is that of a Go map, another one in each client: see TestRetryOfACompressedBody.
func inOrder(t *testing.T, url, bearer string, transport http.RoundTripper, middleware ...khttp.Middleware) *client {
	t.Helper()
	auth, err := authentication.NewAzureIdentityAuthenticationProviderWithScopesAndValidHosts(
		token(bearer), []string{"https://graph.microsoft.com/.default"}, []string{"localhost"})
	require.NoError(t, err)
	options := core.GraphClientOptions{GraphServiceVersion: "beta", GraphServiceLibraryVersion: "0.120.0"}
	w := &wire{next: transport}
	c := khttp.GetDefaultClient()
	c.Transport = khttp.NewCustomTransportWithParentTransport(w,
		append([]khttp.Middleware{core.NewGraphTelemetryHandler(&options)}, middleware...)...)
	a, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(auth, options, nil, nil, c)
	require.NoError(t, err)
	a.SetBaseUrl(url)
	return &client{t, a, w}
}

// travel goes the whole way, and returns who went it.
func travel(t *testing.T, g *emulatortest.Emulator, j journey) *traveller {
	t.Helper()
	r := &road{next: g.Client().Transport}
	c := &traveller{client: inOrder(t, g.URL, g.Token(), r, khttp.NewCompressionHandler(), khttp.NewRetryHandler()), road: r, poll: j.poll,
		rest: time.Sleep}
	if c.poll == 0 {
		c.poll = 250 * time.Millisecond
	}
	if g.World().Clock().Factor() == 0 {
		c.rest = func(d time.Duration) { require.NoError(t, g.World().Clock().Advance(d)) }
	}
	c.journey(j.csv)
	return c
}

func (c *traveller) journey(csv bool) {
	id, ok := c.begin(csv)
	if !ok {
		return
	}
	if c.state(id, "provisioned", "provisioningFailed") == "provisioned" && (!csv || c.start(id)) {
		switch c.synced(id) {
		case "validationError":
			c.errors(id)
			c.act(id, "resume")
			c.synced(id)
		case "quarantined":
			c.errors(id)
			c.act(id, "reset")
			c.synced(id)
		case "error":
			c.errors(id)
		}
	}
	for range 2 {
		c.delete(id)
		if c.state(id, "deletionFailed") == "gone" {
			return
		}
	}
	c.t.Fatal("it cannot be deleted")
}

// see notes what is new.
func (c *traveller) see(format string, args ...any) {
	c.seen = append(c.seen, fmt.Sprintf(format, args...))
}

// limit ends a client that waits for what never comes.
const limit = 1000

// send makes a call, again where the answer did not come whole: the SDK repeats
// 429, 503 and 504 only.
func (c *traveller) send(call func() error) error {
	c.t.Helper()
	var err error
	for range 10 {
		if err = call(); err == nil {
			return nil
		}
		var e abs.ApiErrorable
		if errors.As(err, &e) && e.GetStatusCode() != 0 && e.GetStatusCode() != http.StatusBadGateway &&
			e.GetStatusCode() < http.StatusServiceUnavailable {
			return err
		}
		c.again++
		c.rest(2 * time.Second)
	}
	return err
}

// refusal is an error in words. An ODataError without an envelope cannot say
// them itself.
func refusal(err error) string {
	e, ok := err.(*odataerrors.ODataError)
	if !ok {
		return fmt.Sprintf("%T: %v", err, err)
	}
	main := e.GetErrorEscaped()
	if main == nil {
		return fmt.Sprint(e.ResponseStatusCode, " without a code")
	}
	return fmt.Sprintf("%d %s: %s", e.ResponseStatusCode, *main.GetCode(), *main.GetMessage())
}

func (c *traveller) begin(csv bool) (id string, ok bool) {
	c.t.Helper()
	var made *profile
	err := c.send(func() error {
		r := c.creation("North")
		if !csv {
			require.NoError(c.t, r.SetContentFromParsable(c.t.Context(), c, "application/json", &fromPowerSchool{name: "North"}))
		}
		p, err := c.Send(c.t.Context(), r, newProfile, mappings)
		if err == nil {
			made = p.(*profile)
		}
		return err
	})
	if err != nil {
		c.see("create refused: %s", refusal(err))
		return "", false
	}
	c.see("created %s", *made.state)
	return *made.id, true
}

// state polls until the profile is in one of these states, or gone.
func (c *traveller) state(id string, until ...string) string {
	c.t.Helper()
	last := strings.TrimPrefix(c.seen[len(c.seen)-1], "created ")
	for range limit {
		var p *profile
		err := c.send(func() (err error) {
			p, err = c.get(id)
			return err
		})
		now := "gone"
		if err == nil {
			now = *p.state
		} else if e, ok := err.(*odataerrors.ODataError); !ok || e.ResponseStatusCode != http.StatusNotFound {
			c.t.Fatalf("get %s: %s", id, refusal(err))
		}
		if now != last {
			c.see("%s", now)
			last = now
		}
		if now == "gone" || slices.Contains(until, now) {
			return now
		}
		c.rest(c.poll)
	}
	c.t.Fatalf("still %s after %d reads", last, limit)
	return ""
}

// start returns whether the sync began.
func (c *traveller) start(id string) bool {
	c.t.Helper()
	var messages int
	err := c.send(func() error {
		p, err := c.Send(c.t.Context(), request(abs.POST, byID+"/start", id), newPage[*message](newMessage), mappings)
		if err == nil {
			messages = len(p.(*page[*message]).value)
		}
		return err
	})
	if err != nil {
		c.see("start refused: %s", refusal(err))
		return false
	}
	c.see("start: %d messages", messages)
	return true
}

// synced polls the status until the sync has ended, one way or another.
func (c *traveller) synced(id string) string {
	c.t.Helper()
	last := ""
	for range limit {
		var s *status
		err := c.send(func() error {
			r := request(abs.GET, byID+"/profileStatus{?%24expand,%24select}", id)
			r.Headers.TryAdd("Prefer", "include-unknown-enum-members")
			p, err := c.Send(c.t.Context(), r, newStatus, mappings)
			if err == nil {
				s = p.(*status)
			}
			return err
		})
		if err != nil {
			c.t.Fatalf("profileStatus: %s", refusal(err))
		}
		now := *s.status
		if *s.errorCount > 0 {
			now += fmt.Sprintf(" with %d errors", *s.errorCount)
		}
		if now != last {
			c.see("%s", now)
			last = now
		}
		if slices.Contains([]string{"success", "error", "validationError", "quarantined"}, *s.status) {
			return *s.status
		}
		c.rest(c.poll)
	}
	c.t.Fatalf("still %s after %d reads", last, limit)
	return ""
}

// errors reads all errors, page by page.
func (c *traveller) errors(id string) {
	c.t.Helper()
	p, err := c.Send(c.t.Context(), request(abs.GET, byID+"/errors{?%24count,%24filter,%24top}", id), newPage[*syncError](newSyncError),
		mappings)
	require.NoError(c.t, err)
	before := c.wire.sent
	pages, err := core.NewPageIterator[*syncError](p, c, newPage[*syncError](newSyncError))
	require.NoError(c.t, err)
	ids := map[string]bool{}
	require.NoError(c.t, pages.Iterate(c.t.Context(), func(e *syncError) bool {
		require.NotNil(c.t, e.code)
		ids[*e.id] = true
		return true
	}))
	assert.EqualValues(c.t, len(ids), *p.(*page[*syncError]).count, "the count comes unasked")
	c.see("read %d errors in %d pages", len(ids), 1+c.wire.sent-before)
}

func (c *traveller) act(id, action string) {
	c.t.Helper()
	require.NoError(c.t, c.send(func() error { return c.SendNoContent(c.t.Context(), request(abs.POST, byID+"/"+action, id), mappings) }))
	c.see("%s", action)
}

func (c *traveller) delete(id string) {
	c.t.Helper()
	require.NoError(c.t, c.send(func() error { return c.SendNoContent(c.t.Context(), request(abs.DELETE, byID, id), mappings) }))
	c.see("delete")
}

// fromPowerSchool is a profile whose sync needs no files.
type fromPowerSchool struct{ name string }

func (p *fromPowerSchool) GetFieldDeserializers() fields { return nil }

func (p *fromPowerSchool) Serialize(w serialization.SerializationWriter) error {
	return errors.Join(w.WriteStringValue("displayName", &p.name), w.WriteObjectValue("dataProvider", &powerSchool{}),
		w.WriteObjectValue("identitySynchronizationConfiguration",
			&typed{odataType: new("#microsoft.graph.educationIdentityCreationConfiguration"),
				domains: []serialization.Parsable{&domain{new("student"), new("contoso.edu")}, &domain{new("teacher"), new("contoso.edu")}}}))
}

// powerSchool is an educationPowerSchoolDataProvider.
type powerSchool struct{}

func (p *powerSchool) GetFieldDeserializers() fields { return nil }

func (p *powerSchool) Serialize(w serialization.SerializationWriter) error {
	text := map[string]string{"@odata.type": "#microsoft.graph.educationPowerSchoolDataProvider", "connectionUrl": "https://sis.example.edu",
		"clientId": "north", "clientSecret": "planted", "schoolYear": "2026"}
	for _, name := range slices.Sorted(maps.Keys(text)) {
		if err := w.WriteStringValue(name, new(text[name])); err != nil {
			return err
		}
	}
	return errors.Join(w.WriteCollectionOfStringValues("schoolsIds", []string{"1"}),
		w.WriteBoolValue("allowTeachersInMultipleSchools", new(true)))
}

// syncError is an educationSynchronizationError.
type syncError struct{ id, code *string }

func newSyncError(serialization.ParseNode) (serialization.Parsable, error) { return &syncError{}, nil }

func (e *syncError) Serialize(serialization.SerializationWriter) error { return nil }

func (e *syncError) GetFieldDeserializers() fields {
	return fields{"id": text(&e.id), "errorCode": text(&e.code)}
}
