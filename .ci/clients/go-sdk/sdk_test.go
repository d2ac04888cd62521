package gosdk

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/graphemu/graphemu/emulator"
	"github.com/graphemu/graphemu/emulator/emulatortest"
	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const missing = "00000000-0000-4000-8000-000000000000"

// open starts an emulator in this process and connects to it.
func open(t *testing.T, o emulator.Options) (*emulatortest.Emulator, *client) {
	t.Helper()
	o.Clock = "frozen"
	g := emulatortest.Start(t, o)
	return g, connect(t, strings.TrimSuffix(g.URL, "/beta"), g.Token(), g.Client().Transport)
}

// provisioned creates a profile and lets the time pass that it takes.
func provisioned(t *testing.T, g *emulatortest.Emulator, c *client) (id string) {
	t.Helper()
	id = *c.create("North").id
	require.NoError(t, g.World().Clock().Advance(2*time.Second))
	return id
}

func TestCreateAndPoll(t *testing.T) {
	for name, o := range map[string]emulator.Options{"in memory": {}, "http": {HTTP: "127.0.0.1:0"}, "https": {HTTPS: "localhost:0"}} {
		t.Run(name, func(t *testing.T) {
			g, c := open(t, o)
			made := c.create("North")
			assert.Equal(t, "provisioning", *made.state)
			assert.Equal(t, "#microsoft.graph.educationCsvDataProvider", *made.dataProvider.odataType)
			require.Len(t, made.identity.domains, 2)
			assert.Equal(t, "contoso.edu", *made.identity.domains[0].(*domain).name)
			require.NoError(t, g.World().Clock().Advance(2*time.Second))
			p, err := c.get(*made.id)
			require.NoError(t, err)
			assert.Equal(t, "provisioned", *p.state)
			assert.Equal(t, []string{"North"}, names(c.list(query{}).value))
		})
	}
}

func TestBodiesAreCompressed(t *testing.T) {
	_, c := open(t, emulator.Options{})
	c.create("North")
	assert.Equal(t, 1, c.wire.sent, "no second try without gzip")
	assert.Equal(t, "gzip", c.wire.request.Header.Get("Content-Encoding"))
	assert.Equal(t, "application/json", c.wire.request.Header.Get("Content-Type"))
	assert.Contains(t, c.wire.request.Header.Get("SdkVersion"), "graph-go")
	assert.Equal(t, http.StatusAccepted, c.wire.answer.StatusCode)
	assert.Equal(t, c.wire.request.Header.Get("client-request-id"), c.wire.answer.Header.Get("client-request-id"))
}

func TestQueryParameters(t *testing.T) {
	_, c := open(t, emulator.Options{})
	for _, name := range []string{"b", "c", "a"} {
		c.create(name)
	}
	p := c.list(query{Count: new(true), Filter: new("displayName ne 'c'"), Orderby: []string{"displayName desc"},
		Select: []string{"id", "displayName"}})
	assert.Equal(t, []string{"b", "a"}, names(p.value))
	assert.EqualValues(t, 2, *p.count)
	assert.Nil(t, p.value[0].state, "not selected")
}

func TestPageIterator(t *testing.T) {
	_, c := open(t, emulator.Options{HTTP: "127.0.0.1:0"})
	var want []string
	for i := range 8 {
		want = append(want, fmt.Sprint("p", i))
		c.create(want[i])
	}
	first := c.list(query{Top: new(int32(3))})
	require.Len(t, first.value, 3)
	require.NotNil(t, first.nextLink)
	c.wire.sent = 0
	pages, err := core.NewPageIterator[*profile](first, c, newPage[*profile](newProfile))
	require.NoError(t, err)
	var seen []string
	require.NoError(t, pages.Iterate(t.Context(), func(p *profile) bool {
		seen = append(seen, *p.displayName)
		return len(seen) != 4 // pause in the second page
	}))
	assert.Equal(t, want[:4], seen)
	require.NoError(t, pages.Iterate(t.Context(), func(p *profile) bool {
		seen = append(seen, *p.displayName)
		return true
	}))
	assert.Equal(t, want, seen)
	assert.Equal(t, 2, c.wire.sent, "pages after the first")
}

func TestCount(t *testing.T) {
	_, c := open(t, emulator.Options{})
	c.create("a")
	c.create("b")
	r := request(abs.GET, total, "")
	r.Headers.Remove("Accept")
	r.Headers.TryAdd("Accept", "text/plain;q=0.9")
	n, err := c.SendPrimitive(t.Context(), r, "int32", mappings)
	require.NoError(t, err)
	assert.EqualValues(t, 2, *n.(*int32))
}

func TestActionsAndDelete(t *testing.T) {
	g, c := open(t, emulator.Options{})
	id := provisioned(t, g, c)
	for _, action := range []string{"reset", "pause", "resume"} {
		require.NoError(t, c.SendNoContent(t.Context(), request(abs.POST, byID+"/"+action, id), mappings), action)
		assert.Equal(t, http.StatusOK, c.wire.answer.StatusCode, action)
	}
	s, err := c.Send(t.Context(), request(abs.GET, byID+"/profileStatus{?%24expand,%24select}", id), newStatus, mappings)
	require.NoError(t, err)
	assert.EqualValues(t, 0, *s.(*status).errorCount)
	require.NoError(t, c.SendNoContent(t.Context(), request(abs.DELETE, byID, id), mappings))
	assert.Equal(t, http.StatusAccepted, c.wire.answer.StatusCode)
	require.NoError(t, g.World().Clock().Advance(time.Second))
	_, err = c.get(id)
	assert.Equal(t, "NotFound", *refused(t, err, http.StatusNotFound).GetCode())
}

// The page's newer example: the messages come with 200, where the SDK reads them.
func TestStartReturnsMessages(t *testing.T) {
	g, c := open(t, emulator.Options{Variants: map[string]string{"startErrorStatus": "200"}})
	id := provisioned(t, g, c)
	p, err := c.Send(t.Context(), request(abs.POST, byID+"/start", id), newPage[*message](newMessage), mappings)
	require.NoError(t, err)
	messages := p.(*page[*message]).value
	require.NotEmpty(t, messages)
	assert.Equal(t, "Error", *messages[0].kind)
	assert.NotEmpty(t, *messages[0].fileName)
	assert.NotEmpty(t, *messages[0].description)
}

// The page's text: they come with 400 and without an error envelope. The SDK
// gives an error that knows the status only, and whose Error method panics for
// want of an envelope: so nothing here may print it.
func TestStartRefused(t *testing.T) {
	g, c := open(t, emulator.Options{})
	id := provisioned(t, g, c)
	_, err := c.Send(t.Context(), request(abs.POST, byID+"/start", id), newPage[*message](newMessage), mappings)
	var e *odataerrors.ODataError
	require.IsType(t, e, err)
	e = err.(*odataerrors.ODataError)
	assert.Equal(t, http.StatusBadRequest, e.ResponseStatusCode)
	assert.Nil(t, e.GetErrorEscaped())
	assert.Contains(t, e.GetAdditionalData(), "value")
}

// refused returns what the SDK made of an error envelope.
func refused(t *testing.T, err error, status int) odataerrors.MainErrorable {
	t.Helper()
	e, ok := err.(*odataerrors.ODataError)
	require.Truef(t, ok, "an ODataError, not %T", err)
	assert.Equal(t, status, e.ResponseStatusCode)
	main := e.GetErrorEscaped()
	require.NotNil(t, main)
	assert.Equal(t, err.Error(), *main.GetMessage())
	require.NotNil(t, main.GetInnerError())
	return main
}

func TestErrors(t *testing.T) {
	_, c := open(t, emulator.Options{})

	r := request(abs.GET, one, missing)
	r.Headers.TryAdd("client-request-id", "mine")
	_, err := c.Send(t.Context(), r, newProfile, mappings)
	e := refused(t, err, http.StatusNotFound)
	assert.Equal(t, "NotFound", *e.GetCode())
	assert.Contains(t, *e.GetMessage(), missing)
	assert.Equal(t, c.wire.answer.Header.Get("request-id"), *e.GetInnerError().GetRequestId())
	assert.Equal(t, "mine", *e.GetInnerError().GetClientRequestId())
	assert.NotNil(t, e.GetInnerError().GetDate())

	r = request(abs.POST, collection, "")
	require.NoError(t, r.SetContentFromParsable(t.Context(), c, "application/json", &profile{displayName: new("x"),
		dataProvider: &typed{odataType: new("#microsoft.graph.educationCsvDataProvider")},
		identity: &typed{odataType: new("#microsoft.graph.educationIdentityCreationConfiguration"),
			domains: []serialization.Parsable{&domain{new("nobody"), new("contoso.edu")}}}}))
	_, err = c.Send(t.Context(), r, newProfile, mappings)
	e = refused(t, err, http.StatusBadRequest)
	assert.Equal(t, "BadRequest", *e.GetCode())
	require.NotEmpty(t, e.GetDetails())
	require.NotNil(t, e.GetDetails()[0].GetTarget())
	assert.Equal(t, "/identitySynchronizationConfiguration/userDomains/0/appliesTo", *e.GetDetails()[0].GetTarget())
	assert.NotEmpty(t, *e.GetDetails()[0].GetMessage())

	r = request(abs.GET, collection, "")
	r.AddQueryParameters(query{Filter: new("nothing eq 1")})
	_, err = c.Send(t.Context(), r, newPage[*profile](newProfile), mappings)
	refused(t, err, http.StatusBadRequest)
}

// A host that is not in the list gets an empty token, and the SDK says nothing.
func TestUnlistedHostGetsNoToken(t *testing.T) {
	g, _ := open(t, emulator.Options{})
	c := connect(t, strings.TrimSuffix(g.URL, "/beta"), g.Token(), g.Client().Transport, "elsewhere.example")
	_, err := c.get(missing)
	e := refused(t, err, http.StatusUnauthorized)
	assert.Equal(t, "InvalidAuthenticationToken", *e.GetCode())
	assert.Equal(t, "Access token is empty.", *e.GetMessage())
}

func TestBatch(t *testing.T) {
	g, c := open(t, emulator.Options{})
	id := provisioned(t, g, c)
	b := core.NewBatchRequest(c)
	add := func(r *abs.RequestInformation, after ...core.BatchItem) core.BatchItem {
		t.Helper()
		item, err := b.AddBatchRequestStep(*r)
		require.NoError(t, err)
		for _, other := range after {
			item.DependsOnItem(other)
		}
		return item
	}
	made := add(c.creation("batched"))
	assert.Contains(t, made.GetHeaders(), "content-type", "kiota's headers are in lower case, and the server takes them so")
	read := add(request(abs.GET, one, id), made)
	absent := add(request(abs.GET, one, missing), made)
	never := add(request(abs.GET, collection, ""), absent)
	gone := add(request(abs.DELETE, byID, id), read) // a batch is all parallel or one sequence

	answer, err := b.Send(t.Context(), c)
	require.NoError(t, err)
	assert.Equal(t, map[string]int32{*made.GetId(): 202, *read.GetId(): 200, *absent.GetId(): 404, *never.GetId(): 424, *gone.GetId(): 202},
		answer.GetStatusCodes())
	assert.Len(t, answer.GetFailedResponses(), 2)

	p, err := core.GetBatchResponseById[*profile](answer, *made.GetId(), newProfile)
	require.NoError(t, err)
	assert.Equal(t, "batched", *p.displayName)
	p, err = core.GetBatchResponseById[*profile](answer, *read.GetId(), newProfile)
	require.NoError(t, err)
	assert.Equal(t, id, *p.id)

	_, err = core.GetBatchResponseById[*profile](answer, *absent.GetId(), newProfile)
	require.IsType(t, &odataerrors.ODataError{}, err, "the SDK finds the type of the body under Content-Type, in this case only")
	e := err.(*odataerrors.ODataError).GetErrorEscaped()
	assert.Equal(t, "NotFound", *e.GetCode())
	assert.Equal(t, c.wire.answer.Header.Get("request-id"), *e.GetInnerError().GetRequestId(), "that of the whole batch")
	_, err = core.GetBatchResponseById[serialization.Parsable](answer, *never.GetId(), newPage[*profile](newProfile))
	require.IsType(t, &odataerrors.ODataError{}, err)
	assert.Equal(t, "FailedDependency", *err.(*odataerrors.ODataError).GetErrorEscaped().GetCode())
}

// The SDK cuts a long list into batches of 19.
func TestBatchCollection(t *testing.T) {
	_, c := open(t, emulator.Options{})
	b := core.NewBatchRequestCollection(c)
	for i := range 45 {
		_, err := b.AddBatchRequestStep(*c.creation(fmt.Sprint("p", i)))
		require.NoError(t, err)
	}
	answer, err := b.Send(t.Context(), c)
	require.NoError(t, err)
	assert.Len(t, answer.GetResponses(), 45)
	assert.Empty(t, answer.GetFailedResponses())
	assert.Equal(t, 3, c.wire.sent)
	assert.EqualValues(t, 45, *c.list(query{Count: new(true)}).count)
}

func TestBatchRefusedWhole(t *testing.T) {
	_, c := open(t, emulator.Options{})
	_, err := core.NewBatchRequest(c).Send(t.Context(), c)
	assert.Equal(t, "Invalid batch payload format.", *refused(t, err, http.StatusBadRequest).GetMessage())
}
